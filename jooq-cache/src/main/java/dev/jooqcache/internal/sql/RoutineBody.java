package dev.jooqcache.internal.sql;

import dev.jooqcache.internal.sql.BodyStatements.Assignment;
import dev.jooqcache.internal.sql.SqlToken.Kind;
import dev.jooqcache.model.TableName;
import dev.jooqcache.model.Target;
import dev.jooqcache.model.TriggerModel;
import dev.jooqcache.model.WriteEvent;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What the words of a trigger's or routine's body write.
 *
 * <p>Every word that can begin a statement with an effect is either understood, with the one table that it names, or
 * makes the body unknown: dynamic SQL, DDL, transaction control, settings. A column that is called like such a word makes
 * the body unknown, too, which costs hits and nothing else.
 */
public final class RoutineBody extends TokenReader {

    /** Words whose statements have effects that are not followed. */
    private static final Set<String> NOT_FOLLOWED = Set.of(
            "execute",
            "prepare",
            "deallocate",
            "copy",
            "create",
            "alter",
            "drop",
            "grant",
            "revoke",
            "refresh",
            "commit",
            "rollback",
            "savepoint",
            "reset",
            "discard",
            "load",
            "lock",
            "vacuum",
            "reindex",
            "cluster",
            "analyze",
            "security",
            "rename",
            "do",
            "listen",
            "notify",
            "import",
            "kill",
            "flush",
            "install",
            "use");

    /** Reserved words of MySQL's family; ONLY is reserved in the others. Each is a table's name where it is not reserved. */
    private static final Set<String> MODIFIERS = Set.of("ignore", "low_priority");

    private static final Set<String> LIST_END = Set.of("where", "from", "returning", "order", "limit");

    /** What follows a list of variables; {@code in} begins what a loop goes through. */
    private static final Set<String> OUTPUTS_END =
            Set.of("in", "from", "where", "group", "having", "order", "limit", "union", "using", "values", "loop");

    private final RoutineLanguage language;
    private final BodyStatements statements;
    private final Set<Target> writes = new HashSet<>();
    private final Set<String> procedures = new HashSet<>();
    private final SortedSet<String> ownColumns = new TreeSet<>();
    private final Set<Integer> explained = new HashSet<>();
    private @Nullable String unknown;

    public RoutineBody(List<SqlToken> tokens, RoutineLanguage language) {
        super(tokens);
        this.language = language;
        for (int i = 0; i < tokens.size() && unknown == null; i++)
            if (tokens.get(i).kind() == Kind.WORD) word(i, tokens.get(i).text());
        statements = new BodyStatements(tokens, language);
        if (statements.unknown() >= 0) unknown(statements.unknown());
        if (statements.redeclaresRow()) ownColumns.add(TriggerModel.ANY_COLUMN);
        for (Assignment assignment : statements.assignments()) assigned(assignment);
    }

    /** Why it is not understood, or {@code null}. */
    @Nullable
    public String unknown() {
        return unknown;
    }

    public BodyStatements statements() {
        return statements;
    }

    public Set<Target> writes() {
        return writes;
    }

    /** The procedures that it calls, perhaps without a bracket, and what may be their packages. */
    public Set<String> procedures() {
        return procedures;
    }

    public SortedSet<String> ownColumns() {
        return ownColumns;
    }

    private void word(int i, String word) {
        if (explained.contains(i) || isSymbol(i - 1, '.')) return;
        switch (word) {
            case "insert" -> insert(i);
            case "replace" -> replace(i);
            case "update" -> update(i);
            case "delete" -> delete(i);
            case "call" -> {
                call(i);
                // An argument can be set by the procedure.
                outputs(i + 1, Set.of());
            }
            case "merge" -> into(i, WriteEvent.ROWS);
            case "truncate" -> truncate(i);
            case "set" -> set(i);
            case "into" -> selectInto(i);
            case "for", "foreach", "diagnostics" -> outputs(i + 1, OUTPUTS_END);
            case "return" -> returned(i);
            // In PL/pgSQL, DO does not occur within a body but after ON CONFLICT and in rules; in PSM it evaluates.
            case "do" -> {
                if (language != RoutineLanguage.PSM && !isWord(i + 1, "update") && !isWord(i + 1, "nothing"))
                    unknown(i);
            }
            default -> {
                if (NOT_FOLLOWED.contains(word) && !isCall(i)) unknown(i);
            }
        }
    }

