package dev.jooqcache.internal.sql;

import dev.jooqcache.internal.sql.SqlToken.Kind;
import dev.jooqcache.model.TableName;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The names in the FROM clauses of a text.
 *
 * <p>They are not all tables: some are common table expressions. But a name here that no part of the query accounts for
 * shows that some text was rendered past the parts: by a custom part, a hint, an option, a binding's own SQL.
 */
public final class TableNames extends TokenReader {

    /** Functions with a FROM of their own between the brackets. */
    private static final Set<String> WITH_FROM = Set.of("extract", "trim", "substring", "overlay", "position");

    /** The tables of one row that stand where a dialect needs a FROM. */
    private static final Set<String> ONE_ROW = Set.of("dual", "sysdummy1", "rdb$database", "db_root");

    private static final Set<String> BEFORE_NAME = Set.of("only", "lateral");
    private static final Set<String> QUERY = Set.of("select", "values", "with", "table", "from");
    private static final Set<String> AFTER_LIST = Set.of(
            "where",
            "group",
            "having",
            "window",
            "qualify",
            "order",
            "limit",
            "offset",
            "fetch",
            "for",
            "union",
            "intersect",
            "except",
            "minus",
            "returning",
            "set",
            "connect",
            "start",
            "option");

    private final Set<TableName> tables = new HashSet<>();

    private TableNames(List<SqlToken> tokens) {
        super(tokens);
        for (int i = 0; i + 1 < tokens.size(); i++) {
            SqlToken token = tokens.get(i);
            if (token.isWord("from") && isClause(i)) list(i + 1);
            else if (token.isWord("join") || token.isWord("table")) item(i + 1);
        }
    }

    /** The folded names, without their qualifiers. */
    public static Set<String> of(List<SqlToken> tokens) {
        return inSchemas(tokens).stream().map(TableName::name).collect(Collectors.toCollection(HashSet::new));
    }

    /** The same, with the schemas that are told. */
    public static Set<TableName> inSchemas(List<SqlToken> tokens) {
        return new TableNames(tokens).tables;
    }

    /** A list of tables between commas, up to the end of its clause or bracket. */
    private void list(int start) {
        int depth = 0;
        item(start);
        for (int i = start; i < tokens.size() && depth >= 0; i++) {
            SqlToken token = tokens.get(i);
            if (token.isSymbol('(')) depth++;
            else if (token.isSymbol(')')) depth--;
            else if (depth == 0 && token.isSymbol(',')) item(i + 1);
            else if (depth == 0 && token.kind() == Kind.WORD && AFTER_LIST.contains(token.text())) return;
        }
    }

    private void item(int start) {
        int name = start;
        while (isWordOf(name, BEFORE_NAME)) name++;
        if (isSymbol(name, '(')) {
            if (!isWordOf(name + 1, QUERY)) list(name + 1);
            return;
        }
        if (!isName(name) || isWordOf(name, QUERY)) return;
        while (isSymbol(name + 1, '.') && isName(name + 2)) name += 2;
        String text = TableName.fold(tokens.get(name).text());
        if (!isSymbol(name + 1, '(') && !ONE_ROW.contains(text))
            tables.add(TableName.of(
                    name > start && isSymbol(name - 1, '.')
                            ? tokens.get(name - 2).text()
                            : "",
                    text));
    }

    private boolean isClause(int from) {
        // SELECT DISTINCT FROM t is a clause, IS DISTINCT FROM t is a comparison.
        if (from > 0 && tokens.get(from - 1).isWord("distinct"))
            return from > 1 && tokens.get(from - 2).isWord("select");
        int depth = 0;
        for (int i = from - 1; i >= 0; i--) {
            SqlToken token = tokens.get(i);
            if (token.isSymbol(')')) depth++;
            else if (token.isSymbol('(') && depth-- == 0) return i == 0 || !isWordOf(i - 1, WITH_FROM);
        }
        return true;
    }
}
