package dev.jooqcache.spi;

/**
 * What a set of tags stands at, read from a {@link GenerationStore} at one moment.
 *
 * <p>Two equal stamps of one set of tags, neither of them pending, say that no commit touched any of its tags between
 * the two readings.
 *
 * @param incarnation the identity of the store's present life: unique per start, changed whenever the store may have
 *     gone backwards
 * @param generation the highest generation among the tags
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
}
