package dev.jooqcache.internal.catalog;

import static dev.jooqcache.model.TableModel.Kind.FOREIGN;
import static dev.jooqcache.model.TableModel.Kind.MATERIALIZED_VIEW;
import static dev.jooqcache.model.TableModel.Kind.OTHER;
import static dev.jooqcache.model.TableModel.Kind.SYNONYM;
import static dev.jooqcache.model.TableModel.Kind.TABLE;
import static dev.jooqcache.model.TableModel.Kind.TEMPORARY;
import static dev.jooqcache.model.TableModel.Kind.VIEW;

import dev.jooqcache.internal.sql.FactNames;
import dev.jooqcache.model.Behavior;
import dev.jooqcache.model.ColumnModel.Generation;
import dev.jooqcache.model.RoutineModel;
import dev.jooqcache.model.TableModel;
import dev.jooqcache.model.TableName;
import dev.jooqcache.model.TriggerModel;
import dev.jooqcache.model.WriteEvent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.exception.DataAccessException;

/**
 * H2's {@code information_schema}. Its triggers and functions are written in Java, so their effects are unknown.
 *
 * <p>The questions are in capitals: where H2 leaves unquoted names as they are, those of its catalog are in capitals.
 */
public final class H2Catalog extends Catalog {

    private static final String RELATIONS = """
            SELECT TABLE_SCHEMA, TABLE_NAME, TABLE_TYPE, STORAGE_TYPE, TABLE_CLASS
            FROM INFORMATION_SCHEMA.TABLES
            WHERE UPPER(TABLE_SCHEMA) <> 'INFORMATION_SCHEMA'
            UNION ALL
            SELECT SYNONYM_SCHEMA, SYNONYM_NAME, 'SYNONYM', '', '' FROM INFORMATION_SCHEMA.SYNONYMS""";

    private static final String COLUMNS = """
            SELECT TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME, DATA_TYPE, IS_IDENTITY, IS_GENERATED,
              COLUMN_ON_UPDATE, DOMAIN_SCHEMA, DOMAIN_NAME
            FROM INFORMATION_SCHEMA.COLUMNS C
            WHERE UPPER(TABLE_SCHEMA) <> 'INFORMATION_SCHEMA'
            ORDER BY TABLE_SCHEMA, TABLE_NAME, ORDINAL_POSITION""";

    /** What is computed when a row is written: defaults, generated columns and checks, without those of domains. */
    private static final String EXPRESSIONS = """
            SELECT TABLE_SCHEMA, TABLE_NAME, COLUMN_DEFAULT FROM INFORMATION_SCHEMA.COLUMNS
            UNION ALL
            SELECT TABLE_SCHEMA, TABLE_NAME, COLUMN_ON_UPDATE FROM INFORMATION_SCHEMA.COLUMNS
            UNION ALL
            SELECT TABLE_SCHEMA, TABLE_NAME, GENERATION_EXPRESSION FROM INFORMATION_SCHEMA.COLUMNS
            UNION ALL
            SELECT T.TABLE_SCHEMA, T.TABLE_NAME, K.CHECK_CLAUSE
            FROM INFORMATION_SCHEMA.CHECK_CONSTRAINTS K
            JOIN INFORMATION_SCHEMA.TABLE_CONSTRAINTS T
              ON T.CONSTRAINT_SCHEMA = K.CONSTRAINT_SCHEMA AND T.CONSTRAINT_NAME = K.CONSTRAINT_NAME""";

    private static final String DOMAINS = """
            SELECT DOMAIN_SCHEMA, DOMAIN_NAME, DOMAIN_ON_UPDATE, DOMAIN_DEFAULT, PARENT_DOMAIN_SCHEMA, PARENT_DOMAIN_NAME
            FROM INFORMATION_SCHEMA.DOMAINS""";

    private static final String DOMAIN_CHECKS = """
            SELECT D.DOMAIN_SCHEMA, D.DOMAIN_NAME, K.CHECK_CLAUSE
            FROM INFORMATION_SCHEMA.CHECK_CONSTRAINTS K
            JOIN INFORMATION_SCHEMA.DOMAIN_CONSTRAINTS D
              ON D.CONSTRAINT_SCHEMA = K.CONSTRAINT_SCHEMA AND D.CONSTRAINT_NAME = K.CONSTRAINT_NAME""";

    private static final String KEYS = """
            SELECT T.TABLE_SCHEMA, T.TABLE_NAME, T.CONSTRAINT_NAME, T.CONSTRAINT_TYPE, U.COLUMN_NAME
            FROM INFORMATION_SCHEMA.TABLE_CONSTRAINTS T
            JOIN INFORMATION_SCHEMA.KEY_COLUMN_USAGE U
              ON U.CONSTRAINT_SCHEMA = T.CONSTRAINT_SCHEMA AND U.CONSTRAINT_NAME = T.CONSTRAINT_NAME
            WHERE T.CONSTRAINT_TYPE IN ('PRIMARY KEY', 'UNIQUE')
            ORDER BY T.CONSTRAINT_SCHEMA, T.CONSTRAINT_NAME, U.ORDINAL_POSITION""";

