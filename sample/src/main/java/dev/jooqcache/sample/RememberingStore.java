package dev.jooqcache.sample;

import dev.jooqcache.spi.Fingerprint;
import dev.jooqcache.spi.ResultCodec;
import dev.jooqcache.spi.ResultStore;
import dev.jooqcache.spi.StoredResult;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A store that forgets nothing, and tells for each result that takes the place of an invalidated one whether its rows
 * differ. For one thread.
 */
final class RememberingStore implements ResultStore {

    private final Map<Fingerprint, StoredResult> results = new HashMap<>();
    private final Map<Fingerprint, StoredResult> last = new HashMap<>();
    private long changed;
    private long unchanged;

    /** Results that were invalidated and asked for again, and had other rows then. */
    long changed() {
        return changed;
    }

    /** Results that were invalidated and asked for again, and had the same rows. */
    long unchanged() {
        return unchanged;
    }

    @Override
    public void open(ResultCodec codec) {}

    @Override
    public @Nullable StoredResult get(Fingerprint key) {
        return results.get(key);
    }

    @Override
    public void put(Fingerprint key, StoredResult result, @Nullable Duration timeToLive) {
        results.put(key, result);
        StoredResult before = last.put(key, result);
        if (before != null) {
            if (before.hasSameRows(result)) {
                unchanged++;
            } else {
                changed++;
            }
        }
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
