package dev.jooqcache.ehcache;

import dev.jooqcache.internal.settings.GivenSettings;
import dev.jooqcache.spi.Fingerprint;
import dev.jooqcache.spi.ResultCodec;
import dev.jooqcache.spi.ResultStore;
import dev.jooqcache.spi.StoredResult;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
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
 * A result store in Ehcache: on the heap, and optionally off the heap and on disk.
 *
 * <pre>{@code
 * QueryCache cache = QueryCache.builder()
 *         .store(EhcacheResultStore.onHeap().maximumEntries(50_000).offHeap(256).build())
 *         .build();
 * }</pre>
 *
 * <p>The heap holds results by reference. With a tier below the heap every result is encoded when it is stored. Results on disk are
 * not served after a restart; the directory can be deleted while no store uses it. Ehcache's XML configuration, and with it JAXB, is
 * not needed.
 *
 * <p>The cache that is given the store starts and closes it. Thread-safe.
 */
public final class EhcacheResultStore implements ResultStore {

    private static final String ALIAS = "results";

    private final Losses losses = new Losses();
    private final int heapEntries;
    private final long offHeapMegabytes;
    private final long diskMegabytes;
    private final @Nullable Path directory;
    private final @Nullable Duration timeToLive;
    private final @Nullable Duration timeToIdle;
    private @Nullable CacheManager manager;
    private boolean isClosed;
    private volatile @Nullable Cache<Fingerprint, Entry> cache;

    private EhcacheResultStore(Builder settings) {
        this.heapEntries = settings.heapEntries;
        this.offHeapMegabytes = settings.offHeapMegabytes;
        this.diskMegabytes = settings.diskMegabytes;
        this.directory = settings.directory;
        this.timeToLive = settings.timeToLive;
        this.timeToIdle = settings.timeToIdle;
    }

    /**
     * Builds a store on the heap. Defaults: 10,000 results, which expire 5 minutes after they were stored.
     *
     * @return a builder with every default
     */
    public static Builder onHeap() {
        return new Builder();
    }

    /**
     * Starts Ehcache.
     *
     * @throws IllegalStateException if the store was already opened, or closed
     * @throws org.ehcache.StateTransitionException if the directory of the disk tier cannot be used
     */
    @Override
    public synchronized void open(ResultCodec codec) {
        if (isClosed) throw new IllegalStateException("this store was closed: each cache needs a store of its own");
        if (manager != null)
            throw new IllegalStateException("this store was already opened: each cache needs a store of its own");
        CacheConfigurationBuilder<Fingerprint, Entry> configuration =
                CacheConfigurationBuilder.newCacheConfigurationBuilder(Fingerprint.class, Entry.class, pools())
                        .withExpiry(new Expiry(timeToLive, timeToIdle))
                        .withResilienceStrategy(new Throwing())
                        .withService(CacheEventListenerConfigurationBuilder.newEventListenerConfiguration(
                                        losses, EventType.EVICTED, EventType.EXPIRED)
                                .unordered()
                                .asynchronous());
        if (offHeapMegabytes > 0 || directory != null)
            configuration = configuration
                    .withKeySerializer(new FingerprintSerializer(codec))
                    .withValueSerializer(new EntrySerializer(codec));
        CacheManagerBuilder<? extends CacheManager> builder = CacheManagerBuilder.newCacheManagerBuilder();
        if (directory != null)
            builder = CacheManagerBuilder.newCacheManagerBuilder()
                    .with(CacheManagerBuilder.persistence(directory.toFile()));
        CacheManager started = builder.withCache(ALIAS, configuration).build(true);
        manager = started;
        cache = started.getCache(ALIAS, Fingerprint.class, Entry.class);
    }

    private ResourcePoolsBuilder pools() {
        ResourcePoolsBuilder pools =
                ResourcePoolsBuilder.newResourcePoolsBuilder().heap(heapEntries, EntryUnit.ENTRIES);
        if (offHeapMegabytes > 0) pools = pools.offheap(offHeapMegabytes, MemoryUnit.MB);
        if (diskMegabytes > 0) pools = pools.disk(diskMegabytes, MemoryUnit.MB, false);
        return pools;
    }

    private Cache<Fingerprint, Entry> cache() {
        Cache<Fingerprint, Entry> opened = cache;
        if (opened == null) throw new IllegalStateException("this store was not opened: a QueryCache does that");
        return opened;
    }

    @Override
    public @Nullable StoredResult get(Fingerprint key) {
        Cache<Fingerprint, Entry> cache = cache();
        Entry entry = cache.get(key);
        if (entry == null) return null;
        if (entry.result() == null) {
            cache.remove(key);
            throw new IllegalStateException("a corrupt result was found, and dropped");
        }
        return entry.result();
    }

    @Override
    public void put(Fingerprint key, StoredResult result, @Nullable Duration timeToLive) {
        cache().put(key, new Entry(result, timeToLive, System.currentTimeMillis()));
    }

    @Override
    public void remove(Fingerprint key) {
        cache().remove(key);
    }

