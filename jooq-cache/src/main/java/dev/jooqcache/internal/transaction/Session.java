package dev.jooqcache.internal.transaction;

import dev.jooqcache.BypassReason;
import dev.jooqcache.internal.dependency.StatementEffect;
import dev.jooqcache.internal.transaction.SchemaVersions.Change;
import dev.jooqcache.internal.transaction.SchemaVersions.WriteIntent;
import dev.jooqcache.internal.transaction.TrackedSource.Origin;
import dev.jooqcache.spi.Tags;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import org.jooq.SQLDialect;
import org.jspecify.annotations.Nullable;

/**
 * The transaction state of one connection, from its check-out to its return.
 *
 * <p>Every statement and every transaction call of the connection passes through here, whatever code makes it, and is
 * bracketed as the {@link CommitProtocol} needs it (rules P2, P5, P6, P11):
 *
 * <ul>
 *   <li>A write in a transaction is noted when it is sent. Savepoints take nothing back.
 *   <li>COMMIT in any form (the JDBC call, {@code setAutoCommit(true)}, SQL text) is bracketed by intent and bump.
 *   <li>A write in autocommit is bracketed likewise, and bumped on error too.
 *   <li>A statement that is not understood may write anything and commit by itself: it is bracketed with everything, and
 *       with what the transaction had written, and counts as written by the transaction as well.
 * </ul>
 *
 * <p>A session is <em>foreign</em> while its transaction was begun, and will be ended, where the cache cannot see it.
 * Then the intents of its writes stand from the moment they are sent until the connection is seen outside the
 * transaction.
 *
 * <p>Whether a transaction is under way is asked again before each statement and each decision: a transaction manager
 * begins and ends transactions past the connection. What is done in a {@linkplain GlobalTransaction global transaction}
 * is noted there, and bracketed as well, in case that the connection does not take part in it.
 *
 * <p>Used by one thread at a time, as a JDBC connection is; different threads may follow one another.
 */
public final class Session {

    private final TrackedSource source;
    private final Connection raw;
    private final Origin origin;
    private final CommitProtocol protocol;
    private final TransactionWrites written;
    private final SessionIsolation isolation;
    private final SessionSnapshot snapshot;

    /** Where the session leads and how it is set, as far as that is known to hold still. */
    private volatile @Nullable SessionState state;

    /** How many alterations had been seen, of whatever session, when the state was asked. */
    private volatile long askedAt;

    private volatile @Nullable Connection physical;
    private volatile boolean autoCommit;
    private volatile boolean foreign;
    private volatile boolean explicit;
    private volatile boolean uncertain;

    /** Others hold the connection as well: it was handed out twice. */
    private volatile boolean shared;

    private volatile boolean begun;
    private List<WriteIntent> leftOver;
    private volatile boolean failed;

    /** A statement is under way: giving the connection back now is a request to abort it. */
    private volatile boolean sending;

    private volatile boolean exposed;
    private volatile boolean changingSchema;
    private volatile boolean alteredInTransaction;
    private volatile boolean altered;

    /** The global transactions that are active and in which the connection was used; seldom more than one. */
    private volatile List<GlobalTransaction> globals = List.of();

    private final boolean beganInAutoCommit;
    private volatile boolean ownTransaction;
    private volatile boolean joined;

    /** The text of the present statement, if it touches everything perhaps only as the schema is not known. */
    private volatile @Nullable String unresolved;

    private volatile @Nullable UntakenResults executing;
    private final Set<UntakenResults> untaken = ConcurrentHashMap.newKeySet();

    private final UnsentQuery unsent = new UnsentQuery();

    /** On SQLite what autocommit has written is committed only when its result set is closed. */
    private volatile boolean committingLate;

    private volatile @Nullable SqliteFile file;

    Session(
            TrackedSource source,
            Connection raw,
            Origin origin,
            boolean autoCommit,
            boolean foreign,
            boolean uncertain,
            boolean begun,
            int isolation,
            List<WriteIntent> leftOver) {
        this.source = source;
        this.raw = raw;
        this.origin = origin;
        this.protocol = new CommitProtocol(source, raw, this);
        this.written = new TransactionWrites(source.schemas());
        this.isolation = new SessionIsolation(source, raw, this::inTransaction, isolation);
        this.snapshot = new SessionSnapshot(source);
        this.state = origin == Origin.OWN ? source.lastState(raw) : null;
        this.autoCommit = autoCommit;
        this.beganInAutoCommit = autoCommit;
        this.foreign = foreign;
        this.uncertain = uncertain;
        this.begun = begun;
        if (begun) {
            // The transaction's snapshot is older than any clock noted now.
            snapshot.statementSent();
            // It may be chained to one of another level than the session has now.
            if (source.globalTransaction() == null) setNextIsolation();
        } else noteClock();
        this.leftOver = leftOver;
        leftOver.forEach(written::goOn);
        join();
        if (inTransaction()) source.opened(this);
    }

