package dev.jooqcache.protocol;

/** What can go wrong. */
enum Violation {
    /** A write whose commit returned before the read began is missing. */
    G1,
    /** Something that was visible in the database when the read began, so that anybody may have seen it, is missing. */
    G2,
    /** What was never committed, or not at one instant, was served. */
    NEVER_COMMITTED,
    /** Two reads of a snapshot transaction contradict each other. */
    SNAP,
    /** Nobody is under way, and what would be served differs from the database. */
    POISON
}
