package dev.jooqcache.model;

import java.util.List;

/**
 * A foreign key.
 *
 * @param name the constraint's name
 * @param columns the referring columns in order, folded
 * @param references the table that is referred to
 * @param referenced the columns that are referred to, in the same order, folded
 * @param onDelete what happens to the referring rows when a row that they refer to goes
 * @param onUpdate what happens to them when its key changes
 */
public record ForeignKeyModel(
        String name,
        List<String> columns,
        TableName references,
        List<String> referenced,
        Action onDelete,
        Action onUpdate) {

    /** The referential action on referring rows. */
    public enum Action {
        /** Nothing: the statement fails instead. */
        RESTRICT,
        /** They go too, or their key changes too. */
        CASCADE,
        /** Their key becomes NULL. */
        SET_NULL,
        /** Their key gets its default. */
        SET_DEFAULT
    }

    /**
     * Copies the columns and folds their names.
     *
     * @param name the constraint's name
     * @param columns the referring columns in order, folded
     * @param references the table that is referred to
     * @param referenced the columns that are referred to, in the same order, folded
     * @param onDelete what happens to the referring rows when a row that they refer to goes
     * @param onUpdate what happens to them when its key changes
     */
    public ForeignKeyModel {
        columns = columns.stream().map(TableName::fold).toList();
        referenced = referenced.stream().map(TableName::fold).toList();
    }
}