    /** Looks again whether a transaction is under way: code that was called may have begun or ended one. */
    private void look() {
        join();
        if (uncertain) return;
        boolean tells = OpenTransactions.tells(physical());
        if (!tells && isContradicted()) {
            uncertain();
            return;
        }
        // What SQL has begun, drivers show in different ways.
        if (explicit && !tells) return;
        boolean outside = isOutside();
        if (explicit) {
            if (outside) endedUnseen();
            return;
        }
        if (outside == autoCommit) return;
        if (outside) endedUnseen();
        else begunUnseen();
    }

    /** Takes part in this thread's global transaction, and forgets those that are over. */
    private void join() {
        GlobalTransaction current = source.globalTransaction();
        List<GlobalTransaction> known = globals;
        if (known.isEmpty() && current == null) return;
        List<GlobalTransaction> active = new ArrayList<>(known);
        active.removeIf(GlobalTransaction::isOver);
        boolean left = active.size() < known.size() && active.isEmpty();
        if (current != null && !active.contains(current)) active.add(current);
        globals = List.copyOf(active);
        joined |= !active.isEmpty();
        if (left && autoCommit) reset();
        if (!active.isEmpty()) source.opened(this);
        else if (!inTransaction()) source.closed(this);
    }

    /** Returns whether the connection is outside any transaction, as far as it says itself; as before, if it says nothing. */
    private boolean isOutside() {
        try {
            return !isSeenInTransaction();
        } catch (SQLException | RuntimeException | LinkageError e) {
            return autoCommit && !explicit;
        }
    }

    /** Returns whether the driver takes autocommit for another than its pool does. */
    private boolean isContradicted() {
        Connection driver = physical();
        if (driver == raw) return false;
        Boolean above = Question.answer(raw::getAutoCommit);
        Boolean below = Question.answer(driver::getAutoCommit);
        return above != null && below != null && !above.equals(below);
    }

    /**
     * Returns whether the connection says that it is in a transaction. Pools remember what autocommit was set to through them,
     * whatever
     * SQL has set since, both ways: the end of what a BEGIN has begun turns it on in H2.
     */
    private boolean isSeenInTransaction() throws SQLException {
        Connection driver = physical();
        boolean autoCommits = (OpenTransactions.tells(driver) ? driver : raw).getAutoCommit();
        return !autoCommits || OpenTransactions.isSeenByServer(driver);
    }

    /**
     * The connection was handed out again before it was given back: each of the holders may end the transaction
     * of the others, so that what they write stands until the connection is seen outside of one.
     */
    void handedOutAgain() {
        shared = true;
        if (!written.isEmpty()) standUntilOthersEnd();
        uncertain();
    }

    private void standUntilOthersEnd() {
        source.standUntilOthersEnd(physical(), written.tags(), written.analysedAt(), written.change());
    }

    private void begunUnseen() {
        autoCommit = false;
        foreign = globals.isEmpty();
        snapshot.statementSent();
        snapshot.end();
        source.opened(this);
    }

    private void endedUnseen() {
        if (foreign) source.seenOutside(raw);
        else if (globals.isEmpty() && (!joined || isPerhapsLocal()))
            written.announce().committed();
        autoCommit = true;
        foreign = false;
        begun = false;
        if (globals.isEmpty()) reset();
        if (!inTransaction()) source.closed(this);
    }

    /**
     * The data source that the connection belongs to.
     *
     * @return the data source
     */
    public TrackedSource source() {
        return source;
    }

    /**
     * Returns whether a transaction is under way, as far as the cache can see.
     *
     * @return whether statements do not commit by themselves
     */
    public boolean inTransaction() {
        return !autoCommit || explicit || uncertain || !globals.isEmpty();
    }

    /**
     * Returns whether the session's schema, role or settings were changed through SQL or JDBC.
     *
     * @return whether what a query means may differ from other sessions
     */
    public boolean isAltered() {
        return altered || alteredInTransaction || (!isAskedAnew() && (source.isAltered(raw) || source.isSuspect(raw)));
    }

    /** Returns whether the session's state is asked at each check-out, and so need not be remembered from one to the next. */
    private boolean isAskedAnew() {
        return origin == Origin.SHARED || !source.isKnownPool();
    }

    /**
     * Names the database that the session leads to and what the session is set to, a part of every fingerprint. Asks the
     * server, outside a transaction, unless the session is that of a known pool or has been asked since its check-out.
     *
     * @return the name, or {@code null} if it cannot be told
     */
    public @Nullable String place() {
        SessionState known = asked();
        return known == null || known.hasOwnRows() ? null : source.place(known);
    }

    private @Nullable SessionState asked() {
        boolean mayAsk = (!inTransaction() || isOnlyInGlobal()) && !isolation.isUnknown() && !sending;
        if (isAskedAnew() && askedAt != source.alterations()) forgetState();
        if (mayAsk && state == null) {
            askedAt = source.alterations();
            SessionState answer = isAskedAnew() ? source.stateOf(raw) : source.met(raw);
            if (answer != null && !inTransaction()) isolation.told(answer);
            state = answer != null && answer.isComplete() ? answer : null;
        }
        return state;
    }

