package dev.jooqcache.model;

import java.util.Collections;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The tags that a write touches, transitively through cascades and triggers.
 *
 * @param tags the tags that it touches, each with the way to it; an empty way if the statement names it
 * @param indirect those of the tags that it touches, perhaps among other ways, otherwise than by the statement itself
 * @param everything why it may touch anything, or {@code null} if the tags are all
 * @param elsewhere whether it writes rows that another server keeps, which may be committed at once
 */
public record Reach(
        SortedMap<String, String> tags,
        SortedSet<String> indirect,
        @Nullable String everything,
        boolean elsewhere) {

    /**
     * Copies the collections.
     *
     * @param tags the tags that it touches, each with the way to it; an empty way if the statement names it
     * @param indirect those of the tags that it touches, perhaps among other ways, otherwise than by the statement itself
     * @param everything why it may touch anything, or {@code null} if the tags are all
     * @param elsewhere whether it writes rows that another server keeps, which may be committed at once
     */
    public Reach {
        indirect = Collections.unmodifiableSortedSet(new TreeSet<>(indirect));
        tags = Collections.unmodifiableSortedMap(new TreeMap<>(tags));
    }

    /**
     * Returns the union of both.
     *
     * @param other another reach
     * @return the union
     */
    public Reach and(Reach other) {
        SortedMap<String, String> both = new TreeMap<>(other.tags);
        both.putAll(tags);
        return new Reach(
                both,
                Behavior.union(indirect, other.indirect),
                everything == null ? other.everything : everything,
                elsewhere || other.elsewhere);
    }

    /**
     * Returns whether nothing is touched.
     *
     * @return whether there is neither a tag nor anything unknown
     */
    public boolean isEmpty() {
        return tags.isEmpty() && everything == null;
    }
}
