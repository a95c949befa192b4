package dev.jooqcache.reads;

import static dev.jooqcache.reads.Library.A;
import static dev.jooqcache.reads.Library.X;
import static dev.jooqcache.testing.Database.H2;
import static dev.jooqcache.testing.Database.MARIADB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.jooq.impl.DSL.condition;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.min;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.or;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectOne;
import static org.jooq.impl.DSL.when;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.jooqcache.CacheStats;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.Fixture;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.ResultQuery;
import org.jooq.Select;
import org.jooq.Table;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Queries of a size that programs make and people do not: answered right, and again from the cache or with a reason. The
 * bound on time is no claim: it tells an analysis that explodes from one that grows. Where H2 is left out, its own planner
 * explodes.
 */
@Tag("database")
@Tag("R1")
@Tag("slow")
class HugeQueryTest {

    private static final Duration BLOW_UP = Duration.ofSeconds(10);

    private record Huge(String name, List<Database> without, Function<DSLContext, ResultQuery<Record>> query) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Huge huge(String name, Function<DSLContext, ResultQuery<Record>> query, Database... without) {
        return new Huge(name, Arrays.asList(without), query);
    }

    private static final List<Huge> QUERIES = List.of(
            huge(
                    "a thousand ORs",
                    dsl -> dsl.selectFrom(A)
                            .where(or(equalities(1_000).toList()))
                            .orderBy(A.ID)),
            huge(
                    "a thousand ORs, chained",
                    dsl -> dsl.selectFrom(A)
                            .where(equalities(1_000).reduce(Condition::or).orElseThrow())
                            .orderBy(A.ID)),
            huge(
                    "a thousand ORs in plain SQL",
                    dsl -> dsl.resultQuery("select * from a where " + repeat(1_000, " or ", i -> "v = " + i))),
            huge(
                    "five hundred ORs and ANDs",
                    dsl -> dsl.selectFrom(A)
                            .where(IntStream.range(0, 500)
                                    .mapToObj(i -> A.V.ge(i).and(A.V.lt(i + 1).or(A.ID.eq(-i))))
                                    .reduce(Condition::or)
                                    .orElseThrow())
                            .orderBy(A.ID)),
            huge(
                    "5,000 IN values",
                    dsl -> dsl.selectFrom(A).where(A.V.in(numbers(5_000))).orderBy(A.ID)),
            huge(
                    "5,000 IN values, inlined",
                    dsl -> dsl.selectFrom(A)
                            .where(A.V.in(
                                    numbers(5_000).stream().map(i -> inline(i)).toList()))
                            .orderBy(A.ID)),
            huge(
                    "5,000 IN values in plain SQL",
                    dsl -> dsl.resultQuery("select * from a where v in (" + repeat(5_000, ", ", i -> "" + i) + ")")),
            huge(
                    "1,200 expressions",
                    dsl -> dsl.select(IntStream.range(0, 1_200)
                                    .<Field<?>>mapToObj(i -> A.V.plus(i).as("c" + i))
                                    .toList())
                            .from(A)
                            .orderBy(A.ID)),
            huge(
                    "1,200 expressions in plain SQL",
                    dsl -> dsl.resultQuery("select " + repeat(1_200, ", ", i -> "v + " + i + " as c" + i) + " from a")),
            huge(
                    "50 nested derived tables",
                    dsl -> {
                        Table<?> inner = A;
                        for (int i = 0; i < 50; i++)
                            inner = select(inner.field("id"), inner.field("v"))
                                    .from(inner)
                                    .asTable("t" + i);
                        return dsl.select(List.of(field(name("id")), field(name("v"))))
                                .from(inner);
                    },
                    H2),
            huge(
                    "50 nested derived tables in plain SQL",
                    dsl -> dsl.resultQuery(repeat(50, "", i -> "select * from (") + "select * from a"
                            + repeat(50, "", i -> ") as t" + i)),
                    H2),
            huge(
                    "50 nested IN subqueries",
                    dsl -> {
                        Select<? extends org.jooq.Record1<Integer>> inner =
                                select(A.V).from(A);
                        for (int i = 0; i < 50; i++) {
                            Library.A a = A.as("a" + i);
                            inner = select(a.V).from(a).where(a.V.in(inner));
                        }
                        return dsl.selectFrom(A).where(A.V.in(inner)).orderBy(A.ID);
                    },
                    H2),
            huge(
                    "50 nested IN subqueries in plain SQL",
                    dsl -> dsl.resultQuery("select * from a where v in ("
                            + repeat(50, "", i -> "select v from a where v in (") + "select v from a"
                            + ")".repeat(51)),
                    H2),
            huge("20 nested EXISTS", dsl -> {
                Condition inner = A.ID.isNotNull();
                for (int i = 0; i < 20; i++) {
                    Library.A a = A.as("a" + i);
                    inner = org.jooq.impl.DSL.exists(
                            selectOne().from(a).where(a.V.eq(5)).and(inner));
                }
                return dsl.selectFrom(A).where(inner).orderBy(A.ID);
            }),
            huge(
                    "50 nested scalar subqueries",
                    dsl -> {
                        Field<Integer> inner = field(select(min(A.V)).from(A));
                        for (int i = 0; i < 50; i++) {
                            Library.A a = A.as("a" + i);
                            inner = field(select(min(a.V.plus(inner))).from(a));
                        }
                        return dsl.select(List.of(A.ID, inner)).from(A).orderBy(A.ID);
                    },
                    H2,
                    MARIADB),
            huge("50 nested CASEs", dsl -> {
                Field<Integer> inner = A.V;
                for (int i = 0; i < 50; i++) inner = when(A.V.eq(i), i).otherwise(inner);
                return dsl.select(List.of(A.ID, inner)).from(A).orderBy(A.ID);
            }),
            huge(
                    "50 nested brackets in plain SQL",
                    dsl -> dsl.resultQuery("select * from a where v = " + "(".repeat(50) + "5" + ")".repeat(50))),
            huge(
                    "50 nested brackets around a condition in plain SQL",
                    dsl -> dsl.resultQuery("select * from a where " + "(".repeat(50) + "v = 5" + ")".repeat(50))),
            huge(
                    "50 nested brackets around a query in plain SQL",
                    dsl -> dsl.resultQuery("(".repeat(50) + "select * from a" + ")".repeat(50)),
                    MARIADB),
            huge(
                    "50 nested calls in plain SQL",
                    dsl -> dsl.resultQuery("select " + "abs(".repeat(50) + "v" + ")".repeat(50) + " as v from a")),
            huge(
                    "50 nested brackets in a plain condition",
                    dsl -> dsl.select(List.of(A.ID, A.V))
                            .from(A)
                            .where(condition("(".repeat(50) + "v = 5" + ")".repeat(50)))),
            huge("100 branches of UNION ALL", dsl -> {
                Select<Record> all = dsl.select(List.of(A.ID, A.V)).from(A);
                for (int i = 1; i < 100; i++)
                    all = all.unionAll(dsl.select(List.of(A.ID, A.V)).from(A));
                return all;
            }),
            huge("30 joins", dsl -> {
                Table<?> joined = A;
                for (int i = 0; i < 30; i++) {
                    Library.A a = A.as("a" + i);
                    joined = joined.join(a).on(a.ID.eq(A.ID));
                }
                return dsl.select(List.of(A.ID, A.V)).from(joined).orderBy(A.ID);
            }));

