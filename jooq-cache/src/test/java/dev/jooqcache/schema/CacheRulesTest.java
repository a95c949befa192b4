package dev.jooqcache.schema;

import static dev.jooqcache.schema.Relations.rows;
import static dev.jooqcache.testing.Database.POSTGRESQL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.jooq.impl.DSL.table;

import dev.jooqcache.BypassReason;
import dev.jooqcache.CacheDecision;
import dev.jooqcache.CacheHint;
import dev.jooqcache.CacheMode;
import dev.jooqcache.QueryCacheBuilder;
import dev.jooqcache.inspect.SchemaInspector;
import dev.jooqcache.model.CacheModel;
import dev.jooqcache.model.CacheRule;
import dev.jooqcache.model.CacheRules;
import dev.jooqcache.model.Dependencies;
import dev.jooqcache.model.ModelCheck;
import dev.jooqcache.model.TableModel;
import dev.jooqcache.model.TableName;
import dev.jooqcache.spi.Fingerprint;
import dev.jooqcache.spi.ResultStore;
import dev.jooqcache.spi.StoredResult;
import dev.jooqcache.testing.CaffeineStore;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import dev.jooqcache.testing.ForwardingResultStore;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jooq.DSLContext;
import org.jooq.tools.json.JSONParser;
import org.jooq.tools.json.ParseException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Rules of a model: how long, how many rows, and what not at all")
class CacheRulesTest {

    private static final String[] TABLES = {
        "create table a (id int primary key, v int not null)",
        "create table b (id int primary key, v int not null)",
        "create table c (id int primary key, v int not null)",
        "create view a_shown as select id, v from a",
        "insert into a values (1, 10), (2, 20), (3, 30)",
        "insert into b values (1, 10), (2, 20), (3, 30)",
        "insert into c values (1, 10), (2, 20), (3, 30)"
    };

    /** Keeps results as ever, and notes the time to live that each is given. */
    private static final class Noting extends ForwardingResultStore {
        final List<Duration> times = new CopyOnWriteArrayList<>();

        Noting() {
            super(new CaffeineStore(10_000, Duration.ofMinutes(5)));
        }

        @Override
        public void put(Fingerprint key, StoredResult result, Duration timeToLive) {
            times.add(timeToLive);
            super.put(key, result, timeToLive);
        }

        Duration last() {
            return times.get(times.size() - 1);
        }
    }

    private static CacheRule rule(String name) {
        return CacheRule.of(TableName.of(name));
    }

    private static CacheRules rules(CacheRule... rules) {
        return new CacheRules(null, List.of(rules));
    }

    /** A cache that is given the model of {@link #TABLES} with rules. */
    private static Fixture given(
            Database database, CacheRules rules, ModelCheck check, Consumer<QueryCacheBuilder> more, String... later) {
        try (Fixture plain = Fixture.empty(database).with(TABLES)) {
            CacheModel model = SchemaInspector.inspect(plain.unseen)
                    .merge(CacheModel.builder().rules(rules).build());
            return Fixture.empty(
                            database, cache -> more.accept(cache.model(model).modelCheck(check)))
                    .with(TABLES)
                    .with(later);
        }
    }

    private static Fixture given(Database database, CacheRules rules, Consumer<QueryCacheBuilder> more) {
        return given(database, rules, ModelCheck.NONE, more);
    }

    private static List<String> told(Fixture f, String source) {
        return f.cache.explain(rows(f.dsl, source)).rules();
    }

