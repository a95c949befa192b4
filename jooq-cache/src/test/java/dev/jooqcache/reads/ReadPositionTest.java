package dev.jooqcache.reads;

import static dev.jooqcache.reads.Library.A;
import static dev.jooqcache.reads.Library.X;
import static dev.jooqcache.testing.Database.H2;
import static dev.jooqcache.testing.Database.MARIADB;
import static dev.jooqcache.testing.Database.POSTGRESQL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.jooq.impl.DSL.all;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.array;
import static org.jooq.impl.DSL.case_;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.condition;
import static org.jooq.impl.DSL.count;
import static org.jooq.impl.DSL.exists;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.firstValue;
import static org.jooq.impl.DSL.generateSeries;
import static org.jooq.impl.DSL.greatest;
import static org.jooq.impl.DSL.groupConcat;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.jsonArray;
import static org.jooq.impl.DSL.jsonArrayAgg;
import static org.jooq.impl.DSL.lateral;
import static org.jooq.impl.DSL.max;
import static org.jooq.impl.DSL.multiset;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.not;
import static org.jooq.impl.DSL.notExists;
import static org.jooq.impl.DSL.nullif;
import static org.jooq.impl.DSL.partitionBy;
import static org.jooq.impl.DSL.rollup;
import static org.jooq.impl.DSL.row;
import static org.jooq.impl.DSL.rowNumber;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectCount;
import static org.jooq.impl.DSL.selectFrom;
import static org.jooq.impl.DSL.selectOne;
import static org.jooq.impl.DSL.sql;
import static org.jooq.impl.DSL.sum;
import static org.jooq.impl.DSL.table;
import static org.jooq.impl.DSL.val;
import static org.jooq.impl.DSL.values;
import static org.jooq.impl.DSL.when;

import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.Fixture;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jooq.CommonTableExpression;
import org.jooq.Context;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.Record1;
import org.jooq.Result;
import org.jooq.ResultQuery;
import org.jooq.Select;
import org.jooq.Table;
import org.jooq.conf.SettingsTools;
import org.jooq.impl.CustomCondition;
import org.jooq.impl.CustomField;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Scenario R1: a table that is read in one place only, whichever it is, is seen to change. */
@Tag("database")
@Tag("R1")
class ReadPositionTest {

    private static final List<Position> POSITIONS = new ArrayList<>();

    /** The only value of x: 10 before the change, 5 after it. */
    private static Field<Integer> x() {
        return field(select(max(X.V)).from(X));
    }

    private static Select<Record1<Integer>> matching() {
        return select(X.V).from(X).where(X.V.eq(A.V));
    }

    static {
        from();
        joins();
        expressions();
        conditions();
        clauses();
        setsAndCommonTables();
        nestedCollections();
        plainSql();
    }

    private static void from() {
        at("FROM", dsl -> dsl.selectFrom(X));
        at("FROM, second of a list", dsl -> dsl.select(A.ID, X.V).from(A, X).orderBy(A.ID));
        at("FROM, aliased", dsl -> dsl.select(X.as("y").V).from(X.as("y")));
        at("FROM, aliased with columns", dsl -> dsl.select().from(X.as("y", "c", "d")));
        at("FROM, table with a condition", dsl -> dsl.selectFrom(X.where(X.V.gt(5))));
        at("FROM, named table", dsl -> dsl.select().from(table(name("x"))));
        at("derived table", dsl -> dsl.select().from(select(X.V).from(X).asTable("d")));
        at("derived table, three deep", dsl -> {
            Table<?> one = select(X.V).from(X).asTable("one");
            Table<?> two = select().from(one).asTable("two");
            return dsl.select().from(select().from(two).asTable("three"));
        });
        at("VALUES with a subquery", dsl -> dsl.select().from(values(row(x())).as("t", "c")));
        at(
                "lateral derived table",
                dsl -> dsl.select(A.ID)
                        .from(A, lateral(select(X.V).from(X).where(X.V.eq(A.V))).as("l")),
                H2,
                MARIADB);
        at("argument of a table-valued function", dsl -> dsl.select().from(generateSeries(val(1), x())));
    }

