package dev.jooqcache.writes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.CacheStats;
import dev.jooqcache.testing.Books;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.jooq.DSLContext;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.DisplayName;

@DisplayName("Statements that change no row end nothing, for the cache and for their session")
class StatementWithoutWriteTest {

    private static List<String> statements(Database database) {
        return switch (database) {
            case POSTGRESQL ->
                List.of(
                        "select pg_notify('c', 'x')",
                        "select pg_advisory_lock(1), pg_advisory_unlock(1)",
                        "select pg_advisory_lock_shared(1, 2), pg_advisory_unlock_shared(1, 2)",
                        "select pg_is_in_recovery()",
                        "select pg_last_wal_replay_lsn(), pg_current_wal_insert_lsn()",
                        "select nextval('numbers'), setval('numbers', 5), currval('numbers')",
                        "select count(*) from pg_stat_activity",
                        "select n_live_tup from pg_stat_user_tables where relname = 'book'",
                        "select pg_stat_get_live_tuples('book'::regclass), pg_stat_clear_snapshot()",
                        "select pg_total_relation_size('book')",
                        "select pg_get_viewdef('titles'::regclass), pg_typeof(1), format_type(23, null)",
                        "select regexp_split_to_table(title, '') from book",
                        "select * from json_array_elements('[1]') e, unnest(array[1]) u, generate_series(1, 2) g",
                        "select array_shuffle(array[1, 2]), lo_get(o.oid) from pg_largeobject_metadata o",
                        "listen c",
                        "notify c, 'x'",
                        "unlisten *",
                        "analyze",
                        "analyze book (title)",
                        "vacuum book",
                        "vacuum (full, analyze) book",
                        "checkpoint",
                        "explain select title from book",
                        "explain analyze select title from book where id < 5",
                        "explain (analyze, verbose, format json) with b as (select * from book) select title from b",
                        "begin; lock table book; commit");
            case H2 ->
                List.of(
                        "analyze",
                        "analyze table book",
                        "checkpoint",
                        "comment on table book is 'x'",
                        "explain analyze select title from book where id < 5",
                        "select disk_space_used('book'), db_object_id('TABLE', 'public', 'book'), lock_mode()");
            case MARIADB ->
                List.of(
                        "analyze table book",
                        "optimize table book",
                        "check table book",
                        "select uuid_short(), release_all_locks()",
                        "select ord(title), json_depth('[]'), make_set(1, title) from book");
        };
    }

    private static Fixture fixture(Database database) {
        Fixture f = Fixture.catalogue(database);
        if (database == Database.POSTGRESQL)
            f.with("create sequence numbers", "create view titles as select title from book");
        return f;
    }

    @DatabaseTest
    void cache_afterStatement_isAsBefore(Database database) {
        try (Fixture f = fixture(database)) {
            for (String statement : statements(database)) {
                if (statement.startsWith("begin")) continue;
                f.warm(Books::titles);
                f.dsl.execute(statement);
                assertThat(Books.hits(f, () -> Books.title(f.dsl)))
                        .as("hits after: %s", statement)
                        .isEqualTo(1);
                f.assertFresh(Books::titles);
            }
        }
    }

    @DatabaseTest
    void session_afterStatement_isServed(Database database) throws SQLException {
        try (Fixture f = fixture(database)) {
            f.warm(Books::titles);
            for (String statement : statements(database))
                try (Connection connection = f.tracked.getConnection();
                        Statement plain = connection.createStatement()) {
                    if (!statement.startsWith("begin")) plain.execute(statement);
                    assertThat(Books.hits(f, () -> Books.title(on(f, connection))))
                            .as("hits after: %s", statement)
                            .isEqualTo(1);
                }
        }
    }

    private static DSLContext on(Fixture f, Connection connection) {
        return f.cache
                .derive(DSL.using(connection, f.database.dialect()).configuration())
                .dsl();
    }

