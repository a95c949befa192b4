package dev.jooqcache.model;

import java.util.Comparator;

/**
 * A function, procedure, operator or cast that is not the database's own. Overloads are several routines of one name.
 *
 * @param schema its folded schema, or empty
 * @param name its folded name, or an operator's symbol
 * @param kind what it is
 * @param signature its argument types, to tell overloads apart; may be empty
 * @param behavior what it does
 */
public record RoutineModel(String schema, String name, Kind kind, String signature, Behavior behavior)
        implements Comparable<RoutineModel> {

    private static final Comparator<RoutineModel> ORDER = Comparator.comparing(RoutineModel::schema)
            .thenComparing(RoutineModel::name)
            .thenComparing(RoutineModel::kind)
            .thenComparing(RoutineModel::signature);

    /** The kinds of routines. */
    public enum Kind {
        /** A function of values, or one that answers a table. */
        FUNCTION,
        /** A function of one row, which PostgreSQL lets a query write as if it were a column of that row. */
        ROW_FUNCTION,
        /** A function of many rows. */
        AGGREGATE,
        /** Called by a statement of its own. */
        PROCEDURE,
        /** Written as a symbol. */
        OPERATOR,
        /** Called where a value of one type is needed as another, and perhaps not written at all. */
        CAST,
        /** Called where the database sorts, compares or hashes values of its own types, and not written at all. */
        COMPARISON
    }

    /**
     * Folds the names.
     *
     * @param schema its folded schema, or empty
     * @param name its folded name, or an operator's symbol
     * @param kind what it is
     * @param signature its argument types, to tell overloads apart; may be empty
     * @param behavior what it does
     */
    public RoutineModel {
        schema = TableName.fold(schema);
        name = TableName.fold(name);
    }

    boolean isSameAs(RoutineModel other) {
        return ORDER.compare(this, other) == 0;
    }

    /** A declaration without a schema or a signature is meant for every routine of its name. */
    boolean isCoveredBy(RoutineModel declared) {
        return name.equals(declared.name)
                && (declared.schema.isEmpty() || declared.schema.equals(schema))
                && declared.signature.isEmpty();
    }

    @Override
    public int compareTo(RoutineModel other) {
        return ORDER.compare(this, other);
    }
}
