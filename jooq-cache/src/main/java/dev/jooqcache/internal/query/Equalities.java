package dev.jooqcache.internal.query;

import dev.jooqcache.internal.dependency.TagPlan;
import dev.jooqcache.internal.dependency.TagPlan.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.QueryPart;
import org.jooq.impl.QOM;
import org.jspecify.annotations.Nullable;

/** Which columns are equal, and to what, if some conditions hold. */
final class Equalities {
    private final SelectScope block;
    private final @Nullable Projection items;
    private final Map<Column, Column> parents = new HashMap<>();
    private final Map<Column, List<Value>> values = new HashMap<>();
    /** Columns of the outermost query. */
    private final Map<Column, Column> outside = new HashMap<>();

    /**
     * Finds them.
     *
     * @param block the query, of whose columns they are
     * @param conditions what must hold
     * @param items the items of the outermost query, if they tell something
     */
    Equalities(SelectScope block, List<Condition> conditions, @Nullable Projection items) {
        this.block = block;
        this.items = items;
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
        block.demanded().forEach((column, of) -> values.merge(root(column), of, Equalities::fewer));
    }

    /** Of two lists of values that both must hold, the one that tells more. */
    static List<Value> fewer(List<Value> one, List<Value> other) {
        return one.size() <= other.size() ? one : other;
    }

    /** What is pinned in both, to the values of either. */
    static Map<String, List<Value>> either(Map<String, List<Value>> one, Map<String, List<Value>> other) {
        Map<String, List<Value>> both = new HashMap<>();
        one.forEach((column, values) -> {
            if (!other.containsKey(column)) return;
            Set<Value> union = new LinkedHashSet<>(values);
            union.addAll(other.get(column));
            if (union.size() <= TagPlan.MOST_VALUES) both.put(column, new ArrayList<>(union));
        });
        return both;
    }

    SelectScope block() {
        return block;
    }

    /** The columns of a place that have but some values. */
    Map<String, List<Value>> pins(TableReference place) {
        Map<String, List<Value>> pins = new LinkedHashMap<>();
        Set<Column> all = new HashSet<>(parents.keySet());
        all.addAll(values.keySet());
        for (Column column : all) {
            List<Value> of = column.place() == place ? values.get(root(column)) : null;
            if (of != null) pins.put(column.name(), of);
        }
        return pins;
    }

    boolean areEqual(Column one, Column other) {
        return root(one).equals(root(other));
    }

    /** The column of the outermost query that one is equal to, or {@code null} if there is none. */
    @Nullable
    Column outside(Column column) {
        return outside.get(root(column));
    }

    private void join(@Nullable Column one, @Nullable Column other) {
        if (one == null || other == null || one.type().family() != other.type().family()) return;
        if (one.block() != block || other.block() != block) return;
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
        if (column == null || column.block() != block) return;
        List<Value> known = ParsedStatement.values(alternatives);
        if (block.isInItem() && known == null && alternatives.size() == 1) noteOutside(column, alternatives.get(0));
        if (known == null && alternatives.size() == 1) known = outer(column, block.column(alternatives.get(0)));
        if (known != null) values.merge(root(column), known, Equalities::fewer);
    }

    private void noteOutside(Column column, QueryPart alternative) {
        Column other = block.columnAnywhere(alternative);
        if (other != null
                && items != null
                && other.block() == items.of()
                && other.type().family() == column.type().family()) outside.putIfAbsent(root(column), other);
    }

    /** What an enclosing query knows of the column of its own to which one is equal. */
    private @Nullable List<Value> outer(Column column, @Nullable Column other) {
        if (other == null
                || other.block() == block
                || other.type().family() != column.type().family()) return null;
        Equalities outside = new Equalities(other.block(), other.block().root(), items);
        return outside.values.get(outside.root(other));
    }
}
