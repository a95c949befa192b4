package dev.jooqcache.model;

/**
 * A column of a table or view.
 *
 * @param name its folded name
 * @param type its SQL type, as the catalog spells it
 * @param generation the source of its values
 */
public record ColumnModel(String name, String type, Generation generation) {

    /** The source of a column's values. */
    public enum Generation {
        /** The statement that writes the row. */
        NONE,
        /** A sequence, unless the statement supplies a value. */
        IDENTITY,
        /** The database, whenever the row is updated and the statement does not supply a value. */
        ON_UPDATE,
        /** An expression over other columns, when the row is written. */
        STORED,
        /** An expression over other columns, when the row is read. */
        VIRTUAL
    }

    /**
     * Folds the name.
     *
     * @param name its folded name
     * @param type its SQL type, as the catalog spells it
     * @param generation the source of its values
     */
    public ColumnModel {
        name = TableName.fold(name);
    }

    /**
     * Returns whether the database computes the values, whatever statement writes the row.
     *
     * @return whether it does
     */
    public boolean isComputed() {
        return switch (generation) {
            case NONE, IDENTITY -> false;
            case STORED, VIRTUAL, ON_UPDATE -> true;
        };
    }
}
