package dev.jooqcache.codegen;

import dev.jooqcache.model.Behavior;
import dev.jooqcache.model.CacheModel;
import dev.jooqcache.model.RoutineModel;
import dev.jooqcache.model.TableModel;
import dev.jooqcache.model.TableName;
import dev.jooqcache.model.TriggerModel;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jooq.meta.Database;
import org.jooq.meta.RoutineDefinition;
import org.jooq.tools.JooqLogger;

/** Tells what in a model is not known, and what to declare about it. */
final class UnknownEffects {

    private static final JooqLogger LOG = JooqLogger.getLogger(UnknownEffects.class);

    private final Set<String> found = new LinkedHashSet<>();
    private final Set<String> triggers = new LinkedHashSet<>();
    private final Set<String> routines = new LinkedHashSet<>();
    private boolean gaps;

    UnknownEffects(CacheModel model, Set<String> used) {
        for (TableModel table : model.tables())
            for (TriggerModel trigger : table.triggers()) {
                String why = trigger.action().unknown();
                if (why == null) continue;
                found.add("trigger " + trigger.name() + " on " + table.name() + ": " + why);
                triggers.add(table.name().toString());
            }
        for (RoutineModel routine : model.routines()) {
            String why = routine.behavior().unknown();
            if (why == null || !used.contains(routine.name())) continue;
            found.add(TableName.fold(routine.kind().name()) + " " + routine.name() + ": " + why);
            routines.add(routine.name());
        }
        for (String gap : model.gaps()) {
            found.add(gap);
            gaps = true;
        }
    }

    /**
     * The routines that can be reached: those that jOOQ generates, that the scripts make, and that the schema's own code
     * calls. Of the hundreds of an extension the others do not matter.
     */
    static Set<String> used(Database database, CacheModel model) {
        Set<String> used = new TreeSet<>();
        database.getSchemata().forEach(schema -> {
            for (RoutineDefinition routine : database.getRoutines(schema)) used.add(TableName.fold(routine.getName()));
        });
        for (RoutineModel routine : model.routines()) if (routine.schema().isEmpty()) used.add(routine.name());
        Stream.concat(
                        model.tables().stream()
                                .flatMap(table -> Stream.concat(
                                        Stream.of(table.reading(), table.writing()),
                                        table.triggers().stream().map(TriggerModel::action))),
                        model.routines().stream().map(RoutineModel::behavior))
                .map(Behavior::calls)
                .forEach(used::addAll);
        return used;
    }

    /** Fails, warns, or does nothing. */
    void report(CacheSettings.OnUnknown onUnknown) {
        if (found.isEmpty()) return;
        switch (onUnknown) {
            case FAIL ->
                throw new CacheConfigurationException(message(
                        "The effects of this cannot be known, so that results over what it writes could be stale"));
            case WARN ->
                LOG.warn(message("The effects of this cannot be known; writes that run it will invalidate everything"));
            case IGNORE -> {}
        }
    }

    private String message(String head) {
        StringBuilder text = new StringBuilder(head).append(":\n");
        for (String one : found) text.append("  - ").append(one).append('\n');
        text.append(
                "Declare what it does, with tables in place of the dots (nothing in <writes/> if it writes none):\n\n");
        text.append("<cache>\n");
        if (!triggers.isEmpty()) {
            text.append("  <triggers>\n");
            for (String table : triggers)
                text.append("    <trigger><table>")
                        .append(table)
                        .append("</table><writes><table>...</table></writes></trigger>\n");
            text.append("  </triggers>\n");
        }
        if (!routines.isEmpty()) {
            text.append("  <routines>\n");
            for (String routine : routines)
                text.append("    <routine><name>")
                        .append(routine)
                        .append(
                                "</name><reads><table>...</table></reads><writes><table>...</table></writes></routine>\n");
            text.append("  </routines>\n");
        }
        if (gaps)
            text.append(
                    "  <statements>\n    <!-- a regular expression for statements that make no trigger, rule, policy or"
                            + " partition -->\n    <harmless>...</harmless>\n  </statements>\n");
        text.append("</cache>\n\n")
                .append("Or set <onUnknown>WARN</onUnknown> in <cache>: then every write that can run it invalidates"
                        + " everything.");
        return text.toString();
    }
}