    @DatabaseTest
    @DisplayName("expireAfterWrite: the shortest of the tables, and the builder's for those without a rule")
    void expireAfterWrite_ofSeveralTables_isTheShortest(Database database) {
        Noting store = new Noting();
        CacheRules rules = rules(
                rule("a").expireAfterWrite(Duration.ofMinutes(10)), rule("b").expireAfterWrite(Duration.ofMinutes(2)));
        try (Fixture f = given(database, rules, cache -> cache.store(store).expireAfterWrite(Duration.ofMinutes(3)))) {
            Map<String, Integer> minutes = Map.of(
                    "a",
                    10,
                    "b",
                    2,
                    "c",
                    3,
                    "a_shown",
                    10,
                    "a natural join b",
                    2,
                    "a natural join c",
                    3,
                    "a natural join b natural join c",
                    2);
            minutes.forEach((source, expected) -> {
                f.warm(dsl -> rows(dsl, source));
                assertThat(store.last()).as(source).isEqualTo(Duration.ofMinutes(expected));
            });
            assertThat(told(f, "a_shown")).containsExactly("a: expireAfterWrite PT10M");
            assertThat(told(f, "a natural join b")).containsExactly("b: expireAfterWrite PT2M");
            assertThat(told(f, "a natural join c"))
                    .as("the builder's is shorter")
                    .isEmpty();
            assertThat(f.cache.explain(rows(f.dsl, "b")).toString())
                    .startsWith("cacheable")
                    .contains("\n  rule     b: expireAfterWrite PT2M");
        }
    }

    @DatabaseTest
    void expireAfterWrite_ofRuleAndHint_hintWins(Database database) {
        Noting store = new Noting();
        CacheRules rules = rules(rule("a").expireAfterWrite(Duration.ofMinutes(1)));
        try (Fixture f = given(database, rules, cache -> cache.store(store))) {
            DSLContext hinted = f.cache.with(f.dsl, CacheHint.expireAfterWrite(Duration.ofHours(1)));
            rows(hinted, "a").fetch();
            assertThat(store.last()).isEqualTo(Duration.ofHours(1));
            rows(f.dsl, "b").fetch();
            assertThat(store.last()).as("nothing is set, so the store decides").isNull();
        }
    }

    @DatabaseTest
    @DisplayName("With Ehcache, whose setting is known, a table without a rule stands for it")
    void expireAfterWrite_ofEhcache_isKnown(Database database) {
        CacheRules rules = rules(rule("a").expireAfterWrite(Duration.ofMinutes(10)));
        try (Fixture f = given(database, rules, cache -> {})) {
            assertThat(told(f, "a")).containsExactly("a: expireAfterWrite PT10M");
            assertThat(told(f, "a natural join b")).as("5 minutes are shorter").isEmpty();
        }
        ResultStore given = new CaffeineStore(10_000, Duration.ofMinutes(5));
        try (Fixture f = given(database, rules, cache -> cache.store(given))) {
            assertThat(told(f, "a natural join b")).as("5 minutes are shorter").isEmpty();
        }
        ResultStore forever = new CaffeineStore();
        try (Fixture f = given(database, rules, cache -> cache.store(forever))) {
            assertThat(told(f, "a natural join b")).containsExactly("a: expireAfterWrite PT10M");
        }
    }

    @DatabaseTest
    void expireAfterWrite_passed_isMiss(Database database) {
        CacheRules rules = rules(rule("a").expireAfterWrite(Duration.ofNanos(1)));
        try (Fixture f = given(database, rules, cache -> {})) {
            for (int i = 0; i < 3; i++)
                assertThat(f.during(() -> rows(f.dsl, "a").fetch()).misses()).isEqualTo(1);
            f.warm(dsl -> rows(dsl, "b"));
        }
    }

    @DatabaseTest
    @DisplayName("maximumRows: the smallest of the tables, and the builder's for those without a rule")
    void maximumRows_ofSeveralTables_isTheSmallest(Database database) {
        CacheRules rules = rules(rule("a").maximumRows(3), rule("b").maximumRows(2));
        try (Fixture f = given(database, rules, cache -> cache.maximumRowsPerResult(2))) {
            f.warm(dsl -> rows(dsl, "a"));
            f.warm(dsl -> rows(dsl, "a_shown"));
            for (String source : List.of("b", "c", "a natural join b", "a natural join c"))
                f.assertNotStored(BypassReason.RESULT_TOO_LARGE, dsl -> rows(dsl, source));
            assertThat(told(f, "a")).containsExactly("a: maximumRows 3");
            assertThat(told(f, "a natural join c")).isEmpty();
        }
    }

