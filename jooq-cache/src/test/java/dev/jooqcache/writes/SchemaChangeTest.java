package dev.jooqcache.writes;

import static dev.jooqcache.testing.Catalogue.BOOK;
import static dev.jooqcache.testing.Database.H2;
import static dev.jooqcache.testing.Database.MARIADB;
import static dev.jooqcache.testing.Database.POSTGRESQL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.table;

import dev.jooqcache.BypassReason;
import dev.jooqcache.testing.Books;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.ResultQuery;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;

@Tag("W4")
@DisplayName("W4: nothing cached before a change of the schema is served after it")
class SchemaChangeTest {

    /** Its columns are those that the table has when it runs. */
    private static ResultQuery<Record> items(DSLContext dsl) {
        return dsl.select(DSL.asterisk()).from(table(name("item"))).orderBy(DSL.field(name("id")));
    }

    private static Fixture fixture(Database database) {
        return Fixture.catalogue(database)
                .with(
                        "create table item (id int primary key, name varchar(20))",
                        "insert into item values (1, 'one'), (2, 'two')");
    }

    @DatabaseTest
    @DisplayName("W4: a table dropped and created again, with other columns")
    void dropAndCreate_cachedBefore_isFresh(Database database) {
        try (Fixture f = fixture(database)) {
            f.warm(SchemaChangeTest::items);
            f.dsl.dropTable("item").execute();
            f.dsl.createTable("item")
                    .column("id", SQLDataType.INTEGER.notNull())
                    .column("label", SQLDataType.VARCHAR(5))
                    .execute();
            assertThat(f.assertFresh(SchemaChangeTest::items)).isEmpty();
            f.dsl.execute("insert into item values (7, 'x')");
            f.warm(SchemaChangeTest::items);
            assertThat(f.assertFresh(SchemaChangeTest::items).formatCSV()).contains("label", "7,x");
        }
    }

    @DatabaseTest
    @DisplayName("W4: columns added, renamed, retyped and dropped")
    void alterColumns_cachedBefore_isFresh(Database database) {
        try (Fixture f = fixture(database)) {
            f.warm(SchemaChangeTest::items);
            f.dsl.alterTable("item")
                    .addColumn("extra", SQLDataType.INTEGER.defaultValue(5))
                    .execute();
            assertThat(f.assertFresh(SchemaChangeTest::items).get(0).size()).isEqualTo(3);
            f.warm(SchemaChangeTest::items);
            f.dsl.alterTable("item").renameColumn("extra").to("other").execute();
            assertThat(f.assertFresh(SchemaChangeTest::items).field("other")).isNotNull();
            f.warm(SchemaChangeTest::items);
            f.dsl.alterTable("item")
                    .alterColumn("other")
                    .set(SQLDataType.VARCHAR(10))
                    .execute();
            assertThat(f.assertFresh(SchemaChangeTest::items).get(0).get("other"))
                    .isEqualTo("5");
            f.warm(SchemaChangeTest::items);
            f.dsl.alterTable("item").dropColumn("other").execute();
            assertThat(f.assertFresh(SchemaChangeTest::items).get(0).size()).isEqualTo(2);
        }
    }

    @DatabaseTest
    @DisplayName("W4: two tables change places")
    void rename_cachedBefore_isFresh(Database database) {
        try (Fixture f = fixture(database)) {
            f.dsl.execute("create table spare (id int primary key, name varchar(20))");
            f.warm(SchemaChangeTest::items);
            f.dsl.alterTable("item").renameTo("old_item").execute();
            f.dsl.execute("alter table spare rename to item");
            assertThat(f.assertFresh(SchemaChangeTest::items)).isEmpty();
            f.dsl.execute("insert into old_item values (3, 'three')");
            f.dsl.execute("insert into item values (4, 'four')");
            assertThat(f.assertFresh(SchemaChangeTest::items)).hasSize(1);
            f.warm(SchemaChangeTest::items);
        }
    }

    private static ResultQuery<Record> shown(DSLContext dsl) {
        return dsl.select().from("shown").orderBy(DSL.field(name("id")));
    }

    @DatabaseTest
    @DisplayName("W4, R3: a table replaced by a view of the same name")
    void tableReplacedByView_cachedBefore_isFresh(Database database) {
        try (Fixture f = Fixture.catalogue(database)
                .with(
                        "create table shown (id int, name varchar(20))",
                        "insert into shown values (1, 'one'), (2, 'two')")) {
            f.warm(SchemaChangeTest::shown);
            f.dsl.execute("alter table shown rename to shown_base");
            f.dsl.createView("shown")
                    .as("select id, name from shown_base where id = 1")
                    .execute();
            assertThat(f.assertFresh(SchemaChangeTest::shown)).hasSize(1);
            f.dsl.execute("update shown_base set name = 'x'");
            assertThat(f.assertFresh(SchemaChangeTest::shown).get(0).get("name"))
                    .isEqualTo("x");
            if (database != H2) { // Which cannot write through a view.
                f.dsl.execute("update shown set name = 'y'");
                assertThat(f.assertFresh(SchemaChangeTest::shown).get(0).get("name"))
                        .isEqualTo("y");
            }
            f.dsl.execute("create or replace view shown as select id, name from shown_base");
            assertThat(f.assertFresh(SchemaChangeTest::shown)).hasSize(2);
        }
    }

    @DatabaseTest
    @DisplayName("W4: CREATE TABLE AS and SELECT INTO over a dropped table")
    void createTableAs_cachedBefore_isFresh(Database database) {
        try (Fixture f = fixture(database)) {
            f.warm(SchemaChangeTest::items);
            f.dsl.execute("drop table item");
            f.dsl.createTable("item")
                    .as(DSL.select(BOOK.ID, BOOK.TITLE).from(BOOK))
                    .execute();
            assertThat(f.assertFresh(SchemaChangeTest::items)).hasSize(3);
            f.warm(SchemaChangeTest::items);
            if (database != POSTGRESQL) return;
            f.dsl.execute("drop table item");
            f.dsl.execute("select id, title into item from book where id = 1");
            assertThat(f.assertFresh(SchemaChangeTest::items)).hasSize(1);
        }
    }

