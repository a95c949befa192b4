package dev.jooqcache.schema;

import static dev.jooqcache.schema.Relations.assertReaches;
import static dev.jooqcache.schema.Relations.rows;
import static dev.jooqcache.testing.Database.POSTGRESQL;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.BypassReason;
import dev.jooqcache.CacheDecision;
import dev.jooqcache.QueryCache;
import dev.jooqcache.inspect.SchemaInspector;
import dev.jooqcache.model.CacheModel;
import dev.jooqcache.model.ModelCheck;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import dev.jooqcache.testing.InterceptedDataSource;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.jooq.DSLContext;
import org.jooq.impl.DefaultConfiguration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;

@Tag("W4")
@DisplayName("A given model: believed without a question, checked, refused, and left behind after DDL")
class ModelCheckTest {

    private static final String[] TABLES = {
        "create table a (id int primary key, v int not null)",
        "create table b (id int primary key, a_id int, foreign key (a_id) references a (id) on delete cascade)",
        "create table other (id int primary key)",
        "create view shown as select id, v from a",
        "insert into a values (1, 10), (2, 20)",
        "insert into b values (1, 1)",
        "insert into other values (1)"
    };

    private static final String ADDED = "create view added as select id, v from a where v > 0";

    /** What is sent to the database beneath the cache. */
    private static final class Sent extends InterceptedDataSource {
        final List<String> statements = new CopyOnWriteArrayList<>();

        Sent(Fixture f) {
            super(f.pool);
        }

        @Override
        protected <T> T execute(String sql, Call<T> real) throws SQLException {
            statements.add(sql);
            return super.execute(sql, real);
        }

        @Override
        protected <T> T executeText(String sql, Call<T> real) throws SQLException {
            if (!asksForSession(sql)) statements.add(sql);
            return super.executeText(sql, real);
        }

        /** The database and the state of a session are asked for whatever the model is. */
        private static boolean asksForSession(String sql) {
            String lower = sql.toLowerCase(Locale.ROOT);
            return Stream.of(
                            "session_state",
                            "pg_settings",
                            "session_variables",
                            "like 'temporary%'",
                            "pg_stat_activity",
                            "processlist",
                            "in_doubt",
                            "pg_prepared_xacts",
                            "xa recover")
                    .anyMatch(lower::contains);
        }

        List<String> ofCatalog() {
            return statements.stream()
                    .filter(sql ->
                            sql.contains("pg_") || sql.toLowerCase(Locale.ROOT).contains("information_schema"))
                    .toList();
        }
    }

    /** A schema, the model of it, and a second cache that is given the model. */
    private static void with(
            Database database, ModelCheck check, String[] later, BiConsumer<QueryCache, ContextAndSent> test) {
        try (Fixture f = Fixture.empty(database).with(TABLES)) {
            CacheModel model = SchemaInspector.inspect(f.unseen);
            assertThat(model.gaps()).isEmpty();
            f.with(later);
            try (QueryCache cache = QueryCache.builder()
                    .name("given")
                    .model(model)
                    .modelCheck(check)
                    .build()) {
                Sent sent = new Sent(f);
                DSLContext dsl = cache.derive(new DefaultConfiguration()
                                .set(cache.trackPool(sent))
                                .set(database.dialect()))
                        .dsl();
                test.accept(cache, new ContextAndSent(dsl, sent, f));
                assertThat(cache.stats().failures()).isZero();
            }
        }
    }

    private record ContextAndSent(DSLContext dsl, Sent sent, Fixture f) {
        long hits(QueryCache cache, String source) {
            long before = cache.stats().hits();
            assertThat(Relations.csv(dsl, source)).isEqualTo(Relations.csv(f.unseen, source));
            return cache.stats().hits() - before;
        }
    }

    @DatabaseTest
    void givenModel_believed_asksTheCatalogNothing(Database database) {
        with(database, ModelCheck.NONE, new String[0], (cache, on) -> {
            assertThat(on.hits(cache, "shown")).isZero();
            assertThat(on.hits(cache, "shown")).isEqualTo(1);
            assertThat(on.hits(cache, "b")).isZero();
            on.dsl.execute("delete from a where id = 1");
            assertThat(on.hits(cache, "shown")).isZero();
            assertThat(on.hits(cache, "b")).as("which cascades").isZero();
            assertThat(on.sent.statements).hasSize(5);
            assertThat(on.sent.ofCatalog()).isEmpty();
        });
    }

    @DatabaseTest
    @DisplayName("Without a version the catalog is compared; a model that fits is used")
    void givenModel_checkedAndFitting_isUsed(Database database) {
        for (ModelCheck check : List.of(ModelCheck.LOG, ModelCheck.REFUSE))
            with(database, check, new String[0], (cache, on) -> {
                assertThat(on.hits(cache, "shown")).isZero();
                assertThat(on.hits(cache, "shown")).isEqualTo(1);
                assertThat(on.sent.ofCatalog()).isNotEmpty();
                int asked = on.sent.ofCatalog().size();
                on.dsl.execute("update a set v = v + 1");
                assertThat(on.hits(cache, "shown")).isZero();
                assertThat(on.sent.ofCatalog()).as("asked once").hasSize(asked);
            });
    }

