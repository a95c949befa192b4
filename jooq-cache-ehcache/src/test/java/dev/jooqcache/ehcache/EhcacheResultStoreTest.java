package dev.jooqcache.ehcache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jooqcache.QueryCache;
import dev.jooqcache.internal.entry.Access;
import dev.jooqcache.internal.entry.Access.Getter;
import dev.jooqcache.internal.entry.CachedResult;
import dev.jooqcache.internal.entry.Codec;
import dev.jooqcache.internal.entry.Extent;
import dev.jooqcache.internal.entry.Validity;
import dev.jooqcache.spi.Fingerprint;
import dev.jooqcache.spi.Stamp;
import dev.jooqcache.spi.StoredResult;
import dev.jooqcache.spi.Tags;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Timestamp;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The store on its own, in all its tiers. No database is involved. */
class EhcacheResultStoreTest {

    @TempDir
    Path directory;

    private EhcacheResultStore.Builder tiers(String tiers) {
        EhcacheResultStore.Builder builder = EhcacheResultStore.onHeap();
        return switch (tiers) {
            case "heap" -> builder;
            case "off-heap" -> builder.maximumEntries(1).offHeap(4);
            case "disk" -> builder.maximumEntries(1).disk(directory, 8);
            default -> builder.maximumEntries(1).offHeap(2).disk(directory, 8);
        };
    }

    /** Opened, as by a cache. */
    private static EhcacheResultStore opened(EhcacheResultStore.Builder builder) {
        EhcacheResultStore store = builder.build();
        store.open(new Codec());
        return store;
    }

    private static Fingerprint key(int number) {
        return new Fingerprint("1", "H2", "select " + number, "", "int", List.of("int"), new Object[] {number, null});
    }

    private static CachedResult result(int number) {
        Object[] cells = {number, "marker" + number, null, new BigDecimal("1.10"), new byte[] {1}, new Timestamp(1)};
        return new CachedResult(
                key(number),
                new Validity(Stamp.of(1, number)),
                List.of(Extent.of(Tags.of(List.of("book")))),
                "UTC",
                List.of(Access.by(Getter.OBJECT), Access.by(Getter.OBJECT), Access.by(Getter.OBJECT)),
                cells,
                2,
                100,
                null);
    }

    private static void assertSame(StoredResult found, CachedResult expected) {
        assertThat(found).isInstanceOf(CachedResult.class);
        CachedResult actual = (CachedResult) found;
        assertThat(actual.query()).isEqualTo(expected.query());
        assertThat(actual.stamp()).isEqualTo(expected.stamp());
        assertThat(actual.cells()).isEqualTo(expected.cells());
    }

    /** Most results have left the heap, so they come back through the codec. */
    @Tag("K7")
    @ParameterizedTest
    @ValueSource(strings = {"heap", "off-heap", "disk", "all"})
    void get_afterPut_isTheSame(String tiers) {
        try (EhcacheResultStore store = opened(tiers(tiers))) {
            for (int i = 0; i < 100; i++) store.put(key(i), result(i), null);
            for (int i = 0; i < 100; i++) assertSame(store.get(key(i)), result(i));
            store.put(key(1), result(2), null);
            assertSame(store.get(key(1)), result(2));
            store.remove(key(2));
            assertThat(store.get(key(2))).isNull();
            store.clear();
            assertThat(store.get(key(3))).isNull();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"heap", "off-heap", "disk"})
    @Tag("slow")
    void get_afterTimeToLive_isMiss(String tiers) {
        try (EhcacheResultStore store = opened(tiers(tiers).expireAfterWrite(Duration.ofSeconds(1)))) {
            store.put(key(1), result(1), null);
            store.put(key(2), result(2), Duration.ofMinutes(1));
            assertThat(store.get(key(1))).isNotNull();
            // Reading it does not prolong it.
            await(() -> store.get(key(1)) == null);
            assertThat(store.get(key(2))).as("its own, longer time").isNotNull();
            await(() -> store.expirations() > 0);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"heap", "off-heap", "disk"})
    @Tag("slow")
    void get_afterOwnTimeToLive_isMiss(String tiers) {
        try (EhcacheResultStore store = opened(tiers(tiers).noExpiration())) {
            store.put(key(1), result(1), Duration.ofMillis(100));
            store.put(key(2), result(2), null);
            await(() -> store.get(key(1)) == null);
            assertThat(store.get(key(2))).isNotNull();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"heap", "off-heap", "disk"})
    @Tag("slow")
    void get_unusedForTimeToIdle_isMiss(String tiers) throws InterruptedException {
        try (EhcacheResultStore store = opened(tiers(tiers).expireAfterAccess(Duration.ofSeconds(1)))) {
            store.put(key(1), result(1), null);
            store.put(key(2), result(2), null);
            for (int i = 0; i < 30; i++) {
                assertThat(store.get(key(1))).as("used all the time").isNotNull();
                Thread.sleep(50);
            }
            assertThat(store.get(key(2))).isNull();
        }
    }

    @Test
    void get_usedAllTheTime_stillEndsWithTimeToLive() {
        try (EhcacheResultStore store = opened(EhcacheResultStore.onHeap()
                .expireAfterWrite(Duration.ofMillis(500))
                .expireAfterAccess(Duration.ofMillis(300)))) {
            store.put(key(1), result(1), null);
            await(() -> store.get(key(1)) == null);
        }
    }

    @Test
    void put_moreThanMaximum_evicts() {
        try (EhcacheResultStore store = opened(EhcacheResultStore.onHeap().maximumEntries(10))) {
            for (int i = 0; i < 1_000; i++) store.put(key(i), result(i), null);
            await(() -> store.evictions() >= 980);
            long kept = Stream.iterate(0, i -> i + 1)
                    .limit(1_000)
                    .filter(i -> store.get(key(i)) != null)
                    .count();
            assertThat(kept).isBetween(1L, 10L);
        }
    }

