package dev.jooqcache.benchmarks;

/**
 * One measured number.
 *
 * @param round in which round of the run, from 1
 * @param group what kind of measurement it is of
 * @param contender the name of the {@link Contender}
 * @param database the product
 * @param subject what was measured: a workload, a write, a load
 * @param metric which number of it, with its unit
 * @param value the number
 */
record Figure(int round, Group group, String contender, String database, String subject, String metric, double value) {

    /** The kinds of measurements. */
    enum Group {
        READ,
        WRITE,
        MIX,
        COST,
        HEAP,
        START
    }
}
