package dev.jooqcache.internal.transaction;

import dev.jooqcache.BypassReason;

/** Which results a session may be shown for one read, by the state of its transaction. */
public sealed interface ReadVisibility {

    /** See {@link Shared}. */
    ReadVisibility SHARED = new Shared();

    /** The newest committed rows: outside a transaction, or in READ COMMITTED (rule P8). */
    record Shared() implements ReadVisibility {}

    /**
     * The rows of a snapshot (rule P9).
     *
     * @param clock the generation clock before the transaction's first statement; nothing newer may be shown or stored
     * @param taken whether the database has certainly taken the snapshot; before that nothing may be served, since what
     *     the database will show later could be newer
     */
    record Snapshot(long clock, boolean taken) implements ReadVisibility {}

    /**
     * Only what the database answers.
     *
     * @param reason why
     */
    record Private(BypassReason reason) implements ReadVisibility {}
}
