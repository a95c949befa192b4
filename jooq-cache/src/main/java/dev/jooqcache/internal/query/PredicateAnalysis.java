package dev.jooqcache.internal.query;

import dev.jooqcache.internal.dependency.KeyType;
import dev.jooqcache.internal.dependency.TagPlan.Value;
import dev.jooqcache.internal.sql.ColumnNames;
import dev.jooqcache.model.TableName;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jooq.CommonTableExpression;
import org.jooq.Field;
import org.jooq.QueryPart;
import org.jooq.Select;
import org.jooq.SelectFieldOrAsterisk;
import org.jooq.Table;
import org.jooq.TableOptions.TableType;
import org.jooq.VisitContext;
import org.jooq.VisitListener;
import org.jooq.impl.TableImpl;
import org.jspecify.annotations.Nullable;

/**
 * The places at which a parsed query reads its tables, and the values to which each place pins columns.
 *
 * <h2>What pins a column</h2>
 *
 * A place is pinned to <i>c = v</i> if rows of other values cannot make a difference to the query there. An equality does
 * that if it must hold for each combination of rows that makes one: if it stands, at the top of a conjunction,
 *
 * <ul>
 *   <li>in WHERE, for every place in FROM, on either side of an outer join too: a row that fails it cannot show, and, as
 *       an equality is not true of NULLs, neither can the combination without a match that the row may stand against;
 *   <li>in the ON of an inner join, for what is joined there;
 *   <li>in the ON of an outer join, only for the side whose rows may be missing: the other side's rows show all the same.
 * </ul>
 *
 * Equalities of two columns carry over, and from a query to the subqueries in its SELECT, WHERE, GROUP BY, HAVING and ORDER
 * BY, whose results matter only for rows that the WHERE lets through. They do not carry over to the branches of a set
 * operation, or out of OR and NOT; to what stands in its FROM only as below.
 *
 * <h2>What the rows of the result show</h2>
 *
 * Where each row of the result stands for one combination of rows of the outermost FROM (no DISTINCT, grouping or set
 * operation, and items that are columns or subqueries of their own), a column that is named as such an item only, and a
 * subquery that is one, make a difference to the rows of the result alone: which these are, how many, and in which order is
 * told by other columns. If the values of a column are among the items, then
 *
 * <ul>
 *   <li>of the table of that column, and of one that must have equal values for its rows to matter, the columns that are
 *       only shown are read of the rows with these values;
 *   <li>of a table within such a subquery that must have equal values for its rows to matter, everything is.
 * </ul>
 *
 * <h2>What is demanded of a result</h2>
 *
 * The places at which a derived table, a common table expression or a view is read are pinned as those of tables are. So if
 * all its readers pin a column of its result, only its rows with these values matter to them. If that column is one of a table
 * in its FROM, then such a demand does what an equality in its WHERE would do, provided that which rows pass it does not
 * depend on other rows:
 *
 * <ul>
 *   <li>there is no limit to their number, no set operation and no window function;
 *   <li>if there is GROUP BY, it names the column, so that no row of another group has a part in them;
 *   <li>else none of the items can be an aggregate function, which would make one row of all.
 * </ul>
 */
final class PredicateAnalysis implements VisitListener {

    private static final String ALIAS = "org.jooq.impl.Alias";

    private final Function<String, @Nullable TrackedColumns> columns;
    private final ColumnNames mentions;
    private final boolean mayAggregate;
    private final Outputs outputs;
    private final List<TableReference> places = new ArrayList<>();
    private final List<SelectScope> blocks = new ArrayList<>();
    private final IdentityHashMap<Select<?>, SelectScope> blockOf = new IdentityHashMap<>();
    private final Map<SelectScope, List<TableReference>> readers = new HashMap<>();
    private final Map<SelectScope, Map<String, Column>> passed = new HashMap<>();
    private final Map<String, List<Common>> commons = new HashMap<>();
    private final Deque<SelectScope> open = new ArrayDeque<>();
    private @Nullable Projection items;
    private int declared;
    private @Nullable TableImpl<?> candidate;

    private PredicateAnalysis(
            ColumnNames mentions,
            Function<String, @Nullable TrackedColumns> columns,
            boolean mayAggregate,
            Outputs outputs) {
        this.mentions = mentions;
        this.columns = columns;
        this.mayAggregate = mayAggregate;
        this.outputs = outputs;
    }

    /**
     * The columns of the result.
     *
     * @param names their folded names, in order; none if they do not matter
     * @param values the values of some of them that are demanded
     */
    record Outputs(List<String> names, Map<String, List<Value>> values) {
        static final Outputs NONE = new Outputs(List.of(), Map.of());
    }

    /**
     * A common table expression.
     *
     * @param owner the query that it belongs to, or {@code null} if that is no SELECT
     */
    private record Common(
            CommonTableExpression<?> expression, @Nullable SelectScope owner) {}