    @DatabaseTest
    @DisplayName("excluded: never cached, through a view either; its writes are seen")
    void excluded_directOrThroughView_bypasses(Database database) {
        CacheRules rules = rules(rule("a").exclude());
        try (Fixture f = given(database, rules, cache -> cache.exclude(table("c")))) {
            for (String source : List.of("a", "a_shown", "b natural join a", "c"))
                f.assertBypass(BypassReason.EXCLUDED_TABLE, dsl -> rows(dsl, source));
            CacheDecision decision = f.cache.explain(rows(f.dsl, "a_shown"));
            assertThat(decision.rules()).containsExactly("a: excluded");
            assertThat(decision.toString())
                    .contains("\n  rule     a: excluded")
                    .contains("\n  why      a: the query reads an excluded table");
            assertThat(told(f, "c")).as("no rule, but the builder").isEmpty();
            f.warm(dsl -> rows(dsl, "b"));
            CacheDecision write = f.cache.explain(f.dsl.query("update a set v = v + 1"));
            assertThat(write.invalidates()).containsExactly("a");
        }
    }

    @DatabaseTest
    void mode_ofModel_countsUnlessTheBuilderSetsOne(Database database) {
        CacheRules marked = new CacheRules(CacheMode.MARKED, List.of());
        try (Fixture f = given(database, marked, cache -> {})) {
            f.assertBypass(BypassReason.NOT_MARKED, dsl -> rows(dsl, "a"));
            f.warm(dsl -> rows(f.cache.with(dsl, CacheHint.enable()), "a"));
        }
        try (Fixture f = given(database, marked, cache -> cache.mode(CacheMode.ALL))) {
            f.warm(dsl -> rows(dsl, "a"));
        }
        try (Fixture f =
                given(database, new CacheRules(CacheMode.ALL, List.of()), cache -> cache.mode(CacheMode.MARKED))) {
            f.assertBypass(BypassReason.NOT_MARKED, dsl -> rows(dsl, "a"));
        }
    }

    @DatabaseTest
    @DisplayName("Rules stay in force when the live schema is used in place of the model: it does not fit, or DDL")
    void rules_ofOutdatedModel_stayInForce(Database database) {
        CacheRules rules = rules(
                rule("a").exclude(),
                rule("b").expireAfterWrite(Duration.ofMinutes(1)),
                rule("d").exclude());
        String added = "create view added as select id, v from a";
        try (Fixture f = given(database, rules, ModelCheck.LOG, cache -> {}, added)) {
            f.assertBypass(BypassReason.EXCLUDED_TABLE, dsl -> rows(dsl, "added"));
            assertThat(told(f, "b")).containsExactly("b: expireAfterWrite PT1M");
        }
        try (Fixture f = given(database, rules, cache -> {})) {
            f.warm(dsl -> rows(dsl, "b"));
            f.dsl.execute(added);
            f.dsl.execute("create table d (id int primary key)");
            for (String source : List.of("added", "d"))
                f.assertBypass(BypassReason.EXCLUDED_TABLE, dsl -> rows(dsl, source));
            assertThat(told(f, "b")).containsExactly("b: expireAfterWrite PT1M");
            f.warm(dsl -> rows(dsl, "b"));
        }
    }

    @DatabaseTest
    @DisplayName("A partition tree is one: a rule for a partition holds for its parent")
    void rule_ofPartition_holdsForItsTree(Database database) {
        if (database != POSTGRESQL) return;
        String[] partitions = {
            "create table sale (id int) partition by range (id)",
            "create table sale_early partition of sale for values from (0) to (100)"
        };
        try (Fixture plain = Fixture.empty(database).with(partitions)) {
            CacheModel model = SchemaInspector.inspect(plain.unseen)
                    .merge(CacheModel.builder()
                            .rules(rules(rule("sale_early").exclude()))
                            .build());
            Dependencies dependencies = Dependencies.of(model);
            assertThat(dependencies.rule("sale")).isEqualTo(rule("sale_early").exclude());
            try (Fixture f =
                    Fixture.empty(database, cache -> cache.model(model)).with(partitions)) {
                f.assertBypass(BypassReason.EXCLUDED_TABLE, dsl -> rows(dsl, "sale"));
            }
        }
    }

