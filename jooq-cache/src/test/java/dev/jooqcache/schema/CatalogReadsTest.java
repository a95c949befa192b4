package dev.jooqcache.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.table;

import dev.jooqcache.inspect.SchemaInspector;
import dev.jooqcache.testing.Books;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import dev.jooqcache.testing.InterceptedDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.jooq.DSLContext;

/** How often the catalog is read while the schema changes. */
class CatalogReadsTest {

    private static final int CHANGES = 40;

    /** Counts the questions for foreign keys, of which there is one for each reading of the catalog. */
    private static final class Counting extends InterceptedDataSource {
        private final AtomicInteger questions = new AtomicInteger();

        Counting(DataSource pool) {
            super(pool);
        }

        @Override
        protected <T> T execute(String sql, Call<T> real) throws SQLException {
            count(sql);
            return super.execute(sql, real);
        }

        @Override
        protected <T> T executeText(String sql, Call<T> real) throws SQLException {
            count(sql);
            return super.executeText(sql, real);
        }

        private void count(String sql) {
            String text = sql.toLowerCase(Locale.ROOT);
            if (text.contains("information_schema") || text.contains("pg_class") || text.contains("pg_catalog"))
                questions.incrementAndGet();
        }
    }

    private record Setup(Fixture f, Counting counting, DataSource tracked, DSLContext dsl) {

        static Setup of(Fixture f) {
            Counting counting = new Counting(f.pool);
            DataSource tracked = f.cache.track(counting);
            return new Setup(f, counting, tracked, f.on(tracked));
        }

        /** How many questions one reading of the catalog takes. */
        int once() {
            int before = counting.questions.get();
            Books.title(dsl);
            return counting.questions.get() - before;
        }
    }

    @DatabaseTest
    void execute_manyChangesOfTheSchema_doNotReadTheCatalog(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            Setup setup = Setup.of(f);
            assertThat(setup.once()).isPositive();
            int before = setup.counting.questions.get();
            for (int i = 0; i < CHANGES; i++) {
                setup.dsl.execute("create table t" + i + " (id int primary key)");
                setup.dsl.execute("alter table t" + i + " add column v int");
            }
            assertThat(setup.counting.questions.get()).isEqualTo(before);
            assertThat(f.during(() -> {
                                Books.title(setup.dsl);
                                Books.title(setup.dsl);
                            })
                            .hits())
                    .isEqualTo(1);
            assertThat(setup.counting.questions.get()).isGreaterThan(before);
        }
    }

    @DatabaseTest
    void execute_changesWithRowsBetweenThem_readTheCatalogSeldom(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            Setup setup = Setup.of(f);
            int once = setup.once();
            int before = setup.counting.questions.get();
            for (int i = 0; i < CHANGES; i++) {
                setup.dsl.execute("create table t" + i + " (id int primary key)");
                setup.dsl.execute("insert into t" + i + " values (1)");
            }
            assertThat(setup.counting.questions.get() - before).isLessThan(once * CHANGES / 2);
            assertThat(setup.dsl.fetchValue("select count(*) from t0")).hasToString("1");
            setup.dsl.execute("insert into t0 values (2)");
            assertThat(setup.dsl.fetchValue("select count(*) from t0")).hasToString("2");
        }
    }

    @DatabaseTest
    void execute_changesInTransactionsOfTheirOwn_readTheCatalogSeldom(Database database) throws Exception {
        try (Fixture f = Fixture.catalogue(database)) {
            Setup setup = Setup.of(f);
            int once = setup.once();
            int before = setup.counting.questions.get();
            for (int i = 0; i < CHANGES; i++)
                try (Connection connection = setup.tracked.getConnection();
                        Statement statement = connection.createStatement()) {
                    connection.setAutoCommit(false);
                    statement.execute("create table t" + i + " (id int primary key)");
                    statement.execute("insert into t" + i + " values (1)");
                    connection.commit();
                    connection.setAutoCommit(true);
                }
            assertThat(setup.counting.questions.get() - before).isLessThan(once * CHANGES / 2);
            f.assertFresh(dsl -> dsl.select(field(name("id"))).from(table(name("t1"))));
        }
    }

    /** What a new trigger writes must be known of the next write. */
    @DatabaseTest
    void execute_writeAfterChange_isFollowed(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            Setup setup = Setup.of(f);
            setup.once();
            for (int i = 0; i < 5; i++) {
                setup.dsl.execute("create table child" + i
                        + " (id int primary key, b int references book (id) on delete cascade)");
                setup.dsl.execute("insert into child" + i + " values (1, 3)");
                int child = i;
                for (int j = 0; j < 2; j++)
                    assertThat(setup.dsl.fetchCount(table(name("child" + child))))
                            .isOne();
                setup.dsl.execute("create table other" + i + " (id int primary key)");
                setup.dsl.execute("delete from child" + i);
                for (int j = 0; j < 2; j++)
                    assertThat(setup.dsl.fetchCount(table(name("child" + child))))
                            .isZero();
            }
        }
    }

    /**
     * PostgreSQL compiles queries that it expects to cost 100,000 or more (JIT), which takes many times as long as they do
     * here. What it expects depends on guesses, and grows with the schema.
     */
    @DatabaseTest
    void catalog_isReadByQueriesThatNoServerCompiles(Database database) throws SQLException {
        if (database != Database.POSTGRESQL) return;
        List<String> queries = new ArrayList<>();
        try (Fixture f = Fixture.catalogue(database);
                Connection connection = new InterceptedDataSource(f.pool) {
                    @Override
                    protected <T> T executeText(String sql, Call<T> real) throws SQLException {
                        queries.add(sql);
                        return super.executeText(sql, real);
                    }
                }.getConnection()) {
            new SchemaInspector().inspect(connection, database.dialect());
            assertThat(queries).anyMatch(query -> query.contains("pg_amproc"));
            for (String query : queries) {
                String plan =
                        f.unseen.fetchSingle("explain (format json) " + query).get(0, String.class);
                assertThat(Double.parseDouble(plan.replaceAll("(?s).*?\"Total Cost\": ([0-9.]+).*", "$1")))
                        .as(query)
                        .isLessThan(20_000);
            }
        }
    }
}
