/** A callback that suspends a cache while Flyway migrates. */
@NullMarked
package dev.jooqcache.flyway;

import org.jspecify.annotations.NullMarked;