    @DatabaseTest
    void mismatch_logged_usesTheLiveSchema(Database database) {
        with(database, ModelCheck.LOG, new String[] {ADDED}, (cache, on) -> {
            assertThat(on.hits(cache, "added")).isZero();
            assertThat(on.hits(cache, "added")).isEqualTo(1);
            on.dsl.execute("update a set v = v + 1");
            assertThat(on.hits(cache, "added")).isZero();
        });
    }

    @DatabaseTest
    @DisplayName("A cascade that the model does not know is followed all the same")
    void mismatchOfForeignKey_logged_isFresh(Database database) {
        String[] later = {
            "create table c (id int, a_id int, foreign key (a_id) references a (id) on delete cascade)",
            "insert into c values (5, 2)"
        };
        with(database, ModelCheck.LOG, later, (cache, on) -> {
            on.hits(cache, "c");
            assertThat(on.hits(cache, "c")).isEqualTo(1);
            on.dsl.execute("delete from a where id = 2");
            assertThat(on.hits(cache, "c")).isZero();
            assertThat(rows(on.dsl, "c").fetch()).isEmpty();
        });
    }

    @DatabaseTest
    void mismatch_refused_bypassesAndWritesTouchEverything(Database database) {
        with(database, ModelCheck.REFUSE, new String[] {ADDED}, (cache, on) -> {
            for (int i = 0; i < 2; i++) assertThat(on.hits(cache, "other")).isZero();
            assertThat(cache.stats().bypasses(BypassReason.MODEL_MISMATCH)).isEqualTo(2);
            assertThat(cache.stats().stores()).isZero();
            assertThat(cache.explain(rows(on.dsl, "a")).reason()).isEqualTo(BypassReason.MODEL_MISMATCH);
            CacheDecision write = cache.explain(on.dsl.query("update a set v = 1"));
            assertThat(write.invalidates()).containsExactly("*");
        });
    }

    @DatabaseTest
    @DisplayName("NONE believes: what is not in the model is not a table")
    void mismatch_believed_isNotNoticed(Database database) {
        with(database, ModelCheck.NONE, new String[] {ADDED}, (cache, on) -> {
            for (int i = 0; i < 2; i++) assertThat(on.hits(cache, "added")).isZero();
            assertThat(cache.stats().bypasses(BypassReason.UNKNOWN_TABLE)).isEqualTo(2);
            assertThat(on.hits(cache, "a") + on.hits(cache, "a")).isEqualTo(1);
            assertThat(on.sent.ofCatalog()).isEmpty();
        });
    }

    @DatabaseTest
    void ddlSeen_liveCatalogReplacesTheModel(Database database) {
        for (ModelCheck check : ModelCheck.values())
            with(database, check, new String[0], (cache, on) -> {
                assertThat(on.hits(cache, "shown") + on.hits(cache, "shown")).isEqualTo(1);
                on.dsl.execute(ADDED);
                on.dsl.execute("create table d (id int, a_id int, foreign key (a_id) references a (id) on delete"
                        + " cascade)");
                on.dsl.execute("insert into d values (1, 2)");
                assertThat(on.hits(cache, "added") + on.hits(cache, "added")).isEqualTo(1);
                assertThat(on.hits(cache, "d") + on.hits(cache, "d")).isEqualTo(1);
                on.dsl.execute("delete from a where id = 2");
                assertThat(on.hits(cache, "added")).isZero();
                assertThat(on.hits(cache, "d")).isZero();
                assertThat(on.sent.ofCatalog()).isNotEmpty();
            });
    }

    @DatabaseTest
    void declarations_areMergedWithAGivenModel(Database database) {
        if (database != POSTGRESQL) return;
        try (Fixture f = Fixture.empty(database).with(TABLES)) {
            CacheModel model = SchemaInspector.inspect(f.unseen);
            try (Fixture given = Fixture.empty(
                            database,
                            cache -> cache.model(model)
                                    .modelCheck(ModelCheck.NONE)
                                    .declareTrigger(
                                            org.jooq.impl.DSL.table(org.jooq.impl.DSL.name("a")),
                                            org.jooq.impl.DSL.table("other")))
                    .with(TABLES)) {
                given.warm(dsl -> rows(dsl, "other"));
                given.dsl.execute("update a set v = v + 1");
                assertThat(given.during(() -> rows(given.dsl, "other").fetch()).hits())
                        .as("declared to be touched")
                        .isZero();
                assertReaches(given, "update a set v = v + 1", List.of("a", "shown"), List.of());
            }
        }
    }
}
