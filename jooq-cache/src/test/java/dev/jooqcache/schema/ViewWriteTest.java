package dev.jooqcache.schema;

import static dev.jooqcache.schema.Relations.assertFresh;
import static dev.jooqcache.schema.Relations.assertReaches;
import static dev.jooqcache.testing.Database.H2;
import static dev.jooqcache.testing.Database.MARIADB;
import static dev.jooqcache.testing.Database.POSTGRESQL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.table;

import dev.jooqcache.CacheDecision;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.h2.api.Trigger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;

@Tag("R3")
@Tag("W5")
@DisplayName("R3, W5: views that are written by INSTEAD OF triggers and by rules")
class ViewWriteTest {

    private static final String[] TABLES = {
        "create table a (id int primary key, v int not null)",
        "create table log (id int primary key, n int not null)",
        "create table other (id int primary key)",
        "insert into a values (1, 10), (2, 20)",
        "insert into log values (1, 0)",
        "insert into other values (1)",
        "create view shown as select id, v from a"
    };

    private static String[] insteadOf(Database database) {
        return database == H2
                ? new String[] {
                    "create trigger instead_trigger instead of insert, update, delete on shown for each row call '"
                            + Logging.class.getName() + "'"
                }
                : new String[] {
                    "create function logging() returns trigger language plpgsql as"
                            + " 'begin update log set n = n + 1; return null; end'",
                    "create trigger instead_trigger instead of insert or update or delete on shown for each row execute"
                            + " function logging()"
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

    @DatabaseTest
    void insteadOfTrigger_writesAnotherTable_isFresh(Database database) {
        if (database == MARIADB) return; // It has no INSTEAD OF triggers.
        try (Fixture f = Fixture.empty(database).with(TABLES).with(insteadOf(database))) {
            for (String write : List.of(
                    "insert into shown values (3, 30)",
                    "update shown set v = 11 where id = 1",
                    "delete from shown where id = 1")) {
                // Nobody can look into H2's.
                if (database == H2) assertFresh(f, write, "log");
                else assertReaches(f, write, List.of("log"), List.of("other"));
            }
        }
    }

    @DatabaseTest
    void insteadOfTrigger_declared_leavesOthersCached(Database database) {
        if (database != H2) return; // On PostgreSQL it is understood without.
        try (Fixture f = Fixture.empty(
                        database, cache -> cache.declareTrigger(table(name("shown")), table(name("log"))))
                .with(TABLES)
                .with(insteadOf(database))) {
            assertReaches(f, "insert into shown values (3, 30)", List.of("log"), List.of("other"));
            assertReaches(f, "delete from shown where id = 1", List.of("log"), List.of("other"));
        }
    }

    @DatabaseTest
    void rulesOfAView_writeOtherTables_areFresh(Database database) {
        if (database != POSTGRESQL) return;
        try (Fixture f = Fixture.empty(database)
                .with(TABLES)
                .with(
                        "create rule i as on insert to shown do instead insert into log values (new.id, new.v)",
                        "create rule u as on update to shown do instead"
                                + " (update a set v = new.v where id = new.id; update log set n = n + 1)",
                        "create rule d as on delete to shown do instead nothing")) {
            assertReaches(f, "insert into shown values (3, 30)", List.of("log"), List.of("other"));
            assertReaches(f, "update shown set v = v + 1 where id = 1", List.of("a", "shown", "log"), List.of("other"));
            assertReaches(f, "delete from shown where id = 1", List.of(), List.of("other"));
        }
    }

    @DatabaseTest
    void ruleWithWriteInFunction_isFresh(Database database) {
        if (database != POSTGRESQL) return;
        try (Fixture f = Fixture.empty(database)
                .with(TABLES)
                .with(
                        "create function count_up(x int) returns int language plpgsql as"
                                + " 'begin update log set n = n + x; return x; end'",
                        "create rule r as on insert to other do also select count_up(new.id)")) {
            assertReaches(f, "insert into other values (3)", List.of("log", "other"), List.of("a", "shown"));
        }
    }

    @DatabaseTest
    void writeThroughView_ofTableWithTrigger_reachesWhatTheTriggerWrites(Database database) {
        if (database != POSTGRESQL) return;
        try (Fixture f = Fixture.empty(database)
                .with(TABLES)
                .with(
                        "create function logging() returns trigger language plpgsql as"
                                + " 'begin update log set n = n + 1; return null; end'",
                        "create trigger after_a after delete on a for each statement execute function logging()")) {
            assertReaches(f, "insert into shown values (3, 30)", List.of("a", "shown"), List.of("log", "other"));
            assertReaches(f, "delete from shown where id = 3", List.of("a", "shown", "log"), List.of("other"));
            CacheDecision decision = f.cache.explain(f.dsl.query("delete from shown"));
            assertThat(decision.path("log")).as("%s", decision).contains("view shown", "trigger after_a on a");
        }
    }
}
