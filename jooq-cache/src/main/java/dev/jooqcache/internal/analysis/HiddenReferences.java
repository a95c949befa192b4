package dev.jooqcache.internal.analysis;

import dev.jooqcache.model.CacheModel;
import dev.jooqcache.model.Dependencies;
import dev.jooqcache.model.TableModel;
import dev.jooqcache.model.TableName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Tables that refer to others by foreign keys, which the catalog of MySQL's family shows to one user and not to another. A
 * write by any user cascades to them, and a table that no user is shown is not read; so each data source is told what the
 * others are shown. Thread-safe.
 */
final class HiddenReferences {

    private final Set<TableModel> referring = ConcurrentHashMap.newKeySet();

    /** What was told last, since statements are analysed again for each other schema. */
    private final Map<Dependencies, Completed> completed = Collections.synchronizedMap(new WeakHashMap<>());

    /**
     * Compares what two users are shown.
     *
     * @return whether one of them is shown what was not known to be hidden from the other
     */
    boolean learn(CacheModel one, CacheModel other) {
        List<TableModel> hidden = hidden(one, other.tables());
        hidden.addAll(hidden(other, one.tables()));
        return referring.addAll(hidden);
    }

    /** A schema, with the tables that refer to its own and that its user is not shown. */
    Dependencies complete(Dependencies schema) {
        List<TableModel> hidden = hidden(schema.model(), referring);
        if (hidden.isEmpty()) return schema;
        Set<TableModel> added = Set.copyOf(hidden);
        Completed before = completed.get(schema);
        if (before != null && before.added.equals(added)) return before.schema;
        CacheModel.Builder others = CacheModel.builder();
        hidden.forEach(others::table);
        Completed now = new Completed(added, Dependencies.of(schema.model().merge(others.build())));
        completed.put(schema, now);
        return now.schema;
    }

    /** Which tables refer to those of a model, or to one another, by keys that the model does not know. */
    private static List<TableModel> hidden(CacheModel model, Collection<TableModel> tables) {
        Map<TableName, TableModel> shown = new HashMap<>();
        model.tables().forEach(table -> shown.put(table.name(), table));
        Set<TableName> written = new HashSet<>(shown.keySet());
        List<TableModel> hidden = new ArrayList<>();
        List<TableModel> left = new ArrayList<>(tables);
        left.removeIf(table -> isKnown(table, shown.get(table.name())));
        boolean grows = true;
        while (grows) {
            List<TableModel> next = new ArrayList<>(left);
            next.removeIf(table -> table.foreignKeys().stream().noneMatch(key -> written.contains(key.references())));
            next.forEach(table -> written.add(table.name()));
            left.removeAll(next);
            grows = hidden.addAll(next);
        }
        return hidden;
    }

    private static boolean isKnown(TableModel table, @Nullable TableModel known) {
        return known != null && known.foreignKeys().containsAll(table.foreignKeys());
    }

    private record Completed(Set<TableModel> added, Dependencies schema) {}
}
