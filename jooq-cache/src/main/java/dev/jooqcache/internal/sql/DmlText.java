package dev.jooqcache.internal.sql;

import dev.jooqcache.model.WriteEvent;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jooq.SQLDialect;

/** What the words of an INSERT, UPDATE, DELETE or MERGE tell besides its tables. */
public final class DmlText {

    /** What else a statement of one kind of DML may do, if one of these words is in it. */
    private static final Map<WriteEvent, Set<String>> NOT_PLAIN = Map.of(
            WriteEvent.INSERT, Set.of("conflict", "duplicate", "replace", "merge", "update", "delete"),
            WriteEvent.UPDATE, Set.of("insert", "replace", "merge", "delete"),
            WriteEvent.DELETE, Set.of("insert", "replace", "merge", "update"));

    /** Reserved words of MySQL's family that stand between the verb and the name, or the items of a SELECT. */
    private static final Set<String> MYSQL_MODIFIERS = Set.of(
            "low_priority",
            "high_priority",
            "delayed",
            "ignore",
            "straight_join",
            "sql_small_result",
            "sql_big_result",
            "sql_buffer_result",
            "sql_cache",
            "sql_no_cache",
            "sql_calc_found_rows");

    private static final Set<String> VERBS = Set.of("select", "insert", "replace", "update", "delete", "merge");

    private static final Set<String> DELTAS = Set.of("final", "new", "old");

    private DmlText() {}

    /**
     * Returns whether it is a DELETE or UPDATE of MySQL's over several tables, which names its targets apart from them,
     * perhaps by
     * their aliases: {@code delete b from book b join ..}, {@code update book b join .. set b.title = ..}. jOOQ's parser
     * takes an alias for a table, and a table for an alias.
     */
    public static boolean namesTargetsApart(List<SqlToken> tokens, SQLDialect dialect) {
        return StatementKind.isMysql(dialect) && (deletesByAlias(tokens) || updatesSeveral(tokens));
    }

    private static boolean deletesByAlias(List<SqlToken> tokens) {
        boolean deletes = false;
        for (int i = 0; i < tokens.size(); i++) {
            if (deletes && tokens.get(i).isWord("using")) return true;
            if (!tokens.get(i).isWord("delete")) continue;
            deletes = true;
            if (i + 1 == tokens.size() || !tokens.get(i + 1).isWord("from")) return true;
        }
        return false;
    }

    private static boolean updatesSeveral(List<SqlToken> tokens) {
        if (!tokens.get(0).isWord("update")) return false;
        for (SqlToken token : tokens) {
            if (token.isWord("set")) return false;
            if (token.isSymbol(',') || token.isWord("join") || token.isSymbol('(')) return true;
        }
        return true;
    }

    /**
     * Returns whether a modifier follows the verb, which jOOQ's parser takes for the name, and the name for an alias: {@code
     * update
     * ignore book set ..}, {@code update only book set ..}.
     */
    public static boolean hasModifier(List<SqlToken> tokens, SQLDialect dialect) {
        return modifiers(tokens, dialect) > 0;
    }

    /** How many of them there are. */
    static int modifiers(List<SqlToken> tokens, SQLDialect dialect) {
        int from = verb(tokens);
        // Elsewhere ONLY may be a column.
        boolean none = from < 0 || (tokens.get(0).isWord("select") && !StatementKind.isMysql(dialect));
        if (none) return 0;
        int i = from;
        while (i < tokens.size() && isModifier(tokens.get(i), dialect)) i++;
        return i - from;
    }

    /**
     * Returns whether one follows a verb that is not the first word: of a common table expression, of a query in it, of MERGE.
     */
    public static boolean hasInnerModifier(List<SqlToken> tokens, SQLDialect dialect) {
        for (int i = verb(tokens) < 0 ? 0 : 1; i + 1 < tokens.size(); i++) {
            SqlToken token = tokens.get(i);
            if (token.kind() != SqlToken.Kind.WORD || !VERBS.contains(token.text())) continue;
            SqlToken next = tokens.get(i + 1);
            boolean named = !token.isWord("select") && (next.isWord("from") || next.isWord("into"));
            int at = named ? i + 2 : i + 1;
            if (at < tokens.size() && isModifier(tokens.get(at), dialect)) return true;
        }
        return false;
    }

    /** The place after the verb, or after DELETE FROM, where PostgreSQL's ONLY stands. */
    private static int verb(List<SqlToken> tokens) {
        SqlToken first = tokens.get(0);
        if (first.isWord("delete")) return tokens.size() > 1 && tokens.get(1).isWord("from") ? 2 : 1;
        boolean verb = first.isWord("select") || first.isWord("insert") || first.isWord("replace");
        return verb || first.isWord("update") ? 1 : -1;
    }

    private static boolean isModifier(SqlToken token, SQLDialect dialect) {
        if (token.kind() != SqlToken.Kind.WORD) return false;
        return StatementKind.isMysql(dialect)
                ? MYSQL_MODIFIERS.contains(token.text())
                : token.text().equals("only");
    }

    /**
     * The DML in a query of nothing but H2's data change delta table, by which jOOQ asks for generated values: {@code
     * select id from final table (insert into ..)}.
     *
     * @return its tokens; empty if it is something else
     */
    public static List<SqlToken> ofDeltaTable(List<SqlToken> tokens) {
        int from = 1;
        while (from < tokens.size() && isColumnList(tokens.get(from))) from++;
        boolean delta = tokens.get(0).isWord("select")
                && from + 4 < tokens.size()
                && tokens.get(from).isWord("from")
                && DELTAS.contains(tokens.get(from + 1).text())
                && tokens.get(from + 2).isWord("table")
                && tokens.get(from + 3).isSymbol('(');
        if (!delta) return List.of();
        int depth = 1;
        int end = from + 4;
        for (; end < tokens.size() && depth > 0; end++) {
            if (tokens.get(end).isSymbol('(')) depth++;
            if (tokens.get(end).isSymbol(')')) depth--;
        }
        // At most an alias follows.
        return depth == 0 && tokens.size() - end <= 1 ? tokens.subList(from + 4, end - 1) : List.of();
    }

    private static boolean isColumnList(SqlToken token) {
        return token.kind() == SqlToken.Kind.QUOTED
                || token.isSymbol('.')
                || token.isSymbol(',')
                || token.isSymbol('*')
                || (token.kind() == SqlToken.Kind.WORD && !token.isWord("from"));
    }

    /** How it writes: as its parts tell if they are of one kind and its words do not tell more, else in any way. */
    public static Set<WriteEvent> events(Set<WriteEvent> parts, List<SqlToken> tokens) {
        if (parts.size() != 1) return WriteEvent.ROWS;
        Set<String> others = NOT_PLAIN.getOrDefault(parts.iterator().next(), Set.of());
        for (SqlToken token : tokens)
            if (token.kind() == SqlToken.Kind.WORD && others.contains(token.text())) return WriteEvent.ROWS;
        return parts;
    }
}
