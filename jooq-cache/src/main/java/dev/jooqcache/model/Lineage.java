package dev.jooqcache.model;

import dev.jooqcache.BypassReason;
import java.util.Collections;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The transitive dependencies of a read.
 *
 * @param tags the tags of the tables that it depends on, each with the way to it; an empty way if the query names it
 * @param indirect those of the tags that it depends on, perhaps among other ways, otherwise than by a text that names them
 * @param named the relations that a known text names: the query's own, under an empty name, and those of plain views
 * @param names the names of all relations on the way, views among them
 * @param reason why it cannot be cached, or {@code null} if it can
 * @param detail what gave the reason
 * @param session what depends on the session's user, role, schema or settings, or empty if nothing does
 * @param reach what the code that it runs touches
 */
public record Lineage(
        SortedMap<String, String> tags,
        SortedSet<String> indirect,
        SortedMap<String, SortedSet<String>> named,
        SortedSet<String> names,
        @Nullable BypassReason reason,
        String detail,
        String session,
        Reach reach) {

    /**
     * Copies the collections.
     *
     * @param tags the tags of the tables that it depends on, each with the way to it; an empty way if the query names it
     * @param indirect those of the tags that it depends on, perhaps among other ways, otherwise than by a text that names them
     * @param named the relations that a known text names: the query's own, under an empty name, and those of plain views
     * @param names the names of all relations on the way, views among them
     * @param reason why it cannot be cached, or {@code null} if it can
     * @param detail what gave the reason
     * @param session what depends on the session's user, role, schema or settings, or empty if nothing does
     * @param reach what the code that it runs touches
     */
    public Lineage {
        tags = Collections.unmodifiableSortedMap(new TreeMap<>(tags));
        indirect = Collections.unmodifiableSortedSet(new TreeSet<>(indirect));
        SortedMap<String, SortedSet<String>> copy = new TreeMap<>();
        named.forEach((text, relations) -> copy.put(text, Collections.unmodifiableSortedSet(new TreeSet<>(relations))));
        named = Collections.unmodifiableSortedMap(copy);
        names = Collections.unmodifiableSortedSet(new TreeSet<>(names));
    }
}
