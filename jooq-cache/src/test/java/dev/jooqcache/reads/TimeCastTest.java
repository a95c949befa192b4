package dev.jooqcache.reads;

import static dev.jooqcache.testing.Database.H2;
import static dev.jooqcache.testing.Database.MARIADB;
import static dev.jooqcache.testing.Database.POSTGRESQL;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.BypassReason;
import dev.jooqcache.CacheStats;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.Fixture;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Scenario N2: a text in a row may say {@code now}, and then a cast of it asks the clock. */
@Tag("database")
@Tag("N2")
@DisplayName("N2: casts of columns to times")
class TimeCastTest {

    private record Row(Database database, String sql) {}

    private static final List<Row> MOVING = List.of(
            pg("select t::timestamptz from x"),
            pg("select x.t :: date from x"),
            pg("select \"x\".\"t\"::date from \"x\""),
            pg("select cast(t as timestamp with time zone) from x"),
            pg("select cast(t as timestamp(3) without time zone) from x"),
            pg("select cast (t as time) from x"),
            pg("select id from x where t::timestamptz > '2020-01-01'"),
            pg("select id from x order by t::timetz"),
            pg("select t::varchar::date from x"),
            pg("select t::text::varchar(20)::pg_catalog.date from x"),
            pg("select (t)::date from x"),
            pg("select (('' || t))::date from x"),
            pg("select ('no' || 'w')::timestamptz from x"),
            pg("select left('nowhere', 3)::timestamptz from x"),
            pg("select lower('NO' || 'W')::timestamptz from x"),
            pg("select (array['now', t])[2]::date from x"),
            pg("select array[t]::date[] from x"),
            pg("select array[t]::_date from x"),
            pg("select string_to_array(t, ',')::date[] from x"),
            pg("select t::moment from x"),
            pg("select cast(t as moment) from x"),
            pg("select t::later from x"),
            pg("select t::\"public\".\"moment\" from x"),
            pg("select ('(' || t || ',1)')::spell from x"),
            pg("select row(t, 1)::spell from x"),
            pg("select cast(row(t, 1) as spell) from x"),
            pg("select ('[' || t || ',)')::tstzrange from x"),
            pg("select ('[' || t || ',)')::momentrange from x"),
            pg("select ('{[' || t || ',)}')::tstzmultirange from x"),
            pg("select (j->>'t')::timestamptz from x"),
            pg("select (j#>>'{t}')::date from x"),
            pg("select cast(json_extract_path_text(j, 't') as date) from x"),
            pg("select cast(j->>'t' as date) from x"),
            pg("select (select t from x limit 1)::date from x"),
            pg("select coalesce(t, '')::date from x"),
            pg("select case when id = 1 then t end::date from x"),
            pg("select (case when id = 1 then t end)::date from x"),
            pg("select max(t)::date from x"),
            pg("select timestamptz(t) from x"),
            pg("select date(t) from x"),
            pg("select \"timestamp\"(t) from x"),
            pg("select at::date from x"),
            pg("select cast(at as date) from x"),
            pg("select first::date from x"),
            pg("select \"time\"::date from x"),
            pg("select time::date from x"),
            pg("select d::date from (select t as d from x) y"),
            pg("select d::date from (select t d from x) y, x z"),
            pg("select y.d::date from x, (select t as d from x) y"),
            pg("select d::date from x, (select t from x) y(d)"),
            pg("with y (d) as (select t from x) select y.d::date from y, x"),
            pg("select e.d::date from x, json_to_record(x.j) as e(d text)"),
            pg("select d::date from x, unnest(array[t]) as d"),
            pg("select z.first::date from x, (select 'no' || 'w' as first) z, early"),
            pg("select z.\"end\"::date from x, (select 'no' || 'w' \"end\") z, early"),
            pg("select z.latest::date from x, (select first latest from x) z, early"),
            pg("select numbered(t) from x"),
            pg("select value::date from x, json_each_text(j) where key = 't'"),
            pg("select e.created::date from x, json_each_text(j) as e(k, created) where k = 't'"),
            pg("select (s).words::date from x"),
            pg("select * from x, json_table(j, '$' columns (d date path '$.t')) jt"),
            pg("select json_value(j, '$.t' returning date) from x"),
            pg("select json_value(j, '$.t' returning moment) from x"),
            pg("select * from x, xmltable('/a' passing '<a><b>now</b></a>' columns d timestamptz path 'b') xt"),
            pg("select clock::timetz from x"),
            pg("select d from shown"),
            pg("select d from shown_moment"),
            pg("select turned(t) from x"),
            pg("select id from x where exists (select 1 from x y where y.t::date = x.born)"),
            new Row(H2, "select cast(c as timestamp) from x"),
            new Row(H2, "select cast(c as timestamp with time zone) from x"),
            new Row(H2, "select cast(c as time with time zone) from x"),
            new Row(H2, "select cast(c as time(3) with time zone) from x"),
            new Row(H2, "select c::timestamp from x"),
            new Row(H2, "select convert(c, timestamp) from x"),
            new Row(MARIADB, "select convert(c, datetime) from x"),
            new Row(MARIADB, "select cast(c as datetime(3)) from x"));