    @Override
    public void clear() {
        cache().clear();
    }

    @Override
    public long evictions() {
        return losses.evictions.sum();
    }

    @Override
    public long expirations() {
        return losses.expirations.sum();
    }

    /** The number of entries on the heap; tiers below the heap hold more. */
    @Override
    public int maximumEntries() {
        return heapEntries;
    }

    @Override
    public @Nullable Duration expireAfterWrite() {
        return timeToLive;
    }

    @Override
    public synchronized void close() {
        if (!isClosed && manager != null) manager.close();
        isClosed = true;
    }

    /**
     * A result with its own time to live, if it has one, and the time at which it was put, in epoch milliseconds. The
     * result is {@code null} if its bytes were corrupt: Ehcache reads the old value when it puts a new one, so reading
     * must not fail.
     */
    record Entry(@Nullable StoredResult result, @Nullable Duration timeToLive, long putAt) {}

    /**
     * A builder of stores. No argument may be {@code null}, and no setting may be set twice. Not thread-safe.
     */
    public static final class Builder {

        private final GivenSettings given = new GivenSettings();
        private int heapEntries = 10_000;
        private long offHeapMegabytes;
        private long diskMegabytes;
        private @Nullable Path directory;
        private @Nullable Duration timeToLive = Duration.ofMinutes(5);
        private @Nullable Duration timeToIdle;

        private Builder() {}

        /**
         * Sets the maximum number of results on the heap. Default: 10,000.
         *
         * @param entries at least 1
         * @return this builder
         * @throws IllegalArgumentException if the number is less than 1
         * @throws IllegalStateException if it was already set
         */
        public Builder maximumEntries(int entries) {
            given.setAtLeast("maximumEntries", 1, entries);
            heapEntries = entries;
            return this;
        }

        /**
         * Adds a tier off the heap. Default: none.
         *
         * @param megabytes its size in MiB, at least 1, and less than that of a disk tier
         * @return this builder
         * @throws IllegalArgumentException if the size is less than 1
         * @throws IllegalStateException if it was already set
         */
        public Builder offHeap(long megabytes) {
            if (megabytes < 1) throw new IllegalArgumentException("offHeap must be >= 1 (MiB): " + megabytes);
            given.set("offHeap", megabytes);
            offHeapMegabytes = megabytes;
            return this;
        }

        /**
         * Adds a tier on disk. Default: none.
         *
         * @param path a directory that nothing else uses
         * @param megabytes its size in MiB, at least 1
         * @return this builder
         * @throws IllegalArgumentException if the size is less than 1
         * @throws IllegalStateException if it was already set
         */
        public Builder disk(Path path, long megabytes) {
            Objects.requireNonNull(path, "disk");
            if (megabytes < 1) throw new IllegalArgumentException("disk must be >= 1 (MiB): " + megabytes);
            given.set("disk", megabytes);
            directory = path;
            diskMegabytes = megabytes;
            return this;
        }

        /**
         * Sets the time for which a result may be served after it was stored. Default: 5 minutes.
         *
         * @param duration positive
         * @return this builder
         * @throws IllegalArgumentException if the duration is not positive
         * @throws IllegalStateException if it was already set
         */
        public Builder expireAfterWrite(Duration duration) {
            given.setPositive("expireAfterWrite", duration);
            timeToLive = duration;
            return this;
        }

        /**
         * Keeps results however old they are, in place of {@link #expireAfterWrite}.
         *
         * @return this builder
         * @throws IllegalStateException if {@code expireAfterWrite} was already set
         */
        public Builder noExpiration() {
            given.set("expireAfterWrite", "no limit");
            timeToLive = null;
            return this;
        }

        /**
         * Sets the time after which a result expires that is not looked up. Default: no limit.
         *
         * @param duration positive
         * @return this builder
         * @throws IllegalArgumentException if the duration is not positive
         * @throws IllegalStateException if it was already set
         */
        public Builder expireAfterAccess(Duration duration) {
            given.setPositive("expireAfterAccess", duration);
            timeToIdle = duration;
            return this;
        }

        /**
         * Builds the store. The cache that is given it starts Ehcache, and closes it.
         *
         * @return the store, for one cache
         * @throws IllegalArgumentException if the tiers do not get larger from the heap down
         */
        public EhcacheResultStore build() {
            if (diskMegabytes > 0 && offHeapMegabytes >= diskMegabytes)
                throw new IllegalArgumentException(
                        "offHeap must be smaller than disk: " + offHeapMegabytes + " MiB >= " + diskMegabytes + " MiB");
            return new EhcacheResultStore(this);
        }
    }

    /** Counts the results that Ehcache drops. */
    private static final class Losses implements CacheEventListener<Fingerprint, Entry> {

        final LongAdder evictions = new LongAdder();
        final LongAdder expirations = new LongAdder();

        @Override
        public void onEvent(CacheEvent<? extends Fingerprint, ? extends Entry> event) {
            (event.getType() == EventType.EXPIRED ? expirations : evictions).increment();
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
