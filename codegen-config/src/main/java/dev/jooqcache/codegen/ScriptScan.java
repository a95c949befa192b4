package dev.jooqcache.codegen;

import dev.jooqcache.model.Behavior;
import dev.jooqcache.model.CacheModel;
import dev.jooqcache.model.RoutineModel;
import dev.jooqcache.model.TableModel;
import dev.jooqcache.model.TableName;
import dev.jooqcache.model.TriggerModel;
import dev.jooqcache.model.WriteEvent;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What scripts make that jOOQ does not: its interpreter runs them on an H2 in memory, without triggers, routines, rules and
 * policies. Each statement is one that jOOQ interprets in full, or one without consequences for a cache, or makes something
 * of which only the existence is noted here, or is not understood, which is a gap: then every write touches everything.
 */
final class ScriptScan {

    private static final Set<String> WITHOUT_CONSEQUENCE = Set.of(
            "insert",
            "update",
            "delete",
            "merge",
            "truncate",
            "comment",
            "grant",
            "revoke",
            "set",
            "reset",
            "use",
            "begin",
            "start",
            "commit",
            "rollback",
            "analyze",
            "vacuum",
            "lock",
            "values",
            "with");

    private static final Set<String> INTERPRETED =
            Set.of("table", "view", "index", "sequence", "schema", "type", "domain", "database", "unique");

    /** What ALTER TABLE can do that neither jOOQ nor H2 knows. */
    private static final Set<String> NOT_INTERPRETED = Set.of(
            "inherit",
            "inherits",
            "partition",
            "attach",
            "detach",
            "security",
            "unlogged",
            "engine",
            "rule",
            "trigger",
            "temporary",
            "temp",
            "generated",
            "foreign_table",
            "like",
            "policy",
            "clone",
            "of");

    /** Functions whose call in a script leaves no trace in the schema. */
    private static final Set<String> HARMLESS_CALLS = Set.of(
            "setval",
            "nextval",
            "max",
            "min",
            "coalesce",
            "count",
            "set_config",
            "pg_get_serial_sequence",
            "greatest",
            "now",
            "lower",
            "upper",
            "as",
            "in",
            "and",
            "or",
            "from",
            "values",
            "exists",
            "select",
            "where",
            "on");

    private static final String NAME = "(?:\"[^\"]*\"|`[^`]*`|[\\w$]+)";

    /** A view as each database makes it, without options. */
    private static final Pattern VIEW =
            Pattern.compile("(?is)create\\s+(?:or\\s+replace\\s+)?view\\s+(?:if\\s+not\\s+exists\\s+)?" + NAME
                    + "(?:\\." + NAME + ")*\\s*(?:\\([^()]*\\)\\s*)?\\bas\\b(?<query>.*)");

    private final List<Pattern> harmless;
    private final CacheModel.Builder model = CacheModel.builder();
    private final TreeMap<String, TableModel.Builder> triggered = new TreeMap<>();
    private final TreeMap<String, String> views = new TreeMap<>();
    private final TreeMap<String, String> definitions = new TreeMap<>();
    private boolean renamed;

    ScriptScan(List<Pattern> harmless) {
        this.harmless = harmless;
    }

    void script(String file, String text) {
        for (ScriptStatement statement : ScriptStatement.of(file, text)) {
            if (statement.contains("rename") || statement.contains("change")) mayRename();
            int view = statement.indexOf("view");
            if (view > 0 && (statement.startsWith("create") || statement.startsWith("alter")))
                definition(statement, statement.name(view + 1));
            if (!isHarmless(statement.text())) statement(statement);
        }
    }

    /** A view follows what is renamed, and its text does not. */
    void mayRename() {
        renamed = true;
    }

    /** Notes the query of a view, of which nothing is known if there are two. */
    private void definition(ScriptStatement statement, String view) {
        Matcher query = VIEW.matcher(statement.source().strip());
        // A placeholder may stand for anything.
        boolean plain = query.matches() && !statement.source().contains("${");
        definitions.merge(view, plain ? query.group("query").strip() : "", (one, other) -> "");
    }

    /** The query of a view as the database gets it, or an empty string if that is not certain. */
    String definition(TableName view) {
        return renamed ? "" : definitions.getOrDefault(view.name(), "");
    }

    /** Returns whether the user has declared that a statement, or a line of a change log, makes nothing. */
    boolean isHarmless(String text) {
        return harmless.stream().anyMatch(pattern -> pattern.matcher(text).matches());
    }

    void gap(String gap) {
        model.gap(gap);
    }

    /** What the scripts make beside what jOOQ knows. */
    CacheModel model() {
        triggered.values().forEach(table -> model.table(table.build()));
        views.forEach((view, why) -> model.table(TableModel.of(TableName.of(view), TableModel.Kind.VIEW)
                .reading(Behavior.unknown(why))
                .build()));
        return model.build();
    }

    private void statement(ScriptStatement statement) {
        String verb = statement.words().get(0);
        if (statement.contains("/*!")) unknown(statement);
        else if (verb.equals("create")) create(statement);
        else if (verb.equals("alter")) alter(statement);
        else if (verb.equals("drop")) drop(statement);
        else if (verb.equals("select")) select(statement);
        else if (!WITHOUT_CONSEQUENCE.contains(verb)) unknown(statement);
        else if (verb.equals("set") && statement.contains("search_path")) unknown(statement);
    }

