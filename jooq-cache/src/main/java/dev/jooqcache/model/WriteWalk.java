package dev.jooqcache.model;

import dev.jooqcache.model.TableModel.Trait;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Follows one write through cascades, triggers, updatable views, partitions and routines. */
final class WriteWalk {

    private final Dependencies dependencies;
    private final SortedMap<String, String> tags = new TreeMap<>();
    private final SortedSet<String> indirect = new TreeSet<>();
    private final @Nullable Set<String> changed;
    private final Map<String, Set<WriteEvent>> seen = new HashMap<>();
    private final Set<String> called = new HashSet<>();
    private final Set<String> read = new HashSet<>();
    private @Nullable String everything;
    private boolean elsewhere;

    WriteWalk(Dependencies dependencies) {
        this(dependencies, null);
    }

    /** Follows an UPDATE that changes no other columns than the given ones; {@code null} if they are not known. */
    WriteWalk(Dependencies dependencies, @Nullable Set<String> changed) {
        this.dependencies = dependencies;
        this.changed = changed;
    }

    Reach reach() {
        return new Reach(tags, indirect, everything, elsewhere);
    }

    void everything(String why) {
        if (everything == null) everything = why;
    }

    /** The triggers of a table in the database's own schemas are those of no other table of its name. */
    void write(TableName table, Set<WriteEvent> events, String way) {
        if (TableName.isSystemSchema(table.schema()))
            everything(table + ReadWalk.on(way) + " is in the server's own schema");
        write(table.name(), events, way);
    }

    private void write(String name, Set<WriteEvent> events, String way) {
        if (!way.isEmpty()) indirect.add(dependencies.tag(name));
        Set<WriteEvent> fresh = EnumSet.copyOf(events);
        // An update of some columns only is no reason not to follow one of others that it sets off.
        if (changed == null || !way.isEmpty()) {
            Set<WriteEvent> before = seen.computeIfAbsent(name, n -> EnumSet.noneOf(WriteEvent.class));
            fresh.removeAll(before);
            if (fresh.isEmpty()) return;
            before.addAll(fresh);
        }
        for (String gap : dependencies.model().gaps()) everything(gap);
        if (!dependencies.hasRelation(name)) everything("no table " + name + " is known" + ReadWalk.on(way));
        for (TableModel relation : dependencies.relations(name)) write(relation, fresh, way);
    }

    private void write(TableModel relation, Set<WriteEvent> events, String way) {
        String name = relation.name().name();
        switch (relation.kind()) {
            case TABLE, TEMPORARY, MATERIALIZED_VIEW -> rows(relation, events, way);
            case FOREIGN -> {
                elsewhere = true;
                everything("the rows of " + name + ReadWalk.on(way)
                        + " are on another server, perhaps a table of this one");
                rows(relation, events, way);
            }
            case VIEW -> base(relation, events, way);
            case SYNONYM, OTHER -> everything(name + ReadWalk.on(way) + " stands for something that is not known");
        }
        for (TriggerModel trigger : relation.triggers())
            if (trigger.events().stream().anyMatch(events::contains))
                run(trigger.action(), "trigger " + trigger.name() + " on " + name, way);
    }

    private void rows(TableModel table, Set<WriteEvent> events, String way) {
        String name = table.name().name();
        tags.putIfAbsent(dependencies.tag(name), way);
        run(table.reading(), "policies of " + name, way);
        run(table.writing(), "defaults and checks of " + name, way);
        support(name, way);
        for (Dependencies.Reference reference : dependencies.references(name))
            for (WriteEvent event : events) {
                if (event == WriteEvent.UPDATE && way.isEmpty() && isUntouched(reference.key())) continue;
                WriteEvent consequence = reference.consequence(event);
                if (consequence != null)
                    write(
                            reference.child(),
                            Set.of(consequence),
                            ReadWalk.way(way, "foreign key of " + reference.child()));
            }
        // An update can move a row from one partition to another.
        Set<String> tree = dependencies.tree(name);
        if (tree.size() > 1)
            for (String member : tree)
                if (!member.equals(name))
                    write(member, WriteEvent.ALL, ReadWalk.way(way, "partitions of " + dependencies.tag(name)));
    }

    private boolean isUntouched(ForeignKeyModel key) {
        return changed != null
                && !key.referenced().isEmpty()
                && key.referenced().stream().noneMatch(changed::contains);
    }

    /** A view hands writes to a table that it reads. */
    private void base(TableModel view, Set<WriteEvent> events, String way) {
        String step = "view " + view.name().name();
        Behavior definition = view.reading();
        run(definition, step, way);
        for (TableName table : definition.reads()) write(table, events, ReadWalk.way(way, step));
    }

    void call(String routine, String way) {
        if (!called.add(routine)) return;
        if (!dependencies.hasRoutine(routine))
            everything("the function " + routine + ReadWalk.on(way) + " is not known");
        for (RoutineModel overload : dependencies.routines(routine))
            run(overload.behavior(), "routine " + overload.name(), way);
    }

    private void run(Behavior behavior, String step, String way) {
        if (behavior.unknown() != null) everything(step + ReadWalk.on(way) + ": " + behavior.unknown());
        follow(behavior, ReadWalk.way(way, step));
    }

    void run(Behavior behavior, String way) {
        if (behavior.unknown() != null) everything(way + ": " + behavior.unknown());
        follow(behavior, way);
    }

    private void follow(Behavior behavior, String way) {
        for (Target target : behavior.writes()) write(target.table(), target.events(), way);
        for (TableName table : behavior.reads()) read(table, way);
        for (String routine : behavior.calls()) call(routine, way);
    }

    /** Follows the code that reading runs: a view's functions, policies, computed columns, and triggers on reading. */
    private void read(TableName table, String way) {
        if (table.isSystem() || !read.add(table.name())) return;
        for (String member : dependencies.tree(table.name())) {
            support(member, way);
            for (TableModel relation : dependencies.relations(member)) {
                if (relation.traits().contains(Trait.SELECT_TRIGGER)) everything("a trigger on reading " + member);
                run(relation.reading(), "reading of " + member, way);
            }
        }
    }

    private void support(String relation, String way) {
        String support = Dependencies.supportOf(relation);
        if (dependencies.hasRoutine(support)) call(support, ReadWalk.way(way, "types of " + relation));
    }
}
