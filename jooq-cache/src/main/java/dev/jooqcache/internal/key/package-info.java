/** When two executions ask for the same: fingerprints of texts, bind values and settings. */
@NullMarked
package dev.jooqcache.internal.key;

import org.jspecify.annotations.NullMarked;