    /** A result larger than the tier must not break the query that stores it, nor come back. */
    @Tag("K7")
    @Test
    void put_largerThanTier_isRefusedOrThrows() {
        try (EhcacheResultStore store = opened(tiers("off-heap"))) {
            CachedResult small = result(1);
            CachedResult huge = new CachedResult(
                    small.query(),
                    small.validity(),
                    small.extents(),
                    small.zone(),
                    small.columns().subList(0, 1),
                    new Object[] {new byte[8 << 20]},
                    1,
                    8 << 20,
                    null);
            try {
                store.put(key(1), huge, null);
            } catch (RuntimeException e) {
                assertThat(store.get(key(1))).isNull();
            }
            store.put(key(2), result(2), null);
            assertSame(store.get(key(2)), result(2));
        }
    }

    /** Bytes on the disk change under the store: never a wrong value, and the key can be stored again. */
    @Tag("K7")
    @Test
    void get_corruptOnDisk_isNoValue() throws Exception {
        try (EhcacheResultStore store = opened(tiers("disk"))) {
            for (int i = 0; i < 100; i++) store.put(key(i), result(i), null);
            await(() -> damage("marker5") > 0);
            int lost = 0;
            for (int i = 0; i < 100; i++) {
                StoredResult found;
                try {
                    found = store.get(key(i));
                } catch (RuntimeException e) {
                    found = null;
                }
                if (found == null) {
                    lost++;
                    store.put(key(i), result(i), null);
                    found = store.get(key(i));
                }
                assertSame(found, result(i));
            }
            assertThat(lost).as("results that were damaged").isPositive();
        }
    }

    /** Overwrites the text wherever it stands in the store's files, and tells how often it was found. */
    private int damage(String text) {
        byte[] wanted = text.getBytes(StandardCharsets.UTF_8);
        int found = 0;
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList())
                try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
                    byte[] content = new byte[(int) open.length()];
                    open.readFully(content);
                    for (int at = 0; at + wanted.length <= content.length; at++)
                        if (java.util.Arrays.equals(content, at, at + wanted.length, wanted, 0, wanted.length)) {
                            open.seek(at);
                            open.write('X');
                            found++;
                        }
                }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return found;
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("20 seconds have passed").isLessThan(deadline);
            try {
                Thread.sleep(10);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    static Stream<Arguments> wrongSettings() {
        return Stream.of(
                wrong("maximumEntries must be >= 1: 0", b -> b.maximumEntries(0)),
                wrong("offHeap must be >= 1 (MiB): 0", b -> b.offHeap(0)),
                wrong("disk must be >= 1 (MiB): -1", b -> b.disk(Path.of("x"), -1)),
                wrong("expireAfterWrite must be positive: PT0S", b -> b.expireAfterWrite(Duration.ZERO)),
                wrong("expireAfterWrite must be positive: PT-1S", b -> b.expireAfterWrite(Duration.ofSeconds(-1))),
                wrong("expireAfterAccess must be positive: PT0S", b -> b.expireAfterAccess(Duration.ZERO)),
                wrong(
                        "offHeap must be smaller than disk: 2 MiB >= 2 MiB",
                        b -> b.offHeap(2).disk(Path.of("x"), 2).build()));
    }

    private static Arguments wrong(String message, Consumer<EhcacheResultStore.Builder> setting) {
        return Arguments.of(message, setting);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wrongSettings")
    void build_wrongSetting_namesSettingRuleAndValue(String message, Consumer<EhcacheResultStore.Builder> setting) {
        assertThatThrownBy(() -> setting.accept(EhcacheResultStore.onHeap()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"disk", "expireAfterWrite", "expireAfterAccess"})
    void set_null_isRefusedByItsName(String setting) {
        EhcacheResultStore.Builder store = EhcacheResultStore.onHeap();
        assertThatNullPointerException()
                .isThrownBy(() -> {
                    switch (setting) {
                        case "disk" -> store.disk(null, 8);
                        case "expireAfterWrite" -> store.expireAfterWrite(null);
                        default -> store.expireAfterAccess(null);
                    }
                })
                .withMessage(setting);
    }

    @Test
    void set_twice_isRefusedWithTheFirstValue() {
        EhcacheResultStore.Builder store =
                EhcacheResultStore.onHeap().maximumEntries(3).offHeap(4).noExpiration();
        assertThatIllegalStateException()
                .isThrownBy(() -> store.maximumEntries(5))
                .withMessage("maximumEntries was already set to 3");
        assertThatIllegalStateException()
                .isThrownBy(() -> store.offHeap(5))
                .withMessage("offHeap was already set to 4");
        assertThatIllegalStateException()
                .isThrownBy(() -> store.expireAfterWrite(Duration.ofSeconds(1)))
                .withMessage("expireAfterWrite was already set to no limit");
    }

    @Test
    void build_ofASecondCacheWithTheSameStore_isRefused() {
        EhcacheResultStore store = EhcacheResultStore.onHeap().build();
        try (QueryCache first = QueryCache.builder().store(store).build()) {
            assertThatIllegalStateException()
                    .isThrownBy(() -> QueryCache.builder().store(store).build())
                    .withMessage("this store was already opened: each cache needs a store of its own");
            assertThat(first.stats().failures()).isZero();
        }
    }

    @Test
    void get_beforeItIsOpened_saysWhatOpensIt() {
        assertThatIllegalStateException()
                .isThrownBy(() -> EhcacheResultStore.onHeap().build().get(key(1)))
                .withMessage("this store was not opened: a QueryCache does that");
    }
}
