package dev.jooqcache.inspect;

import static dev.jooqcache.model.TableModel.Kind.FOREIGN;
import static dev.jooqcache.model.TableModel.Kind.MATERIALIZED_VIEW;
import static dev.jooqcache.model.TableModel.Kind.OTHER;
import static dev.jooqcache.model.TableModel.Kind.SYNONYM;
import static dev.jooqcache.model.TableModel.Kind.TABLE;
import static dev.jooqcache.model.TableModel.Kind.TEMPORARY;
import static dev.jooqcache.model.TableModel.Kind.VIEW;

import dev.jooqcache.model.Behavior;
import dev.jooqcache.model.ColumnModel.Generation;
import dev.jooqcache.model.RoutineModel;
import dev.jooqcache.model.TableModel;
import dev.jooqcache.model.TableName;
import dev.jooqcache.model.TriggerModel;
import dev.jooqcache.model.WriteEvent;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.exception.DataAccessException;

/** H2's {@code information_schema}. Its triggers and functions are written in Java, so their effects are unknown. */
final class H2Catalog extends Catalog {

    private static final String RELATIONS = """
            select table_schema, table_name, table_type, storage_type, table_class
            from information_schema.tables
            where upper(table_schema) <> 'INFORMATION_SCHEMA'
            union all
            select synonym_schema, synonym_name, 'SYNONYM', '', '' from information_schema.synonyms""";

    private static final String COLUMNS = """
            select table_schema, table_name, column_name, data_type, is_identity, is_generated,
              coalesce(column_on_update, (
                select d.domain_on_update from information_schema.domains d
                where d.domain_schema = c.domain_schema and d.domain_name = c.domain_name))
            from information_schema.columns c
            where upper(table_schema) <> 'INFORMATION_SCHEMA'
            order by table_schema, table_name, ordinal_position""";

    /** What is computed when a row is written: defaults, generated columns and checks, of columns and their domains. */
    private static final String EXPRESSIONS = """
            select table_schema, table_name, column_default from information_schema.columns
            union all
            select table_schema, table_name, column_on_update from information_schema.columns
            union all
            select table_schema, table_name, generation_expression from information_schema.columns
            union all
            select t.table_schema, t.table_name, k.check_clause
            from information_schema.check_constraints k
            join information_schema.table_constraints t
              on t.constraint_schema = k.constraint_schema and t.constraint_name = k.constraint_name
            union all
            select c.table_schema, c.table_name, k.check_clause
            from information_schema.check_constraints k
            join information_schema.domain_constraints d
              on d.constraint_schema = k.constraint_schema and d.constraint_name = k.constraint_name
            join information_schema.columns c
              on c.domain_schema = d.domain_schema and c.domain_name = d.domain_name
            union all
            select c.table_schema, c.table_name, d.domain_default
            from information_schema.domains d
            join information_schema.columns c
              on c.domain_schema = d.domain_schema and c.domain_name = d.domain_name""";

    private static final String KEYS = """
            select t.table_schema, t.table_name, t.constraint_name, t.constraint_type, u.column_name
            from information_schema.table_constraints t
            join information_schema.key_column_usage u
              on u.constraint_schema = t.constraint_schema and u.constraint_name = t.constraint_name
            where t.constraint_type in ('PRIMARY KEY', 'UNIQUE')
            order by t.constraint_schema, t.constraint_name, u.ordinal_position""";

    private static final String FOREIGN_KEYS = """
            select u.table_schema, u.table_name, r.constraint_name, u.column_name,
              p.table_schema, p.table_name, p.column_name, r.delete_rule, r.update_rule
            from information_schema.referential_constraints r
            join information_schema.key_column_usage u
              on u.constraint_schema = r.constraint_schema and u.constraint_name = r.constraint_name
            join information_schema.key_column_usage p
              on p.constraint_schema = r.unique_constraint_schema
              and p.constraint_name = r.unique_constraint_name
              and p.ordinal_position = u.position_in_unique_constraint
            order by r.constraint_schema, r.constraint_name, u.ordinal_position""";

    private static final String TRIGGERS = """
            select event_object_schema, event_object_table, trigger_name, action_timing, event_manipulation, java_class
            from information_schema.triggers
            order by trigger_schema, trigger_name""";

