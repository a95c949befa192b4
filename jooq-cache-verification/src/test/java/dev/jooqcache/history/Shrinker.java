package dev.jooqcache.history;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Leaves out of a history what its contradiction does not need.
 *
 * <p>A concurrent run cannot be repeated exactly, so it is the log that is made small: whole transactions are left out as
 * long as the same read still breaks the same rule. The rest contradicts itself; that it is a whole run is not said.
 */
final class Shrinker {

    private final History history;
    private final Violation violation;

    private Shrinker(History history, Violation violation) {
        this.history = history;
        this.violation = violation;
    }

    static History shrink(History history, Violation violation) {
        return new Shrinker(history, violation).shrink();
    }

    private History shrink() {
        Set<Cell> cells = new HashSet<>();
        violation.read().seen().forEach(seen -> cells.add(seen.cell()));
        violation.read().totals().forEach(total -> cells.addAll(total.cells()));
        List<Transaction> kept = new ArrayList<>(history.transactions());
        List<Transaction> related =
                kept.stream().filter(tx -> mentions(tx, cells)).toList();
        if (fails(related)) kept = new ArrayList<>(related);
        for (int size = kept.size() / 2; size >= 1; size = size / 2) {
            for (int from = 0; from < kept.size(); ) {
                List<Transaction> rest = new ArrayList<>(kept.subList(0, from));
                rest.addAll(kept.subList(Math.min(from + size, kept.size()), kept.size()));
                if (fails(rest)) kept = rest;
                else from += size;
            }
        }
        return new History(history.initial(), kept, history.lost());
    }

    private static boolean mentions(Transaction tx, Set<Cell> cells) {
        return tx.steps().stream()
                .map(Shrinker::cellsOf)
                .flatMap(Collection::stream)
                .anyMatch(cells::contains);
    }

    private static List<Cell> cellsOf(Step step) {
        if (step instanceof Step.Write write) return write.cells();
        if (!(step instanceof Step.Read read)) return List.of();
        List<Cell> cells = new ArrayList<>();
        read.seen().forEach(seen -> cells.add(seen.cell()));
        read.totals().forEach(total -> cells.addAll(total.cells()));
        return cells;
    }

    private boolean fails(List<Transaction> transactions) {
        return HistoryChecker.check(new History(history.initial(), transactions, history.lost())).stream()
                .anyMatch(violation::isSameAs);
    }
}
