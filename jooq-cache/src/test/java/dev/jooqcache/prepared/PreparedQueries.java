package dev.jooqcache.prepared;

import static dev.jooqcache.testing.Catalogue.BOOK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.jooq.impl.DSL.param;
import static org.jooq.impl.DSL.row;

import dev.jooqcache.CacheHint;
import dev.jooqcache.CachedQuery;
import dev.jooqcache.testing.Fixture;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jooq.Configuration;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.Record2;
import org.jooq.Result;
import org.jooq.ResultQuery;

/** What the tests of prepared queries share. */
final class PreparedQueries {

    private PreparedQueries() {}

    /** The same answers, in shape, values and classes, for each argument, several times over. */
    static <R extends Record> void assertAsJooq(
            Fixture f, DSLContext dsl, Function<DSLContext, ResultQuery<R>> making, Object[]... calls) {
        CachedQuery<R> query = f.cache.prepare(dsl, making);
        DSLContext bypassed = f.cache.with(dsl, CacheHint.bypass());
        for (int i = 0; i < 4; i++)
            for (Object[] arguments : calls) {
                ResultQuery<R> plain = making.apply(bypassed);
                for (int a = 0; a < arguments.length; a++)
                    plain.bind(query.parameters().get(a), arguments[a]);
                Result<R> expected = plain.fetch();
                Result<R> actual = query.fetch(arguments);
                assertThat(actual.fields()).isEqualTo(expected.fields());
                assertThat(actual).isEqualTo(expected);
                for (int row = 0; row < actual.size(); row++) {
                    assertThat(actual.get(row)).hasSameClassAs(expected.get(row));
                    for (int c = 0; c < actual.fields().length; c++) {
                        Object one = actual.get(row).get(c);
                        Object other = expected.get(row).get(c);
                        if (one != null) assertThat(one).hasSameClassAs(other);
                        assertThat(actual.get(row).original(c))
                                .isEqualTo(expected.get(row).original(c));
                        assertThat(actual.get(row).changed(c))
                                .isEqualTo(expected.get(row).changed(c));
                    }
                }
            }
    }

    static CachedQuery<Record2<Integer, String>> titleById(Fixture f, DSLContext dsl) {
        return f.cache.prepare(
                dsl, d -> d.select(BOOK.ID, BOOK.TITLE).from(BOOK).where(BOOK.ID.eq(param("id", BOOK.ID))));
    }

    static void warm(CachedQuery<?> byId) {
        for (int i = 0; i < 2; i++) for (int id = 1; id <= 3; id++) byId.fetch(id);
    }

    static Configuration with(Fixture f, Consumer<Configuration> change) {
        Configuration configuration = f.unseen.configuration().derive();
        configuration.set(f.tracked);
        change.accept(configuration);
        return f.cache.derive(configuration);
    }
}
