package dev.jooqcache.model;

/**
 * A column of a table or view.
 *
 * @param name its folded name
 * @param type its SQL type, as the catalog spells it
 * @param generation who computes it
 */
public record ColumnModel(String name, String type, Generation generation) {

    /** Who computes the values of a column. */
    public enum Generation {
        /** Whoever writes the row. */
        NONE,
        /** A sequence, unless the writer does. */
        IDENTITY,
        /** The database, whenever the row is updated and the writer does not. */
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
     * @param generation who computes it
     */
    public ColumnModel {
        name = TableName.fold(name);
    }

    /**
     * Whether the database computes the values, whoever writes the row.
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