    private static final String FOREIGN_KEYS = """
            SELECT U.TABLE_SCHEMA, U.TABLE_NAME, R.CONSTRAINT_NAME, U.COLUMN_NAME,
              P.TABLE_SCHEMA, P.TABLE_NAME, P.COLUMN_NAME, R.DELETE_RULE, R.UPDATE_RULE
            FROM INFORMATION_SCHEMA.REFERENTIAL_CONSTRAINTS R
            JOIN INFORMATION_SCHEMA.KEY_COLUMN_USAGE U
              ON U.CONSTRAINT_SCHEMA = R.CONSTRAINT_SCHEMA AND U.CONSTRAINT_NAME = R.CONSTRAINT_NAME
            JOIN INFORMATION_SCHEMA.KEY_COLUMN_USAGE P
              ON P.CONSTRAINT_SCHEMA = R.UNIQUE_CONSTRAINT_SCHEMA
              AND P.CONSTRAINT_NAME = R.UNIQUE_CONSTRAINT_NAME
              AND P.ORDINAL_POSITION = U.POSITION_IN_UNIQUE_CONSTRAINT
            ORDER BY R.CONSTRAINT_SCHEMA, R.CONSTRAINT_NAME, U.ORDINAL_POSITION""";

    private static final String TRIGGERS = """
            SELECT EVENT_OBJECT_SCHEMA, EVENT_OBJECT_TABLE, TRIGGER_NAME, ACTION_TIMING, EVENT_MANIPULATION, JAVA_CLASS
            FROM INFORMATION_SCHEMA.TRIGGERS
            ORDER BY TRIGGER_SCHEMA, TRIGGER_NAME""";

    private static final String ROUTINES = """
            SELECT ROUTINE_SCHEMA, ROUTINE_NAME, ROUTINE_TYPE, SPECIFIC_NAME, IS_DETERMINISTIC, EXTERNAL_NAME
            FROM INFORMATION_SCHEMA.ROUTINES""";

    private final Map<TableName, Domain> domains = new LinkedHashMap<>();

    public H2Catalog(DSLContext dsl) {
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
        each("SELECT ROUTINE_NAME FROM INFORMATION_SCHEMA.ROUTINES", row -> routineName(text(row, 0)));
        each(DOMAINS, row -> {
            Domain domain = domains.computeIfAbsent(name(row), name -> new Domain());
            if (!text(row, 5).isEmpty()) domain.parents.add(TableName.of(text(row, 4), text(row, 5)));
            domain.movesOnUpdate |= !text(row, 2).isEmpty();
            for (int i = 2; i < 4; i++) if (!text(row, i).isEmpty()) domain.expressions.add(text(row, i));
            routineName(FactNames.checkOf(text(row, 1)));
        });
        each(DOMAIN_CHECKS, row -> {
            Domain domain = domains.get(name(row));
            if (domain != null) domain.checks.add(text(row, 2));
        });
    }

    /** A domain, or several whose names differ in case only, and the domains that it is made of. */
    private static final class Domain {
        final Set<TableName> parents = new HashSet<>();
        final List<String> expressions = new ArrayList<>();
        final List<String> checks = new ArrayList<>();
        boolean movesOnUpdate;
    }

    /** A domain, and those that it is made of. */
    private Collection<Domain> chain(TableName name) {
        Map<TableName, Domain> chain = new LinkedHashMap<>();
        chain(name, chain);
        return chain.values();
    }

    private void chain(TableName name, Map<TableName, Domain> chain) {
        Domain domain = domains.get(name);
        if (domain == null || chain.put(name, domain) != null) return;
        for (TableName parent : domain.parents) chain(parent, chain);
    }

    /** What is run when a value is made one of a domain. */
    private Behavior checks(TableName name) {
        Behavior all = Behavior.NONE;
        for (Domain domain : chain(name)) for (String check : domain.checks) all = all.and(code().expression(check));
        return all;
    }

    private void column(TableModel.Builder table, Record row) {
        TableName type = TableName.of(text(row, 7), text(row, 8));
        Collection<Domain> chain = chain(type);
        boolean moves = chain.stream().anyMatch(domain -> domain.movesOnUpdate);
        table.column(text(row, 2), text(row, 3), generation(row, moves));
        for (Domain domain : chain)
            for (String expression : domain.expressions) table.writing(code().expression(expression));
        table.writing(checks(type));
    }

    @Override
    void facts() {
        columns();
        keys(KEYS);
        foreignKeys(FOREIGN_KEYS);
        grouped(TRIGGERS, this::trigger);
        each(ROUTINES, this::routine);
        for (TableName domain : domains.keySet())
            routine(new RoutineModel(
                    domain.schema(), FactNames.checkOf(domain.name()), RoutineModel.Kind.FUNCTION, "", checks(domain)));
        each(
                "SELECT TABLE_SCHEMA, TABLE_NAME, VIEW_DEFINITION FROM INFORMATION_SCHEMA.VIEWS"
                        + " WHERE UPPER(TABLE_SCHEMA) <> 'INFORMATION_SCHEMA'",
                row -> with(
                        name(row),
                        view -> view.reading(definition(text(row, 2))).definition(text(row, 2))));
    }

    /** H2 2.4 fails to list columns once there is a materialized view. */
    private void columns() {
        try {
            each(COLUMNS, row -> with(name(row), table -> column(table, row)));
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

    private static Generation generation(Record row, boolean domainMoves) {
        if (text(row, 4).equals("YES")) return Generation.IDENTITY;
        if (text(row, 5).equals("ALWAYS")) return Generation.STORED;
        return text(row, 6).isEmpty() && !domainMoves ? Generation.NONE : Generation.ON_UPDATE;
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
