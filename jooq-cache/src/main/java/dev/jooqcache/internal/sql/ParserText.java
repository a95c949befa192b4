package dev.jooqcache.internal.sql;

import dev.jooqcache.internal.sql.SqlToken.Kind;
import java.util.List;
import java.util.Set;
import org.jooq.SQLDialect;
import org.jspecify.annotations.Nullable;

/**
 * A text as jOOQ's parser can read it where it does not know PostgreSQL's operators or the modifiers of DML: something else stands in their places.
 *
 * <p>It names the same tables, and is good for nothing else. Only operators of the database's own catalog are replaced;
 * which of them are defined by users as well is told by the text itself ({@link Calls}).
 */
public final class ParserText extends TokenReader {

    /** Operators that the parser knows. */
    private static final Set<String> KNOWN = Set.of(
            "=", "<", ">", "<=", ">=", "<>", "!=", "+", "-", "*", "/", "%", "^", "||", "->", "->>", "@>", "~", "!~");

    private static final Set<String> CONDITIONS = Functions.load("operators-postgresql-conditions.txt");
    private static final Set<String> VALUES = Functions.load("operators-postgresql-values.txt");

    private static final String CHARACTERS = "+-*/<>=~!@#%^&|`?";
    /** An operator with one of these may end with a sign. */
    private static final String BEFORE_SIGN = "~!@#%^&|`?";

    private final String sql;
    private final int offset;
    private final StringBuilder text = new StringBuilder();
    private int copied;
    private boolean understood = true;

    private ParserText(String sql, List<SqlToken> tokens) {
        super(tokens);
        this.sql = sql;
        this.offset = tokens.get(0).start();
        int brackets = 0;
        for (int i = 0; i < tokens.size(); ) {
            SqlToken token = tokens.get(i);
            if (token.isSymbol('[')) brackets++;
            if (token.isSymbol(']')) brackets--;
            if (isOperator(i)) i = operators(i);
            else if (isWord(i, "at") && isWord(i + 1, "time") && isWord(i + 2, "zone")) i = replace(i, 3, "||");
            else if (isWord(i, "timezone") && isSymbol(i + 1, '(')) i = replace(i, 1, "timezone_of");
            else if (brackets > 0 && isSliceColon(i)) i = replace(i, 1, isSymbol(i + 1, ']') ? "" : "+");
            else i++;
        }
        text.append(sql, copied, sql.length());
    }

    /** The text for the parser, or {@code null} if there is none. */
    public static @Nullable String of(String sql, List<SqlToken> tokens, SQLDialect dialect) {
        if (tokens.isEmpty()) return null;
        String plain = withoutModifiers(sql, tokens, dialect);
        if (plain != null) return plain;
        if (!StatementKind.isPostgres(dialect)) return null;
        ParserText other = new ParserText(sql, tokens);
        return other.understood && other.copied > 0 ? other.text.toString() : null;
    }

    /** {@code INSERT IGNORE} writes as INSERT does, {@code UPDATE ONLY} as UPDATE, and so on. */
    private static @Nullable String withoutModifiers(String sql, List<SqlToken> tokens, SQLDialect dialect) {
        int modifiers = DmlText.modifiers(tokens, dialect);
        if (modifiers == 0) return null;
        int first = tokens.get(1).isWord("from") ? 2 : 1;
        if (first + modifiers >= tokens.size()) return null;
        int offset = tokens.get(0).start();
        return sql.substring(0, tokens.get(first).start() - offset)
                + sql.substring(tokens.get(first + modifiers).start() - offset);
    }

    /** Replaces the operators among adjacent characters, as the database and its driver tell them apart. */
    private int operators(int start) {
        int end = start + 1;
        while (end < tokens.size() && isOperator(end) && isAdjacent(end - 1)) end++;
        int i = start;
        while (i < end) {
            if (isBindMarker(i, end)) {
                i++;
                continue;
            }
            int last = i;
            StringBuilder operator = new StringBuilder();
            while (last < end && !isBindMarker(last, end)) {
                operator.append(tokens.get(last).text());
                last += isSymbol(last, '?') ? 2 : 1;
            }
            int signs = signs(operator);
            operator.setLength(operator.length() - signs);
            operator(i, last - signs - i, operator.toString());
            i = last;
        }
        return end;
    }

    private void operator(int i, int length, String operator) {
        if (KNOWN.contains(operator)) return;
        if (CONDITIONS.contains(operator)) replace(i, length, "@>");
        else if (VALUES.contains(operator)) replace(i, length, "||");
        else understood = false;
    }

    /** How many signs at the end belong to the operand. */
    private static int signs(CharSequence operator) {
        if (operator.chars().anyMatch(c -> BEFORE_SIGN.indexOf(c) >= 0)) return 0;
        int signs = 0;
        while (signs < operator.length() - 1 && "+-".indexOf(operator.charAt(operator.length() - 1 - signs)) >= 0)
            signs++;
        return signs;
    }

    /** A question mark that is not doubled. */
    private boolean isBindMarker(int i, int end) {
        return isSymbol(i, '?') && !(i + 1 < end && isSymbol(i + 1, '?'));
    }

    private boolean isSliceColon(int i) {
        return isSymbol(i, ':') && !isSymbol(i - 1, ':') && !isSymbol(i + 1, ':');
    }

    private int replace(int i, int length, String other) {
        int start = tokens.get(i).start() - offset;
        SqlToken last = tokens.get(i + length - 1);
        text.append(sql, copied, start).append(' ').append(other).append(' ');
        copied = last.start() - offset + last.text().length();
        return i + length;
    }

    private boolean isOperator(int i) {
        SqlToken token = tokens.get(i);
        return token.kind() == Kind.SYMBOL && token.text().length() == 1 && CHARACTERS.contains(token.text());
    }

    private boolean isAdjacent(int i) {
        return tokens.get(i + 1).start() == tokens.get(i).start() + 1;
    }
}
