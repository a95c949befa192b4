package dev.jooqcache.spi;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * An immutable set of tags: the things that one query depends on or that one write touches.
 *
 * <p>A tag is a name, for instance {@code film} for a table, {@code film.title} for a column of it, or {@code film[id=5]}
 * for the rows of one key. The reserved tag {@code *} stands for everything: every query depends on it, and a write whose
 * effects are unknown touches it (rule P14). Tags are compared by a hash of 64 bits: were two names to share one, then the
 * write of one would invalidate what depends on the other too, which is never wrong. Thread-safe, as it is immutable.
 */
public final class Tags {

    /** The reserved tag on which every query depends. */
    public static final String EVERYTHING_TAG = "*";

    /**
     * The part of a table that a write of unknown extent touches, and on which every query depends that reads some part of
     * the table.
     */
    public static final String UNKNOWN_WRITE = " *";

    /** Stands for the values of a key that are not known, where others have the text of one. */
    public static final String UNKNOWN_KEY = "?";

    private static final long EVERYTHING_HASH = hash(EVERYTHING_TAG);
    private static final Tags NONE = new Tags(new Object[0], new long[0]);
    private static final Tags EVERYTHING = new Tags(new Object[] {EVERYTHING_TAG}, new long[] {EVERYTHING_HASH});

    /**
     * Strings for tables, {@link PartName} and {@link KeyName} for names that are made only on request;
     * {@code null} if the names were left out.
     */
    private final Object @Nullable [] names;

    /** In rising order, without repetitions. */
    private final long[] hashes;

    private Tags(Object @Nullable [] names, long[] hashes) {
        this.names = names;
        this.hashes = hashes;
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
        Builder builder = new Builder(names.size());
        names.forEach(builder::add);
        return builder.build();
    }

    /**
     * The set of the tags with the given hashes. It does not know their names.
     *
     * @param hashes what {@link #hash(int)} answered, in any order
     * @return the set
     */
    public static Tags ofHashes(long... hashes) {
        return new Tags(null, Arrays.stream(hashes).sorted().distinct().toArray());
    }

    /**
     * The same set without the names, which take several times the memory of the hashes.
     *
     * @return an equal set, whose {@link #names} are the hashes in hexadecimal digits
     */
    public Tags withoutNames() {
        return names == null ? this : new Tags(null, hashes);
    }

    private Object name(int index) {
        return names == null ? Long.toHexString(hashes[index]) : names[index];
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
        if (containsAll(other)) return this;
        if (isEmpty()) return other;
        return new Builder(size() + other.size()).add(this).add(other).build();
    }

    private boolean containsAll(Tags other) {
        for (long hash : other.hashes) if (!contains(hash)) return false;
        return true;
    }

    private boolean contains(long hash) {
        return Arrays.binarySearch(hashes, hash) >= 0;
    }

    /**
     * Returns whether a tag is in the set.
     *
     * @param name the tag
     * @return whether it is in the set
     */
    public boolean contains(String name) {
        return contains(hash(name));
    }

    /**
     * Returns whether the reserved tag is in the set.
     *
     * @return whether it is
     */
    public boolean hasEverything() {
        return contains(EVERYTHING_HASH);
    }

    /**
     * Returns whether a write of one set can change what depends on the other: they share a tag.
     *
     * @param other the other set
     * @return whether they meet
     */
    public boolean meets(Tags other) {
        for (int i = 0, j = 0; i < hashes.length && j < other.hashes.length; ) {
            if (hashes[i] == other.hashes[j]) return true;
            if (hashes[i] < other.hashes[j]) i++;
            else j++;
        }
        return false;
    }

    /**
     * The same or more, in fewer tags: what a write touches, with each table of whose keys it names some taken as a whole.
     *
     * @return a set whose size depends on the schema only
     */
    public Tags coarse() {
        if (names == null) throw new IllegalStateException("tags without names");
        Builder builder = new Builder(size());
        for (int i = 0; i < names.length; i++)
            if (names[i] instanceof KeyName key) builder.add(key.table).addPart(key.table, UNKNOWN_WRITE);
            else builder.add(names[i], hashes[i]);
        return builder.build();
    }

    /**
     * Returns whether there is no tag in the set.
     *
     * @return whether the set is empty
     */
    public boolean isEmpty() {
        return hashes.length == 0;
    }

    /**
     * The number of tags.
     *
     * @return the number of tags
     */
    public int size() {
        return hashes.length;
    }

    /**
     * The number of tags that stand for a whole table, or for everything.
     *
     * @return the number of those that were not added by {@link Builder#addPart} or {@link Builder#addKey}
     */
    public int tables() {
        return (int) IntStream.range(0, size())
                .filter(i -> name(i) instanceof String)
                .count();
    }

    /**
     * The tags, sorted.
     *
     * @return an immutable list
     */
    public List<String> names() {
        return IntStream.range(0, size())
                .mapToObj(i -> name(i).toString())
                .sorted()
                .toList();
    }

