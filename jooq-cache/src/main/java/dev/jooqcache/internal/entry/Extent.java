package dev.jooqcache.internal.entry;

import dev.jooqcache.spi.Tags;

/**
 * The part of one table on which a result depends. It stands as long as nothing was committed to the table, or nothing
 * to the part: every write that touches a tag of the part touches the table's as well.
 *
 * <p>The first of the two is the shorter look, and for a table that is seldom written the better one: tags of keys share
 * cells with others, and may seem to be touched when they are not.
 *
 * @param table the table's own tag, or the reserved tag
 * @param part the tags of the part that is read; the same if it is all of the table
 */
public record Extent(Tags table, Tags part) {

    /** The extent on which every result depends. */
    public static final Extent EVERYTHING = of(Tags.everything());

    /**
     * All of a table.
     *
     * @param table its own tag
     * @return the extent
     */
    public static Extent of(Tags table) {
        return new Extent(table, table);
    }

    /**
     * Returns whether it is all of the table.
     *
     * @return whether the part is the table
     */
    public boolean isWhole() {
        return part.equals(table);
    }
}
