package dev.jooqcache.model;

/** The degree to which equal arguments give equal results, from the most to the least reliable. */
public enum Volatility {
    /** Always. */
    IMMUTABLE,
    /** As long as the tables that are read do not change. */
    STABLE,
    /** As long as the session's user, role, schema and settings do not change either. */
    SESSION,
    /** Nothing is promised; a declaration can supply it. */
    UNKNOWN,
    /** Not even twice in a row: it asks the clock, a sequence, or for a random number. */
    VOLATILE;

    /**
     * Returns the volatility of code that does two things.
     *
     * @param other how reliable the second one is
     * @return the less reliable of the two
     */
    public Volatility and(Volatility other) {
        return compareTo(other) >= 0 ? this : other;
    }

    /** Combines two sources about the same code: a promise of one stands for the other's silence. */
    Volatility or(Volatility other) {
        if (this == UNKNOWN) return other;
        return other == UNKNOWN ? this : and(other);
    }
}
