package dev.jooqcache.schema;

import static dev.jooqcache.schema.Relations.assertReaches;
import static dev.jooqcache.schema.Relations.rows;
import static dev.jooqcache.testing.Database.H2;
import static dev.jooqcache.testing.Database.MARIADB;
import static dev.jooqcache.testing.Database.POSTGRESQL;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.BypassReason;
import dev.jooqcache.QueryCacheBuilder;
import dev.jooqcache.model.Behavior;
import dev.jooqcache.model.TableName;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;

@Tag("N3")
@DisplayName("N3: functions and procedures of the users")
class RoutineReadTest {

    private static final String UPDATE_B = "update b set v = v + 1";
    private static final List<String> OTHER = List.of("other");

    /** Reads the function {@code f} for every row of {@code a}. */
    private static final String CALL = "(select id, f(id) as x from a) t";

    private static Fixture fixture(Database database, String... ddl) {
        return fixture(database, cache -> {}, ddl);
    }

    private static Fixture fixture(Database database, Consumer<QueryCacheBuilder> settings, String... ddl) {
        return Fixture.empty(database, settings)
                .with(
                        "create table a (id int primary key, v int not null)",
                        "create table b (id int primary key, v int not null)",
                        "create table other (id int primary key)",
                        "insert into a values (1, 10), (2, 20)",
                        "insert into b values (1, 10), (2, 20)",
                        "insert into other values (1)")
                .with(ddl);
    }

    /** Called by H2. */
    public static final class Functions {

        private Functions() {}

        public static int twice(int n) {
            return n * 2;
        }

