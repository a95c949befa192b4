package dev.jooqcache.schema;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.BypassReason;
import dev.jooqcache.QueryCache;
import dev.jooqcache.model.TableModel;
import dev.jooqcache.model.TableModel.Kind;
import dev.jooqcache.model.TableName;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.net.URI;
import java.util.List;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.ResultQuery;
import org.jooq.impl.DSL;
import org.jooq.impl.DefaultConfiguration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;

/** Foreign and linked tables whose other end is a table of the same database. */
@Tag("database")
@DisplayName("A table whose rows are elsewhere may be any table, and its writes touch everything")
class ForeignTableTest {

    private static final String[] BASE = {
        "create table base (id int primary key, v int)",
        "insert into base values (1, 1)",
        "create table other (id int primary key, v int)"
    };

    private static ResultQuery<Record> base(DSLContext dsl) {
        return dsl.resultQuery("select id, v from base order by id");
    }

    private static void check(Fixture f, String write) {
        f.warm(ForeignTableTest::base);
        String before = base(f.unseen).fetch().formatCSV();
        f.dsl.execute(write);
        assertThat(base(f.unseen).fetch().formatCSV()).as(write).isNotEqualTo(before);
        f.assertFresh(ForeignTableTest::base);
    }

    private static void checkInTransaction(Fixture f, String write) {
        f.warm(ForeignTableTest::base);
        String before = base(f.unseen).fetch().formatCSV();
        f.dsl.transaction(c -> {
            c.dsl().execute(write);
            f.assertFresh(ForeignTableTest::base);
        });
        assertThat(base(f.unseen).fetch().formatCSV()).as(write).isNotEqualTo(before);
        f.assertFresh(ForeignTableTest::base);
    }

    private static Fixture postgres() {
        Fixture f = Fixture.empty(Database.POSTGRESQL).with(BASE);
        URI server = URI.create(f.pool.getJdbcUrl().substring("jdbc:".length()));
        return f.with(
                "create extension postgres_fdw",
                "create server loop foreign data wrapper postgres_fdw options (host '127.0.0.1', port '"
                        + server.getPort() + "', dbname '" + server.getPath().substring(1) + "')",
                "create user mapping for current_user server loop options (user '"
                        + f.unseen.fetchValue("select current_user") + "')",
                "create foreign table far (id int, v int) server loop options (table_name 'base')",
                "create view shown as select * from far",
                "create view shown_twice as select * from shown where v > 0",
                "create table parts (id int, v int) partition by list (id)",
                "create table near partition of parts for values in (2)",
                "create foreign table far_part partition of parts for values in (1) server loop"
                        + " options (table_name 'base')",
                "create table parent (id int, v int)",
                "create foreign table child () inherits (parent) server loop options (table_name 'base')",
                "create table watched (id int primary key)",
                "create function forward() returns trigger language plpgsql as"
                        + " 'begin update far set v = v + 1; return null; end'",
                "create trigger forwarding after insert or delete on watched for each row execute function forward()",
                "create table owner (id int primary key)",
                "create table owned (id int references owner on delete cascade)",
                "create trigger forwarding after delete on owned for each row execute function forward()",
                "insert into owner values (1)",
                "insert into owned values (1)",
                "create view ruled as select 1 as id",
                "create rule forwarded as on insert to ruled do instead update far set v = v + 1",
                "create procedure forward_all() language sql as 'update far set v = v + 1'",
                "create materialized view kept as select count(*) as n from base");
    }

    @DatabaseTest
    void write_ofAForeignTable_touchesWhatItStandsFor(Database database) {
        if (database != Database.POSTGRESQL) return;
        try (Fixture f = postgres()) {
            for (String write : List.of(
                    "update far set v = v + 1 where id = 1",
                    "insert into far values (7, 7)",
                    "delete from far where id = 7",
                    "update shown set v = v + 1",
                    "update shown_twice set v = v + 1",
                    "with u as (update far set v = v + 1 returning id) select count(*) from u",
                    "with u as (select 1 as id) update far set v = far.v + 1 from u where u.id = far.id",
                    "explain analyze update far set v = v + 1",
                    "insert into parts values (1, 5)",
                    "update parts set v = v + 1",
                    "update parent set v = v + 1",
                    "insert into watched values (1)",
                    "delete from owner",
                    "insert into ruled values (1)",
                    "call forward_all()",
                    "do 'begin update far set v = v + 1; end'",
                    "insert into far select 8, 8",
                    "truncate far")) {
                if (write.startsWith("insert into parts")) f.unseen.execute("delete from base");
                f.cache.invalidateAll();
                check(f, write);
                if (write.equals("truncate far")) return;
                if (base(f.unseen).fetch().isEmpty()) f.unseen.execute("insert into base values (1, 1)");
                f.cache.invalidateAll();
            }
        }
    }

    @DatabaseTest
    void write_ofAForeignTable_inATransaction_touchesAtCommit(Database database) {
        if (database != Database.POSTGRESQL) return;
        try (Fixture f = postgres()) {
            checkInTransaction(f, "update far set v = v + 1");
            checkInTransaction(f, "update parts set v = v + 1");
            checkInTransaction(f, "insert into watched values (2)");
        }
    }

