package dev.jooqcache.schema;

import static dev.jooqcache.model.ForeignKeyModel.Action.CASCADE;
import static dev.jooqcache.model.ForeignKeyModel.Action.RESTRICT;
import static dev.jooqcache.model.ForeignKeyModel.Action.SET_NULL;
import static dev.jooqcache.testing.Database.H2;
import static dev.jooqcache.testing.Database.MARIADB;
import static dev.jooqcache.testing.Database.POSTGRESQL;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.inspect.SchemaInspector;
import dev.jooqcache.model.CacheModel;
import dev.jooqcache.model.ColumnModel;
import dev.jooqcache.model.ColumnModel.Generation;
import dev.jooqcache.model.ForeignKeyModel;
import dev.jooqcache.model.KeyModel;
import dev.jooqcache.model.RoutineModel;
import dev.jooqcache.model.TableModel;
import dev.jooqcache.model.TableModel.Kind;
import dev.jooqcache.model.TableName;
import dev.jooqcache.model.Target;
import dev.jooqcache.model.TriggerModel;
import dev.jooqcache.model.Volatility;
import dev.jooqcache.model.WriteEvent;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;

@DisplayName("The inspector reads the facts of a schema from each database's catalog")
class SchemaInspectorTest {

    private static final String[] TABLES = {
        "create table a (id int primary key, code int not null, v int, unique (code, v))",
        "create table b (id int primary key, a_id int, parent int,"
                + " constraint to_a foreign key (a_id) references a (id) on delete cascade on update set null,"
                + " constraint to_b foreign key (parent) references b (id))",
        "create view shown as select a.id, b.parent from a join b on b.a_id = a.id"
    };

    static TableModel relation(CacheModel model, String name) {
        List<TableModel> found = model.tables().stream()
                .filter(table -> table.name().name().equals(name))
                .toList();
        assertThat(found).as("relations called %s", name).hasSize(1);
        return found.get(0);
    }

    private static RoutineModel routine(CacheModel model, String name) {
        return model.routines().stream()
                .filter(routine -> routine.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError(name + " is not in " + model.routines()));
    }

    static Set<String> names(TableModel table) {
        return table.reading().reads().stream().map(TableName::name).collect(java.util.stream.Collectors.toSet());
    }

    @DatabaseTest
    void tablesAndViews_haveTheirFacts(Database database) {
        try (Fixture f = Fixture.empty(database).with(TABLES)) {
            CacheModel model = SchemaInspector.inspect(f.unseen);
            assertThat(model.gaps()).isEmpty();
            assertThat(model.version()).isNull();
            TableModel a = relation(model, "a");
            assertThat(a.kind()).isEqualTo(Kind.TABLE);
            assertThat(a.name().schema()).isEqualTo(f.schema("public"));
            assertThat(a.columns()).extracting(ColumnModel::name).containsExactly("id", "code", "v");
            assertThat(a.columns()).extracting(ColumnModel::generation).containsOnly(Generation.NONE);
            assertThat(a.keys())
                    .extracting(KeyModel::kind, KeyModel::columns)
                    .containsExactly(
                            org.assertj.core.groups.Tuple.tuple(KeyModel.Kind.PRIMARY, List.of("id")),
                            org.assertj.core.groups.Tuple.tuple(KeyModel.Kind.UNIQUE, List.of("code", "v")));
            TableModel shown = relation(model, "shown");
            assertThat(shown.kind()).isEqualTo(Kind.VIEW);
            assertThat(names(shown)).containsExactlyInAnyOrder("a", "b");
            assertThat(shown.reading().volatility()).isEqualTo(Volatility.STABLE);
        }
    }

    @DatabaseTest
    void foreignKeys_haveTheirActions(Database database) {
        try (Fixture f = Fixture.empty(database).with(TABLES)) {
            List<ForeignKeyModel> keys =
                    relation(SchemaInspector.inspect(f.unseen), "b").foreignKeys();
            assertThat(keys).extracting(ForeignKeyModel::name).containsExactly("to_a", "to_b");
            assertThat(keys).extracting(key -> key.references().name()).containsExactly("a", "b");
            assertThat(keys).extracting(ForeignKeyModel::columns).containsExactly(List.of("a_id"), List.of("parent"));
            assertThat(keys).extracting(ForeignKeyModel::onDelete).containsExactly(CASCADE, RESTRICT);
            assertThat(keys).extracting(ForeignKeyModel::onUpdate).containsExactly(SET_NULL, RESTRICT);
        }
    }

    @DatabaseTest
    void columns_tellWhoComputesThem(Database database) {
        String ddl = switch (database) {
            case H2 -> "create table g (id int generated always as identity, v int, s int generated always as (v * 2))";
            case POSTGRESQL ->
                "create table g (id int generated always as identity, v int, s int generated always as (v * 2) stored,"
                        + " w int generated always as (v * 3) virtual)";
            case MARIADB ->
                "create table g (id int auto_increment primary key, v int, s int as (v * 2) stored, w int as (v * 3))";
        };
        try (Fixture f = Fixture.empty(database).with(ddl)) {
            assertThat(relation(SchemaInspector.inspect(f.unseen), "g").columns())
                    .extracting(ColumnModel::generation)
                    .startsWith(Generation.IDENTITY, Generation.NONE, Generation.STORED)
                    .hasSize(database == H2 ? 3 : 4)
                    .last()
                    .isEqualTo(database == H2 ? Generation.STORED : Generation.VIRTUAL);
        }
    }

