package dev.jooqcache.schema;

import static dev.jooqcache.testing.Database.H2;
import static dev.jooqcache.testing.Database.MARIADB;
import static dev.jooqcache.testing.Database.POSTGRESQL;
import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.jooqcache.QueryCache;
import dev.jooqcache.inspect.SchemaInspector;
import dev.jooqcache.model.CacheModel;
import dev.jooqcache.model.ModelCheck;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.ResultQuery;
import org.jooq.SQLDialect;
import org.jooq.impl.DefaultConfiguration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.transaction.support.TransactionTemplate;

@Tag("W4")
@DisplayName("W4: what is known of the schema never outlives a change of it, whoever makes it")
public class OutdatedSchemaTest {

    private static final String A = "create table a (id int primary key, n int)";
    private static final String B = "create table b (id int primary key, n int)";
    private static final String VIEW_OF_A = "create view v as select id, n from a";
    private static final String VIEW_OF_B = "create or replace view v as select id, n from b";
    private static final String ROW_OF_A = "insert into a values (1, 1)";
    private static final String ROW_OF_B = "insert into b values (1, 1)";

    private static ResultQuery<Record> view(DSLContext dsl) {
        return dsl.resultQuery("select * from v");
    }

    private static ResultQuery<Record> b(DSLContext dsl) {
        return dsl.resultQuery("select * from b");
    }

    /** The view is over b now, whatever the cache was told. */
    private static void assertFollowsB(Fixture f) {
        f.assertFresh(OutdatedSchemaTest::view);
        f.dsl.execute(ROW_OF_B);
        assertThat(f.assertFresh(OutdatedSchemaTest::view)).hasSize(1);
    }

    @DatabaseTest
    void changeThroughAnotherPool_isFollowed(Database database) {
        try (Fixture f = Fixture.empty(database).with(A, B, VIEW_OF_A);
                HikariDataSource migrations = new HikariDataSource()) {
            migrations.setJdbcUrl(f.pool.getJdbcUrl());
            f.warm(OutdatedSchemaTest::view);
            f.cache
                    .derive(new DefaultConfiguration()
                            .set(f.cache.track(migrations))
                            .set(database.dialect()))
                    .dsl()
                    .execute(VIEW_OF_B);
            assertFollowsB(f);
        }
    }

    /** As long as the schema is not known, a function of the database's own is perhaps an overload of the user's. */
    @DatabaseTest
    void overloadCalledAfterChange_isFollowed(Database database) {
        if (database != Database.POSTGRESQL) return;
        try (Fixture f = Fixture.empty(database)
                .with(
                        B,
                        ROW_OF_B,
                        "create function log(text) returns int language sql as 'update b set n = 2; select 1'")) {
            f.warm(OutdatedSchemaTest::b);
            f.dsl.transaction(transaction -> {
                transaction.dsl().fetch("select 1");
                f.dsl.execute(A);
                transaction.dsl().fetch("select log('x')");
                f.assertFresh(OutdatedSchemaTest::b);
            });
            assertThat(f.assertFresh(OutdatedSchemaTest::b).get(0).get("n")).isEqualTo(2);
        }
    }

    /** What a name meant when the schema was last known, it need not mean after a change. */
    @DatabaseTest
    void viewReadAfterChange_isFollowed(Database database) {
        if (database != Database.POSTGRESQL) return;
        try (Fixture f = Fixture.empty(database)
                .with(
                        A,
                        B,
                        ROW_OF_A,
                        ROW_OF_B,
                        VIEW_OF_A,
                        "create function w() returns int language sql as 'update b set n = 2; select 1'")) {
            f.warm(OutdatedSchemaTest::b);
            f.warm(OutdatedSchemaTest::view);
            f.dsl.transaction(transaction -> {
                transaction.dsl().fetch("select 1");
                f.dsl.execute("create or replace view v as select id, w() as n from a");
                transaction.dsl().fetch("select * from v");
                f.assertFresh(OutdatedSchemaTest::b);
            });
            assertThat(f.assertFresh(OutdatedSchemaTest::b).get(0).get("n")).isEqualTo(2);
        }
    }

    @DatabaseTest
    void changeInTextThatIsNotUnderstood_isFollowed(Database database) {
        String text = switch (database) {
            case H2, POSTGRESQL -> "create or replace view v as select id, n /* was /* n */ */ from b";
            case MARIADB -> "/*!50001 create or replace view v as select id, n from b */";
        };
        assertChangeIsFollowed(database, text);
    }

    @DatabaseTest
    void changeByFunction_isFollowed(Database database) {
        if (database != POSTGRESQL) return; // Elsewhere functions cannot change the schema.
        assertChangeIsFollowed(
                database,
                "select swap()",
                "create function swap() returns int language plpgsql as $$ begin execute '" + VIEW_OF_B
                        + "'; return 1; end $$");
    }

