package dev.jooqcache.spi;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Keeps recorded results, at most one per fingerprint.
 *
 * <p>A store may forget anything at any time. It need not know about stamps: each {@link CachedResult} carries its own,
 * and the cache compares it after every {@link #get}, as it compares the query that the result answers. A corrupt or
 * foreign value is a miss. Implementations are thread-safe and return in bounded time; whatever they throw is counted,
 * logged once, and treated as a miss.
 */
public interface ResultStore extends AutoCloseable {

    /**
     * Looks a result up.
     *
     * @param key the fingerprint of the query
     * @return the result, or {@code null} if there is none
     */
    @Nullable
    CachedResult get(Fingerprint key);

    /**
     * Puts a result in, in place of an older one.
     *
     * @param key the fingerprint of the query
     * @param result the result
     * @param timeToLive how long it may be served, positive; {@code null} means the store's own setting
     * @return whether the store accepted it
     */
    boolean put(Fingerprint key, CachedResult result, @Nullable Duration timeToLive);

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
