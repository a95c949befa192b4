package dev.jooqcache.dialects;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import dev.jooqcache.BypassReason;
import dev.jooqcache.testing.Pooled;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
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
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("What is cached on databases whose catalog is not understood")
@Tag("slow")
class OtherDialectsTest {

    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static final String READ_A = "select v from a";
    private static final String READ_B = "select v from b";

    @TempDir
    private static Path directory;

    enum Kind {
        DERBY(SQLDialect.DERBY) {
            @Override
            String url(String name) {
                return "jdbc:derby:memory:" + name + ";create=true";
            }
        },
        HSQLDB(SQLDialect.HSQLDB) {
            @Override
            String url(String name) {
                return "jdbc:hsqldb:mem:" + name;
            }
        },
        HSQLDB_MVCC(SQLDialect.HSQLDB) {
            @Override
            String url(String name) {
                return "jdbc:hsqldb:mem:" + name + ";hsqldb.tx=mvcc";
            }
        },
        DUCKDB(SQLDialect.DUCKDB) {
            @Override
            String url(String name) {
                return "jdbc:duckdb:" + directory.resolve(name + ".duckdb");
            }
        };

        private final SQLDialect dialect;

        Kind(SQLDialect dialect) {
            this.dialect = dialect;
        }

        abstract String url(String name);

        boolean isCached() {
            return this != DUCKDB;
        }

        Pooled open(Consumer<HikariConfig> settings) {
            Pooled pooled = new Pooled(url("d" + NUMBER.incrementAndGet()), dialect, settings);
            return pooled.with(
                    "create table a (v int)",
                    "create table b (v int)",
                    "insert into a values (0)",
                    "insert into b values (0)");
        }
    }

    private static int value(DSLContext dsl, String read) {
        return (Integer) ((List<?>) Pooled.rows(dsl, read).get(0)).get(0);
    }

    private static DSLContext on(Pooled p, Kind kind, Connection connection) {
        return p.cache
                .derive(DSL.using(connection, kind.dialect).configuration())
                .dsl();
    }

    @ParameterizedTest
    @EnumSource
    void reads_outsideTransactions_areHitsOrBypassed(Kind kind) {
        try (Pooled p = kind.open(settings -> {})) {
            if (kind.isCached()) p.read(READ_A).isHit();
            else p.read(READ_A).isBypass(BypassReason.ISOLATION);
            p.dsl.execute("update a set v = 1");
            assertThat(value(p.dsl, READ_A)).isEqualTo(1);
            p.read(READ_A);
        }
    }

    /** DuckDB's driver takes the level, and reads a snapshot all the same. */
    @ParameterizedTest
    @EnumSource
    void reads_atReadCommitted_areOfTheNewestStateOrNotPublished(Kind kind) throws SQLException {
        try (Pooled p = kind.open(settings -> settings.setTransactionIsolation("TRANSACTION_READ_COMMITTED"));
                Connection connection = p.tracked.getConnection()) {
            connection.setAutoCommit(false);
            DSLContext in = on(p, kind, connection);
            value(in, READ_A);
            p.dsl.execute("update b set v = 1");
            int inside = value(in, READ_B);
            assertThat(value(p.dsl, READ_B)).isEqualTo(1);
            assertThat(value(in, READ_B)).as("the same again").isEqualTo(inside);
            connection.commit();
            connection.setAutoCommit(true);
            assertThat(value(p.dsl, READ_B)).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"DERBY", "HSQLDB", "HSQLDB_MVCC"})
    void reads_atHigherLevels_alwaysRun(Kind kind) throws SQLException {
        for (int level : List.of(Connection.TRANSACTION_REPEATABLE_READ, Connection.TRANSACTION_SERIALIZABLE))
            try (Pooled p = kind.open(settings -> {});
                    Connection connection = p.tracked.getConnection()) {
                connection.setTransactionIsolation(level);
                connection.setAutoCommit(false);
                p.read(on(p, kind, connection), READ_A).isBypass(BypassReason.ISOLATION);
                connection.rollback();
                connection.setAutoCommit(true);
            }
    }

    @ParameterizedTest
    @EnumSource
    void ownWrites_areNotPublishedBeforeTheirCommit(Kind kind) throws SQLException {
        try (Pooled p = kind.open(settings -> {});
                Connection connection = p.tracked.getConnection()) {
            value(p.dsl, READ_B);
            connection.setAutoCommit(false);
            DSLContext in = on(p, kind, connection);
            in.execute("update a set v = 1");
            assertThat(value(in, READ_A)).isEqualTo(1);
            connection.rollback();
            assertThat(value(p.dsl, READ_A)).isZero();
            in.execute("update a set v = 2");
            connection.commit();
            connection.setAutoCommit(true);
            assertThat(value(p.dsl, READ_A)).isEqualTo(2);
        }
    }

    /** TOTAL is a function of SQLite. */
    @Test
    void function_ofTheUser_isNotTakenForOneOfAnotherDatabase() {
        try (Pooled p = Kind.HSQLDB.open(settings -> {})) {
            p.with("create function total(x int) returns int reads sql data return x + (select max(v) from b)");
            assertThat(p.read("select total(v) from a").hit()).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"DERBY", "HSQLDB"})
    void view_isNotCachedForWantOfItsDefinition(Kind kind) {
        try (Pooled p = kind.open(settings -> {})) {
            p.with("create view w as select v from b");
            assertThat(p.read("select v from w").hit()).isFalse();
        }
    }
}
