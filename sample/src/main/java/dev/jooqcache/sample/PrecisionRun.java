package dev.jooqcache.sample;

import dev.jooqcache.AdmissionPolicy;
import dev.jooqcache.CacheStats;
import dev.jooqcache.InvalidationGranularity;
import dev.jooqcache.QueryCache;
import dev.jooqcache.QueryCacheBuilder;
import java.util.Locale;
import java.util.SplittableRandom;
import org.jooq.Configuration;
import org.jooq.DSLContext;
import org.jooq.impl.DSL;

/**
 * How much of what writes invalidate has really changed: the workload on one thread, with tags of tables and with those of
 * columns and keys, for some shares of writes, each on a new database. Nothing is dropped for want of space or time, and
 * everything that can be is recorded, so that only writes end results.
 */
final class PrecisionRun {

    private static final int[] WRITES = {5, 20, 50};

    private final Settings settings;
    private final long seed;
    private final int calls;
    private final int cells;
    private final ProgressLine progress;

    PrecisionRun(Settings settings, long seed, int calls, int cells, ProgressLine progress) {
        this.settings = settings;
        this.seed = seed;
        this.calls = calls;
        this.cells = cells;
        this.progress = progress;
    }

    /** Runs, and answers a table. */
    String run() throws Exception {
        TextTable table = new TextTable();
        table.row(
                "writes",
                "tags",
                "reads",
                "hits",
                "hit %",
                "oracle %",
                "invalidated",
                "changed",
                "precision",
                "SQL/100");
        for (int writes : WRITES) {
            for (InvalidationGranularity precision : InvalidationGranularity.values()) {
                progress.show("precision: " + writes + " % writes, " + precision);
                try (SampleDatabase database = SampleDatabase.start(settings)) {
                    row(table, database, writes, precision);
                }
            }
        }
        return table.toString();
    }

    private void row(TextTable table, SampleDatabase database, int writes, InvalidationGranularity precision) {
        StatementCounter counter = new StatementCounter();
        Configuration configuration = DSL.using(counter.count(database.dataSource()), database.dialect())
                .configuration();
        RememberingStore store = new RememberingStore();
        QueryCacheBuilder builder = CachedCatalogue.settings(configuration)
                .invalidation(precision)
                .admission(AdmissionPolicy.ALWAYS)
                .generationCells(cells)
                .store(store);
        try (QueryCache cache = builder.build()) {
            DSLContext dsl = cache.derive(configuration).dsl();
            Mix mix = new Mix(writes);
            Choices choices = new Choices(Population.of(DSL.using(configuration)), new SplittableRandom(seed));
            CacheStats before = cache.stats();
            long sent = counter.sentByThisThread();
            for (int i = 0; i < calls; i++) {
                Operation operation = mix.draw(choices);
                if (operation instanceof Read read) {
                    read.question(choices).on(dsl).fetch();
                } else if (operation instanceof Write write) {
                    write.run(dsl, choices);
                }
            }
            CacheStats done = cache.stats().minus(before);
            long reads = done.hits() + done.misses();
            table.row(
                    writes + " %",
                    precision.toString(),
                    number(reads),
                    number(done.hits()),
                    share(done.hits(), reads),
                    share(done.hits() + store.unchanged(), reads),
                    number(store.changed() + store.unchanged()),
                    number(store.changed()),
                    String.format(
                            Locale.ROOT,
                            "%.2f",
                            store.changed() / (double) Math.max(1, store.changed() + store.unchanged())),
                    number(100 * (counter.sentByThisThread() - sent) / calls));
        }
    }

    private static String number(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    private static String share(long part, long whole) {
        return String.format(Locale.ROOT, "%.1f", 100.0 * part / Math.max(1, whole));
    }
}
