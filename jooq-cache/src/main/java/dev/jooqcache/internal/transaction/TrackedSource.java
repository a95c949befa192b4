package dev.jooqcache.internal.transaction;

import dev.jooqcache.internal.generation.Generations;
import dev.jooqcache.internal.transaction.SchemaWatch.Change;
import dev.jooqcache.internal.transaction.SchemaWatch.PendingWrite;
import dev.jooqcache.spi.Tags;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jooq.SQLDialect;
import org.jooq.tools.jdbc.BatchedConnection;
import org.jooq.tools.jdbc.JDBCUtils;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the cache knows of one data source: its dialect and default isolation, the transactions that are open on it, and
 * the writes whose end it has not seen. Thread-safe.
 */
public final class TrackedSource {

    private static final Logger LOG = LoggerFactory.getLogger("dev.jooqcache");

    /** How long a read waits for another one that asks the catalog; then it goes to the database uncached. */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(1);

    private static final Duration INSPECTION_BACKOFF = Duration.ofSeconds(5);

    private final String cacheName;
    private final String name;
    private final Generations generations;
    private final Effects effects;
    private final CommitDoubts doubts;
    private final KnownConnections connections;
    private final SchemaWatch schemas;
    private final Returning returning;
    private final Enlisting enlisting;
    private final CommitDoubts.@Nullable Asker asker;

    private final Set<Session> open = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean inspectingApart = new AtomicBoolean();
    private volatile boolean usuallyInAutoCommit;
    private volatile boolean anyIsolation;
    private volatile int defaultIsolation = Session.UNKNOWN_ISOLATION;
    private volatile @Nullable SQLDialect dialect;
    private volatile boolean inspected;
    private volatile long nextInspection = System.nanoTime();
    private final ReentrantLock inspecting = new ReentrantLock();
    private volatile @Nullable Set<String> inDoubt;
    private volatile @Nullable String sessionState;
    private volatile @Nullable Object schema;

    TrackedSource(
            String cacheName,
            String name,
            Generations generations,
            Effects effects,
            CommitDoubts doubts,
            KnownConnections connections,
            SchemaWatch schemas,
            Returning returning,
            Enlisting enlisting,
            CommitDoubts.@Nullable Asker asker) {
        this.cacheName = cacheName;
        this.name = name;
        this.generations = generations;
        this.effects = effects;
        this.doubts = doubts;
        this.connections = connections;
        this.schemas = schemas;
        this.returning = returning;
        this.enlisting = enlisting;
        this.asker = asker != null && enlisting == Enlisting.POSSIBLE ? connections.globals.asker(asker) : asker;
    }

    /**
     * The name of the data source within the cache, a part of every fingerprint.
     *
     * @return the name
     */
    public String name() {
        return name;
    }

    Generations generations() {
        return generations;
    }

    SchemaWatch schemas() {
        return schemas;
    }

    Effects effects() {
        return effects;
    }

    /**
     * The dialect that the JDBC URL tells.
     *
     * @return the dialect, {@link SQLDialect#DEFAULT} before the first connection
     */
    public SQLDialect dialect() {
        SQLDialect known = dialect;
        return known == null ? SQLDialect.DEFAULT : known;
    }

    /**
     * Whether no transaction is open on any tracked connection of this data source.
     *
     * @return whether a new statement is certainly outside a transaction
     */
    public boolean isQuiet() {
        return open.isEmpty();
    }

    /**
     * Whether a fresh connection would certainly be one that reads as every other: autocommit, READ COMMITTED or a
     * snapshot level, with an unchanged session.
     *
     * @return whether a read outside a transaction may be served without looking at a connection
     */
    public boolean isUniform() {
        return inspected
                && connections.altered.isEmpty()
                && connections.suspect.isEmpty()
                && connections.leftOpen.isEmpty()
                && !anyIsolation
                && (defaultIsolation == Connection.TRANSACTION_READ_COMMITTED
                        || defaultIsolation == Connection.TRANSACTION_REPEATABLE_READ
                        || defaultIsolation == Session.TRANSACTION_SNAPSHOT_H2);
    }

