package dev.jooqcache.internal.read;

/** The query fails for a reason that is no failure of the cache: the pool has no connection, or the cache is strict. */
final class RefusedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final RuntimeException failure;

    RefusedException(RuntimeException failure) {
        super(failure);
        this.failure = failure;
    }

    /** What the query fails with, as it would without the cache. */
    RuntimeException failure() {
        return failure;
    }
}
