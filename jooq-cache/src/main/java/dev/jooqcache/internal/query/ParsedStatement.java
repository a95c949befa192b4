package dev.jooqcache.internal.query;

import dev.jooqcache.internal.dependency.TagPlan;
import dev.jooqcache.internal.dependency.TagPlan.Value;
import dev.jooqcache.internal.sql.DmlText;
import dev.jooqcache.internal.sql.JooqParser;
import dev.jooqcache.internal.sql.SqlLexer;
import dev.jooqcache.internal.sql.SqlToken;
import dev.jooqcache.internal.sql.SqlToken.Kind;
import dev.jooqcache.internal.sql.StatementKind;
import dev.jooqcache.internal.sql.StatementTexts;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jooq.Field;
import org.jooq.Param;
import org.jooq.Query;
import org.jooq.QueryPart;
import org.jooq.SQLDialect;
import org.jooq.Table;
import org.jooq.TableOptions.TableType;
import org.jooq.VisitListener;
import org.jooq.VisitListenerProvider;
import org.jooq.impl.DefaultConfiguration;
import org.jooq.impl.QOM;
import org.jooq.impl.TableImpl;
import org.jspecify.annotations.Nullable;

/**
 * One statement's text as jOOQ's parser understands it, in which each bind marker knows its place.
 *
 * <p>The text is what the database gets, whatever produced it: implicit joins and emulations are spelled out, and nothing that
 * a listener or a custom part has rendered is missing.
 *
 * @param query the parsed statement
 * @param tokens its tokens
 * @param inQuery whether it is DML within a query of its results, H2's data change delta table
 */
record ParsedStatement(Query query, List<SqlToken> tokens, boolean inQuery) {

    /** A number as jOOQ's parser reads it. */
    private static final Pattern NUMBER = Pattern.compile("\\d+(\\.\\d*)?([eE]-?\\d+)?");

    /** Parses a text, or answers {@code null} if jOOQ's parser does not understand it. */
    static @Nullable ParsedStatement of(String text, SQLDialect dialect) {
        String sql = StatementTexts.withoutSettings(text, dialect);
        SqlLexer lexer = new SqlLexer(sql, dialect);
        List<List<SqlToken>> statements = StatementTexts.split(lexer.tokens());
        if (!lexer.isUnderstood() || statements.size() != 1) return null;
        List<SqlToken> tokens = statements.get(0);
        if (isReadOtherwise(tokens, sql, dialect)) return null;
        String statement = StatementTexts.text(sql, lexer.tokens(), tokens);
        List<SqlToken> delta = DmlText.ofDeltaTable(tokens);
        if (!delta.isEmpty()) {
            statement = StatementTexts.inner(statement, tokens, delta);
            tokens = delta;
        }
        int markers = (int) tokens.stream().filter(token -> token.isSymbol('?')).count();
        Object[] places = IntStream.range(0, markers).boxed().toArray();
        try {
            Query query = JooqParser.of(dialect).parseQuery(statement, places);
            return query == null ? null : new ParsedStatement(query, tokens, !delta.isEmpty());
        } catch (RuntimeException | StackOverflowError e) {
            return null;
        }
    }

    /**
     * Returns whether jOOQ's parser reads the text in another way than the database, or would under another mode of the
     * session: a
     * modifier for a name, a backslash in a literal for itself, a double-quoted column for a literal, a piece of a number or of a
     * literal for the whole.
     */
    private static boolean isReadOtherwise(List<SqlToken> tokens, String sql, SQLDialect dialect) {
        if (DmlText.hasModifier(tokens, dialect) || DmlText.hasInnerModifier(tokens, dialect)) return true;
        if (sql.indexOf('\\') >= 0 || hasCutLiteral(tokens)) return true;
        return StatementKind.isMysql(dialect) && (hasBars(tokens) || sql.indexOf('"') >= 0);
    }

    /**
     * Returns whether jOOQ's parser ends a literal before the database does, and takes the rest for something else: in {@code
     * 0x1F} or
     * {@code 0b1} for an alias, in {@code 1E+2} for a sum, in {@code 'a' 'b'} for an alias, where the second literal belongs to
     * the first.
     */
    private static boolean hasCutLiteral(List<SqlToken> tokens) {
        for (int i = 0; i < tokens.size(); i++) {
            SqlToken token = tokens.get(i);
            SqlToken next = i + 1 < tokens.size() ? tokens.get(i + 1) : null;
            if (token.kind() == Kind.LITERAL && next != null && next.kind() == Kind.LITERAL) return true;
            if (token.kind() != Kind.SYMBOL || !Character.isDigit(token.text().charAt(0))) continue;
            int end = token.start() + token.text().length();
            boolean cut = next != null && next.kind() == Kind.WORD && next.start() == end;
            if (cut || !NUMBER.matcher(token.text()).matches()) return true;
        }
        return false;
    }

    /** OR in MySQL's family, unless a setting makes it a concatenation, for which jOOQ's parser takes it. */
    private static boolean hasBars(List<SqlToken> tokens) {
        return IntStream.range(1, tokens.size())
                .anyMatch(i -> tokens.get(i - 1).isSymbol('|') && tokens.get(i).isSymbol('|'));
    }

    /** Shows all parts of the statement to a listener, without the emulations of a dialect. */
    void visit(VisitListener listener) {
        new DefaultConfiguration()
                .set(SQLDialect.DEFAULT)
                .set((VisitListenerProvider) () -> listener)
                .dsl()
                .render(query);
    }

    /** The bind value or literal that an expression is, or {@code null} if it is something else. */
    static @Nullable Value value(QueryPart expression) {
        if (expression instanceof QOM.Cast<?> cast) return isExact(cast) ? value(cast.$field()) : null;
        if (!(expression instanceof Param<?> param)) return null;
        if (param.isInline()) return new Value(-1, param.getValue());
        return param.getValue() instanceof Integer place ? new Value(place, null) : null;
    }

    /** The values that some expressions are, or {@code null} if one is something else, or if they are too many. */
    static @Nullable List<Value> values(List<? extends QueryPart> expressions) {
        if (expressions.size() > TagPlan.MOST_VALUES) return null;
        List<Value> values = new ArrayList<>();
        for (QueryPart expression : expressions) {
            Value value = value(expression);
            if (value == null) return null;
            values.add(value);
        }
        return values;
    }

    /** The table that a part names, perhaps by an alias, or {@code null} if it is something else. */
    static @Nullable TableImpl<?> named(Table<?> part) {
        Table<?> named = part instanceof QOM.TableAlias<?> alias ? alias.$aliased() : part;
        return named instanceof TableImpl<?> table && table.getTableType() != TableType.FUNCTION ? table : null;
    }

    /** Of an integer or a UUID such a cast makes the same value, or fails. */
    private static boolean isExact(QOM.Cast<?> cast) {
        Class<?> type = ((Field<?>) cast).getDataType().getType();
        return cast.$field() instanceof Param<?>
                && (type == Integer.class || type == Long.class || type == Short.class || type == UUID.class);
    }
}
