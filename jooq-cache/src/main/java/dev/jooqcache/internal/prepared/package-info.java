/** Prepared queries: hits that skip jOOQ. */
@NullMarked
package dev.jooqcache.internal.prepared;

import org.jspecify.annotations.NullMarked;
