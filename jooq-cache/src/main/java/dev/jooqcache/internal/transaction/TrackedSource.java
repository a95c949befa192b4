package dev.jooqcache.internal.transaction;

import dev.jooqcache.internal.generation.Generations;
import dev.jooqcache.internal.transaction.SchemaWatch.Change;
import dev.jooqcache.internal.transaction.SchemaWatch.PendingWrite;
import dev.jooqcache.spi.Tags;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
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
    private final OtherInstances others;
    private final Returning returning;
    private volatile CommitDoubts.@Nullable Asker asker;

    /** The sessions of a known pool, or {@code null} if each connection is asked where it leads and how it is set. */
    private final @Nullable SessionStates states;

    private final Set<Session> open = ConcurrentHashMap.newKeySet();
    private volatile boolean anyIsolation;
    private volatile int defaultIsolation = Session.UNKNOWN_ISOLATION;
    private volatile @Nullable SQLDialect dialect;
    private volatile boolean inspected;
    private volatile long nextInspection = System.nanoTime();
    private final ReentrantLock inspecting = new ReentrantLock();
    private volatile @Nullable Object schema;
    private volatile boolean askedBack;

    /** A handle that hides its session was given back within a transaction that SQL began. */
    private volatile boolean mayHideTransactions;

    private volatile @Nullable Place lastPlace;
    private final AtomicBoolean told = new AtomicBoolean();

    TrackedSource(
            String cacheName,
            String name,
            Generations generations,
            Effects effects,
            CommitDoubts doubts,
            KnownConnections connections,
            SchemaWatch schemas,
            OtherInstances others,
            Returning returning,
            CommitDoubts.@Nullable Asker asker,
            @Nullable SessionStates states) {
        this.cacheName = cacheName;
        this.name = name;
        this.generations = generations;
        this.effects = effects;
        this.doubts = doubts;
        this.connections = connections;
        this.schemas = schemas;
        this.others = others;
        this.returning = returning;
        this.asker = asker;
        this.states = states;
    }

    /** Where to ask for the outcome of commits, if that is not known yet. */
    void askOn(CommitDoubts.Asker other) {
        if (asker == null) asker = other;
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
     * What a fresh connection would certainly lead to, and how its session would be: one that reads as every other, in
     * autocommit, READ COMMITTED or a snapshot level, with an unchanged session.
     *
     * @return the name of database and session state, a part of every fingerprint; or {@code null} if a read must look at its
     *     connection
     */
    public @Nullable String commonPlace() {
        SessionStates sessions = states;
        if (sessions == null
                || !inspected
                || !connections.altered.isEmpty()
                || !connections.suspect.isEmpty()
                || !connections.leftOpen.isEmpty()
                || !connections.otherIsolation.isEmpty()
                || anyIsolation
                || !isKnownToBeServed(defaultIsolation)) return null;
        SessionState common = sessions.common();
        return common == null || common.isStandby() || common.hasTemporaryTables() ? null : place(common);
    }

    private static boolean isKnownToBeServed(int isolation) {
        return isolation == Connection.TRANSACTION_READ_COMMITTED
                || isolation == Connection.TRANSACTION_REPEATABLE_READ
                || isolation == Session.TRANSACTION_SNAPSHOT_H2;
    }

    /** The name of a database and of a session's state on it. */
    @SuppressWarnings("ReferenceEquality")
    String place(SessionState state) {
        Place last = lastPlace;
        if (last != null && last.state == state) return last.name;
        Place place = new Place(state, name + '@' + state.digest());
        lastPlace = place;
        return place.name;
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
        Boolean told = Question.answer(raw::getAutoCommit);
        boolean autoCommit = told == null || told;
        if (dialect == null) dialect = Question.answer(() -> JDBCUtils.dialect(raw));
        // What a batched connection has collected is sent later, past the session that collected it.
        boolean uncertain = told == null
                || raw instanceof BatchedConnection
                || connections.uncertain.contains(raw)
                || isInHiddenTransaction(raw);
        if (autoCommit && !uncertain) connections.seenOutside(raw);
        if (origin == Origin.SHARED)
            return new Session(
                    this, raw, origin, autoCommit, !autoCommit, uncertain, false, Session.UNKNOWN_ISOLATION, List.of());
        if (states != null && defaultIsolation == Session.UNKNOWN_ISOLATION)
            defaultIsolation = Question.answer(raw::getTransactionIsolation, Session.UNKNOWN_ISOLATION);
        List<PendingWrite> leftOver = connections.take(raw);
        boolean begun = connections.leftOpen.contains(raw);
        boolean isFresh = leftOver.isEmpty() && !begun && !uncertain;
        if (isFresh && autoCommit) meet(raw);
        if (isFresh && !autoCommit && (!inspected || isUnmet(raw))) {
            // A pool that hands out connections with autocommit off: this one has not begun a transaction yet.
            if (!inspected) inspect(raw);
            meet(raw);
            raw.rollback();
        }
        return new Session(this, raw, origin, autoCommit, false, uncertain, begun, isolation(raw), leftOver);
    }

    /** The isolation level of a session, if it is that of all others. */
    private int isolation(Connection raw) {
        boolean varies = anyIsolation || states == null || connections.otherIsolation.contains(raw);
        return varies ? Session.UNKNOWN_ISOLATION : defaultIsolation;
    }

    /** Notes the state of a pool's session when it is first seen, and again if it was altered since. */
    private void meet(Connection raw) {
        verifyIsolation(raw);
        if (isAltered(raw) || isSuspect(raw)) verify(raw);
        SessionStates sessions = states;
        if (sessions == null || !isUnmet(raw)) return;
        Connection physical = PhysicalConnections.physical(raw);
        if (!PhysicalConnections.isDriversOwn(physical)) {
            tell(
                    "sessions of data source {} cannot be told apart ({}), so each read that could be served asks its"
                            + " connection first",
                    physical.getClass().getName());
            return;
        }
        long version = schemas.version();
        SessionState state = stateOf(raw);
        if (state == null) return;
        sessions.note(physical, state, version);
        others.look(raw, dialect(), name);
        if (state.isStandby())
            tell("data source {} leads to a standby or a read-only server ({}), whose results are not cached", "");
    }

    private boolean isUnmet(Connection raw) {
        return states != null && states.of(PhysicalConnections.physical(raw)) == null;
    }

    /** Whether the data source is one pool that leads to one database, whose sessions are followed. */
    boolean isKnownPool() {
        return states != null;
    }

    /** The state in which a session of a pool was last seen, or {@code null}. */
    @Nullable
    SessionState lastState(Connection raw) {
        return states == null ? null : states.of(PhysicalConnections.physical(raw));
    }

    /**
     * Whether a transaction is under way on a session that its handle hides, although the driver says otherwise. Asked only
     * once a transaction may have been left open there.
     */
    private boolean isInHiddenTransaction(Connection raw) {
        if (!mayHideTransactions || PhysicalConnections.isDriversOwn(PhysicalConnections.physical(raw))) return false;
        SessionState first = stateOf(raw);
        SessionState second = first == null ? null : stateOf(raw);
        if (first == null || second == null) return true;
        return switch (dialect().family()) {
            // Two statements outside a transaction never begin at the same instant.
            case POSTGRES -> Objects.equals(first.transaction(), second.transaction());
            case MARIADB -> first.transaction() != null;
            default -> true;
        };
    }

    private void tell(String message, String detail) {
        if (told.compareAndSet(false, true)) LOG.info("{}: " + message, cacheName, name, detail);
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
            long version = schemas.version();
            BooleanSupplier publish = effects.inspect(this, raw);
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
     * The driver's connection under the wrappers of pools and users, as far as they tell.
     *
     * @param connection a connection
     * @return the driver's, or itself
     */
    public static Connection driverConnection(Connection connection) {
        return PhysicalConnections.physical(connection);
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

    /** What was known of the schema is out of date, or may be. */
    void forgetSchema() {
        inspected = false;
        effects.forget(this);
    }

    /** Asks for the state of a session, outside transactions only; {@code null} if that fails. */
    @Nullable
    SessionState stateOf(Connection raw) {
        try {
            return SessionState.of(raw, dialect());
        } catch (SQLException | RuntimeException | LinkageError e) {
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

    /**
     * Finds out how a session is that was altered, or on which code of unknown effect has run, so that its results are told
     * from those of others; they are shared with others again if it is as they are. To be called outside a transaction.
     *
     * @return what sets the session apart so that nothing can be cached on it
     */
    List<String> verify(Connection raw) {
        if (states == null || (!isAltered(raw) && !isSuspect(raw))) return List.of();
        Connection physical = PhysicalConnections.physical(raw);
        long version = schemas.version();
        SessionState state = stateOf(raw);
        // It may be busy or broken; then it stays suspect.
        if (state == null || !state.isComplete() || !PhysicalConnections.isDriversOwn(physical)) return List.of();
        boolean isPrivate = state.hasTemporaryTables();
        if (isPrivate) connections.altered.add(raw);
        else connections.altered.remove(raw);
        states.note(physical, state, version);
        connections.suspect.remove(raw);
        return isPrivate ? state.details() : List.of();
    }

    /** The same when a connection is given back, which is told in the log if anything is left. */
    void verifyAtReturn(Connection raw) {
        verifyIsolation(raw);
        if (!verify(raw).isEmpty())
            LOG.info(
                    "{}: a session of data source {} has temporary tables, so reads on it are not cached until these are"
                            + " dropped or it is closed",
                    cacheName,
                    name);
    }

    /** The isolation level of a session may be another one than that of the others from here on. */
    void isolationVaries(Connection raw) {
        if (PhysicalConnections.isDriversOwn(PhysicalConnections.physical(raw))) connections.otherIsolation.add(raw);
        else anyIsolation = true;
    }

    private void verifyIsolation(Connection raw) {
        if (!connections.otherIsolation.contains(raw)) return;
        try {
            if (raw.getTransactionIsolation() == defaultIsolation) connections.otherIsolation.remove(raw);
        } catch (SQLException e) {
            LOG.debug("{}: cannot ask for the isolation level of a session of {}", cacheName, name, e);
        }
    }

    boolean isAskedBack() {
        return askedBack;
    }

    /** A statement has asked about the one before it. */
    void askedBack() {
        if (askedBack) return;
        askedBack = true;
        LOG.info(
                "{}: a statement on {} asks about the one before it (FOUND_ROWS(), ROW_COUNT(), SHOW WARNINGS), so nothing"
                        + " is served any more to what holds a connection",
                cacheName,
                name);
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
        if (!PhysicalConnections.isDriversOwn(PhysicalConnections.physical(raw))) mayHideTransactions = true;
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

    void standForever(Tags tags) {
        if (tags.isEmpty()) return;
        // What its deferred triggers write, they have written by now: no later change of the schema adds to it.
        generations.announce(tags);
        LOG.warn(
                "{}: a transaction was prepared for a two-phase commit; {} will not be cached any more",
                cacheName,
                tags);
    }

    /** The connection is outside a transaction: what stood for it has been committed or rolled back. */
    void seenOutside(Connection raw) {
        connections.seenOutside(raw);
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

    /**
     * A named state.
     *
     * @param state the state
     * @param name the name
     */
    private record Place(SessionState state, String name) {}

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
