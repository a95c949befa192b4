package dev.jooqcache;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The cache's decision on a query, and the reasons for it; see {@link QueryCache#explain}.
 *
 * <p>It describes the query and its data source at one moment. A single execution can still bypass the cache for a reason of
 * its own, for instance because its transaction has written one of the tables. Immutable and thread-safe.
 */
public final class CacheDecision {

    private final String sql;
    private final List<String> tables;
    private final List<String> invalidates;
    private final Map<String, String> paths;
    private final String everything;
    private final @Nullable BypassReason reason;
    private final String detail;
    private final List<String> rules;
    private final List<String> dependencies;
    private final boolean admissionLimited;
    private final List<String> state;

    CacheDecision(
            String sql,
            List<String> tables,
            List<String> invalidates,
            Map<String, String> paths,
            String everything,
            @Nullable BypassReason reason,
            String detail,
            List<String> rules,
            List<String> dependencies,
            boolean admissionLimited,
            List<String> state) {
        this.sql = sql;
        this.tables = tables;
        this.invalidates = invalidates;
        this.paths = paths;
        this.everything = everything;
        this.reason = reason;
        this.detail = detail;
        this.rules = rules;
        this.dependencies = dependencies;
        this.admissionLimited = admissionLimited;
        this.state = state;
    }

    /**
     * Tells whether results of the query can be cached.
     *
     * @return whether there is no {@link #reason()} against it
     */
    public boolean isCacheable() {
        return reason == null;
    }

    /**
     * The reason why the query cannot be cached.
     *
     * @return the reason, or {@code null} if the query can be cached
     */
    public @Nullable BypassReason reason() {
        return reason;
    }

    /**
     * The tables and views that the query reads, including those that its views and routines read.
     *
     * @return sorted names, qualified where the query qualifies them
     */
    public List<String> tables() {
        return tables;
    }

    /**
     * The tables whose dependent results the statement invalidates. {@code *} stands for all tables.
     *
     * @return sorted names; empty for a statement that only reads
     */
    public List<String> invalidates() {
        return invalidates;
    }

    /**
     * The path from the statement to a table that it does not name.
     *
     * @param table the name of a table, as in {@link #tables()} or {@link #invalidates()}
     * @return the views, routines, foreign keys and triggers on the path; empty if the statement names the table itself
     */
    public String path(String table) {
        return paths.getOrDefault(table, "");
    }

    /**
     * The rules of the model that exclude the query, or that limit its results differently from the cache's settings.
     *
     * @return one phrase for each rule, for instance {@code film: expireAfterWrite PT1M}; may be empty
     */
    public List<String> rules() {
        return rules;
    }

    /**
     * The rows and columns on which the query depends, or which the statement changes, for each table of which these are not all.
     *
     * @return one phrase for each table, for instance {@code film: rows with id = ?, columns title}; may be empty
     */
    public List<String> dependencies() {
        return dependencies;
    }

    /**
     * Tells whether {@link AdmissionPolicy#ADAPTIVE} admits only one execution of the query in 16.
     *
     * @return whether none of the query's last results was hit
     */
    public boolean isAdmissionLimited() {
        return admissionLimited;
    }

    /**
     * The conditions that prevented executions on this data source from being served at all, or without a connection, when the
     * decision was made, for instance: the schema is not known, a session was altered, a writer is about to commit.
     *
     * @return one phrase for each condition; empty if a stored result would be served at once
     */
    public List<String> state() {
        return state;
    }

    /** Describes the decision on several lines: the statement, its tables, the reason and the action. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(reason == null ? "cacheable" : "bypass: " + reason);
        line(text, "query", sql);
        if (!tables.isEmpty()) line(text, "reads", withPaths(tables));
        if (invalidates.isEmpty()) dependencies.forEach(part -> line(text, "depends", part));
        if (invalidates.contains("*"))
            line(text, "writes", everything.isEmpty() ? "everything" : "everything: " + everything);
        else if (!invalidates.isEmpty()) line(text, "writes", withPaths(invalidates));
        if (!invalidates.isEmpty()) dependencies.forEach(part -> line(text, "changes", part));
        if (admissionLimited) line(text, "admits", "one execution in 16: " + BypassReason.SELDOM_HIT.description());
        for (String rule : rules) line(text, "rule", rule);
        for (String each : state) line(text, "now", each);
        if (reason != null) {
            line(text, "why", detail.isEmpty() ? reason.description() : detail + ": " + reason.description());
            line(text, "fix", reason.action());
        }
        return text.toString();
    }

    private String withPaths(List<String> names) {
        return names.stream()
                .map(name -> path(name).isEmpty() ? name : name + " (through " + path(name) + ")")
                .collect(Collectors.joining(", "));
    }

    private static void line(StringBuilder text, String label, String value) {
        text.append("\n  ").append(label);
        text.append(" ".repeat(Math.max(1, 9 - label.length()))).append(value);
    }
}