    /** Whether the connections may take part in global transactions. */
    boolean mayEnlist() {
        return enlisting == Enlisting.POSSIBLE;
    }

    /** Whether a connection was seen in autocommit where no global transaction was. */
    boolean isUsuallyInAutoCommit() {
        return usuallyInAutoCommit;
    }

    /** Asks the catalog on another connection, in another thread: this one is in a global transaction. */
    void inspectApart() {
        CommitDoubts.Asker pool = asker;
        if (pool == null || System.nanoTime() - nextInspection < 0) return;
        if (!inspectingApart.compareAndSet(false, true)) return;
        Thread thread = new Thread(() -> inspectApart(pool), cacheName + "-catalog");
        thread.setDaemon(true);
        thread.start();
    }

    private void inspectApart(CommitDoubts.Asker pool) {
        try (Connection connection = pool.connection()) {
            inspect(connection);
        } catch (SQLException | RuntimeException e) {
            nextInspection = System.nanoTime() + INSPECTION_BACKOFF.toNanos();
            LOG.warn("{}: cannot get a connection of {} to read its catalog", cacheName, name, e);
        } finally {
            inspectingApart.set(false);
        }
    }

    /** Whether this thread is in a global transaction, in which the connections may take part. */
    boolean isInGlobalTransaction() {
        return mayEnlist() && connections.globals.isActive();
    }

    /** The global transaction of this thread, if the connections may take part in it. */
    @Nullable
    GlobalTransaction globalTransaction() {
        return mayEnlist() ? connections.globals.current() : null;
    }

    void opened(Session session) {
        open.add(session);
    }

    void closed(Session session) {
        open.remove(session);
    }

    /**
     * Begins a session on a connection just taken.
     *
     * @param raw the connection
     * @param origin whether every use of the connection from here to its return is seen
     */
    Session session(Connection raw, Origin origin) throws SQLException {
        boolean autoCommit = raw.getAutoCommit()
                && !(mayEnlist() && OpenTransactions.isSeenByServer(PhysicalConnections.physical(raw)));
        if (autoCommit && !isInGlobalTransaction()) usuallyInAutoCommit = true;
        // What a batched connection has collected is sent later, past the session that collected it.
        boolean uncertain = raw instanceof BatchedConnection || connections.uncertain.contains(raw);
        if (autoCommit && !uncertain) connections.seenOutside(raw);
        if (dialect == null) dialect = JDBCUtils.dialect(raw);
        if (origin == Origin.SHARED)
            return new Session(
                    this, raw, autoCommit, !autoCommit, uncertain, false, Session.UNKNOWN_ISOLATION, List.of());
        if (defaultIsolation == Session.UNKNOWN_ISOLATION) defaultIsolation = raw.getTransactionIsolation();
        int isolation = anyIsolation ? Session.UNKNOWN_ISOLATION : defaultIsolation;
        List<PendingWrite> leftOver = connections.take(raw);
        boolean begun = connections.leftOpen.contains(raw);
        if (!inspected && leftOver.isEmpty() && !begun && !autoCommit && !isInGlobalTransaction()) {
            // A pool that hands out connections with autocommit off: this one has not begun a transaction yet.
            inspect(raw);
            raw.rollback();
        }
        return new Session(this, raw, autoCommit, false, uncertain, begun, isolation, leftOver);
    }

    /**
     * Whether the schema is known, as far as it can be.
     *
     * @return whether the catalog was asked since the last DDL
     */
    public boolean isInspected() {
        return inspected;
    }

