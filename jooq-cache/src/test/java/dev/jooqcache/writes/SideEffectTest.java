package dev.jooqcache.writes;

import static dev.jooqcache.testing.Database.H2;
import static dev.jooqcache.testing.Database.MARIADB;
import static dev.jooqcache.testing.Database.POSTGRESQL;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.testing.Books;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.h2.api.Trigger;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.ResultQuery;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;

@Tag("W5")
@DisplayName("W5: what the database changes by itself when a table is written")
class SideEffectTest {

    private static ResultQuery<Record> table(DSLContext dsl, String name) {
        return dsl.resultQuery("select * from " + name + " order by 1");
    }

    /** Every table is cached; then the write; then none is stale, and a table that it cannot reach stays cached. */
    private static void check(Fixture f, String write, String... tables) {
        for (String table : tables) f.warm(dsl -> table(dsl, table));
        f.warm(Books::books);
        f.dsl.execute(write);
        for (String table : tables) f.assertFresh(dsl -> table(dsl, table));
        assertThat(f.during(() -> Books.books(f.dsl).fetch()).hits())
                .as("a table that '%s' cannot reach", write)
                .isEqualTo(1);
    }

    private static String rows(Fixture f, String table) {
        return table(f.dsl, table).fetch().formatCSV(false);
    }

    @DatabaseTest
    @DisplayName("W5: ON DELETE CASCADE over three levels")
    void deleteCascade_throughLevels_isFresh(Database database) {
        try (Fixture f = Fixture.catalogue(database)
                .with(
                        "create table a (id int primary key)",
                        "create table b (id int primary key, a_id int, foreign key (a_id) references a (id) on delete"
                                + " cascade)",
                        "create table c (id int primary key, b_id int, foreign key (b_id) references b (id) on delete"
                                + " cascade)",
                        "create table d (id int primary key, c_id int, foreign key (c_id) references c (id) on delete"
                                + " set null)",
                        "insert into a values (1), (2)",
                        "insert into b values (11, 1), (12, 2)",
                        "insert into c values (21, 11), (22, 12)",
                        "insert into d values (31, 21), (32, 22)")) {
            check(f, "delete from a where id = 1", "a", "b", "c", "d");
            assertThat(rows(f, "c")).isEqualTo("22,12\n");
            assertThat(rows(f, "d")).isEqualTo("31,\"\"\n32,22\n");
            check(f, "delete from c where id = 22", "a", "b", "c", "d");
        }
    }

    @DatabaseTest
    @DisplayName("W5: foreign keys in a cycle, and a table that refers to itself")
    void deleteCascade_throughCycle_isFresh(Database database) {
        try (Fixture f = Fixture.catalogue(database)
                .with(
                        "create table a (id int primary key, b_id int)",
                        "create table b (id int primary key, a_id int, foreign key (a_id) references a (id) on delete"
                                + " cascade)",
                        "create table tree (id int primary key, parent int, foreign key (parent) references tree (id)"
                                + " on delete cascade)",
                        "insert into a values (1, null), (2, null)",
                        "insert into b values (11, 1), (12, 2)",
                        "update a set b_id = 12 where id = 1",
                        "insert into tree values (1, null), (2, 1), (3, 2), (4, null)",
                        "alter table a add foreign key (b_id) references b (id) on delete cascade")) {
            check(f, "delete from a where id = 2", "a", "b");
            assertThat(rows(f, "a")).isEmpty();
            check(f, "delete from tree where id = 1", "tree");
            assertThat(rows(f, "tree")).isEqualTo("4,\"\"\n");
        }
    }

    @DatabaseTest
    @DisplayName("W5: ON UPDATE CASCADE and ON DELETE SET NULL")
    void updateCascadeAndSetNull_isFresh(Database database) {
        try (Fixture f = Fixture.catalogue(database)
                .with(
                        "create table a (id int primary key)",
                        "create table b (id int primary key, a_id int, foreign key (a_id) references a (id) on update"
                                + " cascade)",
                        "create table c (id int primary key, a_id int, foreign key (a_id) references a (id) on delete"
                                + " set null on update set null)",
                        "insert into a values (1), (2), (3)",
                        "insert into b values (11, 1)",
                        "insert into c values (21, 2), (22, 3)")) {
            check(f, "update a set id = id + 100 where id = 1", "a", "b", "c");
            assertThat(rows(f, "b")).isEqualTo("11,101\n");
            check(f, "delete from a where id = 2", "a", "b", "c");
            check(f, "update a set id = 33 where id = 3", "a", "b", "c");
            assertThat(rows(f, "c")).isEqualTo("21,\"\"\n22,\"\"\n");
        }
    }

    @DatabaseTest
    @DisplayName("W5: ON DELETE SET DEFAULT")
    void setDefault_isFresh(Database database) {
        if (database == MARIADB) return; // InnoDB has no SET DEFAULT.
        try (Fixture f = Fixture.catalogue(database)
                .with(
                        "create table a (id int primary key)",
                        "create table b (id int primary key, a_id int default 0, foreign key (a_id) references a (id)"
                                + " on delete set default)",
                        "insert into a values (0), (1)",
                        "insert into b values (11, 1)")) {
            check(f, "delete from a where id = 1", "a", "b");
            assertThat(rows(f, "b")).isEqualTo("11,0\n");
        }
    }

