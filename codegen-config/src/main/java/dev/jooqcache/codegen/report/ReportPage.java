package dev.jooqcache.codegen.report;

import dev.jooqcache.codegen.report.DependencyGraph.Link;
import dev.jooqcache.codegen.report.DependencyGraph.Node;
import dev.jooqcache.model.Behavior;
import dev.jooqcache.model.CacheModel;
import dev.jooqcache.model.CacheRule;
import dev.jooqcache.model.Dependencies;
import dev.jooqcache.model.ForeignKeyModel;
import dev.jooqcache.model.Invalidation;
import dev.jooqcache.model.Lineage;
import dev.jooqcache.model.Reach;
import dev.jooqcache.model.RoutineModel;
import dev.jooqcache.model.TableModel;
import dev.jooqcache.model.TableName;
import dev.jooqcache.model.TriggerModel;
import dev.jooqcache.model.WriteEvent;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A model as a page: who invalidates what, and on which way. The page stands alone, and is the same for the same model.
 */
public final class ReportPage {

    /** The widest drawing that is shown at the page's width at first, in pixels. */
    private static final double LEGIBLE = 1600;

    private final Markup page = new Markup();
    private final String title;
    private final CacheModel model;
    private final Dependencies dependencies;
    private final DependencyGraph graph;
    private final SortedMap<TableName, List<Invalidation>> invalidations;
    private final Map<String, String> anchors = new HashMap<>();

    private ReportPage(CacheModel model, String title) {
        this.title = title;
        this.model = model;
        this.dependencies = Dependencies.of(model);
        this.graph = DependencyGraph.of(model);
        this.invalidations = dependencies.invalidations();
        for (TableModel table : model.tables()) anchors.putIfAbsent(table.name().name(), anchor(table));
    }

    /**
     * Writes the page.
     *
     * @param model what is shown
     * @param title whose schema it is
     * @return HTML that is well-formed XML, too, and refers to nothing outside itself
     */
    public static String of(CacheModel model, String title) {
        return new ReportPage(model, title).write();
    }

    private String write() {
        page.raw("<!DOCTYPE html>\n").open("html", "lang", "en", "xmlns", "http://www.w3.org/1999/xhtml");
        page.open("head").empty("meta", "charset", "utf-8");
        page.empty("meta", "name", "viewport", "content", "width=device-width, initial-scale=1");
        page.element("title", title + ": what depends on what");
        page.open("style").raw(resource("page.css")).close().close();
        page.open("body");
        header();
        page.open("main");
        gaps();
        drawing();
        everything();
        rules();
        relations();
        triggers();
        routines();
        page.element(
                "footer",
                "TRUNCATE is not listed: it is a DELETE that takes all referring tables with it. A write through a view is"
                        + " one of the tables under it.");
        page.close();
        page.open("script")
                .raw("/*<![CDATA[*/\n" + resource("page.js") + "/*]]>*/")
                .close();
        return page.close().close().toString();
    }

    private void header() {
        page.open("header").open("div").element("h1", title + ": what depends on what");
        long views = model.tables().stream().filter(ReportPage::isView).count();
        String version = model.version() == null ? "" : " · schema version " + model.version();
        page.element(
                "p",
                counted(model.tables().size() - views, "table") + ", " + counted(views, "view")
                        + (model.routines().isEmpty()
                                ? ""
                                : ", " + counted(model.routines().size(), "routine"))
                        + version,
                "class",
                "sub");
        page.close().close();
        page.open("nav", "class", "bar").open("div");
        page.element("a", "Map", "href", "#map");
        if (!effects().isEmpty()) page.element("a", "Touching everything", "href", "#everything");
        if (!model.rules().tables().isEmpty()) page.element("a", "Rules", "href", "#rules");
        page.element("a", "Relations", "href", "#relations");
        if (hasTriggers()) page.element("a", "Triggers", "href", "#triggers");
        if (!model.routines().isEmpty()) page.element("a", "Routines", "href", "#routines");
        page.empty(
                "input",
                "id",
                "find",
                "type",
                "search",
                "placeholder",
                "Find a table or view",
                "aria-label",
                "Find a table or view");
        page.close().close();
    }

