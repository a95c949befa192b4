package dev.jooqcache.schema;

import static dev.jooqcache.schema.Relations.assertReaches;
import static dev.jooqcache.schema.Relations.csv;
import static dev.jooqcache.schema.Relations.rows;
import static dev.jooqcache.testing.Database.H2;
import static dev.jooqcache.testing.Database.MARIADB;
import static dev.jooqcache.testing.Database.POSTGRESQL;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.BypassReason;
import dev.jooqcache.CacheHint;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.util.List;
import java.util.stream.Stream;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.ResultQuery;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("R3")
@DisplayName("R3: views are cached, and fresh after a write of any table beneath them")
class ViewTest {

    private static final String UPDATE_A = "update a set v = v + 1";
    private static final String UPDATE_B = "update b set v = v + 1 where id = 1";

    private static final String[] TABLES = {
        "create table a (id int primary key, v int not null)",
        "create table b (id int primary key, v int not null)",
        "create table other (id int primary key, v int not null)",
        "insert into a values (1, 10), (2, 20)",
        "insert into b values (0, 5), (1, 10), (2, 20)",
        "insert into other values (1, 10)"
    };

    private static Fixture fixture(Database database, String... views) {
        return Fixture.empty(database).with(TABLES).with(views);
    }

    /** A view called {@code shown}, with what it needs, and the tables that it reads. */
    private record View(String name, boolean readsB, String... ddl) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static final List<View> VIEWS = List.of(
            new View("of a table", false, "create view shown as select id, v from a"),
            new View(
                    "on a view",
                    false,
                    "create view inner_view as select id, v from a",
                    "create view middle as select id, v * 2 as w from inner_view",
                    "create view shown as select id, w from middle where w > 0"),
            new View("with column aliases", false, "create view shown (x, y) as select id, v from a"),
            new View(
                    "with a join", true, "create view shown as select a.id, a.v, b.v as w from a, b where a.id = b.id"),
            new View(
                    "with a common table expression",
                    true,
                    "create view shown as with w as (select id, v from b) select a.id, a.v, w.v as x from a join w on"
                            + " w.id = a.id or w.id = 1"),
            new View(
                    "with a common table expression called like another table",
                    true,
                    "create view shown as with other as (select id, v from b) select a.id, a.v, other.v as x from a join"
                            + " other on other.id = a.id"),
            new View(
                    "with a subquery in SELECT",
                    true,
                    "create view shown as select id, v, (select sum(v) from b) as s from a"),
            new View(
                    "with a subquery in WHERE",
                    true,
                    "create view shown as select id, v from a where v > (select max(v) - 12 from b)"),
            new View(
                    "with a union",
                    true,
                    "create view shown as select id, v from a union all select id + 10, v from b"),
            new View("with an aggregate", false, "create view shown as select count(*) as n, sum(v) as s from a"));

