package dev.jooqcache.benchmarks;

import static dev.jooqcache.sample.generated.Tables.COPY;
import static dev.jooqcache.sample.generated.Tables.PRICE_CHANGE;
import static org.jooq.impl.DSL.max;

import java.math.BigDecimal;
import java.util.concurrent.TimeUnit;
import org.jooq.BatchBindStep;
import org.jooq.DSLContext;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Writes in autocommit, in jOOQ, with the cache or without. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class WriteBenchmarks {

    private static final int BATCH = 1_000;
    private static final int COPIES = 10_000;

    private final DSLContext dsl = ((JooqCatalogue) Fork.catalogue()).dsl();
    private long last;
    private int number;

    /** Notes which rows were there. */
    @Setup
    public void noteLast() {
        last = Fork.plain()
                .select(max(PRICE_CHANGE.ID))
                .from(PRICE_CHANGE)
                .fetchSingle()
                .value1();
    }

    /** Deletes what was inserted. */
    @TearDown(Level.Iteration)
    public void delete() {
        Fork.plain().deleteFrom(PRICE_CHANGE).where(PRICE_CHANGE.ID.gt(last)).execute();
    }

    /** One row. */
    @Benchmark
    public int insert() {
        return dsl.insertInto(PRICE_CHANGE, PRICE_CHANGE.FILM_ID, PRICE_CHANGE.OLD_PRICE, PRICE_CHANGE.NEW_PRICE)
                .values(1 + number++ % BATCH, BigDecimal.ONE, BigDecimal.TEN)
                .execute();
    }

    /** One row, by its primary key. */
    @Benchmark
    public int update() {
        int copy = number++ % COPIES;
        return dsl.update(COPY)
                .set(COPY.AVAILABLE, number % 2 == 0)
                .where(COPY.ID.eq(1 + copy))
                .execute();
    }

    /** A thousand inserts in one JDBC batch, in one transaction. */
    @Benchmark
    public int batch() {
        return dsl.transactionResult(transaction -> {
            BatchBindStep batch = transaction
                    .dsl()
                    .batch(transaction
                            .dsl()
                            .insertInto(
                                    PRICE_CHANGE, PRICE_CHANGE.FILM_ID, PRICE_CHANGE.OLD_PRICE, PRICE_CHANGE.NEW_PRICE)
                            .values((Integer) null, null, null));
            for (int i = 0; i < BATCH; i++) batch = batch.bind(1 + i, BigDecimal.ONE, BigDecimal.TEN);
            return batch.execute().length;
        });
    }
}
