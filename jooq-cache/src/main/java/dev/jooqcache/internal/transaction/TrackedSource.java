package dev.jooqcache.internal.transaction;

import dev.jooqcache.BypassReason;
import dev.jooqcache.internal.generation.GuardedGenerations;
import dev.jooqcache.internal.transaction.SchemaVersions.Catalog;
import dev.jooqcache.internal.transaction.SchemaVersions.Change;
import dev.jooqcache.internal.transaction.SchemaVersions.WriteIntent;
import dev.jooqcache.internal.transaction.UncachedSessions.Obstacle;
import dev.jooqcache.spi.Tags;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jooq.SQLDialect;
import org.jooq.tools.jdbc.BatchedConnection;
import org.jooq.tools.jdbc.JDBCUtils;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * What the cache knows of one data source: its dialect and default isolation, the transactions that are open on it, and
 * the writes whose end it has not seen. Thread-safe.
 */
public final class TrackedSource {

    private static final Logger LOG = LoggerFactory.getLogger("dev.jooqcache");

    /** What is said of a data source whose connections are asked. */
    public static final List<String> ASKED =
            List.of("each read asks its connection where it leads, as the data source is not known to be one pool");

    /** How long a read waits for another one that asks the catalog; then it goes to the database uncached. */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(1);

    private static final Duration INSPECTION_BACKOFF = Duration.ofSeconds(5);

    private static final long UNUSED = -1;

    private final String cacheName;
    private final String name;
    private final GuardedGenerations generations;
    private final StatementEffects effects;
    private final InDoubtCommits doubts;
    private final KnownConnections connections;
    private final SchemaVersions schemas;
    private final OtherInstances others;
    private final Returning returning;
    private final Enlisting enlisting;
    private volatile InDoubtCommits.@Nullable Asker asker;
    private volatile boolean isAskerOfPools;

    /** The sessions of a known pool, or {@code null} if each connection is asked where it leads and how it is set. */
    private final @Nullable SessionStates states;

    private final Set<Session> open = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean inspectingApart = new AtomicBoolean();
    private volatile boolean usuallyInAutoCommit;
    private volatile boolean anyIsolation;
    private volatile boolean anyNextIsolation;

    /** It has handed out a connection that was in use: no pool does that, so the next call may lead into a transaction. */
    private volatile boolean lendsTwice;

    private volatile @Nullable SQLDialect dialect;
    private volatile boolean inspected;

    /** Whether the schema was known at any time. */
    private volatile boolean wasInspected;

    /** The version of the schemas before the first session. */
    private final AtomicLong usedAt = new AtomicLong(UNUSED);

    private volatile long nextInspection = System.nanoTime();
    private volatile long nextInspectionApart = nextInspection;
    private final ReentrantLock inspecting = new ReentrantLock();
    private volatile @Nullable Set<String> inDoubt;
    private volatile boolean askedBack;

    /** A handle that hides its session was given back within a transaction that SQL began. */
    private volatile boolean mayHideTransactions;

    private volatile @Nullable Place lastPlace;
    private final AtomicBoolean told = new AtomicBoolean();

    public TrackedSource(
            String cacheName,
            String name,
            GuardedGenerations generations,
            StatementEffects effects,
            InDoubtCommits doubts,
            KnownConnections connections,
            SchemaVersions schemas,
            OtherInstances others,
            Returning returning,
            Enlisting enlisting,
            InDoubtCommits.@Nullable Asker asker,
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
        this.enlisting = enlisting;
        this.asker = asker == null ? null : outsideGlobalTransactions(asker);
        this.states = states;
        if (states != null) connections.follow(states);
    }

    /** Where to ask for the outcome of commits, if that is not known yet. */
    public void askOn(InDoubtCommits.Asker other) {
        if (asker == null) asker = outsideGlobalTransactions(other);
    }

    /** Tells the dialect where no JDBC URL will. */
    public void speak(SQLDialect known) {
        dialect = known;
    }

    /** The same, where each connection is an idle one of a pool. */
    public void askOnPools(InDoubtCommits.Asker pools) {
        if (isAskerOfPools) return;
        asker = outsideGlobalTransactions(pools);
        isAskerOfPools = true;
    }