    private static void joins() {
        at("JOIN", dsl -> dsl.select(A.ID).from(A).join(X).on(X.V.eq(A.V)));
        at(
                "JOIN, aliased",
                dsl -> dsl.select(A.ID).from(A).join(X.as("y")).on(X.as("y").V.eq(A.V)));
        at(
                "LEFT JOIN",
                dsl -> dsl.select(A.ID, X.V).from(A).leftJoin(X).on(X.V.eq(A.V)).orderBy(A.ID));
        at("RIGHT JOIN", dsl -> dsl.select(A.ID, X.V).from(A).rightJoin(X).on(X.V.eq(A.V)));
        at(
                "FULL JOIN",
                dsl -> dsl.select(A.ID, X.V)
                        .from(A)
                        .fullOuterJoin(X)
                        .on(X.V.eq(A.V))
                        .orderBy(A.ID),
                H2,
                MARIADB);
        at("CROSS JOIN", dsl -> dsl.select(A.ID, X.V).from(A).crossJoin(X).orderBy(A.ID));
        at(
                "NATURAL JOIN",
                dsl -> dsl.select(A.ID).from(A).naturalJoin(select(X.V).from(X).asTable("n")));
        at(
                "JOIN USING",
                dsl -> dsl.select(A.ID)
                        .from(A)
                        .join(select(X.V).from(X).asTable("n"))
                        .using(A.V));
        at("LEFT SEMI JOIN", dsl -> dsl.select(A.ID).from(A).leftSemiJoin(X).on(X.V.eq(A.V)));
        at("LEFT ANTI JOIN", dsl -> dsl.select(A.ID).from(A).leftAntiJoin(X).on(X.V.eq(A.V)));
        at(
                "JOIN within JOIN",
                dsl -> dsl.select(A.ID)
                        .from(A.join(A.as("b").join(X).on(X.V.eq(A.as("b").V))).on(A.ID.eq(A.as("b").ID))));
        at(
                "ON condition",
                dsl -> dsl.select(A.ID, A.as("b").ID)
                        .from(A)
                        .join(A.as("b"))
                        .on(A.ID.eq(A.as("b").ID).and(A.V.eq(x()))));
        at("implicit path", dsl -> dsl.select(A.ID, A.x().V).from(A).orderBy(A.ID));
        at("implicit path in WHERE", dsl -> dsl.select(A.ID).from(A).where(A.V.eq(A.x().V)));
        at(
                "implicit path in a correlated subquery",
                dsl -> dsl.select(A.ID)
                        .from(A)
                        .where(exists(selectOne()
                                .from(A.as("b"))
                                .where(A.as("b").x().V.eq(A.V)))));
        at(
                "explicit path",
                dsl -> dsl.select(A.ID, A.x().V).from(A).leftJoin(A.x()).orderBy(A.ID));
        at(
                "lateral JOIN",
                dsl -> dsl.select(A.ID, field(name("l", "v")))
                        .from(A)
                        .leftJoin(lateral(matching()).as("l"))
                        .on(condition(true))
                        .orderBy(A.ID),
                H2,
                MARIADB);
    }

    private static void expressions() {
        at("scalar subquery", dsl -> dsl.select(A.ID, x()).from(A).orderBy(A.ID));
        at(
                "aliased scalar subquery",
                dsl -> dsl.select(A.ID, x().as("v")).from(A).orderBy(A.ID));
        at("arithmetic", dsl -> dsl.select(A.V.add(x().mul(2))).from(A).orderBy(A.ID));
        at("function", dsl -> dsl.select(greatest(A.V, x())).from(A).orderBy(A.ID));
        at("cast", dsl -> dsl.select(x().cast(SQLDataType.VARCHAR(10))).from(A));
        at(
                "CASE WHEN",
                dsl -> dsl.select(when(exists(matching()), 1).otherwise(0))
                        .from(A)
                        .orderBy(A.ID));
        at("CASE value", dsl -> dsl.select(case_(x()).when(10, 1).otherwise(0)).from(A));
        at("THEN", dsl -> dsl.select(when(A.ID.eq(1), x()).otherwise(0)).from(A).orderBy(A.ID));
        at(
                "ELSE",
                dsl -> dsl.select(when(A.ID.eq(1), inline(0)).otherwise(x()))
                        .from(A)
                        .orderBy(A.ID));
        at(
                "COALESCE",
                dsl -> dsl.select(coalesce(field(matching()), A.ID)).from(A).orderBy(A.ID));
        at("NULLIF", dsl -> dsl.select(nullif(A.V, x())).from(A).orderBy(A.ID));
        at(
                "condition as a column",
                dsl -> dsl.select(field(A.V.eq(x()))).from(A).orderBy(A.ID));
        at("argument of an aggregate", dsl -> dsl.select(sum(A.V.add(x()))).from(A));
        at("FILTER", dsl -> dsl.select(count().filterWhere(A.V.ge(x()))).from(A));
        at(
                "ORDER BY of an aggregate",
                dsl -> dsl.select(
                                groupConcat(A.ID).orderBy(when(x().eq(10), A.ID).otherwise(A.ID.neg())))
                        .from(A));
        at(
                "PARTITION BY",
                dsl -> dsl.select(
                                A.ID,
                                count().over().partitionBy(when(A.V.ge(x()), 1).otherwise(0)))
                        .from(A)
                        .orderBy(A.ID));
        at(
                "ORDER BY of a window",
                dsl -> dsl.select(
                                A.ID,
                                rowNumber()
                                        .over()
                                        .orderBy(when(x().eq(10), A.ID).otherwise(A.ID.neg())))
                        .from(A)
                        .orderBy(A.ID));
        at(
                "argument of a window function",
                dsl -> dsl.select(firstValue(x()).over().orderBy(A.ID)).from(A));
        at(
                "WINDOW clause",
                dsl -> dsl.select(A.ID, count().over(name("w")))
                        .from(A)
                        .window(name("w").as(partitionBy(when(A.V.ge(x()), 1).otherwise(0))))
                        .orderBy(A.ID));
    }

