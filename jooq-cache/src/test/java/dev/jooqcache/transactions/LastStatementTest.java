package dev.jooqcache.transactions;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.BypassReason;
import dev.jooqcache.CacheStats;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.function.Function;
import org.jooq.DSLContext;
import org.jooq.conf.Settings;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("database")
@DisplayName("What a statement asks about the one before it is answered as without the cache")
class LastStatementTest {

    private static final String SOME = "select id from book where id < 3 order by id";
    private static final String ROWS = "select found_rows()";
    private static final String COUNT = "select row_count()";

    private static final String[] CODE = {
        "create function rows_found() returns bigint reads sql data return found_rows()",
        "create procedure tell() select found_rows() as n",
        "create view told as select found_rows() as n",
        "create table noted (id int primary key, n bigint)",
        "create trigger noting before insert on noted for each row set new.n = found_rows()"
    };

    private static Fixture fixture() {
        return Fixture.catalogue(Database.MARIADB).with(CODE);
    }

    static List<String> questions() {
        return Database.all().contains(Database.MARIADB)
                ? List.of(
                        ROWS,
                        "select FOUND_ROWS ( )",
                        COUNT,
                        "select found_rows(), row_count()",
                        "show count(*) warnings",
                        "select @@warning_count",
                        "select rows_found()",
                        "call tell()",
                        "select n from told",
                        "select title, found_rows() from book order by id",
                        "execute immediate 'select found_rows()'",
                        "set statement max_statement_time = 9 for select found_rows()")
                : List.of(ROWS);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("questions")
    void question_afterAHit_isAnsweredOfTheHit(String question) {
        if (!Database.all().contains(Database.MARIADB)) return;
        for (String query : List.of(
                SOME, "select id from book order by id limit 1 offset 1", "select id from book where title = 7"))
            try (Fixture f = fixture()) {
                Function<DSLContext, Object> asking = given -> given.transactionResult(c -> {
                    c.dsl().fetch("select id from book where id = 1");
                    c.dsl().fetch(query);
                    return c.dsl().fetch(question).formatCSV();
                });
                // The last query has warnings, with which it is not cached where jOOQ asks for them.
                DSLContext dsl = f.dsl.configuration()
                        .derive(new Settings().withFetchWarnings(false))
                        .dsl();
                dsl.fetch("select id from book where id = 1");
                f.warm(warned -> dsl.resultQuery(query));
                CacheStats before = f.cache.stats();
                assertThat(asking.apply(dsl)).as(query).isEqualTo(asking.apply(f.unseen));
                assertThat(f.cache.stats().minus(before).hits()).isEqualTo(2);
                for (int i = 0; i < 2; i++)
                    assertThat(asking.apply(dsl)).as(query).isEqualTo(asking.apply(f.unseen));
            }
    }

    @DatabaseTest
    void question_asked_makesSessionsExecuteTheirQueries(Database database) {
        if (database != Database.MARIADB) return;
        try (Fixture f = fixture()) {
            f.warm(dsl -> dsl.resultQuery(SOME));
            f.dsl.fetch(ROWS);
            CacheStats asked = f.during(() -> f.dsl.transaction(c -> c.dsl().fetch(SOME)));
            assertThat(asked.bypasses(BypassReason.ASKED_BACK)).isEqualTo(1);
            f.warm(dsl -> dsl.resultQuery(SOME));
        }
    }

    @DatabaseTest
    void question_ofAWriteAfterAHit_isAnsweredOfBoth(Database database) {
        if (database != Database.MARIADB) return;
        try (Fixture f = fixture()) {
            for (String question : List.of(COUNT, ROWS)) {
                Function<DSLContext, Object> asking = dsl -> dsl.transactionResult(c -> {
                    c.dsl().fetch("select id from book where id = 1");
                    c.dsl().fetch(SOME);
                    c.dsl().execute("update author set name = concat(name, 'x')");
                    return c.dsl().fetchValue(question);
                });
                f.warm(dsl -> dsl.resultQuery(SOME));
                assertThat(asking.apply(f.dsl)).as(question).isEqualTo(asking.apply(f.unseen));
            }
        }
    }

    @DatabaseTest
    void write_whoseTriggerAsks_isTheSame(Database database) {
        if (database != Database.MARIADB) return;
        try (Fixture f = fixture()) {
            Function<DSLContext, Object> asking = dsl -> dsl.transactionResult(c -> {
                c.dsl().fetch("select id from book where id = 1");
                c.dsl().fetch(SOME);
                c.dsl()
                        .batch("insert into noted (id) values (1)", "insert into noted values (2, found_rows())")
                        .execute();
                String noted = c.dsl().fetch("select * from noted order by id").formatCSV();
                c.dsl().execute("delete from noted");
                return noted;
            });
            f.warm(dsl -> dsl.resultQuery(SOME));
            assertThat(asking.apply(f.dsl)).isEqualTo(asking.apply(f.unseen));
        }
    }

    @DatabaseTest
    void queryThatCountsWhatItLeavesOut_isExecuted(Database database) {
        if (database != Database.MARIADB) return;
        try (Fixture f = fixture()) {
            f.assertBypass(
                    BypassReason.ASKED_BACK,
                    dsl -> dsl.resultQuery("select sql_calc_found_rows id from book order by id limit 1"));
            f.assertBypass(
                    BypassReason.ASKED_BACK,
                    dsl -> dsl.select(DSL.field("id"))
                            .hint("SQL_CALC_FOUND_ROWS")
                            .from("book")
                            .limit(1));
            f.assertBypass(
                    BypassReason.NONDETERMINISTIC_FUNCTION,
                    dsl -> dsl.resultQuery("select last_insert_id(id + 100) from book where id = 1"));
        }
    }

    /** Outside a transaction the cache would ask the catalog, and whether code has altered the session. */
    @DatabaseTest
    void question_afterCode_isNotAnsweredOfTheCachesOwn(Database database) throws SQLException {
        if (database != Database.MARIADB) return;
        try (Fixture f = fixture()) {
            for (String question : List.of(COUNT, ROWS))
                for (String code :
                        List.of("do 1", "update book set stock = stock + 1", "create table if not exists z (id int)"))
                    assertThat(answer(f.tracked.getConnection(), code, question))
                            .as(code + ", " + question)
                            .isEqualTo(answer(f.pool.getConnection(), code, question));
        }
    }

    private static Object answer(Connection connection, String before, String question) throws SQLException {
        try (connection;
                Statement statement = connection.createStatement()) {
            for (String sql : List.of("select id from book where id < 3", "select id from book", before))
                statement.execute(sql);
            while (statement.getMoreResults() || statement.getUpdateCount() >= 0) {}
            try (ResultSet rows = statement.executeQuery(question)) {
                rows.next();
                return rows.getLong(1);
            }
        }
    }

    /** Nothing that a query leaves behind. */
    @DatabaseTest
    void generatedValue_afterAHit_isTheSessionsLast(Database database) {
        String question = switch (database) {
            case H2 -> "select currval('s')";
            case POSTGRESQL -> "select lastval(), currval('s')";
            case MARIADB -> "select last_insert_id()";
        };
        String generate = database == Database.MARIADB
                ? "insert into g (v) values (1)"
                : "insert into g values (nextval('s'), 1)";
        try (Fixture f = Fixture.catalogue(database)
                .with(
                        "create sequence s",
                        database == Database.MARIADB
                                ? "create table g (id int auto_increment primary key, v int)"
                                : "create table g (id int primary key, v int)")) {
            f.warm(dsl -> dsl.resultQuery(SOME));
            for (int i = 1; i < 4; i++) {
                int expected = i;
                CacheStats done = f.during(() -> f.dsl.transaction(c -> {
                    c.dsl().execute(generate);
                    c.dsl().fetch(SOME);
                    assertThat(c.dsl().fetch(question).get(0).get(0, Integer.class))
                            .isEqualTo(expected);
                }));
                assertThat(done.hits()).isEqualTo(1);
            }
        }
    }
}
