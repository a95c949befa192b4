package dev.jooqcache.schema;

import static dev.jooqcache.schema.Relations.assertFresh;
import static dev.jooqcache.schema.Relations.assertReaches;
import static dev.jooqcache.schema.Relations.csv;
import static dev.jooqcache.schema.Relations.rows;
import static dev.jooqcache.testing.Database.H2;
import static dev.jooqcache.testing.Database.MARIADB;
import static dev.jooqcache.testing.Database.POSTGRESQL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.table;

import dev.jooqcache.CacheDecision;
import dev.jooqcache.QueryCacheBuilder;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.function.Consumer;
import org.h2.api.Trigger;
import org.jooq.DSLContext;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;

@Tag("W5")
@DisplayName("W5: triggers invalidate what they write, and nothing else")
class TriggerTest {

    private static final List<String> OTHER = List.of("other");

    private static Fixture fixture(Database database, String... ddl) {
        return fixture(database, cache -> {}, ddl);
    }

    private static Fixture fixture(Database database, Consumer<QueryCacheBuilder> settings, String... ddl) {
        return Fixture.empty(database, settings)
                .with(
                        "create table a (id int primary key, v int not null, touched int)",
                        "create table log (id int primary key, n int not null)",
                        "create table other (id int primary key)",
                        "insert into a values (1, 10, 0), (2, 20, 0)",
                        "insert into log values (1, 0)",
                        "insert into other values (1)")
                .with(ddl);
    }

    /** A function of PL/pgSQL and a trigger that calls it. */
    private static String[] trigger(String when, String body) {
        return new String[] {
            "create function on_a() returns trigger language plpgsql as $$ begin " + body + " end $$",
            "create trigger trigger_a " + when + " execute function on_a()"
        };
    }

    /** Called by H2. */
    public static final class Logging implements Trigger {
        @Override
        public void fire(Connection connection, Object[] before, Object[] after) throws SQLException {
            try (Statement statement = connection.createStatement()) {
                statement.execute("update log set n = n + 1");
            }
        }
    }

    /** Called by H2. */
    public static final class Touching implements Trigger {
        @Override
        public void fire(Connection connection, Object[] before, Object[] after) {
            after[2] = 99;
        }
    }

    @DatabaseTest
    void rowTrigger_writesAnotherTable_isFresh(Database database) {
        String[] trigger = switch (database) {
            case H2 ->
                new String[] {
                    "create trigger trigger_a after insert on a for each row call '" + Logging.class.getName() + "'"
                };
            case POSTGRESQL -> trigger("after insert on a for each row", "update log set n = n + new.v; return null;");
            case MARIADB ->
                new String[] {
                    "create trigger trigger_a after insert on a for each row begin"
                            + " declare x int; set x = new.v; update log set n = n + x; end"
                };
        };
        try (Fixture f = fixture(database, trigger)) {
            String write = "insert into a values (3, 30, 0)";
            // Nobody can look into H2's.
            if (database == H2) assertFresh(f, write, "a", "log");
            else assertReaches(f, write, List.of("a", "log"), OTHER);
            assertReaches(f, "update log set n = 0", List.of("log"), List.of("a", "other"));
        }
    }

    @DatabaseTest
    void statementTrigger_ofEveryEvent_isFresh(Database database) {
        if (database != POSTGRESQL) return;
        try (Fixture f = fixture(
                database,
                trigger(
                        "after insert or update or delete or truncate on a for each statement",
                        "insert into log (id, n) select max(id) + 1, 0 from log; return null;"))) {
            for (String write :
                    List.of("insert into a values (3, 30, 0)", "update a set v = 1", "delete from a where id = 3"))
                assertReaches(f, write, List.of("a", "log"), OTHER);
            assertReaches(f, "TRUNCATE", () -> f.dsl.truncate("a").execute(), List.of("a", "log"), List.of());
        }
    }

