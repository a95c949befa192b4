package dev.jooqcache.internal.query;

import dev.jooqcache.internal.dependency.KeyType;
import dev.jooqcache.model.Behavior;
import dev.jooqcache.model.CacheRule;
import dev.jooqcache.model.ColumnModel;
import dev.jooqcache.model.ColumnModel.Generation;
import dev.jooqcache.model.Dependencies;
import dev.jooqcache.model.ForeignKeyModel;
import dev.jooqcache.model.KeyModel;
import dev.jooqcache.model.TableModel;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The columns of a table by which its rows can be told apart.
 *
 * @param columns all its columns, folded, in order
 * @param types those whose values compare by their texts
 * @param tracked those of these that are in a key or were declared: every write of the table tells what it does to them
 * @param sole those of these that are a key by themselves
 * @param computed those that the database computes when a row is written
 */
public record TrackedColumns(
        Set<String> columns, Map<String, KeyType> types, Set<String> tracked, Set<String> sole, Set<String> computed) {

    /** Each one costs every write of the table two tags. */
    private static final int MOST_TRACKED = 6;

    /**
     * The columns of a table.
     *
     * @param name the folded name
     * @param declared columns that the user wants to be tracked, as {@code table.column}
     * @return its columns, or {@code null} if it can only be taken as a whole
     */
    static @Nullable TrackedColumns of(String name, Dependencies dependencies, Set<String> declared, boolean mysql) {
        List<TableModel> tables = dependencies.relationsNamed(name);
        if (tables.size() != 1 || !dependencies.isAlone(name)) return null;
        TableModel table = tables.get(0);
        boolean plain = table.kind() == TableModel.Kind.TABLE
                && table.traits().isEmpty()
                && table.reading().equals(Behavior.NONE)
                && !table.columns().isEmpty();
        if (!plain) return null;
        Set<String> more = new HashSet<>();
        for (String column : declared) if (column.startsWith(name + ".")) more.add(column.substring(name.length() + 1));
        CacheRule rule = dependencies.rule(name);
        if (rule != null) more.addAll(rule.keys());
        return of(table, more, mysql);
    }

    private static @Nullable TrackedColumns of(TableModel table, Set<String> declared, boolean mysql) {
        Set<String> columns = new LinkedHashSet<>();
        Map<String, KeyType> types = new LinkedHashMap<>();
        Set<String> computed = new LinkedHashSet<>();
        for (ColumnModel column : table.columns()) {
            // Two columns whose names differ only in case cannot be told apart here.
            if (!columns.add(column.name())) return null;
            if (column.isComputed()) computed.add(column.name());
            KeyType type = column.isComputed() ? null : KeyType.of(column.type(), mysql);
            if (type != null)
                types.put(column.name(), column.generation() == Generation.IDENTITY ? type.numbered() : type);
        }
        Set<String> sole = new LinkedHashSet<>();
        Set<String> tracked = new LinkedHashSet<>();
        for (KeyModel key : table.keys()) if (key.columns().size() == 1) sole.addAll(key.columns());
        tracked.addAll(sole);
        for (String column : columns) if (declared.contains(column)) tracked.add(column);
        for (KeyModel key : table.keys()) tracked.addAll(key.columns());
        for (ForeignKeyModel key : table.foreignKeys()) tracked.addAll(key.columns());
        tracked.retainAll(types.keySet());
        tracked.removeAll(tracked.stream().skip(MOST_TRACKED).toList());
        sole.retainAll(tracked);
        return new TrackedColumns(columns, types, tracked, sole, computed);
    }

    /** The properties on which all readers and writers of a table must agree for their tags to match. */
    public String signature() {
        return columns + " by " + tracked + types + computed;
    }
}
