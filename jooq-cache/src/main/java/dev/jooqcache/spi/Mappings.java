package dev.jooqcache.spi;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What readers have made of a result, so that the next one need not make it again. It goes when the result goes, and is
 * not part of it: {@link Codec} leaves it out. Thread-safe.
 */
public final class Mappings {

    private static final int MOST = 4;

    private volatile @Nullable Mapping first;

    /** Begins empty. */
    public Mappings() {}

    private record Mapping(
            Object owner, List<?> rows, @Nullable Mapping next) {

        /** Copies the first few. */
        private static @Nullable Mapping first(int most, @Nullable Mapping mapping) {
            return most == 0 || mapping == null
                    ? null
                    : new Mapping(mapping.owner, mapping.rows, first(most - 1, mapping.next));
        }
    }

    /**
     * What somebody has kept here.
     *
     * @param owner who asks; compared by identity
     * @return what {@link #keep} was given, or {@code null} if it was nothing, or is not kept any more
     */
    public @Nullable List<?> of(Object owner) {
        for (Mapping mapping = first; mapping != null; mapping = mapping.next)
            if (mapping.owner == owner) return mapping.rows;
        return null;
    }

    /**
     * Keeps something. Of several who keep at the same time some may be forgotten; only the last few are kept.
     *
     * @param owner whose it is
     * @param rows an immutable list of immutable objects, which others will be handed
     */
    public void keep(Object owner, List<?> rows) {
        first = new Mapping(owner, rows, Mapping.first(MOST - 1, first));
    }
}
