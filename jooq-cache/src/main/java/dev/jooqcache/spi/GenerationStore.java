package dev.jooqcache.spi;

/**
 * Keeps, for every tag, the generation of the last commit that touched it and the intents of writers about to commit.
 *
 * <p>The cache is right if the store keeps these promises, whatever engine it is made of:
 *
 * <ul>
 *   <li>Generations come from one clock that only rises. Issuing a number and writing it to a tag is one step (P15).
 *   <li>The generation and the intents of one tag are read in one atomic read (P15). Several tags may be read one after
 *       the other.
 *   <li>Intents are counted, or kept as a set; they overlap (P3). They never expire by themselves (P13).
 *   <li>A (incarnation, generation) pair is never issued twice. If the store may have lost something, it has a new
 *       incarnation (P12).
 * </ul>
 *
 * <p>A method that cannot keep a promise must throw; the cache then sends reads to the database until
 * {@link #renew()} has succeeded. A {@link #commit} or {@link #abandon} that threw is repeated before that, until it does
 * not throw; a store that had carried it out in spite of throwing must accept the repetition. Calls must return in bounded time. Implementations are thread-safe.
 */
public interface GenerationStore extends AutoCloseable {

    /**
     * Reads what the tags stand at.
     *
     * @param tags the tags of one read
     * @return the stamp; pending if an intent stands on any of them
     */
    Stamp capture(Tags tags);

    /**
     * The clock: no generation that was issued before the call is higher, in the present incarnation.
     *
     * @return the last number issued
     */
    long now();

    /**
     * Marks the tags: a writer is about to commit what it changed in them.
     *
     * @param tags the tags of one transaction or autocommit statement
     * @return the marks, to be handed to either {@link #commit} or {@link #abandon} exactly once
     */
    Intent intent(Tags tags);

    /**
     * The writer has committed: each tag gets the next generation and loses the writer's mark, in one step per tag.
     *
     * @param intent what {@link #intent} returned
     */
    void commit(Intent intent);

    /**
     * The writer has definitely rolled back: the marks go, the generations stay.
     *
     * @param intent what {@link #intent} returned
     */
    void abandon(Intent intent);

    /** Begins a new incarnation: no stamp captured before equals one captured after. Intents that stand are kept. */
    void renew();

    /** Releases what the store holds. Default: nothing. */
    @Override
    default void close() {}

    /** One writer's marks on a set of tags. */
    interface Intent {

        /**
         * The marked tags.
         *
         * @return the tags
         */
        Tags tags();
    }
}
