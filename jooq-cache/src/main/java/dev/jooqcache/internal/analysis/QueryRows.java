package dev.jooqcache.internal.analysis;

import dev.jooqcache.internal.generation.KeyType;
import dev.jooqcache.internal.generation.TagPlan.Value;
import dev.jooqcache.model.TableName;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jooq.CommonTableExpression;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Name;
import org.jooq.Param;
import org.jooq.QueryPart;
import org.jooq.Select;
import org.jooq.SelectFieldOrAsterisk;
import org.jooq.SortField;
import org.jooq.Table;
import org.jooq.TableField;
import org.jooq.TableOptions.TableType;
import org.jooq.VisitContext;
import org.jooq.VisitListener;
import org.jooq.impl.QOM;
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
 * BY, whose results matter only for rows that the WHERE lets through. They do not carry over to what stands in its FROM
 * (which is evaluated before), to the branches of a set operation, or out of OR and NOT.
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
 * <h2>What is demanded of the result</h2>
 *
 * If only rows of the result with certain values matter to who reads it, and the rows of the result are combinations of
 * rows as above, with no limit to their number, then a demand on an item that is a column does what an equality in the WHERE
 * would do: which rows pass it does not depend on other rows.
 */
final class QueryRows implements VisitListener {

    private static final String ALIAS = "org.jooq.impl.Alias";
    private static final List<String> LIMITING = List.of("limit", "fetch", "offset", "top", "rownum");

    private final Function<String, @Nullable KeyColumns> columns;
    private final List<Place> places = new ArrayList<>();
    private final Deque<Block> open = new ArrayDeque<>();
    private final Set<String> commonTables = new HashSet<>();
    private final ColumnMentions mentions;
    private final Outputs outputs;
    private final Map<String, Column> outputColumns = new HashMap<>();
    private @Nullable ShownItems items;
    private int declared;
    private @Nullable TableImpl<?> candidate;

