package dev.jooqcache.internal.generation;

import dev.jooqcache.spi.GenerationStore;

/** The store of the library, with a call before each cell of a commit. */
public final class StoppingStore {

    private StoppingStore() {}

    public static GenerationStore calling(Runnable beforeBump) {
        return new InJvmGenerationStore(1 << 10, beforeBump);
    }
}
