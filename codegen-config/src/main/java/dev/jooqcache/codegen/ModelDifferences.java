package dev.jooqcache.codegen;

import dev.jooqcache.model.Behavior;
import dev.jooqcache.model.CacheModel;
import dev.jooqcache.model.ColumnModel;
import dev.jooqcache.model.ColumnModel.Generation;
import dev.jooqcache.model.RoutineModel;
import dev.jooqcache.model.TableModel;
import dev.jooqcache.model.TriggerModel;
import dev.jooqcache.model.WriteEvent;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** What differs between a generated model and a live database, and how a person is told. */
final class ModelDifferences {

    /** Flyway makes it where it migrates, which scripts do not. */
    private static final String FLYWAY = "flyway_schema_history";

    private ModelDifferences() {}

    static List<String> of(CacheModel generated, CacheModel live, List<Pattern> ignored) {
        return differences(folded(generated), folded(live), ignored);
    }

    /**
     * The same for a model of scripts, which knows types, defaults and computed columns as H2 has them, and of triggers and
     * routines only that they are there. So that, and the structure, is what is compared.
     */
    static List<String> ofScripts(CacheModel generated, CacheModel live, List<Pattern> ignored) {
        // A script does not tell, as the catalog does, which functions are only those of triggers.
        return differences(structure(generated), structure(live), ignored).stream()
                .filter(line -> !line.startsWith("- routine "))
                .toList();
    }

    private static List<String> differences(CacheModel generated, CacheModel live, List<Pattern> ignored) {
        return generated.differences(live).stream()
                .filter(line -> ignored.stream()
                        .noneMatch(pattern -> pattern.matcher(line).matches()))
                .toList();
    }

    private static CacheModel structure(CacheModel model) {
        CacheModel.Builder structure = CacheModel.builder();
        for (TableModel table : model.tables())
            if (!table.name().name().equals(FLYWAY)) structure.table(structure(table));
        for (RoutineModel routine : model.routines())
            structure.routine(new RoutineModel("", routine.name(), routine.kind(), "", Behavior.NONE));
        return structure.build();
    }

    private static TableModel structure(TableModel table) {
        return new TableModel(
                table.name(),
                table.kind(),
                table.columns().stream()
                        .map(column -> new ColumnModel(column.name(), "", Generation.NONE))
                        .toList(),
                table.keys(),
                table.foreignKeys(),
                table.parents(),
                table.traits(),
                table.kind() == TableModel.Kind.VIEW
                        ? Behavior.reading(table.reading().reads())
                        : Behavior.NONE,
                Behavior.NONE,
                table.triggers().stream()
                        .filter(trigger -> !trigger.name().equals(TriggerModel.DECLARED))
                        .map(trigger -> new TriggerModel(
                                trigger.name(),
                                TriggerModel.Timing.AFTER,
                                WriteEvent.ALL,
                                Behavior.NONE,
                                new TreeSet<>()))
                        .toList(),
                "");
    }

    /** Types in one spelling. */
    private static CacheModel folded(CacheModel model) {
        CacheModel.Builder folded = CacheModel.builder().version(model.version());
        model.gaps().forEach(folded::gap);
        model.routines().forEach(folded::routine);
        for (TableModel table : model.tables())
            folded.table(new TableModel(
                    table.name(),
                    table.kind(),
                    table.columns().stream()
                            .map(column -> new ColumnModel(
                                    column.name(), column.type().toLowerCase(Locale.ROOT), column.generation()))
                            .toList(),
                    table.keys(),
                    table.foreignKeys(),
                    table.parents(),
                    table.traits(),
                    table.reading(),
                    table.writing(),
                    table.triggers(),
                    table.definition()));
        return folded.build();
    }

    static String message(String model, String url, List<String> differences) {
        StringBuilder text = new StringBuilder();
        text.append(model).append(" does not describe ").append(url).append(": ");
        text.append(differences.size() == 1 ? "1 difference" : differences.size() + " differences");
        text.append("\n  - only in the model\n  + only in the database\n  ~ in the model -> in the database\n");
        for (String difference : differences) text.append("\n").append(difference);
        return text.append(
                        "\n\nGenerate the model anew if the database is right; migrate the database if the model is.")
                .toString();
    }
}
