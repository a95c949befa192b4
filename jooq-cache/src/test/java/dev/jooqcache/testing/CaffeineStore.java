package dev.jooqcache.testing;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.RemovalCause;
import dev.jooqcache.spi.Fingerprint;
import dev.jooqcache.spi.ResultCodec;
import dev.jooqcache.spi.ResultStore;
import dev.jooqcache.spi.ResultStoreFactory;
import dev.jooqcache.spi.StoredResult;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;

/** The default store of the library's own tests, which must not need {@code jooq-cache-ehcache}. It expires nothing by default. */
public final class CaffeineStore implements ResultStore {

    private record Entry(StoredResult result, Duration timeToLive) {}

    private static final Duration NEVER = Duration.ofNanos(Long.MAX_VALUE);

    private final Cache<Fingerprint, Entry> cache;
    private final LongAdder evictions = new LongAdder();
    private final LongAdder expirations = new LongAdder();
    private final int maximumEntries;
    private final Duration expireAfterWrite;

    /**
     * Creates a store.
     *
     * @param expireAfterWrite {@code null} for no limit
     */
    public CaffeineStore(int maximumEntries, Duration expireAfterWrite) {
        this.maximumEntries = maximumEntries;
        this.expireAfterWrite = expireAfterWrite;
        this.cache = Caffeine.newBuilder()
                .maximumSize(maximumEntries)
                .executor(Runnable::run)
                .expireAfter(Expiry.<Fingerprint, Entry>writing((key, entry) -> entry.timeToLive))
                .evictionListener(
                        (key, entry, cause) -> (cause == RemovalCause.EXPIRED ? expirations : evictions).increment())
                .build();
    }

    /** A store of 10,000 results, which do not expire. */
    public CaffeineStore() {
        this(10_000, null);
    }

    @Override
    public void open(ResultCodec codec) {}

    @Override
    public StoredResult get(Fingerprint key) {
        Entry entry = cache.getIfPresent(key);
        return entry == null ? null : entry.result;
    }

    @Override
    public void put(Fingerprint key, StoredResult result, Duration timeToLive) {
        Duration own = timeToLive == null ? expireAfterWrite : timeToLive;
        cache.put(key, new Entry(result, own == null ? NEVER : own));
    }

    @Override
    public void remove(Fingerprint key) {
        cache.invalidate(key);
    }

    @Override
    public void clear() {
        cache.invalidateAll();
    }

    @Override
    public long evictions() {
        return evictions.sum();
    }

    @Override
    public long expirations() {
        return expirations.sum();
    }

    @Override
    public int maximumEntries() {
        return maximumEntries;
    }

    @Override
    public Duration expireAfterWrite() {
        return expireAfterWrite;
    }

    @Override
    public void close() {
        cache.invalidateAll();
    }

    /** Creates the store of caches that are given none, with Ehcache's default of 5 minutes. */
    public static final class Factory implements ResultStoreFactory {
        @Override
        public ResultStore create(int maximumEntries, Duration expireAfterWrite) {
            return new CaffeineStore(
                    maximumEntries, expireAfterWrite == null ? Duration.ofMinutes(5) : expireAfterWrite);
        }
    }
}
