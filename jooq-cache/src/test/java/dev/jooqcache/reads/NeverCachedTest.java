package dev.jooqcache.reads;

import static dev.jooqcache.reads.Library.A;
import static dev.jooqcache.reads.Library.X;
import static dev.jooqcache.testing.Database.H2;
import static dev.jooqcache.testing.Database.MARIADB;
import static dev.jooqcache.testing.Database.POSTGRESQL;
import static org.jooq.impl.DSL.condition;
import static org.jooq.impl.DSL.currentCatalog;
import static org.jooq.impl.DSL.currentDate;
import static org.jooq.impl.DSL.currentLocalDateTime;
import static org.jooq.impl.DSL.currentSchema;
import static org.jooq.impl.DSL.currentTime;
import static org.jooq.impl.DSL.currentTimestamp;
import static org.jooq.impl.DSL.currentUser;
import static org.jooq.impl.DSL.exists;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.max;
import static org.jooq.impl.DSL.multiset;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.now;
import static org.jooq.impl.DSL.rand;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectOne;
import static org.jooq.impl.DSL.sequence;
import static org.jooq.impl.DSL.table;
import static org.jooq.impl.DSL.uuid;
import static org.jooq.impl.DSL.val;
import static org.jooq.impl.DSL.when;

import dev.jooqcache.BypassReason;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.Fixture;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.ResultQuery;
import org.jooq.impl.SQLDataType;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Scenarios N1, N2, N5: queries that always go to the database, each with its reason. */
@Tag("database")
@Tag("N1")
@Tag("N2")
@Tag("N5")
class NeverCachedTest {

    private static final List<Row> ROWS = new ArrayList<>();

    static {
        locks();
        clocksAndSessions();
        placesOfAClock();
        relations();
    }

    private static void locks() {
        never("N1 for update", BypassReason.LOCKING, dsl -> dsl.selectFrom(X).forUpdate());
        never("N1 for update, plain", BypassReason.LOCKING, dsl -> dsl.resultQuery("select * from x for update"));
        never(
                "N1 for update after a number",
                BypassReason.LOCKING,
                dsl -> dsl.select(X.ID).from(X).limit(inline(1)).forUpdate());
        never(
                "N1 for update in a subquery",
                BypassReason.LOCKING,
                dsl -> dsl.select().from(select(X.V).from(X).forUpdate().asTable("t")),
                H2);
        never("N1 for share", BypassReason.LOCKING, dsl -> dsl.selectFrom(X).forShare(), H2);
        never(
                "N1 for no key update",
                BypassReason.LOCKING,
                dsl -> dsl.selectFrom(X).forNoKeyUpdate(),
                H2,
                MARIADB);
        never("N1 for key share", BypassReason.LOCKING, dsl -> dsl.selectFrom(X).forKeyShare(), H2, MARIADB);
        never(
                "N1 skip locked",
                BypassReason.LOCKING,
                dsl -> dsl.selectFrom(X).forUpdate().skipLocked());
        never(
                "N1 nowait",
                BypassReason.LOCKING,
                dsl -> dsl.selectFrom(X).forUpdate().noWait());
        never(
                "N1 lock in share mode",
                BypassReason.LOCKING,
                dsl -> dsl.resultQuery("select * from x lock in share mode"),
                H2,
                POSTGRESQL);
    }

