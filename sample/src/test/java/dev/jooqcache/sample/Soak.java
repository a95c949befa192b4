package dev.jooqcache.sample;

import static dev.jooqcache.sample.generated.Tables.COPY;
import static dev.jooqcache.sample.generated.Tables.PAYMENT;
import static dev.jooqcache.sample.generated.Tables.PRICE_CHANGE;
import static dev.jooqcache.sample.generated.Tables.RENTAL;
import static org.jooq.impl.DSL.select;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.jooqcache.CacheStats;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;
import org.jooq.Configuration;
import org.jooq.DSLContext;
import org.jooq.impl.DSL;

/**
 * The sample's workload for a long time, with answers checked and leaks looked for once a minute, while nobody reads or
 * writes. Prints a line for each minute.
 */
final class Soak {

    private static final int QUESTIONS_A_MINUTE = 10;

    private final Settings settings;
    private final PrintWriter out;
    private final LeakCheck leaks = new LeakCheck();
    private CacheStats before = null;

    Soak(Settings settings, PrintWriter out) {
        this.settings = settings;
        this.out = out;
    }

    /** Runs, and answers what was wrong. */
    List<String> run() throws Exception {
        try (SampleDatabase database = SampleDatabase.start(settings);
                HikariDataSource pool = pool(database);
                CachedCatalogue catalogue = new CachedCatalogue(configuration(database, pool))) {
            Population population = Population.of(DSL.using(pool, database.dialect()));
            AnswerCheck check = new AnswerCheck(
                    catalogue.dsl(),
                    catalogue.bypassing(),
                    new Choices(population, new SplittableRandom(~settings.seed())),
                    new ProgressLine(out));
            out.printf("soak on %s, %s%n", database.product(), settings);
            before = catalogue.stats();
            int[] minutes = {0};
            Workload workload = new Workload(settings, population, new StatementCounter());
            workload.run(catalogue.dsl(), settings.seconds(), run -> {
                if (run.elapsed() * settings.seconds() < (minutes[0] + 1) * 60.0) return;
                minutes[0]++;
                run.pause(() -> minute(minutes[0], run.calls(), catalogue, population, check, pool));
            });
            CacheStats stats = catalogue.stats();
            List<String> wrong = new ArrayList<>(leaks.leaks());
            if (check.wrong() > 0) wrong.add(check.wrong() + " wrong answers of " + check.checked());
            if (stats.failures() > 0) wrong.add("the cache failed " + stats.failures() + " times");
            if (stats.hitRate() < 0.2) wrong.add("so few hits prove little: " + stats);
            out.printf("%s%nsoak over: %s%n", stats, wrong.isEmpty() ? "nothing wrong" : wrong);
            out.flush();
            return wrong;
        }
    }

    private HikariDataSource pool(SampleDatabase database) {
        HikariConfig config = new HikariConfig();
        config.setPoolName("soak");
        config.setDataSource(database.dataSource());
        config.setMaximumPoolSize(settings.threads() + 2);
        config.setMinimumIdle(settings.threads() + 2);
        // Connections come and go, so that what is kept for one would add up.
        config.setMaxLifetime(30_000);
        config.setKeepaliveTime(0);
        return new HikariDataSource(config);
    }

    private static Configuration configuration(SampleDatabase database, HikariDataSource pool) {
        return DSL.using(pool, database.dialect()).configuration();
    }

    private void minute(
            int minute,
            long calls,
            CachedCatalogue catalogue,
            Population population,
            AnswerCheck check,
            HikariDataSource pool) {
        check.ask(QUESTIONS_A_MINUTE);
        forgetHistory(catalogue.dsl(), population.rentals());
        check.ask(1);
        HeapCensus heap = HeapCensus.take();
        int threads = Thread.activeCount();
        int connections = pool.getHikariPoolMXBean().getTotalConnections();
        leaks.add(new LeakCheck.Sample(heap, threads, connections));
        CacheStats stats = catalogue.stats();
        CacheStats done = stats.minus(before);
        before = stats;
        out.printf(
                Locale.ROOT,
                "minute %d: %,d calls, hit rate %.0f %%, %d of %d answers wrong, heap %.1f MB, %d results, %d sessions,"
                        + " %d write intents, %d flights, %d threads, %d connections, %d failures%n",
                minute,
                calls,
                100 * done.hitRate(),
                check.wrong(),
                check.checked(),
                heap.bytes() / 1e6,
                heap.of("CachedResult"),
                heap.of("Session"),
                heap.of("SchemaVersions$WriteIntent"),
                heap.of("SingleFlight$Flight"),
                threads,
                connections,
                stats.failures());
        out.flush();
    }

    /** Deletes what the workload has added, or the database in memory would look like a leak. */
    private static void forgetHistory(DSLContext dsl, long rentals) {
        dsl.transaction(transaction -> {
            DSLContext tx = transaction.dsl();
            tx.deleteFrom(PAYMENT).where(PAYMENT.RENTAL_ID.gt(rentals)).execute();
            tx.update(COPY)
                    .set(COPY.AVAILABLE, true)
                    .where(COPY.ID.in(select(RENTAL.COPY_ID)
                            .from(RENTAL)
                            .where(RENTAL.ID.gt(rentals).and(RENTAL.RETURNED_AT.isNull()))))
                    .execute();
            tx.deleteFrom(RENTAL).where(RENTAL.ID.gt(rentals)).execute();
            tx.deleteFrom(PRICE_CHANGE).execute();
        });
    }

    /** What the system properties {@code soak.minutes}, {@code soak.database} and {@code soak.seed} say. */
    static Settings settings() {
        int minutes = Integer.getInteger("soak.minutes", 60);
        DatabaseKind database =
                DatabaseKind.valueOf(System.getProperty("soak.database", "h2").toUpperCase(Locale.ROOT));
        long seed = Long.getLong("soak.seed", System.nanoTime());
        return new Settings(database, Optional.empty(), minutes * 60 + 5, 4, 5, seed);
    }
}