    private static final String ROUTINES = """
            select routine_schema, routine_name, routine_type, specific_name, is_deterministic, external_name
            from information_schema.routines""";

    H2Catalog(DSLContext dsl) {
        super(dsl);
    }

    @Override
    void relations() {
        each(RELATIONS, row -> relation(name(row), kind(row)));
    }

    /** Of a temporary linked table, only its class tells that it is linked. */
    private static TableModel.Kind kind(Record row) {
        return text(row, 4).endsWith(".TableLink") ? FOREIGN : kind(text(row, 2), text(row, 3));
    }

    private static TableModel.Kind kind(String type, String storage) {
        return switch (type) {
            case "BASE TABLE" -> storage.contains("LINK") || storage.contains("EXTERNAL") ? FOREIGN : TABLE;
            case "VIEW" -> VIEW;
            case "MATERIALIZED VIEW" -> MATERIALIZED_VIEW;
            case "SYNONYM" -> SYNONYM;
            default -> type.contains("TEMPORARY") ? TEMPORARY : type.contains("LINK") ? FOREIGN : OTHER;
        };
    }

    @Override
    void routineNames() {
        each("select routine_name from information_schema.routines", row -> routineName(text(row, 0)));
    }

    @Override
    void facts() {
        columns();
        keys(KEYS);
        foreignKeys(FOREIGN_KEYS);
        grouped(TRIGGERS, this::trigger);
        each(ROUTINES, this::routine);
        each(
                "select table_schema, table_name, view_definition from information_schema.views"
                        + " where upper(table_schema) <> 'INFORMATION_SCHEMA'",
                row -> with(
                        name(row),
                        view -> view.reading(definition(text(row, 2))).definition(text(row, 2))));
    }

    /** H2 2.4 fails to list columns once there is a materialized view. */
    private void columns() {
        try {
            each(COLUMNS, row -> with(name(row), table -> table.column(text(row, 2), text(row, 3), generation(row))));
            each(EXPRESSIONS, row -> {
                if (!text(row, 2).isEmpty()) with(name(row), table -> table.writing(code().expression(text(row, 2))));
            });
        } catch (DataAccessException e) {
            gap("H2 cannot list the columns, so defaults and checks are not known: " + e.getMessage());
        }
    }

    private Behavior definition(String query) {
        return query.isEmpty() ? Behavior.unknown("its definition is not shown") : code().query(query);
    }

    private static Generation generation(Record row) {
        if (text(row, 4).equals("YES")) return Generation.IDENTITY;
        if (text(row, 5).equals("ALWAYS")) return Generation.STORED;
        return text(row, 6).isEmpty() ? Generation.NONE : Generation.ON_UPDATE;
    }

    private void trigger(Record first, List<Record> rows) {
        Set<WriteEvent> events = EnumSet.noneOf(WriteEvent.class);
        for (Record row : rows)
            if (text(row, 4).equals("SELECT")) with(name(row), table -> table.trait(TableModel.Trait.SELECT_TRIGGER));
            else events.addAll(events(text(row, 4)));
        if (events.isEmpty()) return;
        with(
                name(first),
                table -> table.trigger(new TriggerModel(
                        TableName.fold(text(first, 2)),
                        timing(text(first, 3)),
                        events,
                        Behavior.unknown("it is written in Java: " + text(first, 5)),
                        new TreeSet<>(Set.of(TriggerModel.ANY_COLUMN)))));
    }

    private void routine(Record row) {
        RoutineModel.Kind kind = switch (text(row, 2)) {
            case "AGGREGATE" -> RoutineModel.Kind.AGGREGATE;
            case "PROCEDURE" -> RoutineModel.Kind.PROCEDURE;
            default -> RoutineModel.Kind.FUNCTION;
        };
        // H2, too, reuses the result of a function that was declared DETERMINISTIC.
        Behavior behavior = text(row, 4).equals("YES")
                ? Behavior.NONE
                : Behavior.unknown("it is written in Java and not declared DETERMINISTIC: " + text(row, 5));
        routine(new RoutineModel(text(row, 0), text(row, 1), kind, text(row, 3), behavior));
    }
}