    private void gaps() {
        if (model.gaps().isEmpty()) return;
        page.open("div", "class", "alarm");
        page.element("p", "Not everything could be found out, so every write invalidates everything:");
        page.open("ul");
        for (String gap : model.gaps()) page.element("li", gap);
        page.close().close();
    }

    private void drawing() {
        page.element("h2", "Map", "id", "map");
        if (graph.edges().isEmpty()) {
            page.element(
                    "p", "Nothing depends on anything else: each query is invalidated by writes of its own tables.");
            return;
        }
        page.element(
                "p",
                "Follow the arrows: what is written at the tail of an arrow invalidates the queries over what stands at its"
                        + " head, and so on from there. Foreign keys that only forbid change nothing else, and are not"
                        + " drawn.");
        legend();
        Drawing drawing = Drawing.of(graph);
        // Beyond that, letters would become too small to read.
        boolean fits = drawing.width() <= LEGIBLE;
        page.open("div", "class", fits ? "drawing fit" : "drawing")
                .raw(drawing.svg())
                .close();
        page.open("p", "class", "soft").open("label");
        String[] box = {"id", "fit", "type", "checkbox", "checked", "checked"};
        page.empty("input", fits ? box : Arrays.copyOf(box, 4)).text(" Fit to the page");
        page.close().close();
        List<Node> alone = graph.alone();
        if (alone.isEmpty()) return;
        page.element(
                "p",
                effects().isEmpty()
                        ? "Invalidated by their own writes alone:"
                        : "Invalidated by their own writes alone, and by those that touch everything:");
        page.open("ul", "class", "chips");
        for (Node node : alone)
            page.open("li")
                    .element(
                            "a",
                            node.label(),
                            "class",
                            node.unknown() ? "name unknown" : "name",
                            "href",
                            "#" + node.anchor())
                    .close();
        page.close();
    }

    private void legend() {
        page.open("ul", "class", "legend");
        key(Link.READ, "is read by");
        key(Link.CASCADE, "foreign key changes referring rows");
        key(Link.TRIGGER, "trigger or routine writes");
        key(Link.PARTITION, "partition or child table");
        if (graph.nodes().stream().anyMatch(Node::unknown))
            page.open("li")
                    .raw("<svg width=\"26\" height=\"16\"><g class=\"box unknown\"><rect x=\"1\" y=\"1\" width=\"24\""
                            + " height=\"14\" rx=\"3\"/></g></svg>")
                    .text("has code of unknown effect")
                    .close();
        page.close();
    }

    private void key(Link link, String meaning) {
        if (graph.edges().stream().noneMatch(edge -> edge.link() == link)) return;
        String name = Drawing.name(link);
        page.open("li")
                .raw("<svg width=\"34\" height=\"10\"><g class=\"arrow " + name
                        + "\"><path d=\"M0,5 L30,5\" marker-end=\"url(#head-" + name + ")\"/></g></svg>")
                .text(meaning)
                .close();
    }

    /** Why writes touch everything, with the writes of which this is true. */
    private Map<String, Map<TableModel, Set<WriteEvent>>> effects() {
        Map<String, Map<TableModel, Set<WriteEvent>>> effects = new TreeMap<>();
        if (!model.gaps().isEmpty()) return effects;
        for (TableModel table : model.tables())
            for (WriteEvent event : WriteEvent.ROWS) {
                String why = reach(table, event).everything();
                if (why != null)
                    effects.computeIfAbsent(why, w -> new LinkedHashMap<>())
                            .computeIfAbsent(table, t -> EnumSet.noneOf(WriteEvent.class))
                            .add(event);
            }
        return effects;
    }