    /** Returns whether the transaction is one of a transaction manager's, which is all that the connection may be used in. */
    private boolean isOnlyInGlobal() {
        return !globals.isEmpty() && !explicit && !uncertain && !foreign && !failed;
    }

    /**
     * The reason for which {@link #place} names nothing.
     *
     * @return the reason
     */
    public BypassReason whyUnplaced() {
        BypassReason obstacle = isSqlite() ? sqliteObstacle() : null;
        if (obstacle != null) return obstacle;
        if (inTransaction() && (foreign || uncertain)) return BypassReason.UNTRACKED_TRANSACTION;
        if (inTransaction() && failed) return BypassReason.FAILED_TRANSACTION;
        return state == null && !isAltered() ? BypassReason.UNKNOWN_DATABASE : BypassReason.SESSION_STATE;
    }

    /**
     * What a read of the given tags may be shown.
     *
     * @param tags what the query depends on
     * @param dialect the dialect, which tells what its isolation levels mean where the JDBC URL tells no dialect
     * @return the reading
     */
    public ReadVisibility reading(Tags tags, SQLDialect dialect) {
        look();
        SessionState own = state;
        if (own != null && own.isStandby()) return new ReadVisibility.Private(BypassReason.STANDBY);
        SQLDialect known = source.dialect() == SQLDialect.DEFAULT ? dialect : source.dialect();
        BypassReason obstacle = known.family() == SQLDialect.SQLITE ? sqliteObstacle() : null;
        if (obstacle != null) return new ReadVisibility.Private(obstacle);
        if (!globals.isEmpty()) return readingInGlobal(tags, known);
        if (!inTransaction()) return snapshot.outside(Isolation.View.outside(isolation.level(), known));
        if (foreign || uncertain) return new ReadVisibility.Private(BypassReason.UNTRACKED_TRANSACTION);
        if (failed) return new ReadVisibility.Private(BypassReason.FAILED_TRANSACTION);
        if (written.current().meets(tags)) return new ReadVisibility.Private(BypassReason.OWN_WRITE);
        return snapshot.inside(Isolation.View.inside(isolation.level(), known));
    }

    /** How old a snapshot is that others may have taken on the same branch is not known. */
    private ReadVisibility readingInGlobal(Tags tags, SQLDialect dialect) {
        GlobalTransaction global = globals.get(0);
        if (globals.size() > 1 || uncertain || !global.isObserved())
            return new ReadVisibility.Private(BypassReason.UNTRACKED_TRANSACTION);
        if (failed) return new ReadVisibility.Private(BypassReason.FAILED_TRANSACTION);
        if (written.current().meets(tags) || global.written().meets(tags))
            return new ReadVisibility.Private(BypassReason.OWN_WRITE);
        return Isolation.View.inside(isolation.level(), dialect) == Isolation.View.NEWEST
                ? ReadVisibility.SHARED
                : new ReadVisibility.Private(BypassReason.ISOLATION);
    }

    /** Why nothing on a connection of SQLite is cached, or {@code null}. */
    private @Nullable BypassReason sqliteObstacle() {
        // Others hold the connection as well, and may have result sets open, by which it reads the past.
        if (origin == Origin.SHARED) return BypassReason.UNTRACKED_TRANSACTION;
        SqliteFile known = file;
        if (known == null) file = known = SqliteFile.of(physical());
        return known.obstacle();
    }

    /**
     * Returns whether the next transaction may have another level than the session.
     *
     * @return whether what the next statement reads, if that is a transaction by itself, must not be kept
     */
    public boolean mayNextIsolationVary() {
        return isolation.mayNextVary();
    }

    private void setNextIsolation() {
        if (!isMysql()) return;
        isolation.nextVaries();
        snapshot.end();
    }

    /**
     * Returns whether the server may be in a transaction of the session's. While rows are streamed, drivers have its status of
     * before.
     */
    private boolean isPerhapsUnderWay() {
        return inTransaction()
                && ((isMysql() && snapshot.isStatementSent()) || !OpenTransactions.isNoneUnderWay(physical()));
    }

    /**
     * COMMIT and ROLLBACK use up the level of a transaction that the server knows of. Switching autocommit on, which commits
     * too, leaves it to the next statement; and where nothing is under way, drivers send neither.
     */
    private <T> T usingLevel(SqlCall<T> end) throws SQLException {
        boolean uses = mayNextIsolationVary() && OpenTransactions.isSeenByServer(physical());
        T result = end.run();
        if (uses && OpenTransactions.isNoneUnderWay(physical())) isolation.nextUsed();
        return result;
    }

    /**
     * Returns whether statements of the data source ask about those before them, so that none may be left out that a session
     * would
     * have executed.
     *
     * @return whether queries are to be executed
     */
    public boolean isAskedBack() {
        return source.isAskedBack();
    }

    /**
     * The cache has answered a query of the session.
     *
     * @param resending sends the query, if a statement asks about it
     */
    public void answered(Resending resending) {
        unsent.answered(resending);
    }