    /**
     * Finds the parts of a parsed query.
     *
     * @param mentions the columns and names in its text
     * @param columns the columns of a table by its folded name
     * @param mayAggregate whether a subquery among columns may hold an aggregate function of the query around it
     * @param outputs the columns of its result
     */
    static PredicateAnalysis of(
            ParsedStatement text,
            ColumnNames mentions,
            Function<String, @Nullable TrackedColumns> columns,
            boolean mayAggregate,
            Outputs outputs) {
        PredicateAnalysis rows = new PredicateAnalysis(mentions, columns, mayAggregate, outputs);
        text.visit(rows);
        rows.findReaders();
        for (SelectScope block : rows.blocks) rows.follow(block);
        return rows;
    }

    /** The places of its tables, or {@code null} if some of it is not understood. */
    @Nullable
    List<TableReference> places() {
        List<TableReference> tables = new ArrayList<>();
        int named = 0;
        for (TableReference place : places) {
            if (!place.isNamed()) continue;
            named++;
            List<Common> commons = commonsNamed(place);
            if (mentions.calls(place.alias()) > declaredCalls(place)) return null;
            if (commons.isEmpty()) tables.add(place);
            else if (!place.table().schema().isEmpty()
                    || columns.apply(place.table().name()) != null) return null;
        }
        // Every table that was rendered must have been found in a FROM clause.
        return declared == named ? tables : null;
    }

    /** The brackets after a name that are known: with the names of a common table expression's columns. */
    private int declaredCalls(TableReference place) {
        return (int) commons.getOrDefault(place.alias(), List.of()).stream()
                .filter(common -> hasColumnList(common.expression))
                .count();
    }

    private static boolean hasColumnList(CommonTableExpression<?> expression) {
        return !expression.$derivedColumnList().$columnNames().isEmpty();
    }

    /** The types of those columns of the result that are columns of tables, and on which a demand would do something. */
    Map<String, KeyType> outputTypes() {
        Map<String, KeyType> types = new LinkedHashMap<>();
        if (places() != null && !blocks.isEmpty())
            passed(blocks.get(0)).forEach((name, column) -> types.put(name, column.type()));
        return types;
    }

    @Override
    public void visitStart(VisitContext context) {
        QueryPart part = context.queryPart();
        settle(part);
        if (part instanceof TableImpl<?> table
                && context.renderContext() != null
                && context.renderContext().declareTables()) {
            candidate = table;
        } else if (part instanceof CommonTableExpression<?> common) {
            commons.computeIfAbsent(TableName.fold(common.getName()), name -> new ArrayList<>())
                    .add(new Common(common, open.peek()));
        } else if (part instanceof Select<?> select) {
            open.push(block(select, context));
        }
    }

    @Override
    public void visitEnd(VisitContext context) {
        settle(null);
        if (context.queryPart() instanceof Select<?>) open.pop();
    }

    /** A table whose first part is an alias only stands for the table visited next. */
    private void settle(@Nullable QueryPart next) {
        TableImpl<?> table = candidate;
        candidate = null;
        if (table == null || table.getTableType() == TableType.FUNCTION) return;
        if (next == null || !next.getClass().getName().equals(ALIAS)) declared++;
    }

    private SelectScope block(Select<?> select, VisitContext context) {
        SelectScope outer = open.peek();
        QueryPart[] path = context.queryParts();
        // Directly in another query: a branch of its set operation, which does not see its tables.
        boolean branch = outer != null && path.length > 1 && path[path.length - 2] == outer.select();
        if (branch) outer.noteCombined();
        SelectScope parent = branch ? outer.parent() : outer;
        boolean facts = branch ? outer.seesFacts() : outer != null && !isInFrom(path, outer.select());
        SelectScope block = new SelectScope(this, select, outer, parent, facts, isInItem(outer, select), blocks.size());
        if (blocks.isEmpty()) items = Projection.of(block, mentions);
        blocks.add(block);
        blockOf.put(select, block);
        return block;
    }

    /** A place that a query has in its FROM. */
    void found(TableReference place) {
        places.add(place);
    }

    /** Returns whether a query stands within an item of the outermost one. */
    private boolean isInItem(@Nullable SelectScope outer, Select<?> select) {
        return outer != null && items != null && (outer.isInItem() || items.isItem(outer, select));
    }

    private static boolean isInFrom(QueryPart[] path, Select<?> outer) {
        for (int i = path.length - 2; i >= 0 && path[i] != outer; i--) if (path[i] instanceof Table<?>) return true;
        return false;
    }

    private void findReaders() {
        for (TableReference place : places) {
            SelectScope source = source(place);
            if (source != null) noteReader(source, place);
            // It may mean any of these.
            else for (Common common : commonsNamed(place)) noteReader(blockOf(common.expression), place);
        }
    }

