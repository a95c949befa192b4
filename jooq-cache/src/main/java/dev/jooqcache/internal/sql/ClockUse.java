package dev.jooqcache.internal.sql;

import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/** A place in a text that asks the clock if the columns there are of certain types. */
public interface ClockUse {

    /**
     * Returns whether it may ask the clock.
     *
     * @param isMovingType whether a user's type, or what else the catalog marks by that name, holds times
     * @param types the types of all columns of a name
     */
    boolean mayMove(Predicate<String> isMovingType, Function<String, Set<String>> types);
}
