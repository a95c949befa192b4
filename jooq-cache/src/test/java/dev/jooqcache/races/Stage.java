package dev.jooqcache.races;

import static org.assertj.core.api.Assertions.assertThat;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.table;

import dev.jooqcache.CacheHint;
import dev.jooqcache.QueryCache;
import dev.jooqcache.ehcache.EhcacheResultStore;
import dev.jooqcache.internal.generation.InJvmGenerationStore;
import dev.jooqcache.spi.CachedResult;
import dev.jooqcache.spi.Fingerprint;
import dev.jooqcache.spi.Stamp;
import dev.jooqcache.spi.Tags;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.Fixture;
import dev.jooqcache.testing.ForwardingGenerationStore;
import dev.jooqcache.testing.ForwardingResultStore;
import dev.jooqcache.testing.InterceptedDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Query;
import org.jooq.Record;
import org.jooq.ResultQuery;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.jooq.impl.DefaultConfiguration;

/**
 * One table with one number, which writers increment, and a cache in which actors stop at these points.
 *
 * <ul>
 *   <li>Readers: {@code afterCapture}, {@code afterSql}, {@code beforeValidate}, {@code beforeStore}.
 *   <li>Writers: {@code afterIntent}, {@code afterSql} in autocommit, {@code afterCommit}, {@code beforeBump}, {@code
 *       afterBump}, {@code afterAbandon}, {@code afterRollback}.
 * </ul>
 */
final class Stage implements AutoCloseable {

    private static final int H2_SNAPSHOT = 6;
    private static final Table<Record> T = table("t");
    private static final Field<Integer> V = field("v", Integer.class);

    /** What becomes of COMMIT. */
    enum Commit {
        WORKS,
        THROWS_AND_COMMITS,
        THROWS_AND_ROLLS_BACK
    }

    private final Results results = new Results();
    final Fixture f;
    final DataSource tracked;
    final DSLContext dsl;
    private final Queue<SQLException> failures = new ConcurrentLinkedQueue<>();
    private volatile Commit commit = Commit.WORKS;

    Stage(Database database, Consumer<QueryCache.Builder> settings) {
        f = Fixture.empty(database, builder -> {
                    builder.store(results).generations(new Generations());
                    settings.accept(builder);
                })
                .with("create table t (v int)", "insert into t values (0)", "create table other (v int)");
        tracked = f.cache.track(new Stopping(f.pool));
        dsl = f.cache
                .derive(new DefaultConfiguration().set(tracked).set(database.dialect()))
                .dsl();
        assertThat(f.cache.explain(query(dsl)).isCacheable()).isTrue();
        // A writer that touched everything when its statement is sent would hide what happens at its commit.
        assertThat(f.cache.explain(incrementing(dsl)).toString()).contains("touches  t\n");
    }

    /** Without waiting for each other, unless a test is about that. */
    static Stage of(Database database) {
        return new Stage(database, settings -> settings.maximumWait(Duration.ZERO));
    }

    static ResultQuery<? extends Record> query(DSLContext dsl) {
        return dsl.select(V).from(T);
    }

    static int read(DSLContext dsl) {
        return query(dsl).fetch().get(0).get(V);
    }

    private static Query incrementing(DSLContext dsl) {
        return dsl.update(T).set(V, V.plus(inline(1)));
    }

    static void increment(DSLContext dsl) {
        incrementing(dsl).execute();
    }

    int cached() {
        return read(dsl);
    }

    int truth() {
        return read(f.cache.with(dsl, CacheHint.bypass()));
    }

    /** What is served equals the database, twice: the second time it may come from the cache. */
    void assertFresh(String when) {
        int truth = truth();
        assertThat(cached()).as(when).isEqualTo(truth);
        assertThat(cached()).as(when).isEqualTo(truth);
    }

    Actor<Integer> reader() {
        return new Actor<>("reader", this::cached);
    }

