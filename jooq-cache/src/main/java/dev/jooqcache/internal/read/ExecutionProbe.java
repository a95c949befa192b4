package dev.jooqcache.internal.read;

import dev.jooqcache.internal.key.JooqInternals;
import dev.jooqcache.spi.Fingerprint;
import java.util.List;
import org.jooq.Param;
import org.jspecify.annotations.Nullable;

/**
 * What one thread sees of an execution through jOOQ, in order to ask the cache without jOOQ the next time. Used by that
 * thread only, which it is bound to while it is open.
 */
public final class ExecutionProbe implements AutoCloseable {

    private static final ThreadLocal<@Nullable ExecutionProbe> CURRENT = new ThreadLocal<>();

    private final CacheEngine engine;
    private final @Nullable ExecutionProbe outer;
    private int questions;
    private int answers;
    private int maximumRows;
    private @Nullable Seen seen;

    /** Begins to watch. */
    public ExecutionProbe(CacheEngine engine) {
        this.engine = engine;
        this.outer = CURRENT.get();
        CURRENT.set(this);
    }

    /**
     * An execution.
     *
     * @param fingerprint what the cache was asked for
     * @param params the bind values in the order of their markers
     */
    public record Seen(Fingerprint fingerprint, List<? extends Param<?>> params) {}

    /** The cache is asked for a query. */
    static void asked(CacheEngine engine, Fingerprint fingerprint, List<? extends Param<?>> params) {
        ExecutionProbe watch = CURRENT.get();
        if (watch == null || watch.engine != engine) return;
        watch.questions++;
        watch.seen = new Seen(fingerprint, params);
    }

    /** That query is answered by the cache, or for it, by up to so many rows; 0 means all. */
    static void answered(CacheEngine engine, int maximumRows) {
        ExecutionProbe watch = CURRENT.get();
        if (watch == null || watch.engine != engine) return;
        watch.answers++;
        watch.maximumRows = maximumRows;
    }

    /** What was executed: {@code null} unless it was exactly one query, all of whose rows were read. */
    @Nullable
    public Seen seen() {
        return questions == 1 && answers == 1 && maximumRows == 0 && JooqInternals.knowsParams() ? seen : null;
    }

    @Override
    public void close() {
        if (outer == null) CURRENT.remove();
        else CURRENT.set(outer);
    }
}