    private static void clocksAndSessions() {
        moving("current_date", dsl -> dsl.select(X.ID, currentDate()).from(X));
        moving("current_time", dsl -> dsl.select(X.ID, currentTime()).from(X));
        moving("current_timestamp", dsl -> dsl.select(X.ID, currentTimestamp()).from(X));
        moving(
                "current_timestamp of a precision",
                dsl -> dsl.select(X.ID, field("current_timestamp(3)")).from(X));
        moving(
                "localtimestamp",
                dsl -> dsl.select(X.ID, field("localtimestamp")).from(X));
        moving(
                "local date time",
                dsl -> dsl.select(X.ID, currentLocalDateTime()).from(X));
        moving("now", dsl -> dsl.select(X.ID, now()).from(X));
        moving("now, plain", dsl -> dsl.resultQuery("select id, now() from x"));
        moving("now in upper case", dsl -> dsl.resultQuery("select id, NOW ( ) from x"));
        // MariaDB takes it for a stored function then.
        moving("now behind a comment", dsl -> dsl.resultQuery("select id, now /* ( */ () from x"), MARIADB);
        moving("rand behind a comment", dsl -> dsl.resultQuery("select id, rand /* ( */ () from x"), POSTGRESQL);
        moving("now after a comment's quote", dsl -> dsl.resultQuery("select id, -- it's\n now() from x"));
        moving(
                "clock_timestamp",
                dsl -> dsl.select(X.ID, field("clock_timestamp()")).from(X),
                H2,
                MARIADB);
        moving("rand", dsl -> dsl.select(X.ID, rand()).from(X));
        moving("uuid", dsl -> dsl.select(X.ID, uuid()).from(X));
        moving("nextval", dsl -> dsl.select(X.ID, sequence(name("s")).nextval()).from(X));
        moving("nextval, plain", dsl -> dsl.resultQuery("select id, nextval('s') from x"), MARIADB);
        moving("nextval of a name", dsl -> dsl.resultQuery("select id, nextval(s) from x"), H2, POSTGRESQL);
        moving("next value for", dsl -> dsl.resultQuery("select id, next value for s from x"), POSTGRESQL);
        ofSession("current_user", dsl -> dsl.select(X.ID, currentUser()).from(X));
        ofSession("current_schema", dsl -> dsl.select(X.ID, currentSchema()).from(X));
        // jOOQ renders MariaDB a function that it does not have.
        ofSession("current_catalog", dsl -> dsl.select(X.ID, currentCatalog()).from(X), H2, MARIADB);
        ofSession("database", dsl -> dsl.resultQuery("select id, database() from x"), H2, POSTGRESQL);
        ofSession("user", dsl -> dsl.resultQuery("select id, user from x"), MARIADB);
        ofSession("session_user", dsl -> dsl.resultQuery("select id, session_user from x"), MARIADB);
        ofSession("user()", dsl -> dsl.resultQuery("select id, user() from x"), H2, POSTGRESQL);
        ofSession("session_user()", dsl -> dsl.resultQuery("select id, session_user() from x"), H2, POSTGRESQL);
        moving("system variable", dsl -> dsl.resultQuery("select id, @@time_zone from x"), H2, POSTGRESQL);
        moving("version", dsl -> dsl.resultQuery("select id, version() from x"), H2);
        moving("last_insert_id", dsl -> dsl.resultQuery("select id, last_insert_id() from x"), H2, POSTGRESQL);
        moving("session variable", dsl -> dsl.resultQuery("select id, @v from x"), POSTGRESQL);
        ofSession(
                "current_setting",
                dsl -> dsl.select(field("current_setting('timezone')")).from(X),
                H2,
                MARIADB);
        moving(
                "a time of day as a timestamp",
                dsl -> dsl.resultQuery("select cast(time '10:00:00' as timestamp) from x"),
                POSTGRESQL,
                MARIADB);
        moving(
                "a time of day as a datetime",
                dsl -> dsl.resultQuery("select cast(time '10:00:00' as datetime) from x"),
                H2,
                POSTGRESQL);
        moving(
                "'today' as a date",
                dsl -> dsl.select(X.ID, inline("today").cast(SQLDataType.DATE)).from(X),
                H2,
                MARIADB);
        moving(
                "'now' bound as a date",
                dsl -> dsl.select(X.ID, val("now").cast(SQLDataType.DATE)).from(X),
                H2,
                MARIADB);
        moving(
                "'today' with a time",
                dsl -> dsl.resultQuery("select id from x where now() > 'today 00:00'"),
                H2,
                MARIADB);
        moving("age of one", dsl -> dsl.resultQuery("select age(timestamp '2020-01-01') from x"), H2, MARIADB);
        moving(
                "system column",
                dsl -> dsl.select(X.ID, field(name("x", "xmax"))).from(X),
                H2,
                MARIADB);
        moving("row's place", dsl -> dsl.select(X.rowid()).from(X), H2, MARIADB);
    }

    private static void placesOfAClock() {
        moving(
                "in WHERE",
                dsl -> dsl.select(X.ID).from(X).where(currentTimestamp().isNotNull()));
        moving(
                "in ORDER BY",
                dsl -> dsl.select(X.ID)
                        .from(X)
                        .orderBy(when(currentTimestamp().isNull(), 1).otherwise(2)));
        moving(
                "in a scalar subquery",
                dsl -> dsl.select(A.ID, field(select(max(currentTimestamp())).from(X)))
                        .from(A));
        moving(
                "three deep",
                dsl -> dsl.select(A.ID)
                        .from(A)
                        .where(exists(selectOne()
                                .from(X)
                                .where(exists(selectOne()
                                        .from(A.as("b"))
                                        .where(exists(selectOne()
                                                .from(X.as("y"))
                                                .where(currentTimestamp().isNotNull()))))))));
        moving(
                "in MULTISET",
                dsl -> dsl.select(A.ID, multiset(select(currentTimestamp()).from(X)))
                        .from(A));
        moving(
                "in a CTE",
                dsl -> dsl.with("t")
                        .as(select(currentTimestamp().as("c")).from(X))
                        .select()
                        .from(table(name("t"))));
        moving(
                "in a derived table",
                dsl -> dsl.select()
                        .from(select(currentTimestamp().as("c")).from(X).asTable("d")));
        moving(
                "in a UNION",
                dsl -> dsl.select(A.V.cast(SQLDataType.VARCHAR(50)))
                        .from(A)
                        .union(select(currentTimestamp().cast(SQLDataType.VARCHAR(50)))
                                .from(X)));
        moving("in plain SQL", dsl -> dsl.select(X.ID).from(X).where(condition("current_timestamp is not null")));
    }