    private static Stream<Arguments> views() {
        // H2 takes the table in place of the common table expression.
        return Database.all().stream()
                .flatMap(database -> VIEWS.stream()
                        .filter(view -> database != H2 || !view.name.contains("called like"))
                        .map(view -> Arguments.of(database, view)));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("views")
    @Tag("database")
    void view_baseTableWritten_isFresh(Database database, View view) {
        try (Fixture f = fixture(database, view.ddl)) {
            List<String> kept = view.name.contains("called like") ? List.of() : List.of("other");
            assertReaches(f, UPDATE_A, List.of("shown", "a"), kept);
            if (view.readsB) assertReaches(f, "update b set v = v + 5", List.of("shown", "b"), kept);
            else assertReaches(f, UPDATE_B, List.of("b"), List.of("shown", "a"));
            assertReaches(f, "insert into a values (0, 99)", List.of("shown", "a"), kept);
            assertReaches(f, "delete from a where id < 2", List.of("shown", "a"), kept);
            assertReaches(f, "insert into other values (2, 2)", List.of("other"), List.of("a", "b"));
        }
    }

    @DatabaseTest
    void view_renamed_isFresh(Database database) {
        try (Fixture f = fixture(database, "create view shown as select id, v from a")) {
            f.warm(dsl -> rows(dsl, "shown"));
            f.dsl.execute(database == MARIADB ? "rename table shown to renamed" : "alter view shown rename to renamed");
            assertReaches(f, UPDATE_A, List.of("renamed"), List.of("other"));
            f.dsl.execute("create view shown as select id, v from b");
            assertReaches(f, UPDATE_B, List.of("shown"), List.of("renamed", "other"));
        }
    }

    @DatabaseTest
    void view_overPartitionedTable_isFresh(Database database) {
        if (database == H2) return; // It has no partitions.
        String[] ddl = database == POSTGRESQL
                ? new String[] {
                    "create table p (id int, v int) partition by range (id)",
                    "create table p_low partition of p for values from (0) to (100)",
                    "create table p_high partition of p for values from (100) to (200)",
                    "create view shown as select id, v from p"
                }
                : new String[] {
                    "create table p (id int, v int) partition by range (id)"
                            + " (partition p_low values less than (100), partition p_high values less than (200))",
                    "create view shown as select id, v from p"
                };
        try (Fixture f = fixture(database, ddl)) {
            String low = database == POSTGRESQL ? "p_low" : "p partition (p_low)";
            // jOOQ's parser does not know MariaDB's clause, so everything is invalidated there.
            List<String> kept = database == POSTGRESQL ? List.of("other") : List.of();
            assertReaches(f, "insert into " + low + " values (1, 1)", List.of("shown", "p"), kept);
            assertReaches(f, "insert into p values (100, 1)", List.of("shown", "p"), List.of("other"));
        }
    }

    @DatabaseTest
    @DisplayName("R3: a materialized view changes when it is refreshed, and not before")
    void materializedView_onH2_isFreshWhenRefreshed(Database database) {
        if (database != H2) return; // Its catalog fails to show columns then, so every write touches everything.
        try (Fixture f = fixture(database, "create materialized view m as select id, v from a")) {
            f.dsl.execute(UPDATE_A);
            f.assertFresh(dsl -> dsl.resultQuery("select * from m order by 1"));
            f.dsl.execute("refresh materialized view m");
            f.assertFresh(dsl -> dsl.resultQuery("select * from m order by 1"));
        }
    }

    @DatabaseTest
    void materializedView_isFreshWhenRefreshed(Database database) {
        if (database != POSTGRESQL) return; // MariaDB has none, and H2 fails to show any columns once it has one.
        try (Fixture f = fixture(
                database,
                "create materialized view m as select id, v from a",
                "create view shown as select id, v from m")) {
            assertReaches(f, UPDATE_A, List.of("a"), List.of("m", "shown", "other"));
            f.warm(dsl -> rows(dsl, "shown"));
            String before = csv(f.dsl, "m");
            f.dsl.execute("refresh materialized view m");
            f.assertFresh(dsl -> rows(dsl, "m"));
            f.assertFresh(dsl -> rows(dsl, "shown"));
            assertThat(csv(f.dsl, "m")).isNotEqualTo(before);
            f.warm(dsl -> rows(dsl, "m"));
        }
    }

    @DatabaseTest
    void view_withClock_bypasses(Database database) {
        try (Fixture f = fixture(
                database,
                "create view dated as select id, v from a where current_date > date '2020-01-01'",
                "create view on_dated as select id from dated")) {
            f.assertBypass(BypassReason.NONDETERMINISTIC_FUNCTION, dsl -> rows(dsl, "dated"));
            f.assertBypass(BypassReason.NONDETERMINISTIC_FUNCTION, dsl -> rows(dsl, "on_dated"));
            assertThat(f.cache.explain(rows(f.dsl, "on_dated")).toString()).containsAnyOf("current_date", "curdate");
        }
    }

    @DatabaseTest
    void view_ofCurrentUser_isCachedUnderAKeyOnly(Database database) {
        String user = database == MARIADB ? "current_user()" : "current_user";
        try (Fixture f = fixture(database, "create view mine as select id, v, " + user + " as who from a")) {
            f.assertBypass(BypassReason.SESSION_DEPENDENT, dsl -> rows(dsl, "mine"));
            f.warm(dsl -> keyed(f, dsl, "alice"));
            assertThat(f.during(() -> keyed(f, f.dsl, "bob").fetch()).hits())
                    .as("another key")
                    .isZero();
            f.dsl.execute(UPDATE_A);
            assertThat(f.assertFresh(dsl -> keyed(f, dsl, "alice"))).isNotEmpty();
            f.warm(dsl -> keyed(f, dsl, "alice"));
        }
    }

    private static ResultQuery<Record> keyed(Fixture f, DSLContext dsl, String key) {
        return rows(f.cache.with(dsl, CacheHint.sessionScope(key)), "mine");
    }

    @DatabaseTest
    void view_overSystemTable_bypasses(Database database) {
        String catalog = database == POSTGRESQL
                ? "select relname from pg_class"
                : "select table_name from information_schema.tables";
        try (Fixture f = fixture(
                database,
                "create view relations as " + catalog,
                "create view mixed as select id from a where exists (select 1 from relations)")) {
            f.assertBypass(BypassReason.SYSTEM_TABLE, dsl -> rows(dsl, "relations"));
            f.assertBypass(BypassReason.SYSTEM_TABLE, dsl -> rows(dsl, "mixed"));
        }
    }

    @DatabaseTest
    void updatableView_written_reachesItsTableAndNoOther(Database database) {
        if (database == H2) return; // Its views are not updatable.
        try (Fixture f = fixture(
                database,
                "create view low as select id, v from a where v < 1000",
                "create view lower_still as select id, v from low where v < 100")) {
            List<String> all = List.of("a", "low", "lower_still");
            assertReaches(f, "update lower_still set v = v + 1 where id = 1", all, List.of("b", "other"));
            assertReaches(f, "insert into low values (3, 30)", all, List.of("b", "other"));
            assertReaches(f, "delete from low where id = 3", all, List.of("b", "other"));
        }
    }
}
