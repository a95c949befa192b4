package dev.jooqcache.internal.analysis;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jooq.SQLDialect;
import org.jspecify.annotations.Nullable;

/**
 * Reads a {@link Schema} from the catalog of a live database.
 *
 * <p>Relations and their kinds come from JDBC's metadata; foreign keys with a cascading rule, triggers, rules,
 * inheritance, routines and special tables from the dialect's catalog. For a dialect whose catalog is not known here,
 * triggers are unknown, and every write touches everything.
 */
final class SchemaReader {

    private static final String POSTGRES_CASCADES = """
            select parent.relname, child.relname
            from pg_constraint k
            join pg_class parent on parent.oid = k.confrelid
            join pg_class child on child.oid = k.conrelid
            where k.contype = 'f' and (k.confdeltype in ('c', 'n', 'd') or k.confupdtype in ('c', 'n', 'd'))""";

    private static final String POSTGRES_TRIGGERS = """
            select c.relname from pg_trigger t join pg_class c on c.oid = t.tgrelid where not t.tgisinternal
            union
            select c.relname from pg_rewrite r join pg_class c on c.oid = r.ev_class where r.ev_type <> '1'""";

    /** Defaults, generated columns and checks, of tables and of their columns' domains. */
    private static final String POSTGRES_EXPRESSIONS = """
            select c.relname, pg_get_expr(d.adbin, d.adrelid)
            from pg_attrdef d join pg_class c on c.oid = d.adrelid
            union all
            select c.relname, pg_get_expr(k.conbin, k.conrelid)
            from pg_constraint k join pg_class c on c.oid = k.conrelid where k.contype = 'c'
            union all
            select c.relname, pg_get_expr(k.conbin, 0)
            from pg_constraint k
            join pg_attribute a on a.atttypid = k.contypid
            join pg_class c on c.oid = a.attrelid where k.contype = 'c'
            union all
            select c.relname, t.typdefault
            from pg_type t
            join pg_attribute a on a.atttypid = t.oid
            join pg_class c on c.oid = a.attrelid where t.typtype = 'd' and t.typdefault is not null""";

    private static final String H2_EXPRESSIONS = """
            select table_name, column_default from information_schema.columns where column_default is not null
            union all
            select table_name, column_on_update from information_schema.columns where column_on_update is not null
            union all
            select table_name, generation_expression
            from information_schema.columns where generation_expression is not null
            union all
            select t.table_name, k.check_clause
            from information_schema.check_constraints k
            join information_schema.table_constraints t
              on t.constraint_schema = k.constraint_schema and t.constraint_name = k.constraint_name
            union all
            select c.table_name, k.check_clause
            from information_schema.check_constraints k
            join information_schema.domain_constraints d
              on d.constraint_schema = k.constraint_schema and d.constraint_name = k.constraint_name
            join information_schema.columns c
              on c.domain_schema = d.domain_schema and c.domain_name = d.domain_name
            union all
            select c.table_name, d.domain_default
            from information_schema.domains d
            join information_schema.columns c
              on c.domain_schema = d.domain_schema and c.domain_name = d.domain_name
            where d.domain_default is not null""";

    private static final String POSTGRES_INHERITANCE = """
            select child.relname, parent.relname
            from pg_inherits i
            join pg_class child on child.oid = i.inhrelid
            join pg_class parent on parent.oid = i.inhparent
            where child.relkind in ('r', 'p', 'f')""";

    /** A function of one row can be written as if it were a column of that row. */
    private static final String POSTGRES_ROUTINES = """
            select p.proname,
              exists (
                select 1 from pg_type t
                where p.pronargs = 1 and t.oid = p.proargtypes[0] and t.typtype in ('c', 'p'))
            from pg_proc p
            join pg_namespace n on n.oid = p.pronamespace
            where n.nspname not in ('pg_catalog', 'information_schema')
            and not exists (
              select 1 from pg_depend d
              where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')""";

    /** Row security shows each role other rows; an unlogged table is empty after a crash. */
    private static final String POSTGRES_SPECIAL = """
            select c.relname from pg_class c
            where c.relkind in ('r', 'p') and (c.relrowsecurity or c.relpersistence = 'u')""";

    private static final String STANDARD_ROUTINES = "select routine_name from information_schema.routines";

