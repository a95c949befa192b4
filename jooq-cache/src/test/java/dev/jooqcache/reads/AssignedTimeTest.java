package dev.jooqcache.reads;

import static dev.jooqcache.testing.Database.POSTGRESQL;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.BypassReason;
import dev.jooqcache.CacheStats;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.Fixture;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Scenario N2: PL/pgSQL assigns by way of text, and a text that says {@code now} asks the clock then. */
@Tag("database")
@Tag("N2")
@DisplayName("N2: text that PL/pgSQL assigns to times")
class AssignedTimeTest {

    private static final String[] SCHEMA = {
        "create domain moment as timestamptz",
        "create type spell as (n int, since timestamptz)",
        "create type momentrange as range (subtype = timestamptz)",
        "create table x (id int primary key, t text, at timestamptz, s spell)",
        "insert into x values (1, 'now', '2020-01-01', row(1, '2020-01-01'))",
        "create domain xs as x",
        "create table y (id int primary key, t text)",
        "insert into y values (1, 'now')"
    };

    /** Each answers the present time, given the word for it. */
    private static final List<String> MOVING = List.of(
            of("declare r timestamptz; begin r := w; return r; end"),
            of("declare r timestamptz; begin r = 'no' || 'w'; return r; end"),
            of("declare r timestamptz; begin r := $1; return r; end"),
            of("declare v alias for $1; r timestamptz; begin r := v; return r; end"),
            of("declare r timestamptz; v alias for r; begin v := w; return r; end"),
            of("declare r timestamptz := w; begin return r; end"),
            of("declare r constant timestamptz not null default lower(w); begin return r; end"),
            of("declare r x.at%type := w; begin return r; end"),
            of("declare q timestamptz; r q%type := w; begin return r; end"),
            of("declare r timestamp(3) with time zone := w; begin return r; end"),
            of("declare r moment; begin r := w; return r; end"),
            of("declare r date; begin r := w; return r + '23:59'::time; end"),
            of("begin declare r timestamptz; begin r := w; return r; end; end"),
            of("<<b>> declare r timestamptz; begin b.r := w; return r; end"),
            of("declare r int; begin declare r timestamptz; begin r := w; return r; end; end"),
            of("declare r timestamptz; begin begin r := 1 / 0; exception when others then r := w; end; return r; end"),
            of(
                    "declare r timestamptz; begin if true then while r is null loop r := w; end loop; end if; return r; end"),
            of("declare r timestamptz; begin case when w is null then null; else r := w; end case; return r; end"),
            of("declare r timestamptz; begin r := (select t from y); return r; end"),
            of("declare r timestamptz; begin r := coalesce(w::varchar, ''); return r; end"),
            of("declare r timestamptz; begin r := case when true then w end; return r; end"),
            of("declare r timestamptz[]; begin r[1] := w; return r[1]; end"),
            of("declare r timestamptz[]; begin r := array[w]; return r[1]; end"),
            of("declare r timestamptz[]; begin r := '{' || w || '}'; return r[1]; end"),
            of("declare r tstzrange; begin r := '[' || w || ',)'; return lower(r); end"),
            of("declare r momentrange; begin r := '[' || w || ',)'; return lower(r); end"),
            of("declare r x; begin r.at := w; return r.at; end"),
            of("declare r x%rowtype; begin r := row(1, 'a', w, null); return r.at; end"),
            of("declare r x; q record; begin select 1, 'a', w, null into q; r := q; return r.at; end"),
            of("declare r x; begin select id, t, t into r from x; return r.at; end"),
            of("declare r xs; begin r.at := w; return r.at; end"),
            of("declare r timestamptz; begin r := 'no'\n 'w'; return r; end"),
            of("declare r spell; begin r.since := w; return r.since; end"),
            of("declare r spell := row(1, w); begin return r.since; end"),
            of("declare r x; begin r.s.since := w; return (r.s).since; end"),
            of("declare r record; begin select at into r from x; r.at := w; return r.at; end"),
            of("declare r record; begin select at as n into r from x; r.n := w; return r.n; end"),
            of("declare r timestamptz; begin select w into r; return r; end"),
            of("declare r timestamptz; begin select t into strict r from y; return r; end"),
            of("declare r timestamptz; begin select into r t from y; return r; end"),
            of("declare r timestamptz; begin select t from y into r; return r; end"),
            of("declare r timestamptz; begin select at from (select t as at from x) z into r; return r; end"),
            of("declare n int; r timestamptz; begin select id, t into n, r from x; return r; end"),
            of("declare n int; r timestamptz; begin select * into n, r from y; return r; end"),
            of("declare r timestamptz; begin with z as (select t from y) select t into r from z; return r; end"),
            of("declare r timestamptz; begin select null into r union all select w order by 1 limit 1; return r; end"),
            of("declare r timestamptz; begin values (w) into r; return r; end"),
            of("declare r timestamptz; begin for r in select t from y loop return r; end loop; end"),
            of("declare n int; r timestamptz; begin for n, r in select id, t from y loop return r; end loop; end"),
            of("declare r timestamptz; begin foreach r in array array[w] loop return r; end loop; end"),
            of(
                    "declare q record; r timestamptz; begin for q in select t from y loop r := q.t; end loop; return r; end"),
            of("declare q record; r timestamptz; begin for q in select t as at from x loop r := q.at; end loop;"
                    + " return r; end"),
            of("declare q record; r timestamptz; begin q := row(w); r := q.f1; return r; end"),
            of("declare c cursor for select t from y; r timestamptz; begin open c; fetch c into r; return r; end"),
            of("declare c refcursor; r timestamptz; begin open c for select t from y; fetch next from c into r;"
                    + " return r; end"),
            of("declare c cursor for select at from x; d refcursor; r timestamptz;"
                    + " begin open d for select t from y; c := d; fetch c into r; return r; end"),
            of("declare c cursor for select t from y; r timestamptz; begin for q in c loop r := q.t; end loop;"
                    + " return r; end"),
            of("declare c cursor (v timestamptz) for select v; r timestamptz;"
                    + " begin open c (w); fetch c into r; return r; end"),
            of("declare c cursor (n int, v timestamptz) for select v; r timestamptz;"
                    + " begin open c (v := w, n := 1); fetch c into r; return r; end"),
            of("declare c cursor (v timestamptz) for select v as v; r timestamptz;"
                    + " begin for q in c (w) loop r := q.v; end loop; return r; end"),
            of("declare r timestamptz; begin raise exception using message = w;"
                    + " exception when others then get stacked diagnostics r = message_text; return r; end"),
            of("declare r timestamptz; begin raise exception using message = w;"
                    + " exception when others then r := sqlerrm; return r; end"),
            of("begin return w; end"),
            of("begin return (select t from y); end"),
            of("declare v text := w; begin return v; end"),
            "create function f(w text, out r timestamptz) language plpgsql stable as $$ begin r := w; end $$",
            "create function f(w text, inout r timestamptz default null) language plpgsql stable as"
                    + " $$ begin select w into $2; end $$",
            "create function f(w text, out n int, out r timestamptz) language plpgsql stable as $$ begin r := w; end $$",
            "create function f(w text) returns table (r timestamptz) language plpgsql stable as"
                    + " $$ begin r := w; return next; end $$",
            "create function f(w text) returns setof timestamptz language plpgsql stable as"
                    + " $$ begin return next w; end $$",
            "create function f(w text) returns moment language plpgsql stable as $$ begin return w; end $$",
            "create function f(text) returns timestamptz language plpgsql stable as $$ begin return $1; end $$",
            "create function f(w text, r anyelement default null::timestamptz) returns anyelement language plpgsql stable"
                    + " as $$ begin r := w; return r; end $$",
            "create function f(w text, v pg_stat_activity default null) returns timestamptz language plpgsql stable as"
                    + " $$ begin v.backend_start := w; return v.backend_start; end $$",
            "create function f(text) returns timestamptz language sql stable as 'select $1::timestamptz'");