    private static final List<Row> FIXED = List.of(
            pg("select '2020-01-01'::date from x"),
            pg("select date '2020-01-01', id from x"),
            pg("select cast('2020-01-01' as timestamptz), id from x"),
            pg("select created::date from x"),
            pg("select x.created::date as day, count(*) from x group by x.created::date"),
            pg("select \"x\".\"created\"::date from \"x\""),
            pg("select cast(created as date) from x"),
            pg("select cast(x.created as date) as created from x"),
            pg("select id, upper(t), created::date from x y order by created desc nulls last"),
            pg("select date_trunc('month', created)::date from x"),
            pg("select (created + interval '1 day')::date from x"),
            pg("select (created + (id || ' day')::interval)::date from x"),
            pg("select coalesce(created, '2020-01-01')::date from x where born in (created, '2020-01-01')"),
            pg("select max(created)::date from x"),
            pg("select (select max(y.created) from x y where y.t = x.t)::date from x"),
            pg("select cast(case when id = 1 then created else null end as date) from x"),
            pg("select to_date('2020', 'YYYY')::timestamp from x"),
            pg("select t::moment_text, t::varchar, id::text, t::mood, (j->>'n')::int from x"),
            pg("select born::timestamp, born::timestamptz, created::time from x"),
            pg("select array[born]::date[] from x"),
            pg("select y.born::timestamp from (select born from x) y"),
            pg("select daterange(born, born) from x"),
            pg("select date(created) from x"),
            pg("select d from shown_created"),
            new Row(H2, "select cast(t as date) from x"),
            new Row(H2, "select t::date, c::varchar, c::time from x"),
            new Row(H2, "select cast('10:00+01' as time with time zone), timestamp '2020-01-01 10:00:00' from x"),
            new Row(H2, "select cast('2020-01-01 10:00:00' as timestamp), convert(t, date) from x"),
            new Row(MARIADB, "select cast(t as date) from x"),
            new Row(MARIADB, "select date(created) from x"));

    private static Row pg(String sql) {
        return new Row(POSTGRESQL, sql);
    }

    private static String[] schema(Database database) {
        return switch (database) {
            case H2 ->
                new String[] {
                    "create table x (id int primary key, t varchar(40), c time)",
                    "insert into x values (1, '2020-01-01', '10:00')"
                };
            case MARIADB ->
                new String[] {
                    "create table x (id int primary key, t varchar(40), created datetime, c time)",
                    "insert into x values (1, 'now', '2020-01-01 10:00:00', '10:00')"
                };
            case POSTGRESQL ->
                new String[] {
                    "create domain moment as timestamptz",
                    "create domain later as moment",
                    "create domain moment_text as text",
                    "create type mood as enum ('now', 'x')",
                    "create type spell as (since date, n int)",
                    "create type words as (words text)",
                    "create type momentrange as range (subtype = timestamptz)",
                    "create table x (id int primary key, t text, at text, first text, \"time\" text, j json, born date,"
                            + " created timestamp, clock time, s words)",
                    "insert into x values (1, 'now', 'now', 'now', 'now', '{\"t\": \"now\", \"n\": 1, \"k\": \"now\"}',"
                            + " '2020-01-01', '2020-01-01 10:00', '10:00', row('now'))",
                    "create table early (first date, \"end\" date, latest date)",
                    "insert into early values ('2020-01-01', '2020-01-01', '2020-01-01')",
                    "create function numbered(text) returns date immutable language sql as 'select $1::date'",
                    "create view shown as select t::date as d from x",
                    "create view shown_moment as select t::moment as d from x",
                    "create view shown_created as select created::date as d from x",
                    "create function turned(it text) returns date immutable language sql as 'select it::date'"
                };
        };
    }

