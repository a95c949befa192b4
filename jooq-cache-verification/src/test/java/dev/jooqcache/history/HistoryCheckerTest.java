package dev.jooqcache.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.history.Step.Read;
import dev.jooqcache.history.Step.Seen;
import dev.jooqcache.history.Step.Total;
import dev.jooqcache.history.Step.Undo;
import dev.jooqcache.history.Step.Write;
import dev.jooqcache.history.Transaction.Outcome;
import dev.jooqcache.history.Transaction.View;
import dev.jooqcache.history.Violation.Rule;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Histories made by hand, good and bad. Every cell begins at version 1 by writer 0. */
class HistoryCheckerTest {

    private static final Cell A = new Cell("s", 0, "v");
    private static final Cell B = new Cell("s", 1, "v");
    private static final Cell L = new Cell("l", 0, "v");
    private static final Cell R = new Cell("r", 0, "v");

    private long numbers;

    private static Seen seen(Cell cell, long version, long writer) {
        return new Seen(cell, version, writer);
    }

    private static Read read(long begin, long end, Seen... seen) {
        return new Read(begin, end, "q", List.of(seen), List.of(), false);
    }

    private static Read pair(long begin, long end, Seen... seen) {
        return new Read(begin, end, "q", List.of(seen), List.of(), true);
    }

    private static Read sum(long begin, long end, long value, Cell... cells) {
        return new Read(begin, end, "q", List.of(), List.of(new Total(List.of(cells), value)), false);
    }

    private static Write write(long begin, long end, long writer, Cell... cells) {
        return new Write(begin, end, "u", writer, List.of(cells));
    }

    /** A transaction that commits in the time given. */
    private Transaction committed(View view, long commitBegin, long commitEnd, Step... steps) {
        return tx(view, Outcome.COMMITTED, commitBegin, commitEnd, steps);
    }

    private Transaction tx(View view, Outcome outcome, long commitBegin, long commitEnd, Step... steps) {
        return new Transaction(++numbers, 0, view, steps[0].begin(), List.of(steps), outcome, commitBegin, commitEnd);
    }

    private Transaction alone(Read read) {
        return committed(View.CURRENT, read.end(), read.end(), read);
    }

    private static List<Rule> rules(Transaction... transactions) {
        Map<Cell, Seen> initial = Map.of(A, seen(A, 1, 0), B, seen(B, 1, 0), L, seen(L, 1, 0), R, seen(R, 1, 0));
        return HistoryChecker.check(new History(initial, Arrays.asList(transactions))).stream()
                .map(Violation::rule)
                .toList();
    }

    @Test
    void read_duringCommit_mayShowEither() {
        Transaction writer = committed(View.CURRENT, 20, 30, write(10, 15, 7, A));
        assertThat(rules(writer, alone(read(16, 25, seen(A, 1, 0))))).isEmpty();
        assertThat(rules(writer, alone(read(16, 25, seen(A, 2, 7))))).isEmpty();
    }

    @Test
    void read_afterCommit_mustShowIt() {
        Transaction writer = committed(View.CURRENT, 20, 30, write(10, 15, 7, A));
        assertThat(rules(writer, alone(read(31, 35, seen(A, 2, 7))))).isEmpty();
        assertThat(rules(writer, alone(read(31, 35, seen(A, 1, 0))))).containsExactly(Rule.MISSED_COMMIT);
    }

    @Test
    void read_belowAKnownVersion_isMissedCommitThoughTheCountAllowsIt() {
        // The first of two commits has not returned, but the second one has seen that it is the second.
        Transaction first = committed(View.CURRENT, 20, 90, write(10, 15, 7, A));
        Transaction second = committed(View.CURRENT, 40, 50, write(25, 30, 8, A), read(31, 35, seen(A, 3, 8)));
        assertThat(rules(first, second, alone(read(60, 65, seen(A, 3, 8))))).isEmpty();
        assertThat(rules(first, second, alone(read(60, 65, seen(A, 2, 7))))).containsExactly(Rule.MISSED_COMMIT);
    }

    @Test
    void read_afterAReadThatShowedMore_isBackInTime() {
        Transaction writer = committed(View.CURRENT, 20, 90, write(10, 15, 7, A));
        Transaction first = alone(read(25, 30, seen(A, 2, 7)));
        assertThat(rules(writer, first, alone(read(28, 35, seen(A, 1, 0)))))
                .as("at once")
                .isEmpty();
        assertThat(rules(writer, first, alone(read(31, 35, seen(A, 1, 0))))).containsExactly(Rule.BACK_IN_TIME);
    }

