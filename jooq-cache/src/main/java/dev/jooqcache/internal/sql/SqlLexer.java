package dev.jooqcache.internal.sql;

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
public final class SqlLexer {

    /** Without the word that may follow it immediately, as in {@code limit 1for update}. */
    private static final Pattern NUMBER = Pattern.compile("0[xX]\\p{XDigit}+|[\\d_.]+([eE][+-]?\\d+)?");

    /** A character by its number in a literal of PostgreSQL, after the backslash. */
    private static final Pattern CODE =
            Pattern.compile("([0-7]{1,3})|x\\p{XDigit}{1,2}|u\\p{XDigit}{4}|U\\p{XDigit}{8}");

    private static final Pattern PLACE = Pattern.compile("\\s*(\\d+|\\?\\d*)\\s*");
    private static final Pattern ELEMENTS =
            Pattern.compile("([^'\"`\\[\\]/#$-]|-(?!-)|'[^'\\[\\]]*'|\"[^\"\\[\\]]*\")*");

    private final String sql;
    private final boolean mysql;
    private final boolean h2;
    private final boolean brackets;
    private final boolean dollarTags;
    private final boolean postgres;

    /** Whether a backslash in a plain literal hides the next character, as a setting of PostgreSQL makes it. */
    private final boolean hiding;

    private boolean hasBackslash;
    private boolean unterminated;
    private final List<SqlToken> tokens = new ArrayList<>();
    private boolean understood = true;
    private int at;

    public SqlLexer(String sql, SQLDialect dialect) {
        this(sql, dialect, false);
        if (hasBackslash && understood) understood = !isReadOtherwise(new SqlLexer(sql, dialect, true));
    }

    private SqlLexer(String sql, SQLDialect dialect, boolean hiding) {
        this.sql = sql;
        this.hiding = hiding;
        this.mysql = StatementKind.isMysql(dialect);
        this.h2 = dialect.family() == SQLDialect.H2;
        this.brackets = dialect.family() == SQLDialect.SQLITE;
        this.dollarTags = switch (dialect.family()) {
            case POSTGRES, YUGABYTEDB, DUCKDB -> true;
            default -> false;
        };
        this.postgres = StatementKind.isPostgres(dialect);
        while (at < sql.length()) next();
    }

    /** Returns whether a server that reads backslashes in the other way would accept the text, and find other tokens in it. */
    private boolean isReadOtherwise(SqlLexer other) {
        boolean accepted = !other.unterminated && other.tokens.stream().noneMatch(token -> token.isSymbol('\\'));
        if (!accepted) return false;
        if (!other.understood || other.tokens.size() != tokens.size()) return true;
        for (int i = 0; i < tokens.size(); i++) {
            SqlToken here = tokens.get(i);
            SqlToken there = other.tokens.get(i);
            boolean literals = here.kind() == SqlToken.Kind.LITERAL && there.kind() == here.kind();
            boolean same = literals ? here.start() == there.start() : here.equals(there);
            if (!same || (literals && isDate(here) != isDate(there))) return true;
        }
        return false;
    }

    private static boolean isDate(SqlToken literal) {
        return SelectScan.isMovingDate(literal.text());
    }

    public List<SqlToken> tokens() {
        return tokens;
    }

    public boolean isUnderstood() {
        return understood;
    }

    private void next() {
        char c = sql.charAt(at);
        if (Character.isWhitespace(c) || Character.isSpaceChar(c)) space(c);
        else if (sql.startsWith("--", at) && isLineComment()) skipLine();
        else if ((mysql && c == '#') || (h2 && sql.startsWith("//", at))) skipLine();
        else if (sql.startsWith("/*", at)) comment();
        else if (c == '\'') literal(mysql || (postgres && (hiding || isAfterEscapePrefix())));
        else if (c == '"') quoted('"', mysql ? SqlToken.Kind.LITERAL : SqlToken.Kind.QUOTED);
        else if (c == '`') quoted('`', SqlToken.Kind.QUOTED);
        else if (c == '$' && !mysql && dollarQuote()) return;
        else if (isNamePart(c) && (c != '$' || mysql) && !Character.isDigit(c)) word();
        else if (Character.isDigit(c)) number();
        else {
            if (c == '[' && (brackets || (h2 && !isSubscript()))) understood = false;
            // In some of H2's modes it is a letter.
            if (c == '#' && h2) understood = false;
            tokens.add(new SqlToken(SqlToken.Kind.SYMBOL, String.valueOf(c), at));
            at++;
        }
    }

