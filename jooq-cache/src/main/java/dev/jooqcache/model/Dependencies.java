package dev.jooqcache.model;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A model, followed: what a read depends on and what a write touches, through views, routines, policies, partitions,
 * cascades and triggers.
 *
 * <p>Relations of one name in several schemas are one: what any of them depends on or touches counts. The tables of a
 * partition or inheritance tree share one tag, that of the tree's root. Immutable and thread-safe.
 */
public final class Dependencies {

    /** So many views one upon the other are looked through. */
    private static final int MOST_VIEWS = 16;

    /** Stands for all tables that have upkeep; no table can have the name. */
    public static final String ALL = "*";

    /** Stands for what belongs to the upkeep of each table; no table can have the name. */
    public static final String EACH = "";

    /**
     * The name of the routine by which a model tells what is run for each new connection: no other routine can have it.
     */
    public static final String LOGIN = "trigger on login";

    private static final String WAY_OF_LOGIN = "a trigger on login";
    private static final String WAY_OF_UPKEEP = "the database's own ANALYZE";

    private final CacheModel model;
    private final Reach atLogin;
    private final Reach byUpkeep;
    private final Map<String, List<TableModel>> relations = new HashMap<>();
    private final Map<String, List<RoutineModel>> routines = new HashMap<>();
    private final Map<String, List<Reference>> references = new HashMap<>();
    private final Map<String, String> parents = new HashMap<>();
    private final Map<String, Set<String>> trees = new HashMap<>();
    private final Map<String, CacheRule> rules = new HashMap<>();

    private Dependencies(CacheModel model) {
        this.model = model;
        for (TableModel table : model.tables()) {
            String name = table.name().name();
            relations.computeIfAbsent(name, n -> new ArrayList<>()).add(table);
            for (ForeignKeyModel key : table.foreignKeys())
                references
                        .computeIfAbsent(key.references().name(), n -> new ArrayList<>())
                        .add(new Reference(name, key));
            for (TableName parent : table.parents()) join(name, parent.name());
        }
        for (RoutineModel routine : model.routines()) {
            routines.computeIfAbsent(routine.name(), n -> new ArrayList<>()).add(routine);
            if (!routine.schema().isEmpty())
                routines.computeIfAbsent(routine.schema() + "." + routine.name(), n -> new ArrayList<>())
                        .add(routine);
            if (routine.kind() == RoutineModel.Kind.ROW_FUNCTION)
                routines.computeIfAbsent("." + routine.name(), n -> new ArrayList<>())
                        .add(routine);
        }
        Set<String> members = new TreeSet<>(parents.keySet());
        members.addAll(parents.values());
        for (String member : members)
            trees.computeIfAbsent(tag(member), root -> new TreeSet<>()).add(member);
        for (CacheRule rule : model.rules().tables())
            rules.merge(tag(rule.table().name()), rule, CacheRule::and);
        atLogin = unseen(LOGIN);
        byUpkeep = unseen(upkeepOf(ALL));
    }

    private Reach unseen(String routine) {
        WriteWalk walk = new WriteWalk(this);
        if (hasRoutine(routine)) walk.call(routine, "");
        return walk.reach();
    }

    /**
     * The name of the routine by which a model tells what is called because of the types of a relation's columns, and of its
     * indexes.
     *
     * @param relation the folded name
     * @return a name that no other routine can have
     */
    public static String supportOf(String relation) {
        return "support of " + relation;
    }

    /**
     * The name of the routine by which a model tells what is computed to keep up a table's indexes and statistics.
     *
     * @param table the folded name, {@link #ALL} or {@link #EACH}
     * @return a name that no other routine can have
     */
    public static String upkeepOf(String table) {
        return "upkeep of " + table;
    }

