package dev.jooqcache.reads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.jooq.impl.DSL.condition;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.table;
import static org.jooq.impl.DSL.val;

import dev.jooqcache.BypassReason;
import dev.jooqcache.CacheDecision;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.ResultQuery;
import org.jooq.Table;
import org.jooq.impl.SQLDataType;
import org.junit.jupiter.api.DisplayName;

@DisplayName("Operators in templates and in plain SQL name no table")
class TemplateTest {

    private static final Table<?> T = table(name("t"));
    /** In plain SQL, which has the whole text parsed. */
    private static final Table<?> PLAIN = table("t");

    private static final List<Table<?>> TABLES = List.of(T, PLAIN);
    private static final Field<Integer> ID = field(name("t", "id"), SQLDataType.INTEGER);
    private static final Field<Object> DATA = field(name("t", "data"));
    private static final Field<Object> TAGS = field(name("t", "tags"));
    private static final Field<Object> TITLE = field(name("t", "title"));
    private static final Field<Object> NUMBERS = field(name("t", "numbers"));
    private static final Field<Object> AT = field(name("t", "at"));

    private static final String[] DDL = {
        "create table t (id int primary key, data jsonb, tags text[], title text, numbers int4range, at timestamp)",
        "insert into t values (1, '{\"a\": {\"b\": 1}, \"n\": 5}', '{x,y}', 'abc', '[1,5)', '2020-01-01'),"
                + " (2, '{}', '{}', 'ABC', '[7,9)', '2021-01-01')"
    };

    private record Case(String name, BiFunction<DSLContext, Table<?>, ResultQuery<Record>> query) {

