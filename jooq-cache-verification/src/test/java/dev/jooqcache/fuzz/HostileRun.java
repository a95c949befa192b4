package dev.jooqcache.fuzz;

import dev.jooqcache.InvalidationGranularity;
import dev.jooqcache.fuzz.HostileEpisode.Difference;
import dev.jooqcache.testing.Database;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/** Makes hostile texts, on one schema after another, and a short story of what went wrong. */
final class HostileRun {

    private static final int TEXTS_PER_SCHEMA = 1_000;
    private final Database database;
    private final long seed;
    private final SplittableRandom seeds;
    private final long shrinkingNanos;
    private final HostileEpisode.Tally tally = new HostileEpisode.Tally();

    /** Takes so long at most to make a story short. */
    HostileRun(Database database, long seed, Duration shrinking) {
        this.database = database;
        this.seed = seed;
        this.seeds = new SplittableRandom(seed);
        this.shrinkingNanos = shrinking.toNanos();
    }

    HostileEpisode.Tally tally() {
        return tally;
    }

    /**
     * Makes texts until there are so many, those of earlier calls among them.
     *
     * @return the story of the first difference, or {@code null} if there is none
     */
    String run(long texts) throws Exception {
        while (tally.texts < texts) {
            long own = tally.texts == 0 ? seed : seeds.nextLong();
            SplittableRandom random = new SplittableRandom(own);
            InvalidationGranularity precision =
                    random.nextBoolean() ? InvalidationGranularity.ROW : InvalidationGranularity.TABLE;
            Difference found;
            List<HostileStep> steps;
            String name;
            boolean atEnd;
            try (HostileEpisode episode = new HostileEpisode(database, precision, random, tally)) {
                found = episode.run(Math.min(TEXTS_PER_SCHEMA, texts - tally.texts));
                atEnd = found == null;
                if (atEnd) found = episode.left();
                steps = episode.done();
                name = episode.name();
            }
            if (found != null) return new Story(own, precision, name, steps, atEnd).of(found);
        }
        return null;
    }

    /** What has led to a difference, of which as much is left out as can be. */
    private final class Story {
        private final long own;
        private final InvalidationGranularity precision;
        private final String name;
        private final List<HostileStep> steps;
        private final boolean atEnd;

        Story(long own, InvalidationGranularity precision, String name, List<HostileStep> steps, boolean atEnd) {
            this.own = own;
            this.precision = precision;
            this.name = name;
            this.steps = steps;
            this.atEnd = atEnd;
        }

        String of(Difference found) throws Exception {
            List<HostileStep> shortest = shrink();
            Difference again = shortest.isEmpty() ? null : again(shortest);
            List<HostileStep> told =
                    again == null ? steps.subList(Math.max(0, steps.size() - 40), steps.size()) : shortest;
            return "-Djooqcache.seed=%s on %s, schema %s, %s:\n%s\n%s:\n%s"
                    .formatted(
                            own,
                            database,
                            name,
                            precision,
                            again == null ? found : again,
                            again == null ? "the last steps, not shortened" : "the steps, shortened",
                            told.stream().map(step -> "  " + step).collect(Collectors.joining("\n")));
        }

        private Difference again(List<HostileStep> steps) throws Exception {
            HostileEpisode.Tally other = new HostileEpisode.Tally();
            try (HostileEpisode episode = new HostileEpisode(database, precision, new SplittableRandom(own), other)) {
                List<HostileStep> here = steps.stream()
                        .map(step -> new HostileStep(step.way(), step.text().replace(name, episode.name())))
                        .toList();
                Difference difference = episode.replay(here);
                return difference == null && atEnd ? episode.left() : difference;
            }
        }

        /** The last steps that show a difference, without those that are not needed for it; none if it does not show. */
        private List<HostileStep> shrink() throws Exception {
            long end = System.nanoTime() + shrinkingNanos;
            List<HostileStep> best = List.of();
            for (int size = 1; best.isEmpty() && size < 4 * steps.size() && System.nanoTime() < end; size *= 4) {
                List<HostileStep> last = steps.subList(Math.max(0, steps.size() - size), steps.size());
                if (again(last) != null) best = last;
            }
            for (int size = Math.max(1, best.size() / 2); size > 0; size /= 2) {
                for (int from = 0; from < best.size() && best.size() > 1 && System.nanoTime() < end; ) {
                    List<HostileStep> candidate = new ArrayList<>(best.subList(0, from));
                    candidate.addAll(best.subList(Math.min(best.size(), from + size), best.size()));
                    if (!candidate.isEmpty() && again(candidate) != null) best = candidate;
                    else from += size;
                }
            }
            return best;
        }
    }
}