    /** H2's and MySQL's commit what is under way: others must see it at once. */
    @DatabaseTest
    void writesBefore_thatAStatementCommits_areSeen(Database database) throws SQLException {
        for (String statement : statements(database)) {
            if (database == Database.POSTGRESQL || statement.startsWith("select")) continue;
            try (Fixture f = fixture(database);
                    Connection connection = f.tracked.getConnection()) {
                f.warm(Books::titles);
                connection.setAutoCommit(false);
                Books.retitle(on(f, connection), "new");
                try (Statement plain = connection.createStatement()) {
                    plain.execute(statement);
                }
                String seen =
                        Books.firstTitle(Books.titles(f.bypassed()).fetch().into(dev.jooqcache.testing.Catalogue.BOOK));
                assertThat(Books.title(f.dsl)).as(statement).isEqualTo(seen);
                Books.retitle(on(f, connection), "newer");
                assertThat(Books.title(on(f, connection))).isEqualTo("newer");
                assertThat(Books.title(f.dsl)).as(statement).isEqualTo(seen);
                connection.rollback();
                assertThat(Books.title(on(f, connection))).as(statement).isEqualTo(seen);
                connection.setAutoCommit(true);
                f.assertFresh(Books::titles);
            }
        }
    }

    @DatabaseTest
    void cursor_overAPlainSelect_endsNothing(Database database) throws SQLException {
        if (database != Database.POSTGRESQL) return;
        try (Fixture f = fixture(database);
                Connection connection = f.tracked.getConnection();
                Statement plain = connection.createStatement()) {
            f.warm(Books::titles);
            connection.setAutoCommit(false);
            plain.execute("declare c scroll cursor for select id from book order by id");
            for (String statement : List.of("fetch 1 from c", "move last in c", "fetch backward 1 from c", "close c")) {
                plain.execute(statement);
                assertThat(Books.hits(f, () -> Books.title(on(f, connection))))
                        .as(statement)
                        .isEqualTo(1);
            }
            connection.commit();
            assertThat(Books.hits(f, () -> Books.title(f.dsl))).isEqualTo(1);
            connection.setAutoCommit(true);
        }
    }

    /** The function runs when rows are fetched, which no text tells. */
    @DatabaseTest
    void cursor_overAFunctionThatWrites_isSeen(Database database) throws SQLException {
        if (database != Database.POSTGRESQL) return;
        try (Fixture f = fixture(database)
                        .with(
                                "create function retitled(i int) returns int language plpgsql as"
                                        + " $$ begin execute 'update book set title = ''new'' where id = ' || i; return i; end $$");
                Connection connection = f.tracked.getConnection();
                Statement plain = connection.createStatement()) {
            f.warm(Books::titles);
            connection.setAutoCommit(false);
            plain.execute("declare c cursor for select retitled(id) from book where id = 1");
            try (ResultSet rows = plain.executeQuery("fetch all from c")) {
                rows.next();
            }
            assertThat(Books.title(on(f, connection))).isEqualTo("new");
            assertThat(Books.title(f.dsl)).isEqualTo("1984");
            connection.commit();
            assertThat(Books.title(f.dsl)).isEqualTo("new");
            connection.setAutoCommit(true);
        }
    }

    @DatabaseTest
    void explainAnalyze_ofWhatWrites_isSeen(Database database) {
        if (database != Database.POSTGRESQL) return;
        try (Fixture f = fixture(database)
                .with(
                        "create function retitled(t text) returns text language plpgsql as"
                                + " $$ begin execute 'update book set title = ''' || t || ''' where id = 1'; return t; end $$")) {
            for (String statement : List.of(
                    "explain analyze select retitled('a')",
                    "explain (analyze) with x as (update book set title = 'b' where id = 1 returning id) select id from x",
                    "explain analyze update book set title = 'c' where id = 1",
                    "explain (analyze on, timing off) select id, retitled('d') from book where id = 1")) {
                f.warm(Books::titles);
                f.dsl.execute(statement);
                f.assertFresh(Books::titles);
            }
            assertThat(Books.title(f.dsl)).isEqualTo("d");
        }
    }

