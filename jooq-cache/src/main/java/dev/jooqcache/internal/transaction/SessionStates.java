package dev.jooqcache.internal.transaction;

import java.sql.Connection;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The state of each physical session of one pool: how it was when it was first seen, or when it was last compared after
 * statements that may alter it. Thread-safe.
 *
 * <p>A read may be served without a connection only if every connection that the pool could hand out would answer alike. That
 * is so while all sessions that were seen and are still open have one state, and at least one of them is open: what is served
 * is then what that session would answer; one of them must be as the pool opened it, as those that it opens next will be. Once
 * the last of them is closed the pool's next session may have another state, as
 * after {@code ALTER ROLE .. SET} or a failover, so it is looked at first.
 *
 * <p>Of a data source that opens a connection at each call none stays open; its sessions are taken to be alike until the
 * schema is changed, which any statement that alters a role or the database counts as.
 */
final class SessionStates {

    private final boolean isPooled;
    private final LongSupplier schemaVersion;
    private final IdentityHashMap<Connection, Seen> states = new IdentityHashMap<>();
    private volatile @Nullable Witness witness;

    SessionStates(boolean isPooled, LongSupplier schemaVersion) {
        this.isPooled = isPooled;
        this.schemaVersion = schemaVersion;
    }

    /** The state of a session, or {@code null} if it was not seen yet. */
    @Nullable
    SessionState of(Connection physical) {
        synchronized (states) {
            Seen seen = states.get(physical);
            return seen == null ? null : seen.last;
        }
    }

    /**
     * Notes the state of a session.
     *
     * @param version the version of the schemas before it was asked
     */
    void note(Connection physical, SessionState state, long version) {
        synchronized (states) {
            Seen before = states.get(physical);
            states.put(physical, new Seen(before == null ? state : before.first, state));
            elect(version);
        }
    }

    /**
     * The state that every session of the pool has.
     *
     * @return the state, or {@code null} if sessions differ or none is known to be open
     */
    @Nullable
    SessionState common() {
        Witness seen = witness;
        if (seen != null && isValid(seen)) return seen.state;
        // Without a session there is nothing to elect, and the next check-out notes one.
        synchronized (states) {
            if (states.isEmpty()) return null;
            elect(seen == null ? -1 : seen.version);
            Witness elected = witness;
            return elected == null || !isValid(elected) ? null : elected.state;
        }
    }

    private boolean isValid(Witness seen) {
        return isPooled ? !PhysicalConnections.isClosed(seen.connection) : seen.version == schemaVersion.getAsLong();
    }

    /**
     * Chooses a session that stands for all: each has its state, and it is as it was when it was first seen. A session that
     * was altered tells nothing of those that the pool will open.
     */
    private void elect(long version) {
        states.keySet().removeIf(PhysicalConnections::isClosed);
        // What was known of an unpooled data source outlives its connection.
        if (states.isEmpty() && !isPooled) return;
        Witness elected = null;
        String common = null;
        for (Map.Entry<Connection, Seen> session : states.entrySet()) {
            Seen seen = session.getValue();
            if (common != null && !common.equals(seen.last.digest())) {
                witness = null;
                return;
            }
            common = seen.last.digest();
            if (seen.isAsAtFirst()) elected = new Witness(session.getKey(), seen.last, version);
        }
        witness = elected;
    }

    /**
     * What is known of one session.
     *
     * @param first its state when it was first seen
     * @param last its state when it was last asked
     */
    private record Seen(SessionState first, SessionState last) {
        boolean isAsAtFirst() {
            return first.digest().equals(last.digest());
        }
    }

    /**
     * A session that stands for all of its pool.
     *
     * @param connection the physical connection
     * @param state its state
     * @param version the version of the schemas before the state was noted
     */
    private record Witness(Connection connection, SessionState state, long version) {}
}