    /** Reads in a snapshot: another table, so that it is taken, then twice with the cache, then once without. */
    Actor<List<Integer>> snapshotReader() {
        int level = f.database == Database.H2 ? H2_SNAPSHOT : Connection.TRANSACTION_REPEATABLE_READ;
        return new Actor<>(
                "snapshot reader",
                () -> inTransaction(level, inside -> {
                    Actor.unstopped(() -> inside.select(V).from("other").fetch());
                    Actor.reach("afterSnapshot");
                    return List.of(read(inside), read(inside), read(f.cache.with(inside, CacheHint.bypass())));
                }));
    }

    Actor<Boolean> autocommitWriter() {
        return new Actor<>("writer", () -> {
            increment(dsl);
            return true;
        });
    }

    /** Commits, or rolls back, what it has incremented. Answers whether COMMIT returned. */
    Actor<Boolean> writer(boolean commits) {
        return new Actor<>("writer", () -> {
            try (Connection connection = tracked.getConnection()) {
                connection.setAutoCommit(false);
                Actor.unstopped(() -> increment(on(connection)));
                try {
                    if (commits) connection.commit();
                    else connection.rollback();
                    return true;
                } catch (SQLException e) {
                    connection.rollback();
                    return false;
                } finally {
                    connection.setAutoCommit(true);
                }
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    void commit(Commit outcome) {
        commit = outcome;
    }

    /** The store loses everything, as it may. */
    void forgetResults() {
        results.clear();
    }

    /** The next statement fails, or the one after which an actor has stopped. */
    void failNextStatement() {
        failures.add(new SQLException("made to fail", "22012"));
    }

    private DSLContext on(Connection connection) {
        return f.cache
                .derive(DSL.using(connection, f.database.dialect()).configuration())
                .dsl();
    }

    <T> T inTransaction(int isolation, Function<DSLContext, T> work) {
        try (Connection connection = tracked.getConnection()) {
            connection.setTransactionIsolation(isolation);
            connection.setAutoCommit(false);
            try {
                return work.apply(on(connection));
            } finally {
                connection.rollback();
                connection.setAutoCommit(true);
                connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        f.close();
    }

    private static final class Results extends ForwardingResultStore {
        Results() {
            super(EhcacheResultStore.onHeap().build());
        }

        @Override
        public boolean put(Fingerprint key, CachedResult result, Duration timeToLive) {
            Actor.reach("beforeStore");
            return super.put(key, result, timeToLive);
        }
    }

    private static final class Generations extends ForwardingGenerationStore {
        private final ThreadLocal<Integer> captures = ThreadLocal.withInitial(() -> 0);

        Generations() {
            super(new InJvmGenerationStore(1 << 10));
        }

        @Override
        public Stamp capture(Tags tags) {
            boolean first = captures.get() == 0;
            captures.set(captures.get() + 1);
            if (!first) Actor.reach("beforeValidate");
            Stamp stamp = super.capture(tags);
            if (first) Actor.reach("afterCapture");
            return stamp;
        }

        @Override
        public Intent intent(Tags tags) {
            Intent intent = super.intent(tags);
            Actor.reach("afterIntent");
            return intent;
        }

        @Override
        public void commit(Intent intent) {
            Actor.reach("beforeBump");
            super.commit(intent);
            Actor.reach("afterBump");
        }

        @Override
        public void abandon(Intent intent) {
            super.abandon(intent);
            Actor.reach("afterAbandon");
        }
    }

    private final class Stopping extends InterceptedDataSource {
        Stopping(DataSource pool) {
            super(pool);
        }

        @Override
        protected <T> T execute(String sql, Call<T> real) throws SQLException {
            T result = real.run();
            Actor.reach("afterSql");
            SQLException failure = failures.poll();
            if (failure != null) throw failure;
            return result;
        }

        @Override
        protected void commit(Connection connection) throws SQLException {
            if (commit == Commit.THROWS_AND_ROLLS_BACK) connection.rollback();
            else connection.commit();
            Actor.reach("afterCommit");
            if (commit != Commit.WORKS) throw new SQLException("outcome unknown", "08006");
        }

        @Override
        protected void rollback(Connection connection) throws SQLException {
            connection.rollback();
            Actor.reach("afterRollback");
        }
    }
}
