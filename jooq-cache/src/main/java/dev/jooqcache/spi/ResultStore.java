package dev.jooqcache.spi;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Keeps recorded results, at most one per fingerprint.
 *
 * <p>A store may forget anything at any time, and need not know what a result depends on: the cache checks after every {@link
 * #get} that the result answers the query and is still exact. A corrupt or foreign value is a miss. Implementations are
 * thread-safe and return in bounded time; whatever they throw is counted, logged once, and treated as a miss.
 */
public interface ResultStore extends AutoCloseable {

    /**
     * Starts the store. The cache calls it once, as the last step of {@code QueryCacheBuilder.build()}, which throws what this
     * throws; the store is not closed then. Before it only {@link #maximumEntries} and {@link #expireAfterWrite} are called. A
     * store that wraps another one opens that. A store on the heap has nothing to do here.
     *
     * @param codec makes bytes of keys and results, and the other way round
     * @throws IllegalStateException if the store was already opened by another cache; the store need not notice it
     */
    void open(ResultCodec codec);

    /**
     * Looks a result up.
     *
     * @param key the fingerprint of the query
     * @return the result, or {@code null} if there is none
     */
    @Nullable
    StoredResult get(Fingerprint key);

    /**
     * Puts a result in, in place of an older one.
     *
     * @param key the fingerprint of the query
     * @param result the result
     * @param timeToLive how long it may be served, positive; {@code null} means the store's own setting
     */
    void put(Fingerprint key, StoredResult result, @Nullable Duration timeToLive);

    /**
     * Drops one result.
     *
     * @param key the fingerprint of the query
     */
    void remove(Fingerprint key);

    /** Drops all results. */
    void clear();

    /**
     * The number of results that the store has dropped to make room for others.
     *
     * @return a count that only rises
     */
    long evictions();

    /**
     * The number of results that the store has dropped because their time to live, or to lie unused, was over.
     *
     * @return a count that only rises
     */
    long expirations();

    /**
     * About how many results the store keeps. The cache removes invalidated results; it looks for them among twice as many
     * results that were stored last. Asked once, when the cache is built. Default: 10,000.
     *
     * @return a number, at least 1
     */
    default int maximumEntries() {
        return 10_000;
    }

    /**
     * The store's own time to live: how long it keeps a result that is put without one. The cache takes it for the setting of
     * tables without a rule. Asked once, when the cache is built. Default: {@code null}.
     *
     * @return a positive duration, or {@code null} for no limit, or for one that is not known
     */
    default @Nullable Duration expireAfterWrite() {
        return null;
    }

    /** Releases what the store holds. */
    @Override
    void close();
}
