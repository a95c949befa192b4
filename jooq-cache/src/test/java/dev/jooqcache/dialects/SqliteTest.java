package dev.jooqcache.dialects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import dev.jooqcache.BypassReason;
import dev.jooqcache.testing.Pooled;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("SQLite is cached: one snapshot of the file for each transaction")
@Tag("slow")
class SqliteTest {

    private static final String[] TABLES = {
        "create table a (id integer primary key, v int)",
        "create table b (id integer primary key, v int)",
        "insert into a values (1, 0)",
        "insert into b values (1, 0)"
    };

    private static final String READ_A = "select v from a";
    private static final String READ_B = "select v from b";

    @TempDir
    private Path directory;

    private final AtomicInteger files = new AtomicInteger();

    private Pooled open(String journal) {
        return open("", journal, settings -> {});
    }

    private Pooled open(String parameters, String journal, Consumer<HikariConfig> settings) {
        String url =
                "jdbc:sqlite:" + directory.resolve("t" + files.incrementAndGet() + ".db?synchronous=off") + parameters;
        Pooled pooled = new Pooled(url, SQLDialect.SQLITE, settings);
        pooled.unseen.execute("pragma journal_mode = " + journal);
        return pooled.with(TABLES);
    }

    private static int value(DSLContext dsl, String read) {
        return (Integer) ((List<?>) Pooled.rows(dsl, read).get(0)).get(0);
    }

    private static DSLContext on(Pooled p, Connection connection) {
        return p.cache
                .derive(DSL.using(connection, SQLDialect.SQLITE).configuration())
                .dsl();
    }

    private static Connection begin(Pooled p) throws SQLException {
        Connection connection = p.tracked.getConnection();
        connection.setAutoCommit(false);
        return connection;
    }