    /**
     * Finds a writer of a table that needs no visible statement. Of upkeep only what it certainly writes is taken: that it
     * writes nothing is promised by its functions' label, without which they cannot be in an index.
     *
     * @param tag the table's tag
     * @return what writes it, or {@code null} if nothing does
     */
    @Nullable
    String unseenWriter(String tag) {
        if (atLogin.everything() != null || atLogin.tags().containsKey(tag)) return WAY_OF_LOGIN;
        return byUpkeep.tags().containsKey(tag) ? WAY_OF_UPKEEP : null;
    }

    /**
     * Follows a model.
     *
     * @param model the model
     * @return what follows from it
     */
    public static Dependencies of(CacheModel model) {
        return new Dependencies(model);
    }

    /**
     * The model itself.
     *
     * @return the model
     */
    public CacheModel model() {
        return model;
    }

    /** Joins two trees into one: a table can inherit from several parents, and then all of them are one tag. */
    private void join(String child, String parent) {
        String one = tag(child);
        String other = tag(parent);
        if (!one.equals(other)) parents.put(one, other);
    }

    /**
     * The tag of a table.
     *
     * @param name the folded name
     * @return the root of the table's partition or inheritance tree, or the name itself
     */
    public String tag(String name) {
        String root = name;
        for (String next; (next = parents.get(root)) != null; ) root = next;
        return root;
    }

    /**
     * The tables that share a tag with the given one.
     *
     * @param name the folded name
     * @return the partition or inheritance tree, or the name alone
     */
    Set<String> tree(String name) {
        return trees.getOrDefault(tag(name), Set.of(name));
    }

    /**
     * Returns whether the model knows a relation of that name.
     *
     * @param name the folded name
     * @return whether there is one, in whatever schema
     */
    public boolean hasRelation(String name) {
        return relations.containsKey(name);
    }

    /**
     * Returns whether the model knows a routine of that name.
     *
     * @param name the folded name; after a dot, one that can be written as a column; after a schema and a dot, one in it
     * @return whether there is one, in whatever schema if none is told
     */
    public boolean hasRoutine(String name) {
        return !routines(name).isEmpty();
    }

    /**
     * The rule for a relation.
     *
     * @param name the folded name
     * @return the strictest word of the rules for this name and for its partition or inheritance tree, or {@code null} if
     *     there is none
     */
    public @Nullable CacheRule rule(String name) {
        return rules.get(tag(name));
    }

    /**
     * The relations of a name.
     *
     * @param name the folded name
     * @return all there are, in whatever schema
     */
    public List<TableModel> relationsNamed(String name) {
        return List.copyOf(relations(name));
    }

    /**
     * Returns whether reading a relation runs no routine of a user's.
     *
     * @param name the folded name
     * @return whether all relations of that name are tables, or views that read such and call none
     */
    public boolean isReadWithoutCode(String name) {
        return isReadWithoutCode(name, MOST_VIEWS);
    }

    private boolean isReadWithoutCode(String name, int views) {
        List<TableModel> named = relations(name);
        return !named.isEmpty() && named.stream().allMatch(each -> isReadWithoutCode(each, views));
    }

    private boolean isReadWithoutCode(TableModel relation, int views) {
        if (relation.kind() == TableModel.Kind.TABLE) return true;
        return relation.kind() == TableModel.Kind.VIEW
                && views > 0
                && relation.reading().calls().isEmpty()
                && relation.reading().isKnown()
                && relation.reading().reads().stream().allMatch(read -> isReadWithoutCode(read.name(), views - 1));
    }

    /**
     * Returns whether a table is no part of a partition or inheritance tree.
     *
     * @param name the folded name
     * @return whether its rows are in no other table, and no other's in it
     */
    public boolean isAlone(String name) {
        return tree(name).size() == 1;
    }

    /** Returns whether all that a view does is told by its text, and no other relation has its name. */
    boolean hasText(TableModel view) {
        return !view.definition().isEmpty()
                && view.kind() == TableModel.Kind.VIEW
                && view.traits().isEmpty()
                && view.parents().isEmpty()
                && relations(view.name().name()).size() == 1
                && isAlone(view.name().name());
    }

