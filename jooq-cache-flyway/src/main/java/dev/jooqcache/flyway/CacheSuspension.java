package dev.jooqcache.flyway;

import dev.jooqcache.QueryCache;
import java.util.EnumSet;
import java.util.Set;
import org.flywaydb.core.api.callback.Callback;
import org.flywaydb.core.api.callback.Context;
import org.flywaydb.core.api.callback.Event;
import org.jspecify.annotations.Nullable;

/**
 * Suspends a cache while Flyway changes the database: nothing is served or stored from before the first migration until
 * after the last commit; then everything is invalidated, and the schema is inspected anew. So it does not matter whether
 * Flyway's connections are tracked.
 *
 * <pre>{@code
 * Flyway.configure().dataSource(pool).callbacks(new CacheSuspension(cache)).load().migrate();
 * }</pre>
 *
 * <p>If a run ends without any word to its callbacks, the cache stays suspended until the next one ends. Thread-safe.
 */
public final class CacheSuspension implements Callback {

    private static final Set<Event> BEGIN = EnumSet.of(Event.BEFORE_MIGRATE, Event.BEFORE_CLEAN, Event.BEFORE_UNDO);

    private static final Set<Event> END = EnumSet.of(
            Event.AFTER_MIGRATE,
            Event.AFTER_MIGRATE_ERROR,
            Event.AFTER_CLEAN,
            Event.AFTER_CLEAN_ERROR,
            Event.AFTER_UNDO,
            Event.AFTER_UNDO_ERROR);

    private final QueryCache cache;
    private QueryCache.@Nullable Suspension suspension;

    /**
     * A callback for one cache.
     *
     * @param cache the cache over the database that is migrated
     */
    public CacheSuspension(QueryCache cache) {
        this.cache = cache;
    }

    @Override
    public boolean supports(Event event, Context context) {
        return BEGIN.contains(event) || END.contains(event);
    }

    @Override
    public boolean canHandleInTransaction(Event event, Context context) {
        return true;
    }

    @Override
    public synchronized void handle(Event event, Context context) {
        QueryCache.Suspension current = suspension;
        if (BEGIN.contains(event)) {
            if (current == null) suspension = cache.suspend();
        } else if (current != null) {
            suspension = null;
            current.close();
        }
    }

    @Override
    public String getCallbackName() {
        return "jooq-cache";
    }
}
