package dev.jooqcache.spi;

import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/**
 * An immutable, sorted set of tags: the things that one query depends on or that one write touches.
 *
 * <p>A tag is a name, for instance {@code book} for a table. The reserved tag {@code *} stands for everything: every
 * query depends on it, and a write whose effects are unknown touches it (rule P14). Thread-safe, as it is immutable.
 */
public final class Tags {

    /** The reserved tag on which every query depends. */
    public static final String EVERYTHING_TAG = "*";

    private static final Tags NONE = new Tags(List.of());
    private static final Tags EVERYTHING = new Tags(List.of(EVERYTHING_TAG));

    private final List<String> names;
    private final long[] hashes;

    private Tags(List<String> names) {
        this.names = names;
        this.hashes = names.stream().mapToLong(Tags::hash).toArray();
    }

    /**
     * The empty set: nothing is touched.
     *
     * @return the empty set
     */
    public static Tags none() {
        return NONE;
    }

    /**
     * The set that a write of unknown effect touches.
     *
     * @return the set of the reserved tag alone
     */
    public static Tags everything() {
        return EVERYTHING;
    }

    /**
     * The set of the given tags.
     *
     * @param names the tags; order and repetitions do not matter
     * @return the set
     */
    public static Tags of(Collection<String> names) {
        return names.isEmpty() ? NONE : new Tags(List.copyOf(new TreeSet<>(names)));
    }

    /**
     * The tags that a query which reads the given ones depends on: these, and the reserved tag.
     *
     * @return this set with the reserved tag
     */
    public Tags withEverything() {
        return plus(EVERYTHING);
    }

    /**
     * The union of two sets.
     *
     * @param other the other set
     * @return a set with the tags of both; this very set if it has them all
     */
    public Tags plus(Tags other) {
        if (names.containsAll(other.names)) return this;
        if (names.isEmpty()) return other;
        TreeSet<String> union = new TreeSet<>(names);
        union.addAll(other.names);
        return new Tags(List.copyOf(union));
    }

    /**
     * Whether a tag is in the set.
     *
     * @param name the tag
     * @return whether it is in the set
     */
    public boolean contains(String name) {
        return names.contains(name);
    }

    /**
     * Whether a write of one set can change what depends on the other: they share a tag, or one has the reserved tag.
     *
     * @param other the other set
     * @return whether they meet
     */
    public boolean meets(Tags other) {
        if (isEmpty() || other.isEmpty()) return false;
        if (contains(EVERYTHING_TAG) && other.contains(EVERYTHING_TAG)) return true;
        for (String name : names) if (other.names.contains(name)) return true;
        return false;
    }

    /**
     * Whether there is no tag in the set.
     *
     * @return whether the set is empty
     */
    public boolean isEmpty() {
        return names.isEmpty();
    }

    /**
     * The number of tags.
     *
     * @return the number of tags
     */
    public int size() {
        return names.size();
    }

    /**
     * The tags, sorted.
     *
     * @return an immutable list
     */
    public List<String> names() {
        return names;
    }

    /**
     * The hash of one tag, the same in every JVM: FNV-1a over its UTF-16 code units, finished as in MurmurHash3.
     *
     * @param index the position of the tag in {@link #names()}
     * @return 64 bits, all of them usable
     */
    public long hash(int index) {
        return hashes[index];
    }

    private static long hash(String name) {
        long h = 0xcbf29ce484222325L;
        for (int i = 0; i < name.length(); i++) h = (h ^ name.charAt(i)) * 0x100000001b3L;
        h = (h ^ (h >>> 33)) * 0xff51afd7ed558ccdL;
        return h ^ (h >>> 33);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Tags tags && names.equals(tags.names);
    }

    @Override
    public int hashCode() {
        return names.hashCode();
    }

    @Override
    public String toString() {
        return names.toString();
    }
}
