package dev.jooqcache.internal.transaction;

import java.sql.Connection;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The state of each physical session of one pool: how it was when it was first seen, or when it was last compared after
 * statements that may alter it. Thread-safe.
 *
 * <p>A read may be served without a connection only if every connection that the pool could hand out would answer alike. That
 * is so while all sessions that were seen and are still open have one state, and one of them is as the pool opened it, as those
 * that it opens next will be: what is served is then what that session, the witness, would answer. Once the last of them is
 * closed the pool's next session may have another state, as after {@code ALTER ROLE .. SET} or a failover, so it is looked at
 * first.
 *
 * <p>A data source that opens a connection at each call has no such session: it never hands out one that was seen.
 */
public final class SessionStates {

    private final boolean isPooled;
    private final Supplier<UnseenStatements> unseen;
    private final IdentityHashMap<Connection, Seen> states = new IdentityHashMap<>();
    private volatile @Nullable Witness witness;

    public SessionStates(boolean isPooled, Supplier<UnseenStatements> unseen) {
        this.isPooled = isPooled;
        this.unseen = unseen;
    }

    /** What the pool executes by itself, as it is configured now. */
    UnseenStatements unseen() {
        return unseen.get();
    }

    /** The state of a session, or {@code null} if it was not seen yet. */
    @Nullable
    SessionState of(Connection physical) {
        synchronized (states) {
            Seen seen = states.get(physical);
            return seen == null ? null : seen.last;
        }
    }

    /** Notes the state of a session. */
    void note(Connection physical, SessionState state) {
        synchronized (states) {
            Seen before = states.get(physical);
            states.put(physical, new Seen(before == null ? state : before.first, state));
            witness = elect();
        }
    }

    /**
     * The state that every session of the pool has.
     *
     * @return the state, or {@code null} if sessions differ or none is known to be open
     */
    @Nullable
    SessionState common() {
        if (!isPooled) return null;
        Witness seen = witness;
        if (seen != null && !PhysicalConnections.isClosed(seen.connection)) return seen.state;
        synchronized (states) {
            Witness elected = elect();
            witness = elected;
            return elected == null ? null : elected.state;
        }
    }

    /**
     * Chooses a session that stands for all: each has its state, and it is as it was when it was first seen. A session that
     * was altered tells nothing of those that the pool will open.
     */
    private @Nullable Witness elect() {
        states.keySet().removeIf(PhysicalConnections::isClosed);
        Witness elected = null;
        SessionState common = null;
        for (Map.Entry<Connection, Seen> session : states.entrySet()) {
            Seen seen = session.getValue();
            if (common != null && !common.isAlike(seen.last)) return null;
            common = seen.last;
            if (seen.first.isAlike(seen.last)) elected = new Witness(session.getKey(), seen.last);
        }
        return elected;
    }

    /**
     * What is known of one session.
     *
     * @param first its state when it was first seen
     * @param last its state when it was last asked
     */
    private record Seen(SessionState first, SessionState last) {}

    /**
     * A session that stands for all of its pool.
     *
     * @param connection the physical connection
     * @param state its state
     */
    private record Witness(Connection connection, SessionState state) {}
}
