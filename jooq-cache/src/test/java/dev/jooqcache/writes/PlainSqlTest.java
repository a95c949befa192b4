package dev.jooqcache.writes;

import static dev.jooqcache.testing.Database.H2;
import static dev.jooqcache.testing.Database.MARIADB;
import static dev.jooqcache.testing.Database.POSTGRESQL;
import static dev.jooqcache.writes.Writing.coarse;
import static dev.jooqcache.writes.Writing.precise;

import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.Fixture;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("database")
@Tag("W2")
@Tag("W3")
@DisplayName("W2, W3: writes in plain SQL, executed and fetched")
class PlainSqlTest {

    private static final String INSERT = "insert into book (id, author_id, title, stock) values (4, 1, 'x', 1)";

    static Stream<Arguments> writings() {
        return Writing.onEachDatabase(
                Stream.of(understood(), commented(), notUnderstood(), carried(), fetched(), routines())
                        .flatMap(List::stream)
                        .toList());
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("writings")
    void read_afterWrite_isFresh(Database database, Writing writing) throws Exception {
        try (Fixture f = Fixture.catalogue(database).with(schema(database))) {
            writing.check(f);
        }
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("writings")
    void read_afterCommittedTransaction_isFresh(Database database, Writing writing) throws Exception {
        try (Fixture f = Fixture.catalogue(database).with(schema(database))) {
            writing.checkInTransaction(f);
        }
    }

    private static String[] schema(Database database) {
        return switch (database) {
            case H2 ->
                new String[] {
                    "create alias sell for '" + Routines.class.getName() + ".sell'",
                };
            case POSTGRESQL ->
                new String[] {
                    "create procedure sell(n int) language sql as 'update book set stock = stock - n'",
                    "create function sold(n int) returns int language plpgsql as"
                            + " 'begin update book set stock = stock - n; return n; end'",
                    "create function sold_books(n int) returns setof book language sql as"
                            + " 'update book set stock = stock - n returning *'",
                };
            case MARIADB ->
                new String[] {
                    "create procedure sell(n int) update book set stock = stock - n",
                    "create function sold(n int) returns int begin update book set stock = stock - n; return n; end",
                };
        };
    }

    private static List<Writing> understood() {
        return List.of(
                sql(INSERT),
                sql("INSERT INTO BOOK SELECT id + 10, author_id, title, price, stock FROM book", H2, POSTGRESQL),
                sql("  \n\t insert into book values (4, 1, 'update author', null, 1) ; "),
                sql(
                        "insert into book (id, author_id, title, stock) values (1, 1, 'x', 1) on conflict (id) do update"
                                + " set title = 'upserted'",
                        POSTGRESQL),
                sql(
                        "insert into book (id, author_id, title, stock) values (1, 1, 'x', 1) on duplicate key update"
                                + " title = 'upserted'",
                        MARIADB),
                sql("update book set title = 'x'"),
                sql("update book set title = 'select * from author' where id = 1"),
                sql("UPDATE \"book\" AS \"b\" SET \"title\" = 'x'", H2, POSTGRESQL),
                sql("update public.book set title = 'x'", H2, POSTGRESQL),
                coarseSql("update only book set title = 'x'", POSTGRESQL),
                sql("update book b set title = a.name from author a where a.id = b.author_id", POSTGRESQL),
                sql("delete from book"),
                sql("delete from book where id in (select id from author)"),
                sql("delete from book b using author a where a.id = b.author_id", POSTGRESQL),
                coarseSql("merge into book (id, author_id, title, stock) key (id) values (1, 1, 'x', 1)", H2),
                sql(
                        "with n as (select 4 as id) insert into book (id, author_id, title, stock)"
                                + " select id, 1, 'x', 1 from n",
                        POSTGRESQL),
                sql("with n as (select 1 as id) delete from book where id in (select id from n)", POSTGRESQL),
                sql("insert into book (id, author_id, title, stock) select id + 10, 1, 'x', 1 from author"),
                precise(
                        "query with bind values",
                        (f, dsl) -> dsl.query("update book set title = ? where id = ?", "x", 1)
                                .execute()));
    }

    private static List<Writing> commented() {
        return List.of(
                sql("-- update author\nupdate book set title = 'x'"),
                sql("/* select */ update /* author */ book set title = 'x'"),
                // Databases and jOOQ's parser disagree on nested comments, so the text counts as not understood.
                coarseSql("/* /* nested */ select * from author */ update book set title = 'x'", H2, POSTGRESQL),
                sql("\n-- one\n-- two\n" + INSERT),
                // H2 takes PostgreSQL's prefix of a literal, in which a backslash is one.
                coarseSql("select E'a\\'; update book set title = 'x' -- '", H2),
                coarseSql("/*!40101 update */ book set title = 'x'", MARIADB),
                // jOOQ's parser does not know this comment, so the text counts as not understood.
                coarseSql("# update author\nupdate book set title = 'x'", MARIADB));
    }

    private static List<Writing> notUnderstood() {
        return List.of(
                coarseSql("truncate table book"),
                coarseSql("truncate table author cascade", POSTGRESQL),
                coarseSql("replace into book (id, author_id, title, stock) values (1, 1, 'x', 1)", MARIADB),
                coarseSql("insert ignore into book (id, author_id, title, stock) values (4, 1, 'x', 1)", MARIADB),
                coarseSql("insert into book set id = 4, author_id = 1, title = 'x', stock = 1", MARIADB),
                coarseSql("update ignore book set stock = 0", MARIADB),
                coarseSql("update low_priority book set stock = 0", MARIADB),
                coarseSql("update book b join author a on a.id = b.author_id set b.title = a.name", MARIADB),
                coarseSql("delete from b using book b join author a on a.id = b.author_id where a.id = 1", MARIADB),
                coarseSql("delete quick from book where id = 1", MARIADB),
                coarseSql("update author a join book b on a.id = b.author_id set b.title = a.name", MARIADB),
                coarseSql("update author a left join book b on a.id = b.author_id set b.title = 'x'", MARIADB),
                coarseSql("update author a, book b set b.title = a.name where a.id = b.author_id", MARIADB),
                coarseSql("delete b from book b join author a on a.id = b.author_id where a.id = 1", MARIADB),
                coarseSql("do $$ begin update book set stock = 0; end $$", POSTGRESQL),
                coarseSql(
                        "copy book (id, author_id, title, stock) from program 'echo 4,1,x,1' (format csv)", POSTGRESQL),
                coarseSql("update author set name = 'x'; update book set stock = 0"),
                coarseSql("select 1; update book set stock = 0"),
                coarseSql("; update book set stock = 0", H2, POSTGRESQL),
                coarseSql(
                        "merge into book b using author a on a.id = b.id when matched then update set title = a.name"
                                + " when not matched then insert (id, author_id, title, stock) values (a.id, a.id, 'x', 0)",
                        H2,
                        POSTGRESQL),
                coarseSql("merge into book b using author a on a.id = b.id when matched then delete", H2, POSTGRESQL),
                coarse(
                        "prepared by SQL",
                        (f, dsl) -> {
                            dsl.connection(c -> {
                                try (Statement statement = c.createStatement()) {
                                    statement.execute("prepare p as update book set stock = 0");
                                    statement.execute("execute p");
                                }
                            });
                        },
                        POSTGRESQL),
                coarse(
                        "prepared from a text",
                        (f, dsl) -> dsl.connection(c -> {
                            try (Statement statement = c.createStatement()) {
                                statement.execute("prepare p from 'update book set stock = 0'");
                                statement.execute("execute p");
                            }
                        }),
                        MARIADB),
                coarseSql(
                        "with d as (delete from book where id = 1 returning *) insert into author"
                                + " select id + 10, title from d",
                        POSTGRESQL),
                coarseSql(
                        "with d as (update book set stock = 0 returning id) update author set name = 'x'"
                                + " where id in (select id from d)",
                        POSTGRESQL));
    }

    /** A statement within another one. */
    private static List<Writing> carried() {
        return List.of(
                sql("explain analyze update book set stock = 0", H2, POSTGRESQL),
                sql("EXPLAIN (ANALYZE, COSTS OFF) update book set stock = 0", POSTGRESQL),
                sql(
                        "explain analyze verbose with n as (select 1 as id) delete from book where id in (select id from n)",
                        POSTGRESQL),
                coarseSql(
                        "explain analyze with d as (update book set stock = 0 returning id) select count(*) from d",
                        POSTGRESQL),
                coarseSql("explain analyze select sold(1)", POSTGRESQL),
                coarseSql("explain analyze select sell(1)", H2),
                coarseSql("explain analyze create table copied as select sold(1)", POSTGRESQL),
                sql("analyze update book set stock = 0", MARIADB),
                sql("analyze format=json update book set stock = 0", MARIADB),
                coarseSql("analyze select sold(1)", MARIADB),
                // It executes what it takes for constant.
                coarseSql("explain select * from (select sold(1) as s) t", MARIADB),
                sql("set statement max_statement_time=20 for update book set stock = 0 where id = 1", MARIADB),
                sql(
                        "SET STATEMENT max_statement_time=20, lock_wait_timeout=5 FOR delete from book where id = 1",
                        MARIADB),
                coarseSql("set statement max_statement_time=20 for truncate table book", MARIADB),
                coarseSql("set statement sql_mode='ansi_quotes' for update book set stock = 0", MARIADB),
                coarseSql("set statement max_statement_time=20 for call sell(1)", MARIADB),
                coarseSql("set statement max_statement_time=20 for select sold(1)", MARIADB),
                coarseSql("set statement max_statement_time=20 for execute immediate 'call sell(1)'", MARIADB),
                sql(
                        "set statement max_statement_time=20 for set statement lock_wait_timeout=5 for"
                                + " update book set stock = 0",
                        MARIADB),
                sql("set statement lock_wait_timeout=5 for analyze update book set stock = 0", MARIADB),
                sql("execute immediate 'update book set stock = 0'", H2, MARIADB),
                coarseSql("execute immediate concat('update ', 'book set stock = 0')", MARIADB),
                coarseSql("execute immediate 'update ' 'book set stock = 0'", MARIADB),
                sql("copy (update book set stock = 0 returning id) to program 'cat > /dev/null'", POSTGRESQL)
                        .imprecise(),
                coarseSql("create table copied as select sold(1)", POSTGRESQL, MARIADB),
                coarseSql("create table copied as select sell(1)", H2),
                coarseSql("create table copied select sold(1) as s", MARIADB));
    }

    private static List<Writing> fetched() {
        return List.of(
                fetch(INSERT + " returning id", POSTGRESQL, MARIADB),
                fetch("update book set stock = 0 returning id, stock", POSTGRESQL),
                fetch("delete from book where id = 1 returning *", POSTGRESQL, MARIADB),
                fetch("select id from final table (" + INSERT + ")", H2),
                fetch("select id from old table (delete from book where id = 1)", H2),
                fetch("select id from final table (update book set stock = 0)", H2),
                fetch("with d as (delete from book where id = 1 returning *) select * from d", POSTGRESQL),
                fetch(
                        "with a as (select 1), d as (update book set stock = 0 returning id) select count(*) from author",
                        POSTGRESQL),
                fetch("/* c */ with d as (delete from book where id = 1 returning *) select * from d", POSTGRESQL),
                coarse("fetchMany", (f, dsl) -> dsl.fetchMany("update book set stock = 0; select * from book")),
                coarse(
                        "fetchLazy",
                        (f, dsl) -> {
                            try (var cursor = dsl.fetchLazy(INSERT + " returning id")) {
                                cursor.fetchNext();
                            }
                        },
                        POSTGRESQL,
                        MARIADB),
                coarse(
                        "execute of a result query",
                        (f, dsl) -> dsl.resultQuery(INSERT + " returning id").execute(),
                        POSTGRESQL,
                        MARIADB),
                coarse(
                        "fetch of plain DML",
                        (f, dsl) -> dsl.resultQuery("update book set stock = 0 where id = 1")
                                .execute()));
    }

    private static List<Writing> routines() {
        return List.of(
                coarseSql("call sell(1)"),
                coarseSql("{call sell(1)}", H2, MARIADB),
                coarseSql("do sold(1)", MARIADB),
                fetch("select sold(1)", POSTGRESQL, MARIADB),
                fetch("select id from author where sold(1) = 1 or id = 1", POSTGRESQL, MARIADB),
                fetch("select * from sold_books(1)", POSTGRESQL),
                fetch("select author.id from author, lateral sold_books(author.id)", POSTGRESQL),
                fetch("select sell(1)", H2),
                fetch("select id from author order by sell(1)", H2),
                coarseSql("update author set name = 'x' where id = sold(1)", POSTGRESQL, MARIADB),
                coarseSql("update author set name = 'x' where sell(1) = 3", H2),
                coarse(
                        "set @n = sold(1)",
                        (f, dsl) -> {
                            dsl.execute("set @n = sold(1)");
                            // Its session is altered and bypassed from now on: it is caching again on another.
                            f.pool.getHikariPoolMXBean().softEvictConnections();
                        },
                        MARIADB));
    }

    private static Writing sql(String sql, Database... only) {
        return precise(sql, (f, dsl) -> dsl.execute(sql), only);
    }

    private static Writing coarseSql(String sql, Database... only) {
        return coarse(sql, (f, dsl) -> dsl.execute(sql), only);
    }

    private static Writing fetch(String sql, Database... only) {
        return coarse("fetch: " + sql, (f, dsl) -> dsl.fetch(sql), only);
    }

    /** Called by H2. */
    public static final class Routines {

        private Routines() {}

        public static int sell(Connection connection, int n) throws SQLException {
            try (Statement statement = connection.createStatement()) {
                return statement.executeUpdate("update book set stock = stock - " + n);
            }
        }
    }
}