    private static void conditions() {
        at("WHERE", dsl -> dsl.select(A.ID).from(A).where(A.V.eq(x())));
        at(
                "WHERE, three deep",
                dsl -> dsl.select(A.ID)
                        .from(A)
                        .where(A.ID.in(select(A.as("b").ID)
                                .from(A.as("b"))
                                .where(A.as("b")
                                        .ID
                                        .in(select(A.as("c").ID)
                                                .from(A.as("c"))
                                                .where(A.as("c").V.eq(x())))))));
        at("EXISTS", dsl -> dsl.select(A.ID).from(A).where(exists(matching())));
        at("NOT EXISTS", dsl -> dsl.select(A.ID).from(A).where(notExists(matching())));
        at("IN", dsl -> dsl.select(A.ID).from(A).where(A.V.in(select(X.V).from(X))));
        at("NOT IN", dsl -> dsl.select(A.ID).from(A).where(A.V.notIn(select(X.V).from(X))));
        at(
                "row IN",
                dsl -> dsl.select(A.ID)
                        .from(A)
                        .where(row(A.X_ID, A.V).in(select(X.ID, X.V).from(X))));
        at("ANY", dsl -> dsl.select(A.ID).from(A).where(A.V.eq(any(select(X.V).from(X)))));
        at("ALL", dsl -> dsl.select(A.ID).from(A).where(A.V.ge(all(select(X.V).from(X)))));
        at("BETWEEN", dsl -> dsl.select(A.ID).from(A).where(A.V.between(x(), inline(100))));
        at(
                "LIKE",
                dsl -> dsl.select(A.ID)
                        .from(A)
                        .where(A.V.cast(SQLDataType.VARCHAR(9))
                                .like(field(
                                        select(X.V.cast(SQLDataType.VARCHAR(9))).from(X)))));
        at("NOT of OR", dsl -> dsl.select(A.ID).from(A).where(not(A.ID.eq(7).or(A.V.eq(x())))));
        at("IS DISTINCT FROM", dsl -> dsl.select(A.ID).from(A).where(A.V.isDistinctFrom(x())));
    }

    private static void clauses() {
        at(
                "GROUP BY",
                dsl -> dsl.select(count())
                        .from(A)
                        .groupBy(when(A.V.ge(x()), 1).otherwise(0))
                        .orderBy(count()));
        at("HAVING", dsl -> dsl.select(A.ID).from(A).groupBy(A.ID).having(max(A.V).eq(x())));
        at(
                "ORDER BY",
                dsl -> dsl.select(A.ID).from(A).orderBy(when(x().eq(10), A.ID).otherwise(A.ID.neg())));
        at(
                "LIMIT",
                dsl -> dsl.select(A.ID)
                        .from(A)
                        .orderBy(A.ID)
                        .limit(field(select(when(X.V.eq(10), 1).otherwise(2)).from(X))));
        at(
                "OFFSET",
                dsl -> dsl.select(A.ID)
                        .from(A)
                        .orderBy(A.ID)
                        .limit(inline(5))
                        .offset(field(select(when(X.V.eq(10), 1).otherwise(0)).from(X))));
        at("DISTINCT", dsl -> dsl.selectDistinct(X.V).from(X));
        at(
                "DISTINCT ON",
                dsl -> {
                    Field<Integer> key = when(A.V.ge(x()), inline(1)).otherwise(inline(0));
                    return dsl.select(A.ID, key).distinctOn(key).from(A).orderBy(key, A.ID);
                },
                MARIADB);
        at(
                "QUALIFY",
                dsl -> dsl.select(A.ID)
                        .from(A)
                        .qualify(rowNumber()
                                .over()
                                .orderBy(A.ID)
                                .le(when(x().eq(10), 1).otherwise(2))),
                MARIADB,
                POSTGRESQL);
        at(
                "GROUP BY ROLLUP",
                dsl -> dsl.select(A.ID, sum(A.V))
                        .from(A)
                        .groupBy(rollup(A.ID))
                        .having(sum(A.V).gt(x().cast(SQLDataType.NUMERIC))),
                H2);
        at(
                "fetchCount",
                dsl -> dsl.select(count())
                        .from(select(X.V).from(X).where(X.V.gt(7)).asTable("t")));
    }

