package dev.jooqcache.internal.entry;

import dev.jooqcache.spi.Stamp;

/**
 * Up to which state of the clock a result is known to be exact. It may be found out later that it was so for longer; then
 * the next look is a shorter one. Thread-safe.
 */
public final class Validity {

    private volatile Stamp stamp;

    /**
     * Begins.
     *
     * @param stamp a state of the clock at which the result was exact
     */
    public Validity(Stamp stamp) {
        this.stamp = stamp;
    }

    /**
     * The latest state of the clock that is known.
     *
     * @return a stamp that is not pending
     */
    public Stamp stamp() {
        return stamp;
    }

    /**
     * It is known that nothing has changed up to a state of the clock.
     *
     * @param later a stamp of the same incarnation; an earlier one changes nothing
     */
    public void extend(Stamp later) {
        if (later.generation() > stamp.generation()) stamp = later;
    }

    @Override
    public String toString() {
        return "until " + stamp;
    }
}
