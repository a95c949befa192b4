package dev.jooqcache.internal.read;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The options of the queries of one configuration, as hints gave them. Immutable.
 *
 * @param use how queries use the cache
 * @param expireAfterWrite how long a result may be served after it was stored, or {@code null} for the cache's setting
 * @param sessionScope the name of the session's state, or {@code null} if none was declared
 */
public record ReadOptions(
        Use use,
        @Nullable Duration expireAfterWrite,
        @Nullable String sessionScope) {

    /** No hint. */
    public static final ReadOptions NONE = new ReadOptions(Use.DEFAULT, null, null);

    /** How queries use the cache. */
    public enum Use {
        /** As the cache's settings say. */
        DEFAULT,
        /** Cached, also in {@code CacheMode.MARKED}. */
        ENABLE,
        /** Executed and stored. */
        REFRESH,
        /** Executed and not stored. */
        BYPASS
    }

    /**
     * Combines two sets of options.
     *
     * @param later the options that win where both say something
     * @return the combination
     */
    public ReadOptions and(ReadOptions later) {
        return new ReadOptions(
                later.use == Use.DEFAULT ? use : later.use,
                later.expireAfterWrite == null ? expireAfterWrite : later.expireAfterWrite,
                later.sessionScope == null ? sessionScope : later.sessionScope);
    }

    boolean isBypass() {
        return use == Use.BYPASS;
    }

    public boolean isRefresh() {
        return use == Use.REFRESH;
    }

    boolean isMarked() {
        return use == Use.ENABLE || use == Use.REFRESH;
    }
}
