package dev.jooqcache;

import dev.jooqcache.internal.read.ReadOptions;
import dev.jooqcache.internal.read.ReadOptions.Use;
import dev.jooqcache.internal.settings.GivenSettings;
import java.time.Duration;
import java.util.Objects;

/**
 * Per-query caching options. {@link QueryCache#with} applies them to the queries of one {@code DSLContext}.
 *
 * <p>Hints can be combined; where two of them contradict each other, the later one wins:
 *
 * <pre>{@code
 * cache.with(dsl, CacheHint.expireAfterWrite(Duration.ofSeconds(10)), CacheHint.sessionScope(tenant))
 * }</pre>
 *
 * <p>No hint can make the cache serve a result that it would otherwise have to invalidate. {@link #sessionScope} is a promise
 * that the cache cannot check: results are shared between all sessions that are given the same scope.
 *
 * <p>Immutable and thread-safe. No argument may be {@code null}.
 */
public final class CacheHint {

    private static final CacheHint NONE = new CacheHint(ReadOptions.NONE);

    private final ReadOptions options;

    private CacheHint(ReadOptions options) {
        this.options = options;
    }

    private static CacheHint of(Use use) {
        return new CacheHint(new ReadOptions(use, null, null));
    }

    /**
     * Executes queries on the database and stores no result. Their writes invalidate as always.
     *
     * @return the hint
     */
    public static CacheHint bypass() {
        return of(Use.BYPASS);
    }

    /**
     * Executes queries on the database and replaces the cached results. Also {@linkplain #enable() enables} caching.
     *
     * @return the hint
     */
    public static CacheHint refresh() {
        return of(Use.REFRESH);
    }

    /**
     * Enables caching for queries in {@link CacheMode#MARKED}, and overrides {@link AdmissionPolicy#ADAPTIVE}. It does not
     * make a query cacheable that is not.
     *
     * @return the hint
     */
    public static CacheHint enable() {
        return of(Use.ENABLE);
    }

    /**
     * Limits how long the results of queries may be served after they were stored, in place of {@link
     * QueryCacheBuilder#expireAfterWrite} and the model's rules. Also {@linkplain #enable() enables} caching.
     *
     * @param duration the time to live, positive
     * @return the hint
     * @throws IllegalArgumentException if the duration is not positive
     */
    public static CacheHint expireAfterWrite(Duration duration) {
        GivenSettings.requirePositive("CacheHint.expireAfterWrite", duration);
        return new CacheHint(new ReadOptions(Use.ENABLE, duration, null));
    }

    /**
     * Names the state of the session on which the meaning of queries depends: the tenant whose {@code search_path} is set, the
     * role, the user of a row-level-security policy. Results are shared only within one scope. The cache cannot check that
     * the name is right.
     *
     * @param scope the name, not empty
     * @return the hint
     * @throws IllegalArgumentException if the name is empty
     */
    public static CacheHint sessionScope(String scope) {
        Objects.requireNonNull(scope, "CacheHint.sessionScope");
        if (scope.isEmpty()) throw new IllegalArgumentException("CacheHint.sessionScope must not be empty");
        return new CacheHint(new ReadOptions(Use.DEFAULT, null, scope));
    }

    /**
     * Changes nothing.
     *
     * @return the hint
     */
    public static CacheHint none() {
        return NONE;
    }

    /**
     * Combines this hint with a later one.
     *
     * @param other the hint that wins where the two contradict each other
     * @return the combination
     */
    public CacheHint and(CacheHint other) {
        return new CacheHint(options.and(Objects.requireNonNull(other, "hint").options));
    }

    ReadOptions options() {
        return options;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CacheHint hint && options.equals(hint.options);
    }

    @Override
    public int hashCode() {
        return options.hashCode();
    }

    @Override
    public String toString() {
        return "CacheHint[" + options.use()
                + (options.expireAfterWrite() == null ? "" : ", expireAfterWrite " + options.expireAfterWrite())
                + (options.sessionScope() == null ? "" : ", sessionScope " + options.sessionScope()) + "]";
    }
}
