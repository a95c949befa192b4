package dev.jooqcache.ehcache;

import dev.jooqcache.spi.CachedResult;
import dev.jooqcache.spi.Fingerprint;
import dev.jooqcache.spi.ResultStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.ehcache.Cache;
import org.ehcache.CacheManager;
import org.ehcache.config.builders.CacheConfigurationBuilder;
import org.ehcache.config.builders.CacheEventListenerConfigurationBuilder;
import org.ehcache.config.builders.CacheManagerBuilder;
import org.ehcache.config.builders.ResourcePoolsBuilder;
import org.ehcache.config.units.EntryUnit;
import org.ehcache.config.units.MemoryUnit;
import org.ehcache.event.CacheEvent;
import org.ehcache.event.CacheEventListener;
import org.ehcache.event.EventType;
import org.ehcache.expiry.ExpiryPolicy;
import org.jspecify.annotations.Nullable;

/**
 * Keeps results in Ehcache: on the heap by reference, and on request below it off the heap and on disk, in the binary
 * form of {@link dev.jooqcache.spi.Codec}.
 *
 * <p>Configured programmatically; Ehcache's XML, and with it JAXB, is not needed. With a tier below the heap every result
 * is encoded when it is put. What is on disk survives a restart as bytes only: stamps of an earlier start never match, so
 * it is never served, and the directory can be deleted at any time. Thread-safe.
 */
public final class EhcacheResultStore implements ResultStore {

    private static final String ALIAS = "results";

    private final CacheManager manager;
    private final Cache<Fingerprint, Entry> cache;
    private final LongAdder evictions;

    private EhcacheResultStore(CacheManager manager, LongAdder evictions) {
        this.manager = manager;
        this.cache = manager.getCache(ALIAS, Fingerprint.class, Entry.class);
        this.evictions = evictions;
    }

    /**
     * Begins a store on the heap, with the defaults: 10,000 results, 5 minutes from the store.
     *
     * @return a builder
     */
    public static Builder onHeap() {
        return new Builder();
    }

    @Override
    public @Nullable CachedResult get(Fingerprint key) {
        Entry entry = cache.get(key);
        if (entry == null) return null;
        if (entry.result() == null) {
            cache.remove(key);
            throw new IllegalStateException("a corrupt result was found, and dropped");
        }
        return entry.result();
    }

    @Override
    public boolean put(Fingerprint key, CachedResult result, @Nullable Duration timeToLive) {
        cache.put(key, new Entry(result, timeToLive, System.currentTimeMillis()));
        return true;
    }

    @Override
    public void remove(Fingerprint key) {
        cache.remove(key);
    }

    @Override
    public void clear() {
        cache.clear();
    }

    @Override
    public long evictions() {
        return evictions.sum();
    }

    @Override
    public void close() {
        manager.close();
    }

    /**
     * A result with its own time to live, if it has one, and the time at which it was put, in epoch milliseconds. The
     * result is {@code null} if its bytes were corrupt: Ehcache reads the old value when it puts a new one, so reading
     * must not fail.
     */
    record Entry(@Nullable CachedResult result, @Nullable Duration timeToLive, long putAt) {}

    /** Settings of a store. Not thread-safe; each setter answers the builder. */
    public static final class Builder {

        private long heapEntries = 10_000;
        private long offHeapMegabytes;
        private long diskMegabytes;
        private @Nullable Path directory;
        private @Nullable Duration timeToLive = Duration.ofMinutes(5);
        private @Nullable Duration timeToIdle;

        private Builder() {}

        /**
         * How many results are kept on the heap. Default: 10,000.
         *
         * @param entries at least 1
         * @return this builder
         */
        public Builder maximumEntries(long entries) {
            if (entries < 1) throw new IllegalArgumentException("maximumEntries must be >= 1: " + entries);
            heapEntries = entries;
            return this;
        }

        /**
         * Adds a tier off the heap. Default: none.
         *
         * @param megabytes its size in MiB, at least 1, and less than that of a disk tier
         * @return this builder
         */
        public Builder offHeap(long megabytes) {
            if (megabytes < 1) throw new IllegalArgumentException("offHeap must be >= 1 (MiB): " + megabytes);
            offHeapMegabytes = megabytes;
            return this;
        }

        /**
         * Adds a tier on disk. Default: none.
         *
         * @param path a directory of its own
         * @param megabytes its size in MiB, at least 1
         * @return this builder
         */
        public Builder disk(Path path, long megabytes) {
            if (megabytes < 1) throw new IllegalArgumentException("disk must be >= 1 (MiB): " + megabytes);
            directory = path;
            diskMegabytes = megabytes;
            return this;
        }