    @DatabaseTest
    void changeByTrigger_isFollowed(Database database) {
        if (database != POSTGRESQL) return; // Elsewhere triggers cannot change the schema.
        assertChangeIsFollowed(
                database,
                "insert into job values (1)",
                "create table job (id int)",
                "create function swap() returns trigger language plpgsql as $$ begin execute '" + VIEW_OF_B
                        + "'; return null; end $$",
                "create trigger t after insert on job for each row execute function swap()");
    }

    private static void assertChangeIsFollowed(Database database, String change, String... objects) {
        try (Fixture f = Fixture.empty(database).with(A, B, VIEW_OF_A).with(objects)) {
            f.warm(OutdatedSchemaTest::view);
            f.dsl.execute(change);
            assertFollowsB(f);
        }
    }

    @DatabaseTest
    @DisplayName("a trigger replaced between a write and its commit fires at the commit")
    void deferredTriggerReplacedBeforeCommit_isFollowed(Database database) throws Exception {
        if (database != POSTGRESQL) return; // Nobody else has deferred triggers.
        try (Fixture f = Fixture.empty(database)
                        .with(
                                A,
                                B,
                                "create function tf() returns trigger language plpgsql as $$ begin return null; end $$",
                                "create constraint trigger t after insert on a deferrable initially deferred for each"
                                        + " row execute function tf()");
                Connection writer = f.tracked.getConnection();
                Statement statement = writer.createStatement()) {
            f.warm(OutdatedSchemaTest::b);
            writer.setAutoCommit(false);
            statement.execute(ROW_OF_A);
            f.dsl.execute("create or replace function tf() returns trigger language plpgsql as $$ begin insert into b"
                    + " values (new.id, 1); return null; end $$");
            f.warm(OutdatedSchemaTest::b);
            writer.commit();
            assertThat(f.assertFresh(OutdatedSchemaTest::b)).hasSize(1);
            writer.setAutoCommit(true);
        }
    }

