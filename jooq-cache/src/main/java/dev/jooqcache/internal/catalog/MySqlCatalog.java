package dev.jooqcache.internal.catalog;

import dev.jooqcache.internal.analysis.SchemaCode;
import dev.jooqcache.internal.sql.FactNames;
import dev.jooqcache.internal.sql.RoutineLanguage;
import dev.jooqcache.model.Behavior;
import dev.jooqcache.model.ColumnModel.Generation;
import dev.jooqcache.model.RoutineModel;
import dev.jooqcache.model.TableModel;
import dev.jooqcache.model.TableModel.Kind;
import dev.jooqcache.model.TableModel.Trait;
import dev.jooqcache.model.TableName;
import dev.jooqcache.model.Target;
import dev.jooqcache.model.TriggerModel;
import dev.jooqcache.model.Volatility;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.StringJoiner;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.Result;
import org.jooq.SQLDialect;

/** The {@code information_schema} of MySQL and MariaDB. */
public final class MySqlCatalog extends Catalog {

    private static final String USERS_SCHEMA =
            "table_schema not in ('information_schema', 'performance_schema', 'mysql', 'sys')";

    /** The one whose snapshot a transaction has certainly taken when it has read a row: others have snapshots of their own. */
    private static final String SNAPSHOT_ENGINE = "innodb";

    /** Engines that keep a table's rows in it. Of others they may be another table's, on this server or another. */
    private static final Set<String> LOCAL_ENGINES = Set.of(
            "innodb", "rocksdb", "tokudb", "myisam", "aria", "memory", "csv", "archive", "blackhole", "sequence");

    private static final String KEYS = """
            select t.table_schema, t.table_name, t.constraint_name, t.constraint_type, u.column_name
            from information_schema.table_constraints t
            join information_schema.key_column_usage u
              on binary u.table_schema = binary t.table_schema and binary u.table_name = binary t.table_name
              and binary u.constraint_name = binary t.constraint_name
            where t.constraint_type in ('PRIMARY KEY', 'UNIQUE') and t.""" + USERS_SCHEMA + """

            order by t.table_schema, t.table_name, t.constraint_name, u.ordinal_position""";

    private static final String FOREIGN_KEYS = """
            select u.table_schema, u.table_name, u.constraint_name, u.column_name,
              u.referenced_table_schema, u.referenced_table_name, u.referenced_column_name, r.delete_rule, r.update_rule
            from information_schema.key_column_usage u
            join information_schema.referential_constraints r
              on binary r.constraint_schema = binary u.constraint_schema and binary r.table_name = binary u.table_name
              and binary r.constraint_name = binary u.constraint_name
            where u.referenced_table_name is not null
            order by u.table_schema, u.table_name, u.constraint_name, u.ordinal_position""";

    /**
     * Schemas whose triggers are shown: a server without privilege checks lists no privileges at all. A user that may read the
     * tables of users is shown the privileges of all users.
     */
    private static final String SHOWN = """
            select '%' from information_schema.user_privileges
            where privilege_type in ('TRIGGER', 'SUPER') and GRANTED
            union all
            select '%' from dual where not exists (select 1 from information_schema.user_privileges)
            union all
            select table_schema from information_schema.schema_privileges where privilege_type = 'TRIGGER' and GRANTED""";

    /** The grantee is the user, as quoted there, and its host, which has no at sign. */
    private static final String OWN = """
            binary grantee = binary concat('''',
              left(current_user(), length(current_user()) - length(substring_index(current_user(), '@', -1)) - 1),
              '''@''', substring_index(current_user(), '@', -1), '''')""";

    /** On MariaDB a role has no host, and every user has the PUBLIC role; roles that a role has are enabled with it. */
    private static final String OWN_OR_ROLES = "(" + OWN + """
             or binary grantee = binary '''PUBLIC''@'''''
             or exists (select 1 from information_schema.enabled_roles r
              where binary grantee = binary concat('''', r.role_name, '''@''''')))""";

    private static final Pattern GRANTED_EVERYWHERE =
            Pattern.compile("GRANT (ALL PRIVILEGES|(.*, )?(TRIGGER|SUPER)(, .*)?) ON \\*\\.\\* TO .*");

    /** With these a body is not split into words as it is here. */
    private static final List<String> OTHER_LEXIS = List.of("ANSI_QUOTES", "ORACLE", "NO_BACKSLASH_ESCAPES");

    /** The default of {@code sql_select_limit}. */
    private static final String NO_LIMIT = "18446744073709551615";

    private final List<TableName> sequences = new ArrayList<>();
    private final Map<List<String>, StringJoiner> signatures = new HashMap<>();

    public MySqlCatalog(DSLContext dsl) {
        super(dsl);
    }

