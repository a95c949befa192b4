package dev.jooqcache.internal.reactive;

/** How the publisher of a call has ended, as far as its subscriber was told. */
enum Outcome {
    /** It completed. */
    COMPLETED,
    /** It failed, and the error is the database's word on the call: nothing of it is still running. */
    REFUSED,
    /** It failed, and the error says that the transaction was rolled back. */
    ROLLED_BACK,
    /** It failed in another way, or its subscriber has cancelled it: the database may still be at it. */
    UNKNOWN;

    /** Returns whether nothing of the call is still running. */
    boolean isAnswer() {
        return this != UNKNOWN;
    }
}
