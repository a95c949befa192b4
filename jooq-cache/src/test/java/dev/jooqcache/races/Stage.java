package dev.jooqcache.races;

import static org.assertj.core.api.Assertions.assertThat;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.table;

import dev.jooqcache.CacheHint;
import dev.jooqcache.InvalidationGranularity;
import dev.jooqcache.QueryCacheBuilder;
import dev.jooqcache.internal.generation.StoppingStore;
import dev.jooqcache.spi.Fingerprint;
import dev.jooqcache.spi.Stamp;
import dev.jooqcache.spi.StoredResult;
import dev.jooqcache.spi.Tags;
import dev.jooqcache.testing.CaffeineStore;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.Fixture;
import dev.jooqcache.testing.ForwardingGenerationStore;
import dev.jooqcache.testing.ForwardingResultStore;
import dev.jooqcache.testing.InterceptedDataSource;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jooq.ConnectionRunnable;
import org.jooq.Cursor;
import org.jooq.DSLContext;
import org.jooq.ExecuteListener;
import org.jooq.Field;
import org.jooq.Query;
import org.jooq.Record;
import org.jooq.ResultQuery;
import org.jooq.Table;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.jooq.impl.DefaultConfiguration;
import org.jooq.tools.jdbc.DefaultConnection;

/**
 * Two tables with one number each, which writers increment and every read shows together, and a cache in which actors
 * stop at these points.
 *
 * <ul>
 *   <li>Readers: {@code afterCapture}, {@code beforeSql}, {@code afterSql}, {@code beforeValidate}, {@code beforeStore}.
 *   <li>Writers: {@code afterIntent}, {@code beforeSql} and {@code afterSql} in autocommit, {@code beforeCommit}, {@code
 *       afterCommit}, {@code beforeBump} for each tag, {@code afterBump}, {@code afterAbandon}, {@code beforeRollback},
 *       {@code afterRollback}, {@code afterFailure} of a commit that takes effect late.
 * </ul>
 */
final class Stage implements AutoCloseable {

    private static final int H2_SNAPSHOT = 6;
    private static final Table<Record> T = table("t");
    private static final Table<Record> U = table("u");
    private static final Field<Integer> V = field("v", Integer.class);
    private static final Field<Integer> OF_T = field(name("t", "v"), Integer.class);
    private static final Field<Integer> OF_U = field(name("u", "v"), Integer.class);

    /** What becomes of COMMIT. */
    enum Commit {
        WORKS,
        THROWS_AND_COMMITS,
        THROWS_AND_ROLLS_BACK,
        /** The server says so, as when a deferred constraint is violated. */
        ROLLS_BACK_FOR_CERTAIN,
        /** The server hears of it, but does it when {@link #commitLate} says so. */
        THROWS_AND_COMMITS_LATE
    }

    private final Results results = new Results();
    final GuardedGenerations generations = new GuardedGenerations();
    final Fixture f;
    final DataSource tracked;
    final DSLContext dsl;
    private final Queue<SQLException> failures = new ConcurrentLinkedQueue<>();
    private volatile Commit commit = Commit.WORKS;
    private volatile Connection late;

    /** Connections lead through a proxy, as PgBouncer is one, which tells drivers process ids of its own. */
    volatile boolean behindProxy;

    Stage(Database database, Consumer<QueryCacheBuilder> settings) {
        f = Fixture.empty(database, InvalidationGranularity.TABLE, pool -> {}, builder -> {
                    // The protocol is the same for one tag as for many, and its steps can be counted.
                    builder.store(results).generationStore(generations);
                    settings.accept(builder);
                })
                .with(
                        "create table t (v int)",
                        "insert into t values (0)",
                        "create table u (v int)",
                        "insert into u values (0)",
                        "create table other (v int)");
        tracked = f.cache.trackPool(new Stopping(f.pool));
        dsl = f.cache
                .derive(new DefaultConfiguration().set(tracked).set(database.dialect()))
                .dsl();
        assertThat(f.cache.explain(query(dsl)).isCacheable()).isTrue();
        // A writer that touched everything when its statement is sent would hide what happens at its commit.
        assertThat(f.cache.explain(incrementing(dsl, T)).toString()).contains("writes   t\n");
    }