    /** In some of H2's modes brackets quote a name: here they hold places in an array, or make one. */
    private boolean isSubscript() {
        int end = sql.indexOf(']', at);
        String within = end < 0 ? "" : sql.substring(at + 1, end);
        boolean constructor = !tokens.isEmpty() && tokens.get(tokens.size() - 1).isWord("array");
        String after = sql.substring(end + 1).stripLeading();
        return (constructor ? ELEMENTS : PLACE).matcher(within).matches() && !after.startsWith("(");
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
        if (end < 0) unterminated();
        if (executable || (another >= 0 && another < end)) understood = false;
        at = end < 0 ? sql.length() : end + 2;
    }

    private boolean isAfterEscapePrefix() {
        return at > 0
                && (sql.charAt(at - 1) == 'e' || sql.charAt(at - 1) == 'E')
                && (at == 1 || !Character.isJavaIdentifierPart(sql.charAt(at - 2)));
    }

    private void literal(boolean backslash) {
        if (isAfterQuotePrefix()) understood = false;
        // H2 takes PostgreSQL's prefix without the escapes, SQLite a column's alias; jOOQ's parser takes both.
        boolean disputed = !backslash && isAfterEscapePrefix();
        int start = at++;
        StringBuilder text = new StringBuilder();
        while (at < sql.length()) {
            char c = sql.charAt(at++);
            if (c == '\\' && disputed) understood = false;
            hasBackslash |= c == '\\' && postgres && !backslash;
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
        unterminated();
    }

    private void unterminated() {
        unterminated = true;
        understood = false;
    }

    /** Oracle's {@code q'[..]'}, which jOOQ's parser knows as well, and {@code U&'..'}, whose text is another one. */
    private boolean isAfterQuotePrefix() {
        int word = at;
        while (word > 0 && isNamePart(sql.charAt(word - 1))) word--;
        String prefix = sql.substring(word, at).toLowerCase(Locale.ROOT);
        if (prefix.isEmpty() && word > 0 && sql.charAt(word - 1) == '&')
            return word > 1 && Character.toLowerCase(sql.charAt(word - 2)) == 'u';
        return prefix.equals("q") || prefix.equals("nq");
    }

    /** MySQL's sql_mode can take the backslash's meaning away, and then an escaped quote would end the literal. */
    private String escaped() {
        char c = sql.charAt(at++);
        if (mysql && (c == '\'' || c == '"')) understood = false;
        if (!postgres) return String.valueOf(c);
        Matcher code = CODE.matcher(sql).region(at - 1, sql.length());
        if (!code.lookingAt()) return String.valueOf(c);
        at = code.end();
        String octal = code.group(1);
        int number =
                octal == null ? Integer.parseUnsignedInt(code.group().substring(1), 16) : Integer.parseInt(octal, 8);
        return Character.isValidCodePoint(number) ? Character.toString(number) : "";
    }

    private void quoted(char quote, SqlToken.Kind kind) {
        if (isAfterQuotePrefix()) understood = false;
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
        unterminated();
    }

    private boolean dollarQuote() {
        int end = at + 1;
        while (end < sql.length() && (Character.isLetterOrDigit(sql.charAt(end)) || sql.charAt(end) == '_')) end++;
        if (end >= sql.length() || sql.charAt(end) != '$' || Character.isDigit(sql.charAt(at + 1))) return false;
        String tag = sql.substring(at, end + 1);
        if (!dollarTags && !(h2 && tag.equals("$$"))) understood = false;
        int close = sql.indexOf(tag, end + 1);
        if (close < 0) {
            unterminated();
            at = sql.length();
            return true;
        }
        tokens.add(new SqlToken(SqlToken.Kind.LITERAL, sql.substring(end + 1, close), at));
        at = close + tag.length();
        return true;
    }

    private void word() {
        int start = at;
        // Of MySQL's family only; jOOQ's parser takes it for a symbol.
        if (sql.charAt(at) == '$') understood = false;
        while (at < sql.length() && isNamePart(sql.charAt(at)) && !Character.isSpaceChar(sql.charAt(at))) at++;
        tokens.add(new SqlToken(SqlToken.Kind.WORD, sql.substring(start, at).toLowerCase(Locale.ROOT), start));
    }

    /** In MySQL's family digits are a name between a name, a dot and no space. */
    private boolean isNameAfterDot() {
        if (!mysql || at < 2 || sql.charAt(at - 1) != '.') return false;
        char before = sql.charAt(at - 2);
        return isNamePart(before) || before == '`' || before == '"';
    }

    private void number() {
        Matcher number = NUMBER.matcher(sql).region(at, sql.length());
        int end = number.lookingAt() ? number.end() : at + 1;
        // Some databases take an underscore for a part of the number, some for the beginning of a name; and MySQL's
        // names
        // may begin with digits.
        boolean name = mysql && end < sql.length() && isNamePart(sql.charAt(end));
        if (name || isNameAfterDot() || sql.substring(at, end).indexOf('_') >= 0) understood = false;
        tokens.add(new SqlToken(SqlToken.Kind.SYMBOL, sql.substring(at, end), at));
        at = end;
    }
}
