package dev.jooqcache.internal.sql;

import java.util.List;
import org.jooq.SQLDialect;

/**
 * Numbered parameter markers as the drivers of R2DBC have them, {@code $1} and {@code ?1}, written as those of JDBC, which
 * jOOQ's parser knows. PostgreSQL's operators that begin with a question mark get a second one, as in JDBC.
 */
public final class ParameterMarkers {

    private ParameterMarkers() {}

    /** The text with markers of JDBC; the same text if it has none that are numbered, or is not understood. */
    public static String ofJdbc(String sql, SQLDialect dialect) {
        if (sql.indexOf('$') < 0 && sql.indexOf('?') < 0) return sql;
        SqlLexer lexer = new SqlLexer(sql, dialect);
        if (!lexer.isUnderstood()) return sql;
        boolean hasOperators = switch (dialect.family()) {
            case POSTGRES, YUGABYTEDB -> true;
            default -> false;
        };
        List<SqlToken> tokens = lexer.tokens();
        StringBuilder text = new StringBuilder();
        int copied = 0;
        for (int i = 0; i < tokens.size(); i++) {
            SqlToken token = tokens.get(i);
            boolean isQuestion = token.isSymbol('?');
            if (!isQuestion && !token.isSymbol('$')) continue;
            String number = i + 1 < tokens.size() ? numberBehind(token, tokens.get(i + 1)) : "";
            if (number.isEmpty() && !(isQuestion && hasOperators)) continue;
            boolean isOperator = isQuestion && hasOperators;
            text.append(sql, copied, token.start()).append(isOperator ? "??" : "?");
            copied = token.start() + 1 + (isOperator ? 0 : number.length());
        }
        return copied == 0 ? sql : text.append(sql, copied, sql.length()).toString();
    }

    /** The digits that follow a character immediately. */
    private static String numberBehind(SqlToken marker, SqlToken next) {
        boolean isNumber = next.kind() == SqlToken.Kind.SYMBOL
                && next.start() == marker.start() + 1
                && next.text().chars().allMatch(Character::isDigit);
        return isNumber ? next.text() : "";
    }
}
