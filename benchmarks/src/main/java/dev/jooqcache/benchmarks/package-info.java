/** How fast the cache is, measured beside what one would take instead of it. */
@NullMarked
package dev.jooqcache.benchmarks;

import org.jspecify.annotations.NullMarked;
