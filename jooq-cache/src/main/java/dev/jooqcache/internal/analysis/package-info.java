/** From a statement to what it depends on and what it writes, or to the reason why that cannot be known. */
@NullMarked
package dev.jooqcache.internal.analysis;

import org.jspecify.annotations.NullMarked;
