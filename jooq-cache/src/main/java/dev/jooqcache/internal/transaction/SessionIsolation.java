package dev.jooqcache.internal.transaction;

import java.sql.Connection;
import java.util.function.BooleanSupplier;

/**
 * The isolation level of a session, as far as it is known (rule P10).
 *
 * <p>A level is asked for once and remembered. It is forgotten when a statement may have changed it. In a transaction it is then
 * unknown until the end, since some databases mean the present transaction by such a statement, some the next one.
 *
 * <p>Used by one thread at a time, as its session is.
 */
final class SessionIsolation {

    static final int UNKNOWN = -1;

    private final TrackedSource source;
    private final Connection raw;
    private final BooleanSupplier inTransaction;
    private final int initial;
    private volatile int level;
    private volatile boolean unknown;

    /** The level was asked for, or may have been changed, in a transaction, and may be that of this transaction alone. */
    private volatile boolean ofTransaction;

    /** A level that was perhaps set for the next transaction alone was used up since the check-out. */
    private volatile boolean nextUsed;

    /**
     * Begins at a check-out.
     *
     * @param inTransaction tells whether a transaction of the session is under way
     * @param initial the level that the session had before, or {@link #UNKNOWN}
     */
    SessionIsolation(TrackedSource source, Connection raw, BooleanSupplier inTransaction, int initial) {
        this.source = source;
        this.raw = raw;
        this.inTransaction = inTransaction;
        this.initial = initial;
        this.level = initial;
    }

    /** The level at which the next statement is executed, which is asked for if need be, or {@link #UNKNOWN}. */
    int level() {
        if (unknown || mayNextVary()) return UNKNOWN;
        if (level == UNKNOWN) {
            level = Question.answer(raw::getTransactionIsolation, UNKNOWN);
            unknown = level == UNKNOWN;
            ofTransaction = inTransaction.getAsBoolean();
        }
        return level;
    }

    /** Returns whether the level must not be asked for: a statement has set it in a way that is not followed, or the question has failed. */
    boolean isUnknown() {
        return unknown;
    }

    boolean isReadCommitted() {
        return level == Connection.TRANSACTION_READ_COMMITTED && !unknown;
    }

    /**
     * Returns whether the session has another level than at its check-out. What was forgotten is found out with the session's
     * state.
     */
    boolean hasChanged() {
        return level != initial && initial != UNKNOWN && level != UNKNOWN;
    }

    /** The server has told the session's state outside a transaction, and so its level. */
    void told(SessionState state) {
        level = state.isolation();
    }

    /** JDBC has set the level, of the next transaction perhaps if one is under way. */
    void set(int value, boolean isUnderWay) {
        // In this order: another thread that reads meanwhile must not take the new level for that of this transaction.
        if (isUnderWay) unknown = true;
        level = value;
        if (!isUnderWay) unknown = false;
    }

    /** A statement that is about to run sets the level, or may set it, in a way that is not followed. */
    void becomeUnknown() {
        unknown = true;
    }

    /** The session's default may have changed. */
    void forget() {
        level = UNKNOWN;
        ofTransaction = false;
        unknown |= inTransaction.getAsBoolean();
    }

    /** A setting has changed, on which the level of what begins from here on may depend. */
    void altered() {
        if (inTransaction.getAsBoolean()) ofTransaction = true;
        else level = UNKNOWN;
    }

    void transactionEnded() {
        unknown = false;
        if (ofTransaction) level = UNKNOWN;
        ofTransaction = false;
    }

    /** Returns whether the next transaction may have another level than the session. */
    boolean mayNextVary() {
        return !nextUsed && source.mayNextIsolationVary(raw);
    }

    /**
     * A level is set, or may be set, for the next transaction alone, as MySQL's family can and does not tell. The session's
     * level, set within a transaction, does the reverse: one that is chained to it, and the first statement after autocommit
     * was switched on, keep the level of before.
     */
    void nextVaries() {
        nextUsed = false;
        source.nextIsolationVaries(raw);
    }

    /** A transaction has used up the level that was perhaps set for it. */
    void nextUsed() {
        nextUsed = true;
        source.nextIsolationUsed(raw);
        if (inTransaction.getAsBoolean()) return;
        unknown = false;
        level = UNKNOWN;
    }
}