    /** Executes a statement that may ask about those before it. */
    public <T extends @Nullable Object> T ask(LookBack question, SqlCall<T> statement) throws SQLException {
        if (question.isTold()) source.askedBack();
        unsent.sendBefore(question, raw);
        T answer = null;
        try {
            answer = statement.run();
            return answer;
        } finally {
            unsent.sent(answer);
        }
    }

    /** A query that reads a table was executed, by which most databases take the transaction's snapshot. */
    public void queryExecuted() {
        if (!isMysql()) takeSnapshot();
    }

    private void takeSnapshot() {
        if (inTransaction()) snapshot.take();
    }

    /**
     * Names the snapshot in which a query has just been executed.
     *
     * @return a token for {@link #rowRead}
     */
    public Object snapshot() {
        return snapshot.token();
    }

    /**
     * A query has answered a row. MySQL's family takes the transaction's snapshot not with a query but with the first row of a
     * table that it looks for: none if the conditions cannot be met.
     *
     * @param executedIn the snapshot in which the query was executed
     * @param isOfTable tells whether such a row must have been read from a table
     */
    public void rowRead(Object executedIn, BooleanSupplier isOfTable) {
        boolean matters = snapshot.isPresent(executedIn) && isMysql() && inTransaction() && !snapshot.isTaken();
        if (matters && isOfTable.getAsBoolean()) takeSnapshot();
    }

    /**
     * A query was executed. By itself it uses up the isolation level of the next transaction if the server has opened a table
     * for it, whether or not any of its rows was read (seen on MariaDB 11).
     *
     * @param opensTable tells whether it has
     */
    public void levelPerhapsUsed(BooleanSupplier opensTable) {
        if (!inTransaction() && opensTable.getAsBoolean()) isolation.nextUsed();
    }

    /**
     * Executes something that writes, or several statements, bracketed as its effect needs it.
     *
     * @param effect what it does
     * @param version the version of the schemas before that was found out
     * @param call executes it
     * @param <T> what it answers
     * @return its answer
     * @throws SQLException if it fails
     */
    public <T> T run(StatementEffect effect, long version, SqlCall<T> call) throws SQLException {
        return run(null, effect, version, call, new UntakenResults(this));
    }

    /**
     * Executes a statement that may end only when its results are taken.
     *
     * @param sql its text, which tells more of its effect once the schema is known, or {@code null}
     * @param results keeps what it has written until then
     */
    public <T> T run(
            @Nullable String sql, StatementEffect effect, long version, SqlCall<T> call, UntakenResults results)
            throws SQLException {
        UntakenResults outer = executing;
        executing = results;
        List<WriteIntent> before = results.writes();
        try {
            return run(sql, effect, call, version);
        } finally {
            executing = outer;
            // The driver has ended what the statement had not answered yet.
            results.taken(before);
        }
    }

    private <T> T run(@Nullable String sql, StatementEffect effect, SqlCall<T> call, long version) throws SQLException {
        look();
        boolean isInDoubt = sql != null
                && effect.kind() == StatementEffect.Kind.WRITE
                && effect.tags().hasEverything();
        unresolved = isInDoubt ? sql : null;
        if (effect.kind().maySetNextIsolation()) setNextIsolation();
        return switch (effect.kind()) {
            case NONE -> send(call);
            case WRITE -> write(effect.tags(), version, call);
            case BEGIN -> begin(call);
            case BEGIN_WITH_MODES -> {
                isolation.becomeUnknown();
                yield begin(call);
            }
            case COMMIT -> commit(call);
            case ROLLBACK -> rollback(call);
            case ROLLBACK_TO_SAVEPOINT -> rollbackToSavepoint(call);
            case IMPLICIT_COMMIT -> {
                T result = bracket(written.announce(), call);
                snapshot.end();
                yield result;
            }
            case PREPARE -> prepare(call);
            case ISOLATION -> {
                // Some databases mean the session.
                if (source.dialect().family() != SQLDialect.POSTGRES && !isMysql()) alterIsolation();
                isolation.becomeUnknown();
                yield set(call);
            }
            case SESSION_ISOLATION -> {
                alterIsolation();
                yield set(call);
            }
            case SESSION_DEFAULTS -> {
                alter();
                alterIsolation();
                yield set(call);
            }
            case SESSION -> {
                alter();
                yield set(call);
            }
            case SETTING_FOR_QUERY -> sendWithSetting(call);
            case LOCAL_SETTING -> {
                if (inTransaction()) alteredInTransaction = true;
                yield set(call);
            }
            case AUTOCOMMIT -> {
                uncertain();
                alter();
                yield changeSchema(call);
            }
            case TEMPORARY_TABLE -> {
                alter();
                yield changeSchema(call);
            }
            case CODE, UNKNOWN -> {
                suspect();
                yield code(call);
            }
            case SCHEMA -> {
                // It runs defaults, checks and triggers.
                suspect();
                yield changeSchema(call);
            }
        };
    }

