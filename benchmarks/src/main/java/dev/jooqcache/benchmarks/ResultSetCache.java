package dev.jooqcache.benchmarks;

import java.math.BigDecimal;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jooq.Configuration;
import org.jooq.Record;
import org.jooq.Result;
import org.jooq.impl.DSL;
import org.jooq.tools.jdbc.MockConnection;
import org.jooq.tools.jdbc.MockDataProvider;
import org.jooq.tools.jdbc.MockResult;
import org.jspecify.annotations.Nullable;

/**
 * The idea of "Hack up a Simple JDBC ResultSet Cache Using jOOQ's MockDataProvider" (jOOQ's blog, 2015), in our own
 * writing: results by SQL and bind values, served through a {@code MockConnection}. There, nothing is invalidated; here,
 * every write clears everything after it has committed, which is the least that one would add.
 */
final class ResultSetCache extends JooqCatalogue {

    private record Key(String sql, List<@Nullable Object> bindings) {}

    private final ConcurrentMap<Key, Result<Record>> results;
    private final JooqCatalogue writing;

    private ResultSetCache(Configuration configuration, ConcurrentMap<Key, Result<Record>> results) {
        super(DSL.using(new MockConnection(provider(configuration, results)), configuration.dialect()));
        this.results = results;
        this.writing = new JooqCatalogue(configuration.dsl());
    }

    static ResultSetCache of(Configuration configuration) {
        return new ResultSetCache(configuration, new ConcurrentHashMap<>());
    }

    private static MockDataProvider provider(Configuration configuration, ConcurrentMap<Key, Result<Record>> results) {
        return context -> {
            Key key = new Key(context.sql(), Arrays.asList(context.bindings()));
            Result<Record> result = results.get(key);
            if (result == null) {
                result = configuration.dsl().fetch(context.sql(), context.bindings());
                results.put(key, result);
            }
            return new MockResult[] {new MockResult(result.size(), result)};
        };
    }

    @Override
    public void reprice(int film, BigDecimal price, LocalDateTime at) {
        writing.reprice(film, price, at);
        results.clear();
    }

    @Override
    public void rent(int copy, int customer) {
        writing.rent(copy, customer);
        results.clear();
    }
}
