package dev.jooqcache.model;

import java.util.List;

/**
 * A primary or unique key.
 *
 * @param name the constraint's name
 * @param kind which of the two
 * @param columns its columns in order, folded
 */
public record KeyModel(String name, Kind kind, List<String> columns) {

    /** The kinds of keys. */
    public enum Kind {
        /** The one key that identifies a row. */
        PRIMARY,
        /** Another key without duplicates. */
        UNIQUE
    }

    /**
     * Copies the columns and folds their names.
     *
     * @param name the constraint's name
     * @param kind which of the two
     * @param columns its columns in order, folded
     */
    public KeyModel {
        columns = columns.stream().map(TableName::fold).toList();
    }
}
