package dev.jooqcache.history;

import dev.jooqcache.history.Step.Read;
import dev.jooqcache.history.Step.Write;
import dev.jooqcache.history.Transaction.Outcome;
import java.util.List;

/** What histories consist of, in figures. Not thread-safe. */
final class Report {

    private long transactions;
    private long rolledBack;
    private long reads;
    private long writes;
    private long cells;
    private long lost;

    void add(History history) {
        lost += history.lost().values().stream().mapToLong(count -> count).sum();
        for (Transaction tx : history.transactions()) {
            transactions++;
            if (tx.outcome() == Outcome.ROLLED_BACK) rolledBack++;
            for (Step step : tx.steps()) {
                if (step instanceof Write) writes++;
                if (!(step instanceof Read read)) continue;
                reads++;
                cells += read.seen().size();
            }
        }
    }

    long reads() {
        return reads;
    }

    /** A contradiction, with the fewest transactions that show it. */
    static String explain(History history, List<Violation> violations, long seed, Workload.Round round) {
        if (violations.isEmpty()) return "";
        Violation first = violations.get(0);
        History shrunk = Shrinker.shrink(history, first);
        return "-Djooqcache.seed=" + seed + ", " + round + "\n" + violations.size() + " violations, the first is\n"
                + first + "\nof " + history.transactions().size() + " transactions these suffice (times in us):\n"
                + shrunk.lines() + "\n";
    }

    @Override
    public String toString() {
        return "%,d transactions (%,d rolled back), %,d reads of %,d cells, %,d writes,"
                        .formatted(transactions, rolledBack, reads, cells, writes)
                + " %,d increments lost by the database".formatted(lost);
    }
}
