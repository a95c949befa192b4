package dev.jooqcache.internal.query;

import dev.jooqcache.internal.dependency.KeyType;
import org.jspecify.annotations.Nullable;

/**
 * A column of what is read at a place, whose values compare by their texts. Two are equal if place and name are.
 *
 * @param place the place
 * @param name its folded name there
 * @param type how its values compare
 */
record Column(TableReference place, String name, KeyType type) {

    /** The query in whose FROM its place is. */
    SelectScope block() {
        return place.block();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Column column && column.place == place && column.name.equals(name);
    }

    @Override
    public int hashCode() {
        return 31 * System.identityHashCode(place) + name.hashCode();
    }
}
