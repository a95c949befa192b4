package dev.jooqcache.writes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.testing.Books;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.Fixture;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.Result;
import org.junit.jupiter.params.provider.Arguments;

/**
 * One way of writing the table {@code book}.
 *
 * @param name tells it in the test's name
 * @param databases where it exists
 * @param precision whether other tables' results must stay cached
 * @param action does it
 */
record Writing(String name, Set<Database> databases, Precision precision, Action action) {

    /** Whether a statement is understood. */
    enum Precision {
        /** Its tables are known: nothing else may be invalidated. */
        TABLES,
        /** Not understood, or on purpose not looked into: it may invalidate everything. */
        EVERYTHING
    }

    @FunctionalInterface
    interface Action {
        void run(Fixture f, DSLContext dsl) throws Exception;
    }

    private interface Executable {
        void run() throws Exception;
    }

    static Writing precise(String name, Action action, Database... only) {
        return new Writing(name, databases(only), Precision.TABLES, action);
    }

    static Writing coarse(String name, Action action, Database... only) {
        return new Writing(name, databases(only), Precision.EVERYTHING, action);
    }

    /** The same, but it may invalidate everything. */
    Writing imprecise() {
        return new Writing(name, databases, Precision.EVERYTHING, action);
    }

    private static Set<Database> databases(Database... only) {
        return only.length == 0 ? Set.of(Database.values()) : Set.copyOf(Arrays.asList(only));
    }

    /** Every way on every database that has it and takes part in this run. */
    static Stream<Arguments> onEachDatabase(List<Writing> writings) {
        return Database.all().stream()
                .flatMap(database -> writings.stream()
                        .filter(writing -> writing.databases.contains(database))
                        .map(writing -> Arguments.of(database, writing)));
    }

    /** Both tables' results are cached; then the write; then none is stale, and both are cached again. */
    void check(Fixture f) throws Exception {
        check(f, () -> action.run(f, f.dsl));
    }

    /** The same with the write in a transaction of jOOQ. */
    void checkInTransaction(Fixture f) throws Exception {
        check(f, () -> f.dsl.transaction(c -> action.run(f, c.dsl())));
    }

    private void check(Fixture f, Executable write) throws Exception {
        f.warm(Books::books);
        f.warm(Books::authors);
        Result<? extends Record> before = Books.books(f.unseen).fetch();
        write.run();
        assertThat(Books.books(f.unseen).fetch()).as("the write has an effect").isNotEqualTo(before);
        assertSeen(f);
    }

    private void assertSeen(Fixture f) {
        f.assertFresh(Books::books);
        if (precision == Precision.TABLES)
            assertThat(f.during(() -> Books.authors(f.dsl).fetch()).hits())
                    .as("the other table's result stays cached")
                    .isEqualTo(1);
        f.assertFresh(Books::authors);
        f.warm(Books::books);
        f.warm(Books::authors);
    }

    @Override
    public String toString() {
        return name;
    }
}
