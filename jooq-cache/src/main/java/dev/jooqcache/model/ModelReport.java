package dev.jooqcache.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Writes a model as Markdown. */
final class ModelReport {

    private final StringBuilder text = new StringBuilder();
    private final CacheModel model;
    private final Dependencies dependencies;

    private ModelReport(CacheModel model) {
        this.model = model;
        this.dependencies = Dependencies.of(model);
    }

    static String of(CacheModel model) {
        return new ModelReport(model).write();
    }

    private String write() {
        line("# What depends on what");
        line("");
        if (model.version() != null)
            line("Schema version " + model.version() + ".").append('\n');
        gaps();
        rules();
        reads();
        invalidations();
        writes();
        triggers();
        routines();
        return text.toString();
    }

    private void gaps() {
        if (model.gaps().isEmpty()) return;
        section("Not found out, so every write touches everything");
        for (String gap : model.gaps()) line("- " + gap);
        line("");
    }

    private void rules() {
        CacheRules rules = model.rules();
        if (rules.equals(CacheRules.NONE)) return;
        section("Rules");
        if (rules.mode() != null) line("- mode " + rules.mode());
        for (CacheRule rule : rules.tables()) line("- `" + rule.table() + "`: " + rule.what());
        line("");
    }

    private void reads() {
        if (model.tables().isEmpty()) return;
        section("A query over ... depends on");
        row("relation", "kind", "depends on", "cacheable");
        row("---", "---", "---", "---");
        for (TableModel table : model.tables()) {
            Lineage lineage = dependencies.lineage(Set.of(table.name()), Set.of());
            row(
                    table.name().toString(),
                    words(table.kind()),
                    ways(lineage.tags()),
                    isExcluded(lineage)
                            ? "no: excluded by a rule"
                            : lineage.reason() != null
                                    ? "no: " + words(lineage.reason()) + ": " + lineage.detail()
                                    : lineage.session().isEmpty()
                                            ? "yes"
                                            : "with a declared session scope: " + lineage.session());
        }
        line("");
    }

    private boolean isExcluded(Lineage lineage) {
        return lineage.names().stream().map(dependencies::rule).anyMatch(rule -> rule != null && rule.excluded());
    }

    private void invalidations() {
        if (model.tables().isEmpty()) return;
        section("A query over ... is invalidated by a write of ... besides its own");
        row("relation", "written", "by", "way");
        row("---", "---", "---", "---");
        dependencies.invalidations().forEach((relation, ways) -> {
            for (Invalidation way : ways)
                if (!way.isDirect())
                    row(
                            relation.toString(),
                            way.written().toString(),
                            way.events().stream().map(Enum::name).collect(Collectors.joining(", ")),
                            way.toString());
        });
        line("");
    }

    private void writes() {
        if (model.tables().isEmpty()) return;
        section("A write of ... touches");
        row("relation", "INSERT", "UPDATE", "DELETE");
        row("---", "---", "---", "---");
        for (TableModel table : model.tables())
            row(
                    table.name().toString(),
                    reach(table, WriteEvent.INSERT),
                    reach(table, WriteEvent.UPDATE),
                    reach(table, WriteEvent.DELETE));
        line("");
    }

    private String reach(TableModel table, WriteEvent event) {
        Reach reach = dependencies.reach(Set.of(table.name()), Set.of(event), Set.of());
        return reach.everything() == null ? ways(reach.tags()) : "**everything**: " + reach.everything();
    }

    private void triggers() {
        List<String> rows = new ArrayList<>();
        for (TableModel table : model.tables())
            for (TriggerModel trigger : table.triggers())
                rows.add("- `" + trigger.name() + "` on `" + table.name() + "`, " + words(trigger.timing()) + " "
                        + trigger.events().stream().map(ModelReport::words).collect(Collectors.joining("/")) + ": "
                        + trigger.action()
                        + (trigger.ownColumns().isEmpty() ? "" : "; changes its own row: " + trigger.ownColumns()));
        if (rows.isEmpty()) return;
        section("Triggers and rules");
        rows.forEach(this::line);
        line("");
    }

    private void routines() {
        if (model.routines().isEmpty()) return;
        section("Routines");
        // A library of functions, such as an extension's, takes one line for each kind of behavior.
        SortedMap<String, List<String>> byBehavior = new TreeMap<>();
        for (RoutineModel routine : model.routines())
            byBehavior
                    .computeIfAbsent(words(routine.kind()) + ": " + routine.behavior(), b -> new ArrayList<>())
                    .add("`" + routine.name() + "(" + routine.signature() + ")`");
        byBehavior.forEach((behavior, names) -> line("- " + String.join(", ", names) + ": " + behavior));
        line("");
    }

    private static String ways(Map<String, String> tags) {
        return tags.entrySet().stream()
                .map(tag -> tag.getValue().isEmpty() ? tag.getKey() : tag.getKey() + " (" + tag.getValue() + ")")
                .collect(Collectors.joining("<br>"));
    }

    private static String words(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private void section(String title) {
        line("## " + title).append('\n');
    }

    private void row(String... cells) {
        line("| " + String.join(" | ", cells).replace("\n", " ") + " |");
    }

    private StringBuilder line(String line) {
        return text.append(line).append('\n');
    }
}
