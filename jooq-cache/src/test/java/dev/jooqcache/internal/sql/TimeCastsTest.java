package dev.jooqcache.internal.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jooq.SQLDialect;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimeCastsTest {

    private static boolean mayMove(String sql) {
        Function<String, Set<String>> types =
                column -> column.equals("d") ? Set.of("date", "timestamp(3) without time zone") : Set.of();
        return new TimeCasts(new SqlLexer(sql, SQLDialect.POSTGRES).tokens(), true)
                .casts().stream().anyMatch(cast -> cast.mayMove("moment"::equals, types));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select unknown::date from x",
                "select d || ''::text, (d || '')::date from x",
                "select f(d)::date from x",
                "select lag(t) over (order by d)::date from x",
                "select (d::text)::date from x",
                "select cast(cast(d as text) as date) from x",
                "select cast(? || ? as date) from x",
                "select d::date from (select null d from x) y",
                "select d::date from (select case when a then b end d from x) y",
                "select d::date from x y(d)",
                "select d::date from (values ('x')) v(d)",
                "select (y).d::date from x",
                "select case when a then t else '' end::date from x",
                "select case when a then case when b then t else '' end else '' end::date from x",
                "select d::date from (select t as d from x) first, (select u as \"d\" from x) y",
                "select \"d\"::date from (select first \"d\" from x) y",
                "select d::date from (select at d from x) y",
                "select y[1].d::date from x",
                "select row(x.*)::moment from x",
                "select (select t from x)::date",
                "select (select d union select t from x)::date",
                "select (select d union values (t))::date",
                "select (select * from x)::date",
                "select d::time::timetz, make_time(1, 2, 3)::timetz",
                "select x'6e6f77'::date, at::date",
                "select ?::time with time zone::text::date, a::time with time zone::text::date from x"
            })
    void cast_ofWhatMayBeText_mayMove(String sql) {
        assertThat(mayMove(sql)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select d::date from x",
                "select x.d::timestamp(3) without time zone::date from x",
                "select (d + (? || ' day')::interval)::date from x",
                "select cast(d + cast(a || ' day' as interval) as date) from x",
                "select cast(? as date), ?::timestamptz, '2020-01-01'::date, date '2020-01-01' from x",
                "select date_trunc(t, d)::date from x",
                "select coalesce(d, ?)::date from x",
                "select case when t = ? then d else null end::date, case t when ? then d end::date from x",
                "select (select d from x where t = ?)::date, (select max(d) as t from x)::date",
                "select d at time zone 'UTC', d::date from (select d at time zone 'UTC' from x order by d nulls first) y",
                "select d::date::timetz from x",
                "select unknown::int, unknown::mood, unknown::text from x",
                "select cast(d as date) as d from x where d::date = ? order by d",
                "select 1 from x where a = 'y::date'"
            })
    void cast_ofWhatIsPlain_doesNotMove(String sql) {
        assertThat(mayMove(sql)).isFalse();
    }

    @Test
    @Timeout(10)
    void casts_ofAHugeQuery_areFoundSoon() {
        String list =
                IntStream.range(0, 20_000).mapToObj(i -> "cast(? as date)").collect(Collectors.joining(", "));
        assertThat(mayMove("select " + list + " from x where d::date in (" + list + ")"))
                .isFalse();
    }
}
