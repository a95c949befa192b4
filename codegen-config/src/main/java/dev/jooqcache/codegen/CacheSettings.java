package dev.jooqcache.codegen;

import dev.jooqcache.CacheMode;
import dev.jooqcache.model.Behavior;
import dev.jooqcache.model.CacheModel;
import dev.jooqcache.model.RoutineModel;
import dev.jooqcache.model.TableModel;
import dev.jooqcache.model.TableName;
import dev.jooqcache.model.Target;
import dev.jooqcache.model.TriggerModel;
import dev.jooqcache.model.WriteEvent;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The {@code <cache>} element: what is to be cached, and what nobody can find out but a person.
 *
 * @param mode which queries are candidates, or {@code null} for the cache's setting
 * @param onUnknown what is done about code whose effects cannot be known
 * @param rules the rules for tables
 * @param excludes a regular expression of tables that are never cached, or {@code null} for none
 * @param views what views read
 * @param triggers what the triggers of tables write
 * @param routines what routines read and write
 * @param harmless regular expressions of statements in scripts that make nothing the cache has to know
 */
record CacheSettings(
        @Nullable CacheMode mode,
        OnUnknown onUnknown,
        List<Rule> rules,
        @Nullable String excludes,
        List<Declared> views,
        List<Declared> triggers,
        List<Declared> routines,
        List<Pattern> harmless) {

    /** No element at all. */
    static final CacheSettings DEFAULTS =
            new CacheSettings(null, OnUnknown.FAIL, List.of(), null, List.of(), List.of(), List.of(), List.of());

    /** What is done about code whose effects cannot be known. */
    enum OnUnknown {
        /** The build fails. */
        FAIL,
        /** The build warns, and writes touch everything at run time. */
        WARN,
        /** Writes touch everything at run time. */
        IGNORE
    }

    /** A rule for the tables whose names match; its keys are an expression of names of columns. */
    record Rule(
            String includes,
            @Nullable String excludes,
            @Nullable Duration expireAfterWrite,
            @Nullable Integer maximumRows,
            @Nullable String keys) {}

    /** What is said of one view, of the triggers of one table, or of one routine. */
    record Declared(String name, List<String> reads, List<String> writes) {}

    /** The declarations as a model, which fills in what the schema's own does not know. */
    CacheModel declarations() {
        CacheModel.Builder model = CacheModel.builder();
        for (Declared view : views)
            model.table(TableModel.of(name(view.name()), TableModel.Kind.OTHER)
                    .reading(Behavior.reading(names(view.reads())))
                    .build());
        for (Declared trigger : triggers)
            model.table(TableModel.of(name(trigger.name()), TableModel.Kind.OTHER)
                    .trigger(new TriggerModel(
                            TriggerModel.DECLARED,
                            TriggerModel.Timing.BEFORE,
                            WriteEvent.ALL,
                            behavior(trigger),
                            new TreeSet<>(Set.of(TriggerModel.ANY_COLUMN))))
                    .build());
        for (Declared routine : routines) {
            TableName name = name(routine.name());
            model.routine(
                    new RoutineModel(name.schema(), name.name(), RoutineModel.Kind.FUNCTION, "", behavior(routine)));
        }
        return model.build();
    }

    private static Behavior behavior(Declared declared) {
        Behavior reading = Behavior.reading(names(declared.reads()));
        if (declared.writes().isEmpty()) return reading;
        return reading.and(Behavior.writing(
                names(declared.writes()).stream().map(Target::any).toList()));
    }

    private static List<TableName> names(List<String> names) {
        return names.stream().map(CacheSettings::name).toList();
    }

    static TableName name(String name) {
        int dot = name.lastIndexOf('.');
        String schema = dot < 0 ? "" : name.substring(name.lastIndexOf('.', dot - 1) + 1, dot);
        return TableName.of(schema, name.substring(dot + 1));
    }
}