    private <T> T sendWithSetting(SqlCall<T> call) throws SQLException {
        boolean isTakenBack = false;
        try {
            T result = send(call);
            isTakenBack = OpenTransactions.end(physical()) != OpenTransactions.End.LATER;
            return result;
        } finally {
            if (!isTakenBack) suspect();
        }
    }

    /** Some settings of H2's commit what is under way. PostgreSQL's do not. */
    private <T> T set(SqlCall<T> call) throws SQLException {
        if (!inTransaction() || source.dialect().family() == SQLDialect.POSTGRES) return send(call);
        T result = bracket(written.announce(), call);
        snapshot.end();
        return result;
    }

    /** What is about to run may alter the session. */
    private void suspect() {
        source.suspect(raw);
        isolation.forget();
        forgetState();
    }

    private void alterIsolation() {
        if (isPerhapsUnderWay()) setNextIsolation();
        isolation.forget();
        source.isolationVaries(raw);
    }

    private <T> T write(Tags tags, long version, SqlCall<T> call) throws SQLException {
        if (!globals.isEmpty()) return writeInGlobal(tags, version, call);
        return inTransaction() ? writeInTransaction(tags, version, call) : bracket(tags, version, call);
    }

    /** It may commit by itself: the connection may not take part, or the transaction may time out meanwhile. */
    private <T> T writeInGlobal(Tags tags, long version, SqlCall<T> call) throws SQLException {
        note(tags, version, Change.DATA);
        WriteIntent write = source.schemas().announce(tags, version, Change.DATA);
        return protocol.bracket(write, () -> send(call), this::isStillGlobal);
    }

    /** Returns whether what was just sent is a part of the transaction: it is not over, and the connection is in one. */
    private boolean isStillGlobal() {
        boolean active = globals.stream().noneMatch(GlobalTransaction::isOver);
        try {
            return active && isSeenInTransaction();
        } catch (SQLException | RuntimeException | LinkageError e) {
            return false;
        }
    }

    private void uncertain() {
        uncertain = true;
        source.uncertain(raw);
        source.opened(this);
    }

    private <T> T changeSchema(SqlCall<T> call) throws SQLException {
        changingSchema = inTransaction();
        return unknown(call);
    }

    /** Returns whether a transaction is under way that has changed the schema, and may hold locks on its catalog. */
    boolean isChangingSchema() {
        return changingSchema;
    }

    /**
     * Asks the catalog if need be, and whether code of unknown effect has altered the session. Outside transactions only: a
     * failure within would fail the transaction.
     */
    public void learnSchema() {
        look();
        if (!source.isInspected()) {
            if (!globals.isEmpty()) source.inspectApart();
            else if (foreign) source.inspectPoolApart();
        }
        // A question would use up an isolation level that is set for the next transaction.
        if (!inTransaction() && !isolation.isUnknown()) ask();
    }

    private void ask() {
        if (!source.isInspected()) source.inspect(raw);
        verify();
    }

    /** Finds out how the session is set, once, after statements that alter it or may do so. */
    private void verify() {
        if (!source.isSuspect(raw) && !altered) return;
        source.verify(raw);
        // What cannot be told, or is the session's alone, the source knows.
        altered = false;
        if (!isAskedAnew()) knowState(source.lastState(raw));
    }

    private void knowState(@Nullable SessionState known) {
        state = known;
        if (known != null && !inTransaction()) isolation.told(known);
    }

    private <T> T send(SqlCall<T> call) throws SQLException {
        sending = true;
        long clock = isSqlite() ? source.generations().now() : -1;
        try {
            T result = sendInState(call);
            if (isSqlite() && isRows(result)) snapshot.rowsAsked(clock);
            return result;
        } finally {
            sending = false;
        }
    }

    private boolean isMysql() {
        return switch (source.dialect().family()) {
            case MYSQL, MARIADB -> true;
            default -> false;
        };
    }

    private boolean isSqlite() {
        return source.dialect().family() == SQLDialect.SQLITE;
    }

    private static boolean isRows(@Nullable Object result) {
        return result instanceof ResultSet || Boolean.TRUE.equals(result);
    }

    private <T> T sendInState(SqlCall<T> call) throws SQLException {
        if (!inTransaction()) return call.run();
        snapshot.statementSent();
        try {
            return call.run();
        } catch (SQLException | RuntimeException | Error e) {
            failed = true;
            throw e;
        }
    }

    private <T> T writeInTransaction(Tags tags, long version, SqlCall<T> call) throws SQLException {
        note(tags, version, Change.DATA);
        try {
            return failed && mayEndByFailure() ? bracket(tags, version, call) : send(call);
        } finally {
            // A routine or a trigger has committed by itself, which the analysis should have told; perhaps before it
            // failed.
            if (OpenTransactions.isNoneUnderWay(physical())) written.announce().committed();
        }
    }

    /** Returns whether a failure may have rolled the transaction back, so that each statement commits from then on. */
    private boolean mayEndByFailure() {
        return explicit || isSqlite();
    }