    private InDoubtCommits.Asker outsideGlobalTransactions(InDoubtCommits.Asker given) {
        return enlisting == Enlisting.POSSIBLE ? connections.globals.asker(given) : given;
    }

    /**
     * The name of the data source within the cache, a part of every fingerprint.
     *
     * @return the name
     */
    public String name() {
        return name;
    }

    public GuardedGenerations generations() {
        return generations;
    }

    public SchemaVersions schemas() {
        return schemas;
    }

    public StatementEffects effects() {
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
                || lendsTwice) return null;
        SessionState common = sessions.common();
        if (common == null || common.isStandby() || common.hasOwnRows()) return null;
        return isKnownToBeServed(common.isolation()) ? place(common) : null;
    }

    /**
     * What keeps reads from being served without a look at their connection, or at all, at the moment.
     *
     * @return a phrase for each; empty if {@link #commonPlace} names one
     */
    public List<String> obstacles() {
        SessionStates sessions = states;
        if (sessions == null) return ASKED;
        List<String> found = new ArrayList<>();
        if (!inspected) found.add("the schema is not known");
        if (!connections.altered.isEmpty()) found.add("a session has settings or temporary tables of its own");
        if (!connections.suspect.isEmpty()) found.add("code of unknown effect has run on a session");
        if (!connections.leftOpen.isEmpty()) found.add("a connection was given back within a transaction");
        if (lendsTwice) found.add("a connection was handed out twice at a time");
        if (anyIsolation || !connections.otherIsolation.isEmpty())
            found.add("the isolation level of a session was changed");
        SessionState common = sessions.common();
        if (common == null) found.add("no session is open, or open sessions differ in their settings");
        else if (common.isStandby()) found.add(BypassReason.STANDBY.description());
        else if (common.hasOwnRows()) found.add("sessions begin with temporary tables or sql_auto_is_null");
        else if (!isKnownToBeServed(common.isolation()))
            found.add("the default isolation level needs a look at the connection");
        return found;
    }

    private static boolean isKnownToBeServed(int isolation) {
        return isolation == Connection.TRANSACTION_READ_COMMITTED
                || isolation == Connection.TRANSACTION_REPEATABLE_READ
                || isolation == Isolation.SNAPSHOT_OF_H2;
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

    /** Returns whether the connections may take part in global transactions. */
    boolean mayEnlist() {
        return enlisting == Enlisting.POSSIBLE;
    }

    /** Returns whether a connection was seen in autocommit where no global transaction was. */
    boolean isUsuallyInAutoCommit() {
        return usuallyInAutoCommit;
    }

    /** Asks the catalog on another connection, in another thread: this one is in a global transaction. */
    void inspectApart() {
        InDoubtCommits.Asker pool = asker;
        long now = System.nanoTime();
        if (pool == null || now - nextInspection < 0 || now - nextInspectionApart < 0) return;
        if (connections.isEverythingStanding()) return;
        if (!inspectingApart.compareAndSet(false, true)) return;
        Thread thread = new Thread(() -> inspectApart(pool), cacheName + "-catalog");
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * The same, while a transaction is under way whose end may go unseen. Only on a pool's own connection: another data
     * source may hand out the one that is in use.
     */
    void inspectPoolApart() {
        if (states != null || isAskerOfPools) inspectApart();
    }

    private void inspectApart(InDoubtCommits.Asker pool) {
        try (Connection connection = pool.connection()) {
            if (connection != null && OpenTransactions.isOutside(PhysicalConnections.physical(connection)))
                inspect(connection);
            else nextInspectionApart = System.nanoTime() + INSPECTION_BACKOFF.toNanos();
        } catch (SQLException | RuntimeException | LinkageError e) {
            nextInspection = System.nanoTime() + INSPECTION_BACKOFF.toNanos();
            LOG.warn("{}: cannot get a connection of {} to read its catalog", cacheName, name, e);
        } finally {
            inspectingApart.set(false);
        }
    }

    /** Returns whether this thread is in a global transaction, in which the connections may take part. */
    public boolean isInGlobalTransaction() {
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
     * @param binding tells whether the connection is a transaction's, which may be lent again
     */
    public Session session(Connection raw, Origin origin, TransactionBinding binding) throws SQLException {
        if (usedAt.get() == UNUSED) usedAt.compareAndSet(UNUSED, schemas.version());
        Boolean told = Question.answer(raw::getAutoCommit);
        Connection physical = PhysicalConnections.physical(raw);
        boolean begunInSql = isInAutoCommit(told, physical) && OpenTransactions.isSeenByServer(physical);
        boolean autoCommit = isInAutoCommit(told, physical) && !begunInSql;
        boolean isGlobal = isInGlobalTransaction();
        if (autoCommit && !isGlobal) usuallyInAutoCommit = true;
        if (dialect == null) dialect = Question.answer(() -> JDBCUtils.dialect(raw));
        // What a batched connection has collected is sent later, past the session that collected it.
        boolean uncertain = told == null
                || raw instanceof BatchedConnection
                || (begunInSql && !mayEnlist())
                || isLeftUncertain(raw, origin)
                || isInHiddenTransaction(raw);
        if (autoCommit && !uncertain) connections.seenOutside(raw);
        if (origin == Origin.SHARED)
            return new Session(
                    this, raw, origin, autoCommit, !autoCommit, uncertain, false, SessionIsolation.UNKNOWN, List.of());
        boolean isReused = isGlobal && isKnownPool();
        boolean isHeld = !isReused && connections.isHeld(physical);
        if (isHeld && binding.isOutside(this)) lendsTwice = true;
        List<WriteIntent> leftOver = isHeld ? List.of() : connections.take(raw);
        // With autocommit off, the pool's own statements or a wrapper's may have begun the transaction.
        boolean begun =
                connections.leftOpen.contains(raw) || !(autoCommit || OpenTransactions.isNoneUnderWay(physical));
        boolean isToItself = leftOver.isEmpty() && !begun && !uncertain && !isHeld && !isGlobal;
        if (uncertain) connections.uncached.found(this, raw, Obstacle.TRANSACTION);
        else if (connections.leftOpen.contains(raw)) connections.uncached.found(this, raw, Obstacle.SNAPSHOT);
        if (isToItself && autoCommit) ask(raw);
        else if (isToItself && (!inspected || isToBeAsked(raw))) askBetween(raw);
        else if (isToItself && !isToBeAsked(raw)) tellWhetherCached(raw);
        Session session = new Session(this, raw, origin, autoCommit, false, uncertain, begun, isolation(raw), leftOver);
        if (!isReused) connections.hold(physical, session);
        return session;
    }

    /** Pools remember what autocommit was set to through them, whatever SQL has set since. */
    private static boolean isInAutoCommit(@Nullable Boolean told, Connection physical) {
        boolean below = !OpenTransactions.tells(physical) || Question.answer(physical::getAutoCommit, true);
        return (told == null || told) && below;
    }

    /**
     * Asks for the schema and the session's state with autocommit off, where that begins a transaction: only if the driver
     * tells that none is under way, and on its own connection. Then what is rolled back is nothing but the question, and no
     * wrapper has had the occasion to add anything to it. A data source that is not known to be a pool may have lent the
     * connection to others, too.
     */
    void askBetween(Connection raw) throws SQLException {
        Connection physical = PhysicalConnections.physical(raw);
        boolean isOwn = isKnownPool() && PhysicalConnections.isDriversOwn(physical);
        if (!isOwn || !OpenTransactions.isNoneUnderWay(physical)) return;
        try {
            if (!inspected) inspect(physical);
            ask(physical);
        } finally {
            physical.rollback();
        }
    }

    /** A session gives its connection back. */
    void released(Session session, Connection physical) {
        connections.released(session, physical);
    }

    /**
     * Returns whether a transaction may be under way since an earlier check-out. Some drivers or servers tell that it has
     * ended.
     */
    private boolean isLeftUncertain(Connection raw, Origin origin) {
        if (!connections.uncertain.contains(raw)) return false;
        Connection physical = PhysicalConnections.physical(raw);
        boolean mayAsk = origin == Origin.OWN && isKnownPool();
        boolean isOver =
                OpenTransactions.isToldOutside(physical) || (mayAsk && OpenTransactions.isAnsweredOutside(physical));
        if (isOver) connections.uncertain.remove(raw);
        return !isOver;
    }

    /** The isolation level of a session, if it is that of all others. */
    private int isolation(Connection raw) {
        SessionState last = lastState(raw);
        if (last == null || anyIsolation || connections.otherIsolation.contains(raw)) return SessionIsolation.UNKNOWN;
        return last.isolation();
    }

    /** Looks again at a session that was altered. */
    private void compare(Connection raw) {
        verifyIsolation(raw);
        if (isAltered(raw) || isSuspect(raw)) verify(raw);
    }

    /** Notes the state of a pool's session when it is first seen. */
    private void meet(Connection raw) {
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
        SessionState state = stateOf(raw);
        if (state == null) return;
        sessions.note(physical, state);
        noteUnseen(sessions.unseen(), raw, physical);
        others.look(raw, dialect(), name);
        if (state.isStandby())
            tell("data source {} leads to a standby or a read-only server ({}), whose results are not cached", "");
    }

    /** Notes what the pool's own statements may have set of a session, and no question brings to light. */
    private void noteUnseen(UnseenStatements unseen, Connection raw, Connection physical) {
        switch (dialect().family()) {
            case MYSQL, MARIADB -> {
                if (unseen.maySetLevelAlways(this)) anyNextIsolation = true;
                else if (unseen.maySetLevelOnce(this, physical)) nextIsolationVaries(raw);
            }
            default -> {}
        }
    }

    private boolean isUnmet(Connection raw) {
        return states != null && states.of(PhysicalConnections.physical(raw)) == null;
    }

    /** Returns whether the data source is one pool that leads to one database, whose sessions are followed. */
    boolean isKnownPool() {
        return states != null;
    }

    /** The state in which a session of a pool was last seen, or {@code null}. */
    @Nullable
    SessionState lastState(Connection raw) {
        return states == null ? null : states.of(PhysicalConnections.physical(raw));
    }

    /**
     * Returns whether a transaction is under way on a session that its handle hides, although the driver says otherwise. Asked
     * only
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
     * Returns whether the schema is known, as far as it can be.
     *
     * @return whether the catalog was asked since the last DDL
     */
    public boolean isInspected() {
        return inspected;
    }

    /**
     * Asks the catalog. Does nothing while another thread is at it for long, or while a transaction is changing the schema,
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
            if (publish == null) {
                nextInspection = System.nanoTime() + INSPECTION_BACKOFF.toNanos();
                return;
            }
            schemas.publish(version, catalog(version), () -> {
                if (publish.getAsBoolean()) {
                    inspected = true;
                    wasInspected = true;
                } else schemas.changed();
            });
        } finally {
            inspecting.unlock();
        }
        if (inspected) connections.settle();
    }

    private Catalog catalog(long version) {
        if (wasInspected) return Catalog.KNOWN_BEFORE;
        return version == usedAt.get() ? Catalog.NEW : Catalog.NEW_AND_CHANGED;
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
     * Returns whether the database still holds a transaction that it held prepared when it was first asked. What the transaction
     * has written is not known, and its end will not be seen: its manager was perhaps this application before a crash.
     */
    private boolean isAnyInDoubt(Connection raw) {
        Set<String> before = inDoubt;
        if (before != null && before.isEmpty()) return false;
        Set<String> left;
        try {
            left = PreparedTransactions.of(raw);
        } catch (SQLException | RuntimeException | LinkageError e) {
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

    /** What was known of the schema is out of date, or may be. */
    public void forgetSchema() {
        inspected = false;
        effects.forget(this);
    }

    /** Asks for the state of a session, outside transactions only; {@code null} if that fails. */
    @Nullable
    SessionState stateOf(Connection raw) {
        try {
            return SessionState.of(raw, dialect(), connections.instance(raw));
        } catch (SQLException | RuntimeException | LinkageError e) {
            LOG.debug("{}: cannot ask for the state of a session of {}", cacheName, name, e);
            return null;
        }
    }

    /** Code of unknown effect is about to run on the connection, and may alter the session. */
    void suspect(Connection raw) {
        connections.alterations.incrementAndGet();
        connections.suspect.add(raw);
    }

    boolean isSuspect(Connection raw) {
        return connections.suspect.contains(raw);
    }

    /**
     * Finds out how a session is that was altered, or on which code of unknown effect has run, so that its results are told
     * from those of others; they are shared with others again if it is as they are. To be called outside a transaction.
     */
    void verify(Connection raw) {
        if (states == null || (!isAltered(raw) && !isSuspect(raw))) return;
        Connection physical = PhysicalConnections.physical(raw);
        SessionState state = stateOf(raw);
        // It may be busy or broken; then it stays suspect.
        if (state == null || !state.isComplete() || !PhysicalConnections.isDriversOwn(physical)) return;
        if (state.hasOwnRows()) connections.altered.add(raw);
        else connections.altered.remove(raw);
        states.note(physical, state);
        connections.noteElsewhere(states, physical, state);
        connections.suspect.remove(raw);
    }

    /** The same when a connection is given back, which is told in the log if anything is left. */
    void verifyAtReturn(Connection raw) {
        compare(raw);
        tellWhetherCached(raw);
    }

    /** Tells in the log if reads on a session are no longer cached, or are again. It was just asked, if need be. */
    private void tellWhetherCached(Connection raw) {
        if (!connections.exposed.contains(raw)) connections.uncached.found(this, raw, obstacle(raw));
    }

    private @Nullable Obstacle obstacle(Connection raw) {
        // Otherwise each check-out asks anew.
        if (states == null) return null;
        boolean isSuspect = isSuspect(raw);
        if (!isAltered(raw)) return isSuspect ? Obstacle.CODE : null;
        SessionState last = lastState(raw);
        if (last != null && last.hasOwnRows()) return Obstacle.OWN_ROWS;
        return isSuspect ? Obstacle.CODE : Obstacle.SETTINGS;
    }

    /** Writes a line of the log, in which the first braces stand for the data source. */
    void log(Level level, String message) {
        LOG.atLevel(level).log("{}: " + message, cacheName, name);
    }

    /** The isolation level of a session may be another one than that of the others from here on. */
    void isolationVaries(Connection raw) {
        if (PhysicalConnections.isDriversOwn(PhysicalConnections.physical(raw))) connections.otherIsolation.add(raw);
        else anyIsolation = true;
    }

    /** The next transaction of a session may have another isolation level than the session. */
    void nextIsolationVaries(Connection raw) {
        if (PhysicalConnections.isDriversOwn(PhysicalConnections.physical(raw))) connections.nextIsolation.add(raw);
        else anyNextIsolation = true;
    }

    /** Returns whether such a level was perhaps set by an earlier user of the connection, or by another one. */
    boolean mayNextIsolationVary(Connection raw) {
        return anyNextIsolation || connections.nextIsolation.contains(raw);
    }

    /** The transaction is over whose level was set. */
    void nextIsolationUsed(Connection raw) {
        connections.nextIsolation.remove(raw);
    }

    private void verifyIsolation(Connection raw) {
        if (!connections.otherIsolation.contains(raw)) return;
        try {
            SessionState last = lastState(raw);
            if (last != null && raw.getTransactionIsolation() == last.isolation())
                connections.otherIsolation.remove(raw);
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
        connections.alterations.incrementAndGet();
        connections.altered.add(raw);
    }

    /** How many alterations of sessions, or statements that may alter one, have been seen. */
    long alterations() {
        return connections.alterations.get();
    }

    /** Returns whether a session of a pool was not seen yet, or may have been altered since. */
    boolean isToBeAsked(Connection raw) {
        return isUnmet(raw) || isAltered(raw) || isSuspect(raw);
    }

    /** The state of a session that is about to be read in a global transaction, asked once for each session of a pool. */
    @Nullable
    SessionState met(Connection raw) {
        meet(raw);
        SessionState known = lastState(raw);
        return known == null ? stateOf(raw) : known;
    }

    /** Asks a session that is to be asked, outside a transaction of the user's. */
    void ask(Connection raw) {
        compare(raw);
        meet(raw);
        tellWhetherCached(raw);
    }

    boolean isAltered(Connection raw) {
        return connections.altered.contains(raw);
    }

    /** Whether a transaction is open on the connection cannot be known from here on. */
    void uncertain(Connection raw) {
        connections.uncertain.add(raw);
        if (!PhysicalConnections.isDriversOwn(PhysicalConnections.physical(raw))) mayHideTransactions = true;
    }

    /** No transaction is under way on the connection, as its server has answered. */
    void certainlyOutside(Connection raw) {
        connections.uncertain.remove(raw);
        connections.seenOutside(raw);
    }

    /** Marks what a transaction wrote whose end will not be seen by its session. */
    void stand(Connection raw, Tags tags, long analysedAt, Change change) {
        connections.stand(raw, tags, analysedAt, change);
    }

    /** The same for a statement that touches everything, perhaps only as the schema is not known, in such a transaction. */
    void standInDoubt(Connection raw, String sql, long analysedAt) {
        if (inspected && effects.of(this, sql).tags().hasEverything())
            standUntilOthersEnd(raw, Tags.everything(), analysedAt, Change.DATA);
        else connections.standInDoubt(raw, new KnownConnections.Unresolved(this, sql, analysedAt), asker);
    }

    /** Marks the writes of a transaction that was begun, and will be ended, unseen. */
    void standUntilOthersEnd(Connection raw, Tags tags, long analysedAt, Change change) {
        connections.standUntilOthersEnd(raw, tags, analysedAt, change, asker);
    }

    /** A connection was given back within a transaction that has a snapshot. */
    void leftOpen(Connection physical) {
        if (returning == Returning.UNKNOWN && !PhysicalConnections.isClosed(physical))
            connections.leftOpen.add(physical);
    }

    void exposed(Connection raw) {
        connections.uncached.found(this, raw, Obstacle.EXPOSED);
        connections.exposed.add(raw);
        stand(raw, Tags.everything(), schemas.version(), Change.SCHEMA);
    }

    /** Marks what a transaction has written that is being prepared: any session can end it. */
    void standWhilePrepared(WriteIntent write, Connection physical, InDoubtCommits.First first) {
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

    /** A connection on which writes could not be seen is given back. */
    void noLongerExposed(Connection physical) {
        connections.exposed.remove(physical);
        connections.seenOutside(physical);
        tellWhetherCached(physical);
    }

    /** The connection is idle outside a transaction, whose end was not seen. */
    void seenOutside(Connection raw) {
        connections.seenOutside(raw);
    }

    /** The connection was seen outside a transaction by a session that it does not belong to. */
    void endedElsewhere(Connection physical) {
        connections.endedElsewhere(physical);
    }

    /** A branch of a global transaction is perhaps not final. Without a pool, its own connection is asked later. */
    void doubtBranch(Connection physical, InDoubtCommits.First first, Tags tags, long analysedAt, Change change) {
        if (asker == null) standUntilOthersEnd(physical, tags, analysedAt, change);
        else doubts.addBranch(schemas.announce(tags, analysedAt, change), physical, asker, first);
    }

    /** Ends what stood for connections that are closed for good. */
    void sweep() {
        connections.sweep();
    }

    /** Whether a commit has taken effect is unknown: the intents stay until it is known (rule P11). */
    void doubt(WriteIntent write, Connection raw, Connection physical) {
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

    /** The other uses of a connection that are possible between its check-out and its return. */
    public enum Origin {
        /** None: it was taken from the pool itself, and every use is seen. */
        OWN,
        /** Others hold it as well: its transaction may begin and end unseen. */
        SHARED
    }

    /** What becomes of a transaction that is open when its connection is given back. */
    public enum Returning {
        /** It is rolled back. */
        ROLLED_BACK,
        /** It may stay open. */
        UNKNOWN
    }
}
