package dev.jooqcache.internal.transaction;

import java.sql.Connection;
import java.util.EnumSet;
import java.util.IdentityHashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;

/**
 * Tells in the log when reads on a physical session are no longer cached, and when they are again. A session that changes to
 * and fro, as some applications make them do in each transaction, is told of once for each reason; later at DEBUG. Thread-safe;
 * while all sessions are cached it takes no lock.
 */
final class UncachedSessions {

    private final IdentityHashMap<Object, Told> sessions = new IdentityHashMap<>();
    private volatile boolean empty = true;

    /**
     * How a session was found outside a transaction of the user's.
     *
     * @param source the data source that it was used through
     * @param raw the connection
     * @param obstacle why reads on it are not cached, or {@code null} if they are
     */
    void found(TrackedSource source, Connection raw, @Nullable Obstacle obstacle) {
        if (empty && obstacle == null) return;
        Level level = note(source, PhysicalConnections.physical(raw), obstacle);
        if (level == null) return;
        if (obstacle == null) source.log(level, "reads on a session of data source {} are cached again");
        else source.log(level, obstacle.message);
    }

    /** How loudly the news is told; {@code null} if it is none. */
    private @Nullable Level note(TrackedSource source, Connection physical, @Nullable Obstacle obstacle) {
        // A session that its handle hides is another one at each check-out.
        Object key = PhysicalConnections.isDriversOwn(physical) ? physical : source;
        synchronized (sessions) {
            sessions.keySet().removeIf(each -> each instanceof Connection one && PhysicalConnections.isClosed(one));
            empty = sessions.isEmpty();
            if (obstacle == null && !sessions.containsKey(key)) return null;
            Told told = sessions.computeIfAbsent(key, first -> new Told());
            empty = false;
            if (told.now == obstacle) return null;
            boolean isNew = obstacle == null ? told.isLoud : told.before.add(obstacle);
            told.now = obstacle;
            told.isLoud = isNew;
            if (!isNew) return Level.DEBUG;
            return obstacle == null ? Level.INFO : Level.WARN;
        }
    }

    /** Why reads on a session are not cached. */
    enum Obstacle {
        OWN_ROWS(
                "has temporary tables or sql_auto_is_null, so reads on it are not cached until that has ended or it is closed"),
        SETTINGS(
                "has settings of its own, which the database does not tell in full, so reads on it are not cached until"
                        + " it is closed"),
        CODE("has run code of unknown effect, and does not tell in full how that has left it, so reads on it are not"
                + " cached until it does or is closed"),
        TRANSACTION(
                "may be within a transaction that SQL has begun, so reads on it are not cached until the end of that is"
                        + " seen or it is closed"),
        SNAPSHOT(
                "was given back within a transaction, whose snapshot is perhaps old, so reads on it are not cached until"
                        + " its end is seen or it is closed"),
        EXPOSED("was unwrapped, so writes on it cannot be seen; nothing is cached until the connection is given back"
                + " (use an untracked DataSource for such work, and invalidate(..) after it)");

        private final String message;

        Obstacle(String message) {
            this.message = "a session of data source {} " + message;
        }
    }

    /** What was told of a session. */
    private static final class Told {
        private final Set<Obstacle> before = EnumSet.noneOf(Obstacle.class);
        private @Nullable Obstacle now;
        private boolean isLoud;
    }
}