    private void note(Tags tags, long version, Change may) {
        if (!tags.isEmpty()) physical();
        boolean unseen = foreign || uncertain;
        for (GlobalTransaction global : globals) unseen |= !global.note(source, physical(), tags, version, may);
        String sql = unresolved;
        if (unseen && sql != null && may == Change.DATA) source.standInDoubt(physical(), sql, version);
        else if (unseen) source.standUntilOthersEnd(physical(), tags, version, may);
        written.add(tags, version, may);
    }

    /** Intent, execute, bump: what one statement writes and commits by itself. */
    private <T> T bracket(Tags tags, long version, SqlCall<T> call) throws SQLException {
        return bracket(source.schemas().announce(tags, version, Change.DATA), call);
    }

    private <T> T bracket(WriteIntent write, SqlCall<T> call) throws SQLException {
        return protocol.bracket(write, () -> send(call), result -> settles(write, result));
    }

    /** Settles what a statement has written, or has that done when its results are taken, and says which. */
    private boolean settles(WriteIntent write, @Nullable Object result) {
        if (isSqlite() && autoCommit && isRows(result)) {
            committingLate = true;
            source.stand(physical(), write.tags(), source.schemas().version(), Change.DATA);
        }
        standIfBegunMeanwhile(write);
        UntakenResults results = executing;
        if (results == null || inTransaction() || !results.mayFollow(result)) return true;
        results.keep(write);
        return false;
    }

    /** Results of a statement are kept by the session until it gives its connection back. */
    void untaken(UntakenResults results) {
        untaken.add(results);
    }

    void taken(UntakenResults results) {
        untaken.remove(results);
    }

    /** The connection is about to be closed, and so are its statements. */
    public void closeResults() {
        if (!sending) List.copyOf(untaken).forEach(UntakenResults::close);
    }

    /** What a statement has written that has ended now. If the connection is lost, the server may be at it still. */
    void resultsTaken(WriteIntent write) {
        if (PhysicalConnections.isClosed(physical())) {
            source.doubt(write, raw, physical());
            return;
        }
        // Only with its last results the driver is told that it has begun a transaction.
        if (!write.tags().isEmpty() && !isOutside()) {
            if (!inTransaction()) begunUnseen();
            note(write.tags(), source.schemas().version(), write.change());
        }
        write.committed();
    }

    /** A pool that enlists a connection at its first use: what was taken for autocommit was a part of a transaction. */
    private void standIfBegunMeanwhile(WriteIntent write) {
        if (inTransaction() || write.tags().isEmpty() || isOutside()) return;
        begunUnseen();
        note(write.tags(), source.schemas().version(), write.change());
    }

    /**
     * The driver's connection. Asked for before anything can go wrong, and remembered: a pool's wrapper does not tell any
     * more what was under it once it has seen the connection fail.
     */
    Connection physical() {
        Connection known = physical;
        if (known == null) physical = known = PhysicalConnections.physical(raw);
        return known;
    }

    private <T> T unknown(SqlCall<T> call) throws SQLException {
        Tags before = written.tags();
        long version = source.schemas().version();
        if (inTransaction()) note(Tags.everything(), version, Change.SCHEMA);
        return bracket(source.schemas().announce(before.plus(Tags.everything()), version, Change.SCHEMA), call);
    }

    /** Code may begin or end transactions, which is seen by the next look; where the driver does not tell, it stays unknown. */
    private <T> T code(SqlCall<T> call) throws SQLException {
        if (OpenTransactions.tells(physical()) || isSqlite()) return unknown(call);
        boolean mayAsk = !inTransaction() && origin == Origin.OWN;
        uncertain();
        T result = unknown(call);
        if (mayAsk && OpenTransactions.isAnsweredOutside(physical())) certainlyOutside();
        return result;
    }

    /** The server has answered that no transaction is under way. */
    private void certainlyOutside() {
        uncertain = false;
        source.certainlyOutside(raw);
        reset();
        source.closed(this);
    }

    /**
     * Begins a transaction, if none is under way: then a BEGIN begins nothing on PostgreSQL and H2, and the snapshot is the
     * old one; in the MySQL family it commits, and the snapshot is not taken yet. So the clock stays, and nothing is served
     * until a query has been executed.
     */
    private <T> T begin(SqlCall<T> call) throws SQLException {
        boolean within = inTransaction();
        if (!within) asked();
        long clock = source.generations().now();
        T result = bracket(written.announce(), call);
        explicit = true;
        snapshot.end();
        if (!within) snapshot.begin(clock);
        source.opened(this);
        return result;
    }

    public <T> T commit(SqlCall<T> call) throws SQLException {
        return usingLevel(() -> commitWritten(call));
    }

    private <T> T commitWritten(SqlCall<T> call) throws SQLException {
        look();
        long clock = source.generations().now();
        T result = sendCommit(call);
        ended(clock);
        return result;
    }