    private void create(ScriptStatement statement) {
        int at = 1;
        while (statement.has(at, "or")
                || statement.has(at, "replace")
                || statement.has(at, "alter")
                || statement.has(at, "force")
                || statement.has(at, "constraint")
                || statement.has(at, "aggregate")) at++;
        String what = at < statement.words().size() ? statement.words().get(at) : "";
        switch (what) {
            case "trigger" -> trigger(statement, at);
            case "function", "procedure", "alias" -> routine(statement, at);
            case "role", "user", "extension", "statistics", "collation", "tablespace" -> {}
            default -> {
                if (!INTERPRETED.contains(what)) unknown(statement);
                else if (statement.ignored()
                        && !what.equals("index")
                        && !what.equals("unique")
                        && !what.equals("sequence")) skipped(statement, what, at);
                else if (what.equals("table")) table(statement);
            }
        }
    }

    /** Made by a statement that jOOQ is told not to look at. */
    private void skipped(ScriptStatement statement, String what, int at) {
        if (what.equals("view")) views.put(statement.name(at + 1), "jOOQ is told to ignore " + statement.place());
        else if (!what.equals("schema") && !what.equals("type")) unknown(statement);
    }

    private void table(ScriptStatement statement) {
        for (String word :
                List.of("inherits", "partition", "engine", "unlogged", "temporary", "temp", "like", "generated"))
            if (statement.contains(word) && !isKnownForm(statement, word)) {
                unknown(statement);
                return;
            }
    }

    private static boolean isKnownForm(ScriptStatement statement, String word) {
        return switch (word) {
            case "engine" -> statement.contains("engine", "=", "innodb") || statement.contains("engine", "innodb");
            // An operator in a check; as a clause it copies another table's columns, and perhaps its defaults.
            case "like" -> !statement.contains("(", "like") && !statement.contains(",", "like");
            // Of identity columns, and of expressions, which H2 knows as well.
            case "generated" -> statement.contains("generated", "by") || statement.contains("generated", "always");
            default -> false;
        };
    }

    private void trigger(ScriptStatement statement, int at) {
        int on = at;
        // UPDATE OF a, b ON t: the first ON is that of the table.
        while (on < statement.words().size() && !statement.has(on, "on")) on++;
        String table = statement.name(on + 1);
        if (table.isEmpty()) {
            unknown(statement);
            return;
        }
        triggered
                .computeIfAbsent(table, t -> TableModel.of(TableName.of(t), TableModel.Kind.OTHER))
                .trigger(new TriggerModel(
                        statement.name(at + 1),
                        TriggerModel.Timing.BEFORE,
                        WriteEvent.ALL,
                        Behavior.unknown("made in " + statement.place()),
                        new TreeSet<>(Set.of(TriggerModel.ANY_COLUMN))));
    }

    private void routine(ScriptStatement statement, int at) {
        String name = statement.name(at + 1);
        RoutineModel.Kind kind =
                statement.has(at, "procedure") ? RoutineModel.Kind.PROCEDURE : RoutineModel.Kind.FUNCTION;
        model.routine(new RoutineModel("", name, kind, "", Behavior.unknown("made in " + statement.place())));
    }

    private void alter(ScriptStatement statement) {
        if (!statement.startsWith("alter", "table")
                && !statement.startsWith("alter", "index")
                && !statement.startsWith("alter", "sequence")
                && !statement.startsWith("alter", "view")) {
            if (!statement.startsWith("alter", "role") && !statement.startsWith("alter", "user")) unknown(statement);
            return;
        }
        boolean understood = !statement.ignored()
                || statement.startsWith("alter", "index")
                || statement.startsWith("alter", "sequence")
                || statement.contains("owner", "to");
        for (String word : NOT_INTERPRETED)
            if (statement.contains(word) && !isKnownForm(statement, word)) understood = false;
        if (!understood) unknown(statement);
    }

    /** What is gone does no harm; what was noted as made stays noted. */
    private void drop(ScriptStatement statement) {
        Set<String> known = Set.of(
                "table",
                "view",
                "index",
                "sequence",
                "schema",
                "type",
                "domain",
                "trigger",
                "function",
                "procedure",
                "constraint",
                "extension",
                "role",
                "user",
                "policy",
                "rule");
        if (statement.words().size() < 2 || !known.contains(statement.words().get(1))) unknown(statement);
        if (statement.startsWith("drop", "view")) views.remove(statement.name(2));
        else if (statement.ignored() && statement.startsWith("drop", "table")) unknown(statement);
    }

    private void select(ScriptStatement statement) {
        List<String> words = statement.words();
        for (int i = 1; i < words.size(); i++)
            if (words.get(i).equals("(")
                    && Character.isLetter(words.get(i - 1).codePointAt(0))
                    && !HARMLESS_CALLS.contains(words.get(i - 1))) {
                unknown(statement);
                return;
            }
        if (statement.contains("into")) unknown(statement);
    }

    private void unknown(ScriptStatement statement) {
        model.gap(statement.place() + " is not understood: " + statement.summary());
    }
}
