package dev.jooqcache.internal.dependency;

import org.jspecify.annotations.Nullable;

/** The bind values of one execution. */
@FunctionalInterface
public interface BindValues {

    /** Stands for a value that is not known. */
    Object UNKNOWN = new Object();

    /** Nothing is known of any value. */
    BindValues NONE = index -> UNKNOWN;

    /**
     * One value as it is sent to the database.
     *
     * @param index from 0, in the order of the markers in the text
     * @return the value; {@link #UNKNOWN} if it is not known or there is none
     */
    @Nullable
    Object get(int index);
}
