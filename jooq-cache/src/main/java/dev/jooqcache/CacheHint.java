package dev.jooqcache;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A wish for how the queries of one {@code DSLContext} are treated; see {@link QueryCache#with}.
 *
 * <p>Hints can be combined: {@code cache.with(dsl, CacheHint.ttl(ofSeconds(10)), CacheHint.key(tenant))}. A hint never
 * makes anything served that would be wrong without it, with one exception: {@link #key} is the user's word that a scope
 * names the session's state completely. Immutable and thread-safe.
 */
public final class CacheHint {

    private enum Use {
        DEFAULT,
        CACHE,
        REFRESH,
        BYPASS
    }

    private static final CacheHint NONE = new CacheHint(Use.DEFAULT, null, null);

    private final Use use;
    private final @Nullable Duration timeToLive;
    private final @Nullable String scope;

    private CacheHint(Use use, @Nullable Duration timeToLive, @Nullable String scope) {
        this.use = use;
        this.timeToLive = timeToLive;
        this.scope = scope;
    }

    /**
     * Goes to the database, and stores nothing. Writes are seen all the same.
     *
     * @return the hint
     */
    public static CacheHint bypass() {
        return new CacheHint(Use.BYPASS, null, null);
    }

    /**
     * Goes to the database, and stores the result in place of what is cached.
     *
     * @return the hint
     */
    public static CacheHint refresh() {
        return new CacheHint(Use.REFRESH, null, null);
    }

    /**
     * Marks queries as candidates in {@link CacheMode#MARKED}.
     *
     * @return the hint
     */
    public static CacheHint cache() {
        return new CacheHint(Use.CACHE, null, null);
    }

    /**
     * Limits how long results stored under this hint may be served, in place of the cache's setting. Also marks.
     *
     * @param timeToLive the time from the store, positive
     * @return the hint
     * @throws IllegalArgumentException if the time is not positive
     */
    public static CacheHint ttl(Duration timeToLive) {
        if (timeToLive.isNegative() || timeToLive.isZero())
            throw new IllegalArgumentException("CacheHint.ttl must be positive: " + timeToLive);
        return new CacheHint(Use.CACHE, timeToLive, null);
    }

    /**
     * Names the state of the session on which the meaning of queries depends: the tenant whose {@code search_path} is
     * set, the role, the user of a row-level-security policy. Results are shared only within one scope. The cache cannot
     * check that the name is right.
     *
     * @param scope the name, not empty
     * @return the hint
     * @throws IllegalArgumentException if the name is empty
     */
    public static CacheHint key(String scope) {
        if (scope.isEmpty()) throw new IllegalArgumentException("CacheHint.key must not be empty");
        return new CacheHint(Use.DEFAULT, null, scope);
    }

    /**
     * No wish.
     *
     * @return the hint that changes nothing
     */
    public static CacheHint none() {
        return NONE;
    }

    /**
     * This hint, and another where it says something.
     *
     * @param other the hint that wins
     * @return both
     */
    public CacheHint and(CacheHint other) {
        return new CacheHint(
                other.use == Use.DEFAULT ? use : other.use,
                other.timeToLive == null ? timeToLive : other.timeToLive,
                other.scope == null ? scope : other.scope);
    }

    /**
     * Whether queries go to the database and nothing is stored.
     *
     * @return whether {@link #bypass()} is part of the hint
     */
    public boolean isBypass() {
        return use == Use.BYPASS;
    }

    /**
     * Whether queries go to the database and their results are stored.
     *
     * @return whether {@link #refresh()} is part of the hint
     */
    public boolean isRefresh() {
        return use == Use.REFRESH;
    }

    /**
     * Whether queries are candidates in {@link CacheMode#MARKED}.
     *
     * @return whether a caching hint is part of the hint
     */
    public boolean isMark() {
        return use == Use.CACHE || use == Use.REFRESH;
    }

    /**
     * The limit on how long results may be served.
     *
     * @return the time, or {@code null} for the cache's setting
     */
    public @Nullable Duration timeToLive() {
        return timeToLive;
    }

    /**
     * The declared session scope.
     *
     * @return the scope, or {@code null} if none was declared
     */
    public @Nullable String scope() {
        return scope;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CacheHint hint
                && use == hint.use
                && Objects.equals(timeToLive, hint.timeToLive)
                && Objects.equals(scope, hint.scope);
    }

    @Override
    public int hashCode() {
        return Objects.hash(use, timeToLive, scope);
    }

    @Override
    public String toString() {
        return "CacheHint[" + use + (timeToLive == null ? "" : ", ttl " + timeToLive)
                + (scope == null ? "" : ", key " + scope) + "]";
    }
}
