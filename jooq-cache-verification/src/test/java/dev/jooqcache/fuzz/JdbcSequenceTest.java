package dev.jooqcache.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import dev.jooqcache.CacheStats;
import dev.jooqcache.InvalidationGranularity;
import dev.jooqcache.fuzz.JdbcSequence.Side;
import dev.jooqcache.fuzz.JdbcSequence.Step;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.Consumer;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.DisplayName;

/** A tracked pool answers each of a random sequence of JDBC's calls as an untracked one does that has had the same calls. */
@DisplayName("Random calls of JDBC")
class JdbcSequenceTest {

    private static final int EPISODE = 60;
    private static final int EPISODES_OF_A_POOL = 20;
    private static final int REMEMBERED = 80;
    private static final int USEFUL = 20_000;

    private final Deque<String> history = new ArrayDeque<>();

    @DatabaseTest
    void everyAnswer_equalsTheTwins(Database database) throws Exception {
        long seed = Long.getLong("jooqcache.seed", System.nanoTime());
        int steps = Integer.getInteger("jooqcache.jdbc." + database.name().toLowerCase(Locale.ROOT), 1_200);
        System.out.println("seed of everyAnswer_equalsTheTwins on " + database + ": " + seed);
        long hits = 0;
        for (int done = 0; done < steps; done += EPISODE * EPISODES_OF_A_POOL) hits += pool(database, seed++);
        System.out.printf("%s: %,d calls, %,d hits%n", database, steps, hits);
        // Of few pools all may be such that most is of unknown effect.
        if (steps >= USEFUL) assertThat(hits).isGreaterThan(steps / (database == Database.H2 ? 20 : 200));
    }

    private long pool(Database database, long seed) throws Exception {
        Random random = new Random(seed);
        boolean autoCommit = random.nextInt(4) > 0;
        String level = List.of("TRANSACTION_READ_COMMITTED", "TRANSACTION_REPEATABLE_READ")
                .get(random.nextInt(2));
        Consumer<HikariConfig> settings = pool -> {
            pool.setAutoCommit(autoCommit);
            pool.setTransactionIsolation(level);
            pool.setMaximumPoolSize(4);
            // Sessions that the pool closes for good hold their locks until it has done so, on a thread of its own.
            if (database == Database.H2) pool.setJdbcUrl(pool.getJdbcUrl() + ";LOCK_TIMEOUT=20000");
        };
        boolean renames = random.nextInt(3) == 0;
        InvalidationGranularity precision =
                random.nextBoolean() ? InvalidationGranularity.ROW : InvalidationGranularity.TABLE;
        String pool = database + ", seed " + seed + ", autocommit " + autoCommit + ", " + level + ", " + precision;
        try (Fixture tracked = Fixture.empty(
                        database, precision, settings, cache -> cache.inDoubtTimeout(Duration.ofMillis(1)));
                Fixture twin = Fixture.empty(database, settings, cache -> {})) {
            Side one = new Side(
                    tracked.pool,
                    tracked.tracked,
                    connection -> connection == null
                            ? tracked.dsl
                            : tracked.cache
                                    .derive(DSL.using(connection, database.dialect())
                                            .configuration())
                                    .dsl(),
                    tracked.schema("public"),
                    tracked.schema("other"));
            Side other = new Side(
                    twin.pool,
                    twin.pool,
                    connection -> connection == null ? twin.unseen : DSL.using(connection, database.dialect()),
                    twin.schema("public"),
                    twin.schema("other"));
            create(tracked, one);
            create(twin, other);
            CacheStats before = tracked.cache.stats();
            for (int i = 0; i < EPISODES_OF_A_POOL; i++)
                episode(
                        new JdbcSequence(database, seed * EPISODES_OF_A_POOL + i, renames),
                        one,
                        other,
                        tracked,
                        pool,
                        autoCommit);
            return tracked.cache.stats().minus(before).hits();
        }
    }

    private static void create(Fixture f, Side side) throws SQLException {
        List<String> statements = new ArrayList<>();
        statements.add("create " + (f.database == Database.MARIADB ? "database" : "schema") + " {other}");
        statements.addAll(List.of(JdbcSequence.DDL));
        statements.addAll(JdbcSequence.routines(f.database));
        // Past the pool, which perhaps does not commit.
        try (Connection connection = DriverManager.getConnection(f.pool.getJdbcUrl());
                Statement statement = connection.createStatement()) {
            for (String each : statements) statement.execute(side.named(each));
        }
    }

    private void episode(JdbcSequence calls, Side one, Side other, Fixture tracked, String pool, boolean autoCommit)
            throws Exception {
        history.add("--- next episode");
        for (Side side : List.of(one, other))
            try (Connection connection = side.source.getConnection();
                    Statement statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                for (String each : JdbcSequence.RESET) statement.execute(side.named(each));
                connection.commit();
                connection.setAutoCommit(autoCommit);
            }
        for (int i = 0; i < EPISODE; i++) compare(calls.next(), one, other, tracked, pool);
        for (Side side : List.of(one, other)) calls.end(side);
        for (int i = 0; i < 2; i++) for (Step query : calls.queries()) compare(query, one, other, tracked, pool);
    }

    private void compare(Step step, Side one, Side other, Fixture tracked, String pool) {
        String expected = step.outcome(other);
        String found = step.outcome(one);
        history.add(step + " -> " + expected.replace("\n", " "));
        if (history.size() > REMEMBERED) history.remove();
        assertThat(found)
                .as(() -> pool + "\n" + String.join("\n", history) + "\n" + tracked.cache.stats())
                .isEqualTo(expected);
    }
}
