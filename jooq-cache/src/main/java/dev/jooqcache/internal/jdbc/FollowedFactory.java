package dev.jooqcache.internal.jdbc;

/** A connection factory of R2DBC whose writes are announced. */
@FunctionalInterface
public interface FollowedFactory {

    /**
     * Returns whether they are announced to a cache.
     *
     * @param tracking the data sources of the cache
     * @return whether it is that cache
     */
    boolean isFollowedBy(DataSources tracking);
}