    private static final List<String> FIXED = List.of(
            of("declare r timestamptz; begin select max(at) into r from x; return r; end"),
            of("declare r timestamptz; begin select max(at) as latest into strict r from x where t = w; return r; end"),
            of("declare n text; r timestamptz; begin select t, at into n, r from x where id = 1; return r; end"),
            of("declare r timestamptz := (select max(z.at) from x z where z.t = w); begin return r; end"),
            of("declare r timestamptz; begin r := '2020-01-01'; if w = '' then r := null; end if; return r; end"),
            of("declare n int := 0; v text; r timestamptz; begin n := n + 1; v := w || n; select at into r from x;"
                    + " return r + n * interval '1 day'; end"),
            of("declare r x; begin select * into r from x where t = w; return r.at; end"),
            of("declare r x%rowtype; begin select z.* into r from x z where t = w; r.t := w; return r.at; end"),
            of("declare q record; r timestamptz; begin for q in select * from x loop"
                    + " if q.t = w then r := greatest(r, q.at); end if; end loop; return r; end"),
            of("declare q record; v text; r timestamptz; begin for q in (select id, t, at from x order by id) loop"
                    + " v := q.t; r := q.at; end loop; return r; end"),
            of("declare c cursor for select at, t from x where t = w; r timestamptz; v text;"
                    + " begin open c; fetch c into r, v; close c; return r; end"),
            of("declare r timestamptz; begin for i in 1..3 loop r := '2020-01-01'::date + i; end loop; return r; end"),
            of(
                    "declare d date; r timestamptz; begin foreach d in array array['2020-01-01'::date] loop r := d; end loop;"
                            + " return r; end"),
            of("declare c cursor for select at, t from x; r timestamptz; begin for q in c loop r := q.at; end loop;"
                    + " return r; end"),
            "create function f(w text) returns moment language plpgsql stable as"
                    + " $$ declare r moment; begin select at into r from x; return r; end $$",
            of("declare m timestamptz[]; begin m[1] := (select at from x); return m[1]; end"),
            of("declare m timestamptz[]; begin select array_agg(at) into m from x; return m[1]; end"),
            of("begin return date_trunc('day', (select min(at) from x where t = w)); end"),
            of("begin return null; end"),
            "create function f(w text) returns setof x language plpgsql stable as"
                    + " $$ begin return query select * from x where t = w; end $$",
            "create function f(w text) returns setof x language plpgsql stable as"
                    + " $$ declare r x; begin for r in select * from x loop return next r; end loop; end $$",
            "create function f(w text) returns table (word text, latest timestamptz) language plpgsql stable as"
                    + " $$ begin return query select t, at from x where t = w; end $$",
            "create function f(w text) returns text language plpgsql stable as"
                    + " $$ declare v timestamptz; begin select at into v from x; return v || w; end $$",
            "create function f(w text) returns bigint language plpgsql stable as"
                    + " $$ declare n bigint; begin select count(*) into n from x where t = w; return n; end $$",
            "create function f(w text) returns text language plpgsql stable as"
                    + " $$ declare r record; v text; begin select t || w as v into r from y; v := r.v; return v; end $$",
            "create function f(w text, v timestamptz default '2020-01-01') returns timestamptz language plpgsql stable as"
                    + " $$ declare r timestamptz; begin r := date_trunc('day', v); return r; end $$",
            "create function f(w text) returns text language plpgsql stable as"
                    + " $$ declare r y; begin select id, w || t into r from y; r.t := w; return r.t; end $$");

