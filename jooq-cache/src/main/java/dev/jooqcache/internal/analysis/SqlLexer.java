package dev.jooqcache.internal.analysis;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jooq.SQLDialect;

/**
 * Splits SQL into words, quoted identifiers, literals and symbols, so that nothing inside quotes or comments is ever
 * mistaken for a keyword (scenario R2).
 *
 * <p>It knows the quoting of the dialects: doubled quotes everywhere, backslash escapes in MySQL's and in PostgreSQL's
 * {@code E''} strings, dollar quotes, nested comments. A text that ends within quotes, or that has MySQL's executable
 * comments, is not understood ({@link #isUnderstood}).
 */
final class SqlLexer {

    private final String sql;
    private final boolean mysql;
    private final boolean nestedComments;
    private final List<SqlToken> tokens = new ArrayList<>();
    private boolean understood = true;
    private int at;

    SqlLexer(String sql, SQLDialect dialect) {
        this.sql = sql;
        this.mysql = switch (dialect.family()) {
            case MYSQL, MARIADB -> true;
            default -> false;
        };
        this.nestedComments = switch (dialect.family()) {
            case POSTGRES, YUGABYTEDB, H2, DUCKDB -> true;
            default -> false;
        };
        while (at < sql.length()) next();
    }

    List<SqlToken> tokens() {
        return tokens;
    }

    boolean isUnderstood() {
        return understood;
    }

    private void next() {
        char c = sql.charAt(at);
        if (Character.isWhitespace(c)) at++;
        else if (sql.startsWith("--", at) && isLineComment()) skipLine();
        else if (c == '#' && mysql) skipLine();
        else if (sql.startsWith("/*", at)) comment();
        else if (c == '\'') literal(mysql || isAfterEscapePrefix());
        else if (c == '"') quoted('"', mysql ? SqlToken.Kind.LITERAL : SqlToken.Kind.QUOTED);
        else if (c == '`') quoted('`', SqlToken.Kind.QUOTED);
        else if (c == '$' && !mysql && dollarQuote()) return;
        else if (Character.isJavaIdentifierStart(c) && c != '$') word();
        else if (Character.isDigit(c)) number();
        else {
            tokens.add(new SqlToken(SqlToken.Kind.SYMBOL, String.valueOf(c), at));
            at++;
        }
    }

    /** In MySQL two hyphens begin a comment only before white space; elsewhere they are two minus signs. */
    private boolean isLineComment() {
        return !mysql || at + 2 >= sql.length() || Character.isWhitespace(sql.charAt(at + 2));
    }

    private void skipLine() {
        while (at < sql.length() && sql.charAt(at) != '\n' && sql.charAt(at) != '\r') at++;
    }

    private void comment() {
        if (sql.startsWith("/*!", at) || sql.startsWith("/*M!", at)) understood = false;
        int depth = 0;
        do {
            if (sql.startsWith("/*", at) && (depth == 0 || nestedComments)) {
                depth++;
                at += 2;
            } else if (sql.startsWith("*/", at)) {
                depth--;
                at += 2;
            } else {
                at++;
            }
        } while (depth > 0 && at < sql.length());
        if (depth > 0) understood = false;
    }

    private boolean isAfterEscapePrefix() {
        return at > 0
                && (sql.charAt(at - 1) == 'e' || sql.charAt(at - 1) == 'E')
                && (at == 1 || !Character.isJavaIdentifierPart(sql.charAt(at - 2)));
    }

    private void literal(boolean backslash) {
        int start = at++;
        StringBuilder text = new StringBuilder();
        while (at < sql.length()) {
            char c = sql.charAt(at++);
            if (c == '\\' && backslash && at < sql.length()) text.append(sql.charAt(at++));
            else if (c != '\'') text.append(c);
            else if (at < sql.length() && sql.charAt(at) == '\'') {
                text.append(c);
                at++;
            } else {
                tokens.add(new SqlToken(SqlToken.Kind.LITERAL, text.toString(), start));
                return;
            }
        }
        understood = false;
    }

    private void quoted(char quote, SqlToken.Kind kind) {
        int start = at++;
        StringBuilder text = new StringBuilder();
        while (at < sql.length()) {
            char c = sql.charAt(at++);
            if (c == '\\' && kind == SqlToken.Kind.LITERAL && at < sql.length()) text.append(sql.charAt(at++));
            else if (c != quote) text.append(c);
            else if (at < sql.length() && sql.charAt(at) == quote) {
                text.append(c);
                at++;
            } else {
                tokens.add(new SqlToken(kind, text.toString(), start));
                return;
            }
        }
        understood = false;
    }

    private boolean dollarQuote() {
        int end = at + 1;
        while (end < sql.length() && (Character.isLetterOrDigit(sql.charAt(end)) || sql.charAt(end) == '_')) end++;
        if (end >= sql.length() || sql.charAt(end) != '$' || Character.isDigit(sql.charAt(at + 1))) return false;
        String tag = sql.substring(at, end + 1);
        int close = sql.indexOf(tag, end + 1);
        if (close < 0) {
            understood = false;
            at = sql.length();
            return true;
        }
        tokens.add(new SqlToken(SqlToken.Kind.LITERAL, sql.substring(end + 1, close), at));
        at = close + tag.length();
        return true;
    }

    private void word() {
        int start = at;
        while (at < sql.length() && Character.isJavaIdentifierPart(sql.charAt(at))) at++;
        tokens.add(new SqlToken(SqlToken.Kind.WORD, sql.substring(start, at).toLowerCase(Locale.ROOT), start));
    }

    private void number() {
        int start = at;
        while (at < sql.length() && (Character.isLetterOrDigit(sql.charAt(at)) || sql.charAt(at) == '.')) at++;
        tokens.add(new SqlToken(SqlToken.Kind.SYMBOL, sql.substring(start, at), start));
    }
}