    @DatabaseTest
    void read_ofAForeignTable_isNotCached(Database database) {
        if (database != Database.POSTGRESQL) return;
        try (Fixture f = postgres()) {
            for (String read : List.of(
                    "select v from far",
                    "select v from shown",
                    "select v from shown_twice",
                    "select v from parts",
                    "select v from near",
                    "select v from parent",
                    "select base.v from base where exists (select 1 from far)"))
                f.assertBypass(BypassReason.UNTRACEABLE_TABLE, dsl -> dsl.resultQuery(read));
            f.warm(dsl -> dsl.resultQuery("select n from kept"));
            f.warm(ForeignTableTest::base);
        }
    }

    /** The database tells no more of a wrapper that does nothing. */
    @DatabaseTest
    void inspector_tellsForeignTables_ofAnyWrapper(Database database) {
        if (database != Database.POSTGRESQL) return;
        try (Fixture f = Fixture.empty(database)
                .with(
                        "create foreign data wrapper idle",
                        "create server nowhere foreign data wrapper idle",
                        "create foreign table idle (id int) server nowhere")) {
            assertThat(f.cache.explain(f.dsl.query("delete from idle")).toString())
                    .contains("another server");
        }
    }

    @DatabaseTest
    void dblink_touchesEverything(Database database) {
        if (database != Database.POSTGRESQL) return;
        try (Fixture f = postgres().with("create extension dblink")) {
            URI server = URI.create(f.pool.getJdbcUrl().substring("jdbc:".length()));
            String link = "host=127.0.0.1 port=" + server.getPort() + " dbname="
                    + server.getPath().substring(1) + " user=" + f.unseen.fetchValue("select current_user");
            f.warm(ForeignTableTest::base);
            f.dsl.fetch("select dblink_exec('" + link + "', 'update base set v = 77')");
            assertThat(f.assertFresh(ForeignTableTest::base).get(0).get("v")).isEqualTo(77);
        }
    }

    private static Fixture h2() {
        Fixture f = Fixture.empty(Database.H2).with(BASE);
        String link = "linked table %s ('org.h2.Driver', '" + f.pool.getJdbcUrl() + "', '', '', 'base')";
        return f.with(
                "create " + link.formatted("far"),
                "create global temporary " + link.formatted("far_temporary"),
                "create synonym alias for far",
                "create view shown as select * from far");
    }

    @DatabaseTest
    void write_ofALinkedTable_touchesWhatItStandsFor(Database database) {
        if (database != Database.H2) return;
        try (Fixture f = h2()) {
            check(f, "update far set v = v + 1 where id = 1");
            check(f, "merge into far key (id) values (1, 20)");
            check(f, "insert into far values (3, 3)");
            check(f, "update far_temporary set v = v + 1");
            check(f, "update alias set v = v + 1");
            check(f, "delete from far where id = 3");
            for (String read : List.of("select v from far", "select v from shown"))
                f.assertBypass(BypassReason.UNTRACEABLE_TABLE, dsl -> dsl.resultQuery(read));
        }
    }

    /** It is committed at once, whatever becomes of the transaction. */
    @DatabaseTest
    void write_ofALinkedTable_thatIsRolledBack_isSeen(Database database) {
        if (database != Database.H2) return;
        // Of a schema with a materialized view, H2 does not list the columns.
        for (String more : List.of("select 1", "create materialized view m as select 1 as one"))
            try (Fixture f = h2().with(more)) {
                f.warm(ForeignTableTest::base);
                f.dsl.transaction(c -> {
                    c.dsl().execute("update far set v = v + 1");
                    f.assertFresh(ForeignTableTest::base);
                    c.dsl().connection(connection -> connection.rollback());
                });
                assertThat(f.assertFresh(ForeignTableTest::base).get(0).get("v"))
                        .isEqualTo(2);
            }
    }

    @DatabaseTest
    void write_ofALinkedTable_touchesTheOtherDataSource(Database database) {
        if (database != Database.H2) return;
        try (Fixture f = h2();
                com.zaxxer.hikari.HikariDataSource pool = new com.zaxxer.hikari.HikariDataSource()) {
            pool.setJdbcUrl(Database.H2.newUrl());
            DSL.using(pool, database.dialect())
                    .execute("create linked table lt ('org.h2.Driver', '" + f.pool.getJdbcUrl() + "', '', '', 'base')");
            DSLContext linked = derived(f.cache, pool, database);
            f.warm(ForeignTableTest::base);
            linked.execute("update lt set v = 99");
            assertThat(f.assertFresh(ForeignTableTest::base).get(0).get("v")).isEqualTo(99);
        }
    }

    private static DSLContext derived(QueryCache cache, javax.sql.DataSource pool, Database database) {
        return cache.derive(new DefaultConfiguration().set(pool).set(database.dialect()))
                .dsl();
    }

    @DatabaseTest
    void inspector_tellsTablesOfEnginesThatKeepNoRows(Database database) {
        if (database != Database.MARIADB) return;
        try (Fixture f = Fixture.empty(database)
                .with(
                        "create table one (id int) engine = MyISAM",
                        "create table merged (id int) engine = MRG_MyISAM union = (one) insert_method = last")) {
            assertThat(dev.jooqcache.inspect.SchemaInspector.inspect(f.unseen).tables().stream()
                            .filter(table -> table.name().equals(TableName.of(f.schema("public"), "merged")))
                            .map(TableModel::kind))
                    .containsExactly(Kind.FOREIGN);
            f.assertBypass(BypassReason.UNTRACEABLE_TABLE, dsl -> dsl.resultQuery("select id from merged"));
        }
    }
}