    private static void setsAndCommonTables() {
        at(
                "UNION, first",
                dsl -> dsl.select(X.V).from(X).union(select(A.V).from(A).where(A.ID.eq(7))));
        at(
                "UNION, second",
                dsl -> dsl.select(A.V)
                        .from(A)
                        .where(A.ID.eq(7))
                        .union(select(X.V).from(X)));
        at(
                "UNION ALL",
                dsl -> dsl.select(A.V).from(A).unionAll(select(X.V).from(X)).orderBy(1));
        at("INTERSECT", dsl -> dsl.select(A.V).from(A).intersect(select(X.V).from(X)));
        at("EXCEPT", dsl -> dsl.select(A.V).from(A).except(select(X.V).from(X)));
        at(
                "UNION in a subquery",
                dsl -> dsl.select(A.ID)
                        .from(A)
                        .where(A.V.in(
                                select(A.V.neg()).from(A).union(select(X.V).from(X)))));
        at("CTE", dsl -> {
            CommonTableExpression<Record1<Integer>> t =
                    name("t").fields("c").as(select(X.V).from(X));
            return dsl.with(t).selectFrom(t);
        });
        at("CTE, referenced twice", dsl -> {
            CommonTableExpression<Record1<Integer>> t =
                    name("t").fields("c").as(select(X.V).from(X));
            return dsl.with(t).select().from(t.as("t1")).crossJoin(t.as("t2"));
        });
        at("CTE of a CTE", dsl -> {
            CommonTableExpression<Record1<Integer>> t =
                    name("t").fields("c").as(select(X.V).from(X));
            CommonTableExpression<?> u = name("u").as(selectFrom(t));
            return dsl.with(t, u).select().from(u);
        });
        at(
                "CTE of the table's own name",
                dsl -> dsl.with(name("x").as(select(X.V.as("w")).from(X)))
                        .select()
                        .from(table(name("x"))),
                H2);
        at(
                "CTE in a subquery",
                dsl -> dsl.select(A.ID)
                        .from(A)
                        .where(A.V.in(org.jooq
                                .impl
                                .DSL
                                .with("t")
                                .as(select(X.V.as("c")).from(X))
                                .select(field(name("c"), Integer.class))
                                .from(table(name("t"))))));
        at(
                "recursive CTE, start",
                dsl -> dsl.withRecursive(name("r")
                                .fields("n")
                                .as(select(X.V)
                                        .from(X)
                                        .unionAll(select(field(name("n"), Integer.class)
                                                        .add(1))
                                                .from(table(name("r")))
                                                .where(field(name("n"), Integer.class)
                                                        .lt(12)))))
                        .select()
                        .from(table(name("r"))));
        at(
                "recursive CTE, step",
                dsl -> dsl.withRecursive(name("r")
                                .fields("n")
                                .as(select(A.ID)
                                        .from(A)
                                        .unionAll(select(field(name("r", "n"), Integer.class)
                                                        .add(X.V))
                                                .from(table(name("r")))
                                                .crossJoin(X)
                                                .where(field(name("r", "n"), Integer.class)
                                                        .lt(12)))))
                        .select()
                        .from(table(name("r")))
                        .orderBy(1));
    }

    private static void nestedCollections() {
        at("MULTISET", dsl -> dsl.select(A.ID, multiset(matching())).from(A).orderBy(A.ID));
        at(
                "MULTISET without settings around it",
                dsl -> withoutSessionVariable(dsl)
                        .select(A.ID, multiset(matching()))
                        .from(A)
                        .orderBy(A.ID));
        at(
                "MULTISET in MULTISET",
                dsl -> dsl.select(
                                A.ID,
                                multiset(select(
                                                A.as("b").ID,
                                                multiset(select(X.V).from(X).where(X.ID.eq(A.as("b").X_ID))))
                                        .from(A.as("b"))
                                        .where(A.as("b").ID.eq(A.ID))))
                        .from(A)
                        .orderBy(A.ID));
        at("nested row", dsl -> dsl.select(row(A.ID, x()).as("r")).from(A).orderBy(A.ID));
        at("ARRAY of a subquery", dsl -> dsl.select(array(select(X.V).from(X))).from(A), MARIADB);
        at("JSON", dsl -> dsl.select(jsonArray(A.ID, x())).from(A).orderBy(A.ID));
        at("JSON aggregate", dsl -> dsl.select(jsonArrayAgg(A.V.add(x()))).from(A));
    }