    @DatabaseTest
    @DisplayName("W5: an INSERT reaches no table by a foreign key; an upsert does")
    void insertAndUpsert_ofCascadingParent_touchWhatTheyCan(Database database) {
        try (Fixture f = Fixture.catalogue(database)
                .with(
                        "create table a (id int primary key, code int unique)",
                        "create table b (id int primary key, code int, foreign key (code) references a (code) on update"
                                + " cascade)",
                        "insert into a values (1, 10)",
                        "insert into b values (11, 10)")) {
            f.warm(dsl -> table(dsl, "a"));
            f.warm(dsl -> table(dsl, "b"));
            f.dsl.execute("insert into a values (2, 20)");
            assertThat(f.during(() -> table(f.dsl, "b").fetch()).hits()).isEqualTo(1);
            f.assertFresh(dsl -> table(dsl, "a"));
            String upsert = switch (database) {
                case H2 -> "merge into a (id, code) key (id) values (1, 99)";
                case POSTGRESQL -> "insert into a values (1, 99) on conflict (id) do update set code = excluded.code";
                case MARIADB -> "insert into a values (1, 99) on duplicate key update code = 99";
            };
            f.dsl.execute(upsert);
            f.assertFresh(dsl -> table(dsl, "a"));
            f.assertFresh(dsl -> table(dsl, "b"));
            assertThat(rows(f, "b")).isEqualTo("11,99\n");
        }
    }

    @DatabaseTest
    @DisplayName("W5: triggers that write another table, per row and per statement, directly and after a cascade")
    void trigger_writesAnotherTable_isFresh(Database database) {
        try (Fixture f = Fixture.catalogue(database)
                .with(
                        "create table owner (id int primary key)",
                        "create table watched (id int primary key, owner_id int, foreign key (owner_id) references owner (id) on delete"
                                + " cascade)",
                        "create table log (id int primary key, writes int not null)",
                        "insert into owner values (1), (2)",
                        "insert into watched values (11, 1), (12, 2)",
                        "insert into log values (1, 0)")
                .with(trigger(database))) {
            for (String write : new String[] {
                "insert into watched values (13, 2)",
                "update watched set id = 14 where id = 13",
                "delete from watched where id = 14"
            }) {
                f.warm(dsl -> table(dsl, "log"));
                String before = rows(f, "log");
                f.dsl.execute(write);
                assertThat(rows(f, "log")).as(write).isNotEqualTo(before);
                f.assertFresh(dsl -> table(dsl, "log"));
            }
            f.warm(dsl -> table(dsl, "log"));
            f.dsl.execute("delete from owner where id = 1");
            f.assertFresh(dsl -> table(dsl, "log"));
            f.assertFresh(dsl -> table(dsl, "watched"));
            check(f, "update log set writes = 0", "log", "owner", "watched");
        }
    }

    private static String[] trigger(Database database) {
        return switch (database) {
            case H2 ->
                new String[] {
                    "create trigger count_b after insert, update, delete on watched for each row call '"
                            + Counting.class.getName() + "'"
                };
            case POSTGRESQL ->
                new String[] {
                    "create function count_b() returns trigger language plpgsql as"
                            + " 'begin update log set writes = writes + 1; return null; end'",
                    "create trigger count_b after insert or update or delete on watched for each statement execute function"
                            + " count_b()"
                };
            case MARIADB ->
                new String[] {
                    "create trigger b_i after insert on watched for each row update log set writes = writes + 1",
                    "create trigger b_u after update on watched for each row update log set writes = writes + 1",
                    "create trigger b_d after delete on watched for each row update log set writes = writes + 1"
                };
        };
    }

    /** Called by H2. */
    public static final class Counting implements Trigger {
        @Override
        public void fire(Connection connection, Object[] before, Object[] after) throws SQLException {
            try (Statement statement = connection.createStatement()) {
                statement.execute("update log set writes = writes + 1");
            }
        }
    }

    @DatabaseTest
    @DisplayName("W5: rules of PostgreSQL that write another table, in addition or instead")
    void rule_writesAnotherTable_isFresh(Database database) {
        if (database != POSTGRESQL) return;
        try (Fixture f = Fixture.catalogue(database)
                .with(
                        "create table a (id int primary key)",
                        "create table log (id int)",
                        "create table target (id int)",
                        "create rule also as on insert to a do also insert into log values (new.id)",
                        "create rule instead as on delete to a do instead insert into target values (old.id)",
                        "insert into a values (1)")) {
            f.warm(dsl -> table(dsl, "log"));
            f.dsl.execute("insert into a values (2)");
            f.assertFresh(dsl -> table(dsl, "log"));
            f.warm(dsl -> table(dsl, "target"));
            f.dsl.execute("delete from a where id = 1");
            assertThat(f.assertFresh(dsl -> table(dsl, "target"))).hasSize(1);
        }
    }

