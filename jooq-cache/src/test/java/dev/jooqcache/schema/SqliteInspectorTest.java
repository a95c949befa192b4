package dev.jooqcache.schema;

import static dev.jooqcache.schema.SchemaInspectorTest.names;
import static dev.jooqcache.schema.SchemaInspectorTest.relation;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.inspect.SchemaInspector;
import dev.jooqcache.model.CacheModel;
import dev.jooqcache.model.ColumnModel;
import dev.jooqcache.model.ColumnModel.Generation;
import dev.jooqcache.model.ForeignKeyModel;
import dev.jooqcache.model.ForeignKeyModel.Action;
import dev.jooqcache.model.KeyModel;
import dev.jooqcache.model.TableModel.Kind;
import dev.jooqcache.model.Target;
import dev.jooqcache.model.TriggerModel;
import dev.jooqcache.model.Volatility;
import dev.jooqcache.model.WriteEvent;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The inspector reads SQLite's sqlite_schema")
class SqliteInspectorTest {

    private Connection connection;
    private DSLContext dsl;

    @BeforeEach
    void open() throws SQLException {
        connection = DriverManager.getConnection("jdbc:sqlite::memory:");
        dsl = DSL.using(connection, SQLDialect.SQLITE);
    }

    @AfterEach
    void close() throws SQLException {
        connection.close();
    }

    private CacheModel model(String... ddl) {
        for (String sql : ddl) dsl.execute(sql);
        return SchemaInspector.inspect(dsl);
    }

    @Test
    void tablesAndViews_haveTheirFacts() {
        CacheModel model = model(
                "create table a (id integer primary key, code int, v int, w int as (v * 2) virtual, unique (code, v))",
                "create table b (x int, y int, primary key (x, y))",
                "create view shown (n) as select count(*) from a join b on b.x = a.id",
                "create view today as select a.id, current_date from a");
        assertThat(model.gaps()).isEmpty();
        assertThat(relation(model, "a").kind()).isEqualTo(Kind.TABLE);
        assertThat(relation(model, "a").columns())
                .extracting(ColumnModel::generation)
                .containsExactly(Generation.NONE, Generation.NONE, Generation.NONE, Generation.VIRTUAL);
        assertThat(relation(model, "a").keys())
                .extracting(KeyModel::columns)
                .containsExactly(List.of("id"), List.of("code", "v"));
        assertThat(relation(model, "b").keys()).extracting(KeyModel::columns).containsExactly(List.of("x", "y"));
        assertThat(names(relation(model, "shown"))).containsExactlyInAnyOrder("a", "b");
        assertThat(relation(model, "shown").reading().volatility()).isEqualTo(Volatility.STABLE);
        assertThat(relation(model, "today").reading().volatility()).isEqualTo(Volatility.VOLATILE);
    }

    @Test
    void foreignKeys_haveTheirActions() {
        List<ForeignKeyModel> keys = relation(
                        model(
                                "create table a (id integer primary key)",
                                "create table b (a_id int references a on delete cascade,"
                                        + " b_id int references a (id) on update set null)"),
                        "b")
                .foreignKeys();
        assertThat(keys).extracting(key -> key.references().name()).containsOnly("a");
        assertThat(keys)
                .extracting(key -> key.columns() + " " + key.onDelete() + " " + key.onUpdate())
                .containsExactlyInAnyOrder(
                        "[a_id] " + Action.CASCADE + " " + Action.RESTRICT,
                        "[b_id] " + Action.RESTRICT + " " + Action.SET_NULL);
    }

    @Test
    void triggers_haveEventsAndTargets() {
        CacheModel model = model(
                "create table a (id integer primary key, v int)",
                "create table log (id int)",
                "create view shown as select id from a",
                "create trigger t after update of v on a when new.v > 1 begin insert into log values (new.id);"
                        + " delete from log where id < 0; end",
                "create trigger u instead of insert on shown begin insert into a (id) values (new.id); end");
        TriggerModel onTable = relation(model, "a").triggers().get(0);
        assertThat(onTable.timing()).isEqualTo(TriggerModel.Timing.AFTER);
        assertThat(onTable.events()).isEqualTo(Set.of(WriteEvent.UPDATE));
        assertThat(onTable.action().unknown()).isNull();
        assertThat(onTable.action().writes())
                .extracting(Target::toString)
                .containsExactlyInAnyOrder("log (insert)", "log (delete)");
        TriggerModel onView = relation(model, "shown").triggers().get(0);
        assertThat(onView.timing()).isEqualTo(TriggerModel.Timing.INSTEAD_OF);
        assertThat(onView.action().writes()).extracting(Target::toString).containsExactly("a (insert)");
    }

    @Test
    void temporaryTableAndAttachedDatabase_areNoted() {
        assertThat(relation(model("create temporary table own (id int)"), "own").kind())
                .isEqualTo(Kind.TEMPORARY);
        assertThat(model("attach ':memory:' as second").gaps())
                .singleElement()
                .asString()
                .contains("attached");
    }
}