    private static void plainSql() {
        at("plain SQL query", dsl -> dsl.resultQuery("select v from x where v > {0}", val(1)));
        at("plain SQL table", dsl -> dsl.select().from("x"));
        at("plain SQL derived table", dsl -> dsl.select().from("(select v from x) as d"));
        at("plain SQL join", dsl -> dsl.select(A.ID).from(A).join("x").on("x.v = a.v"));
        at(
                "plain SQL column",
                dsl -> dsl.select(A.ID, field("(select max(v) from x)", Integer.class))
                        .from(A)
                        .orderBy(A.ID));
        at("plain SQL condition", dsl -> dsl.select(A.ID).from(A).where("exists (select 1 from x where x.v = a.v)"));
        at(
                "plain SQL in plain SQL",
                dsl -> dsl.select(A.ID).from(A).where(condition("{0} = ({1})", A.V, sql("select max(v) from x"))));
        at(
                "plain SQL around a query",
                dsl -> dsl.select(A.ID)
                        .from(A)
                        .where(condition("{0} = ({1})", A.V, select(max(X.V)).from(X))));
        at(
                "plain SQL beside it",
                dsl -> dsl.select(A.ID, field("{0} + 1", Integer.class, A.ID))
                        .from(A)
                        .where(A.V.eq(x())));
        at(
                "custom field's text",
                dsl -> dsl.select(CustomField.of("m", SQLDataType.INTEGER, ctx -> ctx.sql("(select max(v) from x)")))
                        .from(A));
        at(
                "custom condition's second table",
                dsl -> dsl.select(A.ID)
                        .from(A)
                        .where(CustomCondition.of(ctx -> ctx.sql("exists (select 1 from a as b, x where x.v = a.v)"))));
        at(
                "custom class's text",
                dsl -> dsl.select(A.ID, new HighestX()).from(A).orderBy(A.ID));
        at("option's text", dsl -> dsl.select(A.ID).from(A).option("union all select v from x"));
        at(
                "fetchCount of a query",
                dsl -> dsl.select(selectCount().from(X).where(X.V.gt(7)).asField()));
    }

    private static final class HighestX extends CustomField<Integer> {
        private static final long serialVersionUID = 1L;

        HighestX() {
            super(name("highest"), SQLDataType.INTEGER);
        }

        @Override
        public void accept(Context<?> ctx) {
            ctx.sql("(select max(v) from x)");
        }
    }

    @ParameterizedTest(name = "R1 {0} {1}")
    @MethodSource("positions")
    void update_ofTableReadOnlyThere_isSeen(Database database, Position position) {
        try (Fixture f = Library.fixture(database)) {
            Result<Record> before = f.warm(position.query);
            Library.change(f.dsl);
            Result<Record> after = f.assertFresh(position.query);
            assertThat(after).as("the position must matter").isNotEqualTo(before);
        }
    }

    private static Stream<Arguments> positions() {
        return Database.all().stream()
                .flatMap(database -> POSITIONS.stream()
                        .filter(position -> !position.without.contains(database))
                        .map(position -> Arguments.of(database, position)));
    }

    /** On MariaDB jOOQ sends SET statements along with GROUP_CONCAT, unless it is told not to. */
    private static DSLContext withoutSessionVariable(DSLContext dsl) {
        return DSL.using(dsl.configuration()
                .derive(SettingsTools.clone(dsl.settings()).withRenderGroupConcatMaxLenSessionVariable(false)));
    }

    @SuppressWarnings("unchecked")
    private static void at(
            String name, Function<DSLContext, ResultQuery<? extends Record>> query, Database... without) {
        POSITIONS.add(new Position(name, Arrays.asList(without), dsl -> (ResultQuery<Record>) query.apply(dsl)));
    }

    /** A place in a query. Databases without it are named. */
    private record Position(String name, List<Database> without, Function<DSLContext, ResultQuery<Record>> query) {
        @Override
        public String toString() {
            return name;
        }
    }
}
