/**
 * jooq-cache: a query-result cache for jOOQ that is never wrong.
 *
 * <p>Begin at {@link dev.jooqcache.QueryCache}.
 */
@NullMarked
package dev.jooqcache;

import org.jspecify.annotations.NullMarked;
