package dev.jooqcache.precision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.CacheStats;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.Fixture;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;
import java.util.regex.Pattern;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.ResultQuery;

/**
 * Pairs of a read and a write: the read is warmed, the write is made, and the read is made twice and compared with the
 * database. What follows in a pair is made before, unseen by the cache.
 */
final class Pairs {

    private static final Pattern DML = Pattern.compile("(insert|update|delete) .*");

    private Pairs() {}

    /** Those whose result is wrong, or does not stay cached. */
    static List<String> notCached(Database database, String[] schema, String[][] pairs) {
        return wrong(database, schema, pairs, hits -> hits == 2);
    }

    /** Those whose result is wrong, or stays cached. */
    static List<String> notInvalidated(Database database, String[] schema, String[][] pairs) {
        return wrong(database, schema, pairs, hits -> hits <= 1);
    }

    private static List<String> wrong(Database database, String[] schema, String[][] pairs, LongPredicate hits) {
        List<String> wrong = new ArrayList<>();
        for (String[] pair : pairs) {
            String said;
            try {
                CacheStats after = around(database, schema, pair);
                said = hits.test(after.hits()) ? "" : after.toString();
            } catch (RuntimeException | AssertionError e) {
                said = String.valueOf(e.getMessage());
            }
            if (!said.isEmpty()) wrong.add(pair[0] + "\n    " + pair[1] + "\n    " + said);
        }
        return wrong;
    }

    private static CacheStats around(Database database, String[] schema, String[] pair) {
        try (Fixture f = Fixture.empty(database).with(schema)) {
            for (int i = 2; i < pair.length; i++) {
                String statement = pair[i];
                f.unseen.connection(connection -> {
                    try (var plain = connection.createStatement()) {
                        plain.execute(statement);
                    }
                });
            }
            ResultQuery<Record> read = f.dsl.resultQuery(pair[0]);
            read.fetch();
            read.fetch();
            int rows = f.dsl.execute(pair[1]);
            if (DML.matcher(pair[1]).matches())
                assertThat(rows).as("rows written").isPositive();
            return f.during(() -> f.assertFresh((DSLContext dsl) -> dsl.resultQuery(pair[0])));
        }
    }
}
