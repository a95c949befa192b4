package dev.jooqcache.internal.transaction;

/** How the connections of a provider are bound to transactions. */
@FunctionalInterface
public interface TransactionBinding {

    /** Every call takes another connection from the pool. */
    TransactionBinding FRESH = source -> true;

    /** Not known. */
    TransactionBinding UNKNOWN = source -> false;

    /** Returns whether an execution would certainly begin outside any transaction. */
    boolean isOutside(TrackedSource source);
}
