package dev.jooqcache.sample;

import org.HdrHistogram.Histogram;

/** What was measured of calls: how many, how long each, how many SQL statements. Not thread-safe. */
final class Measurement {

    private static final int SIGNIFICANT_DIGITS = 3;

    private final Histogram nanos = new Histogram(SIGNIFICANT_DIGITS);
    private long hits;
    private long statements;

    void record(long nanosOfCall, long statementsOfCall) {
        nanos.recordValue(nanosOfCall);
        statements += statementsOfCall;
        if (statementsOfCall == 0) {
            hits++;
        }
    }

    void add(Measurement other) {
        nanos.add(other.nanos);
        hits += other.hits;
        statements += other.statements;
    }

    long calls() {
        return nanos.getTotalCount();
    }

    /** The calls that sent no statement to the database. */
    long hits() {
        return hits;
    }

    long statements() {
        return statements;
    }

    /** The latency in microseconds that this share of the calls, in percent, did not exceed. */
    double micros(double percentile) {
        return nanos.getValueAtPercentile(percentile) / 1_000.0;
    }
}
