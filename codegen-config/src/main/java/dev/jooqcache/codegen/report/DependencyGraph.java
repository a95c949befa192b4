package dev.jooqcache.codegen.report;

import dev.jooqcache.model.Behavior;
import dev.jooqcache.model.CacheModel;
import dev.jooqcache.model.ForeignKeyModel;
import dev.jooqcache.model.ForeignKeyModel.Action;
import dev.jooqcache.model.RoutineModel;
import dev.jooqcache.model.TableModel;
import dev.jooqcache.model.TableName;
import dev.jooqcache.model.Target;
import dev.jooqcache.model.TriggerModel;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What is drawn: relations and routines, and an arrow wherever a change of one is a change of the other. Immutable. */
record DependencyGraph(List<Node> nodes, List<Edge> edges) {

    /** What stands in a box. */
    enum Shape {
        TABLE,
        VIEW,
        ROUTINE
    }

    /** What an arrow means. */
    enum Link {
        READ,
        CASCADE,
        TRIGGER,
        PARTITION
    }

    /** A box. The unknown one has code whose effect is not known. */
    record Node(String anchor, String label, Shape shape, boolean unknown) {}

    /** An arrow from what is changed to what that changes, too. */
    record Edge(Node from, Node to, Link link, String label) {}

    static DependencyGraph of(CacheModel model) {
        return new Reader(model).read();
    }

    /** The boxes that no arrow begins or ends at. */
    List<Node> alone() {
        return nodes.stream().filter(node -> !isLinked(node)).toList();
    }

    /** The others. */
    List<Node> linked() {
        return nodes.stream().filter(this::isLinked).toList();
    }

    private boolean isLinked(Node node) {
        return edges.stream()
                .anyMatch(edge -> edge.from().equals(node) || edge.to().equals(node));
    }

    private static final class Reader {

        private final CacheModel model;
        private final Map<String, List<Node>> relations = new TreeMap<>();
        private final Map<String, List<Node>> routines = new TreeMap<>();
        private final Map<TableModel, Node> boxes = new LinkedHashMap<>();
        private final Map<List<?>, SortedSet<String>> arrows = new LinkedHashMap<>();

        Reader(CacheModel model) {
            this.model = model;
        }

        DependencyGraph read() {
            for (TableModel table : model.tables()) {
                Node box = box(table);
                boxes.put(table, box);
                relations
                        .computeIfAbsent(table.name().name(), n -> new ArrayList<>())
                        .add(box);
            }
            // Overloads are one box.
            Map<String, List<RoutineModel>> overloads = new TreeMap<>();
            for (RoutineModel routine : model.routines())
                if (isDrawn(routine))
                    overloads
                            .computeIfAbsent(routine.name(), n -> new ArrayList<>())
                            .add(routine);
            overloads.forEach((name, all) -> routines.put(
                    name,
                    List.of(new Node(
                            Markup.anchor("routine", name),
                            name + "()",
                            Shape.ROUTINE,
                            all.stream().anyMatch(one -> !one.behavior().isKnown())))));
            boxes.forEach(this::table);
            overloads.forEach((name, all) -> {
                for (RoutineModel routine : all)
                    for (Node box : routines.getOrDefault(name, List.of())) code(routine.behavior(), box, box, "");
            });
            List<Node> nodes = new ArrayList<>(boxes.values());
            List<Edge> edges = new ArrayList<>();
            arrows.forEach((ends, labels) -> edges.add(
                    new Edge((Node) ends.get(0), (Node) ends.get(1), (Link) ends.get(2), String.join(", ", labels))));
            for (List<Node> some : routines.values())
                for (Node box : some)
                    if (edges.stream()
                            .anyMatch(
                                    edge -> edge.from().equals(box) || edge.to().equals(box))) nodes.add(box);
            return new DependencyGraph(List.copyOf(nodes), List.copyOf(edges));
        }

        private static boolean isDrawn(RoutineModel routine) {
            return routine.kind() != RoutineModel.Kind.CAST && routine.kind() != RoutineModel.Kind.OPERATOR;
        }

        private static Node box(TableModel table) {
            boolean view = table.kind() == TableModel.Kind.VIEW || table.kind() == TableModel.Kind.MATERIALIZED_VIEW;
            boolean unknown = !table.reading().isKnown()
                    || !table.writing().isKnown()
                    || table.triggers().stream()
                            .anyMatch(trigger -> !trigger.action().isKnown());
            return new Node(
                    Markup.anchor("relation", table.name().toString()),
                    table.name().name(),
                    view ? Shape.VIEW : Shape.TABLE,
                    unknown);
        }

        private void table(TableModel table, Node box) {
            boolean refreshed = table.kind() == TableModel.Kind.MATERIALIZED_VIEW;
            if (!refreshed) code(table.reading(), box, box, box.shape() == Shape.VIEW ? "" : "policy");
            code(table.writing(), null, box, "default or check");
            for (TriggerModel trigger : table.triggers()) code(trigger.action(), null, box, trigger.name());
            for (ForeignKeyModel key : table.foreignKeys()) {
                String actions = actions(key);
                if (!actions.isEmpty()) arrows(relations, key.references().name(), box, Link.CASCADE, actions);
            }
            for (TableName parent : table.parents()) arrows(relations, parent.name(), box, Link.PARTITION, "");
        }

        /** What a piece of code reads changes its reader; what it writes is changed by its writer. */
        private void code(Behavior code, @Nullable Node reader, Node writer, String label) {
            if (reader != null) {
                for (TableName table : code.reads()) arrows(relations, table.name(), reader, Link.READ, label);
                for (String called : code.calls()) arrows(routines, called, reader, Link.READ, label);
            } else
                for (String called : code.calls())
                    for (Node to : boxes(routines, called)) arrow(writer, to, Link.TRIGGER, label);
            for (Target target : code.writes())
                for (Node to : boxes(relations, target.table().name())) arrow(writer, to, Link.TRIGGER, label);
        }

        private static String actions(ForeignKeyModel key) {
            Collection<String> actions = new TreeSet<>();
            if (key.onDelete() != Action.RESTRICT) actions.add(action("delete", key.onDelete()));
            if (key.onUpdate() != Action.RESTRICT) actions.add(action("update", key.onUpdate()));
            return String.join(", ", actions);
        }

        private static String action(String event, Action action) {
            return switch (action) {
                case RESTRICT -> "";
                case CASCADE -> event;
                case SET_NULL -> event + ": set null";
                case SET_DEFAULT -> event + ": set default";
            };
        }

        private void arrows(Map<String, List<Node>> from, String name, Node to, Link link, String label) {
            for (Node box : boxes(from, name)) arrow(box, to, link, label);
        }

        private void arrow(Node from, Node to, Link link, String label) {
            // A policy that reads its own table says nothing new.
            if (link == Link.READ && from.equals(to)) return;
            SortedSet<String> labels = arrows.computeIfAbsent(List.of(from, to, link), ends -> new TreeSet<>());
            if (!label.isEmpty()) labels.add(label);
        }

        private static List<Node> boxes(Map<String, List<Node>> map, String name) {
            return map.getOrDefault(name, List.of());
        }
    }

    @Override
    public String toString() {
        return edges.stream()
                .map(edge -> edge.from().label() + " -> " + edge.to().label() + " " + edge.link())
                .collect(Collectors.joining("\n"));
    }
}
