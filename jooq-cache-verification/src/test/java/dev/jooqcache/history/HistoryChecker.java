package dev.jooqcache.history;

import dev.jooqcache.history.Step.Read;
import dev.jooqcache.history.Step.Seen;
import dev.jooqcache.history.Step.Total;
import dev.jooqcache.history.Step.Undo;
import dev.jooqcache.history.Step.Write;
import dev.jooqcache.history.Transaction.Outcome;
import dev.jooqcache.history.Transaction.View;
import dev.jooqcache.history.Violation.Rule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Holds a history to the promise: every read shows the database at one instant between its begin and its end; within a
 * transaction nothing contradicts its snapshot or its own writes; nothing uncommitted is seen.
 *
 * <p>Each write adds one to its cells, so the versions of a cell are its commits in their order, and the check is a sort
 * and a sweep. For a read of a cell:
 *
 * <ul>
 *   <li>version &gt;= the number of increments whose commit returned before it began, and &gt;= the highest version known to
 *       be theirs (G1);
 *   <li>version &gt;= the highest that a read has shown which ended before it began (G2);
 *   <li>version &lt;= the number of increments whose commit was begun before it ended;
 *   <li>its writer has begun to commit before it ended, and each version has one writer.
 * </ul>
 *
 * <p>In a snapshot "began" is the begin of the transaction, and "ended" the end of its first statement. A sum must lie
 * between the sums of its cells' bounds. What a transaction reads of its own writes tells their versions.
 */
final class HistoryChecker {

    private final History history;
    private final List<Violation> violations = new ArrayList<>();
    private final Map<Cell, Register> registers = new HashMap<>();
    private final Map<List<Cell>, List<Sum>> sums = new HashMap<>();

    private HistoryChecker(History history) {
        this.history = history;
    }

    /** Everything in the history that breaks the promise. */
    static List<Violation> check(History history) {
        HistoryChecker checker = new HistoryChecker(history);
        for (Transaction tx : history.transactions()) checker.replay(tx);
        checker.sums.keySet().forEach(cells -> cells.forEach(checker::register));
        checker.registers.values().forEach(Register::sort);
        checker.registers.values().forEach(Register::check);
        checker.sums.forEach(checker::checkSums);
        return checker.violations;
    }

    private Register register(Cell cell) {
        return registers.computeIfAbsent(
                cell, c -> new Register(history.initial().get(c)));
    }

    private void fail(Rule rule, Transaction tx, Read read, String text) {
        violations.add(new Violation(rule, tx.number(), read, text));
    }

    /** When a read cannot have been before, and when it cannot have been after. */
    private record Observation(Transaction tx, Read read, long version, long writer, long notBefore, long notAfter) {}

    private record Sum(Transaction tx, Read read, long value, long notBefore, long notAfter) {}

    /** What a transaction has written to a cell so far. */
    private static final class Own {
        final List<Long> writers = new ArrayList<>();
        /** The version after the last of the writers, 0 if not known. */
        long version;
    }

    private void replay(Transaction tx) {
        Map<Cell, Own> own = new HashMap<>();
        Map<Cell, Seen> snapshot = new HashMap<>();
        for (Step step : tx.steps()) {
            if (step instanceof Write write) {
                for (Cell cell : write.cells()) {
                    Own state = own.computeIfAbsent(cell, c -> new Own());
                    Seen before = snapshot.get(cell);
                    if (state.writers.isEmpty() && before != null && tx.view() == View.SNAPSHOT)
                        state.version = before.version();
                    if (state.version > 0) state.version++;
                    state.writers.add(write.writer());
                }
            } else if (step instanceof Undo undo) {
                own.values().removeIf(state -> {
                    if (state.writers.removeAll(undo.writers())) state.version = 0;
                    return state.writers.isEmpty();
                });
            } else if (step instanceof Read read && tx.view() != View.DIRTY) {
                replay(tx, read, own, snapshot);
            }
        }
        if (tx.outcome() == Outcome.ROLLED_BACK) return;
        for (Write write : tx.lastingWrites())
            for (Cell cell : write.cells()) register(cell).written(tx, write.writer(), own.get(cell));
    }

