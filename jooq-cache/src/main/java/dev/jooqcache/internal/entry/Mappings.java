package dev.jooqcache.internal.entry;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Objects mapped from a result, kept so that the next reader need not map it again. They are dropped with the result, and
 * are not part of it: {@link Codec} leaves them out. Thread-safe.
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
     * Returns the rows that an owner has kept here.
     *
     * @param owner the object that keeps rows here; compared by identity
     * @return what {@link #keep} was given, or {@code null} if it was nothing, or is not kept any more
     */
    public @Nullable List<?> of(Object owner) {
        for (Mapping mapping = first; mapping != null; mapping = mapping.next)
            if (mapping.owner == owner) return mapping.rows;
        return null;
    }

    /**
     * Keeps rows. Of several concurrent calls some may be lost; only the last few are kept.
     *
     * @param owner the object that keeps the rows; compared by identity
     * @param rows an immutable list of immutable objects, which others will be handed
     */
    public void keep(Object owner, List<?> rows) {
        first = new Mapping(owner, rows, Mapping.first(MOST - 1, first));
    }
}
