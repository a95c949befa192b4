package dev.jooqcache.benchmarks;

import java.math.BigDecimal;
import java.time.LocalDateTime;

/**
 * One way to read and write the film catalogue: with a cache or without. What a read answers is what users of that way
 * get: jOOQ's results, records, entities; {@link Answers} makes them comparable. Thread-safe.
 */
interface Catalogue extends AutoCloseable {

    /** Eight columns of one film, by its primary key. */
    Object film(int id);

    /** The same columns of a hundred films. */
    Object page(int number);

    /** A film with its credits and genres. */
    Object detail(int film);

    /** What there is in each genre in one language: a join of three tables, grouped. */
    Object genres(int language);

    /** The ten films with the highest takings, from the payments after one. */
    Object report(int payment);

    /** Changes the price of a film, in a transaction of its own. */
    void reprice(int film, BigDecimal price, LocalDateTime at);

    /** Rents a copy and takes the payment, in one transaction. */
    void rent(int copy, int customer);

    @Override
    void close();
}