    private <T> T sendCommit(SqlCall<T> call) throws SQLException {
        return protocol.commit(written.announce(), () -> {
            try {
                return call.run();
            } catch (SQLException | RuntimeException | Error e) {
                failed = true;
                throw e;
            }
        });
    }

    public <T> T rollback(SqlCall<T> call) throws SQLException {
        look();
        long clock = source.generations().now();
        T result = usingLevel(call);
        ended(clock);
        return result;
    }

    public <T> T rollbackToSavepoint(SqlCall<T> call) throws SQLException {
        T result = call.run();
        failed = false;
        // The server drops a snapshot that it has taken after the savepoint, as that of an empty transaction.
        if (isMysql()) snapshot.end();
        return result;
    }

    /** The first phase of a two-phase commit: another session will end the transaction, so its intents stand. */
    private <T> T prepare(SqlCall<T> call) throws SQLException {
        // Other sessions have perhaps written in the same transaction.
        WriteIntent write = written.announce(foreign || uncertain ? Tags.everything() : written.current());
        long clock = source.generations().now();
        T result = protocol.prepare(write, () -> send(call));
        ended(clock);
        return result;
    }

    /**
     * A transaction was ended.
     *
     * @param clock before the call that has ended it: the next one is perhaps under way already, chained to it
     */
    private void ended(long clock) {
        if (foreign || uncertain || begun) source.ended(raw);
        begun = false;
        leftOver.forEach(WriteIntent::committed);
        leftOver = List.of();
        reset();
        snapshot.begin(clock);
        if (inTransaction() && OpenTransactions.isNoneUnderWay(physical())) noteClock();
        if (!inTransaction()) source.closed(this);
        askBetweenTransactions();
    }

    /** No transaction is under way any more, as far as the connection is concerned. */
    private void reset() {
        ownTransaction = false;
        joined = !globals.isEmpty();
        written.clear();
        isolation.transactionEnded();
        explicit = false;
        failed = false;
        changingSchema = false;
        alteredInTransaction = false;
        snapshot.transactionEnded();
    }

    /** With autocommit off there is no other moment outside a transaction. */
    private void askBetweenTransactions() {
        boolean asks = !source.isInspected() && source.effects().wantsSchema(source);
        boolean isOthers = foreign || uncertain || !globals.isEmpty();
        if (autoCommit || isOthers || !(asks || source.isToBeAsked(raw))) return;
        try {
            source.askBetween(raw);
            if (!isAskedAnew()) knowState(source.lastState(raw));
        } catch (SQLException | RuntimeException | LinkageError e) {
            // The connection is broken, which its user will see; the commit before has succeeded.
            failed = true;
        }
    }

    public void setAutoCommit(boolean value, VoidCall call) throws SQLException {
        look();
        if (explicit && autoCommit) {
            // Some drivers commit what SQL has begun, some leave it open.
            uncertain();
            bracket(written.announce(), call.asCall());
            autoCommit = value;
        } else if (value && !autoCommit) {
            commitBySwitchingOn(call);
        } else {
            if (!value && autoCommit) {
                if (source.isInspected() || source.effects().wantsSchema(source)) learnSchema();
                asked();
                snapshot.begin();
            }
            call.run();
            if (!value && autoCommit) {
                autoCommit = false;
                ownTransaction = true;
                snapshot.end();
                source.opened(this);
            }
        }
    }

    /**
     * Commits what is under way, unless that was begun by code or chained to a COMMIT while autocommit was on: then drivers
     * send nothing, and it stays open.
     */
    private void commitBySwitchingOn(VoidCall call) throws SQLException {
        long clock = source.generations().now();
        boolean tells = OpenTransactions.tells(physical());
        boolean isOnBelow = !tells && uncertain && Question.answer(physical()::getAutoCommit, false);
        sendCommit(() -> {
            switchOn(call);
            return true;
        });
        if (tells ? !isOutside() : isOnBelow) return;
        autoCommit = true;
        ended(clock);
        foreign = false;
        uncertain = shared;
        if (!inTransaction()) source.closed(this);
    }

    /** SQLite's driver takes it for switched on even if the commit has failed. */
    private void switchOn(VoidCall call) throws SQLException {
        try {
            call.run();
        } catch (SQLException | RuntimeException | Error e) {
            if (isSqlite()) uncertain();
            throw e;
        }
    }

    /** SQLite's driver begins a transaction by it, where others refuse it, and the savepoint's release commits. */
    public <T> T setSavepoint(SqlCall<T> call) throws SQLException {
        touched();
        boolean outside = autoCommit;
        T savepoint = call.run();
        if (outside && !raw.getAutoCommit()) {
            autoCommit = false;
            uncertain();
        }
        return savepoint;
    }

    public void setIsolation(int level, VoidCall call) throws SQLException {
        look();
        boolean isUnderWay = isPerhapsUnderWay();
        if (isUnderWay) setNextIsolation();
        if (inTransaction() && (snapshot.isStatementSent() || (isUnderWay && isMysql()))) {
            // H2 commits; MySQL's family means the next transaction.
            bracket(written.announce(), call.asCall());
            isolation.set(level, true);
        } else {
            call.run();
            isolation.set(level, false);
        }
    }