    @DatabaseTest
    void triggers_haveEventsTargetsAndOwnColumns(Database database) {
        String[] ddl = switch (database) {
            case H2 ->
                new String[] {
                    "create trigger t before insert, update on a for each row call '"
                            + TriggerTest.Touching.class.getName() + "'"
                };
            case POSTGRESQL ->
                new String[] {
                    "create function on_a() returns trigger language plpgsql as"
                            + " $$ begin new.v := 1; update b set parent = null where id = 1; return new; end $$",
                    "create trigger t before insert or update on a for each row execute function on_a()"
                };
            case MARIADB ->
                new String[] {
                    "create trigger t before insert on a for each row"
                            + " begin set new.v = 1; update b set parent = null where id = 1; end"
                };
        };
        try (Fixture f = Fixture.empty(database).with(TABLES).with(ddl)) {
            TriggerModel trigger =
                    relation(SchemaInspector.inspect(f.unseen), "a").triggers().get(0);
            assertThat(trigger.name()).isEqualTo("t");
            assertThat(trigger.timing()).isEqualTo(TriggerModel.Timing.BEFORE);
            assertThat(trigger.events())
                    .isEqualTo(
                            database == MARIADB
                                    ? Set.of(WriteEvent.INSERT)
                                    : Set.of(WriteEvent.INSERT, WriteEvent.UPDATE));
            if (database == H2) {
                assertThat(trigger.ownColumns()).containsExactly(TriggerModel.ANY_COLUMN);
                assertThat(trigger.action().unknown()).contains("Java", "Touching");
                return;
            }
            assertThat(trigger.ownColumns()).containsExactly("v");
            assertThat(trigger.action().isKnown()).isTrue();
            assertThat(trigger.action().writes()).hasSize(1);
            Target target = trigger.action().writes().first();
            assertThat(target.table().name()).isEqualTo("b");
            assertThat(target.events()).containsExactly(WriteEvent.UPDATE);
            assertThat(target.columns()).containsExactly("parent");
        }
    }

    @DatabaseTest
    void routines_haveKindAndVolatility(Database database) {
        String functions = RoutineReadTest.Functions.class.getName();
        String[] ddl = switch (database) {
            case H2 ->
                new String[] {
                    "create alias good deterministic for '" + functions + ".twice'",
                    "create alias bad for '" + functions + ".twice'"
                };
            case POSTGRESQL ->
                new String[] {
                    "create function good(n int) returns int immutable language sql as 'select n * 2'",
                    "create function bad(n int) returns int language sql as 'select n * 2'",
                    "create function reading(n int) returns bigint stable language sql as 'select count(*) from a'",
                    "create procedure writing() language plpgsql as $$ begin delete from b; end $$"
                };
            case MARIADB ->
                new String[] {
                    "create function good(n int) returns int deterministic return n * 2",
                    "create function bad(n int) returns int return n * 2",
                    "create function reading(n int) returns int deterministic reads sql data"
                            + " return (select count(*) from a)",
                    "create procedure writing() delete from b"
                };
        };
        try (Fixture f = Fixture.empty(database).with(TABLES).with(ddl)) {
            CacheModel model = SchemaInspector.inspect(f.unseen);
            assertThat(routine(model, "good").behavior().volatility()).isEqualTo(Volatility.IMMUTABLE);
            assertThat(routine(model, "good").behavior().isKnown()).isTrue();
            assertThat(routine(model, "bad").behavior().volatility()).isEqualTo(Volatility.UNKNOWN);
            if (database == H2) return;
            assertThat(routine(model, "reading").behavior().reads()).containsExactly(TableName.of("a"));
            assertThat(routine(model, "reading").behavior().volatility()).isEqualTo(Volatility.STABLE);
            assertThat(routine(model, "writing").kind()).isEqualTo(RoutineModel.Kind.PROCEDURE);
            assertThat(routine(model, "writing").behavior().writes())
                    .extracting(target -> target.table().name())
                    .containsExactly("b");
        }
    }

    @DatabaseTest
    void specialTables_haveKindOrTrait(Database database) {
        if (database == H2) return;
        String[] ddl = database == POSTGRESQL
                ? new String[] {
                    "create unlogged table u (id int)",
                    "create materialized view m as select 1 as x",
                    "create table p (id int) partition by range (id)",
                    "create table p1 partition of p default",
                    "create table r (id int)",
                    "alter table r enable row level security",
                    "create policy pol on r using (id in (select id from u))"
                }
                : new String[] {
                    "create table u (id int) engine = myisam", "create table r (id int, t int as (year(now())))"
                };
        try (Fixture f = Fixture.empty(database).with(ddl)) {
            CacheModel model = SchemaInspector.inspect(f.unseen);
            if (database == MARIADB) {
                assertThat(relation(model, "u").traits()).containsExactly(TableModel.Trait.NON_TRANSACTIONAL);
                assertThat(relation(model, "r").traits()).containsExactly(TableModel.Trait.MOVING_COLUMN);
                return;
            }
            assertThat(relation(model, "u").traits()).containsExactly(TableModel.Trait.UNLOGGED);
            assertThat(relation(model, "m").kind()).isEqualTo(Kind.MATERIALIZED_VIEW);
            assertThat(relation(model, "p1").parents()).containsExactly(TableName.of("public", "p"));
            assertThat(relation(model, "r").traits()).containsExactly(TableModel.Trait.ROW_SECURITY);
            assertThat(names(relation(model, "r"))).contains("u");
        }
    }

    @DatabaseTest
    void inspection_ofADatabaseWithNothing_isEmpty(Database database) {
        try (Fixture f = Fixture.empty(database)) {
            CacheModel model = SchemaInspector.inspect(f.unseen);
            assertThat(model.routines()).isEmpty();
            assertThat(model.gaps()).isEmpty();
            if (database != POSTGRESQL) return; // The other databases of MariaDB are on the same server.
            assertThat(model.tables()).isEmpty();
        }
    }
}
