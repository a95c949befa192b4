package dev.jooqcache.protocol;

/** One rule of the protocol left out, or done otherwise. */
enum Defect {
    /** Writes give no new generation. */
    NO_INVALIDATION,
    /** P1: the stamp is taken after the SQL. */
    STAMP_AFTER_SQL,
    /** P2: the bump comes before COMMIT, and nothing after it. */
    BUMP_BEFORE_COMMIT_ONLY,
    /** P2: the bump comes after COMMIT, and no intent before it. */
    BUMP_AFTER_COMMIT_ONLY,
    /** P2: bumps before and after COMMIT, but no intents. */
    BUMPS_ON_BOTH_SIDES,
    /** P3: a flag instead of a count, cleared by any finisher. */
    INTENT_AS_FLAG,
    /** P4: an entry is put without looking at the stamp again. */
    NO_VALIDATION,
    /** P4: what stands is taken to be exact until the clock after the looks. */
    EXTENDED_TO_A_LATE_CLOCK,
    /** P7: what a transaction sees of its own writes is stored. */
    OWN_WRITES_STORED,
    /** P7: the same, published at its commit. */
    OWN_WRITES_PUBLISHED,
    /** P9: a snapshot transaction reads and stores as READ COMMITTED does. */
    SNAPSHOT_AS_READ_COMMITTED,
    /** P9 as built: a snapshot transaction is served before the database has taken its snapshot. */
    SERVED_BEFORE_SNAPSHOT,
    /** P9: the clock is noted after the first statement. */
    CLOCK_AFTER_SNAPSHOT,
    /** P11: a commit that threw is taken for done. */
    DOUBT_BUMPED_AT_ONCE,
    /** P11: a commit that threw is taken for rolled back. */
    DOUBT_ABANDONED,
    /** P12: a cell forgets its generation. */
    COUNTER_RESTARTS,
    /** P12: a restart of the generations that is not a new incarnation. */
    NO_NEW_INCARNATION,
    /** P11: a commit in doubt is taken for final before the server has decided. */
    QUARANTINE_TOO_SHORT,
    /** P13: a timer takes the intents of a slow writer away, or of one that died in doubt and never bumps. */
    INTENT_EXPIRES,
    /** P15: a number is issued before the intent stands. */
    ISSUED_BEFORE_INTENT,
    /** P15: a number is issued in one step and written in another, both while the intent stands. */
    ISSUED_AND_WRITTEN_APART,
    /** P16: a flight is joined by whoever asks the same query, and its rows are handed on. */
    FLIGHT_BY_QUERY,
    /** Not a rule but an assumption: no COMMIT of a process that died takes effect after its successor has begun. */
    COMMIT_OUTLIVES_RESTART
}