    private void everything() {
        Map<String, Map<TableModel, Set<WriteEvent>>> effects = effects();
        if (effects.isEmpty()) return;
        page.element("h2", "Writes that touch everything", "id", "everything");
        page.element(
                "p",
                "These run code whose effect is not known, so they invalidate every cached result. Declare what the code"
                        + " does, and they invalidate only that.");
        table("written", "by", "because of");
        effects.forEach((why, tables) -> tables.forEach((written, events) -> {
            page.open("tr").open("td", "class", "who");
            link(written.name().toString(), anchor(written));
            page.close().element("td", events(events), "class", "when");
            page.element("td", why, "class", "bad").close();
        }));
        endTable();
    }

    private void rules() {
        if (model.rules().tables().isEmpty() && model.rules().mode() == null) return;
        page.element("h2", "Rules", "id", "rules");
        if (model.rules().mode() != null)
            page.element(
                    "p",
                    switch (model.rules().mode()) {
                        case ALL -> "Mode ALL: whatever can be cached is.";
                        case MARKED -> "Mode MARKED: only queries with a caching hint are cached.";
                    });
        page.element("p", "Of several tables in one query the strictest rule counts.");
        table("relation", "expires after", "rows at most", "");
        for (CacheRule rule : model.rules().tables()) {
            page.open("tr").open("td", "class", "who");
            name(rule.table());
            page.close();
            page.element("td", rule.expireAfterWrite() == null ? "" : String.valueOf(rule.expireAfterWrite()));
            page.element("td", rule.maximumRows() == null ? "" : String.valueOf(rule.maximumRows()));
            page.element("td", rule.excluded() ? "never cached" : "").close();
        }
        endTable();
    }

    private void relations() {
        page.element("h2", "Relations", "id", "relations");
        page.element("p", "No relation has that name.", "id", "none", "hidden", "hidden");
        for (TableModel table : model.tables()) relation(table);
    }

    private void relation(TableModel table) {
        Lineage lineage = dependencies.lineage(Set.of(table.name()), Set.of());
        page.open(
                "section",
                "class",
                "relation",
                "id",
                anchor(table),
                "data-name",
                table.name().toString());
        page.open("div", "class", "title").open("h3").open("span", "class", "name");
        if (!table.name().schema().isEmpty()) page.element("span", table.name().schema() + ".", "class", "schema");
        page.text(table.name().name()).close().close();
        page.element("span", words(table.kind()), "class", "tag");
        verdict(lineage);
        CacheRule rule = dependencies.rule(table.name().name());
        if (rule != null) page.element("span", "rule for " + rule, "class", "tag rule");
        page.close();
        invalidatedBy(table);
        reads(lineage, table);
        touches(table);
        facts(table);
        page.close();
    }

    private void verdict(Lineage lineage) {
        CacheRule excluding = lineage.names().stream()
                .map(dependencies::rule)
                .filter(rule -> rule != null && rule.excluded())
                .findFirst()
                .orElse(null);
        if (lineage.reason() != null)
            page.element(
                    "span",
                    "not cached: " + lineage.detail() + ", " + lineage.reason().description(),
                    "class",
                    "tag no");
        else if (excluding != null)
            page.element("span", "not cached: the rule for " + excluding.table() + " excludes it", "class", "tag no");
        else if (!lineage.session().isEmpty())
            page.element("span", "cached within a declared scope: " + lineage.session(), "class", "tag");
        else page.element("span", "cached", "class", "tag yes");
    }

    private void invalidatedBy(TableModel table) {
        List<Invalidation> ways = invalidations.getOrDefault(table.name(), List.of());
        if (ways.isEmpty()) return;
        page.element("h4", "Queries over it are invalidated by a write of");
        table();
        for (Invalidation way : ways) {
            page.open("tr").open("td", "class", "who");
            name(way.written());
            page.close().element("td", events(way.events()), "class", "when").open("td");
            if (way.isDirect()) page.element("span", "itself", "class", "own");
            else steps(way.steps());
            page.close().close();
        }
        endTable();
    }

