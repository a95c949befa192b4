package dev.jooqcache.fuzz;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Runs episodes until enough was read or an answer was wrong, and makes a short story of what went wrong. */
final class Fuzzer {

    static final int READS_PER_EPISODE = 4_000;
    private static final long SHRINKING_NANOS = 60_000_000_000L;

    private final Episode.Setting setting;
    private final Episode.Tally tally = new Episode.Tally();

    Fuzzer(Episode.Setting setting) {
        this.setting = setting;
    }

    Episode.Tally tally() {
        return tally;
    }

    /** Reads so often, and answers the story of the first difference, or {@code null} if there is none. */
    String run(long reads) {
        Random seeds = new Random(setting.seed());
        while (tally.reads < reads) {
            long seed = tally.reads == 0 ? setting.seed() : seeds.nextLong();
            Episode.Setting own = new Episode.Setting(setting.database(), seed, setting.keyShare(), setting.settings());
            List<Op> ops = Episode.ops(seed, (int) Math.min(READS_PER_EPISODE, reads - tally.reads));
            Episode.Difference found = Episode.run(own, ops, tally, null);
            if (found != null) return story(own, ops, found);
        }
        return null;
    }

    private static Episode.Difference difference(Episode.Setting setting, List<Op> ops, List<String> log) {
        return Episode.run(setting, ops, new Episode.Tally(), log);
    }

    private static String story(Episode.Setting setting, List<Op> ops, Episode.Difference found) {
        List<Op> shortest = shrink(setting, ops.subList(0, found.op() + 1), found.query());
        List<String> log = new ArrayList<>();
        Episode.Difference again = difference(setting, shortest, log);
        return "-Djooqcache.seed=%s on %s, keys %s: %s\nshrunk to %s ops: %s\n%s\nstatements:\n  %s"
                .formatted(
                        setting.seed(),
                        setting.database(),
                        setting.keyShare(),
                        found.text(),
                        shortest.size(),
                        shortest,
                        again == null ? "(not repeated)" : again.text(),
                        String.join("\n  ", log.subList(Math.max(0, log.size() - 40), log.size())));
    }

    /** Leaves out what is not needed for a difference, in ever smaller pieces. */
    private static List<Op> shrink(Episode.Setting setting, List<Op> ops, int query) {
        long end = System.nanoTime() + SHRINKING_NANOS;
        List<Op> best = new ArrayList<>(ops);
        List<Op> withoutOtherReads = best.stream()
                .filter(op -> !(op instanceof Op.Read read) || read.query() == query)
                .toList();
        if (difference(setting, withoutOtherReads, null) != null) best = new ArrayList<>(withoutOtherReads);
        for (int size = Math.max(1, best.size() / 2); ; size = Math.max(1, size / 2)) {
            boolean isShorter = false;
            for (int from = 0; from < best.size() && System.nanoTime() < end; ) {
                List<Op> candidate = new ArrayList<>(best.subList(0, from));
                candidate.addAll(best.subList(Math.min(best.size(), from + size), best.size()));
                Episode.Difference still = difference(setting, candidate, null);
                if (still == null) from += size;
                else {
                    best = new ArrayList<>(candidate.subList(0, still.op() + 1));
                    isShorter = true;
                }
            }
            if ((size == 1 && !isShorter) || System.nanoTime() >= end) return best;
        }
    }
}
