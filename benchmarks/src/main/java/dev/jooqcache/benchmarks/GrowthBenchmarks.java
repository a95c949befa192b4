package dev.jooqcache.benchmarks;

import static dev.jooqcache.sample.generated.Tables.COPY;
import static dev.jooqcache.sample.generated.Tables.COUNTRY;
import static dev.jooqcache.sample.generated.Tables.CUSTOMER;
import static dev.jooqcache.sample.generated.Tables.EMPLOYEE;
import static dev.jooqcache.sample.generated.Tables.FILM;
import static dev.jooqcache.sample.generated.Tables.MEMBERSHIP_PLAN;
import static dev.jooqcache.sample.generated.Tables.PAYMENT;
import static dev.jooqcache.sample.generated.Tables.RENTAL;
import static dev.jooqcache.sample.generated.Tables.REVIEW;
import static dev.jooqcache.sample.generated.Tables.STORE;
import static dev.jooqcache.sample.generated.Tables.TOWN;
import static org.jooq.impl.DSL.val;

import dev.jooqcache.AdmissionPolicy;
import dev.jooqcache.QueryCache;
import dev.jooqcache.sample.CachedCatalogue;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jooq.Configuration;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.Table;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A hit and an invalidation with few and with many results in the cache. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class GrowthBenchmarks {

    private static final int FILMS = 3_000;
    private static final int STRIDE = 7_919;

    private static final Table<?>[] OTHERS = {
        COUNTRY, TOWN, MEMBERSHIP_PLAN, STORE, EMPLOYEE, COPY, CUSTOMER, RENTAL, PAYMENT, REVIEW
    };

    @Param({"1000", "1000000"})
    private int entries = 1_000;

    private final Configuration configuration = Fork.plain().configuration();
    private final QueryCache cache = CachedCatalogue.settings(configuration)
            .maximumEntries(2_000_000)
            .expireAfterWrite(Duration.ofHours(1))
            .admission(AdmissionPolicy.ALWAYS)
            .build();
    private final DSLContext dsl = cache.derive(configuration).dsl();
    private int number;

    /** Stores the results. */
    @Setup
    public void fill() {
        for (int i = 0; i < entries; i++) read(i);
    }

    /** Drops them. */
    @TearDown
    public void close() {
        if (cache.stats().evictions() + cache.stats().expirations() > 0)
            throw new IllegalStateException("not all were kept: " + cache);
        cache.close();
    }

    private Record read(int entry) {
        return dsl.select(FILM.ID, FILM.TITLE, FILM.RENTAL_PRICE, val(entry))
                .from(FILM)
                .where(FILM.ID.eq(1 + entry % FILMS))
                .fetchSingle();
    }

    /** A hit of one row. */
    @Benchmark
    public Record hit() {
        number = (number + STRIDE) % entries;
        return read(number);
    }

    /** What a write of one table costs in the cache; none that the results depend on. */
    @Benchmark
    public void invalidation() {
        cache.invalidate(REVIEW);
    }

    /** The same of many tables. */
    @Benchmark
    public void invalidationOfTenTables() {
        cache.invalidate(OTHERS);
    }
}
