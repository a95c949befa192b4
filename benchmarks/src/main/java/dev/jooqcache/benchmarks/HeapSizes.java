package dev.jooqcache.benchmarks;

import dev.jooqcache.QueryCache;
import dev.jooqcache.spi.Fingerprint;
import dev.jooqcache.spi.ResultCodec;
import dev.jooqcache.spi.ResultStore;
import dev.jooqcache.spi.StoredResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.jooq.DSLContext;
import org.jooq.Records;
import org.jooq.Result;
import org.jspecify.annotations.Nullable;
import org.openjdk.jol.info.GraphLayout;

/** The heap that a row of eight columns takes where it is cached, by JOL: what two pages take more than one. */
final class HeapSizes {

    private HeapSizes() {}

    /** Bytes of each row, by whose they are. */
    static Map<String, Double> measure(Database database) {
        // The first time, jOOQ's tables note things about themselves.
        measureOnce(database);
        return measureOnce(database);
    }

    private static Map<String, Double> measureOnce(Database database) {
        DSLContext dsl = database.configuration().dsl();
        Map<String, Double> bytes = new LinkedHashMap<>();
        bytes.put("Result", perRow(pages -> results(dsl, pages)));
        bytes.put("jooq-cache", perRow(pages -> stored(database, pages)));
        bytes.put("@Cacheable", perRow(pages -> records(dsl, pages)));
        try (Catalogue hibernate = Contender.HIBERNATE.open(database)) {
            bytes.put("Hibernate", perRow(pages -> entities(hibernate, pages)));
        }
        return bytes;
    }

    private static double perRow(IntFunction<List<?>> cached) {
        List<?> one = cached.apply(1);
        List<?> two = cached.apply(2);
        return (size(two) - size(one)) / (double) Queries.PAGE_SIZE;
    }

    private static long size(Object root) {
        return GraphLayout.parseInstance(root).totalSize();
    }

    private static List<?> results(DSLContext dsl, int pages) {
        List<Result<?>> results = new ArrayList<>();
        for (int page = 0; page < pages; page++) {
            Result<?> result = Queries.page(dsl, page).fetch();
            result.detach();
            results.add(result);
        }
        return results;
    }

    private static List<?> records(DSLContext dsl, int pages) {
        List<List<Rows.FilmRow>> results = new ArrayList<>();
        for (int page = 0; page < pages; page++)
            results.add(Queries.page(dsl, page).fetch(Records.mapping(Rows.FilmRow::new)));
        return results;
    }

    private static List<?> stored(Database database, int pages) {
        List<StoredResult> results = new ArrayList<>();
        try (QueryCache cache = QueryCache.builder().store(collecting(results)).build()) {
            DSLContext dsl = cache.derive(database.configuration()).dsl();
            for (int page = 0; page < pages; page++) Queries.page(dsl, page).fetch();
        }
        return results;
    }

    private static ResultStore collecting(List<StoredResult> results) {
        return new ResultStore() {
            @Override
            public void open(ResultCodec codec) {}

            @Override
            public @Nullable StoredResult get(Fingerprint key) {
                return null;
            }

            @Override
            public void put(Fingerprint key, StoredResult result, @Nullable Duration timeToLive) {
                results.add(result);
            }

            @Override
            public void remove(Fingerprint key) {}

            @Override
            public void clear() {}

            @Override
            public long evictions() {
                return 0;
            }

            @Override
            public long expirations() {
                return 0;
            }

            @Override
            public void close() {}
        };
    }

    private static List<?> entities(Catalogue hibernate, int pages) {
        List<Object> entries = new ArrayList<>();
        for (int page = 0; page < pages; page++) hibernate.page(page);
        for (String region : List.of("film", "default-query-results-region"))
            Ehcaches.open(region).forEach(entry -> {
                entries.add(entry.getKey());
                entries.add(entry.getValue());
            });
        return entries;
    }
}
