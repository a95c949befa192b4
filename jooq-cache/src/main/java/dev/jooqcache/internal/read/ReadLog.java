package dev.jooqcache.internal.read;

import dev.jooqcache.BypassReason;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One line at DEBUG for each read. Bind values are never logged. */
final class ReadLog {

    private static final Logger LOG = LoggerFactory.getLogger("dev.jooqcache.decision");

    private ReadLog() {}

    static void hit(CacheEngine engine, @Nullable String sql, Object tables) {
        if (LOG.isDebugEnabled()) LOG.debug("{}: hit: {} reads {}", engine.settings.name(), sql, tables);
    }

    static void stored(CacheEngine engine, @Nullable String sql, Object tables) {
        if (LOG.isDebugEnabled()) LOG.debug("{}: miss: {} reads {}", engine.settings.name(), sql, tables);
    }

    static void executed(CacheEngine engine, @Nullable String sql, BypassReason reason, String detail) {
        if (LOG.isDebugEnabled())
            LOG.debug(
                    "{}: bypass: {} ({}{}): {}",
                    engine.settings.name(),
                    reason,
                    reason.description(),
                    detail.isEmpty() ? "" : ": " + detail,
                    sql);
    }
}
