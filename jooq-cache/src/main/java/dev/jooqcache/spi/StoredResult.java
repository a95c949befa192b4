package dev.jooqcache.spi;

/**
 * A recorded result, as a {@link ResultStore} keeps it. What is in it is the cache's own affair: a store keeps it by reference, or in
 * the bytes that {@link ResultCodec} makes of it.
 *
 * <p>Thread-safe. Only the cache implements it. If a store answers an object of another class, the cache counts a failure, and the
 * query goes to the database.
 */
public interface StoredResult {

    /**
     * An estimate of the heap that the values of the result take, for stores that are limited by size.
     *
     * @return bytes
     */
    long bytes();

    /**
     * Compares the rows, and nothing else. A store can count by it how often a query that was invalidated has the same rows again.
     *
     * @param other a result of the same query
     * @return whether both have the same rows in the same order
     */
    boolean hasSameRows(StoredResult other);
}