    private QueryRows(Function<String, @Nullable KeyColumns> columns, ColumnMentions mentions, Outputs outputs) {
        this.columns = columns;
        this.mentions = mentions;
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
     * The places of a parsed query.
     *
     * @param mentions the columns and names in its text
     * @param columns the columns of a table by its folded name
     * @param outputs the columns of its result
     * @return the places of its tables, or {@code null} if some of it is not understood
     */
    static @Nullable List<Place> of(
            ParsedText text, ColumnMentions mentions, Function<String, @Nullable KeyColumns> columns, Outputs outputs) {
        QueryRows rows = new QueryRows(columns, mentions, outputs);
        text.visit(rows);
        return rows.tables();
    }

    /** The types of those columns of the result that are columns of tables, and on which a demand would do something. */
    static Map<String, KeyType> typesOf(
            ParsedText text, ColumnMentions mentions, Function<String, @Nullable KeyColumns> columns, Outputs outputs) {
        QueryRows rows = new QueryRows(columns, mentions, outputs);
        text.visit(rows);
        Map<String, KeyType> types = new LinkedHashMap<>();
        if (rows.tables() != null) rows.outputColumns.forEach((name, column) -> types.put(name, column.type));
        return types;
    }

    private @Nullable List<Place> tables() {
        // Every table that was rendered must have been found in a FROM clause.
        if (declared != places.size()) return null;
        List<Place> tables = new ArrayList<>();
        for (Place place : places)
            if (mentions.isCalled(place.alias())) return null;
            else if (!commonTables.contains(place.table.name())) tables.add(place);
            else if (!place.table.schema().isEmpty() || columns.apply(place.table.name()) != null) return null;
        return tables;
    }

    @Override
    public void visitStart(VisitContext context) {
        QueryPart part = context.queryPart();
        settle(part);
        if (part instanceof TableImpl<?> table
                && context.renderContext() != null
                && context.renderContext().declareTables()) candidate = table;
        else if (part instanceof CommonTableExpression<?> common) commonTables.add(TableName.fold(common.getName()));
        else if (part instanceof Select<?> select) open.push(block(select, context));
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

    private Block block(Select<?> select, VisitContext context) {
        Block outer = open.peek();
        QueryPart[] path = context.queryParts();
        // Directly in another query: a branch of its set operation, which does not see its tables.
        boolean branch = outer != null && path.length > 1 && path[path.length - 2] == outer.select;
        Block parent = branch ? outer.parent : outer;
        boolean facts = branch ? outer.seesFacts : outer != null && !isInFrom(path, outer.select);
        Block block = new Block(select, parent, facts, isInItem(outer, select));
        if (outer == null) {
            items = ShownItems.of(block, mentions, !outputs.names().isEmpty());
            if (items != null && !isLimited()) noteOutputs(block);
        }
        List<Condition> root = conjuncts(select.$where());
        for (Table<?> table : select.$from()) inner(table, root);
        for (Table<?> table : select.$from()) block.tree(table, root);
        block.root = root;
        return block;
    }

    private boolean isLimited() {
        return LIMITING.stream().anyMatch(word -> mentions.count(word) > 0);
    }

    private void noteOutputs(Block block) {
        List<? extends SelectFieldOrAsterisk> items = block.select.$select();
        if (items.size() != outputs.names().size()) return;
        for (int i = 0; i < items.size(); i++) {
            SelectFieldOrAsterisk item = items.get(i);
            String name = item instanceof Field<?> field ? TableName.fold(field.getName()) : "";
            QueryPart shown = item instanceof QOM.FieldAlias<?> alias ? alias.$field() : item;
            Column column = block.column(shown);
            if (column != null
                    && column.block == block
                    && name.equals(outputs.names().get(i))) outputColumns.put(name, column);
        }
    }

    /** Whether a query stands within an item of the outermost one. */
    private boolean isInItem(@Nullable Block outer, Select<?> select) {
        return outer != null && items != null && (outer.inItem || items.isItem(outer, select));
    }

    private static boolean isInFrom(QueryPart[] path, Select<?> outer) {
        for (int i = path.length - 2; i >= 0 && path[i] != outer; i--) if (path[i] instanceof Table<?>) return true;
        return false;
    }

    /** The conditions that must all be true. */
    static List<Condition> conjuncts(@Nullable Condition condition) {
        List<Condition> all = new ArrayList<>();
        collect(condition, all);
        return all;
    }

    /** Of two lists of values that both must hold, the one that tells more. */
    static List<Value> fewer(List<Value> one, List<Value> other) {
        return one.size() <= other.size() ? one : other;
    }

    private static void collect(@Nullable Condition condition, List<Condition> all) {
        if (condition instanceof QOM.And and) {
            collect(and.$arg1(), all);
            collect(and.$arg2(), all);
        } else if (condition != null) {
            all.add(condition);
        }
    }

    /** What holds for every row of a join: the conditions of its inner joins, down to the rows that none may miss. */
    private static void inner(Table<?> table, List<Condition> all) {
        if (table instanceof QOM.Join<?> join) {
            collect(join.$on(), all);
            inner(join.$table1(), all);
            inner(join.$table2(), all);
        } else if (table instanceof QOM.CrossJoin<?> join) {
            inner(join.$table1(), all);
            inner(join.$table2(), all);
        } else if (table instanceof QOM.LeftJoin<?> join) {
            inner(join.$table1(), all);
        } else if (table instanceof QOM.RightJoin<?> join) {
            inner(join.$table2(), all);
        }
    }

    /** A place at which a table is read. */
    static final class Place {
        private final TableName table;
        private final Name name;
        private final boolean renamed;
        private final Map<String, List<Value>> pins = new LinkedHashMap<>();
        private @Nullable Shown shown;

        private Place(TableName table, Name name, boolean renamed) {
            this.table = table;
            this.name = name;
            this.renamed = renamed;
        }

        /** The table. */
        TableName table() {
            return table;
        }

        /** The folded name by which the query calls it. */
        String alias() {
            return TableName.fold(String.valueOf(name.last()));
        }

        /** Whether a qualifier surely means this place, among those that are alike but for case and quotes. */
        private boolean isCalled(Name qualifier) {
            // A name with a schema passes by the alias that is like it.
            return (qualifier.parts().length == 1 || !renamed)
                    && name.quoted() == qualifier.unqualifiedName().quoted()
                    && Objects.equals(name.last(), qualifier.last());
        }

        /** The values of the columns that are pinned there. */
        Map<String, List<Value>> pins() {
            return pins;
        }

        /** What the rows of the result tell of the rows that are read there, or {@code null} if that is nothing. */
        @Nullable
        Shown shown() {
            return shown;
        }
    }

    /**
     * What the rows of the result tell of the rows that are read at a place.
     *
     * @param keys columns, and the index of the item that shows their values
     * @param items how many items there are
     * @param only the columns that are read of these rows only, or {@code null} if everything is
     */
    record Shown(
            Map<String, Integer> keys, int items, @Nullable Set<String> only) {}

    /** One SELECT with its own FROM. */
    private final class Block {
        private final Select<?> select;
        private final @Nullable Block parent;
        private final boolean seesFacts;
        private final boolean inItem;
        private final Map<String, @Nullable Place> scope = new HashMap<>();
        private List<Condition> root = List.of();

        private Block(Select<?> select, @Nullable Block parent, boolean seesFacts, boolean inItem) {
            this.select = select;
            this.parent = parent;
            this.seesFacts = seesFacts;
            this.inItem = inItem;
            for (Table<?> table : select.$from()) enter(table);
        }

        /** Makes the names of a FROM clause known before any condition is looked at. */
        private void enter(Table<?> table) {
            if (table instanceof QOM.JoinTable<?, ?> join) {
                enter(join.$table1());
                enter(join.$table2());
                return;
            }
            TableImpl<?> named = ParsedText.named(table);
            String alias = TableName.fold(table.getName());
            Place place = named == null ? null : new Place(name(named), table.getUnqualifiedName(), named != table);
            if (place != null) places.add(place);
            // One name twice, as of two tables in two schemas, means neither.
            scope.put(alias, scope.containsKey(alias) ? null : place);
        }

        private static TableName name(TableImpl<?> table) {
            Name[] parts = table.getQualifiedName().parts();
            String schema = parts.length > 1 ? String.valueOf(parts[parts.length - 2].last()) : "";
            return TableName.of(schema, String.valueOf(table.getQualifiedName().last()));
        }

        /** Follows the joins down, with the conditions that must hold for what is found there to matter. */
        private void tree(Table<?> table, List<Condition> conditions) {
            if (table instanceof QOM.LeftJoin<?> join) {
                outer(join.$table1(), join.$table2(), join.$on(), conditions);
            } else if (table instanceof QOM.RightJoin<?> join) {
                outer(join.$table2(), join.$table1(), join.$on(), conditions);
            } else if (table instanceof QOM.JoinTable<?, ?> join) {
                // The conditions of inner joins are among those given; of all others nothing is used.
                tree(join.$table1(), with(conditions, join.$table1(), null));
                tree(join.$table2(), with(conditions, join.$table2(), null));
            } else {
                Place place = scope.get(TableName.fold(table.getName()));
                if (place == null) return;
                Equalities equalities = new Equalities(this, conditions);
                place.pins.putAll(equalities.pins(place));
                if (items != null && (inItem || items.of == this)) place.shown = items.shown(place, equalities);
            }
        }

        private void outer(Table<?> kept, Table<?> optional, Condition on, List<Condition> conditions) {
            tree(kept, with(conditions, kept, null));
            List<Condition> all = with(conditions, kept, on);
            tree(optional, with(all, optional, null));
        }

        private static List<Condition> with(List<Condition> conditions, Table<?> table, @Nullable Condition on) {
            List<Condition> all = new ArrayList<>(conditions);
            inner(table, all);
            collect(on, all);
            return all;
        }

        /** The column that a name means, or {@code null} if that is not certain. */
        private @Nullable Column column(QueryPart expression) {
            return column(expression, false);
        }

        /** The same; if anywhere, then also of a query of which no fact can be used here. */
        private @Nullable Column column(QueryPart expression, boolean anywhere) {
            if (!(expression instanceof TableField<?, ?> field)) return null;
            Name[] parts = field.getQualifiedName().parts();
            String name = TableName.fold(String.valueOf(field.getQualifiedName().last()));
            if (parts.length == 1) return unqualified(name);
            Name qualifier = field.getQualifiedName().qualifier();
            return qualifier == null ? null : qualified(qualifier, name, anywhere);
        }

        private @Nullable Column qualified(Name qualifier, String name, boolean anywhere) {
            String alias = TableName.fold(String.valueOf(qualifier.last()));
            boolean valid = true;
            for (Block block = this; block != null; block = block.parent) {
                if (block.scope.containsKey(alias)) {
                    Place place = block.scope.get(alias);
                    return place == null || !(valid || anywhere) || !place.isCalled(qualifier)
                            ? null
                            : typed(place, name, block);
                }
                valid = block.seesFacts;
            }
            return null;
        }

        /** The place that a column's qualifier means in this FROM, or {@code null} if that is not certain. */
        private @Nullable Place placeOf(TableField<?, ?> field) {
            Name qualifier = field.getQualifiedName().qualifier();
            if (qualifier == null) return null;
            Place place = scope.get(TableName.fold(String.valueOf(qualifier.last())));
            return place != null && place.isCalled(qualifier) ? place : null;
        }

        /**
         * Without a qualifier it is the only table's, if that has such a column. Not within another query: names are
         * compared here without regard to case, and in another spelling it may be the other query's.
         */
        private @Nullable Column unqualified(String name) {
            if (scope.size() != 1 || parent != null) return null;
            Place place = scope.values().iterator().next();
            return place == null ? null : typed(place, name, this);
        }

        /** The columns of a place whose values compare by their texts. */
        private List<Column> keysOf(Place place) {
            KeyColumns known = columns.apply(place.table.name());
            if (known == null) return List.of();
            List<Column> keys = new ArrayList<>();
            known.types().forEach((name, type) -> keys.add(new Column(place, name, type, this)));
            return keys;
        }

        private @Nullable Column typed(Place place, String name, Block block) {
            KeyColumns known = columns.apply(place.table.name());
            KeyType type = known == null ? null : known.types().get(name);
            return type == null ? null : new Column(place, name, type, block);
        }
    }

    /** The items of the outermost query, if each row of its result stands for one combination of rows. */
    private static final class ShownItems {

        private static final List<String> COMBINING = List.of("with", "union", "intersect", "except", "minus");

        private final Block of;
        private final int size;
        private final boolean alone;
        private final Map<Column, Integer> columns = new LinkedHashMap<>();
        private final Map<String, Integer> bare = new HashMap<>();
        private final Map<Place, Set<String>> places = new HashMap<>();
        private final Set<Select<?>> queries = Collections.newSetFromMap(new IdentityHashMap<>());

        private ShownItems(Block of, int size, boolean alone) {
            this.of = of;
            this.size = size;
            this.alone = alone;
        }

        /**
         * The items, or {@code null} if rows may be combined, told apart, or put in order by what they show.
         *
         * @param inView whether it is a view's text, whose order nobody sees, and where a column of the only table may stand
         *     without its name
         */
        private static @Nullable ShownItems of(Block block, ColumnMentions mentions, boolean inView) {
            Select<?> select = block.select;
            if (select.$distinct()
                    || !select.$distinctOn().isEmpty()
                    || !select.$groupBy().isEmpty()
                    || select.$groupByDistinct()
                    || select.$having() != null
                    || !select.$window().isEmpty()
                    || select.$qualify() != null
                    || COMBINING.stream().anyMatch(word -> mentions.count(word) > 0)) return null;
            // By an alias or a number it would be by what is shown.
            if (!inView) for (SortField<?> sorted : select.$orderBy()) if (!isQualified(sorted.$field())) return null;
            ShownItems items = new ShownItems(block, select.$select().size(), inView && block.scope.size() == 1);
            int index = 0;
            for (SelectFieldOrAsterisk item : select.$select()) if (!items.add(item, index++)) return null;
            for (Map.Entry<Place, Set<String>> of : items.places.entrySet())
                of.getValue().removeIf(name -> mentions.count(name) != items.bare.getOrDefault(name, 0));
            return items;
        }

        private static boolean isQualified(QueryPart part) {
            return part instanceof TableField<?, ?> field
                    && field.getQualifiedName().parts().length > 1;
        }

        private boolean add(QueryPart item, int index) {
            QueryPart shown = item instanceof QOM.FieldAlias<?> alias ? alias.$field() : item;
            if (shown instanceof TableField<?, ?> field && (alone || isQualified(field))) column(field, index);
            else if (shown instanceof QOM.ScalarSubquery<?> query) queries.add(query.$arg1());
            else return shown instanceof Param<?>;
            return true;
        }

        private void column(TableField<?, ?> field, int index) {
            Place place = of.placeOf(field);
            if (place == null) return;
            String name = TableName.fold(String.valueOf(field.getQualifiedName().last()));
            bare.merge(name, 1, Integer::sum);
            places.computeIfAbsent(place, key -> new HashSet<>()).add(name);
            Column column = of.typed(place, name, of);
            if (column != null) columns.putIfAbsent(column, index);
        }

        private boolean isItem(Block outer, Select<?> select) {
            return outer == of && queries.contains(select);
        }

        /** What the items tell of a place, where certain columns are equal if its rows are to matter. */
        private @Nullable Shown shown(Place place, Equalities equalities) {
            boolean isOutermost = equalities.block == of;
            Set<String> only = isOutermost ? places.getOrDefault(place, Set.of()) : null;
            if (only != null && only.isEmpty()) return null;
            Map<String, Integer> keys = new LinkedHashMap<>();
            for (Column column : equalities.block.keysOf(place)) {
                Integer item = isOutermost ? itemOf(column, equalities) : outerItemOf(column, equalities);
                if (item != null) keys.put(column.name, item);
            }
            return keys.isEmpty() ? null : new Shown(keys, size, only);
        }

        private @Nullable Integer itemOf(Column column, Equalities equalities) {
            Integer own = columns.get(column);
            if (own != null) return own;
            for (Map.Entry<Column, Integer> shown : columns.entrySet())
                if (equalities.root(shown.getKey()).equals(equalities.root(column))) return shown.getValue();
            return null;
        }

        private @Nullable Integer outerItemOf(Column column, Equalities equalities) {
            Column outside = equalities.outside.get(equalities.root(column));
            return outside == null ? null : columns.get(outside);
        }
    }

    /** A column whose values compare by their texts. */
    private record Column(Place place, String name, KeyType type, Block block) {
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Column column && column.place == place && column.name.equals(name);
        }

        @Override
        public int hashCode() {
            return 31 * System.identityHashCode(place) + name.hashCode();
        }
    }

    /** Which columns are equal, and to what, if some conditions hold. */
    private final class Equalities {
        private final Block block;
        private final Map<Column, Column> parents = new HashMap<>();
        private final Map<Column, List<Value>> values = new HashMap<>();
        /** Columns of the outermost query. */
        private final Map<Column, Column> outside = new HashMap<>();

        private Equalities(Block block, List<Condition> conditions) {
            this.block = block;
            // First which columns are equal, so that each value is noted where it will be looked for.
            for (Condition condition : conditions)
                if (condition instanceof QOM.Eq<?> eq) join(block.column(eq.$arg1()), block.column(eq.$arg2()));
            for (Condition condition : conditions) {
                if (condition instanceof QOM.Eq<?> eq) {
                    note(block.column(eq.$arg1()), List.of(eq.$arg2()));
                    note(block.column(eq.$arg2()), List.of(eq.$arg1()));
                } else if (condition instanceof QOM.InList<?> in) {
                    note(block.column(in.$arg1()), List.copyOf(in.$arg2()));
                }
            }
            if (block.parent == null) demand();
        }

        private void demand() {
            outputs.values().forEach((name, of) -> {
                Column column = outputColumns.get(name);
                if (column != null && column.block == block) values.merge(root(column), of, QueryRows::fewer);
            });
        }

        /** The columns of a place that have but some values. */
        private Map<String, List<Value>> pins(Place place) {
            Map<String, List<Value>> pins = new LinkedHashMap<>();
            Set<Column> all = new HashSet<>(parents.keySet());
            all.addAll(values.keySet());
            for (Column column : all) {
                List<Value> of = column.place == place ? values.get(root(column)) : null;
                if (of != null) pins.put(column.name, of);
            }
            return pins;
        }

        private void join(@Nullable Column one, @Nullable Column other) {
            if (one == null || other == null || one.type.family() != other.type.family()) return;
            if (one.block != block || other.block != block) return;
            Column root = root(one);
            if (!root.equals(root(other))) parents.put(root, root(other));
            parents.putIfAbsent(root(other), root(other));
            parents.putIfAbsent(one, root(one));
        }

        private Column root(Column column) {
            Column root = column;
            for (Column next; (next = parents.get(root)) != null && !next.equals(root); ) root = next;
            return root;
        }

        private void note(@Nullable Column column, List<? extends Field<?>> alternatives) {
            if (column == null || column.block != block) return;
            List<Value> known = ParsedText.values(alternatives);
            if (block.inItem && known == null && alternatives.size() == 1) noteOutside(column, alternatives.get(0));
            if (known == null && alternatives.size() == 1) known = outer(column, block.column(alternatives.get(0)));
            if (known != null) values.merge(root(column), known, QueryRows::fewer);
        }

        private void noteOutside(Column column, QueryPart alternative) {
            Column other = block.column(alternative, true);
            if (other != null
                    && items != null
                    && other.block == items.of
                    && other.type.family() == column.type.family()) outside.putIfAbsent(root(column), other);
        }

        /** What an enclosing query knows of the column of its own to which one is equal. */
        private @Nullable List<Value> outer(Column column, @Nullable Column other) {
            if (other == null || other.block == block || other.type.family() != column.type.family()) return null;
            Equalities outside = new Equalities(other.block, other.block.root);
            return outside.values.get(outside.root(other));
        }
    }
}