    /**
     * Asks the catalog. Does nothing while somebody else is at it for long, or while a transaction is changing the schema,
     * for whose locks the catalog might have to wait.
     */
    void inspect(Connection raw) {
        if (connections.isEverythingStanding() || open.stream().anyMatch(Session::isChangingSchema)) return;
        try {
            if (!inspecting.tryLock(LONGEST_WAIT.toMillis(), TimeUnit.MILLISECONDS)) return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        try {
            if (inspected || System.nanoTime() - nextInspection < 0) return;
            if (isAnyInDoubt(raw)) {
                nextInspection = System.nanoTime() + INSPECTION_BACKOFF.toNanos();
                return;
            }
            long version = schemas.version();
            BooleanSupplier publish = effects.inspect(this, raw);
            if (effects.asksCatalog(this)) noteState(raw);
            if (publish == null) {
                nextInspection = System.nanoTime() + INSPECTION_BACKOFF.toNanos();
                return;
            }
            schemas.publish(version, () -> {
                if (publish.getAsBoolean()) inspected = true;
                else schemas.changed();
            });
        } finally {
            inspecting.unlock();
        }
    }

    /**
     * Whether the database still holds a transaction that it held prepared when it was first asked. What the transaction
     * has written is not known, and its end will not be seen: its manager was perhaps this application before a crash.
     */
    private boolean isAnyInDoubt(Connection raw) {
        Set<String> before = inDoubt;
        if (before != null && before.isEmpty()) return false;
        Set<String> left;
        try {
            left = PreparedTransactions.of(raw);
        } catch (SQLException | RuntimeException e) {
            LOG.info(
                    "{}: cannot ask {} whether it holds prepared transactions; it is taken for none",
                    cacheName,
                    name,
                    e);
            left = Set.of();
        }
        if (before != null) left.retainAll(before);
        else if (!left.isEmpty())
            LOG.warn(
                    "{}: {} holds prepared transactions, which may be committed at any time; nothing of it is cached until"
                            + " these are ended: {}",
                    cacheName,
                    name,
                    left);
        inDoubt = left;
        return !left.isEmpty();
    }

    /**
     * What {@link Effects} knows of the schema, for its own use.
     *
     * @param whose the one that asks
     * @return what was last set, or {@code null}, also if the data source belongs to another cache
     */
    public @Nullable Object schema(Effects whose) {
        return whose.equals(effects) ? schema : null;
    }

    /**
     * Keeps what {@link Effects} knows of the schema.
     *
     * @param known anything, or {@code null} if nothing is known
     */
    public void setSchema(@Nullable Object known) {
        schema = known;
    }

    private static List<String> difference(String expected, @Nullable String actual) {
        List<String> lines = new ArrayList<>(List.of(String.valueOf(actual).split("\n")));
        lines.removeAll(List.of(expected.split("\n")));
        return lines;
    }

    /** What was known of the schema is out of date, or may be. */
    void forgetSchema() {
        inspected = false;
        effects.forget(this);
    }

    private @Nullable String stateOf(Connection raw) {
        try {
            return SessionState.describe(raw, dialect());
        } catch (SQLException | RuntimeException e) {
            LOG.debug("{}: cannot ask for the state of a session of {}", cacheName, name, e);
            return null;
        }
    }

    /** Code of unknown effect is about to run on the connection, and may alter the session. */
    void suspect(Connection raw) {
        connections.suspect.add(raw);
    }

    boolean isSuspect(Connection raw) {
        return connections.suspect.contains(raw);
    }

    /** Whether code of unknown effect has run on some connection. */
    boolean hasSuspects() {
        return !connections.suspect.isEmpty();
    }

    /** Notes how a session is that nobody has altered, if that is not known yet. To be called outside a transaction. */
    void noteState(Connection raw) {
        if (sessionState == null && !isAltered(raw) && !isSuspect(raw)) sessionState = stateOf(raw);
    }

    /**
     * Finds out whether code of unknown effect has left the session as it was; not before another session has shown how
     * that is. To be called outside a transaction.
     */
    void verify(Connection raw) {
        if (!hasSuspects()) return;
        noteState(raw);
        String expected = sessionState;
        if (expected == null || !isSuspect(raw)) return;
        String actual = stateOf(raw);
        // It may be busy or broken; then it stays suspect.
        if (actual == null) return;
        if (!expected.equals(actual)) {
            LOG.debug("{}: code has altered a session of {}: {}", cacheName, name, difference(expected, actual));
            altered(raw);
        }
        connections.suspect.remove(raw);
    }

    void isolationVaries() {
        anyIsolation = true;
    }

    void altered(Connection raw) {
        connections.altered.add(raw);
    }

    boolean isAltered(Connection raw) {
        return connections.altered.contains(raw);
    }

    /** Whether a transaction is open on the connection cannot be known from here on. */
    void uncertain(Connection raw) {
        connections.uncertain.add(raw);
    }

    /** Marks what a transaction wrote whose end will not be seen by its session. */
    void stand(Connection raw, Tags tags, long analysedAt, Change change) {
        connections.stand(raw, tags, analysedAt, change);
    }

    /** Marks what a transaction writes that was begun, and will be ended, where nobody sees it. */
    void standUntilOthersEnd(Connection raw, Tags tags, long analysedAt, Change change) {
        connections.standUntilOthersEnd(raw, tags, analysedAt, change, asker);
    }

    /** A connection was given back within a transaction that has a snapshot. */
    void leftOpen(Connection physical) {
        if (returning == Returning.UNKNOWN && !PhysicalConnections.isClosed(physical))
            connections.leftOpen.add(physical);
    }

    void exposed(Connection raw) {
        LOG.warn(
                "{}: a connection of {} was unwrapped, so writes on it cannot be seen; nothing is cached until it is"
                        + " closed (use an untracked DataSource for such work, and invalidate(..) after it)",
                cacheName,
                name);
        stand(raw, Tags.everything(), schemas.version(), Change.SCHEMA);
    }

    /** Marks what a transaction has written that is being prepared: any session can end it. */
    void standWhilePrepared(PendingWrite write, Connection physical, CommitDoubts.First first) {
        if (write.tags().isEmpty()) return;
        if (asker != null) doubts.addBranch(write, physical, asker, first);
        else
            LOG.warn(
                    "{}: a transaction was prepared for a two-phase commit, and there is no pool to ask for its end; {}"
                            + " will not be cached any more",
                    cacheName,
                    write.tags());
    }

    /** The session has seen the end of the connection's transaction. */
    void ended(Connection raw) {
        connections.ended(raw);
    }

    /** The connection is idle outside a transaction, whose end was not seen. */
    void seenOutside(Connection raw) {
        connections.seenOutside(raw);
    }

    /** The connection was seen outside a transaction by somebody to whom it does not belong. */
    void endedElsewhere(Connection physical) {
        connections.endedElsewhere(physical);
    }

    /** A branch of a global transaction is perhaps not final. Without a pool, its own connection is asked later. */
    void doubtBranch(Connection physical, CommitDoubts.First first, Tags tags, long analysedAt, Change change) {
        if (asker == null) standUntilOthersEnd(physical, tags, analysedAt, change);
        else doubts.addBranch(schemas.announce(tags, analysedAt, change), physical, asker, first);
    }

    /** Ends what stood for connections that are closed for good. */
    void sweep() {
        connections.sweep();
    }

    /** Whether a commit has taken effect is unknown: the intents stay until it is known (rule P11). */
    void doubt(PendingWrite write, Connection raw, Connection physical) {
        doubts.add(write, raw, physical, asker);
    }

    @Override
    public String toString() {
        return name;
    }

    /** Who else may use a connection between its check-out and its return. */
    enum Origin {
        /** Nobody: it was taken from the pool itself, and every use is seen. */
        OWN,
        /** Others hold it as well: its transaction may begin and end unseen. */
        SHARED
    }

    /** What becomes of a transaction that is open when its connection is given back. */
    enum Returning {
        /** It is rolled back. */
        ROLLED_BACK,
        /** It may stay open. */
        UNKNOWN
    }
}
