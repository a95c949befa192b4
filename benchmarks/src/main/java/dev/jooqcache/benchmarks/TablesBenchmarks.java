package dev.jooqcache.benchmarks;

import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.table;

import dev.jooqcache.QueryCache;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record1;
import org.jooq.Result;
import org.jooq.Select;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A hit of one row by a query over so many tables, and how much of that is the rendering of its SQL. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class TablesBenchmarks {

    private static final Field<Integer> ID = field(name("id"), Integer.class);

    @Param({"1", "10", "100"})
    private int tables = 1;

    private final QueryCache cache = QueryCache.create();
    private final DSLContext dsl = cache.derive(Fork.plain().configuration()).dsl();

    /** Makes the tables, which are empty but one. */
    @Setup
    public void create() {
        for (int i = 0; i < tables; i++)
            Fork.plain().createTableIfNotExists(name("stock_" + i)).column(ID).execute();
        Fork.plain().deleteFrom(table(name("stock_0"))).execute();
        Fork.plain().insertInto(table(name("stock_0")), ID).values(1).execute();
        hit();
        hit();
        if (cache.stats().hits() == 0) throw new IllegalStateException("no hit: " + cache.explain(query()));
    }

    /** Drops what was stored. */
    @TearDown
    public void close() {
        cache.close();
    }

    private Select<Record1<Integer>> query() {
        return IntStream.range(0, tables)
                .<Select<Record1<Integer>>>mapToObj(
                        i -> dsl.select(ID).from(table(name("stock_" + i))).where(ID.gt(inline(0))))
                .reduce(Select::unionAll)
                .orElseThrow();
    }

    /** A hit. */
    @Benchmark
    public Result<Record1<Integer>> hit() {
        return query().fetch();
    }

    /** Building and rendering alone. */
    @Benchmark
    public String render() {
        return dsl.render(query());
    }
}
