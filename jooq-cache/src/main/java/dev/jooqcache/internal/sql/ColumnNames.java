package dev.jooqcache.internal.sql;

import dev.jooqcache.internal.sql.SqlToken.Kind;
import dev.jooqcache.model.TableName;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The columns that a text may read.
 *
 * <p>A column cannot be read without being named, except by an asterisk, a natural join, a name of a whole row, or another
 * name for it that the alias of its table declares. So any word that is the name of a column counts as that column, of
 * every table that has one of the name.
 */
public final class ColumnNames extends TokenReader {

    /** With these, columns may be read, or rows told apart, that the words do not show. */
    private static final Set<String> HIDING = Set.of(
            "natural",
            "table",
            "rownum",
            "connect",
            "pivot",
            "unpivot",
            "match_recognize",
            "model",
            "xmltable",
            "json_table");

    /** Columns that a table has besides its own, quoted or not. */
    private static final Set<String> OF_SYSTEM = Set.of(
            "_rowid_",
            "_rowid",
            "rowid",
            "oid",
            "xmin",
            "xmax",
            "cmin",
            "cmax",
            "ctid",
            "tableoid",
            "row_start",
            "row_end");

    /** What may follow an asterisk that stands for columns. */
    private static final Set<String> AFTER_COLUMNS = Set.of("from", "except", "exclude", "replace");

    /** PostgreSQL cuts a name off here, in bytes: what is longer may mean a column of another name. */
    private static final int LONGEST_NAME = 63;

    private final Map<String, Integer> words = new HashMap<>();
    private final Map<String, Integer> alone = new HashMap<>();
    private final Map<String, Integer> calls = new HashMap<>();
    private boolean hidden;

    public ColumnNames(List<SqlToken> tokens) {
        super(tokens);
        for (int i = 0; i < tokens.size(); i++) {
            if (isSymbol(i, '*') && !isCount(i) && !isMultiplication(i)) hidden = true;
            if (isName(i)) name(i);
            else if (tokens.get(i).kind() == Kind.LITERAL) literal(i);
            else if (isStartOfName(i)) hidden = true;
        }
    }

    private void name(int i) {
        String name = TableName.fold(tokens.get(i).text());
        words.merge(name, 1, Integer::sum);
        if (tokens.get(i).kind() == Kind.WORD && HIDING.contains(name)) hidden = true;
        if (OF_SYSTEM.contains(name)) hidden = true;
        if (tokens.get(i).text().getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME) hidden = true;
        if (!isSymbol(i + 1, '.')) alone.merge(name, 1, Integer::sum);
        if (isSymbol(i + 1, '(')) calls.merge(name, 1, Integer::sum);
    }

    /** In double quotes it is a name where MySQL's family is set so. */
    private void literal(int i) {
        String name = TableName.fold(tokens.get(i).text());
        words.merge(name, 1, Integer::sum);
        if (OF_SYSTEM.contains(name)) hidden = true;
    }

    /** In MySQL's family a name may begin with a digit or a dollar sign. */
    private boolean isStartOfName(int i) {
        SqlToken token = tokens.get(i);
        boolean may = token.isSymbol('$') || Character.isDigit(token.text().charAt(0));
        return may
                && i + 1 < tokens.size()
                && tokens.get(i + 1).kind() != Kind.LITERAL
                && tokens.get(i + 1).start() == token.start() + token.text().length()
                && (isName(i + 1)
                        || tokens.get(i + 1).isSymbol('$')
                        || Character.isDigit(tokens.get(i + 1).text().charAt(0)));
    }

    private boolean isCount(int i) {
        return isSymbol(i - 1, '(') && isWord(i - 2, "count") && isSymbol(i + 1, ')');
    }

    private boolean isMultiplication(int i) {
        return isOperand(i - 1, ')') && isOperand(i + 1, '(') && !isWordOf(i + 1, AFTER_COLUMNS);
    }

    private boolean isOperand(int i, char bracket) {
        if (i < 0 || i >= tokens.size()) return false;
        SqlToken token = tokens.get(i);
        return switch (token.kind()) {
            case QUOTED, LITERAL -> true;
            case WORD -> !isWordOf(i, Set.of("select", "distinct", "all", "returning"));
            case SYMBOL ->
                token.isSymbol(bracket)
                        || token.isSymbol('?')
                        || Character.isDigit(token.text().charAt(0));
        };
    }

    /** Returns whether the words do not show all columns that may be read. */
    public boolean areHidden() {
        return hidden;
    }

    /**
     * Returns whether a name of a place stands where it may mean the whole row, or declares other names for its columns.
     *
     * @param name the folded alias or table's name
     * @param declarations how often it stands as the name of a table or as an alias
     */
    public boolean mayMeanRow(String name, int declarations) {
        return alone.getOrDefault(name, 0) > declarations || calls.containsKey(name);
    }

    /** How often a bracket follows a name: one that declares other names for columns, if it is an alias. */
    public int calls(String name) {
        return calls.getOrDefault(name, 0);
    }

    /** Those of the given columns that may be read. */
    public Set<String> among(Set<String> columns) {
        Set<String> read = new HashSet<>(columns);
        read.retainAll(words.keySet());
        return read;
    }

    /** How often a name stands in the text, whatever it means there. */
    public int count(String name) {
        return words.getOrDefault(name, 0);
    }

    /** Returns whether a column is named after one of the qualifiers that the table does not have: a hidden one. */
    public boolean namesOthers(Set<String> qualifiers, Set<String> columns) {
        for (int i = 0; i + 2 < tokens.size(); i++)
            if (isName(i)
                    && isSymbol(i + 1, '.')
                    && isName(i + 2)
                    && !isSymbol(i + 3, '.')
                    && qualifiers.contains(TableName.fold(tokens.get(i).text()))
                    && !columns.contains(TableName.fold(tokens.get(i + 2).text()))) return true;
        return false;
    }
}