    @Test
    void rule_ofBadLimit_isRefused() {
        CacheRule film = CacheRule.of(TableName.of("public", "film"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> film.expireAfterWrite(Duration.ZERO))
                .withMessage("expireAfterWrite in the rule for public.film must be positive: PT0S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> film.expireAfterWrite(Duration.ofSeconds(-1)))
                .withMessage("expireAfterWrite in the rule for public.film must be positive: PT-1S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> film.maximumRows(0))
                .withMessage("maximumRows in the rule for public.film must be >= 1: 0");
    }

    @Test
    @DisplayName("merge: the stricter word counts, from whichever side")
    void merge_ofRules_takesTheStricter() {
        CacheRules one = new CacheRules(
                CacheMode.MARKED,
                Arrays.asList(
                        rule("a").expireAfterWrite(Duration.ofMinutes(1)),
                        rule("b").exclude()));
        CacheRules other = new CacheRules(
                CacheMode.ALL,
                List.of(
                        rule("a").expireAfterWrite(Duration.ofMinutes(2)).maximumRows(5),
                        rule("b").maximumRows(7)));
        CacheRules expected = new CacheRules(
                CacheMode.MARKED,
                List.of(
                        rule("a").expireAfterWrite(Duration.ofMinutes(1)).maximumRows(5),
                        rule("b").maximumRows(7).exclude()));
        CacheModel a = CacheModel.builder().rules(one).build();
        CacheModel b = CacheModel.builder().rules(other).build();
        assertThat(a.merge(b).rules()).isEqualTo(expected);
        assertThat(b.merge(a).rules()).isEqualTo(expected);
        assertThat(a.merge(CacheModel.empty()).rules()).isEqualTo(one);
        assertThat(CacheModel.empty().merge(a).rules()).isEqualTo(one);
        assertThat(CacheModel.empty().rules()).isEqualTo(CacheRules.NONE);
    }

    @Test
    @DisplayName("Rules are wishes: they are printed, but no difference to a live schema")
    void rules_arePrintedAndNotCompared() throws ParseException {
        TableModel table = TableModel.of(TableName.of("public", "a"), TableModel.Kind.TABLE)
                .build();
        CacheModel plain = CacheModel.builder().table(table).build();
        CacheModel ruled = CacheModel.builder()
                .table(table)
                .rules(new CacheRules(
                        CacheMode.MARKED, List.of(rule("a").exclude(), rule("b").maximumRows(7))))
                .build();
        assertThat(ruled.differences(plain)).isEmpty();
        assertThat(plain.differences(ruled)).isEmpty();
        Map<?, ?> json = (Map<?, ?>) ((Map<?, ?>) new JSONParser().parse(ruled.toJson())).get("rules");
        assertThat(json.get("mode")).isEqualTo("MARKED");
        assertThat((List<?>) json.get("tables")).hasSize(2);
        assertThat(ruled.toJson()).contains("\"maximumRows\":7");
        assertThat(CacheModel.builder()
                        .rules(rules(rule("a").expireAfterWrite(Duration.ofMinutes(10))))
                        .build()
                        .toJson())
                .contains("\"expireAfterWrite\":\"PT10M\"");
        assertThat(plain.toJson()).doesNotContain("rules");
        assertThat(ruled.toMarkdown())
                .contains("## Rules", "- mode MARKED", "- `a`: excluded", "- `b`: maximumRows 7")
                .contains("| public.a | table | a | no: excluded by a rule |");
        assertThat(plain.toMarkdown()).doesNotContain("## Rules");
    }

    /** As with {@code QueryCacheBuilder.trackedColumns}. */
    @DatabaseTest
    void keys_tellRowsApart(Database database) {
        try (Fixture f = given(database, rules(rule("a").keys("V")), ModelCheck.LOG, cache -> {})) {
            f.dsl.fetch("select id from a where v = 10");
            f.dsl.execute("update a set id = 9 where v = 30");
            assertThat(f.during(() -> f.dsl.fetch("select id from a where v = 10"))
                            .hits())
                    .isEqualTo(1);
            f.dsl.execute("update a set id = 8 where v = 10");
            assertThat(f.dsl.fetch("select id from a where v = 10").getValues(0))
                    .hasToString("[8]");
        }
    }

    @Test
    void keys_ofTwoRules_areUnited() {
        assertThat(rules(rule("a").keys("V"), rule("a").keys("w")).tables())
                .containsExactly(rule("a").keys("v", "w"))
                .hasToString("[a: keys v and w]");
    }
}
