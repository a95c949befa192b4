package dev.jooqcache.internal.query;

import dev.jooqcache.internal.dependency.KeyType;
import dev.jooqcache.internal.dependency.TagPlan.Value;
import dev.jooqcache.model.TableName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.GroupField;
import org.jooq.Name;
import org.jooq.Param;
import org.jooq.QueryPart;
import org.jooq.Select;
import org.jooq.SelectFieldOrAsterisk;
import org.jooq.SortField;
import org.jooq.Table;
import org.jooq.TableField;
import org.jooq.impl.QOM;
import org.jspecify.annotations.Nullable;

/** One SELECT with its own FROM, within a query whose parts are being found by {@link PredicateAnalysis}. */
final class SelectScope {
    private final PredicateAnalysis rows;
    private final Select<?> select;
    private final @Nullable SelectScope enclosing;
    private final @Nullable SelectScope parent;
    private final boolean seesFacts;
    private final boolean inItem;
    private final int number;
    private final Map<String, @Nullable TableReference> scope = new HashMap<>();
    private List<Condition> root = List.of();
    private Map<Column, List<Value>> demanded = Map.of();
    private boolean combined;
    private boolean begun;

    /**
     * Makes the names of its FROM clause known.
     *
     * @param enclosing the query that it stands in
     * @param parent the query whose names it sees
     * @param seesFacts whether its result matters only for rows that the parent's WHERE lets through
     * @param inItem whether it stands within an item of the outermost query
     * @param number how many were found before
     */
    SelectScope(
            PredicateAnalysis rows,
            Select<?> select,
            @Nullable SelectScope enclosing,
            @Nullable SelectScope parent,
            boolean seesFacts,
            boolean inItem,
            int number) {
        this.rows = rows;
        this.select = select;
        this.enclosing = enclosing;
        this.parent = parent;
        this.seesFacts = seesFacts;
        this.inItem = inItem;
        this.number = number;
        for (Table<?> table : select.$from()) enter(table);
    }

    private void enter(Table<?> table) {
        if (table instanceof QOM.JoinTable<?, ?> join) {
            enter(join.$table1());
            enter(join.$table2());
            return;
        }
        String alias = TableName.fold(table.getName());
        TableReference place = TableReference.of(this, table);
        if (place != null) rows.found(place);
        // One name twice, as of two tables in two schemas, means neither.
        scope.put(alias, scope.containsKey(alias) ? null : place);
    }

    Select<?> select() {
        return select;
    }

    /** The query that it stands in, or {@code null} if it is the outermost one. */
    @Nullable
    SelectScope enclosing() {
        return enclosing;
    }

    /** The query whose names it sees: not that of which it is a branch of a set operation. */
    @Nullable
    SelectScope parent() {
        return parent;
    }

    boolean seesFacts() {
        return seesFacts;
    }

    boolean isInItem() {
        return inItem;
    }

    int number() {
        return number;
    }

    /** What must hold for any of its combinations of rows to matter. */
    List<Condition> root() {
        return root;
    }

    /** The values with which rows of its result matter, of those of its columns that tell which of its rows these are. */
    Map<Column, List<Value>> demanded() {
        return demanded;
    }

    /** It is the first branch of a set operation. */
    void noteCombined() {
        combined = true;
    }

    /** Begins to follow it; returns {@code false} if that was begun before. */
    boolean begin() {
        boolean first = !begun;
        begun = true;
        return first;
    }

    /** Finds what is pinned in its FROM, where only some rows of its result may matter. */
    void follow(Map<Column, List<Value>> demand, @Nullable Projection items) {
        demanded = demand;
        List<Condition> all = conjuncts(select.$where());
        for (Table<?> table : select.$from()) inner(table, all);
        for (Table<?> table : select.$from()) tree(table, all, items);
        root = all;
    }

    /** The conditions that must all be true. */
    static List<Condition> conjuncts(@Nullable Condition condition) {
        List<Condition> all = new ArrayList<>();
        collect(condition, all);
        return all;
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

    /** Follows the joins down, with the conditions that must hold for what is found there to matter. */
    private void tree(Table<?> table, List<Condition> conditions, @Nullable Projection items) {
        if (table instanceof QOM.LeftJoin<?> join) {
            outer(join.$table1(), join.$table2(), join.$on(), conditions, items);
        } else if (table instanceof QOM.RightJoin<?> join) {
            outer(join.$table2(), join.$table1(), join.$on(), conditions, items);
        } else if (table instanceof QOM.JoinTable<?, ?> join) {
            // The conditions of inner joins are among those given; of all others nothing is used.
            tree(join.$table1(), with(conditions, join.$table1(), null), items);
            tree(join.$table2(), with(conditions, join.$table2(), null), items);
        } else {
            TableReference place = scope.get(TableName.fold(table.getName()));
            if (place == null) return;
            Equalities equalities = new Equalities(this, conditions, items);
            place.pins().putAll(equalities.pins(place));
            if (items != null && (inItem || items.of() == this)) place.shown(items.shown(place, equalities));
        }
    }

    private void outer(
            Table<?> kept, Table<?> optional, Condition on, List<Condition> conditions, @Nullable Projection items) {
        tree(kept, with(conditions, kept, null), items);
        List<Condition> all = with(conditions, kept, on);
        tree(optional, with(all, optional, null), items);
    }

    private static List<Condition> with(List<Condition> conditions, Table<?> table, @Nullable Condition on) {
        List<Condition> all = new ArrayList<>(conditions);
        inner(table, all);
        collect(on, all);
        return all;
    }

    /**
     * Those columns of its result that are columns of its FROM and are the same in all rows of a group, if its rows are
     * grouped.
     *
     * @param names the folded names of all columns of its result, in order; an empty one for a column that cannot be named
     */
    Map<String, Column> passed(List<String> names) {
        List<? extends SelectFieldOrAsterisk> items = select.$select();
        Map<String, Column> passed = new HashMap<>();
        if (items.size() != names.size()) return passed;
        boolean grouped = !select.$groupBy().isEmpty();
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            Column column = column(unaliased(items.get(i)));
            if (name.isEmpty() || column == null || column.block() != this) continue;
            if (!grouped || isGroupedBy(column)) passed.put(name, column);
        }
        return passed;
    }