        public static int total(Connection connection, int n) throws SQLException {
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("select sum(v) from b where id >= " + n)) {
                rows.next();
                return rows.getInt(1);
            }
        }
    }

    /** A function that reads b, as good as each database can promise it. */
    private static String total(Database database, String promise) {
        return switch (database) {
            case H2 -> "create alias f for '" + Functions.class.getName() + ".total'";
            case POSTGRESQL ->
                "create function f(n int) returns bigint " + promise
                        + " language plpgsql as $$ declare s bigint; begin select sum(v) into s from b where id >= n;"
                        + " return s; end $$";
            case MARIADB ->
                "create function f(n int) returns int " + promise
                        + " reads sql data begin declare s int; select sum(v) into s from b where id >= n; return s; end";
        };
    }

    @DatabaseTest
    void functionOfValues_promised_isCached(Database database) {
        String ddl = switch (database) {
            case H2 -> "create alias f deterministic for '" + Functions.class.getName() + ".twice'";
            case POSTGRESQL -> "create function f(n int) returns int immutable language sql as 'select n * 2'";
            case MARIADB -> "create function f(n int) returns int deterministic return n * 2";
        };
        try (Fixture f = fixture(database, ddl)) {
            assertReaches(f, UPDATE_B, List.of("b"), List.of(CALL, "other"));
            assertReaches(f, "insert into a values (3, 30)", List.of("a", CALL), OTHER);
        }
    }

    @DatabaseTest
    void functionThatReads_promised_isCachedAndFresh(Database database) {
        if (database == H2) return; // It is written in Java; see the declared one.
        try (Fixture f = fixture(database, total(database, database == MARIADB ? "deterministic" : "stable"))) {
            assertReaches(f, UPDATE_B, List.of("b", CALL), List.of("a", "other"));
            assertReaches(f, "delete from b where id = 2", List.of("b", CALL), List.of("a", "other"));
            assertThat(f.cache.explain(rows(f.dsl, CALL)).path("b")).isEqualTo("routine f");
        }
    }

    @DatabaseTest
    void sqlFunction_ofEveryVolatility_isFresh(Database database) {
        if (database != POSTGRESQL) return;
        for (String promise : List.of("immutable", "stable"))
            for (String body : List.of(
                    "as 'select sum(v) from b where id >= n'",
                    "return (select sum(v) from b where id >= n)",
                    "begin atomic select sum(v) from b where id >= n; end"))
                try (Fixture f = fixture(
                        database, "create function f(n int) returns bigint " + promise + " language sql " + body)) {
                    assertReaches(f, UPDATE_B, List.of("b", CALL), List.of("a", "other"));
                }
    }

    @DatabaseTest
    void function_withoutPromise_bypasses(Database database) {
        try (Fixture f = fixture(database, total(database, ""))) {
            f.assertBypass(BypassReason.UNKNOWN_FUNCTION, dsl -> rows(dsl, CALL));
        }
    }

    @DatabaseTest
    void function_declaredToRead_isCachedAndFresh(Database database) {
        try (Fixture f = fixture(
                database,
                cache -> cache.declareRoutine("f", Behavior.reading(List.of(TableName.of("b")))),
                total(database, ""))) {
            assertReaches(f, UPDATE_B, List.of("b", CALL), List.of("a", "other"));
        }
    }

    @DatabaseTest
    void function_declaredToComputeOnly_isCached(Database database) {
        String ddl = switch (database) {
            case H2 -> "create alias f for '" + Functions.class.getName() + ".twice'";
            case POSTGRESQL -> "create function f(n int) returns int language sql as 'select n * 2'";
            case MARIADB -> "create function f(n int) returns int return n * 2";
        };
        try (Fixture f = fixture(database, ddl)) {
            f.assertBypass(BypassReason.UNKNOWN_FUNCTION, dsl -> rows(dsl, CALL));
        }
        try (Fixture f = fixture(database, cache -> cache.declareRoutine("F", Behavior.NONE), ddl)) {
            assertReaches(f, "insert into a values (3, 30)", List.of("a", CALL), List.of("b", "other"));
        }
    }

    @DatabaseTest
    @DisplayName("N3: a declaration adds to what is known of a function; it never hides a table that it reads")
    void function_declaredToComputeOnly_staysDependentOnWhatItReads(Database database) {
        if (database == H2) return; // There is nothing known of a function in Java.
        try (Fixture f = fixture(database, cache -> cache.declareRoutine("f", Behavior.NONE), total(database, ""))) {
            assertReaches(f, UPDATE_B, List.of("b", CALL), List.of("a", "other"));
        }
    }

    @DatabaseTest
    void function_withRandom_bypasses(Database database) {
        if (database == H2) return;
        String ddl = database == POSTGRESQL
                ? "create function f(n int) returns float stable language sql as 'select n + random()'"
                : "create function f(n int) returns double deterministic return n + rand()";
        // No declaration makes it deterministic.
        try (Fixture f = fixture(database, cache -> cache.declareRoutine("f", Behavior.NONE), ddl)) {
            f.assertBypass(BypassReason.NONDETERMINISTIC_FUNCTION, dsl -> rows(dsl, CALL));
        }
    }

    @DatabaseTest
    void stableFunction_withDynamicSql_bypasses(Database database) {
        if (database != POSTGRESQL) return; // MariaDB's functions cannot have any.
        String ddl = "create function f(n int) returns bigint stable language plpgsql as"
                + " $$ declare s bigint; begin execute 'select sum(v) from b' into s; return s; end $$";
        try (Fixture f = fixture(database, ddl)) {
            f.assertBypass(BypassReason.UNKNOWN_FUNCTION, dsl -> rows(dsl, CALL));
        }
        try (Fixture f = fixture(
                database, cache -> cache.declareRoutine("f", Behavior.reading(List.of(TableName.of("b")))), ddl)) {
            assertReaches(f, UPDATE_B, List.of("b", CALL), List.of("a", "other"));
        }
    }

    @DatabaseTest
    void functionOfTheSession_isSessionDependent(Database database) {
        if (database != POSTGRESQL) return;
        try (Fixture f = fixture(
                database,
                "create function f(n int) returns text stable language sql as"
                        + " $$ select current_setting('app.user', true) $$")) {
            f.assertBypass(BypassReason.SESSION_DEPENDENT, dsl -> rows(dsl, CALL));
        }
    }

    @DatabaseTest
    void functionThatCallsAnother_isFresh(Database database) {
        if (database == H2) return;
        String promise = database == MARIADB ? "deterministic" : "stable";
        String outer = database == POSTGRESQL
                ? "create function outer_f(n int) returns bigint stable language sql as 'select f(n) + 1'"
                : "create function outer_f(n int) returns int deterministic return f(n) + 1";
        String call = "(select id, outer_f(id) as x from a) t";
        try (Fixture f = fixture(database, total(database, promise), outer)) {
            assertReaches(f, UPDATE_B, List.of("b", call), List.of("a", "other"));
        }
        try (Fixture f = fixture(database, total(database, ""), outer)) {
            f.assertBypass(BypassReason.UNKNOWN_FUNCTION, dsl -> rows(dsl, call));
        }
    }

    @DatabaseTest
    void functionInAView_isFresh(Database database) {
        if (database == H2) return;
        String promise = database == MARIADB ? "deterministic" : "stable";
        try (Fixture f = fixture(
                database, total(database, promise), "create view shown as select id, f(id) as x from a where v > 0")) {
            assertReaches(f, UPDATE_B, List.of("b", "shown"), List.of("a", "other"));
            assertReaches(f, "insert into a values (3, 30)", List.of("a", "shown"), OTHER);
        }
    }

    @DatabaseTest
    void tableFunction_isCachedAndFresh(Database database) {
        if (database != POSTGRESQL) return; // MariaDB has none, and H2's are in Java.
        try (Fixture f = fixture(
                database,
                "create function rows_of(n int) returns table (id int, v int) stable language sql as"
                        + " 'select id, v from b where id >= n'",
                "create function set_of(n int) returns setof b stable language plpgsql as"
                        + " $$ begin return query select * from b where id >= n; end $$")) {
            assertReaches(f, UPDATE_B, List.of("b", "rows_of(1)", "set_of(2)"), List.of("a", "other"));
        }
    }

    @DatabaseTest
    @DisplayName("N3: which overload is called is not known, so the worst one counts")
    void overloads_oneBad_denyAll(Database database) {
        if (database != POSTGRESQL) return;
        String good = "create function f(n int) returns int immutable language sql as 'select n * 2'";
        try (Fixture f =
                fixture(database, good, "create function f(n text) returns text volatile language sql as 'select n'")) {
            f.assertBypass(BypassReason.UNKNOWN_FUNCTION, dsl -> rows(dsl, CALL));
        }
        try (Fixture f = fixture(
                database,
                good,
                "create function f(n text) returns bigint stable language sql as 'select count(*) from b'")) {
            assertReaches(f, "insert into a values (3, 30)", List.of("a", CALL), OTHER);
            assertThat(f.cache.explain(rows(f.dsl, CALL)).tables()).contains("b");
        }
    }
}