    List<TableModel> relations(String name) {
        return relations.getOrDefault(name, List.of());
    }

    List<RoutineModel> routines(String name) {
        List<RoutineModel> known = routines.get(name);
        if (known != null) return known;
        // Declarations may be meant for every schema.
        int dot = name.lastIndexOf('.');
        return dot <= 0
                ? List.of()
                : routines.getOrDefault(name.substring(dot + 1), List.of()).stream()
                        .filter(routine -> routine.schema().isEmpty())
                        .toList();
    }

    List<Reference> references(String name) {
        return references.getOrDefault(name, List.of());
    }

    /**
     * Returns the transitive dependencies of a read.
     *
     * @param tables the tables and views that the query names
     * @param called the routines that it calls and that are not known to be the database's own
     * @return the lineage
     */
    public Lineage lineage(Collection<TableName> tables, Collection<String> called) {
        ReadWalk walk = new ReadWalk(this);
        for (TableName table : new TreeSet<>(tables)) walk.read(table);
        for (String routine : new TreeSet<>(called)) walk.call(routine, "");
        for (RoutineModel routine : model.routines()) if (isUnwritten(routine)) walk.call(routine.name(), "");
        return walk.lineage();
    }

    /**
     * Returns the tags that a write touches.
     *
     * @param tables the tables and views that the statement writes
     * @param events in which ways
     * @param called the routines that it calls and that are not known to be the database's own
     * @return the reach
     */
    public Reach reach(Collection<TableName> tables, Set<WriteEvent> events, Collection<String> called) {
        return reach(tables, events, null, called);
    }

    /**
     * Returns the tags that a write touches.
     *
     * @param tables the tables and views that the statement writes
     * @param events in which ways
     * @param changed the columns that it changes if it is an UPDATE; {@code null} if they are not known
     * @param called the routines that it calls and that are not known to be the database's own
     * @return the reach
     */
    public Reach reach(
            Collection<TableName> tables,
            Set<WriteEvent> events,
            @Nullable Set<String> changed,
            Collection<String> called) {
        WriteWalk walk = new WriteWalk(this, changed);
        for (TableName table : new TreeSet<>(tables)) walk.write(table, events, "");
        for (String routine : new TreeSet<>(called)) walk.call(routine, "");
        if (!tables.isEmpty() || !called.isEmpty())
            for (RoutineModel routine : model.routines()) if (isUnwritten(routine)) walk.call(routine.name(), "");
        return walk.reach();
    }

    /** Returns whether no text need name it for it to be called. */
    private static boolean isUnwritten(RoutineModel routine) {
        return routine.kind() == RoutineModel.Kind.CAST || routine.kind() == RoutineModel.Kind.COMPARISON;
    }

    /**
     * Returns the writes that invalidate the queries over each relation, and how they reach it. Left out are
     * TRUNCATE, which is a DELETE that takes all referring tables with it, and writes that touch
     * {@linkplain Reach#everything() everything}, as far as it is not known what.
     *
     * @return for each relation the ways to it, the shortest first
     */
    public SortedMap<TableName, List<Invalidation>> invalidations() {
        return Invalidation.of(this);
    }

    /** A foreign key of some table to another one. */
    record Reference(String child, ForeignKeyModel key) {

        /** The effect on the referring rows, or {@code null} if there is none. */
        @Nullable
        WriteEvent consequence(WriteEvent event) {
            return switch (event) {
                case INSERT -> null;
                case TRUNCATE -> WriteEvent.TRUNCATE;
                case DELETE -> consequence(key.onDelete(), WriteEvent.DELETE);
                case UPDATE -> consequence(key.onUpdate(), WriteEvent.UPDATE);
            };
        }

        private static @Nullable WriteEvent consequence(ForeignKeyModel.Action action, WriteEvent cascaded) {
            return switch (action) {
                case RESTRICT -> null;
                case CASCADE -> cascaded;
                case SET_NULL, SET_DEFAULT -> WriteEvent.UPDATE;
            };
        }
    }
}
