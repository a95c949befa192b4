package dev.jooqcache.sources;

import static dev.jooqcache.testing.Database.H2;
import static dev.jooqcache.testing.Database.MARIADB;
import static dev.jooqcache.testing.Database.POSTGRESQL;
import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import dev.jooqcache.BypassReason;
import dev.jooqcache.CacheDecision;
import dev.jooqcache.CacheStats;
import dev.jooqcache.inspect.SchemaInspector;
import dev.jooqcache.model.CacheModel;
import dev.jooqcache.model.ModelCheck;
import dev.jooqcache.testing.Books;
import dev.jooqcache.testing.Catalogue;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jooq.DSLContext;
import org.jooq.impl.DefaultConfiguration;
import org.postgresql.jdbc.PgConnection;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** Statements that alter a session alter what is cached on it no longer than the session stays altered. */
class SessionSettingTest {

    private static Fixture small(Database database) {
        return Fixture.empty(database, pool -> pool.setMaximumPoolSize(4), settings -> {})
                .with(Catalogue.DDL);
    }

    private static void assertStillCached(Fixture f, String after) {
        // A statement of unknown effect ends what is stored, once.
        for (int i = 0; i < 8; i++) Books.title(f.dsl);
        CacheStats done = f.during(() -> {
            for (int i = 0; i < 100; i++) assertThat(Books.title(f.dsl)).isEqualTo("1984");
        });
        assertThat(done.hits()).as("hits after %s: %s", after, done).isEqualTo(100);
        int taken = f.connections();
        Books.title(f.dsl);
        assertThat(f.connections())
                .as("connections taken for a hit after %s", after)
                .isEqualTo(taken);
    }

