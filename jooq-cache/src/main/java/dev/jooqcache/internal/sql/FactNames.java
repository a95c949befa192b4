package dev.jooqcache.internal.sql;

import dev.jooqcache.model.TableName;

/**
 * Names under which a model keeps facts that have no place of their own in it, most of them as routines that no schema can
 * have.
 */
public final class FactNames {

    /**
     * The name of the routine by which a model tells that values of the database's own types may be compared by an operator
     * of a user's, or be of a user's type that is called like one of those: no other routine can have it.
     */
    public static final String OWN_EQUALITY = "= of its own";

    /** Stands for all columns of a table where a column's types are asked for. */
    public static final String ANY_COLUMN = "*";

    private FactNames() {}

    /**
     * The name of the routine by which a model tells that values of a type are read with a look at the clock.
     *
     * @param type the folded name of a user's type
     * @return a name that no other routine can have
     */
    public static String readingOf(String type) {
        return TimeCasts.reading(type);
    }

    /**
     * The name of the routine by which a model tells that a function of MySQL's family answers a time of day.
     *
     * @param function the function's name
     * @return a name that no other routine can have
     */
    public static String timeOf(String function) {
        return TimeCasts.reading(TimesOfDay.resultOf(TableName.fold(function)));
    }

    /**
     * The name of the routine by which a model tells what is checked when a value is made one of a user's type.
     *
     * @param type the type's name
     * @return a name that no other routine can have
     */
    public static String checkOf(String type) {
        return "check of " + TableName.fold(type);
    }

    /**
     * The name of the routine by which a model tells that there is a package, whose routines are not looked into.
     *
     * @param name the package's name
     * @return a name that no other routine can have
     */
    public static String packageOf(String name) {
        return TableName.fold(name) + ".";
    }

    /**
     * The name of a routine that is called in a schema: another one than its namesakes elsewhere.
     *
     * @param schema the schema, or what may be a package
     * @param routine the routine's name
     * @return the folded name, by which {@link dev.jooqcache.model.Dependencies#hasRoutine} knows it
     */
    public static String within(String schema, String routine) {
        return TableName.fold(schema) + "." + TableName.fold(routine);
    }
}
