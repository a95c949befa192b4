package dev.jooqcache.internal.query;

import dev.jooqcache.internal.dependency.TagPlan.Value;
import dev.jooqcache.model.TableName;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jooq.Field;
import org.jooq.Name;
import org.jooq.Select;
import org.jooq.Table;
import org.jooq.impl.QOM;
import org.jooq.impl.TableImpl;
import org.jspecify.annotations.Nullable;

/** A place in a FROM clause at which the rows of a table, of a common table expression or of a derived table are read. */
public final class TableReference {
    private final SelectScope block;
    private final TableName table;
    private final Name name;
    private final boolean renamed;
    private final @Nullable Name named;
    private final @Nullable Select<?> query;
    private final List<String> outputs;
    private final Map<String, List<Value>> pins = new LinkedHashMap<>();
    private @Nullable Shown shown;

    private TableReference(
            SelectScope block,
            TableName table,
            Name name,
            boolean renamed,
            @Nullable Name named,
            @Nullable Select<?> query,
            List<String> outputs) {
        this.block = block;
        this.table = table;
        this.name = name;
        this.renamed = renamed;
        this.named = named;
        this.query = query;
        this.outputs = outputs;
    }

    /** The place of what stands in the FROM of a query, or {@code null} if it is not known what that is. */
    static @Nullable TableReference of(SelectScope block, Table<?> part) {
        Name alias = part.getUnqualifiedName();
        TableImpl<?> named = ParsedStatement.named(part);
        if (named != null)
            return new TableReference(
                    block, nameOf(named), alias, named != part, named.getUnqualifiedName(), null, List.of());
        Table<?> derived = part instanceof QOM.Lateral<?> lateral ? lateral.$arg1() : part;
        if (derived instanceof QOM.TableAlias<?> aliased && aliased.$aliased() instanceof QOM.DerivedTable<?> table)
            return new TableReference(
                    block, TableName.of("", ""), alias, true, null, table.$arg1(), outputsOf(derived));
        return null;
    }

    /** The name of a table, with the schema that the text tells. */
    static TableName nameOf(TableImpl<?> table) {
        Name[] parts = table.getQualifiedName().parts();
        String schema = parts.length > 1 ? String.valueOf(parts[parts.length - 2].last()) : "";
        return TableName.of(schema, String.valueOf(table.getQualifiedName().last()));
    }

    /** The folded names of the columns of a derived table or common table expression, in order, as far as they are told. */
    static List<String> outputsOf(Table<?> table) {
        return Arrays.stream(table.fields())
                .map(Field::getName)
                .map(TableName::fold)
                .toList();
    }

    /** The query in whose FROM it is. */
    SelectScope block() {
        return block;
    }

    /** Returns whether a name is read there, and not a query. */
    boolean isNamed() {
        return query == null;
    }

    /** The table, or the common table expression, if it is named. */
    TableName table() {
        return table;
    }

    /** The query of the derived table that is read there, if it is one. */
    @Nullable
    Select<?> query() {
        return query;
    }

    /** The names of the derived table's columns. */
    List<String> outputs() {
        return outputs;
    }

    /** The folded name by which the query calls it. */
    String alias() {
        return TableName.fold(String.valueOf(name.last()));
    }

    /** Returns whether a qualifier surely means this place, among those that are alike but for case and quotes. */
    boolean isCalled(Name qualifier) {
        // A name with a schema passes by the alias that is like it.
        return (qualifier.parts().length == 1 || !renamed) && isSpelled(name, qualifier.unqualifiedName());
    }

    /** Returns whether the name that is read there is spelled like another, with regard to case and quotes. */
    boolean isSpelled(Name other) {
        return named != null && isSpelled(named, other);
    }

    /** Returns whether two names are the same, with regard to case and quotes. */
    static boolean isSpelled(Name one, Name other) {
        return one.quoted() == other.quoted() && Objects.equals(one.last(), other.last());
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

    void shown(@Nullable Shown shown) {
        this.shown = shown;
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
}