    @DatabaseTest
    @DisplayName("W4: a foreign key that cascades and a trigger, both added after the writes were analysed")
    void cascadeAdded_laterWrite_isFresh(Database database) {
        try (Fixture f = fixture(database)
                .with(
                        "create table part (id int primary key, item_id int)",
                        "insert into part values (10, 1), (20, 2)")) {
            f.warm(dsl -> dsl.selectFrom("part"));
            String delete = "delete from item where id = ";
            f.dsl.execute(delete + "99");
            f.dsl.execute("alter table part add constraint part_item foreign key (item_id) references item (id)"
                    + " on delete cascade");
            f.warm(dsl -> dsl.selectFrom("part"));
            f.warm(Books::books);
            f.dsl.execute(delete + "1");
            assertThat(f.during(() -> Books.books(f.dsl).fetch()).hits()).isEqualTo(1);
            assertThat(f.assertFresh(dsl -> dsl.selectFrom("part"))).hasSize(1);
        }
    }

    @DatabaseTest
    @DisplayName("W4: DDL in a transaction, committed and rolled back")
    void ddlInTransaction_committedOrRolledBack_isFresh(Database database) {
        try (Fixture f = fixture(database)) {
            f.warm(SchemaChangeTest::items);
            f.dsl.transaction(c -> {
                c.dsl().execute("alter table item add column extra int default 5");
                assertThat(items(c.dsl()).fetch().get(0).size()).isEqualTo(3);
            });
            assertThat(f.assertFresh(SchemaChangeTest::items).get(0).size()).isEqualTo(3);
            f.warm(SchemaChangeTest::items);
            try {
                f.dsl.transaction(c -> {
                    c.dsl().execute("alter table item drop column extra");
                    c.dsl().execute("insert into item values (3, 'three')");
                    items(c.dsl()).fetch();
                    throw new IllegalStateException("rolled back");
                });
            } catch (IllegalStateException expected) {
                f.assertFresh(SchemaChangeTest::items);
            }
            // Only PostgreSQL takes DDL back; the others have committed it.
            assertThat(items(f.dsl).fetch().fieldsRow().size()).isEqualTo(database == POSTGRESQL ? 3 : 2);
            f.warm(SchemaChangeTest::items);
        }
    }

    @DatabaseTest
    @DisplayName("W4: a migration script, as Flyway runs it, on the tracked data source")
    void migration_cachedBefore_isFresh(Database database) throws SQLException {
        try (Fixture f = fixture(database)) {
            f.warm(SchemaChangeTest::items);
            f.warm(Books::books);
            migrate(
                    f,
                    "create table schema_history (version int primary key, script varchar(100))",
                    "alter table item add column price int default 0 not null",
                    "update item set price = 10",
                    "create index item_price on item (price)",
                    "create table item_copy as select * from item",
                    "drop table item",
                    "alter table item_copy rename to item",
                    "insert into schema_history values (1, 'V1__price.sql')");
            assertThat(f.assertFresh(SchemaChangeTest::items).getValues("price", Integer.class))
                    .containsOnly(10);
            f.assertFresh(Books::books);
            f.warm(SchemaChangeTest::items);
            f.warm(Books::books);
        }
    }

    private static void migrate(Fixture f, String... script) throws SQLException {
        try (Connection connection = f.tracked.getConnection()) {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                for (String sql : script) statement.execute(sql);
            }
            connection.commit();
            connection.setAutoCommit(true);
        }
    }

    @DatabaseTest
    @DisplayName("W4: a schema dropped with everything in it")
    void dropSchema_cachedBefore_failsAsTheDatabaseDoes(Database database) {
        try (Fixture f = fixture(database)) {
            String schema = f.schema("shop");
            String thing = schema + ".thing";
            f.dsl.execute("create schema " + schema);
            f.dsl.execute("create table " + thing + " (id int)");
            f.warm(dsl -> dsl.select().from(thing));
            // On MariaDB it always goes with everything in it, and jOOQ refuses to say so.
            if (database == MARIADB) f.dsl.dropSchema(schema).execute();
            else f.dsl.dropSchema(schema).cascade().execute();
            assertThatThrownBy(() -> f.dsl.select().from(thing).fetch()).isInstanceOf(DataAccessException.class);
        }
    }

    @DatabaseTest
    @DisplayName("W4: a temporary table that hides one of the same name is not served to others")
    void temporaryTable_ofSameName_isNotShared(Database database) throws SQLException {
        if (database == H2) return; // There a local temporary table does not hide another.
        try (Fixture f = fixture(database)) {
            f.warm(SchemaChangeTest::items);
            f.dsl.connection(connection -> {
                DSLContext own = f.cache
                        .derive(DSL.using(connection, database.dialect()).configuration())
                        .dsl();
                own.execute("create temporary table item (id int, name varchar(20))");
                assertThat(items(own).fetch()).isEmpty();
                own.execute(database == POSTGRESQL ? "drop table pg_temp.item" : "drop temporary table item");
            });
            assertThat(items(f.bypassed()).fetch()).hasSize(2);
            assertThat(f.assertFresh(SchemaChangeTest::items)).hasSize(2);
            assertThat(f.cache.stats().bypasses(BypassReason.TEMPORARY_TABLE)
                            + f.cache.stats().bypasses(BypassReason.SESSION_STATE))
                    .isPositive();
        }
    }
}