    @Override
    void relations() {
        each(
                "select table_schema, table_name, table_type, engine from information_schema.tables where "
                        + USERS_SCHEMA,
                this::relation);
        sequences.forEach(this::sequence);
    }

    private void relation(Record row) {
        String type = text(row, 2);
        String engine = text(row, 3).toLowerCase(Locale.ROOT);
        if (type.equals("SEQUENCE")) sequences.add(name(row));
        else if (type.endsWith("VIEW")) relation(name(row), Kind.VIEW);
        else if (type.contains("TEMPORARY")) relation(name(row), Kind.TEMPORARY);
        else if (!LOCAL_ENGINES.contains(engine)) relation(name(row), Kind.FOREIGN);
        else {
            TableModel.Builder table = relation(name(row), Kind.TABLE);
            if (!engine.equals(SNAPSHOT_ENGINE)) table.trait(Trait.NON_TRANSACTIONAL);
        }
    }

    @Override
    void routineNames() {
        each("select routine_name, routine_type, data_type from information_schema.routines", row -> {
            routineName(text(row, 0));
            if (text(row, 2).equals("time")) routineName(FactNames.timeOf(text(row, 0)));
            if (isPackage(text(row, 1))) routineName(FactNames.packageOf(text(row, 0)));
        });
    }

    @Override
    void facts() {
        triggersShown();
        if (!String.valueOf(dsl.fetchValue("select @@sql_select_limit")).equals(NO_LIMIT))
            gap("sql_select_limit leaves parts of the catalog out");
        Result<Record> columns =
                dsl.fetch("select table_schema, table_name, column_name, column_type, extra, generation_expression"
                        + " from information_schema.columns where " + USERS_SCHEMA
                        + " order by table_schema, table_name, ordinal_position");
        columns.forEach(row -> columnType(name(row), text(row, 2), text(row, 3)));
        columns.forEach(row -> with(name(row), table -> column(table, row)));
        keys(KEYS);
        foreignKeys(FOREIGN_KEYS);
        each(
                "select table_schema, table_name, view_definition from information_schema.views where " + USERS_SCHEMA,
                row -> with(
                        name(row),
                        view -> view.reading(definition(text(row, 2), text(row, 0)))
                                .definition(text(row, 2))));
        each(
                "select event_object_schema, event_object_table, trigger_name, action_timing, event_manipulation,"
                        + " action_statement, sql_mode from information_schema.triggers",
                row -> with(name(row), table -> table.trigger(trigger(row))));
        each(
                "select specific_schema, specific_name, routine_type, dtd_identifier from information_schema.parameters",
                row -> signatures
                        .computeIfAbsent(routine(text(row, 0), text(row, 1), text(row, 2)), r -> new StringJoiner(" "))
                        .add(text(row, 3)));
        each(
                "select routine_schema, routine_name, routine_type, is_deterministic, routine_definition, sql_mode, data_type"
                        + " from information_schema.routines where routine_schema not in ('mysql', 'sys')",
                this::routine);
    }

    /** Without the privilege the catalog shows no trigger, whether there is one or not. */
    private void triggersShown() {
        String granted = dialect().family() == SQLDialect.MARIADB ? OWN_OR_ROLES : OWN;
        List<String> shown =
                new ArrayList<>(dsl.fetch(SHOWN.replace("GRANTED", granted)).getValues(0, String.class));
        if (isGrantedByRole()) shown.add("%");
        Set<String> schemas = new TreeSet<>();
        for (TableName name : names()) schemas.add(name.schema());
        for (String schema : schemas)
            if (shown.stream().noneMatch(pattern -> isLike(schema, pattern)))
                gap("the user has no TRIGGER privilege on " + schema + ", so its triggers are not shown");
    }

    /** What MariaDB grants to a role everywhere stands in no table that the user may read. */
    private boolean isGrantedByRole() {
        boolean hasRole = dialect().family() == SQLDialect.MARIADB
                && dsl.fetchValue("select max(role_name) from information_schema.enabled_roles") != null;
        return hasRole
                && dsl.fetch("show grants").getValues(0, String.class).stream()
                        .anyMatch(grant -> GRANTED_EVERYWHERE.matcher(grant).matches());
    }

    /** Privileges are granted to patterns of names, as LIKE has them. */
    private static boolean isLike(String schema, String pattern) {
        StringBuilder regex = new StringBuilder();
        for (int i = 0; i < pattern.length(); i++) {
            char c = pattern.charAt(i);
            if (c == '\\' && i + 1 < pattern.length()) regex.append(Pattern.quote(pattern.substring(++i, i + 1)));
            else regex.append(c == '%' ? ".*" : c == '_' ? "." : Pattern.quote(String.valueOf(c)));
        }
        return Pattern.compile(regex.toString(), Pattern.CASE_INSENSITIVE | Pattern.DOTALL)
                .matcher(schema)
                .matches();
    }

