package dev.jooqcache.writes;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.jooqcache.CacheHint;
import dev.jooqcache.QueryCache;
import dev.jooqcache.ehcache.EhcacheResultStore;
import dev.jooqcache.internal.generation.InJvmGenerationStore;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
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
        QueryCache.Builder cache = QueryCache.builder();
        EhcacheResultStore.Builder store = EhcacheResultStore.onHeap();
        return Stream.of(
                bad(() -> cache.name(""), "name must not be blank: ''"),
                bad(() -> cache.name(" \t"), "name must not be blank: ' \t'"),
                bad(() -> cache.maximumEntries(0), "maximumEntries must be >= 1: 0"),
                bad(() -> cache.maximumEntries(-5), "maximumEntries must be >= 1: -5"),
                bad(() -> cache.maximumRowsPerResult(0), "maximumRowsPerResult must be >= 1: 0"),
                bad(() -> cache.maximumBytesPerResult(0), "maximumBytesPerResult must be >= 1: 0"),
                bad(() -> cache.expireAfterWrite(ZERO), "expireAfterWrite must be positive: PT0S"),
                bad(() -> cache.expireAfterWrite(ofSeconds(-1)), "expireAfterWrite must be positive: PT-1S"),
                bad(() -> cache.maximumWait(ofSeconds(-1)), "maximumWait must not be negative: PT-1S"),
                bad(() -> cache.commitQuarantine(ZERO), "commitQuarantine must be positive: PT0S"),
                bad(() -> cache.analyzedStatements(0), "analyzedStatements must be >= 1: 0"),
                bad(() -> cache.analyzedStatementBytes(0), "analyzedStatementBytes must be >= 1: 0"),
                bad(() -> store.maximumEntries(0), "maximumEntries must be >= 1: 0"),
                bad(() -> store.offHeap(0), "offHeap must be >= 1 (MiB): 0"),
                bad(() -> store.disk(Path.of("x"), 0), "disk must be >= 1 (MiB): 0"),
                bad(() -> store.expireAfterWrite(ZERO), "expireAfterWrite must be positive: PT0S"),
                bad(() -> store.expireAfterAccess(ofSeconds(-1)), "expireAfterAccess must be positive: PT-1S"),
                bad(
                        () -> EhcacheResultStore.onHeap()
                                .offHeap(8)
                                .disk(Path.of("x"), 8)
                                .build(),
                        "offHeap must be smaller than disk: 8 MiB >= 8 MiB"),
                bad(() -> CacheHint.ttl(ZERO), "CacheHint.ttl must be positive: PT0S"),
                bad(() -> CacheHint.key(""), "CacheHint.key must not be empty"),
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
                .maximumWait(ZERO)
                .commitQuarantine(java.time.Duration.ofNanos(1))
                .analyzedStatements(1)
                .analyzedStatementBytes(1)
                .build()) {
            assertThat(cache.toString()).startsWith("QueryCache n CacheStats[hits 0, ");
        }
    }

    @Test
    @DisplayName("hints combine; later ones win")
    void and_hints_combine() {
        CacheHint hint = CacheHint.ttl(ofSeconds(10)).and(CacheHint.key("t1"));
        assertThat(hint.timeToLive()).isEqualTo(ofSeconds(10));
        assertThat(hint.scope()).isEqualTo("t1");
        assertThat(hint.isMark()).isTrue();
        assertThat(hint.and(CacheHint.bypass()).isBypass()).isTrue();
        assertThat(CacheHint.bypass().and(CacheHint.cache()).isBypass()).isFalse();
        assertThat(CacheHint.refresh().isMark()).isTrue();
        assertThat(CacheHint.refresh().isRefresh()).isTrue();
        assertThat(CacheHint.none().and(hint)).isEqualTo(hint).hasSameHashCodeAs(hint);
        assertThat(hint.and(CacheHint.none())).isEqualTo(hint);
        assertThat(hint).isNotEqualTo(CacheHint.key("t1"));
        assertThat(hint).hasToString("CacheHint[CACHE, ttl PT10S, key t1]");
    }
}