    /** Without transactions, rows written in one that is rolled back stay, and are seen before it ends. */
    private static final String MYSQL_SPECIAL = """
            select t.table_name
            from information_schema.tables t
            left join information_schema.engines e on e.engine = t.engine
            where t.table_type = 'BASE TABLE' and coalesce(e.transactions, 'NO') <> 'YES'
            and t.table_schema not in ('information_schema', 'performance_schema', 'mysql', 'sys')""";

    /** MariaDB lets a column that is computed when it is read depend on the clock or the session. */
    private static final String MYSQL_VIRTUAL_COLUMNS = """
            select table_name, generation_expression
            from information_schema.columns
            where upper(extra) like '%VIRTUAL%'
            and table_schema not in ('information_schema', 'performance_schema', 'mysql', 'sys')""";

    private static final String STANDARD_CASCADES = """
            select parent.table_name, child.table_name
            from information_schema.referential_constraints r
            join information_schema.table_constraints child
              on child.constraint_schema = r.constraint_schema and child.constraint_name = r.constraint_name
            join information_schema.table_constraints parent
              on parent.constraint_schema = r.unique_constraint_schema
              and parent.constraint_name = r.unique_constraint_name
            where r.delete_rule in ('CASCADE', 'SET NULL', 'SET DEFAULT')
            or r.update_rule in ('CASCADE', 'SET NULL', 'SET DEFAULT')""";

    private static final String MYSQL_CASCADES = """
            select referenced_table_name, table_name
            from information_schema.referential_constraints
            where delete_rule in ('CASCADE', 'SET NULL', 'SET DEFAULT')
            or update_rule in ('CASCADE', 'SET NULL', 'SET DEFAULT')""";

    /** A server without privilege checks lists none for anybody; with them, everybody has at least USAGE. */
    private static final String MYSQL_TRIGGER_PRIVILEGE = """
            select 1 from information_schema.user_privileges where privilege_type in ('TRIGGER', 'SUPER')
            union all
            select 1 from information_schema.schema_privileges where privilege_type = 'TRIGGER'
            union all
            select 1 from dual where not exists (select 1 from information_schema.user_privileges)""";

    private static final String STANDARD_TRIGGERS = "select event_object_table from information_schema.triggers";

    private final Connection connection;
    private final Map<String, Schema.Kind> kinds = new HashMap<>();
    private final Map<String, String> trees = new HashMap<>();
    private final Map<String, Set<String>> cascades = new HashMap<>();
    private final Set<String> triggered = new HashSet<>();
    private final Set<String> routines = new HashSet<>();

    private SchemaReader(Connection connection) {
        this.connection = connection;
    }

    /** Reads the schema on a connection outside a transaction. */
    static Schema read(Connection connection, SQLDialect dialect) throws SQLException {
        return new SchemaReader(connection).read(dialect);
    }

    private Schema read(SQLDialect dialect) throws SQLException {
        relations();
        boolean triggersKnown = true;
        switch (dialect.family()) {
            case POSTGRES, YUGABYTEDB -> {
                pairs(POSTGRES_CASCADES, this::cascade);
                pairs(POSTGRES_INHERITANCE, this::inherit);
                names(POSTGRES_TRIGGERS, triggered::add);
                names(POSTGRES_SPECIAL, this::special);
                pairs(POSTGRES_ROUTINES, this::routine);
                pairs(POSTGRES_EXPRESSIONS, (table, text) -> expression(table, text, dialect));
            }
            case H2 -> {
                pairs(STANDARD_CASCADES, this::cascade);
                names(STANDARD_TRIGGERS, triggered::add);
                names(STANDARD_ROUTINES, routines::add);
                pairs(H2_EXPRESSIONS, (table, text) -> expression(table, text, dialect));
            }
            case MYSQL, MARIADB -> {
                // Without the privilege the catalog shows no trigger, whether there is one or not.
                triggersKnown = hasRows(MYSQL_TRIGGER_PRIVILEGE);
                pairs(MYSQL_CASCADES, this::cascade);
                names(STANDARD_TRIGGERS, triggered::add);
                names(STANDARD_ROUTINES, routines::add);
                names(MYSQL_SPECIAL, this::special);
                pairs(MYSQL_VIRTUAL_COLUMNS, (table, expression) -> virtualColumn(table, expression, dialect));
            }
            default -> triggersKnown = false;
        }
        Map<String, String> roots = roots();
        specialTrees(roots);
        return new Schema(
                Map.copyOf(kinds),
                roots,
                Map.copyOf(cascades),
                Set.copyOf(triggered),
                Set.copyOf(routines),
                triggersKnown);
    }