    /** Without waiting for each other, unless a test is about that. */
    static Stage of(Database database) {
        return new Stage(database, settings -> settings.singleFlightTimeout(Duration.ZERO));
    }

    static ResultQuery<? extends Record> query(DSLContext dsl) {
        return dsl.select(OF_T, OF_U).from(T, U);
    }

    static int read(DSLContext dsl) {
        return readBoth(dsl).get(0);
    }

    /** Both numbers. */
    static List<Integer> readBoth(DSLContext dsl) {
        CAPTURES.remove();
        CAPTURES_AFTER_SQL.remove();
        Record row = query(dsl).fetch().get(0);
        return List.of(row.get(0, Integer.class), row.get(1, Integer.class));
    }

    private static Query incrementing(DSLContext dsl, Table<Record> table) {
        return dsl.update(table).set(V, V.plus(inline(1)));
    }

    /** Increments the first number. */
    static void increment(DSLContext dsl) {
        incrementing(dsl, T).execute();
    }

    static void incrementBoth(DSLContext dsl) {
        increment(dsl);
        incrementing(dsl, U).execute();
    }

    int cached() {
        return read(dsl);
    }

    int truth() {
        return truthOfBoth().get(0);
    }

    List<Integer> truthOfBoth() {
        return readBoth(f.cache.with(dsl, CacheHint.bypass()));
    }

    /** What is served equals the database, twice: the second time it may come from the cache. */
    void assertFresh(String when) {
        List<Integer> truth = truthOfBoth();
        assertThat(readBoth(dsl)).as(when).isEqualTo(truth);
        assertThat(readBoth(dsl)).as(when).isEqualTo(truth);
    }

    /** It is served from the store again, and what is served is true. */
    void assertCached(String when) {
        assertFresh(when);
        assertThat(f.during(this::cached).hits()).as(when).isEqualTo(1);
    }

    Actor<Integer> reader() {
        return new Actor<>("reader", this::cached);
    }

    /** Reads both numbers outside a transaction. */
    Actor<List<List<Integer>>> readerOfBoth() {
        return new Actor<>("reader", () -> List.of(readBoth(dsl)));
    }

    /** Reads both numbers in a transaction of READ COMMITTED. */
    Actor<List<List<Integer>>> committedReader() {
        return new Actor<>(
                "reader", () -> List.of(inTransaction(Connection.TRANSACTION_READ_COMMITTED, Stage::readBoth)));
    }

    /**
     * Reads in a snapshot: another table, so that it is taken, then stops at {@code afterSnapshot}, and reads both
     * numbers twice with the cache, then once without. It stops in the first of these only.
     */
    Actor<List<List<Integer>>> snapshotReader() {
        return new Actor<>(
                "snapshot reader",
                () -> inTransaction(snapshotLevel(), inside -> {
                    Actor.unstopped(() -> inside.select(V).from("other").fetch());
                    Actor.reach("afterSnapshot");
                    return readThrice(inside);
                }));
    }

    /** The same, but the first thing that it does is the first of the three reads. */
    Actor<List<List<Integer>>> beginningSnapshotReader() {
        return new Actor<>("snapshot reader", () -> inTransaction(snapshotLevel(), this::readThrice));
    }

    /** The same, but stops in the statement that takes the snapshot, which reads another table. */
    Actor<List<List<Integer>>> slowlyBeginningSnapshotReader() {
        return new Actor<>(
                "snapshot reader",
                () -> inTransaction(snapshotLevel(), inside -> {
                    inside.select(V).from("other").fetch();
                    return Actor.unstopped(() -> readThrice(inside));
                }));
    }

    /** Executes the query in a snapshot that another statement has taken, and reads its row after the commit. */
    Actor<Boolean> readerPastTheEndOfItsSnapshot() {
        return new Actor<>(
                "reader",
                () -> inTransaction(snapshotLevel(), inside -> {
                    Actor.unstopped(() -> inside.select(V).from("other").fetch());
                    CAPTURES.remove();
                    return readPastTheEnd(inside, Connection::commit);
                }));
    }