    @Test
    void read_beforeCommit_mayNotShowIt() {
        Transaction writer = committed(View.CURRENT, 20, 30, write(10, 15, 7, A));
        assertThat(rules(writer, alone(read(16, 19, seen(A, 2, 7))))).containsExactly(Rule.UNCOMMITTED);
    }

    @Test
    void read_ofWhatWasRolledBack_isUncommitted() {
        Transaction lost = tx(View.CURRENT, Outcome.ROLLED_BACK, 20, 30, write(10, 15, 7, A));
        assertThat(rules(lost, alone(read(40, 45, seen(A, 1, 0))))).isEmpty();
        assertThat(rules(lost, alone(read(40, 45, seen(A, 2, 7))))).containsExactly(Rule.UNCOMMITTED);
        // Another commit makes the number possible, but not the writer.
        Transaction other = committed(View.CURRENT, 32, 35, write(31, 32, 8, A));
        assertThat(rules(lost, other, alone(read(40, 45, seen(A, 2, 7))))).containsExactly(Rule.UNCOMMITTED);
    }

    @Test
    void commitOfUnknownOutcome_mayShowOrNot() {
        Transaction doubtful = tx(View.CURRENT, Outcome.UNKNOWN, 20, 30, write(10, 15, 7, A));
        assertThat(rules(doubtful, alone(read(40, 45, seen(A, 1, 0))))).isEmpty();
        assertThat(rules(doubtful, alone(read(40, 45, seen(A, 2, 7))))).isEmpty();
        assertThat(rules(doubtful, alone(read(40, 45, seen(A, 2, 7))), alone(read(50, 55, seen(A, 1, 0)))))
                .containsExactly(Rule.BACK_IN_TIME);
    }

    @Test
    void oneVersion_hasOneWriter() {
        Transaction one = tx(View.CURRENT, Outcome.UNKNOWN, 20, 30, write(10, 15, 7, A));
        Transaction other = tx(View.CURRENT, Outcome.UNKNOWN, 20, 30, write(10, 15, 8, A));
        assertThat(rules(one, other, alone(read(40, 45, seen(A, 2, 7))), alone(read(40, 45, seen(A, 2, 8)))))
                .containsExactly(Rule.CONTRADICTION);
    }

    @Test
    void snapshot_mustStayAsItIs() {
        Transaction writer = committed(View.CURRENT, 20, 30, write(10, 15, 7, A));
        assertThat(rules(
                        writer,
                        committed(View.SNAPSHOT, 60, 60, read(5, 8, seen(A, 1, 0)), read(40, 45, seen(A, 1, 0)))))
                .isEmpty();
        assertThat(rules(
                        writer,
                        committed(View.SNAPSHOT, 60, 60, read(5, 25, seen(A, 1, 0)), read(40, 45, seen(A, 2, 7)))))
                .containsExactly(Rule.SNAPSHOT);
    }

    @Test
    void snapshot_showsNothingCommittedAfterItsFirstStatement() {
        Transaction writer = committed(View.CURRENT, 20, 30, write(10, 15, 7, A));
        assertThat(rules(
                        writer,
                        committed(View.SNAPSHOT, 60, 60, read(5, 8, seen(B, 1, 0)), read(40, 45, seen(A, 2, 7)))))
                .containsExactly(Rule.UNCOMMITTED);
    }

    @Test
    void snapshot_showsWhatWasCommittedBeforeItsBegin() {
        Transaction writer = committed(View.CURRENT, 20, 30, write(10, 15, 7, A));
        assertThat(rules(
                        writer,
                        committed(View.SNAPSHOT, 60, 60, read(31, 35, seen(B, 1, 0)), read(40, 45, seen(A, 1, 0)))))
                .containsExactly(Rule.MISSED_COMMIT);
    }

    @Test
    void snapshot_ofAPairReadOneByOne_mustAgree() {
        Transaction writer = committed(View.CURRENT, 20, 30, write(10, 15, 7, L, R));
        assertThat(rules(
                        writer,
                        committed(View.SNAPSHOT, 60, 60, read(5, 25, seen(L, 1, 0)), read(40, 45, seen(R, 2, 7)))))
                .containsExactly(Rule.SNAPSHOT);
        assertThat(rules(
                        writer,
                        committed(View.CURRENT, 60, 60, read(5, 25, seen(L, 1, 0)), read(40, 45, seen(R, 2, 7)))))
                .isEmpty();
    }

