package dev.jooqcache.history;

import dev.jooqcache.history.Step.Undo;
import dev.jooqcache.history.Step.Write;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * One transaction, or one statement in autocommit.
 *
 * @param number tells it from others
 * @param thread who ran it
 * @param view what its reads show
 * @param begin when its first statement was not yet sent
 * @param steps what it did, in order
 * @param outcome how it ended
 * @param commitBegin when its writes may have begun to be visible
 * @param commitEnd when the application was told that they are
 */
record Transaction(
        long number,
        int thread,
        View view,
        long begin,
        List<Step> steps,
        Outcome outcome,
        long commitBegin,
        long commitEnd) {

    /** What reads show, apart from the transaction's own writes. */
    enum View {
        /** Each read: the database at an instant of the read. */
        CURRENT,
        /** All reads: the database at an instant of the first statement. */
        SNAPSHOT,
        /** All reads of one table: the table at an instant of the first of them. */
        SNAPSHOT_PER_TABLE,
        /** Anything, also what is not committed. */
        DIRTY
    }

    /** How a transaction ended. */
    enum Outcome {
        COMMITTED,
        ROLLED_BACK,
        /** {@code commit()} threw: its writes may be visible, then or later. */
        UNKNOWN
    }

    /** The writes that no savepoint has undone. */
    List<Write> lastingWrites() {
        Set<Long> undone = new HashSet<>();
        for (Step step : steps) if (step instanceof Undo undo) undone.addAll(undo.writers());
        return steps.stream()
                .filter(Write.class::isInstance)
                .map(Write.class::cast)
                .filter(write -> !undone.contains(write.writer()))
                .toList();
    }
}