    private void steps(List<String> steps) {
        String arrow = "";
        for (String step : steps) {
            page.text(arrow);
            arrow = " → ";
            if (step.startsWith("(")) page.element("i", step, "class", "via");
            else name(TableName.of(step));
        }
    }

    private void reads(Lineage lineage, TableModel table) {
        if (!isView(table) && table.reading().equals(Behavior.NONE)) return;
        page.element("h4", isView(table) ? "It reads" : "Reading it also runs");
        page.open("ul", "class", "lines");
        if (isView(table))
            lineage.tags().forEach((tag, way) -> {
                page.open("li");
                name(TableName.of(tag));
                // The view itself is no news.
                String own = "view " + table.name().name();
                String rest = way.equals(own) ? "" : way.startsWith(own + ", ") ? way.substring(own.length() + 2) : way;
                if (!rest.isEmpty()) page.element("i", " (through " + rest + ")", "class", "via");
                page.close();
            });
        if (!isView(table) || !table.reading().isKnown() || lineage.tags().isEmpty()) behavior(table.reading());
        page.close();
    }

    private void behavior(Behavior behavior) {
        page.element("li", behavior.toString(), "class", behavior.isKnown() ? "" : "bad");
    }

    private void touches(TableModel table) {
        Map<String, Set<WriteEvent>> touched = new LinkedHashMap<>();
        Set<WriteEvent> everything = EnumSet.noneOf(WriteEvent.class);
        for (WriteEvent event : WriteEvent.ROWS) {
            Reach reach = reach(table, event);
            if (reach.everything() != null) everything.add(event);
            reach.tags().forEach((tag, way) -> {
                if (!way.isEmpty())
                    touched.computeIfAbsent(tag + "\n" + way, t -> EnumSet.noneOf(WriteEvent.class))
                            .add(event);
            });
        }
        if (touched.isEmpty() && everything.isEmpty()) return;
        page.element("h4", isView(table) ? "A write through it touches" : "A write of it also touches");
        page.open("ul", "class", "lines");
        if (!everything.isEmpty() && model.gaps().isEmpty())
            page.open("li", "class", "bad")
                    .text("everything, by " + events(everything) + ", ")
                    .element("a", "since code of unknown effect runs", "href", "#everything")
                    .close();
        touched.forEach((key, events) -> {
            int end = key.indexOf('\n');
            page.open("li");
            name(TableName.of(key.substring(0, end)));
            page.text(", by " + events(events) + " ");
            page.element("i", "(" + key.substring(end + 1) + ")", "class", "via")
                    .close();
        });
        page.close();
    }

    private void facts(TableModel table) {
        List<Runnable> facts = new ArrayList<>();
        for (TableName parent : table.parents())
            facts.add(() -> {
                page.text("partition or child of ");
                name(parent);
            });
        for (TableModel.Trait trait : table.traits()) facts.add(() -> page.text(trait.why()));
        for (ForeignKeyModel key : table.foreignKeys())
            facts.add(() -> {
                page.element("code", String.join(", ", key.columns())).text(" refers to ");
                name(key.references());
                page.element("span", actions(key), "class", "soft");
            });
        if (!table.writing().equals(Behavior.NONE))
            facts.add(() ->
                    page.text("defaults and checks: ").text(table.writing().toString()));
        for (TriggerModel trigger : table.triggers())
            facts.add(() -> page.text("trigger ")
                    .element("code", trigger.name())
                    .text(", " + words(trigger.timing()) + " " + events(trigger.events()) + ": ")
                    .element(
                            "span",
                            trigger.action().toString(),
                            "class",
                            trigger.action().isKnown() ? "" : "bad"));
        if (facts.isEmpty()) return;
        page.element("h4", "In the schema").open("ul", "class", "lines");
        for (Runnable fact : facts) {
            page.open("li");
            fact.run();
            page.close();
        }
        page.close();
    }

