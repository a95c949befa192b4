package dev.jooqcache.spi;

/**
 * A recorded result, as a {@link ResultStore} keeps it. What is in it is the cache's own affair: a store keeps it by reference, or in
 * the bytes that {@link ResultCodec} makes of it.
 *
 * <p>Thread-safe. The cache alone implements it, and answers a result of another implementation as a corrupt one: the query goes to
 * the database.
 */
public interface StoredResult {

    /**
     * An estimate of the heap that the result takes, for stores that are limited by size.
     *
     * @return bytes
     */
    long bytes();

    /**
     * Compares the rows, and nothing else: by it a store can count invalidations after which a query has answered the same.
     *
     * @param other a result of the same query
     * @return whether both have the same rows in the same order
     */
    boolean hasSameRows(StoredResult other);
}