    private void noteReader(@Nullable SelectScope block, TableReference place) {
        if (block != null)
            readers.computeIfAbsent(block, read -> new ArrayList<>()).add(place);
    }

    private List<Common> commonsNamed(TableReference place) {
        return place.isNamed() ? commons.getOrDefault(place.table().name(), List.of()) : List.of();
    }

    /** The query whose rows are read at a place, or {@code null} if that is a table, or not certain. */
    private @Nullable SelectScope source(TableReference place) {
        if (!place.isNamed()) return blockOf.get(place.query());
        List<Common> named = commonsNamed(place);
        return named.size() == 1 && isVisible(named.get(0), place) ? blockOf(named.get(0).expression) : null;
    }

    private @Nullable SelectScope blockOf(CommonTableExpression<?> expression) {
        return expression.$query() instanceof Select<?> select ? blockOf.get(select) : null;
    }

    /** A name means what was declared before, by a query around it, and spelled as it is. */
    private boolean isVisible(Common common, TableReference place) {
        SelectScope own = blockOf(common.expression);
        if (own == null || common.owner == null || !place.isSpelled(common.expression.getUnqualifiedName()))
            return false;
        boolean within = false;
        for (SelectScope block = place.block(); block != null; block = block.enclosing()) {
            if (block == own) return false;
            within |= block == common.owner;
        }
        return within && (place.block() == common.owner || place.block().number() > own.number());
    }

    /**
     * Those before which it depends on come first: the query around it, and those that read it. Where a name means what is
     * declared around it or after it, they may seem to go round in a circle: of one that is not done nothing is known.
     */
    private void follow(SelectScope block) {
        if (!block.begin()) return;
        if (block.parent() != null) follow(block.parent());
        List<TableReference> places = readers.getOrDefault(block, List.of());
        for (TableReference place : places) follow(place.block());
        block.follow(demand(block, places), items);
    }

    private Map<Column, List<Value>> demand(SelectScope block, List<TableReference> readers) {
        Map<String, List<Value>> values = block.number() == 0 ? outputs.values() : readByAll(readers);
        if (values.isEmpty()) return Map.of();
        Map<Column, List<Value>> demand = new HashMap<>();
        passed(block).forEach((name, column) -> {
            List<Value> of = values.get(name);
            if (of != null) demand.merge(column, of, Equalities::fewer);
        });
        return demand;
    }

    private static Map<String, List<Value>> readByAll(List<TableReference> readers) {
        Map<String, List<Value>> all = null;
        for (TableReference place : readers) all = all == null ? place.pins() : Equalities.either(all, place.pins());
        return all == null ? Map.of() : all;
    }

    /** The columns of its result that pass a demand on, by their names. */
    private Map<String, Column> passed(SelectScope block) {
        Map<String, Column> known = passed.get(block);
        if (known == null) {
            known = isFilteredByColumn(block) ? block.passed(outputsOf(block)) : Map.of();
            passed.put(block, known);
        }
        return known;
    }

    private List<String> outputsOf(SelectScope block) {
        if (block.number() == 0) return outputsOf(block.select());
        List<TableReference> places = readers.getOrDefault(block, List.of());
        if (places.isEmpty()) return List.of();
        TableReference place = places.get(0);
        return single(
                place.isNamed() ? TableReference.outputsOf(commonsNamed(place).get(0).expression) : place.outputs());
    }

    /** A column that is called otherwise than the item has no name. */
    private List<String> outputsOf(Select<?> select) {
        List<? extends SelectFieldOrAsterisk> items = select.$select();
        List<String> all = single(outputs.names());
        if (items.size() != all.size()) return List.of();
        List<String> names = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            String name = items.get(i) instanceof Field<?> field ? TableName.fold(field.getName()) : "";
            names.add(name.equals(all.get(i)) ? name : "");
        }
        return names;
    }

    /** The names of columns, where those that are alike mean none of them. */
    private static List<String> single(List<String> names) {
        return names.stream()
                .map(name -> names.indexOf(name) == names.lastIndexOf(name) ? name : "")
                .toList();
    }

    /** Returns whether which rows the result of a query has is told column by column. */
    private boolean isFilteredByColumn(SelectScope block) {
        boolean seesOthers = mentions.count("rownum") > 0 || mentions.count("over") > 0;
        return !seesOthers && block.isFilteredByColumn(mayAggregate);
    }

    /** How the values of a column compare, or {@code null} if that is not by their texts. */
    @Nullable
    KeyType typeOf(TableReference place, String name) {
        SelectScope source = source(place);
        if (source == null) {
            TrackedColumns known = columnsOf(place);
            return known == null ? null : known.types().get(name);
        }
        Column column = passed(source).get(name);
        return column == null ? null : column.type();
    }

    /** The columns of the table that is read at a place. */
    @Nullable
    TrackedColumns columnsOf(TableReference place) {
        return place.isNamed() ? columns.apply(place.table().name()) : null;
    }
}
