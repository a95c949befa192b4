package dev.jooqcache.reads;

import static dev.jooqcache.reads.Library.X;
import static org.assertj.core.api.Assertions.assertThat;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.table;
import static org.jooq.impl.DSL.update;

import dev.jooqcache.BypassReason;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.util.function.Function;
import org.jooq.DSLContext;
import org.jooq.ResultQuery;
import org.junit.jupiter.api.Tag;

/** Scenario N4: a query that writes is executed each time, and invalidates. */
@Tag("N4")
class WritingQueryTest {

    private static void assertWrites(Database database, Function<DSLContext, ResultQuery<?>> query) {
        try (Fixture f = Library.fixture(database)) {
            f.warm(dsl -> dsl.selectFrom(X));
            assertThat(f.during(() -> query.apply(f.dsl).fetch()).bypasses(BypassReason.MODIFIES_DATA))
                    .isEqualTo(1);
            assertThat(f.assertFresh(dsl -> dsl.select(X.V).from(X)).get(0).value1())
                    .isEqualTo(5);
        }
    }

    @DatabaseTest
    void fetch_updateInACommonTable_invalidates(Database database) {
        if (database != Database.POSTGRESQL) return;
        assertWrites(
                database,
                dsl -> dsl.with(name("w").as(update(X).set(X.V, 5).returning(X.ID)))
                        .select()
                        .from(table(name("w"))));
    }

    @DatabaseTest
    void fetch_updateInACommonTableInPlainSql_invalidates(Database database) {
        if (database != Database.POSTGRESQL) return;
        assertWrites(database, dsl -> dsl.resultQuery("with w as (update x set v = 5 returning id) select * from w"));
    }

    @DatabaseTest
    void fetch_updateReturning_invalidates(Database database) {
        if (database != Database.POSTGRESQL) return;
        assertWrites(database, dsl -> dsl.resultQuery("update x set v = 5 returning id"));
    }

    @DatabaseTest
    void fetch_insertReturning_invalidates(Database database) {
        try (Fixture f = Library.fixture(database)) {
            f.warm(dsl -> dsl.selectFrom(X));
            f.dsl.insertInto(X).values(2, 20).returning(X.ID).fetch();
            assertThat(f.assertFresh(dsl -> dsl.selectFrom(X))).hasSize(2);
        }
    }

    @DatabaseTest
    void fetch_insertInACommonTable_invalidates(Database database) {
        if (database != Database.POSTGRESQL) return;
        try (Fixture f = Library.fixture(database)) {
            f.warm(dsl -> dsl.selectFrom(X));
            f.dsl.with(name("w").as(insertInto(X).values(2, 20).returning(X.ID)))
                    .selectOne()
                    .fetch();
            assertThat(f.assertFresh(dsl -> dsl.selectFrom(X))).hasSize(2);
        }
    }

    @DatabaseTest
    void fetch_selectInto_knowsTheNewTable(Database database) {
        if (database != Database.POSTGRESQL) return;
        try (Fixture f = Library.fixture(database)) {
            f.warm(dsl -> dsl.selectFrom(X));
            f.dsl.connection(connection -> {
                DSLContext session =
                        f.cache.derive(f.dsl.configuration().derive(connection)).dsl();
                session.execute("select 1 as id, 7 as v into temp x");
                assertThat(session.select(X.V).from(table(name("x"))).fetchOne(X.V))
                        .isEqualTo(7);
            });
            f.assertFresh(dsl -> dsl.selectFrom(X));
        }
    }
}