    /** Returns whether the word is a function's name here. PL/pgSQL's EXECUTE takes an expression, which may be in brackets. */
    private boolean isCall(int i) {
        return isSymbol(i + 1, '(') && !(language == RoutineLanguage.PLPGSQL && isWord(i, "execute"));
    }

    private void insert(int i) {
        if (isSymbol(i + 1, '(')) return; // MySQL's function on strings
        int into = i + 1;
        if (isWord(into, "ignore")) into++;
        // SQLite's INSERT OR REPLACE
        if (isWord(into, "or")) into += 2;
        boolean upsert = isWord(i + 1, "or")
                || tokens.stream().anyMatch(token -> token.isWord("conflict") || token.isWord("duplicate"));
        into(into - 1, upsert ? WriteEvent.ROWS : Set.of(WriteEvent.INSERT));
    }

    private void replace(int i) {
        if (isSymbol(i + 1, '(')) return;
        into(i, WriteEvent.ROWS);
    }

    private void call(int i) {
        int name = i + 1;
        while (isSymbol(name + 1, '.')) {
            procedures.add(FactNames.packageOf(tokens.get(name).text()));
            name += 2;
        }
        boolean inSchema = language == RoutineLanguage.PSM && name > i + 1;
        if (!isName(name)) unknown(i);
        else if (inSchema)
            procedures.add(FactNames.within(
                    tokens.get(name - 2).text(), tokens.get(name).text()));
        else procedures.add(tokens.get(name).text());
    }

    private void into(int verb, Set<WriteEvent> events) {
        if (!isWord(verb + 1, "into")) {
            unknown(verb);
            return;
        }
        explained.add(verb + 1);
        target(verb + 2, events, new TreeSet<>());
    }

    private void update(int i) {
        // FOR UPDATE, FOR NO KEY UPDATE, ON CONFLICT DO UPDATE, ON DUPLICATE KEY UPDATE, ON UPDATE.
        boolean lock = isWord(i - 1, "for") || (isWord(i - 1, "key") && isWord(i - 2, "no"));
        boolean upsert = isWord(i - 1, "do") && language != RoutineLanguage.PSM;
        boolean duplicate = isWord(i - 1, "key") && isWord(i - 2, "duplicate");
        if (lock || upsert || duplicate) {
            if (isWord(i + 1, "set")) explained.add(i + 1);
            return;
        }
        int name = i + 1;
        while (isModifier(name)) name++;
        int end = target(name, null, new TreeSet<>());
        if (end < 0) return;
        int set = end;
        if (isWord(set, "as")) set++;
        if (!isWord(set, "set")) set++;
        if (!isWord(set, "set")) {
            unknown(i);
            return;
        }
        explained.add(set);
        TableName table = name(name);
        if (table != null) writes.add(new Target(table, EnumSet.of(WriteEvent.UPDATE), assigned(set + 1)));
    }

    private boolean isModifier(int i) {
        return language == RoutineLanguage.PSM ? isWordOf(i, MODIFIERS) : isOnly(i);
    }

    private boolean isOnly(int i) {
        return language != RoutineLanguage.PSM && isWord(i, "only");
    }

    /** The columns that a SET names; empty, which means any, if it is not a plain list. */
    private SortedSet<String> assigned(int from) {
        SortedSet<String> columns = new TreeSet<>();
        int depth = 0;
        boolean expected = true;
        for (int i = from; i < tokens.size(); i++) {
            SqlToken token = tokens.get(i);
            if (token.isSymbol('(')) depth++;
            if (token.isSymbol(')') && --depth < 0) return columns;
            if (depth == 0 && (token.isSymbol(';') || isWordOf(i, LIST_END))) return columns;
            if (expected) {
                int column = isSymbol(i + 1, '.') ? i + 2 : i;
                if (!isName(column) || !isSymbol(column + 1, '=')) return new TreeSet<>();
                columns.add(tokens.get(column).text());
                expected = false;
            }
            if (depth == 0 && token.isSymbol(',')) expected = true;
        }
        return columns;
    }

    private void delete(int i) {
        if (isWord(i - 1, "on")) return;
        if (!isWord(i + 1, "from")) {
            unknown(i);
            return;
        }
        int end = target(isOnly(i + 2) ? i + 3 : i + 2, Set.of(WriteEvent.DELETE), new TreeSet<>());
        // MySQL's form for several tables
        if (language == RoutineLanguage.PSM && end >= 0 && (isSymbol(end, ',') || isWord(end, "using"))) unknown(i);
    }