    /**
     * Returns whether which of the rows of its result have a value of a column is told by those rows of its FROM that have it.
     *
     * @param mayAggregate whether a subquery among columns may hold an aggregate function of this query
     */
    boolean isFilteredByColumn(boolean mayAggregate) {
        boolean limited = combined
                || !select.$distinctOn().isEmpty()
                || select.$limit() != null
                || select.$offset() != null
                || select.$groupByDistinct()
                || !select.$window().isEmpty()
                || select.$qualify() != null;
        if (limited) return false;
        if (!select.$groupBy().isEmpty()) return select.$groupBy().stream().allMatch(Field.class::isInstance);
        // Whatever else may be an aggregate function, and make one row of all.
        return select.$having() == null
                && select.$select().stream().allMatch(item -> isPlain(unaliased(item), mayAggregate))
                && select.$orderBy().stream().map(SortField::$field).allMatch(field -> isPlain(field, mayAggregate));
    }

    private static boolean isPlain(QueryPart part, boolean mayAggregate) {
        return part instanceof TableField<?, ?>
                || part instanceof Param<?>
                || (part instanceof QOM.ScalarSubquery<?> && !mayAggregate);
    }

    private boolean isGroupedBy(Column column) {
        for (GroupField field : select.$groupBy())
            if (column.equals(column(field)) && (isQualified(field) || !isNameOfOther(column))) return true;
        return false;
    }

    /** Without a qualifier, the name of a column may be that of an item. */
    private boolean isNameOfOther(Column column) {
        for (SelectFieldOrAsterisk item : select.$select())
            if (item instanceof Field<?> field
                    && TableName.fold(field.getName()).equals(column.name())
                    && !column.equals(column(unaliased(item)))) return true;
        return false;
    }

    static boolean isQualified(QueryPart part) {
        return part instanceof TableField<?, ?> field
                && field.getQualifiedName().parts().length > 1;
    }

    static QueryPart unaliased(QueryPart item) {
        return item instanceof QOM.FieldAlias<?> alias ? alias.$field() : item;
    }

    /** The column that a name means, or {@code null} if that is not certain. */
    @Nullable
    Column column(QueryPart expression) {
        return column(expression, false);
    }

    /** The same, also if it is of a query of which no fact can be used here. */
    @Nullable
    Column columnAnywhere(QueryPart expression) {
        return column(expression, true);
    }

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
        for (SelectScope block = this; block != null; block = block.parent) {
            if (block.scope.containsKey(alias)) {
                TableReference place = block.scope.get(alias);
                return place == null || !(valid || anywhere) || !place.isCalled(qualifier) ? null : typed(place, name);
            }
            valid = block.seesFacts;
        }
        return null;
    }

    /** The place that a column's qualifier means in this FROM, or {@code null} if that is not certain. */
    @Nullable
    TableReference placeOf(TableField<?, ?> field) {
        Name qualifier = field.getQualifiedName().qualifier();
        if (qualifier == null) return null;
        TableReference place = scope.get(TableName.fold(String.valueOf(qualifier.last())));
        return place != null && place.isCalled(qualifier) ? place : null;
    }

    /**
     * Without a qualifier it is the only table's, if that has such a column. Not within another query: names are compared
     * here without regard to case, and in another spelling it may be the other query's.
     */
    private @Nullable Column unqualified(String name) {
        if (scope.size() != 1 || parent != null) return null;
        TableReference place = scope.values().iterator().next();
        return place == null ? null : typed(place, name);
    }

    /** The columns of a place whose values compare by their texts. */
    List<Column> keysOf(TableReference place) {
        TrackedColumns known = rows.columnsOf(place);
        if (known == null) return List.of();
        List<Column> keys = new ArrayList<>();
        known.types().forEach((name, type) -> keys.add(new Column(place, name, type)));
        return keys;
    }

    /** A column of a place, or {@code null} if it is not one whose values compare by their texts. */
    @Nullable
    Column typed(TableReference place, String name) {
        KeyType type = rows.typeOf(place, name);
        return type == null ? null : new Column(place, name, type);
    }
}
