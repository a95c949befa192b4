package dev.jooqcache.internal.read;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.internal.entry.CachedResult;
import dev.jooqcache.internal.entry.Extent;
import dev.jooqcache.internal.entry.Validity;
import dev.jooqcache.internal.generation.GuardedGenerations;
import dev.jooqcache.internal.generation.InJvmGenerationStore;
import dev.jooqcache.spi.Fingerprint;
import dev.jooqcache.spi.ResultCodec;
import dev.jooqcache.spi.ResultStore;
import dev.jooqcache.spi.Stamp;
import dev.jooqcache.spi.StoredResult;
import dev.jooqcache.spi.Tags;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SweeperTest {

    private static final Tags QUIET = Tags.of(List.of("quiet"));
    private static final Tags BUSY = Tags.of(List.of("busy"));

    private final GuardedGenerations generations = new GuardedGenerations("test", new InJvmGenerationStore(64));
    private final MapStore store = new MapStore();
    private final Sweeper sweeper = new Sweeper(generations, store, 100);

    private static Fingerprint key(String sql) {
        return new Fingerprint("1", "H2", sql, "", "", List.of(), new Object[0]);
    }

    private int put(Fingerprint key, Tags tags) {
        Stamp stamp = generations.capture(tags);
        store.put(
                key,
                new CachedResult(
                        key, new Validity(stamp), List.of(Extent.of(tags)), "", List.of(), new Object[0], 0, 0, null),
                null);
        return sweeper.stored(key, new Validity(stamp), List.of(Extent.of(tags)));
    }

    private void write(Tags tags) {
        generations.announce(tags).committed();
    }

    @Test
    void stored_whatIsAlive_dropsNothing() {
        int dropped = 0;
        for (int i = 0; i < 50; i++) dropped += put(key("q" + i), QUIET);
        assertThat(dropped).isZero();
        assertThat(store.results).hasSize(50);
    }

    @Test
    void stored_underConstantWrites_keepsTheDeadFewAndAllTheLiving() {
        int living = 60;
        for (int i = 0; i < living; i++) put(key("quiet" + i), QUIET);
        int most = 0;
        for (int i = 0; i < 5_000; i++) {
            write(BUSY);
            put(key("busy" + i), BUSY);
            most = Math.max(most, store.results.size());
        }
        for (int i = 0; i < living; i++) assertThat(store.get(key("quiet" + i))).isNotNull();
        assertThat(most)
                .as("living, and a third of them dead")
                .isLessThanOrEqualTo(living + living / 3 + Sweeper.LOOKS);
    }

    @Test
    void stored_oneKeyAgainAndAgain_keepsTheNewest() {
        for (int i = 0; i < 5_000; i++) {
            write(BUSY);
            put(key("same"), BUSY);
            assertThat(((CachedResult) store.get(key("same"))).stamp()).isEqualTo(generations.capture(BUSY));
        }
        assertThat(store.results).hasSize(1);
    }

    @Test
    void stored_whileAWriterIsAboutToCommit_decidesNothing() {
        put(key("one"), BUSY);
        write(BUSY);
        GuardedGenerations.GuardedIntent writer = generations.announce(BUSY);
        assertThat(sweeper.stored(key("other"), new Validity(generations.capture(QUIET)), List.of(Extent.of(QUIET))))
                .isZero();
        assertThat(store.get(key("one"))).isNotNull();
        writer.abandoned();
        assertThat(sweeper.stored(key("other"), new Validity(generations.capture(QUIET)), List.of(Extent.of(QUIET))))
                .isEqualTo(1);
        assertThat(store.get(key("one"))).isNull();
    }

    private static final class MapStore implements ResultStore {
        final Map<Fingerprint, StoredResult> results = new HashMap<>();

        @Override
        public void open(ResultCodec codec) {}

        @Override
        public StoredResult get(Fingerprint key) {
            return results.get(key);
        }

        @Override
        public void put(Fingerprint key, StoredResult result, Duration timeToLive) {
            results.put(key, result);
        }

        @Override
        public void remove(Fingerprint key) {
            results.remove(key);
        }

        @Override
        public void clear() {
            results.clear();
        }

        @Override
        public long evictions() {
            return 0;
        }

        @Override
        public long expirations() {
            return 0;
        }

        @Override
        public void close() {}
    }
}
