package dev.jooqcache.internal.sql;

import java.util.HashSet;
import java.util.Set;

/**
 * What a text calls besides its tables. Immutable.
 *
 * @param known functions, operators and columns whose names are known to be the database's own: the catalog may have
 *     others of the same names
 * @param unknown functions whose names are not known to be the database's own
 * @param session the first thing in it that depends on the session's user, role or schema; or empty
 * @param castsText whether a bound text may be read as a moving date
 * @param casts what is read as a date, or becomes one, or may, that is neither bound nor a literal
 */
public record Calls(Set<String> known, Set<String> unknown, String session, boolean castsText, Set<ClockUse> casts) {

    public static final Calls NONE = new Calls(Set.of(), Set.of(), "", false, Set.of());

    public Calls {
        known = Set.copyOf(known);
        unknown = Set.copyOf(unknown);
        casts = Set.copyOf(casts);
    }

    public Calls and(Calls other) {
        return new Calls(
                union(known, other.known),
                union(unknown, other.unknown),
                session.isEmpty() ? other.session : session,
                castsText || other.castsText,
                union(casts, other.casts));
    }

    private static <T> Set<T> union(Set<T> one, Set<T> other) {
        Set<T> union = new HashSet<>(one);
        union.addAll(other);
        return union;
    }
}