    private SchemaCode.Body body(String text, String sqlMode, String signature, String schema) {
        for (String mode : OTHER_LEXIS)
            if (sqlMode.contains(mode))
                return new SchemaCode.Body(
                        Behavior.unknown("it was created under sql_mode " + mode),
                        new TreeSet<>(Set.of(TriggerModel.ANY_COLUMN)));
        SchemaCode.Body body = code().body(text, RoutineLanguage.PSM, signature);
        return new SchemaCode.Body(in(schema, body.behavior(), text), body.ownColumns());
    }

    private Behavior definition(String query, String schema) {
        return query.isEmpty()
                ? Behavior.unknown("its definition is not shown for want of the SHOW VIEW privilege")
                : in(schema, code().query(query), query);
    }

    /**
     * Code means the tables and routines of the schemas that it tells, or of its own. It runs with the rights of its definer, so
     * they may be hidden from the user that asks: they are not namesakes that this one is shown.
     */
    private Behavior in(String schema, Behavior code, String text) {
        SortedSet<String> calls = new TreeSet<>();
        for (String call : code.calls()) calls.add(call.contains(".") ? call : FactNames.within(schema, call));
        Behavior behavior =
                new Behavior(code.volatility(), code.reads(), code.writes(), calls, code.cause(), code.unknown());
        Set<TableName> mentioned = new TreeSet<>(code().mentioned(text));
        for (Target target : code.writes()) mentioned.add(target.table());
        for (TableName each : mentioned) {
            TableName table = TableName.of(each.schema().isEmpty() ? schema : each.schema(), each.name());
            if (table.isSystem()) behavior = behavior.and(Behavior.reading(Set.of(table)));
            else if (isHidden(table)) behavior = behavior.and(Behavior.unknown(table + " is not shown"));
        }
        return behavior;
    }

    private boolean isHidden(TableName table) {
        return !isShown(table) && isRelation(table.name());
    }

    private void column(TableModel.Builder table, Record row) {
        String extra = text(row, 4).toUpperCase(Locale.ROOT);
        Generation generation = Generation.NONE;
        if (extra.contains("AUTO_INCREMENT")) generation = Generation.IDENTITY;
        if (extra.contains("ON UPDATE")) generation = Generation.ON_UPDATE;
        if (extra.contains("STORED") || extra.contains("PERSISTENT")) generation = Generation.STORED;
        if (extra.contains("VIRTUAL")) {
            generation = Generation.VIRTUAL;
            // MariaDB lets it depend on the clock or the session. MySQL tells it with its quotes escaped.
            String text = text(row, 5).replace("\\'", "'");
            Behavior expression = code().expression(text);
            if (code().datesTimes(text, name(row))
                    || !expression.isKnown()
                    || expression.volatility().compareTo(Volatility.STABLE) > 0) table.trait(Trait.MOVING_COLUMN);
            else table.reading(expression);
        }
        table.column(text(row, 2), text(row, 3), generation);
    }

    private TriggerModel trigger(Record row) {
        SchemaCode.Body body = body(text(row, 5), text(row, 6), "", text(row, 0));
        return new TriggerModel(
                text(row, 2), timing(text(row, 3)), events(text(row, 4)), body.behavior(), body.ownColumns());
    }

    private static boolean isPackage(String type) {
        return type.startsWith("PACKAGE");
    }

    private void routine(Record row) {
        if (isPackage(text(row, 2))) {
            // Its routines are called by its name and their own, and not listed.
            Behavior behavior = Behavior.unknown("it is a package");
            String name = FactNames.packageOf(text(row, 1));
            routine(new RoutineModel(text(row, 0), name, RoutineModel.Kind.PROCEDURE, text(row, 2), behavior));
            return;
        }
        RoutineModel.Kind kind =
                text(row, 2).equals("PROCEDURE") ? RoutineModel.Kind.PROCEDURE : RoutineModel.Kind.FUNCTION;
        routine(new RoutineModel(text(row, 0), text(row, 1), kind, "", behavior(row)));
        if (text(row, 6).equals("time")) {
            String name = FactNames.timeOf(text(row, 1));
            routine(new RoutineModel(text(row, 0), name, RoutineModel.Kind.FUNCTION, "", Behavior.NONE));
        }
    }

    private static List<String> routine(String schema, String name, String type) {
        return List.of(schema, name, type);
    }

    private Behavior behavior(Record row) {
        if (text(row, 4).isEmpty()) return Behavior.unknown("its body is not shown");
        StringJoiner signature = signatures.get(routine(text(row, 0), text(row, 1), text(row, 2)));
        Behavior body = body(text(row, 4), text(row, 5), String.valueOf(signature), text(row, 0))
                .behavior();
        return text(row, 3).equals("YES") ? body : body.unpromised("not declared DETERMINISTIC");
    }
}