    /** The built-in functions that have effects. */
    @DatabaseTest
    void function_thatRunsSqlText_isSeen(Database database) {
        if (database != Database.POSTGRESQL) return;
        try (Fixture f = fixture(database)
                .with(
                        "create function retitled(t text) returns text language plpgsql as"
                                + " $$ begin execute 'update book set title = ''' || t || ''' where id = 1'; return t; end $$")) {
            f.warm(Books::titles);
            f.unseen.execute("select 1");
            f.dsl.execute("insert into author values (9, xmlserialize(content"
                    + " query_to_xml('select retitled(''new'')', true, true, '') as varchar))");
            assertThat(Books.title(f.dsl)).isEqualTo("new");
        }
    }

    /** A function of the user's is not taken for the built-in one of its name, wherever it is. */
    @DatabaseTest
    void function_ofTheUser_withABuiltInOnesName_isSeen(Database database) {
        if (database != Database.POSTGRESQL) return;
        try (Fixture f = fixture(database)
                .with(
                        "create schema other",
                        "create function other.pg_notify(t text) returns void language plpgsql as"
                                + " $$ begin execute 'update book set title = ''' || t || ''' where id = 1'; end $$")) {
            f.warm(Books::titles);
            f.dsl.execute("select other.pg_notify('new')");
            f.assertFresh(Books::titles);
            f.warm(Books::titles);
            f.unseen.execute("alter function other.pg_notify(text) set schema public");
            f.dsl.execute("select pg_notify('newer')");
            f.assertFresh(Books::titles);
            assertThat(Books.title(f.dsl)).isEqualTo("newer");
        }
    }

    /** ShedLock takes its locks by these, in a table of its own. */
    @DatabaseTest
    void shedLock_leavesOtherTablesAlone(Database database) {
        String[] statements = switch (database) {
            case POSTGRESQL ->
                new String[] {
                    "insert into shedlock(name, lock_until, locked_at, locked_by) values ('a',"
                            + " timezone('utc', current_timestamp) + cast('5 seconds' as interval),"
                            + " timezone('utc', current_timestamp), 'h') on conflict (name) do update"
                            + " set lock_until = timezone('utc', current_timestamp) + cast('5 seconds' as interval),"
                            + " locked_at = timezone('utc', current_timestamp), locked_by = 'h'"
                            + " where shedlock.name = 'a' and shedlock.lock_until <= timezone('utc', current_timestamp)",
                    "update shedlock set lock_until = timezone('utc', current_timestamp) where name = 'a' and"
                            + " locked_by = 'h'"
                };
            case H2 ->
                new String[] {
                    "insert into shedlock(name, lock_until, locked_at, locked_by) values ('a', current_timestamp,"
                            + " current_timestamp, 'h')",
                    "update shedlock set lock_until = dateadd('second', 5, current_timestamp) where name = 'a'"
                };
            case MARIADB ->
                new String[] {
                    "insert ignore into shedlock(name, lock_until, locked_at, locked_by) values ('a',"
                            + " timestampadd(microsecond, 5000, utc_timestamp(3)), utc_timestamp(3), 'h')",
                    "update shedlock set lock_until = utc_timestamp(3) where name = 'a' and locked_by = 'h'"
                };
        };
        try (Fixture f = fixture(database)
                .with("create table shedlock (name varchar(64) primary key, lock_until timestamp(3), locked_at"
                        + " timestamp(3), locked_by varchar(255))")) {
            for (String statement : statements) {
                f.warm(Books::titles);
                CacheStats done = f.during(() -> f.dsl.execute(statement));
                assertThat(done.failures()).isZero();
                assertThat(Books.hits(f, () -> Books.title(f.dsl)))
                        .as(statement)
                        .isEqualTo(1);
            }
        }
    }
}