    private static void end(Connection connection) throws SQLException {
        connection.setAutoCommit(true);
        connection.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"delete", "wal"})
    void read_outsideTransactions_isHitUntilItsTableIsWritten(String journal) {
        try (Pooled p = open(journal)) {
            p.read(READ_A).isHit();
            p.read(READ_B).isHit();
            p.dsl.execute("update a set v = 1");
            assertThat(value(p.dsl, READ_A)).isEqualTo(1);
            p.read(READ_A).isHit();
            p.dsl.execute("delete from a");
            assertThat(Pooled.rows(p.dsl, READ_A)).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"delete", "wal"})
    void read_insideTransaction_isHitOnceTheSnapshotIsTaken(String journal) throws SQLException {
        try (Pooled p = open(journal)) {
            value(p.dsl, READ_A);
            value(p.dsl, READ_B);
            Connection transaction = begin(p);
            DSLContext in = on(p, transaction);
            long before = p.cache.stats().hits();
            value(in, READ_A);
            assertThat(p.cache.stats().hits()).as("no snapshot is taken yet").isEqualTo(before);
            value(in, READ_A);
            value(in, READ_B);
            assertThat(p.cache.stats().hits()).isEqualTo(before + 2);
            end(transaction);
        }
    }

    @Test
    void read_ofATableWrittenSinceTheSnapshot_isThatOfTheSnapshotAndNotStored() throws SQLException {
        try (Pooled p = open("wal")) {
            Connection transaction = begin(p);
            DSLContext in = on(p, transaction);
            value(in, READ_A);
            p.dsl.execute("update b set v = 1");
            assertThat(value(in, READ_B)).isZero();
            assertThat(value(p.dsl, READ_B)).isEqualTo(1);
            assertThat(value(in, READ_B)).isZero();
            end(transaction);
            p.read(READ_B).isHit();
        }
    }

    /** The driver takes the level, and reads a snapshot all the same. */
    @ParameterizedTest
    @ValueSource(strings = {"TRANSACTION_READ_COMMITTED", "TRANSACTION_REPEATABLE_READ", "TRANSACTION_SERIALIZABLE"})
    void read_atWhateverLevel_isThatOfTheSnapshot(String level) throws SQLException {
        try (Pooled p = open("", "wal", settings -> settings.setTransactionIsolation(level))) {
            Connection transaction = begin(p);
            DSLContext in = on(p, transaction);
            value(in, READ_A);
            p.dsl.execute("update b set v = 1");
            assertThat(value(in, READ_B)).isZero();
            assertThat(value(p.dsl, READ_B)).isEqualTo(1);
            assertThat(value(in, READ_B)).isZero();
            end(transaction);
            p.read(READ_B).isHit();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"delete", "wal"})
    void write_afterAHit_isRefusedIfTheHitIsOutdated(String journal) throws SQLException {
        try (Pooled p = open("", journal, settings -> settings.setConnectionInitSql("pragma busy_timeout = 50"))) {
            value(p.dsl, READ_A);
            value(p.dsl, READ_B);
            Connection one = begin(p);
            Connection two = begin(p);
            value(on(p, one), READ_A);
            value(on(p, two), READ_B);
            // Write skew, if both committed: each writes what the other has read, from the cache.
            int a = value(on(p, one), READ_B);
            int b = value(on(p, two), READ_A);
            assertThatThrownBy(() -> {
                        on(p, one).execute("update a set v = " + (a + 1));
                        on(p, two).execute("update b set v = " + (b + 1));
                        one.commit();
                        two.commit();
                    })
                    .hasMessageContaining("SQLITE_BUSY");
            one.rollback();
            two.rollback();
            end(one);
            end(two);
            p.read(READ_A).isHit();
            p.read(READ_B).isHit();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"delete", "wal"})
    void ownWrites_areSeenByTheirTransactionOnly(String journal) throws SQLException {
        try (Pooled p = open(journal)) {
            value(p.dsl, READ_A);
            Connection transaction = begin(p);
            DSLContext in = on(p, transaction);
            in.execute("update a set v = 1");
            assertThat(value(in, READ_A)).isEqualTo(1);
            assertThat(value(p.dsl, READ_A)).isZero();
            transaction.rollback();
            assertThat(value(in, READ_A)).isZero();
            in.execute("update a set v = 2");
            transaction.commit();
            assertThat(value(p.dsl, READ_A)).isEqualTo(2);
            end(transaction);
            p.read(READ_A).isHit();
        }
    }

    /** All that a connection reads is as old as the oldest of its open result sets. */
    @Test
    void read_besideAnOpenResultSet_isNotPublished() throws SQLException {
        try (Pooled p = open("wal")) {
            try (Connection connection = p.tracked.getConnection();
                    Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("select id from a union all select 2")) {
                rows.next();
                p.dsl.execute("update b set v = 1");
                assertThat(value(on(p, connection), READ_B)).isZero();
                assertThat(value(p.dsl, READ_B)).isEqualTo(1);
            }
            p.read(READ_B).isHit();
        }
    }

    @Test
    void read_besideAResultSetOfAnEarlierTransaction_isNotPublished() throws SQLException {
        try (Pooled p = open("wal")) {
            Connection connection = begin(p);
            Statement statement = connection.createStatement();
            ResultSet rows = statement.executeQuery("select id from a union all select 2");
            rows.next();
            connection.commit();
            p.dsl.execute("update b set v = 1");
            value(on(p, connection), READ_B);
            assertThat(value(p.dsl, READ_B)).isEqualTo(1);
            rows.close();
            statement.close();
            end(connection);
            p.read(READ_B).isHit();
        }
    }

    /** It is committed when the result set is closed, not when the statement has been executed. */
    @Test
    void insertReturning_inAutocommit_isPendingUntilItsRowsAreRead() throws SQLException {
        try (Pooled p = open("wal")) {
            String count = "select count(*) from a";
            value(p.dsl, count);
            try (Connection connection = p.tracked.getConnection();
                    Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("insert into a values (7, 7) returning id")) {
                assertThat(value(p.dsl, count)).isEqualTo(1);
                assertThat(value(p.dsl, count)).isEqualTo(1);
                rows.next();
            }
            assertThat(value(p.dsl, count)).isEqualTo(2);
            p.read(count).isHit();
        }
    }

    @Test
    void savepoint_inAutocommit_beginsATransaction() throws SQLException {
        try (Pooled p = open("wal")) {
            Connection connection = p.tracked.getConnection();
            Savepoint savepoint = connection.setSavepoint();
            on(p, connection).execute("update a set v = 1");
            assertThat(value(on(p, connection), READ_A)).isEqualTo(1);
            assertThat(value(p.dsl, READ_A)).isZero();
            assertThat(value(p.dsl, READ_A)).isZero();
            connection.releaseSavepoint(savepoint);
            assertThat(value(p.dsl, READ_A))
                    .as("the outermost savepoint's release commits")
                    .isEqualTo(1);
            assertThatThrownBy(connection::commit).isInstanceOf(SQLException.class);
            closeInWhateverState(connection);
            assertThat(value(p.dsl, READ_A)).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"begin", "begin deferred", "begin immediate transaction", "begin exclusive"})
    void transaction_begunInSql_isFollowed(String begin) throws SQLException {
        try (Pooled p = open("wal");
                Connection connection = p.tracked.getConnection()) {
            value(p.dsl, READ_A);
            DSLContext in = on(p, connection);
            in.execute(begin);
            in.execute("update a set v = 1");
            assertThat(value(in, READ_A)).isEqualTo(1);
            assertThat(value(p.dsl, READ_A)).isZero();
            in.execute("commit");
            assertThat(value(p.dsl, READ_A)).isEqualTo(1);
            connection.close();
            p.read(READ_A).isHit();
        }
    }

    @Test
    void commit_thatFindsTheFileBusy_canBeRepeated() throws SQLException {
        try (Pooled p = open("", "delete", settings -> settings.setConnectionInitSql("pragma busy_timeout = 50"))) {
            value(p.dsl, READ_A);
            Connection writer = begin(p);
            Connection reader = begin(p);
            on(p, writer).execute("update a set v = 1");
            value(on(p, reader), READ_B);
            assertThatThrownBy(writer::commit).hasMessageContaining("SQLITE_BUSY");
            assertThat(value(on(p, reader), READ_A)).isZero();
            end(reader);
            writer.commit();
            assertThat(value(p.dsl, READ_A)).isEqualTo(1);
            end(writer);
            p.read(READ_A).isHit();
        }
    }

    /** The driver takes autocommit for switched on though the transaction is open. */
    @Test
    void autocommit_switchedOnInVain_publishesNothing() throws SQLException {
        try (Pooled p = open("", "delete", settings -> settings.setConnectionInitSql("pragma busy_timeout = 50"))) {
            Connection writer = begin(p);
            Connection reader = begin(p);
            on(p, writer).execute("update a set v = 1");
            value(on(p, reader), READ_B);
            assertThatThrownBy(() -> writer.setAutoCommit(true)).hasMessageContaining("SQLITE_BUSY");
            assertThat(value(on(p, writer), READ_A)).isEqualTo(1);
            assertThat(value(on(p, reader), READ_A)).isZero();
            end(reader);
            try (Statement statement = writer.createStatement()) {
                statement.execute("rollback");
            }
            closeInWhateverState(writer);
            assertThat(value(p.dsl, READ_A)).isZero();
        }
    }

    /** The pool's own ROLLBACK fails where none is possible. */
    private static void closeInWhateverState(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            assertThat(e.getMessage()).matches("(?s).*(no transaction is active|in auto-commit mode).*");
        }
    }

    /** After a failure that has rolled back the transaction each statement commits by itself. */
    @Test
    void update_afterTheTransactionWasRolledBackByAFailure_isSeenAtOnce() throws SQLException {
        try (Pooled p = open("wal")) {
            value(p.dsl, READ_A);
            Connection transaction = begin(p);
            DSLContext in = on(p, transaction);
            assertThatThrownBy(() -> in.execute("insert or rollback into a values (1, 9)"))
                    .hasMessageContaining("SQLITE_CONSTRAINT");
            in.execute("update a set v = 1");
            assertThat(value(p.dsl, READ_A)).isEqualTo(1);
            assertThatThrownBy(transaction::commit).isInstanceOf(SQLException.class);
            closeInWhateverState(transaction);
            assertThat(value(p.dsl, READ_A)).isEqualTo(1);
        }
    }

    @Test
    void pragmas_thatChangeNoResult_leaveCacheAndSessionAlone() {
        try (Pooled p = open("wal")) {
            p.read(READ_A).isHit();
            for (String pragma : List.of(
                    "pragma foreign_keys = on",
                    "pragma busy_timeout = 100",
                    "pragma main.synchronous = normal",
                    "pragma table_info(a)",
                    "pragma wal_checkpoint(truncate)",
                    "pragma journal_mode = wal",
                    "pragma optimize")) {
                p.dsl.execute(pragma);
                long before = p.cache.stats().hits();
                value(p.dsl, READ_A);
                assertThat(p.cache.stats().hits()).as(pragma).isEqualTo(before + 1);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "pragma case_sensitive_like = on",
                "pragma read_uncommitted = true",
                "pragma temp_store = memory",
                "pragma no_such_pragma = 1"
            })
    void pragmas_thatChangeWhatIsRead_alterTheSession(String pragma) throws SQLException {
        try (Pooled p = open("wal");
                Connection connection = p.tracked.getConnection()) {
            value(p.dsl, READ_A);
            DSLContext in = on(p, connection);
            in.execute(pragma);
            p.read(in, "select v from a where 'X' like 'x'").isBypass(BypassReason.SESSION_STATE);
            p.read(READ_A).isHit();
        }
    }

    @Test
    void database_inMemory_isNotCached() {
        for (String url : List.of(
                "jdbc:sqlite::memory:",
                "jdbc:sqlite:",
                "jdbc:sqlite:file::memory:",
                "jdbc:sqlite:file:m?mode=memory",
                "jdbc:sqlite:file:m2?mode=memory&cache=shared")) {
            try (Pooled p = new Pooled(url, SQLDialect.SQLITE, settings -> settings.setMaximumPoolSize(1))) {
                p.with("create table a (id integer primary key, v int)", "insert into a values (1, 0)");
                p.read(READ_A).isBypass(BypassReason.OWN_DATABASE);
            }
        }
    }

    /** Its locks are those of tables, which a hit does not take. */
    @Test
    void sharedCache_isNotCached() {
        try (Pooled p = open("&shared_cache=true", "delete", settings -> {})) {
            p.read(READ_A).isBypass(BypassReason.ISOLATION);
        }
        try (Pooled p = open("", "delete", settings -> settings.addDataSourceProperty("shared_cache", "true"))) {
            p.read(READ_A).isBypass(BypassReason.ISOLATION);
        }
    }

    @Test
    void virtualTables_areNotCached() {
        try (Pooled p = open("wal")) {
            p.unseen.execute("create virtual table words using fts5(word)");
            p.unseen.execute("insert into words values ('one')");
            assertThat(p.read("select word from words").hit()).isFalse();
            assertThat(p.read("select count(*) from words_content").hit()).isFalse();
            assertThat(p.read("select count(*) from sqlite_schema").hit()).isFalse();
        }
    }

    /** Random transactions on two connections and autocommit beside them: no read differs from the bypassed one. */
    @ParameterizedTest
    @ValueSource(strings = {"delete", "wal"})
    void randomTransactions_neverReadAnythingStale(String journal) throws SQLException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        try (Pooled p = open("&busy_timeout=1", journal, settings -> {})) {
            Connection[] connections = {p.tracked.getConnection(), p.tracked.getConnection()};
            for (int step = 0; step < 400; step++) {
                int which = random.nextInt(3);
                DSLContext dsl = which == 2 ? p.dsl : on(p, connections[which]);
                String read = random.nextBoolean() ? READ_A : READ_B;
                try {
                    switch (random.nextInt(6)) {
                        case 0 -> dsl.execute("update " + (random.nextBoolean() ? "a" : "b") + " set v = " + step);
                        case 1 -> {
                            if (which < 2) connections[which].setAutoCommit(false);
                        }
                        case 2 -> {
                            if (which < 2 && !connections[which].getAutoCommit()) connections[which].commit();
                            if (which < 2 && random.nextBoolean()) connections[which].setAutoCommit(true);
                        }
                        case 3 -> {
                            if (which < 2 && !connections[which].getAutoCommit()) connections[which].rollback();
                        }
                        default -> {
                            int cached = value(dsl, read);
                            int actual = value(p.cache.with(dsl, dev.jooqcache.CacheHint.bypass()), read);
                            assertThat(cached)
                                    .as("seed %s, step %s: %s on %s", seed, step, read, which)
                                    .isEqualTo(actual);
                        }
                    }
                } catch (SQLException | org.jooq.exception.DataAccessException e) {
                    assertThat(e).as("seed %s", seed).hasMessageContaining("SQLITE_BUSY");
                    if (which < 2) {
                        closeInWhateverState(connections[which]);
                        connections[which] = p.tracked.getConnection();
                    }
                }
            }
            assertThat(p.cache.stats().hits()).as("seed %s", seed).isGreaterThan(5);
            for (Connection connection : connections) closeInWhateverState(connection);
        }
    }

    @Test
    void concurrentWriters_loseNothing() {
        try (Pooled p = open("wal")) {
            CompletableFuture<?>[] writers = new CompletableFuture<?>[2];
            for (int w = 0; w < writers.length; w++)
                writers[w] = CompletableFuture.runAsync(() -> {
                    for (int i = 0; i < 100; i++) {
                        p.dsl.execute("update a set v = v + 1");
                        value(p.dsl, READ_A);
                    }
                });
            int last = 0;
            while (!CompletableFuture.allOf(writers).isDone()) {
                int now = value(p.dsl, READ_A);
                assertThat(now).as("never back in time").isGreaterThanOrEqualTo(last);
                last = now;
            }
            CompletableFuture.allOf(writers).join();
            assertThat(value(p.dsl, READ_A)).isEqualTo(200);
            p.read(READ_A).isHit();
        }
    }
}