    private static String of(String body) {
        return "create function f(w text) returns timestamptz language plpgsql stable as $$ " + body + " $$";
    }

    /** One schema with all the functions, each with a number after its name. */
    private static Fixture schema(List<String> functions) {
        String[] numbered = IntStream.range(0, functions.size())
                .mapToObj(i -> functions.get(i).replace("function f(", "function f" + i + "("))
                .toArray(String[]::new);
        return Fixture.empty(POSTGRESQL).with(SCHEMA).with(numbered);
    }

    @Test
    void fetch_throughAFunctionThatMayReadNow_isNotCached() {
        if (!Database.all().contains(POSTGRESQL)) return;
        try (Fixture f = schema(MOVING)) {
            List<String> wrong = new ArrayList<>();
            for (int i = 0; i < MOVING.size(); i++) {
                String function = MOVING.get(i);
                String columns = function.contains("out n int") ? "n, r" : "r";
                Object asked = f.unseen.fetchValue("select f.r::timestamptz > now() - interval '2 days' from x, f" + i
                        + "(x.t) as f(" + columns + ")");
                assertThat(asked).as("whether it asks the clock: " + function).isEqualTo(true);
                String read = "select f" + i + "(t) from x";
                CacheStats done = f.during(() -> {
                    f.dsl.fetch(read);
                    f.dsl.fetch(read);
                });
                if (done.bypasses(BypassReason.NONDETERMINISTIC_FUNCTION) < 2) wrong.add(function + ": " + done);
            }
            assertThat(wrong).isEmpty();
        }
    }

    @Test
    void fetch_throughAFunctionWhoseTextsMeetNoTime_isCached() {
        if (!Database.all().contains(POSTGRESQL)) return;
        try (Fixture f = schema(FIXED)) {
            for (int i = 0; i < FIXED.size(); i++) {
                String read = "select f" + i + "(t) from x";
                f.warm(dsl -> dsl.resultQuery(read));
            }
        }
    }
}
