package dev.jooqcache.internal.query;

import dev.jooqcache.internal.query.TableReference.Shown;
import dev.jooqcache.internal.sql.ColumnNames;
import dev.jooqcache.model.TableName;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jooq.Param;
import org.jooq.QueryPart;
import org.jooq.Select;
import org.jooq.SelectFieldOrAsterisk;
import org.jooq.SortField;
import org.jooq.TableField;
import org.jooq.impl.QOM;
import org.jspecify.annotations.Nullable;

/** The items of the outermost query, if each row of its result stands for one combination of rows. */
final class Projection {

    private static final List<String> COMBINING = List.of("with", "union", "intersect", "except", "minus");

    private final SelectScope of;
    private final int size;
    private final Map<Column, Integer> columns = new LinkedHashMap<>();
    private final Map<String, Integer> bare = new HashMap<>();
    private final Map<TableReference, Set<String>> places = new HashMap<>();
    private final Set<Select<?>> queries = Collections.newSetFromMap(new IdentityHashMap<>());

    private Projection(SelectScope of, int size) {
        this.of = of;
        this.size = size;
    }

    /** The items, or {@code null} if rows may be combined, told apart, or put in order by what they show. */
    static @Nullable Projection of(SelectScope block, ColumnNames mentions) {
        Select<?> select = block.select();
        if (select.$distinct()
                || !select.$distinctOn().isEmpty()
                || !select.$groupBy().isEmpty()
                || select.$groupByDistinct()
                || select.$having() != null
                || !select.$window().isEmpty()
                || select.$qualify() != null
                || COMBINING.stream().anyMatch(word -> mentions.count(word) > 0)) return null;
        // By an alias or a number it would be by what is shown.
        for (SortField<?> sorted : select.$orderBy()) if (!SelectScope.isQualified(sorted.$field())) return null;
        Projection items = new Projection(block, select.$select().size());
        int index = 0;
        for (SelectFieldOrAsterisk item : select.$select()) if (!items.add(item, index++)) return null;
        for (Map.Entry<TableReference, Set<String>> of : items.places.entrySet())
            of.getValue().removeIf(name -> mentions.count(name) != items.bare.getOrDefault(name, 0));
        return items;
    }

    private boolean add(QueryPart item, int index) {
        QueryPart shown = SelectScope.unaliased(item);
        if (shown instanceof TableField<?, ?> field && SelectScope.isQualified(field)) column(field, index);
        else if (shown instanceof QOM.ScalarSubquery<?> query) queries.add(query.$arg1());
        else return shown instanceof Param<?>;
        return true;
    }

    private void column(TableField<?, ?> field, int index) {
        TableReference place = of.placeOf(field);
        if (place == null || !place.isNamed()) return;
        String name = TableName.fold(String.valueOf(field.getQualifiedName().last()));
        bare.merge(name, 1, Integer::sum);
        places.computeIfAbsent(place, key -> new HashSet<>()).add(name);
        Column column = of.typed(place, name);
        if (column != null) columns.putIfAbsent(column, index);
    }

    /** The query whose items they are. */
    SelectScope of() {
        return of;
    }

    /** Returns whether a query is one of the items. */
    boolean isItem(SelectScope outer, Select<?> select) {
        return outer == of && queries.contains(select);
    }

    /** What the items tell of a place, where certain columns are equal if its rows are to matter. */
    @Nullable
    Shown shown(TableReference place, Equalities equalities) {
        boolean isOutermost = equalities.block() == of;
        Set<String> only = isOutermost ? places.getOrDefault(place, Set.of()) : null;
        if (only != null && only.isEmpty()) return null;
        Map<String, Integer> keys = new LinkedHashMap<>();
        for (Column column : equalities.block().keysOf(place)) {
            Integer item = isOutermost ? itemOf(column, equalities) : outerItemOf(column, equalities);
            if (item != null) keys.put(column.name(), item);
        }
        return keys.isEmpty() ? null : new Shown(keys, size, only);
    }

    private @Nullable Integer itemOf(Column column, Equalities equalities) {
        Integer own = columns.get(column);
        if (own != null) return own;
        for (Map.Entry<Column, Integer> shown : columns.entrySet())
            if (equalities.areEqual(shown.getKey(), column)) return shown.getValue();
        return null;
    }

    private @Nullable Integer outerItemOf(Column column, Equalities equalities) {
        Column outside = equalities.outside(column);
        return outside == null ? null : columns.get(outside);
    }
}