    private static void relations() {
        never(
                "N5 information_schema",
                BypassReason.SYSTEM_TABLE,
                dsl -> dsl.select().from(table(name("information_schema", "tables"))));
        never(
                "N5 pg_catalog",
                BypassReason.SYSTEM_TABLE,
                dsl -> dsl.select(field("relname")).from("pg_class"),
                H2,
                MARIADB);
        never(
                "N5 pg_catalog in a custom text",
                BypassReason.SYSTEM_TABLE,
                dsl -> dsl.select(
                                X.ID,
                                org.jooq.impl.CustomField.of(
                                        "n", SQLDataType.BIGINT, ctx -> ctx.sql("(select count(*) from pg_class)")))
                        .from(X),
                H2,
                MARIADB);
        never(
                "N5 advisory lock",
                BypassReason.NONDETERMINISTIC_FUNCTION,
                dsl -> dsl.select(X.ID, field("pg_try_advisory_lock(1)")).from(X),
                H2,
                MARIADB);
        never(
                "N5 lock of a name",
                BypassReason.NONDETERMINISTIC_FUNCTION,
                dsl -> dsl.select(X.ID, field("get_lock('x', 0)")).from(X),
                H2,
                POSTGRESQL);
        never(
                "N5 mysql",
                BypassReason.SYSTEM_TABLE,
                dsl -> dsl.select(field("user")).from("mysql.user"),
                H2,
                POSTGRESQL);
        never(
                "N5 performance_schema",
                BypassReason.SYSTEM_TABLE,
                dsl -> dsl.select(field("thread_id")).from("performance_schema.threads"),
                H2,
                POSTGRESQL);
        never(
                "N5 sample",
                BypassReason.SAMPLING,
                dsl -> dsl.resultQuery("select * from x tablesample bernoulli (50)"),
                H2,
                MARIADB);
        never(
                "N5 row security",
                BypassReason.SESSION_DEPENDENT,
                dsl -> dsl.select().from(table(name("secured"))),
                H2,
                MARIADB);
        never(
                "N5 unlogged",
                BypassReason.UNTRACEABLE_TABLE,
                dsl -> dsl.select().from(table(name("unlogged"))),
                H2,
                MARIADB);
        never(
                "N5 without transactions",
                BypassReason.UNTRACEABLE_TABLE,
                dsl -> dsl.select().from(table(name("plain_engine"))),
                H2,
                POSTGRESQL);
        never(
                "N5 column that moves",
                BypassReason.UNTRACEABLE_TABLE,
                dsl -> dsl.select().from(table(name("moving"))),
                H2,
                POSTGRESQL);
        never("N5 no table", BypassReason.NO_TABLE, DSLContext::selectOne);
    }

    private static String[] objects(Database database) {
        return switch (database) {
            case H2 -> new String[] {"create sequence s"};
            case POSTGRESQL ->
                new String[] {
                    "create sequence s",
                    "create table secured (id int)",
                    "alter table secured enable row level security",
                    "create unlogged table unlogged (id int)"
                };
            case MARIADB ->
                new String[] {
                    "create sequence s",
                    "create table plain_engine (id int) engine = MyISAM",
                    "create table moving (born date, age int as (timestampdiff(year, born, now())) virtual)"
                };
        };
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("rows")
    void fetch_neverCached_hasItsReason(Database database, Row row) {
        try (Fixture f = Library.fixture(database).with(objects(database))) {
            f.dsl.selectFrom(A).fetch();
            f.assertBypass(row.reason, row.query);
            f.warm(dsl -> dsl.selectFrom(A));
        }
    }

    private static Stream<Arguments> rows() {
        return Database.all().stream()
                .flatMap(database -> ROWS.stream()
                        .filter(row -> !row.without.contains(database))
                        .map(row -> Arguments.of(database, row)));
    }

    private static void moving(
            String name, Function<DSLContext, ? extends ResultQuery<? extends Record>> query, Database... without) {
        never("N2 " + name, BypassReason.NONDETERMINISTIC_FUNCTION, query, without);
    }

    private static void ofSession(
            String name, Function<DSLContext, ? extends ResultQuery<? extends Record>> query, Database... without) {
        never("N2 " + name, BypassReason.SESSION_DEPENDENT, query, without);
    }

    private static void never(
            String name,
            BypassReason reason,
            Function<DSLContext, ? extends ResultQuery<? extends Record>> query,
            Database... without) {
        ROWS.add(new Row(name, reason, Arrays.asList(without), query));
    }

    private record Row(
            String name,
            BypassReason reason,
            List<Database> without,
            Function<DSLContext, ? extends ResultQuery<? extends Record>> query) {
        @Override
        public String toString() {
            return name;
        }
    }
}
