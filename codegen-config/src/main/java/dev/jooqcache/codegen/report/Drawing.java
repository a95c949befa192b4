package dev.jooqcache.codegen.report;

import dev.jooqcache.codegen.report.DependencyGraph.Edge;
import dev.jooqcache.codegen.report.DependencyGraph.Link;
import dev.jooqcache.codegen.report.DependencyGraph.Node;
import dev.jooqcache.codegen.report.DependencyGraph.Shape;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.eclipse.elk.alg.layered.options.LayeredOptions;
import org.eclipse.elk.core.RecursiveGraphLayoutEngine;
import org.eclipse.elk.core.math.ElkPadding;
import org.eclipse.elk.core.options.CoreOptions;
import org.eclipse.elk.core.options.Direction;
import org.eclipse.elk.core.options.EdgeLabelPlacement;
import org.eclipse.elk.core.options.EdgeRouting;
import org.eclipse.elk.core.util.BasicProgressMonitor;
import org.eclipse.elk.graph.ElkBendPoint;
import org.eclipse.elk.graph.ElkEdge;
import org.eclipse.elk.graph.ElkEdgeSection;
import org.eclipse.elk.graph.ElkLabel;
import org.eclipse.elk.graph.ElkNode;
import org.eclipse.elk.graph.util.ElkGraphUtil;

/** A graph as SVG. Where things go is decided by the Eclipse Layout Kernel, the same for the same graph. */
final class Drawing {

    private static final double HEIGHT = 30;
    private static final double PADDING = 14;
    /** The width of a character in the fonts that the style sheet asks for, in boxes and on arrows. */
    private static final double LETTER = 7.6;

    private static final double SMALL_LETTER = 6.2;
    private static final double SMALL_HEIGHT = 14;
    private static final double CORNER = 5;

    private final ElkNode root = ElkGraphUtil.createGraph();
    private final Map<Node, ElkNode> boxes = new HashMap<>();
    private final Map<Edge, ElkEdge> arrows = new HashMap<>();
    private final DependencyGraph graph;

    private Drawing(DependencyGraph graph) {
        this.graph = graph;
    }

    /** The drawing of all that is linked. */
    static Drawing of(DependencyGraph graph) {
        Drawing drawing = new Drawing(graph);
        drawing.place();
        return drawing;
    }

    /** In pixels. */
    double width() {
        return root.getWidth();
    }

    private void place() {
        root.setProperty(CoreOptions.ALGORITHM, LayeredOptions.ALGORITHM_ID);
        root.setProperty(CoreOptions.DIRECTION, Direction.RIGHT);
        root.setProperty(CoreOptions.EDGE_ROUTING, EdgeRouting.ORTHOGONAL);
        root.setProperty(CoreOptions.PADDING, new ElkPadding(12));
        root.setProperty(CoreOptions.ASPECT_RATIO, 1.8);
        root.setProperty(LayeredOptions.SPACING_NODE_NODE, 18.0);
        root.setProperty(LayeredOptions.SPACING_NODE_NODE_BETWEEN_LAYERS, 36.0);
        root.setProperty(LayeredOptions.SPACING_EDGE_NODE_BETWEEN_LAYERS, 16.0);
        root.setProperty(LayeredOptions.SPACING_COMPONENT_COMPONENT, 28.0);
        for (Node node : graph.linked()) {
            ElkNode box = ElkGraphUtil.createNode(root);
            box.setIdentifier(node.anchor());
            box.setDimensions(length(node.label()) * LETTER + 2 * PADDING, HEIGHT);
            boxes.put(node, box);
        }
        for (Edge edge : graph.edges()) {
            ElkEdge arrow = ElkGraphUtil.createSimpleEdge(boxes.get(edge.from()), boxes.get(edge.to()));
            if (!edge.label().isEmpty()) {
                ElkLabel label = ElkGraphUtil.createLabel(edge.label(), arrow);
                label.setDimensions(length(edge.label()) * SMALL_LETTER + 8, SMALL_HEIGHT);
                label.setProperty(CoreOptions.EDGE_LABELS_PLACEMENT, EdgeLabelPlacement.CENTER);
                label.setProperty(CoreOptions.EDGE_LABELS_INLINE, true);
            }
            arrows.put(edge, arrow);
        }
        new RecursiveGraphLayoutEngine().layout(root, new BasicProgressMonitor());
    }

    /** East Asian letters are twice as wide. */
    private static double length(String text) {
        return text.codePoints().mapToDouble(c -> c < 0x1100 ? 1 : 2).sum();
    }

