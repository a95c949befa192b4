package dev.jooqcache.internal.analysis;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jooq.SQLDialect;

/** What the words of an INSERT, UPDATE, DELETE or MERGE tell besides its tables. */
final class DmlText {

    private static final Set<String> NOT_PLAIN =
            Set.of("conflict", "duplicate", "replace", "merge", "update", "delete");

    private DmlText() {}

    /** Whether it calls a function that is not known, and could therefore write other tables. */
    static boolean callsUnknownFunction(List<SqlToken> tokens, SQLDialect dialect) {
        return called(tokens).stream().anyMatch(DmlText::isUnknown);
    }

    /** The functions that it calls. */
    static Set<String> called(List<SqlToken> tokens) {
        Set<String> called = new HashSet<>();
        for (int i = 0; i + 1 < tokens.size(); i++)
            if (tokens.get(i + 1).isSymbol('(') && isName(tokens.get(i)) && !namesColumns(tokens, i))
                called.add(
                        i > 0 && tokens.get(i - 1).isSymbol('.')
                                ? "." + tokens.get(i).text()
                                : tokens.get(i).text());
        return called;
    }

    /** A qualified name, which begins with a dot, is never a database's own. */
    private static boolean isUnknown(String function) {
        return !Functions.isDeterministic(function) && !Functions.isVolatile(function) && !Functions.isClock(function);
    }

    private static boolean isName(SqlToken token) {
        return token.kind() == SqlToken.Kind.WORD || token.kind() == SqlToken.Kind.QUOTED;
    }

    /** Whether the bracket after a name lists columns: after INTO, AS, ON CONFLICT or a CTE's name. */
    private static boolean namesColumns(List<SqlToken> tokens, int i) {
        String word = tokens.get(i).text();
        if (tokens.get(i).kind() == SqlToken.Kind.WORD
                && (word.equals("conflict") || word.equals("insert") || word.equals("update") || word.equals("key")))
            return true;
        int before = i - 1;
        while (before > 0 && tokens.get(before).isSymbol('.')) before -= 2;
        if (before < 0) return false;
        SqlToken previous = tokens.get(before);
        return previous.isWord("into")
                || previous.isWord("as")
                || previous.isWord("with")
                || previous.isWord("recursive")
                || isAlias(tokens, i);
    }

    /** A name after a closing bracket or another name, as in {@code (values ...) t(a, b)}, is an alias. */
    private static boolean isAlias(List<SqlToken> tokens, int i) {
        SqlToken previous = tokens.get(i - 1);
        return previous.isSymbol(')') || previous.kind() == SqlToken.Kind.QUOTED;
    }

    /**
     * Whether it is a DELETE of MySQL's that names its targets apart from its tables, perhaps by their aliases: {@code
     * delete b from book b join ..} or {@code delete from b using book b ..}. jOOQ's parser takes the alias for a table.
     */
    static boolean deletesByAlias(List<SqlToken> tokens, SQLDialect dialect) {
        boolean mysql = switch (dialect.family()) {
            case MYSQL, MARIADB -> true;
            default -> false;
        };
        if (!mysql) return false;
        boolean deletes = false;
        for (int i = 0; i < tokens.size(); i++) {
            if (deletes && tokens.get(i).isWord("using")) return true;
            if (!tokens.get(i).isWord("delete")) continue;
            deletes = true;
            if (i + 1 == tokens.size() || !tokens.get(i + 1).isWord("from")) return true;
        }
        return false;
    }

    /** Whether nothing but new rows can come of it: no upsert, no MERGE, no other DML in a CTE. */
    static boolean isPlainInsert(List<SqlToken> tokens) {
        for (SqlToken token : tokens)
            if (token.kind() == SqlToken.Kind.WORD && NOT_PLAIN.contains(token.text())) return false;
        return true;
    }
}