    private void replay(Transaction tx, Read read, Map<Cell, Own> own, Map<Cell, Seen> snapshot) {
        boolean isSnapshot = tx.view() != View.CURRENT;
        long notBefore = isSnapshot ? tx.begin() : read.begin();
        long notAfter = tx.view() == View.SNAPSHOT ? tx.steps().get(0).end() : read.end();
        for (Seen seen : read.seen()) {
            Own state = own.get(seen.cell());
            if (state != null) {
                checkOwn(tx, read, seen, state);
                continue;
            }
            if (isSnapshot) checkSnapshot(tx, read, seen, snapshot);
            register(seen.cell()).seen(new Observation(tx, read, seen.version(), seen.writer(), notBefore, notAfter));
        }
        for (Total total : read.totals())
            if (total.cells().stream().noneMatch(own::containsKey))
                sums.computeIfAbsent(total.cells(), cells -> new ArrayList<>())
                        .add(new Sum(tx, read, total.value(), notBefore, notAfter));
        // H2's REPEATABLE READ may have touched the two tables at different times.
        if (read.paired() && tx.view() != View.SNAPSHOT_PER_TABLE) checkPairs(tx, read);
    }

    private void checkOwn(Transaction tx, Read read, Seen seen, Own state) {
        long last = state.writers.get(state.writers.size() - 1);
        if (seen.writer() != last) fail(Rule.OWN_WRITE, tx, read, seen + " after its own w" + last);
        else if (state.version > 0 && seen.version() != state.version)
            fail(Rule.OWN_WRITE, tx, read, seen + ", but its own write made it " + state.version);
        else state.version = seen.version();
    }

    private void checkSnapshot(Transaction tx, Read read, Seen seen, Map<Cell, Seen> snapshot) {
        Seen before = snapshot.putIfAbsent(seen.cell(), seen);
        if (before != null && !before.equals(seen)) fail(Rule.SNAPSHOT, tx, read, seen + " after " + before);
        if (tx.view() != View.SNAPSHOT) return;
        Cell other = partner(seen.cell());
        Seen partner = other.equals(seen.cell()) ? null : snapshot.get(other);
        if (partner != null && (partner.version() != seen.version() || partner.writer() != seen.writer()))
            fail(Rule.SNAPSHOT, tx, read, seen + " beside " + partner);
    }

    /** The cell of the other table of the pair, which is always written in the same transaction. */
    private static Cell partner(Cell cell) {
        return switch (cell.table()) {
            case "l" -> cell.column().equals("v") ? new Cell("r", cell.row(), "v") : cell;
            case "r" -> cell.column().equals("v") ? new Cell("l", cell.row(), "v") : cell;
            default -> cell;
        };
    }

    private void checkPairs(Transaction tx, Read read) {
        Map<Cell, Seen> all = read.seen().stream().collect(Collectors.toMap(Seen::cell, seen -> seen, (a, b) -> b));
        for (Seen seen : read.seen()) {
            Seen other = all.get(partner(seen.cell()));
            if (other == null) fail(Rule.TORN, tx, read, seen + " without its partner");
            else if (other.version() != seen.version() || other.writer() != seen.writer())
                fail(Rule.TORN, tx, read, seen + " beside " + other);
        }
        Set<Long> totals = read.totals().stream().map(Total::value).collect(Collectors.toSet());
        if (totals.size() > 1) fail(Rule.TORN, tx, read, "sums that must be equal: " + read.totals());
    }

    private void checkSums(List<Cell> cells, List<Sum> all) {
        TreeMap<Long, Long> shown = new TreeMap<>();
        all.stream().sorted(Comparator.comparingLong(sum -> sum.read.end())).forEach(sum -> {
            Map.Entry<Long, Long> last = shown.lastEntry();
            shown.put(sum.read.end(), Math.max(sum.value, last == null ? 0 : last.getValue()));
        });
        for (Sum sum : all) {
            long least = 0;
            long most = 0;
            for (Cell cell : cells) {
                least += register(cell).acknowledged(sum.notBefore);
                most += register(cell).begun(sum.notAfter);
            }
            Map.Entry<Long, Long> before = shown.lowerEntry(sum.notBefore);
            if (sum.value < least)
                fail(Rule.MISSED_COMMIT, sum.tx, sum.read, "sum " + sum.value + " instead of at least " + least);
            else if (sum.value > most)
                fail(Rule.UNCOMMITTED, sum.tx, sum.read, "sum " + sum.value + " instead of at most " + most);
            else if (before != null && sum.value < before.getValue())
                fail(Rule.BACK_IN_TIME, sum.tx, sum.read, "sum " + sum.value + " after " + before.getValue());
        }
    }

