package dev.jooqcache.internal.analysis;

import dev.jooqcache.BypassReason;
import dev.jooqcache.internal.transaction.Effect;
import dev.jooqcache.spi.Tags;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What the database's catalog says about tables, as far as invalidation needs it. Immutable.
 *
 * @param kinds every relation outside the system schemas, by folded name
 * @param roots the root of the partition or inheritance tree of each table that is in one; the whole tree is one tag
 * @param cascades for each table, those whose rows change when its rows are changed or deleted
 * @param triggered tables with triggers, rules, or defaults and checks that call unknown functions: their writes may have
 *     any effect
 * @param routines the functions that are not the database's own; after a dot, those that can be written as a column
 * @param triggersKnown whether the catalog could be asked for triggers
 */
record Schema(
        Map<String, Kind> kinds,
        Map<String, String> roots,
        Map<String, Set<String>> cascades,
        Set<String> triggered,
        Set<String> routines,
        boolean triggersKnown) {

    enum Kind {
        TABLE,
        VIEW,
        TEMPORARY,
        /** A table whose rows depend on the session, or change in ways that no statement shows. */
        SPECIAL,
        OTHER
    }

    /** The tag of a table. */
    private String tag(String name) {
        return roots.getOrDefault(name, name);
    }

    /** Why a table cannot be depended on, or {@code null}. */
    @Nullable
    BypassReason denial(TableName table) {
        if (table.isSystem()) return BypassReason.SYSTEM_TABLE;
        Kind kind = kinds.get(table.name());
        if (kind == null) return BypassReason.UNKNOWN_TABLE;
        return switch (kind) {
            case TABLE -> null;
            case VIEW -> BypassReason.VIEW;
            case TEMPORARY -> BypassReason.TEMPORARY_TABLE;
            case SPECIAL -> BypassReason.SPECIAL_TABLE;
            case OTHER -> BypassReason.UNKNOWN_TABLE;
        };
    }

    /**
     * The tables that a plan reads, as the catalog knows them: without names that are only those of common table
     * expressions, with names in the text that are those of relations.
     */
    Set<TableName> reads(Plan plan) {
        Set<TableName> reads = new HashSet<>();
        for (TableName table : plan.reads()) if (!isOnlyCommon(plan, table)) reads.add(table);
        for (String word : plan.words()) if (kinds.containsKey(word)) reads.add(TableName.of("", word));
        return reads;
    }

    /** If such a name is a table's besides, the expression may read it. */
    private boolean isOnlyCommon(Plan plan, TableName table) {
        return table.schema().isEmpty()
                && plan.commonTables().contains(table.name())
                && !table.isSystem()
                && !kinds.containsKey(table.name());
    }

    /** A function that is not the database's own, or {@code null}. */
    @Nullable
    String routineAmong(Set<String> called) {
        return called.stream().filter(routines::contains).sorted().findFirst().orElse(null);
    }

    /** The tags of the given tables, without the reserved one. */
    Tags tags(Set<TableName> tables) {
        Set<String> tags = new TreeSet<>();
        for (TableName table : tables) tags.add(tag(table.name()));
        return Tags.of(tags);
    }

    /** What a write touches: the tables, what cascades from them, and everything if a trigger is on the way. */
    Effect effect(Set<TableName> tables, Plan.Mode mode) {
        Set<String> touched = new TreeSet<>();
        Deque<String> open = new ArrayDeque<>();
        for (TableName table : tables) open.add(table.name());
        while (!open.isEmpty()) {
            String table = open.remove();
            // A view or an unknown name leads to tables that are not known here.
            Kind kind = kinds.get(table);
            boolean followed = kind == Kind.TABLE || kind == Kind.SPECIAL;
            if (!followed || triggered.contains(table) || !triggersKnown) return everything();
            if (!touched.add(table)) continue;
            open.addAll(treeOf(table));
            if (mode == Plan.Mode.CHANGE) open.addAll(cascades.getOrDefault(table, Set.of()));
        }
        Set<String> tags = new TreeSet<>();
        for (String table : touched) tags.add(tag(table));
        return new Effect(Effect.Kind.WRITE, Tags.of(tags));
    }

    /** The other members of a partition or inheritance tree: what is written to one may be written through another. */
    private Set<String> treeOf(String table) {
        if (roots.isEmpty()) return Set.of();
        String root = tag(table);
        Set<String> tree = new HashSet<>();
        roots.forEach((member, its) -> {
            if (its.equals(root)) tree.add(member);
        });
        if (!tree.isEmpty()) tree.add(root);
        return tree;
    }

    static Effect everything() {
        return new Effect(Effect.Kind.WRITE, Tags.everything());
    }
}