    @DatabaseTest
    @DisplayName("W5: a default, and a check, that call a function which writes")
    void defaultAndCheck_callWritingFunction_areFresh(Database database) {
        if (database == MARIADB) return; // Its defaults and checks cannot call stored functions.
        try (Fixture f = Fixture.catalogue(database)
                .with("create table log (id int primary key, writes int not null)", "insert into log values (1, 0)")
                .with(counted(database))
                .with(
                        "create table a (id int primary key, n int default counted())",
                        "create table b (id int primary key, check (id > 0 and counted() = 1))")) {
            f.warm(dsl -> table(dsl, "log"));
            f.dsl.execute("insert into a (id) values (1)");
            assertThat(f.assertFresh(dsl -> table(dsl, "log")).getValues("writes", Integer.class))
                    .containsExactly(1);
            f.warm(dsl -> table(dsl, "log"));
            f.dsl.execute("insert into b (id) values (1)");
            assertThat(f.assertFresh(dsl -> table(dsl, "log")).getValues("writes", Integer.class))
                    .containsExactly(2);
        }
    }

    /** Called by H2. */
    public static final class Functions {

        private Functions() {}

        public static int counted(Connection connection) throws SQLException {
            try (Statement statement = connection.createStatement()) {
                statement.executeUpdate("update log set writes = writes + 1");
            }
            return 1;
        }
    }

    @DatabaseTest
    @DisplayName("W5: a domain whose default or check calls a function which writes")
    void domain_callsWritingFunction_isFresh(Database database) {
        if (database == MARIADB) return; // It has no domains.
        try (Fixture f = Fixture.catalogue(database)
                .with("create table log (id int primary key, writes int not null)", "insert into log values (1, 0)")
                .with(counted(database))
                .with(
                        "create domain checked as int check (value > 0 and counted() = 1)",
                        "create domain defaulted as int default counted()",
                        "create table a (id checked)",
                        "create table b (id int primary key, n defaulted)")) {
            for (String write : new String[] {"insert into a (id) values (1)", "insert into b (id) values (1)"}) {
                f.warm(dsl -> table(dsl, "log"));
                String before = rows(f, "log");
                f.dsl.execute(write);
                assertThat(f.assertFresh(dsl -> table(dsl, "log")).formatCSV(false))
                        .as(write)
                        .isNotEqualTo(before);
            }
        }
    }

    @DatabaseTest
    @DisplayName("W5: a default of the database's own functions keeps a write precise")
    void default_builtInFunction_touchesItsTableOnly(Database database) {
        String random = switch (database) {
            case H2 -> "random_uuid()";
            case POSTGRESQL -> "gen_random_uuid()";
            case MARIADB -> "uuid()";
        };
        String next = database == POSTGRESQL ? "nextval('s')" : "(next value for s)";
        try (Fixture f = Fixture.catalogue(database)
                .with("create sequence s")
                .with("create table a (id int default " + next + ", u uuid default " + random
                        + ", t timestamp default current_timestamp, n varchar(20) default upper('x'),"
                        + " check (char_length(n) between 0 and 10 and n in ('X', 'Y')))")) {
            check(f, "insert into a (n) values ('Y')", "a");
        }
    }

    private static String counted(Database database) {
        return database == H2
                ? "create alias counted for '" + Functions.class.getName() + ".counted'"
                : "create function counted() returns int language plpgsql as"
                        + " 'begin update log set writes = writes + 1; return 1; end'";
    }

    @DatabaseTest
    @DisplayName("W5: generated, identity and automatically updated columns")
    void generatedColumns_afterWrite_areFresh(Database database) {
        try (Fixture f = Fixture.catalogue(database).with(generated(database))) {
            check(f, "insert into g (price) values (1)", "g");
            check(f, "update g set price = 2", "g");
            assertThat(table(f.dsl, "g").fetch().getValues("twice", Integer.class))
                    .containsOnly(4);
            if (database == MARIADB)
                assertThat(table(f.dsl, "g").fetch().getValues("changed")).doesNotContainNull();
        }
    }

    private static String generated(Database database) {
        return switch (database) {
            case H2 ->
                "create table g (id int generated always as identity, price int, twice int generated always as (price *"
                        + " 2), changed timestamp default current_timestamp on update current_timestamp)";
            case POSTGRESQL ->
                "create table g (id int generated always as identity, price int, twice int generated always as (price *"
                        + " 2) stored)";
            case MARIADB ->
                "create table g (id int auto_increment primary key, price int, twice int as (price * 2), changed"
                        + " timestamp(6) null on update current_timestamp(6))";
        };
    }

    @DatabaseTest
    @DisplayName("W5: a write through an updatable view, and through a view with an INSTEAD OF trigger")
    void updatableView_write_reachesItsTable(Database database) {
        if (database == H2) return; // Its views cannot be written without a trigger.
        try (Fixture f = Fixture.catalogue(database)
                .with("create view cheap as select id, title, stock from book where stock < 25")) {
            f.warm(Books::books);
            f.dsl.execute("update cheap set title = 'x'");
            assertThat(f.assertFresh(Books::books).get(0).get("title")).isEqualTo("x");
        }
    }
}
