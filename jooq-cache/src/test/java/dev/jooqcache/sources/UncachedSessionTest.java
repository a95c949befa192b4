package dev.jooqcache.sources;

import static dev.jooqcache.testing.Database.H2;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.BypassReason;
import dev.jooqcache.QueryCache;
import dev.jooqcache.testing.Books;
import dev.jooqcache.testing.Catalogue;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import dev.jooqcache.testing.Log;
import dev.jooqcache.testing.Pooled;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.apache.commons.dbcp2.BasicDataSource;
import org.assertj.core.api.ListAssert;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.impl.DefaultConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The log tells once when reads on a session of a pool are no longer cached and why, and when they are again. */
class UncachedSessionTest {

    private static final String AGAIN = "INFO cached again";

    private static Fixture single(Database database) {
        return Fixture.empty(database, pool -> pool.setMaximumPoolSize(1), settings -> {})
                .with(Catalogue.DDL);
    }

    private static void execute(DataSource dataSource, String... statements) {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            for (String each : statements) statement.execute(each);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What is told of sessions during some work: the level and the reason in short. */
    private static ListAssert<String> assertTold(Runnable work) {
        List<String> lines = Log.newsDuring(work).stream()
                .filter(line -> line.contains("session of data source"))
                .map(UncachedSessionTest::shortened)
                .collect(Collectors.toList());
        return assertThat(lines);
    }

    private static String shortened(String line) {
        String level = line.contains(" WARN ") ? "WARN " : "INFO ";
        for (String news : List.of(
                "cached again",
                "temporary tables",
                "settings of its own",
                "transaction that SQL has begun",
                "was unwrapped",
                "snapshot is perhaps old")) if (line.contains(news)) return level + news;
        return line;
    }

    @DatabaseTest
    void temporaryTable_isToldOnce_andItsEnd(Database database) {
        String create = database == H2 ? "create local temporary table" : "create temporary table";
        try (Fixture f = single(database)) {
            Books.title(f.dsl);
            assertTold(() -> {
                        execute(f.tracked, create + " scratch (id int)");
                        for (int i = 0; i < 5; i++) Books.title(f.dsl);
                        execute(f.tracked, create + " scratch2 (id int)");
                    })
                    .containsExactly("WARN temporary tables");
            f.assertBypass(BypassReason.SESSION_STATE, Books::titles);
            assertTold(() -> {
                        execute(f.tracked, "drop table scratch", "drop table scratch2");
                        for (int i = 0; i < 5; i++) Books.title(f.dsl);
                    })
                    .containsExactly(AGAIN);
            f.warm(Books::titles);
            assertTold(() -> {
                        for (int i = 0; i < 5; i++) {
                            execute(f.tracked, create + " scratch (id int)");
                            execute(f.tracked, "drop table scratch");
                        }
                    })
                    .as("what was told before")
                    .isEmpty();
        }
    }

    @DatabaseTest
    void temporaryTable_withAutocommitOff_isToldOnce_andItsEnd(Database database) {
        String create = database == H2 ? "create local temporary table" : "create temporary table";
        try (Fixture f = Fixture.empty(
                database,
                pool -> {
                    pool.setMaximumPoolSize(1);
                    pool.setAutoCommit(false);
                },
                settings -> {})) {
            f.unseen.transaction(c -> Arrays.stream(Catalogue.DDL).forEach(c.dsl()::execute));
            f.dsl.transaction(c -> Books.title(c.dsl()));
            assertTold(() -> {
                        f.dsl.transaction(c -> c.dsl().execute(create + " scratch (id int)"));
                        for (int i = 0; i < 5; i++) f.dsl.transaction(c -> Books.title(c.dsl()));
                    })
                    .containsExactly("WARN temporary tables");
            assertTold(() -> {
                        f.dsl.transaction(c -> c.dsl().execute("drop table scratch"));
                        for (int i = 0; i < 5; i++) f.dsl.transaction(c -> Books.title(c.dsl()));
                    })
                    .containsExactly(AGAIN);
        }
    }

    @DatabaseTest
    void whatIsFoundAsBefore_isNotTold(Database database) {
        List<String> statements = switch (database) {
            case POSTGRESQL ->
                List.of(
                        "set local search_path to pg_catalog, public",
                        "select set_config('app.tenant', '7', true)",
                        "select f()",
                        "do $$ begin perform f(); end $$");
            case H2 -> List.of("set @x = 5", "select f()", "call f()");
            case MARIADB -> List.of("set @x = 1", "select f()", "do f()");
        };
        try (Fixture f = single(database)) {
            f.with(
                    switch (database) {
                        case POSTGRESQL ->
                            "create function f() returns int language plpgsql as $$ begin return 1; end $$";
                        case H2 -> "create alias f for 'java.lang.Math.random'";
                        case MARIADB -> "create function f() returns int modifies sql data return 1";
                    });
            Books.title(f.dsl);
            assertTold(() -> {
                        for (int i = 0; i < 5; i++)
                            for (String each : statements) {
                                f.dsl.transaction(c -> {
                                    c.dsl().execute(each);
                                    Books.title(c.dsl());
                                });
                                execute(f.tracked, f.use("public"), each);
                                Books.title(f.dsl);
                            }
                    })
                    .isEmpty();
        }
    }

    @DatabaseTest
    void transactionThatSqlLeftOpen_isToldOnce_andItsEnd(Database database) {
        try (Fixture f = single(database)) {
            Books.title(f.dsl);
            assertTold(() -> {
                        execute(f.tracked, "begin");
                        for (int i = 0; i < 3; i++) execute(f.tracked, "select 1");
                    })
                    .containsExactly("WARN transaction that SQL has begun");
            assertTold(() -> {
                        execute(f.tracked, "commit");
                        for (int i = 0; i < 3; i++) execute(f.tracked, "select 1");
                    })
                    .containsExactly(AGAIN);
            f.warm(Books::titles);
        }
    }

    @DatabaseTest
    void transactionLeftOpenWithASnapshot_isToldOnce_andItsEnd(Database database) throws SQLException {
        try (Fixture f = Fixture.catalogue(database);
                BasicDataSource pool = new BasicDataSource()) {
            pool.setUrl(f.pool.getJdbcUrl());
            pool.setMaxTotal(1);
            pool.setDefaultTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            pool.setRollbackOnReturn(false);
            pool.setAutoCommitOnReturn(false);
            DataSource tracked = f.cache.track(pool);
            assertTold(() -> {
                        try (Connection connection = tracked.getConnection()) {
                            connection.setAutoCommit(false);
                            connection.createStatement().executeQuery("select 1 from book");
                        } catch (SQLException e) {
                            throw new IllegalStateException(e);
                        }
                        execute(tracked, "select 1");
                        execute(tracked, "select 1");
                    })
                    .containsExactly("WARN snapshot is perhaps old");
            assertTold(() -> {
                        execute(tracked, "commit");
                        execute(tracked, "select 1");
                        execute(tracked, "select 1");
                    })
                    .containsExactly(AGAIN);
        }
    }

    @DatabaseTest
    void unwrappedConnection_isToldOnce_andItsReturn(Database database) {
        try (Fixture f = single(database);
                QueryCache cache = QueryCache.create()) {
            DataSource tracked = cache.track(f.pool);
            DSLContext dsl = cache.derive(
                            new DefaultConfiguration().set(tracked).set(database.dialect()))
                    .dsl();
            Books.title(dsl);
            assertTold(() -> {
                        for (int i = 0; i < 3; i++)
                            try (Connection connection = tracked.getConnection()) {
                                connection.unwrap(driver(database));
                            } catch (SQLException e) {
                                throw new IllegalStateException(e);
                            }
                    })
                    .containsExactly("WARN was unwrapped", AGAIN);
            assertThat(Books.title(dsl)).isEqualTo("1984");
        }
    }

    private static Class<?> driver(Database database) {
        return switch (database) {
            case H2 -> org.h2.jdbc.JdbcConnection.class;
            case POSTGRESQL -> org.postgresql.PGConnection.class;
            case MARIADB -> org.mariadb.jdbc.Connection.class;
        };
    }

    @Test
    void settingsThatADatabaseDoesNotTell_areToldOnce(@TempDir Path directory) {
        String url = "jdbc:sqlite:" + directory.resolve("t.db") + "?synchronous=off";
        try (Pooled p = new Pooled(url, SQLDialect.SQLITE, pool -> pool.setMaximumPoolSize(1))
                .with("create table a (id integer primary key, v int)")) {
            p.dsl.fetch("select v from a");
            assertTold(() -> {
                        for (int i = 0; i < 3; i++) execute(p.tracked, "pragma case_sensitive_like = true");
                        for (int i = 0; i < 3; i++) p.dsl.fetch("select v from a");
                    })
                    .containsExactly("WARN settings of its own");
        }
    }
}
