package dev.jooqcache.history;

import dev.jooqcache.history.Step.Seen;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What some threads did to the cells of a database, and what they saw.
 *
 * @param initial what each cell was before
 * @param transactions the transactions, in any order
 * @param lost how many committed increments of a cell the database itself does not show when all is over; H2 2.4 loses
 *     one now and then
 */
record History(Map<Cell, Seen> initial, List<Transaction> transactions, Map<Cell, Long> lost) {

    History(Map<Cell, Seen> initial, List<Transaction> transactions) {
        this(initial, transactions, Map.of());
    }

    /** The same, when it is known what the database shows without the cache when all is over. */
    History endingWith(List<Seen> last) {
        Map<Cell, Long> missing = new HashMap<>();
        for (Seen seen : last) missing.put(seen.cell(), initial.get(seen.cell()).version() - seen.version());
        for (Transaction tx : transactions)
            if (tx.outcome() == Transaction.Outcome.COMMITTED)
                for (Step.Write write : tx.lastingWrites())
                    for (Cell cell : write.cells()) missing.merge(cell, 1L, Long::sum);
        missing.values().removeIf(count -> count <= 0);
        return new History(initial, transactions, missing);
    }

    /** One line for each step and each end, by time, in microseconds since the first. */
    String lines() {
        record Line(long begin, long end, String text) {}
        long zero = transactions.stream().mapToLong(Transaction::begin).min().orElse(0);
        return transactions.stream()
                .flatMap(tx -> {
                    String who = "  thread " + tx.thread() + " t" + tx.number() + " " + tx.view() + ": ";
                    java.util.stream.Stream<Line> steps =
                            tx.steps().stream().map(step -> new Line(step.begin(), step.end(), who + step));
                    return java.util.stream.Stream.concat(
                            steps,
                            java.util.stream.Stream.of(new Line(tx.commitBegin(), tx.commitEnd(), who + tx.outcome())));
                })
                .sorted(Comparator.comparingLong(Line::begin))
                .map(line -> "%10.1f .. %10.1f%s"
                        .formatted((line.begin() - zero) / 1e3, (line.end() - zero) / 1e3, line.text()))
                .collect(Collectors.joining("\n"));
    }
}
