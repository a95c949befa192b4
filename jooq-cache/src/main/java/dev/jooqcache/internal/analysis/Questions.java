package dev.jooqcache.internal.analysis;

import dev.jooqcache.internal.transaction.LookBack;
import dev.jooqcache.model.Dependencies;
import dev.jooqcache.model.TableName;
import java.util.Set;
import java.util.regex.Pattern;

/** What statements of MySQL's family ask about those before them. */
final class Questions {

    private static final Pattern OUTCOME =
            Pattern.compile("(?is)\\brow_count\\b|\\bshow\\b.*\\b(warnings|errors)\\b|\\bget\\b.*\\bdiagnostics\\b"
                    + "|(@@|variable).*\\b(warning|error)_count\\b");
    private static final Pattern ROWS = Pattern.compile("(?i)\\bfound_rows\\b");

    private Questions() {}

    /** What the text itself asks, perhaps in a name or a literal. */
    static LookBack told(String sql) {
        if (OUTCOME.matcher(sql).find()) return LookBack.OUTCOME;
        return ROWS.matcher(sql).find() ? LookBack.ROWS : LookBack.NONE;
    }

    /** Returns whether it runs code that may ask: of a routine, a trigger or a view, or a text that is not understood. */
    static boolean mayAsk(Plan plan, Dependencies schema) {
        return switch (plan.kind()) {
            case CALL -> true;
            case CONTROL -> plan.control().tags().hasEverything() || calls(plan, schema);
            case READ -> calls(plan, schema) || isDenied(plan, schema);
            case WRITE -> calls(plan, schema) || plan.writes().stream().anyMatch(table -> runs(table, schema));
        };
    }

    private static boolean calls(Plan plan, Dependencies schema) {
        return !plan.calls().unknown().isEmpty()
                || plan.calls().known().stream().anyMatch(schema::hasRoutine);
    }

    /** A view that asks cannot be cached. */
    private static boolean isDenied(Plan plan, Dependencies schema) {
        return schema.lineage(plan.reads(), Set.of()).reason() != null;
    }

    private static boolean runs(TableName table, Dependencies schema) {
        return !schema.hasRelation(table.name())
                || schema.relationsNamed(table.name()).stream()
                        .anyMatch(relation -> !relation.triggers().isEmpty());
    }
}
