package dev.jooqcache.internal.analysis;

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
 */
record Calls(Set<String> known, Set<String> unknown, String session, boolean castsText) {

    static final Calls NONE = new Calls(Set.of(), Set.of(), "", false);

    Calls {
        known = Set.copyOf(known);
        unknown = Set.copyOf(unknown);
    }

    Calls and(Calls other) {
        return new Calls(
                union(known, other.known),
                union(unknown, other.unknown),
                session.isEmpty() ? other.session : session,
                castsText || other.castsText);
    }

    private static Set<String> union(Set<String> one, Set<String> other) {
        Set<String> union = new HashSet<>(one);
        union.addAll(other);
        return union;
    }
}