    @DatabaseTest
    @DisplayName("a write that waits for the lock of the transaction that creates the trigger")
    void writeThatWaitsForNewTrigger_isFollowed(Database database) throws Exception {
        if (database != POSTGRESQL) return; // Elsewhere DDL commits by itself.
        try (Fixture f = Fixture.empty(database)
                        .with(
                                A,
                                B,
                                "create function tf() returns trigger language plpgsql as $$ begin insert into b values"
                                        + " (new.id, 1); return null; end $$");
                Connection migration = f.tracked.getConnection();
                Connection writer = f.tracked.getConnection();
                Statement ddl = migration.createStatement();
                Statement statement = writer.createStatement()) {
            f.warm(OutdatedSchemaTest::b);
            migration.setAutoCommit(false);
            writer.setAutoCommit(false);
            statement.execute("select 1");
            ddl.execute("create trigger t after insert on a for each row execute function tf()");
            CompletableFuture<Integer> waiting = CompletableFuture.supplyAsync(() -> {
                try {
                    return statement.executeUpdate(ROW_OF_A);
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
            while (f.unseen.fetchCount(org.jooq.impl.DSL.table("pg_locks where not granted")) == 0) Thread.onSpinWait();
            migration.commit();
            waiting.get(20, TimeUnit.SECONDS);
            f.assertFresh(OutdatedSchemaTest::b);
            writer.commit();
            assertThat(f.assertFresh(OutdatedSchemaTest::b)).hasSize(1);
            migration.setAutoCommit(true);
            writer.setAutoCommit(true);
        }
    }

    @DatabaseTest
    @DisplayName("DDL in a transaction that Spring commits unseen")
    void changeCommittedUnseen_isFollowed(Database database) throws Exception {
        if (database != POSTGRESQL) return; // Elsewhere DDL commits by itself.
        try (Fixture f = Fixture.empty(database)
                .with(
                        A,
                        B,
                        ROW_OF_A,
                        "create function f() returns bigint stable language sql as 'select count(*) from a'")) {
            DSLContext dsl = new DefaultConfiguration()
                    .set(new TransactionAwareDataSourceProxy(f.pool))
                    .set(SQLDialect.POSTGRES)
                    .set(f.cache.executeListenerProvider())
                    .dsl();
            dsl.fetch("select f() from a");
            new TransactionTemplate(new DataSourceTransactionManager(f.pool)).executeWithoutResult(transaction -> {
                dsl.execute("create or replace function f() returns bigint stable language sql as"
                        + " 'select count(*) from b'");
                CompletableFuture.supplyAsync(() -> dsl.fetch("select * from a"))
                        .join();
            });
            for (int i = 0; i < 12; i++) dsl.fetch("select f() from a");
            dsl.execute(ROW_OF_B);
            assertThat(dsl.fetchValue("select f() from a")).isEqualTo(1L);
        }
    }

    @DatabaseTest
    @DisplayName("a reader does not wait for the locks of a transaction that changes the schema")
    void readDuringChange_isAnswered(Database database) {
        if (database != POSTGRESQL) return; // Elsewhere DDL commits by itself.
        try (Fixture f = Fixture.empty(database).with(A, B, VIEW_OF_A, ROW_OF_A)) {
            f.warm(OutdatedSchemaTest::view);
            f.dsl.transaction(transaction -> {
                transaction.dsl().execute(VIEW_OF_B);
                assertThat(CompletableFuture.supplyAsync(() -> f.dsl.fetch("select * from a"))
                                .get(20, TimeUnit.SECONDS))
                        .hasSize(1);
            });
            assertFollowsB(f);
        }
    }

    @Test
    void givenModel_afterRepeatableMigration_isNotBelieved() {
        assertGivenModelIsNotBelieved((f, cache) ->
                f.with(VIEW_OF_B, "insert into flyway_schema_history values (3, null, 'R__views', 7, 'SQL', true)"));
    }

    @Test
    void givenModel_afterSuspension_isNotBelieved() {
        assertGivenModelIsNotBelieved((f, cache) -> {
            try (QueryCache.Suspension migrating = cache.suspend()) {
                f.with(VIEW_OF_B);
            }
        });
    }

    private interface Migration {
        void run(Fixture f, QueryCache cache);
    }

    private static void assertGivenModelIsNotBelieved(Migration migration) {
        try (Fixture f = Fixture.empty(H2)
                .with(
                        A,
                        B,
                        VIEW_OF_A,
                        "create table flyway_schema_history (installed_rank int primary key, version varchar(50),"
                                + " script varchar(200), checksum int, type varchar(20), success boolean)",
                        "insert into flyway_schema_history values (1, '1', 'V1__base', 5, 'SQL', true),"
                                + " (2, null, 'R__views', 6, 'SQL', true)")) {
            CacheModel model = SchemaInspector.inspect(f.unseen);
            try (QueryCache cache =
                    QueryCache.builder().model(model).modelCheck(ModelCheck.LOG).build()) {
                DSLContext dsl = cache.derive(new DefaultConfiguration()
                                .set(cache.track(f.pool))
                                .set(SQLDialect.H2))
                        .dsl();
                Function<DSLContext, Integer> rows = d -> view(d).fetch().size();
                migration.run(f, cache);
                assertThat(rows.apply(dsl)).isZero();
                assertThat(rows.apply(dsl)).isZero();
                dsl.execute(ROW_OF_B);
                assertThat(rows.apply(dsl)).isEqualTo(1);
            }
        }
    }

    @DatabaseTest
    @DisplayName("code that alters the session shows its rows to nobody else")
    void sessionAlteredByCode_isNotShared(Database database) throws Exception {
        String[] objects = switch (database) {
            case POSTGRESQL ->
                new String[] {
                    "create schema other",
                    "create table other.a (id int primary key, n int)",
                    "create function tenant(s text) returns text language plpgsql as"
                            + " $$ begin return set_config('search_path', s, false); end $$"
                };
            case H2 ->
                new String[] {
                    "create schema \"other\"",
                    "create table \"other\".a (id int primary key, n int)",
                    "create alias tenant for 'dev.jooqcache.schema.OutdatedSchemaTest$Tenant.set'"
                };
            case MARIADB ->
                new String[] {
                    "create table stamped (at timestamp)",
                    "create procedure zone() set time_zone = '+09:00'",
                    "insert into stamped values ('2026-01-01 00:00:00')"
                };
        };
        String alter = database == MARIADB ? "call zone()" : "select tenant('other')";
        String read = database == MARIADB ? "select cast(at as char) from stamped" : "select id from a";
        try (Fixture f = Fixture.empty(database).with(A, ROW_OF_A).with(objects)) {
            String expected = f.dsl.fetch(read).formatCSV();
            try (Connection session = f.tracked.getConnection();
                    Statement statement = session.createStatement()) {
                statement.execute(alter);
                DSLContext altered = f.cache
                        .derive(new DefaultConfiguration().set(session).set(database.dialect()))
                        .dsl();
                assertThat(altered.fetch(read).formatCSV()).isNotEqualTo(expected);
                assertThat(f.dsl.fetch(read).formatCSV()).isEqualTo(expected);
            }
        }
    }

    /** Called by H2, which wants it public. */
    public static final class Tenant {

        private Tenant() {}

        public static String set(Connection connection, String schema) throws SQLException {
            try (Statement statement = connection.createStatement()) {
                statement.execute("set schema \"" + schema + "\"");
                return schema;
            }
        }
    }

    @DatabaseTest
    @DisplayName("code that leaves the session as it was does not end caching on it")
    void sessionLeftAloneByCode_isCachedAgain(Database database) {
        if (database != POSTGRESQL) return; // The others' code without effect is understood, or written in Java.
        try (Fixture f = Fixture.empty(database, pool -> pool.setMaximumPoolSize(1), settings -> {})
                .with(
                        A,
                        B,
                        "create function audit() returns trigger language plpgsql as $$ begin execute"
                                + " 'insert into b values (' || new.id || ', 1)'; return null; end $$",
                        "create trigger t after insert on a for each row execute function audit()")) {
            f.warm(OutdatedSchemaTest::b);
            f.dsl.execute(ROW_OF_A);
            assertThat(f.assertFresh(OutdatedSchemaTest::b)).hasSize(1);
            f.warm(OutdatedSchemaTest::b);
        }
    }
}