    private void noteClock() {
        if (inTransaction()) snapshot.begin();
    }

    /** Something other than a statement is being sent, which may make the database take the transaction's snapshot. */
    public void touched() {
        if (inTransaction()) snapshot.statementSent();
        if (isSqlite()) snapshot.rowsAsked();
    }

    /** The same through a call of JDBC's, which perhaps sends a statement that commits. */
    public <T> T alter(SqlCall<T> call) throws SQLException {
        look();
        alter();
        return set(call);
    }

    /**
     * The connection may lead to another server from here on, unless it is a driver's own, of a pool whose URL names one
     * server.
     */
    public void redirect(VoidCall call) throws SQLException {
        touched();
        call.run();
        if (source.isKnownPool() && PhysicalConnections.isDriversOwn(physical())) return;
        source.suspect(raw);
        forgetState();
    }

    /** The application sets its client info: a name in lists of sessions, or an input of policies on what they may see. */
    public void describe() {
        touched();
        switch (source.dialect().family()) {
            case POSTGRES, H2, MARIADB, MYSQL, SQLITE -> {}
            default -> alter();
        }
    }

    /** The session's schema, catalog, role or a setting is being changed. */
    public void alter() {
        touched();
        if (inTransaction()) alteredInTransaction = true;
        isolation.altered();
        if (!isAskedAnew()) altered = true;
        source.altered(raw);
        forgetState();
    }

    /** What was asked of the session's state may no longer hold. */
    private void forgetState() {
        if (!isAskedAnew()) return;
        if (inTransaction()) alteredInTransaction = true;
        state = null;
    }

    /**
     * The application unwraps the driver's own connection and may write there unseen: everything stands until the connection
     * is given back.
     */
    public void exposed() {
        if (exposed) return;
        exposed = true;
        suspect();
        source.exposed(raw);
    }

    /**
     * The connection is given back, by whichever call does that.
     *
     * <p>A transaction left open is ended by the pool or the driver, some by commit, some by rollback, some not at all.
     * What it wrote stays marked until the connection is seen outside a transaction, or closed for good.
     */
    public void giveBack(VoidCall call) throws SQLException {
        if (!sending) look();
        if (!inTransaction() && !isolation.isUnknown() && !sending) source.verifyAtReturn(raw);
        if (exposed) setNextIsolation();
        boolean open = inTransaction() && !foreign;
        boolean global = !globals.isEmpty();
        // What was written before the connection joined is committed by its pool, perhaps.
        boolean unended = open && !written.isEmpty() && (!global || isPerhapsLocal());
        if (global && !autoCommit && !written.isEmpty() && isPerhapsLocal())
            globals.forEach(GlobalTransaction::perhapsLocal);
        if (unended) source.stand(physical(), written.tags(), written.analysedAt(), written.change());
        leftOver.forEach(WriteIntent::committed);
        leftOver = List.of();
        if (explicit) source.uncertain(raw);
        if (inTransaction() && alteredInTransaction) source.altered(raw);
        if (isolation.hasChanged()) source.isolationVaries(raw);
        source.closed(this);
        boolean oldSnapshot = open && snapshot.isStatementSent() && !isolation.isReadCommitted();
        boolean exposure = (exposed || committingLate) && autoCommit;
        if (global && !snapshot.isStatementSent() && !sending) use();
        // While it is given back, another thread may have taken it already.
        source.released(this, physical());
        try {
            call.run();
        } finally {
            written.forget();
            List.copyOf(untaken).forEach(UntakenResults::taken);
            if (exposure) source.noLongerExposed(physical());
            if (oldSnapshot) source.leftOpen(physical());
            if (unended) source.sweep();
        }
    }

    /**
     * Has the pool enlist a connection that is given back unused, as after a hit. Atomikos loses what a transaction has
     * done before on a connection that it is given back like that, and does not know that it takes part.
     */
    private void use() {
        try {
            raw.createStatement().close();
        } catch (SQLException | RuntimeException | LinkageError e) {
            // The application did not ask for it.
        }
    }

    /** Returns whether the transaction that the connection shows may be none of a transaction manager's. */
    private boolean isPerhapsLocal() {
        return ownTransaction || (!beganInAutoCommit && !source.isUsuallyInAutoCommit());
    }

    /** Sends a query once more, and reads it to its end. */
    @FunctionalInterface
    public interface Resending {

        /**
         * Sends the query.
         *
         * @param raw the connection
         * @throws SQLException if it fails
         */
        void on(Connection raw) throws SQLException;
    }

    /**
     * A call of JDBC.
     *
     * @param <T> what it answers
     */
    @FunctionalInterface
    public interface SqlCall<T> {
        T run() throws SQLException;
    }

    /** A call of JDBC without an answer. */
    @FunctionalInterface
    public interface VoidCall {
        void run() throws SQLException;

        default SqlCall<Boolean> asCall() {
            return () -> {
                run();
                return true;
            };
        }
    }
}