    /** Executes the query with a listener that writes just before, and reads its row after the rollback. */
    void readOwnWriteAfterItsRollback() {
        inTransaction(Connection.TRANSACTION_READ_COMMITTED, inside -> {
            ExecuteListener writer = ExecuteListener.onExecuteStart(ctx -> {
                if (ctx.query() instanceof ResultQuery) incrementBoth(inside);
            });
            return readPastTheEnd(inside.configuration().deriveAppending(writer).dsl(), Connection::rollback);
        });
    }

    /** Executes the query, ends its transaction, and reads the row, which it tells whether the database allows. */
    private static boolean readPastTheEnd(DSLContext inside, ConnectionRunnable end) {
        try (Cursor<?> cursor = query(inside).fetchLazy()) {
            inside.connection(end);
            return cursor.fetch().isNotEmpty();
        } catch (DataAccessException e) {
            // Some databases close it at the end.
            return false;
        }
    }

    private List<List<Integer>> readThrice(DSLContext inside) {
        List<Integer> first = readBoth(inside);
        return Actor.unstopped(
                () -> List.of(first, readBoth(inside), readBoth(f.cache.with(inside, CacheHint.bypass()))));
    }

    int snapshotLevel() {
        return f.database == Database.H2 ? H2_SNAPSHOT : Connection.TRANSACTION_REPEATABLE_READ;
    }

    Actor<Boolean> autocommitWriter() {
        return new Actor<>("writer", () -> {
            increment(dsl);
            return true;
        });
    }

    /** Commits, or rolls back, what it has incremented: both numbers. Answers whether COMMIT returned. */
    Actor<Boolean> writer(boolean commits) {
        return writer(commits, connection -> Actor.unstopped(() -> incrementBoth(on(connection))));
    }

    /** The same, but stops at {@code written}, too, before it sends COMMIT or ROLLBACK. */
    Actor<Boolean> openWriter(boolean commits) {
        return writer(commits, connection -> {
            Actor.unstopped(() -> incrementBoth(on(connection)));
            Actor.reach("written");
        });
    }

    /** The same, but reads what it has written before it ends. */
    Actor<Boolean> readingWriter(boolean commits) {
        return writer(
                commits,
                connection -> Actor.unstopped(() -> {
                    incrementBoth(on(connection));
                    assertThat(read(on(connection))).isEqualTo(1);
                }));
    }

