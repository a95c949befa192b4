package dev.jooqcache.fuzz;

import org.jooq.Field;

/**
 * A column that a query can name.
 *
 * @param field the field, qualified by its table's alias
 * @param kind what it holds
 * @param isTracked whether it is a key of some sort, as those are what precise tags are made of
 * @param isGenerated whether the database computes it
 */
record Column(Field<?> field, Kind kind, boolean isTracked, boolean isGenerated) {

    Column(Field<?> field, Kind kind) {
        this(field, kind, false, false);
    }
}