    /**
     * The hash of one tag, the same in every JVM: FNV-1a over its UTF-16 code units, finished as in MurmurHash3; negative
     * for {@linkplain #isKey known keys}.
     *
     * @param index from 0 to {@link #size()}, exclusive; in rising order of the hashes
     * @return 64 bits, of which the lower 63 are all usable
     */
    public long hash(int index) {
        return hashes[index];
    }

    /**
     * Returns whether a tag names rows by the value of a key. There may be as many of these as there are rows; of all others only
     * as many as there are tables and columns.
     *
     * @param index from 0 to {@link #size()}, exclusive
     * @return whether there is a bracket with a value in it
     */
    public boolean isKey(int index) {
        return hashes[index] < 0;
    }

    /**
     * Returns whether it is the reserved tag.
     *
     * @param index from 0 to {@link #size()}, exclusive
     * @return whether it is
     */
    public boolean isEverything(int index) {
        return hashes[index] == EVERYTHING_HASH;
    }

    private static long hash(long start, String text) {
        long h = start;
        for (int i = 0; i < text.length(); i++) h = (h ^ text.charAt(i)) * 0x100000001b3L;
        return h;
    }

    private static long hash(String name) {
        long h = finish(hash(Builder.START, name));
        return signed(h, name.indexOf('[') >= 0 && !name.contains("=" + UNKNOWN_KEY + "]"));
    }

    private static long signed(long hash, boolean isKey) {
        return isKey ? hash | Long.MIN_VALUE : hash & Long.MAX_VALUE;
    }

    private static long finish(long hash) {
        long h = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
        return h ^ (h >>> 33);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Tags tags && Arrays.equals(hashes, tags.hashes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(hashes);
    }

    @Override
    public String toString() {
        return names().toString();
    }

    /** {@code film.title}. */
    private record PartName(String table, String suffix) {
        @Override
        public String toString() {
            return table + suffix;
        }
    }

    /** {@code film[id=5].title}. */
    private record KeyName(String table, String column, String value, String suffix) {
        @Override
        public String toString() {
            return table + "[" + column + "=" + value + "]" + suffix;
        }
    }

    /** Collects tags. Not thread-safe. */
    public static final class Builder {

        private static final long START = 0xcbf29ce484222325L;

        private Object[] names;
        private long[] hashes;
        private int size;

        /**
         * Begins empty.
         *
         * @param expected about how many tags will be added
         */
        public Builder(int expected) {
            names = new Object[expected];
            hashes = new long[expected];
        }

        /**
         * Adds a tag.
         *
         * @param name the tag
         * @return this builder
         */
        public Builder add(String name) {
            return add(name, Tags.hash(name));
        }

        /**
         * Adds a tag of some part of a table.
         *
         * @param table the table's tag
         * @param suffix what is meant of it, for instance {@code .title}
         * @return this builder
         */
        public Builder addPart(String table, String suffix) {
            return suffix.isEmpty() ? add(table) : add(new PartName(table, suffix), Tags.hash(table + suffix));
        }

        /**
         * Adds all tags of a set.
         *
         * @param tags the set
         * @return this builder
         */
        public Builder add(Tags tags) {
            for (int i = 0; i < tags.size(); i++) add(tags.name(i), tags.hashes[i]);
            return this;
        }

        /**
         * Adds the tags of the rows of a table in which a column has one value.
         *
         * @param table the table's tag
         * @param column the column
         * @param value the value's text, or {@link #UNKNOWN_KEY}; two values have one text exactly if the database holds
         *     them for equal
         * @param suffixes what of these rows is meant, for instance {@code .title}; empty for anything
         * @return this builder
         */
        public Builder addKey(String table, String column, String value, List<String> suffixes) {
            long rows = hash(hash(hash(hash(hash(hash(START, table), "["), column), "="), value), "]");
            boolean isKnown = !value.equals(UNKNOWN_KEY);
            for (String suffix : suffixes)
                add(new KeyName(table, column, value, suffix), signed(finish(hash(rows, suffix)), isKnown));
            return this;
        }

        private Builder add(Object name, long hash) {
            if (size == hashes.length) {
                names = Arrays.copyOf(names, size * 2 + 4);
                hashes = Arrays.copyOf(hashes, size * 2 + 4);
            }
            // Few tags, so sorted as they come.
            int at = size;
            while (at > 0 && hashes[at - 1] > hash) at--;
            if (at > 0 && hashes[at - 1] == hash) return this;
            System.arraycopy(hashes, at, hashes, at + 1, size - at);
            System.arraycopy(names, at, names, at + 1, size - at);
            hashes[at] = hash;
            names[at] = name;
            size++;
            return this;
        }

        /**
         * The set of the tags added so far.
         *
         * @return the set
         */
        public Tags build() {
            return size == 0 ? NONE : new Tags(Arrays.copyOf(names, size), Arrays.copyOf(hashes, size));
        }
    }
}
