package dev.jooqcache.fuzz;

/**
 * One thing that an episode does. An op is a pure function of its numbers, so that any part of an episode can be run again
 * without the rest.
 */
sealed interface Op {

    /** Reads a query, cached and bypassed. */
    record Read(int query) implements Op {}

    /** Executes one write. */
    record Write(long seed) implements Op {}

    /** Several writes and reads in one transaction, which commits or rolls back; queries are those from the first on. */
    record Transaction(long seed, int firstQuery) implements Op {}

    /** A reading transaction of some isolation level, while another session writes. */
    record Snapshot(long seed, int firstQuery) implements Op {}
}