    static Stream<Arguments> moving() {
        return each(MOVING);
    }

    static Stream<Arguments> fixed() {
        return each(FIXED);
    }

    private static Stream<Arguments> each(List<Row> rows) {
        return rows.stream()
                .filter(row -> Database.all().contains(row.database))
                .map(row -> Arguments.of(row.database, row.sql));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("moving")
    void fetch_castOfWhatMayBeText_isNotCached(Database database, String sql) {
        try (Fixture f = Fixture.empty(database).with(schema(database))) {
            f.warm(dsl -> dsl.resultQuery("select id from x"));
            CacheStats done = f.during(() -> {
                f.dsl.fetch(sql);
                f.dsl.fetch(sql);
            });
            assertThat(done.hits() + done.stores()).isZero();
            // Some of them jOOQ's parser does not understand.
            assertThat(done.bypasses(BypassReason.NONDETERMINISTIC_FUNCTION) + done.bypasses(BypassReason.PLAIN_SQL))
                    .as(done.toString())
                    .isEqualTo(2);
        }
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("fixed")
    void fetch_castOfWhatIsPlain_isCached(Database database, String sql) {
        try (Fixture f = Fixture.empty(database).with(schema(database))) {
            // MariaDB warns of a text that is no date, and what comes with warnings is not cached.
            if (database == Database.MARIADB) f.with("update x set t = '2020-01-01'");
            f.warm(dsl -> dsl.resultQuery(sql));
        }
    }

    /** H2 has the month of today for one that a format leaves out; the year is that of 1970, or of today. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "to_date('10', 'DD')",
                "to_date('10', 'HH24')",
                "to_date('2020', 'YYYY')",
                "to_date('02-03', 'MM-DD')",
                "to_date('20-02-03', 'RR-MM-DD')",
                "to_date('2020-045', 'YYYY-DDD')",
                "to_date('2020-02-03', 'YYYY' || '-MM-DD')",
                "to_timestamp('10', 'DD')",
                "To_Timestamp_Tz('10', 'DD')"
            })
    void dateOfAFormatWithoutAll_isNotKept(String date) {
        try (Fixture f = oracleMode()) {
            String query = "select id, " + date + " from t";
            for (int i = 0; i < 2; i++) f.dsl.fetch(query);
            assertThat(f.cache.stats().bypasses(BypassReason.NONDETERMINISTIC_FUNCTION))
                    .isEqualTo(2);
        }
    }

    @Test
    void dateOfABoundFormat_isNotKept() {
        try (Fixture f = oracleMode()) {
            f.dsl.resultQuery("select id, to_date(?, ?) from t", "10", "DD").fetch();
            assertThat(f.cache.stats().bypasses(BypassReason.NONDETERMINISTIC_FUNCTION))
                    .isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "to_date('2020-02-03', 'YYYY-MM-DD')",
                "to_date('20200203', 'yyyymmdd')",
                "to_date('03.FEB.2020', 'DD.MON.YYYY')",
                "to_timestamp('2020-02-03 10', 'YYYY-MM-DD HH24')",
                "to_timestamp('02/03/2020 10:11:12', 'MM/DD/YYYY HH24:MI:SS')"
            })
    void dateOfAWholeFormat_isHit(String date) {
        try (Fixture f = oracleMode()) {
            f.warm(dsl -> dsl.resultQuery("select id, " + date + " from t"));
        }
    }

    private static Fixture oracleMode() {
        return Fixture.empty(Database.H2, pool -> pool.setJdbcUrl(pool.getJdbcUrl() + ";MODE=Oracle"), cache -> {})
                .with("create table t (id int primary key)", "insert into t values (1)");
    }
}