        Function<DSLContext, ResultQuery<Record>> from(Table<?> table) {
            return dsl -> query.apply(dsl, table);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static Case shown(String template, Object... parts) {
        Field<?>[] fields = new Field<?>[parts.length];
        for (int i = 0; i < parts.length; i++) fields[i] = parts[i] instanceof Field<?> f ? f : val(parts[i]);
        return new Case(
                "field(" + template + ")",
                (dsl, from) -> dsl.select(List.of(ID, field(template, String.class, (Object[]) fields)))
                        .from(from)
                        .orderBy(ID));
    }

    private static Case where(String template, Object... parts) {
        return where(condition(template, parts), template);
    }

    private static Case where(Condition condition, String template) {
        return new Case(
                "condition(" + template + ")",
                (dsl, from) ->
                        dsl.select(List.of(ID)).from(from).where(condition).orderBy(ID));
    }

    private static Case text(String sql, Object... values) {
        return new Case(sql, (dsl, from) -> dsl.resultQuery(sql, values));
    }

    private static List<Case> cases() {
        return List.of(
                shown("{0} ->> 'n'", DATA),
                shown("{0} -> 'a' -> 'b'", DATA),
                shown("{0} #> '{a,b}'", DATA),
                shown("{0} #>> '{a,b}'", DATA),
                shown("({0} ->> 'n')::int", DATA),
                shown("coalesce({0} #>> '{a,b}', {1})", DATA, "none"),
                shown("{0} || '{\"z\": 1}'::jsonb", DATA),
                shown("{0} - 'a'", DATA),
                shown("{0} #- '{a,b}'", DATA),
                shown("{0} ?? 'a'", DATA),
                shown("{0}[1]", TAGS),
                shown("{0}[1 : 1]", TAGS),
                shown("array[{0}, 7]", ID),
                shown("array_length({0}, 1)", TAGS),
                shown("{0}::text", ID),
                shown("t.id::text"),
                shown("id::numeric(10, 2)::text"),
                shown("{0} at time zone 'UTC'", AT),
                shown("extract(year from {0})", AT),
                shown("substring({0} from 2 for 1)", TITLE),
                shown("cast({0} as timestamp without time zone)", AT),
                shown("cast({0} as timestamp with time zone)", AT),
                shown("lower({0}) || '-' || {1}", TITLE, "x"),
                shown("{0} is distinct from 'abc'", TITLE),
                shown("{0} & 1", ID),
                shown("{0} # 3", ID),
                shown("upper({0})", NUMBERS),
                shown("regexp_split_to_array({0}, 'b')", TITLE),
                where("{0} @> {1}::jsonb", DATA, "{\"n\": 5}"),
                where("data @> '{\"n\": 5}'"),
                where("{0} <@ array['x', 'y']", TAGS),
                where("{0} && array['x']", TAGS),
                where("tags && cast({0} as text[])", val(new String[] {"x"})),
                where("{0} ?? 'a'", DATA),
                where("{0} ??| array['a', 'z']", DATA),
                where("{0} ??& array['a', 'n']", DATA),
                where("title ~ ?", "b"),
                where("title ~* ?", "B"),
                where("title !~ 'b'"),
                where("title !~* 'b'"),
                where("title similar to '%b%'"),
                where("title ilike any (array['%B%', 'x'])"),
                where("{0} @> 3", NUMBERS),
                where("{0} << int4range(6, 8)", NUMBERS),
                where("{0} -|- int4range(5, 6)", NUMBERS),
                where("{0} @?? '$.a.b'", DATA),
                where("{0} @@ '$.n == 5'", DATA),
                where("to_tsvector('simple', title) @@ to_tsquery('simple', {0})", val("abc")),
                where("{0} = any (tags)", inline("x")),
                where("title is not distinct from {0}", val("abc")),
                where("title ^@ 'a'"),
                text("select id from t where data #>> '{a,b}' = '1' order by id"),
                text("select id, data #> '{a}' as a from t where tags && array['x'] order by id"),
                text("select id from t where title ~* ? and data ?? 'a'", "b"),
                text("select at at time zone 'UTC' from t order by id"),
                text("select tags[1:2] from t order by id"),
                text("select x.id from (select id, numbers from t) x where x.numbers << int4range(6, 8)"),
                text("select t.id from t join t u on t.tags <@ u.tags and u.data #> '{a}' is not null order by 1"),
                text("select count(*) filter (where tags && array['x']) from t"),
                text("select timezone('UTC', at) from t order by id"));
    }

    @DatabaseTest
    void read_withOperators_isCacheable(Database database) {
        if (database != Database.POSTGRESQL) return;
        try (Fixture f = Fixture.empty(database).with(DDL)) {
            for (Table<?> from : TABLES) {
                List<String> bypassed = new ArrayList<>();
                for (Case each : cases()) {
                    CacheDecision decision = f.cache.explain(each.from(from).apply(f.dsl));
                    if (!decision.isCacheable()) bypassed.add(each + ": " + decision.reason());
                }
                assertThat(bypassed).as("of %s from %s", cases().size(), from).isEmpty();
            }
        }
    }

    @DatabaseTest
    void read_withOperators_isEndedByAWriteOfItsTable(Database database) {
        if (database != Database.POSTGRESQL) return;
        try (Fixture f = Fixture.empty(database).with(DDL)) {
            for (Case one : cases()) {
                Function<DSLContext, ResultQuery<Record>> each = one.from(PLAIN);
                f.warm(each);
                f.dsl.execute("update t set data = '{\"a\": 2}', tags = '{y}', title = 'b', numbers = '[2,3)',"
                        + " at = '2022-02-02' where id = 2");
                f.assertFresh(each);
                f.dsl.execute("update t set data = '{}', tags = '{}', title = 'ABC', numbers = '[7,9)',"
                        + " at = '2021-01-01' where id = 2");
                f.assertFresh(each);
            }
        }
    }

    @DatabaseTest
    void read_withAQueryInATemplate_isNotTakenForOneWithoutTables(Database database) {
        if (database != Database.POSTGRESQL) return;
        try (Fixture f = Fixture.empty(database).with(DDL).with("create table u (v int)", "insert into u values (1)")) {
            List<Case> hidden = List.of(
                    where("tags && (select array_agg(v::text) from u)"),
                    where("{0} ?? 'a' and exists (table u)", DATA),
                    shown("(select max(v) from u) # {0}", ID),
                    shown("{0} #>> array(select v::text from u)", DATA),
                    text("select id from t where tags && (select array_agg(v::text) from u)"),
                    text("select id, data #>> (select array_agg(v::text) from u) from t"),
                    text("select id from t, u where t.data #>> '{a}' is null or t.tags && array[u.v::text]"));
            for (Case one : hidden) {
                Function<DSLContext, ResultQuery<Record>> each = one.from(T);
                for (int v = 2; v < 4; v++) {
                    each.apply(f.dsl).fetch();
                    each.apply(f.dsl).fetch();
                    f.dsl.execute("update u set v = " + v);
                    f.assertFresh(each);
                }
            }
        }
    }

    @DatabaseTest
    void read_withOperatorsOfH2_isCachedUntilItsTableIsWritten(Database database) {
        if (database != Database.H2) return;
        try (Fixture f = Fixture.empty(database)
                .with(
                        "create table t (id int primary key, title varchar(9), at timestamp)",
                        "insert into t values (1, 'abc', timestamp '2020-01-01 00:00:00')")) {
            for (Case one : List.of(
                    shown("{0} || '-' || {1}", TITLE, "x"),
                    shown("{0}::varchar(20)", ID),
                    shown("extract(year from {0})", AT),
                    shown("substring({0} from 2 for 1)", TITLE),
                    shown("array[{0}, 7][1]", ID),
                    shown("{0} is distinct from 'abc'", TITLE),
                    shown("rotateleft({0}, 1)", ID),
                    where("title ~ ?", "b"),
                    where("title regexp 'b'"),
                    where("title ilike 'A%'"),
                    where("title is not distinct from {0}", val("abc")))) {
                Function<DSLContext, ResultQuery<Record>> each = one.from(T);
                f.warm(each);
                f.dsl.execute("update t set title = 'xyz', at = timestamp '2022-02-02 00:00:00' where id = 1");
                f.assertFresh(each);
                f.dsl.execute("update t set title = 'abc', at = timestamp '2020-01-01 00:00:00' where id = 1");
                f.assertFresh(each);
            }
        }
    }

    /** JDBC has its question marks doubled. */
    @DatabaseTest
    void operator_ofTheUser_withAQuestionMark_isNotTakenForABuiltInOne(Database database) throws SQLException {
        if (database != Database.POSTGRESQL) return;
        try (Fixture f = Fixture.empty(database)
                .with(DDL)
                .with(
                        "create table u (v text)",
                        "insert into u values ('a')",
                        "create function in_u(a text, b int) returns boolean language plpgsql as"
                                + " $$ declare r boolean; begin execute 'select exists (select from u where v ='"
                                + " || quote_literal(a) || ')' into r; return r; end $$")) {
            try (Connection connection = f.pool.getConnection();
                    Statement plain = connection.createStatement()) {
                plain.execute("create operator ?| (leftarg = text, rightarg = int, function = in_u)");
            }
            for (Table<?> from : TABLES) {
                Function<DSLContext, ResultQuery<Record>> each =
                        where("lower({0}) ??| 1", TITLE).from(from);
                each.apply(f.dsl).fetch();
                f.dsl.execute("update u set v = 'abc'");
                f.assertFresh(each);
                f.dsl.execute("update u set v = 'a'");
                f.assertFresh(each);
                assertThat(f.cache.explain(each.apply(f.dsl)).reason()).isEqualTo(BypassReason.UNKNOWN_FUNCTION);
            }
        }
    }

    /** They are functions, and read what no text names. */
    @DatabaseTest
    void operator_ofTheUser_isNotTakenForABuiltInOne(Database database) {
        if (database != Database.POSTGRESQL) return;
        try (Fixture f = Fixture.empty(database)
                .with(DDL)
                .with(
                        "create table u (v text)",
                        "insert into u values ('a')",
                        "create function in_u(a text, b int) returns boolean language plpgsql as"
                                + " $$ declare r boolean; begin execute 'select exists (select from u where v ='"
                                + " || quote_literal(a) || ')' into r; return r; end $$",
                        "create operator && (leftarg = text, rightarg = int, function = in_u)",
                        "create operator #>> (leftarg = text, rightarg = int, function = in_u)")) {
            for (Case one : List.of(
                    where("lower({0}) && 1", TITLE),
                    shown("{0} #>> 1", TITLE),
                    text("select id from t where lower(title) && 1"),
                    text("select id, title #>> 1 from t"))) {
                Function<DSLContext, ResultQuery<Record>> each = one.from(PLAIN);
                each.apply(f.dsl).fetch();
                f.dsl.execute("update u set v = 'abc'");
                f.assertFresh(each);
                f.dsl.execute("update u set v = 'a'");
                f.assertFresh(each);
                assertThat(f.cache.explain(each.apply(f.dsl)).reason()).isEqualTo(BypassReason.UNKNOWN_FUNCTION);
            }
        }
    }
}