    private void special(String table) {
        kinds.replace(table, Schema.Kind.TABLE, Schema.Kind.SPECIAL);
    }

    private void routine(String name, String readableAsColumn) {
        routines.add(name);
        if (readableAsColumn.startsWith("t")) routines.add("." + name);
    }

    private void virtualColumn(String table, String expression, SQLDialect dialect) {
        // MySQL tells the expression with its quotes escaped.
        SqlLexer lexer = new SqlLexer(expression.replace("\\'", "'"), dialect);
        if (!lexer.isUnderstood() || new SelectText(lexer.tokens(), dialect).reason() != null) special(table);
    }

    /** One table in a tree that cannot be followed, for instance a partition on another server, makes all so. */
    private void specialTrees(Map<String, String> roots) {
        Set<String> special = new HashSet<>();
        Set<String> members = new HashSet<>(roots.keySet());
        members.addAll(roots.values());
        for (String table : members)
            if (kinds.get(table) != Schema.Kind.TABLE) special.add(roots.getOrDefault(table, table));
        for (String table : members) if (special.contains(roots.getOrDefault(table, table))) special(table);
    }

    private void relations() throws SQLException {
        try (ResultSet rows = connection.getMetaData().getTables(null, null, "%", null)) {
            while (rows.next()) {
                String catalog = rows.getString("TABLE_CAT");
                String schema = rows.getString("TABLE_SCHEM");
                String name = rows.getString("TABLE_NAME");
                String type = rows.getString("TABLE_TYPE");
                if (name == null || type == null || isSystem(catalog) || isSystem(schema)) continue;
                Schema.Kind kind = kind(type.toUpperCase(Locale.ROOT));
                // Where two schemas have relations of one name, the one that says less counts.
                if (kind != null) kinds.merge(TableName.fold(name), kind, (a, b) -> a == Schema.Kind.TABLE ? b : a);
            }
        }
    }

    private static boolean isSystem(@Nullable String schema) {
        return schema != null && TableName.isSystemSchema(schema);
    }

    private static Schema.@Nullable Kind kind(String type) {
        if (type.contains("INDEX") || type.contains("SEQUENCE") || type.equals("TYPE") || type.startsWith("SYSTEM"))
            return null;
        if (type.contains("TEMPORARY")) return Schema.Kind.TEMPORARY;
        if (type.contains("VIEW")) return Schema.Kind.VIEW;
        return type.equals("TABLE") || type.equals("BASE TABLE") || type.equals("PARTITIONED TABLE")
                ? Schema.Kind.TABLE
                : Schema.Kind.OTHER;
    }

    private void cascade(String parent, String child) {
        cascades.computeIfAbsent(parent, p -> new HashSet<>()).add(child);
    }

    /** A default or a check that calls a function of the user's own may write other tables, as a trigger may. */
    private void expression(String table, String text, SQLDialect dialect) {
        SqlLexer lexer = new SqlLexer(text, dialect);
        if (!lexer.isUnderstood() || DmlText.callsUnknownFunction(lexer.tokens(), dialect)) triggered.add(table);
    }

    /** Joins two trees into one: a table can inherit from several parents, and then all of them are one tag. */
    private void inherit(String child, String parent) {
        String one = root(child);
        String other = root(parent);
        if (!one.equals(other)) trees.put(one, other);
    }

    private String root(String table) {
        String root = table;
        for (String next; (next = trees.get(root)) != null; ) root = next;
        return root;
    }

    private Map<String, String> roots() {
        Map<String, String> roots = new HashMap<>();
        for (String table : trees.keySet()) roots.put(table, root(table));
        return Map.copyOf(roots);
    }

    private void pairs(String sql, PairConsumer consumer) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) consumer.accept(TableName.fold(rows.getString(1)), TableName.fold(rows.getString(2)));
        }
    }

    private void names(String sql, Consumer<String> consumer) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) consumer.accept(TableName.fold(rows.getString(1)));
        }
    }

    private boolean hasRows(String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.next();
        }
    }

    private interface PairConsumer {
        void accept(String first, String second);
    }
}
