package dev.jooqcache.internal.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jooq.SQLDialect;

/** Cuts texts of several statements into those of one. */
public final class StatementTexts {

    /** What jOOQ puts around a query that calls GROUP_CONCAT: it raises a limit and restores it. */
    private static final String KEEPS_LIMIT = "set @ t = @ @ group_concat_max_len";

    private static final Pattern RAISES_LIMIT = Pattern.compile("set @ @ group_concat_max_len = \\d+");
    private static final String RESTORES_LIMIT = "set @ @ group_concat_max_len = @ t";

    private StatementTexts() {}

    /** Without the settings that jOOQ makes around a query in MySQL's families, and takes back after it. */
    public static String withoutSettings(String sql, SQLDialect dialect) {
        if (!StatementKind.isMysql(dialect) || !sql.regionMatches(true, 0, "set @t", 0, 6)) return sql;
        SqlLexer lexer = new SqlLexer(sql, dialect);
        List<List<SqlToken>> statements = split(lexer.tokens());
        boolean isAround = lexer.isUnderstood()
                && statements.size() == 4
                && spaced(statements.get(0)).equals(KEEPS_LIMIT)
                && RAISES_LIMIT.matcher(spaced(statements.get(1))).matches()
                && spaced(statements.get(3)).equals(RESTORES_LIMIT)
                // What is restored must be what was kept.
                && statements.get(2).stream().noneMatch(token -> token.isSymbol('@'));
        return isAround ? text(sql, lexer.tokens(), statements.get(2)) : sql;
    }

    /** The words and symbols of a statement; empty if it has others. */
    private static String spaced(List<SqlToken> statement) {
        StringBuilder words = new StringBuilder();
        for (SqlToken token : statement) {
            if (token.kind() != SqlToken.Kind.WORD && token.kind() != SqlToken.Kind.SYMBOL) return "";
            if (!words.isEmpty()) words.append(' ');
            words.append(token.text());
        }
        return words.toString();
    }

    /** The text of one of several statements, without the semicolon, which jOOQ's parser does not expect. */
    public static String text(String sql, List<SqlToken> all, List<SqlToken> statement) {
        int start = statement.get(0).start();
        int last = statement.get(statement.size() - 1).start();
        for (SqlToken token : all)
            if (token.start() > last && token.isSymbol(';')) return sql.substring(start, token.start());
        return sql.substring(start);
    }

    /** The text of a part, within brackets or at the end, of a text that begins with its first token. */
    public static String inner(String sql, List<SqlToken> all, List<SqlToken> part) {
        int offset = all.get(0).start();
        int next = all.indexOf(part.get(part.size() - 1)) + 1;
        int end = next < all.size() ? all.get(next).start() - offset : sql.length();
        return sql.substring(part.get(0).start() - offset, end);
    }

    public static List<List<SqlToken>> split(List<SqlToken> tokens) {
        List<List<SqlToken>> statements = new ArrayList<>();
        List<SqlToken> statement = new ArrayList<>();
        for (SqlToken token : tokens) {
            if (!token.isSymbol(';')) statement.add(token);
            else if (!statement.isEmpty()) {
                statements.add(statement);
                statement = new ArrayList<>();
            }
        }
        if (!statement.isEmpty()) statements.add(statement);
        return statements;
    }
}
