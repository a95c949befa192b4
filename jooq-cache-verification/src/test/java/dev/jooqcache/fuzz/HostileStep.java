package dev.jooqcache.fuzz;

/**
 * One thing that a session does.
 *
 * @param way how
 * @param text the SQL text, or an empty one for what has none
 */
record HostileStep(Way way, String text) {

    /** How a session does something. */
    enum Way {
        JOOQ,
        PREPARED,
        BATCH,
        STATEMENT,
        AUTOCOMMIT_OFF,
        AUTOCOMMIT_ON,
        COMMIT,
        ROLLBACK,
        /** The connection is given back to its pool and taken again. */
        RETURN,
        /** The session ends, and another one takes its place. */
        RENEW
    }

    @Override
    public String toString() {
        return text.isEmpty() ? "(" + way + ")" : way + "  " + text;
    }
}