    private static String actions(ForeignKeyModel key) {
        String delete = key.onDelete() == ForeignKeyModel.Action.RESTRICT ? "" : " on delete " + words(key.onDelete());
        String update = key.onUpdate() == ForeignKeyModel.Action.RESTRICT ? "" : " on update " + words(key.onUpdate());
        return delete + update;
    }

    private boolean hasTriggers() {
        return model.tables().stream().anyMatch(table -> !table.triggers().isEmpty());
    }

    private void triggers() {
        if (!hasTriggers()) return;
        page.element("h2", "Triggers and rules", "id", "triggers");
        table("of", "trigger", "runs", "verdict");
        for (TableModel relation : model.tables())
            for (TriggerModel trigger : relation.triggers()) {
                page.open("tr").open("td", "class", "who");
                name(relation.name());
                page.close().open("td").element("code", trigger.name()).close();
                page.element("td", words(trigger.timing()) + " " + events(trigger.events()), "class", "when");
                String own = trigger.ownColumns().isEmpty() ? "" : "; changes its own row: " + trigger.ownColumns();
                page.element(
                                "td",
                                trigger.action() + own,
                                "class",
                                trigger.action().isKnown() ? "" : "bad")
                        .close();
            }
        endTable();
    }

    private void routines() {
        if (model.routines().isEmpty()) return;
        page.element("h2", "Routines", "id", "routines");
        table("routine", "kind", "verdict");
        Collection<String> seen = new TreeSet<>();
        for (RoutineModel routine : model.routines()) {
            boolean first = seen.add(routine.name());
            page.open("tr").open("td");
            page.element(
                    "code",
                    routine.name() + "(" + routine.signature() + ")",
                    first ? new String[] {"id", Markup.anchor("routine", routine.name())} : new String[0]);
            page.close().element("td", words(routine.kind()), "class", "when");
            page.element(
                            "td",
                            routine.behavior().toString(),
                            "class",
                            routine.behavior().isKnown() ? "" : "bad")
                    .close();
        }
        endTable();
    }

    private Reach reach(TableModel table, WriteEvent event) {
        return dependencies.reach(Set.of(table.name()), Set.of(event), Set.of());
    }

    private void table(String... heads) {
        page.open("div", "class", "wide").open("table");
        if (heads.length > 0) {
            page.open("tr");
            for (String head : heads) page.element("th", head);
            page.close();
        }
    }

    private void endTable() {
        page.close().close();
    }

    /** A relation's name, and a way to it if it is on the page. */
    private void name(TableName relation) {
        boolean exact = model.tables().stream().anyMatch(table -> table.name().equals(relation));
        String anchor = exact ? Markup.anchor("relation", relation.toString()) : anchors.get(relation.name());
        if (anchor == null) page.element("span", relation.name(), "class", "name");
        else link(relation.name(), anchor);
    }

    private void link(String text, String anchor) {
        page.element("a", text, "class", "name", "href", "#" + anchor);
    }

    private static String anchor(TableModel table) {
        return Markup.anchor("relation", table.name().toString());
    }

    private static boolean isView(TableModel table) {
        return table.kind() == TableModel.Kind.VIEW || table.kind() == TableModel.Kind.MATERIALIZED_VIEW;
    }

    private static String events(Collection<WriteEvent> events) {
        return events.stream().map(Enum::name).collect(Collectors.joining(", "));
    }

    private static String words(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static String counted(long count, String what) {
        return count + " " + what + (count == 1 ? "" : "s");
    }

    private static String resource(String name) {
        try (InputStream in = ReportPage.class.getResourceAsStream(name)) {
            if (in == null) throw new IllegalStateException("not in the plugin's jar: " + name);
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
