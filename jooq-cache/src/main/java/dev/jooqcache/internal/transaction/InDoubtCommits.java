package dev.jooqcache.internal.transaction;

import dev.jooqcache.internal.transaction.SchemaVersions.WriteIntent;
import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits whose outcome is unknown: {@code commit()} threw, and the server may still be finishing it.
 *
 * <p>Their intents stand until the outcome is final, then the tags are bumped (rule P11). It is final when
 *
 * <ol>
 *   <li>the same session answers once more, as a session executes its commands in their order; or
 *   <li>PostgreSQL, asked on another connection, no longer lists the session's process; or
 *   <li>where no connection can be asked, or none answers for that server and its process ids, the quarantine has passed.
 * </ol>
 *
 * <p>A branch of a global transaction can outlive its session, prepared. It is final when, after that, none is prepared
 * any more of those that the database held prepared.
 *
 * <p>A daemon thread looks once a second, only while there is something to look at. Thread-safe.
 */
public final class InDoubtCommits implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger("dev.jooqcache");
    private static final int VALID_SECONDS = 2;

    /**
     * Which process this is, whether this is where commits happen, and whether a process is gone. Behind a proxy, as
     * PgBouncer is one, drivers are told other numbers than the server's, for this connection as for the doubtful one.
     */
    private static final String PROCESSES = """
            select pg_backend_pid(), not pg_is_in_recovery(), not exists (select from pg_stat_activity where pid = ?)""";

    /** The same, and whether a process is between two transactions. */
    private static final String SESSIONS = """
            select pg_backend_pid(), not pg_is_in_recovery(),
              coalesce((select state = 'idle' from pg_stat_activity where pid = ?), true)""";

    private static final int SOON_MILLIS = 5;

    private final String cacheName;
    private final Duration quarantine;
    private final Set<Doubt> doubts = ConcurrentHashMap.newKeySet();
    private final Set<KnownConnections> watched = ConcurrentHashMap.newKeySet();
    private @Nullable ScheduledExecutorService ticker;

    /**
     * Makes an empty collection.
     *
     * @param cacheName begins every log line
     * @param quarantine how long an outcome stays in doubt if no connection can be asked for it
     */
    public InDoubtCommits(String cacheName, Duration quarantine) {
        this.cacheName = cacheName;
        this.quarantine = quarantine;
    }

    void add(WriteIntent write, Connection raw, Connection physical, @Nullable Asker asker) {
        if (write.tags().isEmpty()) return;
        if (answers(raw)) {
            write.committed();
            return;
        }
        Doubt doubt = doubt(write, physical, asker);
        LOG.warn(
                "{}: the outcome of a commit is unknown; {} will not be cached until {}",
                cacheName,
                write.tags(),
                doubt.canAskForProcess()
                        ? "the server has ended process " + doubt.process
                        : quarantine + " have passed");
        doubts.add(doubt);
        start();
    }

    /**
     * The outcome of a write is unknown that was not made through JDBC.
     *
     * @param isEnded tells whether its transaction has ended, or {@code null} if nothing can tell it before the quarantine
     *     has passed
     */
    void addUnplaced(WriteIntent write, @Nullable BooleanSupplier isEnded) {
        if (write.isEmpty() || write.isEnded()) return;
        if (isEnded == null && !write.tags().isEmpty())
            LOG.warn(
                    "{}: the outcome of a write through R2DBC is unknown; {} will not be cached until its connection"
                            + " answers again, or {} have passed",
                    cacheName,
                    write.tags(),
                    quarantine);
        doubts.add(new Doubt(write, null, 0, First.PROCESS_ENDED, Prepared.NEVER, isEnded));
        start();
    }

    /** A connection was closed on which others may have been committing: the server may still be at it. */
    void addClosed(WriteIntent write, Connection physical, @Nullable Asker asker) {
        doubts.add(doubt(write, physical, asker));
        start();
    }

    private static Doubt doubt(WriteIntent write, Connection physical, @Nullable Asker asker) {
        return new Doubt(write, asker, postgresProcess(physical), First.PROCESS_ENDED, Prepared.NEVER);
    }

    /**
     * A branch of a global transaction is perhaps not final: it may be prepared, or its commit under way.
     *
     * @param first what must be seen before it can be asked whether it is prepared
     */
    void addBranch(WriteIntent write, Connection physical, @Nullable Asker asker, First first) {
        if (write.tags().isEmpty()) return;
        First needed = isInProcess(physical) ? First.NOTHING : first;
        doubts.add(new Doubt(write, asker, postgresProcess(physical), needed, Prepared.PERHAPS));
        start();
        soon();
    }

    /** Most branches are found final at the first look, so it does not wait for the next second. */
    private synchronized void soon() {
        if (ticker != null) {
            var unused = ticker.schedule(this::tick, SOON_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /** Returns whether the database is in this process, so that nothing goes on in it when the connection is closed. */
    static boolean isInProcess(Connection physical) {
        String driver = physical.getClass().getName();
        return driver.startsWith("org.h2.") || driver.startsWith("org.sqlite.");
    }

    /** Looks after unended writes until there are none. */
    void watch(KnownConnections connections) {
        watched.add(connections);
        start();
    }

    private static boolean answers(Connection raw) {
        try {
            return !raw.isClosed() && raw.isValid(VALID_SECONDS);
        } catch (SQLException | RuntimeException | LinkageError e) {
            return false;
        }
    }

    /** The process id that pgjdbc keeps locally, or 0; asked by reflection, as the driver need not be there. */
    private static int postgresProcess(Connection physical) {
        try {
            Method pid = physical.getClass().getMethod("getBackendPID");
            return (Integer) pid.invoke(physical);
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            return 0;
        }
    }

    private synchronized void start() {
        if (ticker != null) return;
        ScheduledExecutorService started = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, cacheName + "-doubts");
            thread.setDaemon(true);
            return thread;
        });
        var unused = started.scheduleWithFixedDelay(this::tick, 1, 1, TimeUnit.SECONDS);
        ticker = started;
    }

    private synchronized void stopIfIdle() {
        if (ticker == null || !doubts.isEmpty() || !watched.isEmpty()) return;
        ticker.shutdown();
        ticker = null;
    }

    private void tick() {
        try {
            // Asking the database takes its time; a thread that adds a doubt must not wait for it.
            Map<Asker, Set<String>> prepared = new HashMap<>();
            for (Doubt doubt : List.copyOf(doubts)) {
                if (!isOverOrQuarantined(doubt, prepared)) continue;
                doubt.write.committed();
                doubts.remove(doubt);
            }
            for (KnownConnections connections : List.copyOf(watched)) {
                if (connections.sweep()) continue;
                watched.remove(connections);
                // Something may have been marked between the sweep and the removal.
                if (connections.isAnyStanding()) watched.add(connections);
            }
            stopIfIdle();
        } catch (RuntimeException e) {
            LOG.warn("{}: looking after unfinished commits failed; it goes on in a second", cacheName, e);
        }
    }

    /** A pool that is closed, or code of the user's that throws, delays nothing but its own doubts. */
    private boolean isOverOrQuarantined(Doubt doubt, Map<Asker, Set<String>> prepared) {
        try {
            return isOver(doubt, prepared);
        } catch (RuntimeException | LinkageError e) {
            LOG.debug("{}: cannot ask for the outcome of a commit", cacheName, e);
            return false;
        }
    }

    private boolean isOver(Doubt doubt, Map<Asker, Set<String>> prepared) {
        if (doubt.write.isEnded()) return true;
        if (!doubt.firstSeen) doubt.firstSeen = isFirstSeen(doubt);
        return doubt.firstSeen && (doubt.prepared == Prepared.NEVER || isNonePrepared(doubt, prepared));
    }

    /** Asked once in a round: all doubts were there before it began. */
    private boolean isNonePrepared(Doubt doubt, Map<Asker, Set<String>> prepared) {
        Asker asker = doubt.asker;
        if (asker == null) return isQuarantineOver(doubt);
        Set<String> now = prepared.get(asker);
        if (now == null) {
            try (Connection connection = asker.connection()) {
                if (connection == null) return isQuarantineOver(doubt);
                now = PreparedTransactions.of(connection);
            } catch (SQLException e) {
                // The privilege for that is seldom granted on MySQL.
                LOG.debug("{}: cannot ask what is prepared", cacheName, e);
                return isQuarantineOver(doubt);
            }
            prepared.put(asker, now);
        }
        if (doubt.awaited == null) {
            doubt.awaited = new HashSet<>(now);
            if (!now.isEmpty())
                LOG.info("{}: {} will not be cached while these are prepared: {}", cacheName, doubt.write.tags(), now);
        }
        doubt.awaited.retainAll(now);
        return doubt.awaited.isEmpty();
    }

    private boolean isFirstSeen(Doubt doubt) {
        if (doubt.first == First.NOTHING) return true;
        BooleanSupplier isEnded = doubt.isEnded;
        if (isEnded != null && Question.answer(isEnded::getAsBoolean, false)) return true;
        Asker asker = doubt.asker;
        if (asker == null || !doubt.canAskForProcess()) return isQuarantineOver(doubt);
        String question = doubt.first == First.PROCESS_ENDED ? PROCESSES : SESSIONS;
        try (Connection connection = asker.connection()) {
            return connection == null ? isQuarantineOver(doubt) : isFirstSeen(doubt, connection, question);
        } catch (SQLException e) {
            return false;
        }
    }

    private boolean isFirstSeen(Doubt doubt, Connection connection, String question) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(question)) {
            statement.setInt(1, doubt.process);
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                boolean known = rows.getInt(1) == postgresProcess(PhysicalConnections.physical(connection));
                boolean primary = rows.getBoolean(2);
                return (known && primary) ? rows.getBoolean(3) : isQuarantineOver(doubt);
            }
        }
    }

    private boolean isQuarantineOver(Doubt doubt) {
        return System.nanoTime() - doubt.since >= quarantine.toNanos();
    }

    @Override
    public synchronized void close() {
        if (ticker != null) ticker.shutdownNow();
        ticker = null;
    }

    /** Gives connections on which a database can be asked. */
    @FunctionalInterface
    public interface Asker {

        /**
         * Opens an untracked connection.
         *
         * @return a connection that the caller closes, or {@code null} if none leads to that database any more
         * @throws SQLException if none can be had now
         */
        @Nullable
        Connection connection() throws SQLException;
    }

    /** What must be seen before anything else can be told. */
    enum First {
        /** Nothing: the session has left the transaction. */
        NOTHING,
        /** The session is between two transactions. */
        SESSION_IDLE,
        /** The session has ended. */
        PROCESS_ENDED
    }

    /** Whether a transaction can have been prepared. */
    private enum Prepared {
        NEVER,
        PERHAPS
    }

    private static final class Doubt {
        final WriteIntent write;
        final long since = System.nanoTime();
        final @Nullable Asker asker;
        final int process;
        final First first;
        final Prepared prepared;
        final @Nullable BooleanSupplier isEnded;
        boolean firstSeen;
        /** Those of the prepared transactions that have not ended yet. */
        @Nullable
        Set<String> awaited;

        Doubt(WriteIntent write, @Nullable Asker asker, int process, First first, Prepared prepared) {
            this(write, asker, process, first, prepared, null);
        }

        Doubt(
                WriteIntent write,
                @Nullable Asker asker,
                int process,
                First first,
                Prepared prepared,
                @Nullable BooleanSupplier isEnded) {
            this.isEnded = isEnded;
            this.write = write;
            this.asker = asker;
            this.process = process;
            this.first = first;
            this.prepared = prepared;
        }

        boolean canAskForProcess() {
            return asker != null && process > 0;
        }
    }
}
