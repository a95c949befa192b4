package dev.jooqcache.internal.query;

import dev.jooqcache.internal.sql.SqlToken;
import dev.jooqcache.internal.sql.SqlToken.Kind;
import dev.jooqcache.internal.sql.StatementKind;
import dev.jooqcache.model.ColumnModel;
import dev.jooqcache.model.Dependencies;
import dev.jooqcache.model.TableModel;
import dev.jooqcache.model.TableName;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jooq.SQLDialect;
import org.jooq.Select;

/** Whether the text of a view tells, as the text of a query does, what is read. */
final class ViewText {

    private ViewText() {}

    /**
     * Returns whether the database reads what the text names, as jOOQ's parser and the lexer split it: the columns of an asterisk
     * were put down when the view was created, and no setting of that session is needed to understand the text.
     */
    static boolean isBinding(String text, SQLDialect dialect) {
        boolean bound = switch (dialect.family()) {
            case H2, POSTGRES, YUGABYTEDB, MYSQL, MARIADB -> true;
            default -> false;
        };
        // Backslashes and double quotes are what sql_mode has made them.
        boolean depends = StatementKind.isMysql(dialect) && (text.indexOf('\\') >= 0 || text.indexOf('"') >= 0);
        // An operator, which would be taken for a bind marker.
        return bound && text.indexOf('?') < 0 && !depends;
    }

    /**
     * Returns whether each name in the text means what it does in the model.
     *
     * @param view the view
     * @param text its text
     * @param places where the text reads tables and views
     */
    static boolean isOf(
            TableModel view,
            ParsedStatement text,
            List<TableReference> places,
            Dependencies dependencies,
            SQLDialect dialect) {
        if (!(text.query() instanceof Select<?>) || text.inQuery()) return false;
        Set<String> reads = view.reading().reads().stream().map(TableName::name).collect(Collectors.toSet());
        for (TableReference place : places)
            if (!reads.contains(place.table().name()) || !isOnly(place.table(), dependencies)) return false;
        return dialect.family() != SQLDialect.H2 || isUpToDate(text.tokens(), places, dependencies);
    }

    /** Returns whether no other relation has the name, and a schema in the text is that of the relation. */
    private static boolean isOnly(TableName table, Dependencies dependencies) {
        List<TableModel> relations = dependencies.relationsNamed(table.name());
        if (relations.size() != 1) return false;
        String schema = relations.get(0).name().schema();
        return table.schema().isEmpty() || schema.isEmpty() || table.schema().equals(schema);
    }

    /**
     * When a column is renamed, H2 leaves the texts of views as they are, and sessions that have used a view go on with the
     * column under its new name. So a name that stands alone, of which no alias is known, must be a column's.
     */
    private static boolean isUpToDate(List<SqlToken> tokens, List<TableReference> places, Dependencies dependencies) {
        Set<String> known = new HashSet<>();
        for (TableReference place : places) {
            known.add(place.alias());
            known.add(place.table().name());
            known.add(place.table().schema());
            for (TableModel relation : dependencies.relationsNamed(place.table().name()))
                for (ColumnModel column : relation.columns()) known.add(column.name());
        }
        for (int i = 0; i < tokens.size(); i++) {
            boolean alone =
                    tokens.get(i).kind() == Kind.QUOTED && !isAfter(tokens, i, '.') && !isBefore(tokens, i, '.');
            boolean alias = i > 0
                    && (tokens.get(i - 1).isWord("as")
                            || tokens.get(i - 1).isSymbol(')')
                            || tokens.get(i - 1).kind() == Kind.QUOTED);
            if (alone && !alias && !known.contains(TableName.fold(tokens.get(i).text()))) return false;
        }
        return true;
    }

    private static boolean isAfter(List<SqlToken> tokens, int at, char symbol) {
        return at > 0 && tokens.get(at - 1).isSymbol(symbol);
    }

    private static boolean isBefore(List<SqlToken> tokens, int at, char symbol) {
        return at + 1 < tokens.size() && tokens.get(at + 1).isSymbol(symbol);
    }
}
