package dev.jooqcache.internal.transaction;

import dev.jooqcache.BypassReason;

/**
 * The snapshot from which a session reads: how old it is at most, and whether the database has taken it already (rule P9).
 *
 * <p>Used by one thread at a time, as its session is.
 */
final class SessionSnapshot {

    private final TrackedSource source;
    private volatile boolean statementSent;
    private volatile boolean taken;

    /** Stands for what the next statement reads: one transaction's snapshot, at one isolation level. */
    private volatile Object token = new Object();

    /**
     * The clock when the transaction began. Not when its first statement was sent: savepoints, questions on the metadata, or a
     * driver that looks up a type make the database take its snapshot as well.
     */
    private volatile long clock = -1;

    /**
     * On SQLite the clock before the first rows were asked for since the check-out, or -1. All that a connection reads
     * while one of its result sets is open is as old as the oldest of them, outside transactions, too.
     */
    private volatile long firstRows = -1;

    SessionSnapshot(TrackedSource source) {
        this.source = source;
    }

    private long now() {
        return source.generations().now();
    }

    /** Returns whether anything was sent in the transaction that may have made the database take its snapshot. */
    boolean isStatementSent() {
        return statementSent;
    }

    /** Something is about to be sent, or was sent before the session began, in the transaction. */
    void statementSent() {
        statementSent = true;
    }

    /** A transaction begins now. */
    void begin() {
        begin(now());
    }

    /** A transaction has begun, no earlier than when the clock stood there. */
    void begin(long notBefore) {
        clock = notBefore;
    }

    /** The database has taken the snapshot of the transaction under way, if a statement was sent in it. */
    void take() {
        if (statementSent) taken = true;
    }

    boolean isTaken() {
        return taken;
    }

    /** What is read from here on may be read in another snapshot, or at another isolation level. */
    void end() {
        taken = false;
        token = new Object();
    }

    /** No transaction is under way any more. */
    void transactionEnded() {
        statementSent = false;
        end();
    }

    /** A token of the present snapshot, for {@link #isPresent}. */
    Object token() {
        return token;
    }

    @SuppressWarnings("ReferenceEquality")
    boolean isPresent(Object earlierToken) {
        return earlierToken == token;
    }

    /** On SQLite, something is about to be asked that may open rows. */
    void rowsAsked() {
        if (firstRows < 0) firstRows = now();
    }

    /** On SQLite, rows were asked for when the clock stood there. */
    void rowsAsked(long then) {
        if (firstRows < 0) firstRows = then;
    }

    /** What a read outside a transaction may be shown. */
    ReadVisibility outside(Isolation.View view) {
        if (view == Isolation.View.NONE) return new ReadVisibility.Private(BypassReason.ISOLATION);
        return firstRows < 0 ? ReadVisibility.SHARED : new ReadVisibility.Snapshot(firstRows, true);
    }

    /** What a read in the transaction may be shown. */
    ReadVisibility inside(Isolation.View view) {
        long oldest = firstRows < 0 ? clock : Math.min(firstRows, clock);
        return switch (view) {
            case NEWEST -> ReadVisibility.SHARED;
            case SNAPSHOT -> new ReadVisibility.Snapshot(oldest, taken);
            case SNAPSHOT_OF_EACH_TABLE -> new ReadVisibility.Snapshot(oldest, false);
            case NONE -> new ReadVisibility.Private(BypassReason.ISOLATION);
        };
    }
}
