package dev.jooqcache.internal.analysis;

import dev.jooqcache.internal.sql.SqlLexer;
import dev.jooqcache.internal.sql.SqlToken;
import dev.jooqcache.internal.sql.SqlToken.Kind;
import java.util.List;
import java.util.Set;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.QueryPart;
import org.jooq.SQL;
import org.jooq.VisitContext;

/**
 * Plain-SQL parts of a query that name no table of their own, so that the other parts tell all of them.
 *
 * <p>Most of jOOQ's own operators are made of such parts. What they call is seen in the query's text.
 */
final class PlainSql {

    private static final String TABLE = "org.jooq.impl.SQLTable";
    private static final Set<String> QUERY = Set.of("select", "from", "join", "table", "with", "using", "into");

    /** Begins what jOOQ sets before and after a query that calls GROUP_CONCAT. */
    private static final String SETTING = "{set} @";

    private PlainSql() {}

    /** Returns whether the part is an expression without a query in it, or a call of a table-valued function. */
    static boolean namesNoTable(VisitContext context, SQL sql) {
        String text = sql.toString();
        if (text.startsWith(SETTING)) return true;
        QueryPart[] path = context.queryParts();
        int parent = path.length - 2;
        while (parent >= 0 && path[parent] instanceof SQL) parent--;
        if (parent < 0) return false;
        SqlLexer lexer = new SqlLexer(text, context.configuration().dialect());
        if (!lexer.isUnderstood() || !isWithoutQuery(lexer.tokens())) return false;
        return path[parent] instanceof Field<?>
                || path[parent] instanceof Condition
                || (isTable(path[parent]) && isCall(lexer.tokens()));
    }

    static boolean isTable(QueryPart part) {
        return part.getClass().getName().equals(TABLE);
    }

    private static boolean isWithoutQuery(List<SqlToken> tokens) {
        int depth = 0;
        for (int i = 0; i < tokens.size(); i++) {
            SqlToken token = tokens.get(i);
            if (token.isSymbol('(')) depth++;
            if (token.isSymbol(')') && --depth < 0) return false;
            boolean compares =
                    token.isWord("from") && i > 0 && tokens.get(i - 1).isWord("distinct");
            if (token.kind() == Kind.WORD && QUERY.contains(token.text()) && !compares) return false;
        }
        return depth == 0;
    }

    /** A call, perhaps with an alias, perhaps with names of columns. */
    private static boolean isCall(List<SqlToken> tokens) {
        if (tokens.size() < 3
                || tokens.get(0).kind() != Kind.WORD
                || !tokens.get(1).isSymbol('(')) return false;
        int depth = 0;
        int at = 1;
        do {
            if (tokens.get(at).isSymbol('(')) depth++;
            if (tokens.get(at).isSymbol(')')) depth--;
            at++;
        } while (depth > 0 && at < tokens.size());
        List<SqlToken> alias = tokens.subList(at, tokens.size()).stream()
                .filter(token -> !token.isWord("as") && !token.isSymbol('{') && !token.isSymbol('}'))
                .toList();
        if (alias.isEmpty()) return true;
        if (alias.get(0).kind() == Kind.SYMBOL) return false;
        return alias.size() == 1
                || (alias.get(1).isSymbol('(') && alias.get(alias.size() - 1).isSymbol(')'));
    }
}