    private Actor<Boolean> writer(boolean commits, Consumer<Connection> work) {
        return new Actor<>("writer", () -> {
            try (Connection connection = tracked.getConnection()) {
                connection.setAutoCommit(false);
                work.accept(connection);
                try {
                    if (commits) connection.commit();
                    else connection.rollback();
                    return true;
                } catch (SQLException e) {
                    if (late == null) connection.rollback();
                    else Actor.reach("afterFailure");
                    return false;
                } finally {
                    if (late == null) connection.setAutoCommit(true);
                }
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    void commit(Commit outcome) {
        commit = outcome;
    }

    /** The server finishes the commit of which the client has been told that it failed. */
    void commitLate() {
        try {
            late.commit();
            f.pool.evictConnection(late);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The store loses everything, as it may. */
    void forgetResults() {
        results.clear();
    }

    /** The next statement fails, or the one after which an actor has stopped. */
    void failNextStatement() {
        failures.add(new SQLException("made to fail", "22012"));
    }

    DSLContext on(Connection connection) {
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
            super(new CaffeineStore());
        }

        @Override
        public void put(Fingerprint key, StoredResult result, Duration timeToLive) {
            Actor.reach("beforeStore");
            super.put(key, result, timeToLive);
        }
    }

    /** How often the present read has captured a stamp before its SQL. */
    private static final ThreadLocal<Integer> CAPTURES = ThreadLocal.withInitial(() -> 0);

    /** The same after its SQL; -1 before. */
    private static final ThreadLocal<Integer> CAPTURES_AFTER_SQL = ThreadLocal.withInitial(() -> -1);

    /** The library's store, in which actors stop, and which can fail and lose its numbers. */
    static final class GuardedGenerations extends ForwardingGenerationStore {
        volatile boolean capturesFail;
        volatile boolean intentsFail;
        private volatile long lost;
        private volatile long life = 1;

        GuardedGenerations() {
            super(StoppingStore.calling(() -> Actor.reach("beforeBump")));
        }

        /** Begins again at 0, and does not notice: only {@link #renew} makes its stamps differ from earlier ones. */
        void loseNumbers() {
            lost = super.now();
        }

        @Override
        public Stamp capture(Tags tags) {
            if (capturesFail) throw new IllegalStateException("made to fail: capture");
            int after = CAPTURES_AFTER_SQL.get();
            if (after >= 0) CAPTURES_AFTER_SQL.set(after + 1);
            // Later ones are made by the sweeper.
            if (after == 0) Actor.reach("beforeValidate");
            int before = CAPTURES.get();
            CAPTURES.set(before + 1);
            Stamp stamp = super.capture(tags);
            if (before == 0) Actor.reach("afterCapture");
            return stamp.pending() ? stamp : Stamp.of(life, Math.max(0, stamp.generation() - lost));
        }

        @Override
        public long now() {
            return super.now() - lost;
        }

        @Override
        public void renew() {
            super.renew();
            life++;
        }

        @Override
        public Intent intent(Tags tags) {
            if (intentsFail) throw new IllegalStateException("made to fail: intent");
            Intent intent = super.intent(tags);
            Actor.reach("afterIntent");
            return intent;
        }

        @Override
        public void commit(Intent intent) {
            super.commit(intent);
            Actor.reach("afterBump");
        }

        @Override
        public void abandon(Intent intent) {
            super.abandon(intent);
            Actor.reach("afterAbandon");
        }
    }

    /** What a driver makes of a connection through a proxy. */
    public static final class Proxied extends DefaultConnection {
        Proxied(Connection connection) {
            super(connection);
        }

        /** As pgjdbc has it. */
        public int getBackendPID() {
            return Integer.MAX_VALUE;
        }

        @Override
        public <T> T unwrap(Class<T> type) throws SQLException {
            return type.isInstance(this) ? type.cast(this) : super.unwrap(type);
        }

        @Override
        public DatabaseMetaData getMetaData() throws SQLException {
            DatabaseMetaData real = super.getMetaData();
            return (DatabaseMetaData) Proxy.newProxyInstance(
                    getClass().getClassLoader(),
                    new Class<?>[] {DatabaseMetaData.class},
                    (proxy, method, arguments) ->
                            method.getName().equals("getConnection") ? this : method.invoke(real, arguments));
        }
    }

    private final class Stopping extends InterceptedDataSource {
        Stopping(DataSource pool) {
            super(pool);
        }

        @Override
        public Connection getConnection() throws SQLException {
            Connection connection = super.getConnection();
            return behindProxy ? new Proxied(connection) : connection;
        }

        @Override
        protected <T> T execute(String sql, Call<T> real) throws SQLException {
            Actor.reach("beforeSql");
            T result = real.run();
            if (sql.startsWith("select")) CAPTURES_AFTER_SQL.set(0);
            Actor.reach("afterSql");
            SQLException failure = failures.poll();
            if (failure != null) throw failure;
            return result;
        }

        @Override
        protected void commit(Connection connection) throws SQLException {
            Actor.reach("beforeCommit");
            switch (commit) {
                case WORKS, THROWS_AND_COMMITS -> connection.commit();
                case THROWS_AND_ROLLS_BACK, ROLLS_BACK_FOR_CERTAIN -> connection.rollback();
                case THROWS_AND_COMMITS_LATE -> late = connection;
            }
            Actor.reach("afterCommit");
            if (commit == Commit.ROLLS_BACK_FOR_CERTAIN) throw new SQLException("constraint violated", "23505");
            if (commit != Commit.WORKS) throw new SQLException("outcome unknown", "08006");
        }

        @Override
        protected void rollback(Connection connection) throws SQLException {
            Actor.reach("beforeRollback");
            connection.rollback();
            Actor.reach("afterRollback");
        }

        @Override
        protected boolean isValid(Connection connection, int seconds) throws SQLException {
            return connection != late && connection.isValid(seconds);
        }

        @Override
        protected void close(Connection connection) throws SQLException {
            if (connection != late) connection.close();
        }
    }
}