    @DatabaseTest
    void javaTrigger_declared_leavesOthersCached(Database database) {
        if (database != H2) return; // The others' need no declaration.
        String trigger = "create trigger trigger_a after insert, update on a for each row call '"
                + Logging.class.getName() + "'";
        try (Fixture f =
                fixture(database, cache -> cache.declareTrigger(table(name("a")), table(name("log"))), trigger)) {
            assertReaches(f, "insert into a values (3, 30, 0)", List.of("a", "log"), OTHER);
        }
        try (Fixture f = fixture(database, trigger)) {
            CacheDecision decision = f.cache.explain(f.dsl.query("insert into a values (3, 30, 0)"));
            assertThat(decision.invalidates()).containsExactly("*");
            assertThat(decision.toString()).contains("trigger trigger_a on a", "Java", Logging.class.getName());
        }
    }

    @DatabaseTest
    void beforeTrigger_assigningTheRow_touchesItsTableOnly(Database database) {
        String[] trigger = switch (database) {
            case H2 ->
                new String[] {
                    "create trigger trigger_a before insert, update on a for each row call '" + Touching.class.getName()
                            + "'"
                };
            case POSTGRESQL ->
                trigger("before insert or update on a for each row", "new.touched := new.v * 2; return new;");
            case MARIADB ->
                new String[] {
                    "create trigger trigger_a before insert on a for each row set new.touched = new.v * 2",
                    "create trigger trigger_u before update on a for each row set new.touched = new.v * 2"
                };
        };
        // On H2 it is declared to write no other table.
        try (Fixture f = fixture(
                database,
                cache -> {
                    if (database == H2) cache.declareTrigger(table(name("a")));
                },
                trigger)) {
            assertReaches(f, "insert into a values (3, 30, 0)", List.of("a"), List.of("log", "other"));
            assertReaches(f, "update a set v = v + 1 where id = 1", List.of("a"), List.of("log", "other"));
            assertThat(rows(f.dsl, "a").fetch().getValues("touched", Integer.class))
                    .isEqualTo(database == H2 ? List.of(99, 0, 99) : List.of(22, 0, 60));
        }
    }

    @DatabaseTest
    void trigger_callingFunctionThatWrites_isFresh(Database database) {
        if (database == H2) return;
        String[] ddl = database == POSTGRESQL
                ? new String[] {
                    "create function note(x int) returns void language sql as 'update log set n = n + x'",
                    "create function on_a() returns trigger language plpgsql as"
                            + " $$ begin perform note(new.v); return null; end $$",
                    "create trigger trigger_a after insert on a for each row execute function on_a()"
                }
                : new String[] {
                    "create procedure note(x int) update log set n = n + x",
                    "create trigger trigger_a after insert on a for each row call note(new.v)"
                };
        try (Fixture f = fixture(database, ddl)) {
            assertReaches(f, "insert into a values (3, 30, 0)", List.of("a", "log"), OTHER);
            assertThat(f.cache
                            .explain(f.dsl.query("insert into a values (4, 40, 0)"))
                            .path("log"))
                    .isEqualTo("trigger trigger_a on a, routine note");
        }
    }

    @DatabaseTest
    void trigger_withDynamicSql_touchesEverythingAndSaysWhy(Database database) {
        if (database != POSTGRESQL) return; // MariaDB forbids it, and H2 has no text to look into.
        try (Fixture f = fixture(
                database,
                trigger("after insert on a for each row", "execute 'upd' || 'ate log set n = n + 1'; return null;"))) {
            assertFresh(f, "insert into a values (3, 30, 0)", "a", "log");
            CacheDecision decision = f.cache.explain(f.dsl.query("insert into a values (4, 40, 0)"));
            assertThat(decision.invalidates()).containsExactly("*");
            assertThat(decision.toString()).contains("trigger trigger_a on a", "execute");
            assertReaches(f, "update log set n = 7", List.of("log"), List.of("a", "other"));
        }
    }

