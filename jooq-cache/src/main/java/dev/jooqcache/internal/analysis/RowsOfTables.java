package dev.jooqcache.internal.analysis;

import dev.jooqcache.model.TableName;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jooq.Field;
import org.jooq.Param;
import org.jooq.QueryPart;
import org.jooq.SQLDialect;
import org.jooq.Select;
import org.jooq.SortField;
import org.jooq.Table;
import org.jooq.TableField;
import org.jooq.impl.QOM;
import org.jooq.impl.TableImpl;
import org.jspecify.annotations.Nullable;

/**
 * Whether each row of a query's result holds a row of a table, so that a result with rows shows that the database has read
 * one. MySQL's family finds without reading any that conditions cannot be met, and what an aggregate of no rows is.
 *
 * <p>Found out when it is first asked. Thread-safe.
 */
public final class RowsOfTables {

    /** Of a statement that is no query, or that is not understood. */
    static final RowsOfTables NONE = new RowsOfTables("", SQLDialect.DEFAULT, table -> false);

    private static final Set<String> COMBINING = Set.of("with", "union", "intersect", "except", "minus");

    private final String sql;
    private final SQLDialect dialect;
    private final Predicate<String> isTable;
    private volatile @Nullable Boolean known;

    /**
     * Of one text.
     *
     * @param isTable whether a folded name is that of tables only, and of no view
     */
    RowsOfTables(String sql, SQLDialect dialect, Predicate<String> isTable) {
        this.sql = sql;
        this.dialect = dialect;
        this.isTable = isTable;
    }

    /**
     * Whether each row of the result holds a row of a table.
     *
     * @return whether that is certain
     */
    public boolean isEach() {
        Boolean told = known;
        if (told == null) known = told = find();
        return told;
    }

    private boolean find() {
        ParsedText text = sql.isEmpty() ? null : ParsedText.of(sql, dialect);
        return text != null
                && text.query() instanceof Select<?> select
                && text.tokens().stream().noneMatch(token -> COMBINING.contains(token.text()))
                && select.$from().stream().anyMatch(this::isInEachRow)
                && makesNoRow(select);
    }

    /** Whether the part of FROM is a table, or an inner join with one, or an outer one that keeps its rows. */
    private boolean isInEachRow(Table<?> part) {
        if (part instanceof QOM.LeftJoin<?> left) return isInEachRow(left.$table1());
        if (part instanceof QOM.Join<?> || part instanceof QOM.CrossJoin<?>) {
            QOM.JoinTable<?, ?> join = (QOM.JoinTable<?, ?>) part;
            return isInEachRow(join.$table1()) || isInEachRow(join.$table2());
        }
        TableImpl<?> named = ParsedText.named(part);
        return named != null
                && isTable.test(
                        TableName.fold(String.valueOf(named.getQualifiedName().last())));
    }

    /** Whether there is no aggregate function of all rows, which makes a row of none. */
    private static boolean makesNoRow(Select<?> select) {
        if (!select.$groupBy().isEmpty()) return select.$groupBy().stream().allMatch(Field.class::isInstance);
        return select.$having() == null
                && select.$select().stream().allMatch(RowsOfTables::isOfOneRow)
                && select.$orderBy().stream().map(SortField::$field).allMatch(RowsOfTables::isOfOneRow);
    }

    private static boolean isOfOneRow(QueryPart item) {
        QueryPart part = QueryBlock.unaliased(item);
        if (part instanceof TableField<?, ?> || part instanceof Param<?>) return true;
        List<? extends QueryPart> operands = operands(part);
        return !operands.isEmpty() && operands.stream().allMatch(RowsOfTables::isOfOneRow);
    }

    /** What an expression of one row is made of; empty if it may be something else. */
    private static List<? extends QueryPart> operands(QueryPart part) {
        if (part instanceof QOM.Cast<?> cast) return List.of(cast.$field());
        if (part instanceof QOM.Coalesce<?> coalesce) return coalesce.$arg1();
        if (part instanceof QOM.Concat concat) return concat.$arg1();
        if (part instanceof QOM.Lower lower) return List.of(lower.$string());
        if (part instanceof QOM.Upper upper) return List.of(upper.$string());
        if (part instanceof QOM.Add<?> sum) return List.of(sum.$arg1(), sum.$arg2());
        if (part instanceof QOM.Sub<?> difference) return List.of(difference.$arg1(), difference.$arg2());
        if (part instanceof QOM.Mul<?> product) return List.of(product.$arg1(), product.$arg2());
        if (part instanceof QOM.Div<?> quotient) return List.of(quotient.$arg1(), quotient.$arg2());
        return List.of();
    }
}