    /** Closes all connections of the pool, and waits for their sessions' end. */
    private static void evict(Fixture f) {
        String sessions = f.database == POSTGRESQL
                ? "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
                : "select count(*) from information_schema.processlist where db = database() and id <> connection_id()";
        try (Connection watching = DriverManager.getConnection(f.pool.getJdbcUrl());
                Statement statement = watching.createStatement()) {
            f.pool.getHikariPoolMXBean().softEvictConnections();
            int left;
            do {
                try (ResultSet rows = statement.executeQuery(sessions)) {
                    rows.next();
                    left = rows.getInt(1);
                }
            } while (left > f.pool.getHikariPoolMXBean().getTotalConnections());
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void inTransactions(Fixture f, Consumer<DSLContext> work) {
        for (int i = 0; i < 10; i++) f.dsl.transaction(c -> work.accept(c.dsl()));
    }

    @DatabaseTest
    void setLocal_endsWithItsTransaction(Database database) {
        if (database != POSTGRESQL) return;
        for (String sql : List.of(
                "set local lock_timeout = '5s'",
                "set local search_path to pg_catalog, public",
                "set local time zone 'Asia/Tokyo'",
                "set local role none",
                "select set_config('app.tenant', '7', true)",
                "select set_config('search_path', 'pg_catalog', true)"))
            try (Fixture f = small(database)) {
                Books.title(f.dsl);
                inTransactions(f, dsl -> dsl.execute(sql));
                CacheStats done = f.during(() -> {
                    for (int i = 0; i < 100; i++) Books.title(f.dsl);
                });
                assertThat(done.hits()).as(sql).isEqualTo(100);
                assertStillCached(f, sql);
            }
    }

    @DatabaseTest
    void setLocal_withinItsTransaction_isBypassed(Database database) {
        if (database != POSTGRESQL) return;
        try (Fixture f = small(database)) {
            f.with("create schema other", "create table other.book as select * from book");
            f.unseen.execute("update other.book set title = 'other'");
            Books.title(f.dsl);
            f.dsl.transaction(c -> {
                assertThat(Books.title(c.dsl())).isEqualTo("1984");
                c.dsl().execute("set local search_path to other");
                assertThat(Books.title(c.dsl())).isEqualTo("other");
            });
            assertThat(Books.title(f.dsl)).isEqualTo("1984");
            f.dsl.transaction(c -> {
                c.dsl().fetch("select set_config('search_path', 'other', true)");
                CacheStats done =
                        f.during(() -> assertThat(Books.title(c.dsl())).isEqualTo("other"));
                assertThat(done.bypasses(BypassReason.SESSION_STATE)).isEqualTo(1);
            });
            assertThat(Books.title(f.dsl)).isEqualTo("1984");
        }
    }

    private static List<String> changesBack(Database database) {
        return switch (database) {
            case POSTGRESQL ->
                List.of(
                        "set statement_timeout = 60000",
                        "set application_name to 'x'",
                        "set search_path to pg_catalog ;; reset search_path",
                        "set timezone to 'Asia/Tokyo' ;; discard all",
                        "set role none",
                        "set session characteristics as transaction read write",
                        "create temporary table scratch (id int) ;; drop table scratch",
                        "select set_config('app.tenant', '7', false) ;; reset all",
                        "do $$ begin perform set_config('app.tenant', '8', true); end $$");
            case H2 ->
                List.of(
                        "set lock_timeout 2000",
                        "set query_timeout 10000",
                        "set @x = 5 ;; set @x = null",
                        "create schema other ;; set schema other ;; set schema public",
                        "create local temporary table scratch (id int) ;; drop table scratch");
            case MARIADB ->
                List.of(
                        "set @x = 1",
                        "set session lock_wait_timeout = 50",
                        "set max_statement_time = 30",
                        "set @old = @@sql_mode ;; set sql_mode = 'ANSI' ;; set sql_mode = @old",
                        "create temporary table scratch (id int) ;; drop temporary table scratch");
        };
    }

    @DatabaseTest
    void settingsThatAreAsBefore_atReturn_areForgiven(Database database) throws SQLException {
        for (String sql : changesBack(database))
            try (Fixture f = small(database)) {
                Books.title(f.dsl);
                for (int i = 0; i < 8; i++)
                    try (Connection connection = f.tracked.getConnection();
                            Statement statement = connection.createStatement()) {
                        for (String each : sql.split(" ;; ", -1))
                            if (i == 0 || !each.startsWith("create schema")) statement.execute(each);
                    }
                assertStillCached(f, sql);
            }
    }

    @DatabaseTest
    void explain_tellsTheStateOfTheDataSource(Database database) throws SQLException {
        try (Fixture f = small(database)) {
            Books.title(f.dsl);
            assertThat(f.cache.explain(Books.titles(f.dsl)).state()).isEmpty();
            try (Connection connection = f.tracked.getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute(f.use("public"));
                CacheDecision altered = f.cache.explain(Books.titles(f.dsl));
                assertThat(altered.state()).containsExactly("a session has settings or temporary tables of its own");
                assertThat(altered.toString()).contains("\n  now      a session has settings");
            }
            f.dsl.transaction(c -> {
                Books.retitle(c.dsl(), "1984");
                assertThat(f.cache.explain(Books.titles(f.dsl)).isCacheable()).isTrue();
            });
            DSLContext unknown = f.cache
                    .derive(new DefaultConfiguration()
                            .set(new DelegatingDataSource(f.pool) {})
                            .set(database.dialect()))
                    .dsl();
            assertThat(f.cache.explain(Books.titles(unknown)).state())
                    .singleElement()
                    .asString()
                    .startsWith("each read asks its connection");
        }
    }

    @DatabaseTest
    void setSchema_toTheSame_isForgiven(Database database) throws SQLException {
        // PostgreSQL's driver sets a search path, of which the default one has another text.
        Consumer<HikariConfig> schema = pool -> {
            if (database == POSTGRESQL) pool.setSchema("public");
        };
        try (Fixture f = Fixture.empty(database, schema, settings -> {}).with(Catalogue.DDL)) {
            Books.title(f.dsl);
            try (Connection connection = f.tracked.getConnection()) {
                if (database == MARIADB) connection.setCatalog(connection.getCatalog());
                else connection.setSchema(connection.getSchema());
            }
            assertStillCached(f, "setSchema to the same");
        }
    }

    @DatabaseTest
    void settingThatStays_isNeverServedAnothersRows(Database database) throws SQLException {
        try (Fixture f = small(database)) {
            String other = f.schema("other");
            f.with("create schema " + other, "create table " + other + ".book as select * from book");
            f.unseen.execute("update " + other + ".book set title = 'other'");
            Books.title(f.dsl);
            try (Connection first = f.tracked.getConnection();
                    Statement statement = first.createStatement()) {
                statement.execute(f.use("other"));
            }
            for (int i = 0; i < 20; i++) f.assertFresh(Books::titles);
            if (database == H2) return;
            evict(f);
            assertStillCached(f, "the altered session was closed");
        }
    }

    /** One session, and a second schema whose first book has another title. */
    private static Fixture twoSchemas(Database database) {
        Fixture f = Fixture.empty(
                        database,
                        pool -> {
                            pool.setMaximumPoolSize(1);
                            pool.setConnectionTimeout(60_000);
                        },
                        settings -> {})
                .with(Catalogue.DDL);
        String other = f.schema("other");
        f.with(
                "create schema " + other,
                "create table " + other + ".book as select * from book",
                "create table " + other + ".author as select * from author",
                "update " + other + ".book set title = 'other'",
                "update " + other + ".author set name = 'other'");
        return f;
    }

    private static void execute(Fixture f, String sql) {
        try (Connection connection = f.tracked.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    @DatabaseTest
    void readerThatGetsAnAlteredSession_storesNothingForOthers(Database database) throws Exception {
        try (Fixture f = twoSchemas(database)) {
            String toPublic = f.use("public");
            String toOther = f.use("other");
            for (int i = 0; i < 3; i++) Books.title(f.dsl);
            CompletableFuture<String> read = new CompletableFuture<>();
            Thread reader = new Thread(() -> read.complete(Books.name(f.dsl)));
            try (Connection connection = f.tracked.getConnection();
                    Statement statement = connection.createStatement()) {
                reader.start();
                while (reader.getState() != Thread.State.TIMED_WAITING) Thread.onSpinWait();
                statement.execute(toOther);
            }
            assertThat(read.get(1, TimeUnit.MINUTES)).isEqualTo("other");
            execute(f, toPublic);
            String name =
                    f.unseen.fetchValue("select name from author where id = 1").toString();
            for (int i = 0; i < 3; i++) assertThat(Books.name(f.dsl)).isEqualTo(name);
            for (int i = 0; i < 3; i++) f.assertFresh(Books::titles);
        }
    }

    @DatabaseTest
    void settingsByStatementsThatDoOtherThings_areSeen(Database database) {
        if (database != POSTGRESQL) return;
        String set = "set_config('search_path', 'other', false)";
        for (String sql : List.of(
                "insert into log values (" + set + ")",
                "update log set line = " + set,
                "with x as (insert into log values (" + set + ") returning line) select * from x",
                "explain analyze insert into log values (" + set + ")",
                "alter table log add column added text default " + set,
                "alter table log alter column line type text using " + set,
                "alter table log add constraint checked check (" + set + " is not null)",
                "truncate emptied"))
            try (Fixture f = twoSchemas(database)) {
                f.with(
                        "create table log (line text)",
                        "insert into log values ('x')",
                        "create table emptied (id int)",
                        "create function switch() returns trigger language plpgsql as $$ begin perform " + set
                                + "; return null; end $$",
                        "create trigger switching after truncate on emptied execute function switch()",
                        "set search_path to public");
                for (int i = 0; i < 3; i++) f.assertFresh(Books::titles);
                execute(f, sql);
                assertThat(Books.title(f.dsl)).as(sql).isEqualTo("other");
                for (int i = 0; i < 3; i++) f.assertFresh(Books::titles);
                execute(f, "set search_path to public");
                assertThat(Books.title(f.dsl)).as(sql).isEqualTo("1984");
            }
    }

    @DatabaseTest
    void unwrappedConnection_isLookedAtAfterwards(Database database) throws SQLException {
        if (database != POSTGRESQL) return;
        try (Fixture f = twoSchemas(database)) {
            for (int i = 0; i < 3; i++) f.assertFresh(Books::titles);
            try (Connection connection = f.tracked.getConnection();
                    Statement raw = connection.unwrap(PgConnection.class).createStatement()) {
                raw.execute("set search_path to other");
            }
            for (int i = 0; i < 3; i++) assertThat(Books.title(f.dsl)).isEqualTo("other");
        }
    }

    @DatabaseTest
    void onePool_trackedInTwoWays_isOnePool(Database database) {
        try (Fixture f = twoSchemas(database)) {
            String toPublic = f.use("public");
            String toOther = f.use("other");
            DSLContext wrapped = f.cache
                    .derive(new DefaultConfiguration()
                            .set(f.cache.trackPool(new DelegatingDataSource(f.pool) {}))
                            .set(database.dialect()))
                    .dsl();
            for (int round = 0; round < 2; round++) {
                for (int i = 0; i < 3; i++) assertThat(Books.title(wrapped)).isEqualTo("1984");
                for (int i = 0; i < 3; i++) assertThat(Books.title(f.dsl)).isEqualTo("1984");
                execute(f, toOther);
                for (int i = 0; i < 3; i++) assertThat(Books.title(f.dsl)).isEqualTo("other");
                for (int i = 0; i < 3; i++) assertThat(Books.title(wrapped)).isEqualTo("other");
                wrapped.execute(toPublic);
            }
        }
    }

    @DatabaseTest
    void transactionBegunBySql_onceItIsOver_endsNothing(Database database) {
        try (Fixture f = twoSchemas(database)) {
            for (int i = 0; i < 3; i++) f.assertFresh(Books::titles);
            execute(f, "begin");
            f.assertFresh(Books::titles);
            execute(f, "rollback");
            if (database == H2) execute(f, "set autocommit on");
            assertStillCached(f, "a stray BEGIN");
        }
    }

    @DatabaseTest
    void poolWithoutAutocommit_settingThatIsAsBefore_isForgiven(Database database) {
        try (Fixture f = Fixture.empty(
                database,
                pool -> {
                    pool.setMaximumPoolSize(1);
                    pool.setAutoCommit(false);
                },
                settings -> {})) {
            f.unseen.transaction(c -> {
                for (String sql : Catalogue.DDL) c.dsl().execute(sql);
            });
            Books.title(f.dsl);
            String use = f.use("public");
            f.dsl.transaction(c -> c.dsl().execute(use));
            f.dsl.transaction(c -> Books.title(c.dsl()));
            for (int i = 0; i < 3; i++) Books.title(f.dsl);
            CacheStats done = f.during(() -> {
                for (int i = 0; i < 20; i++) Books.title(f.dsl);
            });
            assertThat(done.hits()).as("%s", done).isEqualTo(20);
        }
    }

    @DatabaseTest
    void sharedConnection_alteredByOthers_isNotTakenForAnother(Database database) throws SQLException {
        try (Fixture f = small(database)) {
            String toPublic = f.use("public");
            String toOther = f.use("other");
            String other = f.schema("other");
            f.with("create schema " + other, "create table " + other + ".book as select * from book");
            f.unseen.execute("update " + other + ".book set title = 'other'");
            try (Connection connection = f.pool.getConnection();
                    Statement statement = connection.createStatement()) {
                DSLContext dsl = f.cache
                        .derive(new DefaultConfiguration().set(connection).set(database.dialect()))
                        .dsl();
                for (int i = 0; i < 3; i++) assertThat(Books.title(dsl)).isEqualTo("1984");
                statement.execute(toOther);
                for (int i = 0; i < 3; i++) assertThat(Books.title(dsl)).isEqualTo("other");
                statement.execute(toPublic);
                for (int i = 0; i < 3; i++) assertThat(Books.title(dsl)).isEqualTo("1984");
            }
        }
    }

    @DatabaseTest
    void givenModel_codeInATransaction_isForgiven(Database database) {
        if (database != POSTGRESQL) return;
        try (Fixture plain = small(database)) {
            CacheModel model = SchemaInspector.inspect(plain.unseen);
            try (Fixture f = Fixture.empty(
                            database,
                            pool -> pool.setMaximumPoolSize(2),
                            settings -> settings.model(model).modelCheck(ModelCheck.NONE))
                    .with(Catalogue.DDL)) {
                Books.title(f.dsl);
                for (int i = 0; i < 4; i++) f.dsl.transaction(c -> c.dsl().execute("do $$ begin perform 1; end $$"));
                assertStillCached(f, "DO in a transaction");
            }
        }
    }

    @DatabaseTest
    void globalSettings_ofNewSessions_areSeen(Database database) throws SQLException {
        if (database != POSTGRESQL) return;
        try (Fixture f = small(database)) {
            String name = String.valueOf(f.unseen.fetchValue("select current_database()"));
            f.with("create schema other", "create table other.book as select * from book");
            f.unseen.execute("update other.book set title = 'other'");
            for (int i = 0; i < 3; i++) Books.title(f.dsl);
            for (String path : List.of("other", "public")) {
                f.dsl.execute("alter database " + name + " set search_path to " + path);
                for (int i = 0; i < 3; i++) f.assertFresh(Books::titles);
                evict(f);
                // Not a bypassed read first, which would look at a new session.
                assertThat(Books.title(f.dsl)).isEqualTo(path.equals("other") ? "other" : "1984");
                for (int i = 0; i < 3; i++) f.assertFresh(Books::titles);
                // Changed past the cache: seen once the last old session is closed.
                f.unseen.execute("alter database " + name + " set search_path to public");
                evict(f);
                assertThat(Books.title(f.dsl)).isEqualTo("1984");
                for (int i = 0; i < 3; i++) f.assertFresh(Books::titles);
            }
        }
    }
}
