package dev.jooqcache.reactive;

import static dev.jooqcache.reactive.Reactive.await;
import static dev.jooqcache.reactive.Reactive.connection;
import static dev.jooqcache.reactive.Reactive.counts;
import static dev.jooqcache.reactive.Reactive.execute;
import static dev.jooqcache.reactive.Reactive.executeBatch;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.testing.Books;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import io.r2dbc.pool.ConnectionPool;
import io.r2dbc.pool.ConnectionPoolConfiguration;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactory;
import io.r2dbc.spi.Result;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.jooq.DSLContext;
import org.jooq.ResultQuery;
import org.junit.jupiter.api.DisplayName;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Random calls on three R2DBC connections, in transactions and out of them, of which some are cancelled and some are
 * subscribed to at once; after each of them what the cache answers by JDBC is compared with the database. The seed is
 * printed; {@code -Djooqcache.seed} repeats a run.
 */
@DisplayName("Random writes through R2DBC")
class RandomReactiveWritesTest {

    private static final int STEPS = Integer.getInteger("jooqcache.steps", 1000) / 4;
    private static final int PATIENCE_MILLIS = 20;
    private static final int MOST_TRIES = 500;

    @DatabaseTest
    void reads_afterEachCall_areThoseOfTheDatabase(Database database) {
        long seed = Long.getLong("jooqcache.seed", System.nanoTime());
        System.out.println("RandomReactiveWritesTest on " + database + ": -Djooqcache.seed=" + seed);
        Random random = new Random(seed);
        try (Fixture f = Fixture.catalogue(database)) {
            ConnectionPool pool = new ConnectionPool(ConnectionPoolConfiguration.builder(Reactive.factory(f))
                    .maxSize(2)
                    .build());
            ConnectionFactory alone = f.cache.track(Reactive.factory(f));
            ConnectionFactory pooled = f.cache.track(pool);
            List<Writer> writers = List.of(new Writer(alone, 1), new Writer(pooled, 2), new Writer(pooled, 3));
            long hits = f.during(() -> {
                        for (int i = 0; i < STEPS; i++) {
                            Writer writer = writers.get(random.nextInt(writers.size()));
                            String step = "seed " + seed + ", step " + i + ", book " + writer.book + ": "
                                    + writer.step(random, i);
                            assertCurrent(f, step, Books::titles);
                            assertCurrent(f, step, Books::names);
                        }
                    })
                    .hits();
            assertThat(hits).as("seed %s", seed).isGreaterThan(STEPS / 2);
            writers.forEach(Writer::reopen);
            pool.dispose();
        }
    }

    /** The database may still be at a call that was cancelled, so the answers need not agree at once. */
    private static void assertCurrent(Fixture f, String step, Function<DSLContext, ResultQuery<?>> query) {
        for (int i = 0; ; i++) {
            Object cached = query.apply(f.dsl).fetch();
            Object expected = query.apply(f.unseen).fetch();
            if (cached.equals(expected)) return;
            assertThat(i)
                    .as("%s: the cache answers%n%s%nand not%n%s", step, cached, expected)
                    .isLessThan(MOST_TRIES);
            Mono.delay(Duration.ofMillis(PATIENCE_MILLIS)).block();
        }
    }

    /** One connection, which writes one book and, now and then, its author, so that none waits for another's lock. */
    private static final class Writer {

        private final ConnectionFactory factory;
        private final int book;
        private Connection connection;

        Writer(ConnectionFactory factory, int book) {
            this.factory = factory;
            this.book = book;
            this.connection = connection(factory);
        }

        private String update(int value) {
            return "update book set title = 'title " + value + "' where id = " + book;
        }

        /** A pool does not roll back what SQL text has begun, and the next writer of the connection would hold the lock. */
        void reopen() {
            execute(connection, "rollback");
            await(connection.close());
            connection = connection(factory);
        }

        String step(Random random, int value) {
            String update = update(value);
            int choice = random.nextInt(14);
            switch (choice) {
                case 0 -> await(connection.beginTransaction());
                case 1, 2 -> await(connection.commitTransaction());
                case 3 -> await(connection.rollbackTransaction());
                case 4, 5 -> execute(connection, update);
                case 6, 7 -> cancelled(update);
                case 8 -> together(update, update(-value));
                case 9 -> reopen();
                case 10 -> await(connection.setAutoCommit(random.nextBoolean()));
                case 11 -> executeBatch(connection, "select 1", update);
                case 12 -> execute(connection, random.nextBoolean() ? "begin" : "commit");
                default -> execute(connection, "select count(*) from author, book");
            }
            return choice + " " + update;
        }

        private void cancelled(String update) {
            Result first =
                    Mono.from(connection.createStatement(update).execute()).block(Duration.ofMinutes(1));
            Mono.from(first.getRowsUpdated()).block(Duration.ofMinutes(1));
        }

        private void together(String first, String second) {
            Mono.when(
                            Flux.from(counts(connection.createStatement(first).execute())),
                            connection.commitTransaction(),
                            Flux.from(counts(connection.createStatement(second).execute())))
                    .block(Duration.ofMinutes(1));
        }
    }
}
