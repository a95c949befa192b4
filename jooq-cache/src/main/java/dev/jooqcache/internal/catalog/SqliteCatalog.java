package dev.jooqcache.internal.catalog;

import dev.jooqcache.internal.analysis.SchemaCode;
import dev.jooqcache.internal.sql.RoutineLanguage;
import dev.jooqcache.model.Behavior;
import dev.jooqcache.model.ColumnModel.Generation;
import dev.jooqcache.model.KeyModel;
import dev.jooqcache.model.RoutineModel;
import dev.jooqcache.model.TableModel;
import dev.jooqcache.model.TableName;
import dev.jooqcache.model.TriggerModel;
import dev.jooqcache.model.WriteEvent;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jooq.DSLContext;
import org.jooq.Record;

/** SQLite's {@code sqlite_schema} and pragmas. */
public final class SqliteCatalog extends Catalog {

    private static final Pattern VIEW = Pattern.compile("(?is)create\\s.*?\\bas\\b(?<query>.*)");
    private static final Pattern TRIGGER =
            Pattern.compile("(?is)(?<head>create\\s.*?)\\bbegin\\b(?<body>.*)\\bend\\s*");
    private static final Pattern EVENT = Pattern.compile("(?is)\\b(?<event>insert|update|delete)\\b.*?\\bon\\b");
    private static final Pattern TIMING = Pattern.compile("(?is)\\b(?<timing>before|after|instead\\s+of)\\b");

    private static final String KEYS = """
            select '', m.name, i.name, case i.origin when 'pk' then 'PRIMARY KEY' else 'UNIQUE' end, c.name
            from sqlite_schema m, pragma_index_list(m.name) i, pragma_index_info(i.name) c
            where m.type = 'table' and i."unique"
            order by m.name, i.name, c.seqno""";

    private static final String FOREIGN_KEYS = """
            select '', m.name, 'fk_' || m.name || '_' || f.id, f."from", '', f."table", coalesce(f."to", ''),
              f.on_delete, f.on_update
            from sqlite_schema m, pragma_foreign_key_list(m.name) f
            where m.type = 'table'
            order by m.name, f.id, f.seq""";

    public SqliteCatalog(DSLContext dsl) {
        super(dsl);
    }

    @Override
    void relations() {
        each(
                "select '', name, type from pragma_table_list where schema = 'main' and name not like 'sqlite\\_%' escape '\\'",
                row -> relation(name(row), kind(text(row, 2))));
        each(
                "select '', name from sqlite_temp_schema where type in ('table', 'view')",
                row -> relation(TableName.of("temp", text(row, 1)), TableModel.Kind.TEMPORARY));
    }

    /** The rows of a virtual table are made by a module, and others hold them. */
    private static TableModel.Kind kind(String type) {
        return switch (type) {
            case "table" -> TableModel.Kind.TABLE;
            case "view" -> TableModel.Kind.VIEW;
            default -> TableModel.Kind.OTHER;
        };
    }

    /** Functions of applications and extensions, on this connection; perhaps in place of SQLite's own. */
    @Override
    void routineNames() {
        each("select '', name from pragma_function_list where builtin = 0", row -> foreign(text(row, 1)));
    }

    private void foreign(String name) {
        routineName(name);
        routine(new RoutineModel(
                "", name, RoutineModel.Kind.FUNCTION, "", Behavior.unknown("it is not SQLite's own function")));
    }

    @Override
    void facts() {
        each(
                "select '', m.name, c.name, c.type, c.hidden from sqlite_schema m, pragma_table_xinfo(m.name) c"
                        + " where m.type in ('table', 'view') order by m.name, c.cid",
                row -> with(name(row), table -> table.column(text(row, 2), text(row, 3), generation(text(row, 4)))));
        keys(KEYS);
        // A row id under a name of its own has no index.
        each(
                "select '', m.name, c.name from sqlite_schema m, pragma_table_info(m.name) c"
                        + " where m.type = 'table' and c.pk = 1 and not exists"
                        + " (select 1 from pragma_index_list(m.name) i where i.origin = 'pk')",
                row -> with(name(row), table -> table.key("primary key", KeyModel.Kind.PRIMARY, text(row, 2))));
        foreignKeys(FOREIGN_KEYS);
        each(
                "select '', name, sql from sqlite_schema where type = 'view'",
                row -> with(name(row), view -> view.reading(definition(text(row, 2)))));
        each(
                "select '', tbl_name, name, sql from sqlite_schema where type = 'trigger'",
                row -> with(name(row), table -> table.trigger(trigger(row))));
        if (!dsl.fetch("select 1 from pragma_database_list where name not in ('main', 'temp')")
                .isEmpty()) gap("other databases are attached, whose triggers are not known");
    }

    private static Generation generation(String hidden) {
        return switch (hidden) {
            case "2" -> Generation.VIRTUAL;
            case "3" -> Generation.STORED;
            default -> Generation.NONE;
        };
    }

    private Behavior definition(String statement) {
        Matcher view = VIEW.matcher(statement);
        return view.matches()
                ? code().query(String.valueOf(view.group("query")))
                : Behavior.unknown("its definition is not understood");
    }

    private TriggerModel trigger(Record row) {
        Matcher trigger = TRIGGER.matcher(text(row, 3));
        if (!trigger.matches()) return trigger(row, Behavior.unknown("its text is not understood"), "");
        String head = String.valueOf(trigger.group("head"));
        SchemaCode.Body body = code().body(String.valueOf(trigger.group("body")), RoutineLanguage.SQL);
        int when = head.toLowerCase(Locale.ROOT).lastIndexOf(" when ");
        Behavior condition = when < 0 ? Behavior.NONE : code().expression(head.substring(when + 6));
        return trigger(row, body.behavior().and(condition), head);
    }

    private static TriggerModel trigger(Record row, Behavior action, String head) {
        Matcher event = EVENT.matcher(head);
        Matcher timing = TIMING.matcher(head);
        return new TriggerModel(
                text(row, 2),
                timing.find()
                        ? timing(String.valueOf(timing.group("timing")).replaceAll("\\s+", " "))
                        : TriggerModel.Timing.BEFORE,
                event.find() ? events(String.valueOf(event.group("event")).toUpperCase(Locale.ROOT)) : WriteEvent.ALL,
                action,
                new java.util.TreeSet<>());
    }
}
