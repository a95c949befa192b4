package dev.jooqcache.model;

import dev.jooqcache.BypassReason;
import dev.jooqcache.model.TableModel.Trait;
import java.util.HashSet;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Follows one read through views, policies and routines. */
final class ReadWalk {

    private final Dependencies dependencies;
    private final WriteWalk writes;
    private final SortedMap<String, String> tags = new TreeMap<>();
    private final SortedSet<String> indirect = new TreeSet<>();
    private final SortedMap<String, SortedSet<String>> named = new TreeMap<>();
    private final SortedSet<String> names = new TreeSet<>();
    private final Set<String> called = new HashSet<>();
    private @Nullable BypassReason reason;
    private String detail = "";
    private String session = "";

    ReadWalk(Dependencies dependencies) {
        this.dependencies = dependencies;
        this.writes = new WriteWalk(dependencies);
    }

    Lineage lineage() {
        return new Lineage(tags, indirect, named, names, reason, detail, session, writes.reach());
    }

    /** Reads what the query names. */
    void read(TableName table) {
        read(table, "", "");
    }

    /** Reads what a text names; {@code null} stands for all code whose text is not known. */
    private void read(TableName table, String way, @Nullable String text) {
        if (table.isSystem()) {
            deny(BypassReason.SYSTEM_TABLE, table.toString());
            return;
        }
        String tag = dependencies.tag(table.name());
        if (text == null) indirect.add(tag);
        else named.computeIfAbsent(text, t -> new TreeSet<>()).add(tag);
        if (!names.add(table.name())) return;
        if (!dependencies.hasRelation(table.name())) deny(BypassReason.UNKNOWN_TABLE, table + on(way));
        for (TableModel relation : dependencies.relations(table.name())) read(relation, way);
    }

    private void read(TableModel relation, String way) {
        String name = relation.name().name();
        switch (relation.kind()) {
            case TABLE -> rows(name, way);
            case MATERIALIZED_VIEW -> {
                tags.putIfAbsent(name, way);
                unseen(name, name, way);
                support(name, way);
            }
            case VIEW ->
                run(
                        relation.reading(),
                        "view " + name,
                        way(way, "view " + name),
                        dependencies.hasText(relation) ? name : null,
                        BypassReason.UNKNOWN_VIEW);
            case TEMPORARY -> deny(BypassReason.TEMPORARY_TABLE, name + on(way));
            case FOREIGN -> deny(BypassReason.UNTRACEABLE_TABLE, name + on(way) + ": its rows are on another server");
            case SYNONYM, OTHER -> deny(BypassReason.UNKNOWN_TABLE, name + on(way));
        }
    }

    private void rows(String name, String way) {
        String tag = dependencies.tag(name);
        tags.putIfAbsent(tag, way);
        unseen(tag, name, way);
        // A parent shows the rows of its partitions, and a trait of one of them is a trait of all.
        for (String member : dependencies.tree(name)) {
            support(member, way);
            for (TableModel table : dependencies.relations(member)) {
                for (Trait trait : table.traits()) trait(trait, member, way);
                if (table.kind() == TableModel.Kind.FOREIGN)
                    deny(BypassReason.UNTRACEABLE_TABLE, member + on(way) + ": its rows are on another server");
                if (table.kind() == TableModel.Kind.TEMPORARY) deny(BypassReason.TEMPORARY_TABLE, member + on(way));
                run(
                        table.reading(),
                        "policies of " + member,
                        way(way, "policies of " + member),
                        null,
                        BypassReason.UNTRACEABLE_TABLE);
            }
        }
    }

    /** Denies caching of a table that is written without a statement. */
    private void unseen(String tag, String relation, String way) {
        String writer = dependencies.unseenWriter(tag);
        if (writer != null) deny(BypassReason.UNTRACEABLE_TABLE, relation + on(way) + ": " + writer + " may write it");
    }

    /** Follows the routines that the column types and the indexes call where values are compared. */
    private void support(String relation, String way) {
        String support = Dependencies.supportOf(relation);
        if (dependencies.hasRoutine(support)) call(support, way(way, "types of " + relation));
    }

    private void trait(Trait trait, String table, String way) {
        if (trait == Trait.ROW_SECURITY) session(table + on(way) + ": " + trait.why());
        else deny(BypassReason.UNTRACEABLE_TABLE, table + on(way) + ": " + trait.why());
        if (trait == Trait.SELECT_TRIGGER) writes.everything("a trigger on reading " + table);
    }

    void call(String routine, String way) {
        if (!called.add(routine)) return;
        if (!dependencies.hasRoutine(routine)) deny(BypassReason.UNKNOWN_FUNCTION, routine + on(way));
        for (RoutineModel overload : dependencies.routines(routine))
            run(
                    overload.behavior(),
                    overload.name(),
                    way(way, "routine " + overload.name()),
                    null,
                    BypassReason.UNKNOWN_FUNCTION);
        if (way.isEmpty()) writes.call(routine, "");
    }

    private void run(Behavior behavior, String what, String way, @Nullable String text, BypassReason ifUnknown) {
        String because = behavior.cause().isEmpty() ? "" : ": " + behavior.cause();
        if (behavior.unknown() != null) deny(ifUnknown, what + ": " + behavior.unknown());
        if (!behavior.writes().isEmpty()) deny(BypassReason.MODIFIES_DATA, what);
        switch (behavior.volatility()) {
            case IMMUTABLE, STABLE -> {}
            case SESSION -> session(what + because);
            case UNKNOWN -> deny(ifUnknown, what + because);
            case VOLATILE -> deny(BypassReason.NONDETERMINISTIC_FUNCTION, what + because);
        }
        writes.run(behavior, way);
        for (TableName table : behavior.reads()) read(table, way, text);
        for (String routine : behavior.calls()) call(routine, way);
    }

    static String on(String way) {
        return way.isEmpty() ? "" : " (through " + way + ")";
    }

    static String way(String way, String next) {
        return way.isEmpty() ? next : way + ", " + next;
    }

    private void deny(BypassReason why, String what) {
        if (reason != null) return;
        reason = why;
        detail = what;
    }

    private void session(String what) {
        if (session.isEmpty()) session = what;
    }
}