    String svg() {
        Markup svg = new Markup();
        String width = number(root.getWidth());
        String height = number(root.getHeight());
        svg.open(
                "svg",
                "xmlns",
                "http://www.w3.org/2000/svg",
                "class",
                "graph",
                "role",
                "img",
                "aria-label",
                "What depends on what",
                "width",
                width,
                "height",
                height,
                "viewBox",
                "0 0 " + width + " " + height);
        svg.open("defs");
        for (Link link : Link.values()) head(svg, link);
        svg.close();
        graph.edges().forEach(edge -> arrow(svg, edge));
        graph.linked().forEach(node -> box(svg, node));
        return svg.close().toString();
    }

    private static void head(Markup svg, Link link) {
        svg.open(
                        "marker",
                        "id",
                        "head-" + name(link),
                        "viewBox",
                        "0 0 8 8",
                        "refX",
                        "7",
                        "refY",
                        "4",
                        "markerWidth",
                        "8",
                        "markerHeight",
                        "8",
                        "orient",
                        "auto-start-reverse")
                .empty("path", "d", "M0,0.8 L8,4 L0,7.2 z", "class", "head " + name(link))
                .close();
    }

    private void arrow(Markup svg, Edge edge) {
        ElkEdge arrow = arrows.get(edge);
        if (arrow == null) return;
        svg.open(
                "g",
                "class",
                "arrow " + name(edge.link()),
                "data-from",
                edge.from().anchor(),
                "data-to",
                edge.to().anchor());
        svg.element("title", edge.from().label() + " → " + edge.to().label() + ": " + meaning(edge));
        for (ElkEdgeSection section : arrow.getSections())
            svg.empty("path", "d", path(section), "marker-end", "url(#head-" + name(edge.link()) + ")");
        for (ElkLabel label : arrow.getLabels()) {
            svg.empty(
                    "rect",
                    "class",
                    "gap",
                    "x",
                    number(label.getX() + 2),
                    "y",
                    number(label.getY()),
                    "width",
                    number(label.getWidth() - 4),
                    "height",
                    number(label.getHeight()));
            svg.element(
                    "text",
                    label.getText(),
                    "x",
                    number(label.getX() + label.getWidth() / 2),
                    "y",
                    number(label.getY() + SMALL_HEIGHT - 3.5));
        }
        svg.close();
    }

    private static String meaning(Edge edge) {
        String label = edge.label().isEmpty() ? "" : " (" + edge.label() + ")";
        return switch (edge.link()) {
            case READ -> "is read by it" + label;
            case CASCADE -> "foreign key" + label;
            case TRIGGER -> "writes it" + label;
            case PARTITION -> "partition or child table";
        };
    }

    private void box(Markup svg, Node node) {
        ElkNode box = boxes.get(node);
        if (box == null) return;
        String shape = node.shape().name().toLowerCase(Locale.ROOT);
        svg.open(
                "a",
                "href",
                "#" + node.anchor(),
                "class",
                "box " + shape + (node.unknown() ? " unknown" : ""),
                "data-box",
                node.anchor());
        svg.element("title", node.label() + (node.unknown() ? ": has code of unknown effect" : ""));
        svg.empty(
                "rect",
                "x",
                number(box.getX()),
                "y",
                number(box.getY()),
                "width",
                number(box.getWidth()),
                "height",
                number(box.getHeight()),
                "rx",
                node.shape() == Shape.TABLE ? "4" : "15");
        svg.element(
                "text",
                node.label(),
                "x",
                number(box.getX() + box.getWidth() / 2),
                "y",
                number(box.getY() + HEIGHT / 2 + 4.5));
        svg.close();
    }

    /** A line with rounded corners. */
    private static String path(ElkEdgeSection section) {
        List<double[]> points = Stream.of(
                        Stream.of(new double[] {section.getStartX(), section.getStartY()}),
                        section.getBendPoints().stream().map(Drawing::point),
                        Stream.of(new double[] {section.getEndX(), section.getEndY()}))
                .flatMap(part -> part)
                .toList();
        StringBuilder path = new StringBuilder("M").append(pair(points.get(0)));
        for (int i = 1; i < points.size() - 1; i++) {
            double[] corner = points.get(i);
            path.append(" L").append(pair(towards(corner, points.get(i - 1))));
            path.append(" Q").append(pair(corner)).append(' ').append(pair(towards(corner, points.get(i + 1))));
        }
        return path.append(" L").append(pair(points.get(points.size() - 1))).toString();
    }

    private static double[] point(ElkBendPoint bend) {
        return new double[] {bend.getX(), bend.getY()};
    }

    private static double[] towards(double[] from, double[] to) {
        double distance = Math.hypot(to[0] - from[0], to[1] - from[1]);
        double part = distance == 0 ? 0 : Math.min(CORNER, distance / 2) / distance;
        return new double[] {from[0] + (to[0] - from[0]) * part, from[1] + (to[1] - from[1]) * part};
    }

    private static String pair(double[] point) {
        return number(point[0]) + "," + number(point[1]);
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    static String name(Link link) {
        return link.name().toLowerCase(Locale.ROOT);
    }
}