        /**
         * How long a result may be served after it was stored. Default: 5 minutes.
         *
         * @param duration positive, or {@code null} for no limit
         * @return this builder
         */
        public Builder expireAfterWrite(@Nullable Duration duration) {
            timeToLive = positive("expireAfterWrite", duration);
            return this;
        }

        /**
         * How long a result may be served after it was stored.
         *
         * @return the setting, or {@code null} for no limit
         */
        public @Nullable Duration expireAfterWrite() {
            return timeToLive;
        }

        /**
         * How long a result may lie unused before it expires. Default: no limit.
         *
         * @param duration positive, or {@code null} for no limit
         * @return this builder
         */
        public Builder expireAfterAccess(@Nullable Duration duration) {
            timeToIdle = positive("expireAfterAccess", duration);
            return this;
        }

        private static @Nullable Duration positive(String setting, @Nullable Duration duration) {
            if (duration != null && (duration.isNegative() || duration.isZero()))
                throw new IllegalArgumentException(setting + " must be positive: " + duration);
            return duration;
        }

        /**
         * Starts Ehcache.
         *
         * @return the store, to be closed by its owner
         * @throws IllegalArgumentException if the tiers do not get larger from the heap down
         */
        public EhcacheResultStore build() {
            if (diskMegabytes > 0 && offHeapMegabytes >= diskMegabytes)
                throw new IllegalArgumentException(
                        "offHeap must be smaller than disk: " + offHeapMegabytes + " MiB >= " + diskMegabytes + " MiB");
            LongAdder evictions = new LongAdder();
            CacheConfigurationBuilder<Fingerprint, Entry> configuration =
                    CacheConfigurationBuilder.newCacheConfigurationBuilder(Fingerprint.class, Entry.class, pools())
                            .withExpiry(new Expiry(timeToLive, timeToIdle))
                            .withResilienceStrategy(new Throwing())
                            .withService(CacheEventListenerConfigurationBuilder.newEventListenerConfiguration(
                                            new EvictionCounter(evictions), EventType.EVICTED, EventType.EXPIRED)
                                    .unordered()
                                    .asynchronous());
            if (offHeapMegabytes > 0 || directory != null)
                configuration = configuration
                        .withKeySerializer(new FingerprintSerializer())
                        .withValueSerializer(new EntrySerializer());
            CacheManagerBuilder<? extends CacheManager> manager = CacheManagerBuilder.newCacheManagerBuilder();
            if (directory != null)
                manager = CacheManagerBuilder.newCacheManagerBuilder()
                        .with(CacheManagerBuilder.persistence(directory.toFile()));
            CacheManager started = manager.withCache(ALIAS, configuration).build(true);
            return new EhcacheResultStore(started, evictions);
        }

        private ResourcePoolsBuilder pools() {
            ResourcePoolsBuilder pools =
                    ResourcePoolsBuilder.newResourcePoolsBuilder().heap(heapEntries, EntryUnit.ENTRIES);
            if (offHeapMegabytes > 0) pools = pools.offheap(offHeapMegabytes, MemoryUnit.MB);
            if (diskMegabytes > 0) pools = pools.disk(diskMegabytes, MemoryUnit.MB, false);
            return pools;
        }
    }

    private record EvictionCounter(LongAdder count) implements CacheEventListener<Fingerprint, Entry> {
        @Override
        public void onEvent(CacheEvent<? extends Fingerprint, ? extends Entry> event) {
            count.increment();
        }
    }

    private record Expiry(
            @Nullable Duration timeToLive, @Nullable Duration timeToIdle) implements ExpiryPolicy<Fingerprint, Entry> {

        @Override
        public Duration getExpiryForCreation(Fingerprint key, Entry entry) {
            Duration written = written(entry);
            if (written == null) return timeToIdle == null ? INFINITE : timeToIdle;
            return timeToIdle == null || written.compareTo(timeToIdle) < 0 ? written : timeToIdle;
        }

        private @Nullable Duration written(Entry entry) {
            return entry.timeToLive() == null ? timeToLive : entry.timeToLive();
        }

        /** An access prolongs the idle time, but never beyond the time to live. */
        @Override
        public @Nullable Duration getExpiryForAccess(Fingerprint key, Supplier<? extends Entry> supplier) {
            if (timeToIdle == null) return null;
            Entry entry = supplier.get();
            Duration written = written(entry);
            if (written == null) return timeToIdle;
            Duration left = written.minusMillis(System.currentTimeMillis() - entry.putAt());
            if (left.isNegative()) return Duration.ZERO;
            return left.compareTo(timeToIdle) < 0 ? left : timeToIdle;
        }

        @Override
        public Duration getExpiryForUpdate(Fingerprint key, Supplier<? extends Entry> old, Entry entry) {
            return getExpiryForCreation(key, entry);
        }
    }
}
