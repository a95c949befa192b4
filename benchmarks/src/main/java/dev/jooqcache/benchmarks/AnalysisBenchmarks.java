package dev.jooqcache.benchmarks;

import static dev.jooqcache.sample.generated.Tables.FILM;
import static dev.jooqcache.sample.generated.Tables.FILM_GENRE;
import static dev.jooqcache.sample.generated.Tables.GENRE;
import static org.jooq.impl.DSL.count;
import static org.jooq.impl.DSL.inline;

import dev.jooqcache.CacheDecision;
import dev.jooqcache.QueryCache;
import dev.jooqcache.sample.CachedCatalogue;
import java.util.concurrent.TimeUnit;
import org.jooq.DSLContext;
import org.jooq.Query;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What it costs to analyse an SQL text that was never seen, over three tables. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class AnalysisBenchmarks {

    private final QueryCache cache =
            CachedCatalogue.settings(Fork.plain().configuration()).build();
    private final DSLContext dsl = cache.derive(Fork.plain().configuration()).dsl();
    private int number;

    /** The text is another one for each number. */
    private Query query(int number) {
        return dsl.select(GENRE.NAME, count())
                .from(GENRE)
                .join(FILM_GENRE)
                .on(FILM_GENRE.GENRE_ID.eq(GENRE.ID))
                .join(FILM)
                .on(FILM.ID.eq(FILM_GENRE.FILM_ID))
                .where(FILM.ID.gt(inline(number)))
                .groupBy(GENRE.NAME)
                .orderBy(GENRE.NAME);
    }

    /** A text that is known. */
    @Benchmark
    public CacheDecision known() {
        return cache.explain(query(0));
    }

    /** A new one. */
    @Benchmark
    public CacheDecision unknown() {
        return cache.explain(query(++number));
    }
}
