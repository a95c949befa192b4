package dev.jooqcache;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the cache would do with a query, and why; see {@link QueryCache#explain}. Immutable.
 *
 * <p>It is about the query, and about its data source at that moment. An execution can still bypass for a reason of its own, for
 * instance because its transaction has written one of the tables.
 */
public final class CacheDecision {

    private final String sql;
    private final List<String> tables;
    private final List<String> touches;
    private final Map<String, String> ways;
    private final String everything;
    private final @Nullable BypassReason reason;
    private final String detail;
    private final List<String> rules;
    private final List<String> extent;
    private final boolean seldomHit;
    private final List<String> state;

    CacheDecision(
            String sql,
            List<String> tables,
            List<String> touches,
            Map<String, String> ways,
            String everything,
            @Nullable BypassReason reason,
            String detail,
            List<String> rules,
            List<String> extent,
            boolean seldomHit,
            List<String> state) {
        this.sql = sql;
        this.tables = tables;
        this.touches = touches;
        this.ways = ways;
        this.everything = everything;
        this.reason = reason;
        this.detail = detail;
        this.rules = rules;
        this.extent = extent;
        this.seldomHit = seldomHit;
        this.state = state;
    }

    /**
     * Whether results of the query can be cached.
     *
     * @return whether there is no reason against it
     */
    public boolean isCacheable() {
        return reason == null;
    }

    /**
     * Why the query cannot be cached.
     *
     * @return the reason, or {@code null} if it can
     */
    public @Nullable BypassReason reason() {
        return reason;
    }

    /**
     * The tables and views that the query reads, those under its views and routines among them.
     *
     * @return sorted names, qualified where the query qualifies them
     */
    public List<String> tables() {
        return tables;
    }

    /**
     * The tables whose dependent results the statement invalidates; {@code *} means all.
     *
     * @return sorted names; empty for a statement that only reads
     */
    public List<String> touches() {
        return touches;
    }

    /**
     * How the statement comes to read or touch a table that it does not name.
     *
     * @param table the name of a table, as {@link #tables()} or {@link #touches()} tell it
     * @return the views, routines, foreign keys and triggers on the way; empty if it names the table itself
     */
    public String through(String table) {
        return ways.getOrDefault(table, "");
    }

    /**
     * The rules of the model that exclude the query, or make other limits for its result than the cache's settings.
     *
     * @return each table with what its rule says, for instance {@code film: expireAfterWrite PT1M}; empty if none does
     */
    public List<String> rules() {
        return rules;
    }

    /**
     * Which rows and columns of its tables the query depends on, or the statement changes, where that is less than a whole
     * table.
     *
     * @return a phrase for each table, for instance {@code film: rows with id = ?, columns title}
     */
    public List<String> extent() {
        return extent;
    }

    /**
     * Whether only one execution in 16 is recorded, as the last results were stored in vain; see {@link CacheAdmission}.
     *
     * @return whether the query is seldom hit
     */
    public boolean isSeldomHit() {
        return seldomHit;
    }

    /**
     * What keeps executions on this data source from being served without a connection, or at all, when the decision was made: its
     * schema is not known, sessions were altered, a writer is about to commit.
     *
     * @return a phrase for each; empty if a stored result would be served at once
     */
    public List<String> state() {
        return state;
    }

    /** Tells what, why, and what to do, one below the other. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(reason == null ? "cacheable" : "bypass: " + reason);
        line(text, "query", sql);
        if (!tables.isEmpty()) line(text, "reads", withWays(tables));
        if (touches.isEmpty()) extent.forEach(part -> line(text, "depends", part));
        if (touches.contains("*"))
            line(text, "touches", everything.isEmpty() ? "everything" : "everything: " + everything);
        else if (!touches.isEmpty()) line(text, "touches", withWays(touches));
        if (!touches.isEmpty()) extent.forEach(part -> line(text, "changes", part));
        if (seldomHit) line(text, "admits", "one execution in 16: " + BypassReason.SELDOM_HIT.why());
        for (String rule : rules) line(text, "rule", rule);
        for (String each : state) line(text, "now", each);
        if (reason != null) {
            line(text, "why", detail.isEmpty() ? reason.why() : detail + ": " + reason.why());
            line(text, "fix", reason.fix());
        }
        return text.toString();
    }

    private String withWays(List<String> names) {
        return names.stream()
                .map(name -> through(name).isEmpty() ? name : name + " (through " + through(name) + ")")
                .collect(Collectors.joining(", "));
    }

    private static void line(StringBuilder text, String label, String value) {
        text.append("\n  ").append(label);
        text.append(" ".repeat(Math.max(1, 9 - label.length()))).append(value);
    }
}