    private static Stream<Condition> equalities(int count) {
        return IntStream.range(0, count).mapToObj(A.V::eq);
    }

    private static List<Integer> numbers(int count) {
        return IntStream.range(0, count).boxed().toList();
    }

    private static String repeat(int count, String between, java.util.function.IntFunction<String> part) {
        return IntStream.range(0, count).mapToObj(part).collect(Collectors.joining(between));
    }

    private static Stream<Arguments> queries() {
        return Database.all().stream()
                .flatMap(database -> QUERIES.stream()
                        .filter(huge -> !huge.without.contains(database))
                        .map(huge -> Arguments.of(database, huge)));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("queries")
    void fetch_hugeQuery_isRightAndRepeatedWithReason(Database database, Huge huge) {
        try (Fixture f = Library.fixture(database)) {
            f.dsl.selectFrom(X).fetch();
            assertTimeoutPreemptively(BLOW_UP, () -> f.cache.explain(huge.query.apply(f.dsl)));
            huge.query.apply(f.dsl).fetch();
            var before = huge.query.apply(f.unseen).fetch();
            CacheStats again = f.during(() ->
                    assertThat(huge.query.apply(f.dsl).fetch()).isNotEmpty().isEqualTo(before));
            assertThat(again.hits() + again.bypasses()).as(again.toString()).isEqualTo(1);
            f.dsl.update(A).set(A.V, A.V.plus(1)).where(A.ID.eq(1)).execute();
            assertThat(huge.query.apply(f.unseen).fetch())
                    .as("the write has an effect")
                    .isNotEqualTo(before);
            f.assertFresh(huge.query);
        }
    }
}