    private void truncate(int i) {
        if (isSymbol(i + 1, '(')) return;
        int name = isWord(i + 1, "table") ? i + 2 : i + 1;
        if (isOnly(name)) name++;
        int end = target(name, Set.of(WriteEvent.TRUNCATE), new TreeSet<>());
        if (end >= 0 && isSymbol(end, ',')) unknown(i);
    }

    /** Assignments to variables, which {@link BodyStatements} tells from settings, and to the trigger's row. */
    private void set(int i) {
        if (language != RoutineLanguage.PSM) {
            unknown(i);
            return;
        }
        if (isOfSignal(i)) return;
        boolean target = true;
        int depth = 0;
        for (int j = i + 1; j < tokens.size() && !isSymbol(j, ';'); j++) {
            if (target && isWord(j, "new") && isSymbol(j + 1, '.') && isName(j + 2)) own(j + 2);
            if (isSymbol(j, '(')) depth++;
            if (isSymbol(j, ')')) depth--;
            target = depth == 0 && isSymbol(j, ',');
        }
    }

    /** As in {@code SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = ..}. */
    private boolean isOfSignal(int i) {
        int verb = i - 1;
        if (verb >= 0 && tokens.get(verb).kind() == Kind.LITERAL) {
            if (isWord(--verb, "value")) verb--;
            if (!isWord(verb, "sqlstate")) return false;
            verb--;
        } else if (!isWord(verb, "resignal")) {
            verb--;
        }
        return (isWord(verb, "signal") || isWord(verb, "resignal")) && !isSymbol(verb - 1, '.');
    }

    private void selectInto(int i) {
        if (language == RoutineLanguage.SQL || isWord(i + 1, "outfile") || isWord(i + 1, "dumpfile")) unknown(i);
        // A plain SELECT .. INTO of PL/pgSQL assigns variables.
        outputs(i + 1, OUTPUTS_END);
    }

    /** Returns whether it is the trigger's row, before or after the change. */
    private boolean isRow(int i) {
        return isNew(i) || isRow(i, "old");
    }

    private boolean isNew(int i) {
        return isRow(i, "new");
    }

    private boolean isRow(int i, String row) {
        return isName(i) && TableName.fold(tokens.get(i).text()).equals(row);
    }

    /** A list of what is assigned, up to where values are read from: the row may be among it, or get another name. */
    private void outputs(int from, Set<String> end) {
        for (int i = from; i < tokens.size() && !isSymbol(i, ';') && !isWordOf(i, end); i++)
            if (isRow(i)) ownColumns.add(TriggerModel.ANY_COLUMN);
    }

    /** What a trigger's function of PostgreSQL answers is written, whatever it has made that of. */
    private void returned(int i) {
        boolean plain = isRow(i + 1) || isWord(i + 1, "null");
        if (language == RoutineLanguage.PLPGSQL && !(plain && isSymbol(i + 2, ';')))
            ownColumns.add(TriggerModel.ANY_COLUMN);
    }

    /**
     * {@code NEW.x := 1}, {@code NEW.x[1] := 1}. The row can be told by a label or the function's name as well, and OLD be
     * returned once it is changed; then it may be any column.
     */
    private void assigned(Assignment assignment) {
        int target = assignment.target();
        boolean plain = isNew(target) && isSymbol(target + 1, '.');
        if (plain) own(target + 2);
        for (int i = plain ? target + 3 : target; i < assignment.operator(); i++)
            if (isRow(i)) ownColumns.add(TriggerModel.ANY_COLUMN);
    }

    private void own(int column) {
        ownColumns.add(tokens.get(column).text());
    }

    /** Notes a table as written, unless there are no events yet, and answers the place after its name, or -1. */
    private int target(int i, @Nullable Set<WriteEvent> events, SortedSet<String> columns) {
        TableName table = name(i);
        if (table == null) {
            unknown(i - 1);
            return -1;
        }
        if (events != null) writes.add(new Target(table, events, columns));
        int end = i + 1;
        while (isSymbol(end, '.')) end += 2;
        return end;
    }

    private @Nullable TableName name(int i) {
        if (!isName(i)) return null;
        if (!isSymbol(i + 1, '.')) return TableName.of(tokens.get(i).text());
        if (!isName(i + 2)) return null;
        return isSymbol(i + 3, '.') && isName(i + 4)
                ? TableName.of(tokens.get(i + 2).text(), tokens.get(i + 4).text())
                : TableName.of(tokens.get(i).text(), tokens.get(i + 2).text());
    }

    private void unknown(int i) {
        if (unknown == null)
            unknown = "its body has '"
                    + (i >= 0 && i < tokens.size() ? tokens.get(i).text() : "") + "'";
    }
}
