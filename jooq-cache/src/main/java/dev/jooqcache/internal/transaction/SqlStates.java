package dev.jooqcache.internal.transaction;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the SQLSTATE of an error says of the statement or commit that has failed (rule P11). */
public final class SqlStates {

    /** Feature not supported, cardinality, data, syntax or access. Pools close a connection after the first of them. */
    private static final Set<String> ANSWERS = Set.of("0A", "21", "22", "42");

    private SqlStates() {}

    /**
     * Returns whether the server says that it has rolled back: 23xxx, and 40xxx without 40003.
     *
     * @param state the SQLSTATE, or {@code null} if there is none
     * @return whether the transaction, or the statement in autocommit, has certainly not taken effect
     */
    public static boolean isRollback(@Nullable String state) {
        return state != null && (state.startsWith("23") || (state.startsWith("40") && !state.equals("40003")));
    }

    /**
     * Returns whether it is the server's word on the statement, so that nothing of it is still running there.
     *
     * @param state the SQLSTATE, or {@code null} if there is none
     * @return whether the statement has ended
     */
    public static boolean isAnswer(@Nullable String state) {
        return isRollback(state)
                || (state != null && ANSWERS.contains(state.substring(0, Math.min(2, state.length()))));
    }
}
