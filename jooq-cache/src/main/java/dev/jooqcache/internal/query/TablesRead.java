package dev.jooqcache.internal.query;

import dev.jooqcache.model.TableModel;
import dev.jooqcache.model.TableName;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jooq.Asterisk;
import org.jooq.CommonTableExpression;
import org.jooq.Field;
import org.jooq.Param;
import org.jooq.QualifiedAsterisk;
import org.jooq.QueryPart;
import org.jooq.SQLDialect;
import org.jooq.Select;
import org.jooq.SortField;
import org.jooq.Table;
import org.jooq.TableField;
import org.jooq.VisitListener;
import org.jooq.impl.QOM;
import org.jooq.impl.TableImpl;
import org.jspecify.annotations.Nullable;

/**
 * What the execution of a query, or a row of its result, shows of the tables that the database has opened or read. For MySQL's
 * family, which takes the snapshot of a transaction with the first row that it looks for, and uses up the isolation level of
 * the next transaction with the first table that it opens.
 *
 * <p>Found out when it is first asked. Thread-safe.
 */
public final class TablesRead {

    /** Of a statement that is no query, or that is not understood. */
    public static final TablesRead NONE = new TablesRead("", SQLDialect.DEFAULT, table -> List.of());

    private static final Set<String> COMBINING = Set.of("with", "union", "intersect", "except", "minus");
    private static final int MOST_VIEWS = 8;

    private final String sql;
    private final SQLDialect dialect;
    private final Function<String, List<TableModel>> relations;
    private volatile @Nullable Boolean opensTable;
    private volatile @Nullable Boolean showsRow;

    /**
     * Of one text.
     *
     * @param relations all relations of a folded name
     */
    TablesRead(String sql, SQLDialect dialect, Function<String, List<TableModel>> relations) {
        this.sql = sql;
        this.dialect = dialect;
        this.relations = relations;
    }

    /**
     * Returns whether the database opens a table to execute the query, whatever it reads of it.
     *
     * @return whether that is certain
     */
    public boolean isOpened() {
        Boolean known = opensTable;
        if (known == null) opensTable = known = opensTable(sql, MOST_VIEWS);
        return known;
    }

    /**
     * Returns whether each row of the result holds a row of a table, so that a result with rows shows that one was read. MySQL's
     * family finds without reading any that conditions cannot be met, and what an aggregate of no rows is.
     *
     * @return whether that is certain
     */
    public boolean isShown() {
        Boolean known = showsRow;
        if (known == null) showsRow = known = showsRow();
        return known;
    }

    /** A statement opens all tables that it names, in whatever part; names of its own queries are none. */
    private boolean opensTable(String text, int views) {
        ParsedStatement parsed = views == 0 || text.isEmpty() ? null : ParsedStatement.of(text, dialect);
        if (parsed == null || !(parsed.query() instanceof Select<?>)) return false;
        Set<String> queries = new HashSet<>();
        Set<TableImpl<?>> named = new HashSet<>();
        parsed.visit(VisitListener.onVisitStart(context -> {
            QueryPart part = context.queryPart();
            boolean declares =
                    context.renderContext() != null && context.renderContext().declareTables();
            TableImpl<?> table = declares && part instanceof Table<?> declared ? ParsedStatement.named(declared) : null;
            if (part instanceof CommonTableExpression<?> query) queries.add(TableName.fold(query.getName()));
            else if (table != null) named.add(table);
        }));
        return named.stream()
                .filter(table -> !queries.contains(TableName.fold(table.getName())))
                .anyMatch(table -> are(table, each -> isOpened(each, views)));
    }

    private boolean isOpened(TableModel relation, int views) {
        return isSnapshotTable(relation)
                || (relation.kind() == TableModel.Kind.VIEW && opensTable(relation.definition(), views - 1));
    }

    private static boolean isSnapshotTable(TableModel relation) {
        return relation.kind() == TableModel.Kind.TABLE
                && !relation.traits().contains(TableModel.Trait.NON_TRANSACTIONAL);
    }

    /** Returns whether all relations are such that the name may mean. */
    private boolean are(TableImpl<?> named, Predicate<TableModel> such) {
        TableName name = TableReference.nameOf(named);
        List<TableModel> all = TableName.isSystemSchema(name.schema()) ? List.of() : relations.apply(name.name());
        return !all.isEmpty() && all.stream().allMatch(such);
    }

    private boolean showsRow() {
        ParsedStatement text = sql.isEmpty() ? null : ParsedStatement.of(sql, dialect);
        return text != null
                && text.query() instanceof Select<?> select
                && text.tokens().stream().noneMatch(token -> COMBINING.contains(token.text()))
                && select.$from().stream().anyMatch(this::isInEachRow)
                && makesNoRow(select);
    }

    /** Returns whether the part of FROM is a table, or an inner join with one, or an outer one that keeps its rows. */
    private boolean isInEachRow(Table<?> part) {
        if (part instanceof QOM.LeftJoin<?> left) return isInEachRow(left.$table1());
        if (part instanceof QOM.Join<?> || part instanceof QOM.CrossJoin<?>) {
            QOM.JoinTable<?, ?> join = (QOM.JoinTable<?, ?>) part;
            return isInEachRow(join.$table1()) || isInEachRow(join.$table2());
        }
        TableImpl<?> named = ParsedStatement.named(part);
        return named != null && are(named, TablesRead::isSnapshotTable);
    }

    /** Returns whether there is no aggregate function of all rows, which makes a row of none. */
    private static boolean makesNoRow(Select<?> select) {
        if (!select.$groupBy().isEmpty()) return select.$groupBy().stream().allMatch(Field.class::isInstance);
        return select.$having() == null
                && select.$select().stream().allMatch(TablesRead::isOfOneRow)
                && select.$orderBy().stream().map(SortField::$field).allMatch(TablesRead::isOfOneRow);
    }

    private static boolean isOfOneRow(QueryPart item) {
        QueryPart part = SelectScope.unaliased(item);
        boolean isColumns = part instanceof TableField<?, ?>
                || part instanceof Asterisk
                || part instanceof QualifiedAsterisk
                || part instanceof Param<?>;
        if (isColumns) return true;
        List<? extends QueryPart> operands = operands(part);
        return !operands.isEmpty() && operands.stream().allMatch(TablesRead::isOfOneRow);
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
