package dev.jooqcache.history;

import dev.jooqcache.history.Step.Read;

/**
 * A read that breaks the promise.
 *
 * @param rule what is broken
 * @param transaction the number of the reader's transaction
 * @param read the read
 * @param text what is wrong with it
 */
record Violation(Rule rule, long transaction, Read read, String text) {

    /** The parts of the promise. */
    enum Rule {
        /** G1: a commit that had returned before the read began is missing. */
        MISSED_COMMIT,
        /** G2: something that a completed read has shown is missing from a later one. */
        BACK_IN_TIME,
        /** Something is shown that was not committed, or was rolled back. */
        UNCOMMITTED,
        /** Two reads show different writers of the same version. */
        CONTRADICTION,
        /** One query shows two tables at different instants. */
        TORN,
        /** SNAP: a read contradicts the snapshot of its transaction. */
        SNAPSHOT,
        /** A read contradicts what its transaction has written. */
        OWN_WRITE
    }

    /** Whether it is the same fault of the same read. */
    boolean isSameAs(Violation other) {
        return rule == other.rule && read == other.read;
    }

    @Override
    public String toString() {
        return rule + ": t" + transaction + " " + text + "; " + read;
    }
}
