package dev.jooqcache.internal.analysis;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jooq.SQLDialect;

/**
 * Splits SQL into words, quoted identifiers, literals and symbols, so that nothing inside quotes or comments is ever
 * mistaken for a keyword (scenario R2).
 *
 * <p>It knows the quoting of the dialects: doubled quotes everywhere, backslash escapes in MySQL's and in PostgreSQL's
 * {@code E''} strings, dollar quotes. A text that ends within quotes, that has MySQL's executable comments, or that
 * another setting of the server, or jOOQ's parser, would split otherwise, is not understood ({@link #isUnderstood}).
 */
final class SqlLexer {

    /** Without the word that may follow it immediately, as in {@code limit 1for update}. */
    private static final Pattern NUMBER = Pattern.compile("0[xX]\\p{XDigit}+|[\\d_.]+([eE][+-]?\\d+)?");

    private final String sql;
    private final boolean mysql;
    private final boolean h2;
    private final boolean brackets;
    private final boolean dollarTags;
    private final List<SqlToken> tokens = new ArrayList<>();
    private boolean understood = true;
    private int at;

    SqlLexer(String sql, SQLDialect dialect) {
        this.sql = sql;
        this.mysql = StatementKind.isMysql(dialect);
        this.h2 = dialect.family() == SQLDialect.H2;
        this.brackets = dialect.family() == SQLDialect.SQLITE;
        this.dollarTags = switch (dialect.family()) {
            case POSTGRES, YUGABYTEDB, DUCKDB -> true;
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
        if (Character.isWhitespace(c) || Character.isSpaceChar(c)) space(c);
        else if (sql.startsWith("--", at) && isLineComment()) skipLine();
        else if ((mysql && c == '#') || (h2 && sql.startsWith("//", at))) skipLine();
        else if (sql.startsWith("/*", at)) comment();
        else if (c == '\'') literal(mysql || isAfterEscapePrefix());
        else if (c == '"') quoted('"', mysql ? SqlToken.Kind.LITERAL : SqlToken.Kind.QUOTED);
        else if (c == '`') quoted('`', SqlToken.Kind.QUOTED);
        else if (c == '$' && !mysql && dollarQuote()) return;
        else if (isNamePart(c) && c != '$' && !Character.isDigit(c)) word();
        else if (Character.isDigit(c)) number();
        else {
            if (c == '[' && brackets) understood = false;
            tokens.add(new SqlToken(SqlToken.Kind.SYMBOL, String.valueOf(c), at));
            at++;
        }
    }

    /** Some databases take a space of another alphabet for a letter. */
    private void space(char c) {
        if (c >= 0x80) understood = false;
        at++;
    }

    private static boolean isNamePart(char c) {
        return c >= 0x80 || Character.isJavaIdentifierPart(c);
    }

    /** In MySQL two hyphens begin a comment only before white space; jOOQ's parser takes them for one everywhere. */
    private boolean isLineComment() {
        if (!mysql || at + 2 >= sql.length() || Character.isWhitespace(sql.charAt(at + 2))) return true;
        understood = false;
        return false;
    }

    private void skipLine() {
        while (at < sql.length() && sql.charAt(at) != '\n') {
            // Some databases end the comment here, some do not.
            if (sql.charAt(at) == '\r' && !sql.startsWith("\r\n", at)) understood = false;
            at++;
        }
    }

    private void comment() {
        int end = sql.indexOf("*/", at + 2);
        int another = sql.indexOf("/*", at + 2);
        boolean executable = sql.startsWith("/*!", at) || sql.startsWith("/*M!", at);
        // Comments within comments count in some databases and not in others.
        if (executable || end < 0 || (another >= 0 && another < end)) understood = false;
        at = end < 0 ? sql.length() : end + 2;
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
            if (c == '\\' && backslash && at < sql.length()) text.append(escaped());
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

    /** MySQL's sql_mode can take the backslash's meaning away, and then an escaped quote would end the literal. */
    private char escaped() {
        char c = sql.charAt(at++);
        if (mysql && (c == '\'' || c == '"')) understood = false;
        return c;
    }

    private void quoted(char quote, SqlToken.Kind kind) {
        int start = at++;
        StringBuilder text = new StringBuilder();
        while (at < sql.length()) {
            char c = sql.charAt(at++);
            if (c == '\\' && kind == SqlToken.Kind.LITERAL && at < sql.length()) text.append(escaped());
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
        if (!dollarTags && !(h2 && tag.equals("$$"))) understood = false;
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
        while (at < sql.length() && isNamePart(sql.charAt(at)) && !Character.isSpaceChar(sql.charAt(at))) at++;
        tokens.add(new SqlToken(SqlToken.Kind.WORD, sql.substring(start, at).toLowerCase(Locale.ROOT), start));
    }

    private void number() {
        Matcher number = NUMBER.matcher(sql).region(at, sql.length());
        int end = number.lookingAt() ? number.end() : at + 1;
        tokens.add(new SqlToken(SqlToken.Kind.SYMBOL, sql.substring(at, end), at));
        at = end;
    }
}
