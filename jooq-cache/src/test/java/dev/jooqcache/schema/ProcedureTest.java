package dev.jooqcache.schema;

import static dev.jooqcache.schema.Relations.assertFresh;
import static dev.jooqcache.schema.Relations.assertReaches;
import static dev.jooqcache.testing.Database.H2;
import static dev.jooqcache.testing.Database.MARIADB;
import static dev.jooqcache.testing.Database.POSTGRESQL;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.CacheDecision;
import dev.jooqcache.model.Behavior;
import dev.jooqcache.model.TableName;
import dev.jooqcache.model.Target;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;

@Tag("N3")
@Tag("W2")
@DisplayName("N3, W2: CALL of a procedure invalidates what its body writes")
class ProcedureTest {

    private static final String[] TABLES = {
        "create table b (id int primary key, v int not null)",
        "create table log (id int primary key, n int not null)",
        "create table other (id int primary key)",
        "insert into b values (1, 10)",
        "insert into log values (1, 0)",
        "insert into other values (1)"
    };

    /** Called by H2. */
    public static final class Procedures {

        private Procedures() {}

        public static void p(Connection connection, int n) throws SQLException {
            try (Statement statement = connection.createStatement()) {
                statement.execute("update b set v = v + " + n);
            }
        }
    }

    private static String procedure(Database database, String body) {
        return switch (database) {
            case H2 -> "create alias p for '" + Procedures.class.getName() + ".p'";
            case POSTGRESQL -> "create procedure p(n int) language plpgsql as $$ begin " + body + " end $$";
            case MARIADB -> "create procedure p(n int) begin " + body + " end";
        };
    }

    @DatabaseTest
    void call_ofKnownBody_invalidatesWhatItWrites(Database database) {
        if (database == H2) return; // Nobody can look into its procedures.
        try (Fixture f = Fixture.empty(database).with(TABLES).with(procedure(database, "update b set v = v + n;"))) {
            assertReaches(f, "call p(1)", List.of("b"), List.of("log", "other"));
            assertThat(f.cache.explain(f.dsl.query("call p(1)")).invalidates()).containsExactly("b");
        }
    }

    @DatabaseTest
    void call_ofProcedureThatOnlyReads_invalidatesNothing(Database database) {
        if (database == H2) return;
        try (Fixture f = Fixture.empty(database)
                .with(TABLES)
                .with(procedure(
                        database,
                        "if n > (select max(v) from b) then set_nothing; end if;"
                                .replace("set_nothing", database == MARIADB ? "begin end" : "null")))) {
            assertReaches(f, "call p(1)", List.of(), List.of("b", "log", "other"));
        }
    }

    @DatabaseTest
    void call_ofProcedureThatCallsAnother_invalidatesWhatBothWrite(Database database) {
        if (database == H2) return;
        try (Fixture f = Fixture.empty(database)
                .with(TABLES)
                .with(procedure(database, "update b set v = v + n;"))
                .with(
                        database == POSTGRESQL
                                ? "create procedure q() language plpgsql as"
                                        + " $$ begin call p(1); update log set n = n + 1; end $$"
                                : "create procedure q() begin call p(1); update log set n = n + 1; end")) {
            assertReaches(f, "call q()", List.of("b", "log"), List.of("other"));
        }
    }

    @DatabaseTest
    void call_ofDynamicSql_invalidatesEverything(Database database) {
        String body = database == MARIADB
                ? "execute immediate 'update b set v = v + 1';"
                : "execute 'update b set v = v + 1';";
        try (Fixture f = Fixture.empty(database).with(TABLES).with(procedure(database, body))) {
            assertFresh(f, "call p(1)", "b");
            CacheDecision decision = f.cache.explain(f.dsl.query("call p(1)"));
            assertThat(decision.invalidates()).containsExactly("*");
            assertThat(decision.toString()).contains("routine p", database == H2 ? "Java" : "execute");
        }
    }

    @DatabaseTest
    void call_declared_invalidatesWhatIsDeclared(Database database) {
        String body = database == MARIADB
                ? "execute immediate 'update b set v = v + 1';"
                : "execute 'update b set v = v + 1';";
        Behavior writesB = Behavior.writing(List.of(Target.any(TableName.of("b"))));
        try (Fixture f = Fixture.empty(database, cache -> cache.declareRoutine("p", writesB))
                .with(TABLES)
                .with(procedure(database, body))) {
            assertReaches(f, "call p(1)", List.of("b"), List.of("log", "other"));
        }
    }
}
