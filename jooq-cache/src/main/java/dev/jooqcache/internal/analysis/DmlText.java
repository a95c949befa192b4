package dev.jooqcache.internal.analysis;

import java.util.List;
import java.util.Set;
import org.jooq.SQLDialect;

/** What the words of an INSERT, UPDATE, DELETE or MERGE tell besides its tables. */
final class DmlText {

    private static final Set<String> NOT_PLAIN =
            Set.of("conflict", "duplicate", "replace", "merge", "update", "delete");

    private DmlText() {}

    /**
     * Whether it is a DELETE or UPDATE of MySQL's over several tables, which names its targets apart from them, perhaps by
     * their aliases: {@code delete b from book b join ..}, {@code update book b join .. set b.title = ..}. jOOQ's parser
     * takes an alias for a table, and a table for an alias.
     */
    static boolean namesTargetsApart(List<SqlToken> tokens, SQLDialect dialect) {
        boolean mysql = switch (dialect.family()) {
            case MYSQL, MARIADB -> true;
            default -> false;
        };
        return mysql && (deletesByAlias(tokens) || updatesSeveral(tokens));
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

    /** Whether nothing but new rows can come of it: no upsert, no MERGE, no other DML in a CTE. */
    static boolean isPlainInsert(List<SqlToken> tokens) {
        for (SqlToken token : tokens)
            if (token.kind() == SqlToken.Kind.WORD && NOT_PLAIN.contains(token.text())) return false;
        return true;
    }
}
