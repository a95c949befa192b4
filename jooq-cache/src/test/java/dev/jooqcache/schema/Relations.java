package dev.jooqcache.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.jooq.impl.DSL.inline;

import dev.jooqcache.testing.Fixture;
import java.util.List;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.ResultQuery;

/** Reads whole relations by their names, and compares what a write changes with what it must leave cached. */
final class Relations {

    private Relations() {}

    /** Reads a table, a view or a call of a table function. */
    static ResultQuery<Record> rows(DSLContext dsl, String source) {
        return dsl.select().from(source).orderBy(inline(1));
    }

    /** The same as text. */
    static String csv(DSLContext dsl, String source) {
        return rows(dsl, source).fetch().formatCSV(false);
    }

    /**
     * All of them are cached; then the write; then the first ones have other rows, which are seen and cached again, and the
     * second ones are still hits.
     */
    static void assertReaches(Fixture f, String write, List<String> changed, List<String> kept) {
        assertReaches(f, write, () -> f.dsl.execute(write), changed, kept);
    }

    /** The same for a write that takes more than one statement. */
    static void assertReaches(Fixture f, String name, Runnable write, List<String> changed, List<String> kept) {
        for (String source : changed) f.warm(dsl -> rows(dsl, source));
        for (String source : kept) f.warm(dsl -> rows(dsl, source));
        List<String> before = changed.stream().map(source -> csv(f.dsl, source)).toList();
        write.run();
        for (String source : kept)
            assertThat(f.during(() -> rows(f.dsl, source).fetch()).hits())
                    .as("hits on %s, which '%s' does not touch: %s", source, name, f.cache.explain(f.dsl.query(name)))
                    .isEqualTo(1);
        for (int i = 0; i < changed.size(); i++) {
            String source = changed.get(i);
            f.assertFresh(dsl -> rows(dsl, source));
            assertThat(csv(f.dsl, source)).as("%s after '%s'", source, name).isNotEqualTo(before.get(i));
            f.warm(dsl -> rows(dsl, source));
        }
        for (String source : kept) f.assertFresh(dsl -> rows(dsl, source));
    }

    /** Only the first ones need be fresh; the write may invalidate everything. */
    static void assertFresh(Fixture f, String write, String... changed) {
        assertReaches(f, write, List.of(changed), List.of());
    }
}
