package dev.jooqcache.api;

import static dev.jooqcache.testing.Catalogue.AUTHOR;
import static dev.jooqcache.testing.Catalogue.BOOK;
import static java.time.Duration.ZERO;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.jooq.impl.DSL.name;

import dev.jooqcache.AdmissionPolicy;
import dev.jooqcache.CacheHint;
import dev.jooqcache.CacheMode;
import dev.jooqcache.InvalidationGranularity;
import dev.jooqcache.QueryCache;
import dev.jooqcache.QueryCacheBuilder;
import dev.jooqcache.internal.generation.InJvmGenerationStore;
import dev.jooqcache.model.Behavior;
import dev.jooqcache.model.CacheModel;
import dev.jooqcache.model.ModelCheck;
import dev.jooqcache.spi.GenerationStore;
import dev.jooqcache.spi.ResultStore;
import dev.jooqcache.testing.KeyedStore;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jooq.Name;
import org.jooq.Routine;
import org.jooq.Table;
import org.jooq.TableField;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("A bad setting is refused by a message that names the setting, the rule and the value")
class SettingsTest {

    private static Arguments bad(ThrowingCallable setting, String message) {
        return Arguments.of(message, setting);
    }

    static Stream<Arguments> badSettings() {
        QueryCacheBuilder cache = QueryCache.builder();
        return Stream.of(
                bad(() -> cache.name(""), "name must not be blank: ''"),
                bad(() -> cache.name(" \t"), "name must not be blank: ' \t'"),
                bad(() -> cache.maximumEntries(0), "maximumEntries must be >= 1: 0"),
                bad(() -> cache.maximumEntries(-5), "maximumEntries must be >= 1: -5"),
                bad(() -> cache.maximumRowsPerResult(0), "maximumRowsPerResult must be >= 1: 0"),
                bad(() -> cache.maximumBytesPerResult(0), "maximumBytesPerResult must be >= 1: 0"),
                bad(() -> cache.expireAfterWrite(ZERO), "expireAfterWrite must be positive: PT0S"),
                bad(() -> cache.expireAfterWrite(ofSeconds(-1)), "expireAfterWrite must be positive: PT-1S"),
                bad(() -> cache.singleFlightTimeout(ofSeconds(-1)), "singleFlightTimeout must not be negative: PT-1S"),
                bad(() -> cache.inDoubtTimeout(ZERO), "inDoubtTimeout must be positive: PT0S"),
                bad(() -> cache.maximumAnalyzedStatements(0), "maximumAnalyzedStatements must be >= 1: 0"),
                bad(() -> cache.maximumAnalyzedStatementBytes(0), "maximumAnalyzedStatementBytes must be >= 1: 0"),
                bad(() -> CacheHint.expireAfterWrite(ZERO), "CacheHint.expireAfterWrite must be positive: PT0S"),
                bad(() -> CacheHint.sessionScope(""), "CacheHint.sessionScope must not be empty"),
                bad(() -> cache.generationCells(3), "generationCells must be a power of two, >= 2: 3"),
                bad(() -> cache.generationCells(1), "generationCells must be a power of two, >= 2: 1"),
                bad(
                        () -> cache.declareRoutine(name("a", "b", "c"), Behavior.NONE),
                        "declareRoutine needs a name, or a schema and a name: \"a\".\"b\".\"c\""),
                bad(() -> new InJvmGenerationStore(3), "generation cells must be a power of two, at least 2: 3"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badSettings")
    void set_badValue_isRefused(String message, ThrowingCallable setting) {
        assertThatIllegalArgumentException().isThrownBy(setting).withMessage(message);
    }

    @Test
    @DisplayName("the smallest good values are taken")
    void set_leastValues_areAccepted() {
        try (QueryCache cache = QueryCache.builder()
                .name("n")
                .maximumEntries(1)
                .maximumRowsPerResult(1)
                .maximumBytesPerResult(1)
                .expireAfterWrite(java.time.Duration.ofNanos(1))
                .singleFlightTimeout(ZERO)
                .inDoubtTimeout(java.time.Duration.ofNanos(1))
                .maximumAnalyzedStatements(1)
                .maximumAnalyzedStatementBytes(1)
                .build()) {
            assertThat(cache.toString()).startsWith("QueryCache n CacheStats[hits 0, ");
        }
    }

    @Test
    @DisplayName("hints combine; later ones win")
    void and_hints_combine() {
        CacheHint hint = CacheHint.expireAfterWrite(ofSeconds(10)).and(CacheHint.sessionScope("t1"));
        assertThat(hint).hasToString("CacheHint[ENABLE, expireAfterWrite PT10S, sessionScope t1]");
        assertThat(hint.and(CacheHint.bypass()))
                .hasToString("CacheHint[BYPASS, expireAfterWrite PT10S, sessionScope t1]");
        assertThat(CacheHint.bypass().and(CacheHint.enable())).isEqualTo(CacheHint.enable());
        assertThat(CacheHint.refresh().and(CacheHint.sessionScope("t1")))
                .hasToString("CacheHint[REFRESH, sessionScope t1]");
        assertThat(CacheHint.none().and(hint)).isEqualTo(hint).hasSameHashCodeAs(hint);
        assertThat(hint.and(CacheHint.none())).isEqualTo(hint);
        assertThat(hint).isNotEqualTo(CacheHint.sessionScope("t1"));
    }

    private static Arguments setter(String setting, Consumer<QueryCacheBuilder> call) {
        return Arguments.of(setting, call);
    }

    @SuppressWarnings("NullAway")
    static Stream<Arguments> nullSettings() {
        return Stream.of(
                setter("name", cache -> cache.name(null)),
                setter("mode", cache -> cache.mode(null)),
                setter("admission", cache -> cache.admission(null)),
                setter("invalidation", cache -> cache.invalidation(null)),
                setter("trackedColumns", cache -> cache.trackedColumns((TableField<?, ?>) null)),
                setter("expireAfterWrite", cache -> cache.expireAfterWrite(null)),
                setter("singleFlightTimeout", cache -> cache.singleFlightTimeout(null)),
                setter("inDoubtTimeout", cache -> cache.inDoubtTimeout(null)),
                setter("exclude", cache -> cache.exclude((Table<?>) null)),
                setter("exclude", cache -> cache.exclude((Table<?>[]) null)),
                setter("trackedColumns", cache -> cache.trackedColumns((TableField<?, ?>[]) null)),
                setter("model", cache -> cache.model(null)),
                setter("modelCheck", cache -> cache.modelCheck(null)),
                setter("declareView", cache -> cache.declareView(null)),
                setter("declareView", cache -> cache.declareView(BOOK, (Table<?>) null)),
                setter("declareTrigger", cache -> cache.declareTrigger(null)),
                setter("declareTrigger", cache -> cache.declareTrigger(BOOK, (Table<?>) null)),
                setter("declareRoutine", cache -> cache.declareRoutine((String) null, Behavior.NONE)),
                setter("declareRoutine", cache -> cache.declareRoutine("f", null)),
                setter("declareRoutine", cache -> cache.declareRoutine((Name) null, Behavior.NONE)),
                setter("declareRoutine", cache -> cache.declareRoutine(name("f"), null)),
                setter("declareRoutine", cache -> cache.declareRoutine((Routine<?>) null, Behavior.NONE)),
                setter("sessionScope", cache -> cache.sessionScope(null)),
                setter("store", cache -> cache.store(null)),
                setter("generationStore", cache -> cache.generationStore(null)),
                setter("CacheHint.expireAfterWrite", cache -> CacheHint.expireAfterWrite(null)),
                setter("CacheHint.sessionScope", cache -> CacheHint.sessionScope(null)),
                setter("hint", cache -> CacheHint.none().and(null)));
    }

    @ParameterizedTest(name = "{0}, {index}")
    @MethodSource("nullSettings")
    void set_null_isRefusedByItsName(String setting, Consumer<QueryCacheBuilder> call) {
        assertThatNullPointerException()
                .isThrownBy(() -> call.accept(QueryCache.builder()))
                .withMessage(setting);
    }

    static Stream<Arguments> singleSettings() {
        ResultStore results = new KeyedStore();
        GenerationStore generations = new InJvmGenerationStore(2);
        CacheModel model = CacheModel.builder().build();
        return Stream.of(
                setter("name was already set to n", cache -> cache.name("n")),
                setter("mode was already set to ALL", cache -> cache.mode(CacheMode.ALL)),
                setter("admission was already set to ALWAYS", cache -> cache.admission(AdmissionPolicy.ALWAYS)),
                setter("invalidation was already set to ROW", cache -> cache.invalidation(InvalidationGranularity.ROW)),
                setter("maximumEntries was already set to 1", cache -> cache.maximumEntries(1)),
                setter("maximumRowsPerResult was already set to 2", cache -> cache.maximumRowsPerResult(2)),
                setter("maximumBytesPerResult was already set to 3", cache -> cache.maximumBytesPerResult(3)),
                setter("expireAfterWrite was already set to PT1S", cache -> cache.expireAfterWrite(ofSeconds(1))),
                setter("singleFlightTimeout was already set to PT0S", cache -> cache.singleFlightTimeout(ZERO)),
                setter("inDoubtTimeout was already set to PT1S", cache -> cache.inDoubtTimeout(ofSeconds(1))),
                setter("maximumAnalyzedStatements was already set to 4", cache -> cache.maximumAnalyzedStatements(4)),
                setter(
                        "maximumAnalyzedStatementBytes was already set to 5",
                        cache -> cache.maximumAnalyzedStatementBytes(5)),
                setter("model was already set to " + model.getClass().getName(), cache -> cache.model(model)),
                setter("modelCheck was already set to NONE", cache -> cache.modelCheck(ModelCheck.NONE)),
                setter("store was already set to " + results, cache -> cache.store(results)),
                setter(
                        "generationStore was already set to " + generations,
                        cache -> cache.generationStore(generations)),
                setter("generationCells was already set to 8", cache -> cache.generationCells(8)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("singleSettings")
    void set_twice_isRefusedWithTheFirstValue(String message, Consumer<QueryCacheBuilder> call) {
        QueryCacheBuilder cache = QueryCache.builder();
        call.accept(cache);
        assertThatIllegalStateException().isThrownBy(() -> call.accept(cache)).withMessage(message);
    }

    @Test
    void set_additiveSettings_mayRepeat() {
        try (QueryCache cache = QueryCache.builder()
                .exclude(BOOK)
                .exclude(AUTHOR)
                .declareView(BOOK)
                .declareView(AUTHOR, BOOK)
                .declareTrigger(BOOK)
                .declareTrigger(AUTHOR)
                .declareRoutine("f", Behavior.NONE)
                .declareRoutine(name("s", "g"), Behavior.NONE)
                .trackedColumns(BOOK.STOCK)
                .trackedColumns(BOOK.AUTHOR_ID)
                .strict()
                .strict()
                .build()) {
            assertThat(cache.stats().hits()).isZero();
        }
    }

    @Test
    void build_contradiction_isRefusedWithBothNames() {
        assertThatIllegalStateException()
                .isThrownBy(() -> QueryCache.builder()
                        .store(new KeyedStore())
                        .maximumEntries(7)
                        .build())
                .withMessageContaining("maximumEntries (7)")
                .withMessageContaining("store (");
        assertThatIllegalStateException()
                .isThrownBy(() -> QueryCache.builder()
                        .generationCells(16)
                        .generationStore(new InJvmGenerationStore(2))
                        .build())
                .withMessageContaining("generationCells (16)")
                .withMessageContaining("generationStore (");
    }
}
