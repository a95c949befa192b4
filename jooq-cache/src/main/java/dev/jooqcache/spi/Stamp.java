package dev.jooqcache.spi;

/**
 * The generation of a set of tags, read from a {@link GenerationStore} at one moment, or the value of its clock.
 *
 * @param incarnation the identity of the store's present life: unique per start, changed whenever the store may have
 *     gone backwards
 * @param generation the highest generation among the tags, or the clock
 * @param pending whether a writer's intent stands on a tag; then nothing may be served from, or stored into, what
 *     depends on it, and the other two numbers mean nothing
 */
public record Stamp(long incarnation, long generation, boolean pending) {

    /** The stamp of tags that a writer is about to change. */
    public static final Stamp PENDING = new Stamp(0, 0, true);

    /**
     * A stamp without a pending intent.
     *
     * @param incarnation the store's incarnation
     * @param generation the highest generation among the tags
     * @return the stamp
     */
    public static Stamp of(long incarnation, long generation) {
        return new Stamp(incarnation, generation, false);
    }

    /**
     * Returns whether nothing has been committed since, if this was read from a set of tags after the other one was noted.
     *
     * @param since an earlier state of the clock
     * @return whether no intent stands, and no generation is higher than that; never for another incarnation
     */
    public boolean isWithin(Stamp since) {
        return !pending && incarnation == since.incarnation && generation <= since.generation;
    }

    /**
     * The earlier of this and a state of the clock of the same incarnation.
     *
     * @param clock what the clock stood at
     * @return this stamp, if it is not later
     */
    public Stamp until(long clock) {
        return generation <= clock ? this : new Stamp(incarnation, clock, pending);
    }
}
