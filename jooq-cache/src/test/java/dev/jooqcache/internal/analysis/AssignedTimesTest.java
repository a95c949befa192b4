package dev.jooqcache.internal.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.internal.sql.AssignedTimes;
import dev.jooqcache.internal.sql.FactNames;
import dev.jooqcache.internal.sql.LocalTypes;
import dev.jooqcache.internal.sql.RoutineBody;
import dev.jooqcache.internal.sql.RoutineLanguage;
import dev.jooqcache.internal.sql.SqlLexer;
import dev.jooqcache.internal.sql.SqlToken;
import dev.jooqcache.model.TableName;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jooq.SQLDialect;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies that no cached query could call, or that are long to set up; for the others see {@code AssignedTimeTest}. */
@DisplayName("Where PL/pgSQL may assign text to a time")
class AssignedTimesTest {

    private static final Map<String, Set<String>> COLUMNS = Map.of(
            "at",
            Set.of("timestamp(3) with time zone"),
            "t",
            Set.of("text"),
            "dates",
            Set.of("date[]"),
            "clock",
            Set.of("time without time zone"),
            FactNames.ANY_COLUMN,
            Set.of("timestamp(3) with time zone", "text", "date[]", "time without time zone"));

    private static boolean mayMove(String body) {
        List<SqlToken> tokens = tokens(body);
        RoutineBody text = new RoutineBody(tokens, RoutineLanguage.PLPGSQL);
        assertThat(text.unknown()).isNull();
        LocalTypes types = new LocalTypes(
                Set.of(TableName.of("x")),
                (table, column) -> table.equals("x") ? COLUMNS.getOrDefault(column, Set.of()) : Set.of(),
                "moment"::equals);
        List<SqlToken> signature =
                tokens("\"$0\" date;\"$1\" text;w text;\"$2\" timestamp without time zone;\"V\" date;");
        return new AssignedTimes(signature, tokens, text.statements(), types).mayMove();
    }

    private static List<SqlToken> tokens(String text) {
        SqlLexer lexer = new SqlLexer(text, SQLDialect.POSTGRES);
        assertThat(lexer.isUnderstood()).isTrue();
        return SchemaCode.withParameters(lexer.tokens());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "begin insert into x values (1, w) returning t into v; end",
                "begin insert into x (t) (select w) returning t into v; end",
                "begin update x set t = w returning (x).t into strict v; end",
                "declare n text; begin delete from x returning t, t into n, v; end",
                "declare r x; begin insert into x values (1, w) returning at, t into r; end",
                "declare r moment; begin r := w; end",
                "declare r date[]; begin r[1:2] := string_to_array(w, ','); end",
                "declare r timetz; begin select clock into r from x; end",
                "declare r timetz; begin r := make_time(1, 2, 3); end",
                "begin call p(1, v); end",
                "<<b>> declare d date; begin call p(b.d); end",
                "declare r record; begin call p(r); v := r.at; end",
                "declare n int; begin get diagnostics n = row_count, v = pg_context; end",
                "<<b>> declare r date; begin get diagnostics b.r := pg_context; end",
                "declare r record; begin select w::text as \"at\" into r; v := r.at; end",
                "declare r record; begin select w at into r from x; v := r.at; end",
                "declare r record; begin select (y).at into r from x; v := r.at; end",
                "declare r record; begin select at(w) into r from x; v := r.at; end",
                "declare r record; begin for r in select * from f(w), x loop v := r.at; end loop; end",
                "declare r record; q record; begin select at into r from x; v := r.at.t; end",
                "declare c cursor for select at from x; begin declare c cursor for select t from x;"
                        + " begin open c; fetch c into v; end; end",
                "declare c cursor for select at from x; begin fetch d into v; end",
                "declare r unheard%rowtype; begin r.a := w; end",
                "declare r other.x%rowtype; begin r.at := w; end",
                "declare r moment; begin r.since := w; end",
                "declare r moment; begin v := r.since; end",
                "begin v := case when true then w else v end; end",
                "begin v := case case when true then 1 end when 1 then w end; end",
                "declare r x; begin select * into r from x, y; end",
                "declare r x; begin select * into r from x join y on true; end",
                "declare r x; begin with x as (select w) select * into r from x; end",
                "declare d date; begin select * into d from x; end",
                "declare d date; begin select x.* into d from (select w) x; end",
                "declare n int; begin select at, x.*, 1 into v, n, v from x; end",
                "begin select at into v from x union select w; end",
                "begin select at into v from x union (select w); end",
                "begin select at into v from x union all values (w); end",
                "begin select (select t from x) into v; end",
                "begin with y as (select 1) values (w) into v; end",
                "begin for v in (select w) loop null; end loop; end",
                "begin v := case when true then (array[w])[1] end; end",
                "begin v := w at time zone w; end",
                "begin v := \"at\" from x; end",
                "declare at date; begin at := (select at from (select w at from x) y); end",
                "begin return next w; end",
                "begin return (w); end",
                "begin return not_known; end"
            })
    void text_thatMayBecomeATime_isFound(String body) {
        assertThat(mayMove(body)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "begin insert into x values (1, w) returning at into v; end",
                "declare n text; begin delete from x returning t, at into n, v; end",
                "declare r x; begin insert into x values (1, w); select * into strict r from x as y where t = w; end",
                "declare r timetz; begin r := r; end",
                "declare r moment; q moment; begin r := q; r := v; end",
                "declare r date[]; begin select dates into r from x; r[1] := v; v := r[1]; end",
                "declare n int; begin get diagnostics n = row_count; call p(n, w); n := n + 1; end",
                "declare n int; begin for i in reverse 3..1 loop v := v + i; n := w; end loop; end",
                "declare r record; begin select at, t into r from x; v := r.at; w := r.t; end",
                "declare r record; begin for r in select * from x where t = w loop v := r.at; end loop; end",
                "declare r x; begin r.t := w; r.t := r.t || w; v := r.at; end",
                "declare n text; begin select w, at into n, v from x union all select t, null from x; end",
                "begin with y as (select id from x) select x.at into v from x, y where x.id = y.id; end",
                "begin v := case when w = 'a' then v else $2 end; end",
                "begin raise notice '%', w; perform f(w); assert w is null, w; return; end",
                "declare r spell; begin r.t := w; end",
                "begin v := case w when w then v end; end",
                "begin return query select w, now; end",
                "begin return v + 1; end"
            })
    void text_thatMeetsNoTime_isNone(String body) {
        assertThat(mayMove(body)).isFalse();
    }
}