    @DatabaseTest
    void triggerChain_overThreeTables_isFresh(Database database) {
        if (database == H2) return;
        String[] ddl = database == POSTGRESQL
                ? new String[] {
                    "create table b (id int)",
                    "create function on_a() returns trigger language plpgsql as"
                            + " $$ begin insert into b values (new.id); return new; end $$",
                    "create function on_b() returns trigger language plpgsql as"
                            + " $$ begin update log set n = n + 1; return null; end $$",
                    "create trigger a_b before insert on a for each row execute function on_a()",
                    "create trigger b_log after insert on b for each statement execute function on_b()"
                }
                : new String[] {
                    "create table b (id int)",
                    "create trigger a_b before insert on a for each row insert into b values (new.id)",
                    "create trigger b_log after insert on b for each row update log set n = n + 1"
                };
        try (Fixture f = fixture(database, ddl)) {
            assertReaches(f, "insert into a values (3, 30, 0)", List.of("a", "b", "log"), OTHER);
            assertReaches(f, "insert into b values (4)", List.of("b", "log"), List.of("a", "other"));
        }
    }

    @DatabaseTest
    void triggerCondition_callingFunctionThatWrites_isFresh(Database database) {
        if (database != POSTGRESQL) return;
        try (Fixture f = fixture(
                database,
                "create function noted(x int) returns boolean language plpgsql as"
                        + " $$ begin update log set n = n + x; return false; end $$",
                "create function nothing() returns trigger language plpgsql as $$ begin return new; end $$",
                "create trigger trigger_a after insert on a for each row when (noted(new.v)) execute function nothing()")) {
            assertReaches(f, "insert into a values (3, 30, 0)", List.of("a", "log"), OTHER);
        }
    }

    @DatabaseTest
    @DisplayName("W5: a deferred constraint trigger writes at COMMIT")
    void deferredTrigger_firingAtCommit_isFresh(Database database) {
        if (database != POSTGRESQL) return;
        try (Fixture f = fixture(
                database,
                "create function on_a() returns trigger language plpgsql as"
                        + " $$ begin update log set n = n + 1; return null; end $$",
                "create constraint trigger trigger_a after insert on a deferrable initially deferred"
                        + " for each row execute function on_a()")) {
            assertReaches(
                    f,
                    "a transaction",
                    () -> f.dsl.transaction(c -> {
                        DSLContext dsl = c.dsl();
                        String before = csv(dsl, "log");
                        dsl.execute("insert into a values (3, 30, 0)");
                        assertThat(csv(dsl, "log")).as("not yet").isEqualTo(before);
                        assertThat(csv(f.dsl, "log")).as("for others").isEqualTo(before);
                    }),
                    List.of("a", "log"),
                    OTHER);
            assertReaches(
                    f,
                    "a transaction that sets it off before",
                    () -> f.dsl.transaction(c -> {
                        String before = csv(c.dsl(), "log");
                        c.dsl().execute("insert into a values (4, 40, 0)");
                        c.dsl().execute("set constraints all immediate");
                        assertThat(csv(c.dsl(), "log")).isNotEqualTo(before);
                    }),
                    List.of("a", "log"),
                    OTHER);
        }
    }

    @DatabaseTest
    void trigger_addedLater_isFollowed(Database database) {
        if (database != MARIADB && database != POSTGRESQL) return;
        try (Fixture f = fixture(database)) {
            assertReaches(f, "insert into a values (3, 30, 0)", List.of("a"), List.of("log", "other"));
            if (database == MARIADB)
                f.dsl.execute("create trigger trigger_a after insert on a for each row update log set n = n + 1");
            else
                for (String ddl : trigger("after insert on a for each row", "update log set n = n + 1; return null;"))
                    f.dsl.execute(ddl);
            assertReaches(f, "insert into a values (4, 40, 0)", List.of("a", "log"), OTHER);
        }
    }
}