    @Test
    void transaction_readsItsOwnWrites() {
        assertThat(rules(committed(View.CURRENT, 20, 30, write(1, 2, 7, A), read(3, 4, seen(A, 2, 7)))))
                .isEmpty();
        assertThat(rules(committed(View.CURRENT, 20, 30, write(1, 2, 7, A), read(3, 4, seen(A, 1, 0)))))
                .containsExactly(Rule.OWN_WRITE);
        assertThat(rules(committed(
                        View.SNAPSHOT,
                        20,
                        30,
                        read(1, 2, seen(A, 1, 0)),
                        write(3, 4, 7, A),
                        read(5, 6, seen(A, 3, 7)))))
                .containsExactly(Rule.OWN_WRITE);
    }

    @Test
    void savepoint_undoesWritesForTheirTransactionAndForOthers() {
        Transaction undone = committed(
                View.CURRENT,
                20,
                30,
                write(1, 2, 7, A),
                read(3, 4, seen(A, 2, 7)),
                new Undo(5, 5, List.of(7L)),
                read(6, 7, seen(A, 1, 0)));
        assertThat(rules(undone, alone(read(40, 45, seen(A, 1, 0))))).isEmpty();
        assertThat(rules(undone, alone(read(40, 45, seen(A, 2, 7))))).containsExactly(Rule.UNCOMMITTED);
        assertThat(rules(committed(
                        View.CURRENT,
                        20,
                        30,
                        write(1, 2, 7, A),
                        new Undo(5, 5, List.of(7L)),
                        read(6, 7, seen(A, 2, 7)))))
                .containsExactly(Rule.UNCOMMITTED);
    }

    @Test
    void pair_inOneQuery_isNotTorn() {
        Transaction writer = committed(View.CURRENT, 20, 30, write(10, 15, 7, L, R));
        assertThat(rules(writer, alone(pair(16, 25, seen(L, 2, 7), seen(R, 2, 7)))))
                .isEmpty();
        assertThat(rules(writer, alone(pair(16, 25, seen(L, 2, 7), seen(R, 1, 0)))))
                .contains(Rule.TORN);
    }

    @Test
    void sum_liesBetweenTheBoundsOfItsCells() {
        Transaction writer = committed(View.CURRENT, 20, 30, write(10, 15, 7, A, B));
        assertThat(rules(writer, alone(sum(16, 25, 2, A, B)))).isEmpty();
        assertThat(rules(writer, alone(sum(16, 25, 4, A, B)))).isEmpty();
        assertThat(rules(writer, alone(sum(16, 19, 4, A, B)))).containsExactly(Rule.UNCOMMITTED);
        assertThat(rules(writer, alone(sum(31, 35, 2, A, B)))).containsExactly(Rule.MISSED_COMMIT);
        assertThat(rules(writer, alone(sum(21, 22, 4, A, B)), alone(sum(23, 24, 2, A, B))))
                .containsExactly(Rule.BACK_IN_TIME);
    }

    @Test
    void sumOfNoRows_isFound() {
        Transaction writer = committed(View.CURRENT, 20, 30, write(10, 15, 7, A, B));
        assertThat(rules(writer, alone(sum(1, 5, 0, A, B)))).containsExactly(Rule.MISSED_COMMIT);
        assertThat(rules(writer, alone(sum(31, 35, 0, A, B)))).containsExactly(Rule.MISSED_COMMIT);
        assertThat(rules(writer, committed(View.SNAPSHOT, 31, 35, sum(31, 35, 0, A, B))))
                .containsExactly(Rule.MISSED_COMMIT);
        assertThat(rules(writer, committed(View.DIRTY, 31, 35, sum(31, 35, 0, A, B))))
                .isEmpty();
    }

    @Test
    void dirtyReads_areNotHeldToAnything() {
        Transaction writer = committed(View.CURRENT, 20, 30, write(10, 15, 7, A));
        assertThat(rules(writer, committed(View.DIRTY, 60, 60, read(16, 19, seen(A, 2, 7)))))
                .isEmpty();
    }

    @Test
    void shrink_leavesTheContradictionOnly() {
        Transaction writer = committed(View.CURRENT, 20, 30, write(10, 15, 7, A));
        Transaction stale = alone(read(31, 35, seen(A, 1, 0)));
        List<Transaction> all = List.of(
                alone(read(1, 2, seen(A, 1, 0))),
                writer,
                alone(read(32, 33, seen(B, 1, 0))),
                stale,
                alone(read(40, 45, seen(A, 2, 7))));
        Map<Cell, Seen> initial = Map.of(A, seen(A, 1, 0), B, seen(B, 1, 0));
        History history = new History(initial, all);
        History shrunk = Shrinker.shrink(history, HistoryChecker.check(history).get(0));
        assertThat(shrunk.transactions()).containsExactly(writer, stale);
        assertThat(shrunk.lines()).contains("w7").contains("COMMITTED").contains("s0.v=1");
    }
}
