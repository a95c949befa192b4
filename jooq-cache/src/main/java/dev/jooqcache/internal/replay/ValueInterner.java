package dev.jooqcache.internal.replay;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * Equal values of one result, of which one is enough: drivers make each cell anew, also where many rows have the same. Knows
 * only the last few, and only immutable values. Used by one thread.
 */
final class ValueInterner {

    private static final int KNOWN = 64;
    private static final int LONGEST_TEXT = 32;

    private final @Nullable Object[] known = new Object[KNOWN];

    /** A value that equals the given one, perhaps itself. */
    Object one(Object value) {
        boolean isSmall =
                value instanceof String text ? text.length() <= LONGEST_TEXT : value.getClass() == BigDecimal.class;
        if (!isSmall) return value;
        int hash = value.hashCode();
        int place = (hash ^ (hash >>> 16)) & (KNOWN - 1);
        Object before = known[place];
        if (before != null && before.equals(value)) return before;
        known[place] = value;
        return value;
    }
}
