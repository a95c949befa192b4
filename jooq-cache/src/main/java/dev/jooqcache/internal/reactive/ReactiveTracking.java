package dev.jooqcache.internal.reactive;

import dev.jooqcache.internal.jdbc.DataSources;
import dev.jooqcache.internal.reactive.ReactiveSession.Telling;
import dev.jooqcache.internal.transaction.UnplacedWrites;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactory;
import io.r2dbc.spi.Wrapped;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jooq.SQLDialect;
import org.jooq.tools.jdbc.JDBCUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All R2DBC connection factories of one cache, and the connections that they have given out. Thread-safe. */
public final class ReactiveTracking {

    private static final Logger LOG = LoggerFactory.getLogger("dev.jooqcache");
    private static final int MOST_WRAPPERS = 8;
    private static final String MARIADB = "org.mariadb.r2dbc.";

    /** Drivers whose {@code isAutoCommit()} is the server's word, also after BEGIN and COMMIT as SQL text. */
    private static final List<String> DRIVERS_THAT_TELL = List.of("io.r2dbc.h2.", "io.r2dbc.postgresql.", MARIADB);

    private final String cacheName;
    private final DataSources tracking;
    private final Map<SQLDialect, UnplacedWrites> writes = new ConcurrentHashMap<>();
    private final Map<Connection, ReactiveSession> sessions = Collections.synchronizedMap(new WeakHashMap<>());

    /**
     * Begins without factories.
     *
     * @param cacheName begins every log line
     * @param tracking announces what is written
     */
    public ReactiveTracking(String cacheName, DataSources tracking) {
        this.cacheName = cacheName;
        this.tracking = tracking;
    }

    boolean isOf(DataSources sources) {
        return tracking.equals(sources);
    }

    /**
     * Tracks a connection factory.
     *
     * @param factory any factory
     * @return a factory whose connections announce what they write
     */
    public ConnectionFactory track(ConnectionFactory factory) {
        if (factory instanceof TrackedConnectionFactory tracked && tracked.isOf(this)) return factory;
        return new TrackedConnectionFactory(
                factory, this, writes.computeIfAbsent(dialect(factory), tracking::unplacedWrites));
    }

    private static SQLDialect dialect(ConnectionFactory factory) {
        try {
            return JDBCUtils.dialect(factory);
        } catch (RuntimeException | LinkageError e) {
            return SQLDialect.DEFAULT;
        }
    }

    /** The driver's own connection, as far as its wrappers tell; or the handle of one that is followed already. */
    private Connection physical(Connection connection) {
        Connection inner = connection;
        for (int i = 0; i < MOST_WRAPPERS; i++) {
            if (inner instanceof ReactiveConnection followed) {
                if (followed.isOf(this)) return inner;
                inner = followed.delegate();
                continue;
            }
            if (!(inner instanceof Wrapped<?> wrapper)) return inner;
            if (!(wrapper.unwrap() instanceof Connection next)) return inner;
            inner = next;
        }
        return inner;
    }

    /** Follows a connection that a factory gives out, unless it is followed already. */
    Connection follow(Connection connection, TrackedConnectionFactory factory) {
        Connection physical = physical(connection);
        if (physical instanceof ReactiveConnection) return connection;
        String driver = physical.getClass().getName();
        Telling telling = DRIVERS_THAT_TELL.stream().noneMatch(driver::startsWith)
                ? Telling.CALLS
                : driver.startsWith(MARIADB) ? Telling.SUCCESSES : Telling.EVERYTHING;
        ReactiveSession session =
                sessions.computeIfAbsent(physical, unknown -> new ReactiveSession(factory.writes(), telling));
        session.opened(connection);
        return new ReactiveConnection(connection, physical, session, factory);
    }

    /** The application gets at the driver's own connection. */
    void exposed(ReactiveSession session) {
        if (session.exposed())
            LOG.warn(
                    "{}: an R2DBC connection was unwrapped, so writes on it cannot be seen; nothing is cached until it is closed"
                            + " (use an untracked ConnectionFactory for such work, and invalidate(..) after it)",
                    cacheName);
    }
}