    private record Commit(long begin, long end, boolean acknowledged, long version) {}

    /** All that is known of one cell. */
    private final class Register {
        private final Seen initial;
        private final Map<Long, Transaction> writers = new HashMap<>();
        private final List<Commit> commits = new ArrayList<>();
        private final List<Observation> observations = new ArrayList<>();

        private long[] ends = {};
        private long[] countAtEnd = {};
        private long[] versionAtEnd = {};
        private long[] begins = {};
        private long[] readEnds = {};
        private long[] versionShown = {};

        Register(Seen initial) {
            this.initial = initial;
        }

        void seen(Observation observation) {
            observations.add(observation);
        }

        void written(Transaction tx, long writer, Own own) {
            writers.put(writer, tx);
            boolean isLast = own != null && own.writers.get(own.writers.size() - 1) == writer;
            commits.add(new Commit(
                    tx.commitBegin(), tx.commitEnd(), tx.outcome() == Outcome.COMMITTED, isLast ? own.version : 0));
        }

        void sort() {
            List<Commit> acknowledged = commits.stream()
                    .filter(Commit::acknowledged)
                    .sorted((a, b) -> Long.compare(a.end, b.end))
                    .toList();
            ends = acknowledged.stream().mapToLong(Commit::end).toArray();
            countAtEnd = new long[ends.length];
            versionAtEnd = new long[ends.length];
            long highest = initial.version();
            for (int i = 0; i < ends.length; i++) {
                highest = Math.max(highest, acknowledged.get(i).version);
                countAtEnd[i] = initial.version() + i + 1 - history.lost().getOrDefault(initial.cell(), 0L);
                versionAtEnd[i] = highest;
            }
            begins = commits.stream().mapToLong(Commit::begin).sorted().toArray();
            List<Observation> byEnd = observations.stream()
                    .sorted((a, b) -> Long.compare(a.read.end(), b.read.end()))
                    .toList();
            readEnds = byEnd.stream().mapToLong(o -> o.read.end()).toArray();
            versionShown = new long[readEnds.length];
            highest = 0;
            for (int i = 0; i < readEnds.length; i++) {
                highest = Math.max(highest, byEnd.get(i).version);
                versionShown[i] = highest;
            }
        }

        /** How many of the sorted times are before the given one. */
        private static int before(long[] times, long time) {
            int found = Arrays.binarySearch(times, time);
            if (found < 0) return -found - 1;
            while (found > 0 && times[found - 1] == time) found--;
            return found;
        }

        /** The version that a read must show at least which begins then. */
        long acknowledged(long time) {
            int n = before(ends, time);
            return n == 0 ? initial.version() : Math.max(countAtEnd[n - 1], versionAtEnd[n - 1]);
        }

        /** The version that a read can show at most which ends then. */
        long begun(long time) {
            return initial.version() + before(begins, time);
        }

        void check() {
            Map<Long, Long> writerOf = new LinkedHashMap<>();
            writerOf.put(initial.version(), initial.writer());
            for (Observation it : observations) check(it, writerOf);
        }

        private void check(Observation it, Map<Long, Long> writerOf) {
            Cell cell = initial.cell();
            String what = cell + "=" + it.version + " by w" + it.writer;
            long least = acknowledged(it.notBefore);
            int earlier = before(readEnds, it.notBefore);
            long shown = earlier == 0 ? 0 : versionShown[earlier - 1];
            Transaction writer = writers.get(it.writer);
            Long other = writerOf.putIfAbsent(it.version, it.writer);
            if (it.version < least)
                fail(Rule.MISSED_COMMIT, it.tx, it.read, what + ", but commits up to " + least + " had returned");
            else if (it.version < shown)
                fail(Rule.BACK_IN_TIME, it.tx, it.read, what + ", but " + shown + " had been shown");
            else if (it.version > begun(it.notAfter))
                fail(Rule.UNCOMMITTED, it.tx, it.read, what + ", but only " + begun(it.notAfter) + " were committed");
            else if (writer == null ? it.writer != initial.writer() : writer.commitBegin() >= it.notAfter)
                fail(Rule.UNCOMMITTED, it.tx, it.read, what + ", which was not committed");
            else if (other != null && other != it.writer)
                fail(Rule.CONTRADICTION, it.tx, it.read, what + ", but another read showed w" + other);
        }
    }
}
