package dev.jooqcache.internal.catalog;

import dev.jooqcache.internal.analysis.SchemaCode;
import dev.jooqcache.internal.sql.FactNames;
import dev.jooqcache.internal.sql.RoutineLanguage;
import dev.jooqcache.model.Behavior;
import dev.jooqcache.model.ColumnModel.Generation;
import dev.jooqcache.model.Dependencies;
import dev.jooqcache.model.RoutineModel;
import dev.jooqcache.model.TableModel;
import dev.jooqcache.model.TableModel.Kind;
import dev.jooqcache.model.TableModel.Trait;
import dev.jooqcache.model.TableName;
import dev.jooqcache.model.Target;
import dev.jooqcache.model.TriggerModel;
import dev.jooqcache.model.TriggerModel.Timing;
import dev.jooqcache.model.Volatility;
import dev.jooqcache.model.WriteEvent;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jooq.DSLContext;
import org.jooq.Record;

/**
 * PostgreSQL's {@code pg_catalog}. What views, rules and policies depend on is told by {@code pg_depend}; which functions
 * they call is seen in their text, as the catalog prints it, since it does not note its own functions there.
 */
public final class PostgresCatalog extends Catalog {

    private static final String USERS =
            "n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg\\_toast%'";

    private static final String NOT_OF_EXTENSION = """
            not exists (
              select 1 from pg_depend e
              where e.classid = '%1$s'::regclass and e.objid = %2$s.oid and e.deptype = 'e')""";

    private static final String COLUMNS = """
            select n.nspname, c.relname, a.attname,
              case when t.typnamespace <> 'pg_catalog'::regnamespace and t.typname in (
                'tinyint', 'smallint', 'int2', 'mediumint', 'int', 'integer', 'int4', 'bigint', 'int8', 'uuid', 'bool',
                'boolean')
              then t.typnamespace::regnamespace || '.' || t.typname
              else format_type(a.atttypid, a.atttypmod) end, a.attidentity::text, a.attgenerated::text
            from pg_attribute a
            join pg_type t on t.oid = a.atttypid
            join pg_class c on c.oid = a.attrelid
            join pg_namespace n on n.oid = c.relnamespace
            where a.attnum > 0 and not a.attisdropped and c.relkind in ('r', 'p', 'v', 'm', 'f') and
            """ + USERS + """

            order by c.oid, a.attnum""";

    private static final String KEYS = """
            select n.nspname, c.relname, k.conname, case k.contype when 'p' then 'PRIMARY KEY' else 'UNIQUE' end, a.attname
            from pg_constraint k
            join pg_class c on c.oid = k.conrelid
            join pg_namespace n on n.oid = c.relnamespace
            cross join unnest(k.conkey) with ordinality u (attnum, position)
            join pg_attribute a on a.attrelid = c.oid and a.attnum = u.attnum
            where k.contype in ('p', 'u') and
            """ + USERS + """

            order by n.nspname, c.relname, k.conname, u.position""";

    private static final String FOREIGN_KEYS = """
            select n.nspname, c.relname, k.conname, a.attname, pn.nspname, p.relname, pa.attname,
              case k.confdeltype when 'c' then 'CASCADE' when 'n' then 'SET NULL' when 'd' then 'SET DEFAULT' end,
              case k.confupdtype when 'c' then 'CASCADE' when 'n' then 'SET NULL' when 'd' then 'SET DEFAULT' end
            from pg_constraint k
            join pg_class c on c.oid = k.conrelid
            join pg_namespace n on n.oid = c.relnamespace
            join pg_class p on p.oid = k.confrelid
            join pg_namespace pn on pn.oid = p.relnamespace
            cross join unnest(k.conkey, k.confkey) with ordinality u (own, referenced, position)
            join pg_attribute a on a.attrelid = c.oid and a.attnum = u.own
            join pg_attribute pa on pa.attrelid = p.oid and pa.attnum = u.referenced
            where k.contype = 'f'
            order by n.nspname, c.relname, k.conname, u.position""";

    private static final String PARENTS = """
            select n.nspname, c.relname, pn.nspname, p.relname
            from pg_inherits i
            join pg_class c on c.oid = i.inhrelid
            join pg_namespace n on n.oid = c.relnamespace
            join pg_class p on p.oid = i.inhparent
            join pg_namespace pn on pn.oid = p.relnamespace
            where c.relkind in ('r', 'p', 'f')""";

    /**
     * Defaults, generated columns, checks, indexes and partition keys, of tables and of their columns' domains, over whatever
     * domains.
     */
    private static final String EXPRESSIONS = """
            with recursive domain (type, base) as (
              select t.oid, t.oid from pg_type t where t.typtype = 'd'
              union
              select d.type, t.typbasetype
              from domain d join pg_type t on t.oid = d.base where t.typtype = 'd'
            ),
            used (relation, base) as (
              select a.attrelid, d.base
              from pg_attribute a
              join pg_type t on t.oid = a.atttypid
              join domain d on d.type in (t.oid, t.typelem)
            )
            select n.nspname, c.relname, x.expression
            from (
              select d.adrelid, pg_get_expr(d.adbin, d.adrelid) from pg_attrdef d
              union all
              select k.conrelid, pg_get_expr(k.conbin, k.conrelid) from pg_constraint k where k.contype = 'c'
              union all
              select u.relation, pg_get_expr(k.conbin, k.conrelid)
              from used u
              join pg_constraint k on k.contypid = u.base and k.contype = 'c'
              union all
              select u.relation, t.typdefault
              from used u
              join pg_type t on t.oid = u.base and t.typtype = 'd'
              union all
              select i.indrelid, pg_get_expr(i.indexprs, i.indrelid) from pg_index i
              union all
              select i.indrelid, pg_get_expr(i.indpred, i.indrelid) from pg_index i
              union all
              select p.partrelid, pg_get_expr(p.partexprs, p.partrelid) from pg_partitioned_table p
            ) x (relation, expression)
            join pg_class c on c.oid = x.relation
            join pg_namespace n on n.oid = c.relnamespace
            where x.expression is not null and
            """ + USERS;

    /** The relations that a view, rule or policy depends on, sequences among them. */
    private static final String DEPENDENCIES = """
            select distinct d.classid::regclass::text || ' ' || d.objid::text, n.nspname, c.relname
            from pg_depend d
            join pg_class c on c.oid = d.refobjid
            join pg_namespace n on n.oid = c.relnamespace
            where d.classid in ('pg_rewrite'::regclass, 'pg_policy'::regclass) and d.refclassid = 'pg_class'::regclass
            and not exists (select 1 from pg_rewrite r where r.oid = d.objid and r.ev_class = d.refobjid
              and r.ev_type = '1')""";

    private static final String VIEWS = """
            select n.nspname, c.relname, 'pg_rewrite ' || r.oid::text, pg_get_viewdef(c.oid)
            from pg_class c
            join pg_namespace n on n.oid = c.relnamespace
            join pg_rewrite r on r.ev_class = c.oid and r.ev_type = '1'
            where c.relkind in ('v', 'm') and
            """ + USERS;

    private static final String RULES = """
            select n.nspname, c.relname, 'pg_rewrite ' || r.oid::text, pg_get_ruledef(r.oid), r.rulename, r.ev_type::text
            from pg_rewrite r
            join pg_class c on c.oid = r.ev_class
            join pg_namespace n on n.oid = c.relnamespace
            where r.ev_type <> '1' and
            """ + USERS;

    private static final String POLICIES = """
            select n.nspname, c.relname, 'pg_policy ' || p.oid::text, pg_get_expr(p.polqual, p.polrelid),
              pg_get_expr(p.polwithcheck, p.polrelid)
            from pg_policy p
            join pg_class c on c.oid = p.polrelid
            join pg_namespace n on n.oid = c.relnamespace
            where c.relrowsecurity""";

    private static final String TRIGGERS = """
            select n.nspname, c.relname, t.tgname, t.tgtype::int, t.tgfoid::text, pg_get_triggerdef(t.oid)
            from pg_trigger t
            join pg_class c on c.oid = t.tgrelid
            join pg_namespace n on n.oid = c.relnamespace
            where not t.tgisinternal and
            """ + USERS;

    /** The functions of triggers, by their identifiers. */
    private static final String TRIGGER_FUNCTIONS = """
            select distinct p.oid::text, p.proname, l.lanname, p.prosrc, n.nspname
            from pg_trigger t
            join pg_proc p on p.oid = t.tgfoid
            join pg_namespace n on n.oid = p.pronamespace
            join pg_language l on l.oid = p.prolang
            where not t.tgisinternal""";

    private static final String ROUTINES = """
            select n.nspname, p.proname, p.prokind::text, pg_get_function_identity_arguments(p.oid), l.lanname,
              p.provolatile::text, coalesce(%s, p.prosrc),
              exists (
                select 1 from pg_type t
                where p.pronargs > 0 and p.pronargs - p.pronargdefaults <= 1 and t.oid = p.proargtypes[0]
                and t.typtype in ('c', 'p')),
              p.oid::text, coalesce(pg_get_expr(p.proargdefaults, 0), ''),
              pg_get_function_identity_arguments(p.oid) || ', result ' || coalesce(pg_get_function_result(p.oid), ''),
              '"$0" ' || format_type(p.prorettype, null) || ';' || coalesce((
                select string_agg(
                  '"$' || u.position || '" ' || format_type(u.type, null) || ';' || case when u.name <> ''
                  then quote_ident(u.name) || ' ' || format_type(u.type, null) || ';' else '' end, '' order by u.position)
                from unnest(coalesce(p.proallargtypes, p.proargtypes::oid[]), p.proargnames)
                  with ordinality u (type, name, position)), '')
            from pg_proc p
            join pg_namespace n on n.oid = p.pronamespace
            join pg_language l on l.oid = p.prolang
            where p.prorettype not in ('trigger'::regtype, 'event_trigger'::regtype)
            and
            """ + USERS + " and " + NOT_OF_EXTENSION.formatted("pg_proc", "p");

    /** Functions of extensions that promise to be immutable, all overloads of a name. */
    private static final String EXTENSION_FUNCTIONS = """
            select max(n.nspname), p.proname
            from pg_proc p
            join pg_namespace n on n.oid = p.pronamespace
            join pg_depend e on e.classid = 'pg_proc'::regclass and e.objid = p.oid and e.deptype = 'e'
            where n.nspname <> 'pg_catalog' and p.prokind in ('f', 'a', 'w')
            group by p.proname
            having bool_and(p.provolatile = 'i')""";

    private static final String AGGREGATE_FUNCTIONS = """
            select a.aggfnoid::oid::text, f.proname
            from pg_aggregate a
            cross join unnest(array[a.aggtransfn, a.aggfinalfn, a.aggcombinefn, a.aggserialfn, a.aggdeserialfn,
              a.aggmtransfn, a.aggminvtransfn, a.aggmfinalfn]) u (function)
            join pg_proc f on f.oid = u.function::oid
            join pg_namespace n on n.oid = f.pronamespace
            where n.nspname <> 'pg_catalog' or f.provolatile <> 'i'""";

    private static final String OPERATORS = """
            select n.nspname, o.oprname, f.proname, fn.nspname
            from pg_operator o
            join pg_namespace n on n.oid = o.oprnamespace
            join pg_proc f on f.oid = o.oprcode::oid
            join pg_namespace fn on fn.oid = f.pronamespace
            where
            """ + USERS + " and " + NOT_OF_EXTENSION.formatted("pg_operator", "o");

    /**
     * Operators and types that may be taken where a query seems to compare integers, UUIDs or booleans by the database's own
     * equality: each is found by its name and, perhaps before the database's own, by the search path.
     */
    private static final String OWN_EQUALITY = """
            select n.nspname
            from pg_operator o
            join pg_namespace n on n.oid = o.oprnamespace
            where o.oprname = '=' and n.nspname <> 'pg_catalog'
            and exists (
              select 1 from pg_type t
              where t.oid in (o.oprleft, o.oprright) and t.typnamespace = 'pg_catalog'::regnamespace)
            union all
            select n.nspname
            from pg_type t
            join pg_namespace n on n.oid = t.typnamespace
            where t.typname in ('int2', 'int4', 'int8', 'uuid', 'bool') and n.nspname <> 'pg_catalog'""";

    /**
     * What types are made of: domains, arrays, rows, ranges and, since version 14, multiranges. All columns are looked through
     * for it, which must be done once and not in each step of a recursion.
     */
    private static final String PARTS = """
            part (type, of) as %s (
              select t.oid, t.typbasetype from pg_type t where t.typtype = 'd'
              union all
              select t.oid, t.typelem from pg_type t where t.typelem <> 0
              union all
              select t.oid, a.atttypid
              from pg_type t
              join pg_class c on c.oid = t.typrelid
              join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
              where c.relnamespace <> 'pg_catalog'::regnamespace
              union all
              select r.rngtypid, r.rngsubtype from pg_range r
              union all
              select (to_jsonb(r) ->> 'rngmultitypid')::oid, r.rngtypid from pg_range r
            ),
            """;

    /** What is checked when a value is made one of a user's type: the checks of domains, in whatever other type they are. */
    private static final String CHECKS = "with recursive " + PARTS + """
            checked (type, domain) as (
              select k.contypid, k.contypid from pg_constraint k where k.contypid <> 0 and k.contype = 'c'
              union
              select p.type, d.domain from part p join checked d on d.type = p.of
            )
            select n.nspname, t.typname, pg_get_expr(k.conbin, 0), k.oid::text
            from checked d
            join pg_constraint k on k.contypid = d.domain and k.contype = 'c'
            join pg_type t on t.oid = d.type
            join pg_namespace n on n.oid = t.typnamespace
            where
            """ + USERS;

    /**
     * Functions that are not only the database's own: what an extension has in C, or promises to be immutable, is taken for a
     * part of the database.
     */
    private static final String OF_USERS = """
            (f.provolatile = 'v' or f.pronamespace not in (
              select n.oid from pg_namespace n where n.nspname in ('pg_catalog', 'information_schema')))
            and not exists (
              select 1 from pg_depend e cross join pg_language l
              where e.classid = 'pg_proc'::regclass and e.objid = f.oid and e.deptype = 'e' and l.oid = f.prolang
              and (f.provolatile = 'i' or l.lanname in ('c', 'internal')))
            """;

    /**
     * The functions that are called because of a value's type: those that sort, compare and hash values of it, whatever the
     * operator class, since the database may take any that has the operator at hand; those that make a range canonical; those
     * that read and write values as text. A type's functions are also those of the types that it is made of, or that its
     * values are compared as. Types of the database's own are told as they are.
     *
     * <p>The optimizer takes an array for a short one. With other guesses it expects millions of rows of this recursion, and
     * compiles code for them (JIT), which takes seconds.
     */
    private static final String TYPE_FUNCTIONS = """
            with recursive used (type, function) as (
              select u.type, x.amproc::oid
              from pg_amproc x
              join pg_opfamily o on o.oid = x.amprocfamily
              join pg_am m on m.oid = o.opfmethod and m.amname in ('btree', 'hash')
              cross join unnest(array[x.amproclefttype, x.amprocrighttype]) u (type)
              union
              select u.type, p.oprcode::oid
              from pg_amop x
              join pg_operator p on p.oid = x.amopopr
              join pg_am m on m.oid = x.amopmethod and m.amname in ('btree', 'hash')
              cross join unnest(array[x.amoplefttype, x.amoprighttype]) u (type)
              union
              select r.rngtypid, u.function
              from pg_range r cross join unnest(array[r.rngcanonical::oid, r.rngsubdiff::oid]) u (function)
              union
              select t.oid, u.function
              from pg_type t
              cross join unnest(array[t.typinput::oid, t.typoutput::oid, t.typreceive::oid, t.typsend::oid, t.typmodin::oid,
                t.typmodout::oid, t.typanalyze::oid]) u (function)
              where t.typtype = 'b' and t.typelem = 0
            ),
            own (type, function) as (
              select u.type, u.function
              from used u
              join pg_proc f on f.oid = u.function
              where f.oid = any(array(select u.function from used u)) and
            """ + OF_USERS + """
            ),
            """ + PARTS + """
            alike (type, of) as (
              select p.type, p.of from part p
              union all
              select k.castsource, k.casttarget from pg_cast k where k.castmethod = 'b'
            ),
            needed (type, function) as (
              select o.type, o.function
              from own o join pg_type t on t.oid = o.type and t.typnamespace <> 'pg_catalog'::regnamespace
              union
              select p.type, d.function from alike p join needed d on d.type = p.of
            )
            select n.nspname, t.typname, f.proname, fn.nspname
            from (select * from needed union select * from own) u
            join pg_type t on t.oid = u.type
            join pg_namespace n on n.oid = t.typnamespace
            join pg_proc f on f.oid = u.function
            join pg_namespace fn on fn.oid = f.pronamespace""";

    /**
     * The functions of the operator classes of a table's indexes, whatever their access method: their operators are called as
     * well, for summaries and exclusion constraints.
     */
    private static final String INDEX_FUNCTIONS = """
            with used (class, function) as (
              select o.oid, x.amproc::oid
              from pg_opclass o join pg_amproc x on x.amprocfamily = o.opcfamily
              union
              select o.oid, p.oprcode::oid
              from pg_opclass o
              join pg_amop x on x.amopfamily = o.opcfamily
              join pg_operator p on p.oid = x.amopopr
            ),
            own (class, function, schema) as (
              select u.class, f.proname, fn.nspname
              from used u
              join pg_proc f on f.oid = u.function
              join pg_namespace fn on fn.oid = f.pronamespace
              where f.oid = any(array(select u.function from used u)) and
            """ + OF_USERS + """
            )
            select distinct n.nspname, c.relname, o.function, o.schema
            from pg_index i
            cross join unnest(i.indclass::oid[]) u (class)
            join own o on o.class = u.class
            join pg_class c on c.oid = i.indrelid
            join pg_namespace n on n.oid = c.relnamespace
            where exists (select 1 from own) and
            """ + USERS;

    /**
     * What ANALYZE and VACUUM compute: the expressions of indexes, if they depend on more than columns and what the database
     * has of its own, and, since version 14, of statistics.
     */
    private static final String UPKEEP = """
            select n.nspname, c.relname, x.expression
            from (
              select i.indrelid, u.expression
              from pg_index i
              cross join unnest(array[pg_get_expr(i.indexprs, i.indrelid), pg_get_expr(i.indpred, i.indrelid)])
                u (expression)
              where (i.indexprs is not null or i.indpred is not null)
              and exists (
                select 1 from pg_depend d
                where d.classid = 'pg_class'::regclass and d.objid = i.indexrelid
                and d.refclassid not in ('pg_class'::regclass, 'pg_constraint'::regclass))
              %s
            ) x (relation, expression)
            join pg_class c on c.oid = x.relation
            join pg_namespace n on n.oid = c.relnamespace
            where x.expression is not null and
            """ + USERS;

    private static final String STATISTICS = """
              union all
              select s.stxrelid, u.expression
              from pg_statistic_ext s cross join unnest(pg_get_statisticsobjdef_expressions(s.oid)) u (expression)""";

    private static final String LOGIN_TRIGGERS = """
            select p.proname, l.lanname, p.prosrc, e.evtname
            from pg_event_trigger e
            join pg_proc p on p.oid = e.evtfoid
            join pg_language l on l.oid = p.prolang
            where e.evtevent = 'login' and e.evtenabled <> 'D'""";

    private static final String CASTS = """
            select fn.nspname, format_type(k.casttarget, null), f.proname
            from pg_cast k
            join pg_proc f on f.oid = k.castfunc
            join pg_namespace fn on fn.oid = f.pronamespace
            where fn.nspname <> 'pg_catalog' and
            """ + NOT_OF_EXTENSION.formatted("pg_cast", "k");

    /**
     * The users' types that hold times, as domains, arrays, rows or ranges of them, other than the rows of tables: the
     * functions that read them from text are STABLE, since the text may be {@code now}.
     */
    private static final String TIME_TYPES = "with recursive " + PARTS + """
            moving (type) as (
              select t.oid
              from pg_type t
              where t.typnamespace = 'pg_catalog'::regnamespace
              and t.typname in ('date', 'time', 'timetz', 'timestamp', 'timestamptz')
              union
              select p.type from part p join moving m on m.type = p.of
            )
            select n.nspname, t.typname
            from moving m
            join pg_type t on t.oid = m.type
            join pg_namespace n on n.oid = t.typnamespace
            where t.typelem = 0
            and not exists (select 1 from pg_class c where c.oid = t.typrelid and c.relkind <> 'c')
            and
            """ + USERS;

    private static final Behavior MOVING = new Behavior(
            Volatility.VOLATILE,
            new TreeSet<>(),
            new TreeSet<>(),
            new TreeSet<>(),
            "the text 'now' is read as a time",
            null);

    private final Map<String, Set<TableName>> dependencies = new HashMap<>();
    private final Map<String, Set<String>> parents = new HashMap<>();
    private final Map<String, List<Record>> answers = new HashMap<>();
    private int version;

    public PostgresCatalog(DSLContext dsl) {
        super(dsl);
    }

    /** The rows that names are taken from first, and everything else once all names are known. */
    private List<Record> once(String sql) {
        // Before version 12, whatever is in a WITH clause is materialized.
        return answers.computeIfAbsent(sql, s -> dsl.fetch(s.replace("%s", version < 120_000 ? "" : "materialized")));
    }

    @Override
    void relations() {
        each(
                "select n.nspname, c.relname, c.relkind::text, c.relpersistence::text, c.relrowsecurity from pg_class c"
                        + " join pg_namespace n on n.oid = c.relnamespace"
                        + " where c.relkind in ('r', 'p', 'v', 'm', 'f') and " + USERS,
                this::relation);
        each(
                "select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace"
                        + " where c.relkind = 'S' and " + USERS,
                row -> sequence(name(row)));
    }

    private void relation(Record row) {
        boolean temporary = text(row, 3).equals("t");
        Kind kind = switch (text(row, 2)) {
            case "v" -> Kind.VIEW;
            case "m" -> Kind.MATERIALIZED_VIEW;
            case "f" -> Kind.FOREIGN;
            default -> Kind.TABLE;
        };
        TableModel.Builder table = relation(name(row), temporary ? Kind.TEMPORARY : kind);
        if (text(row, 3).equals("u")) table.trait(Trait.UNLOGGED);
        if (flag(row, 4)) table.trait(Trait.ROW_SECURITY);
    }

    @Override
    void routineNames() {
        version = dsl.fetchSingle("select current_setting('server_version_num')::int")
                .into(int.class);
        each("select p.proname from pg_proc p join pg_namespace n on n.oid = p.pronamespace where " + USERS, row -> {
            routineName(text(row, 0));
            // It may be one of a row, which can be written as if it were a column.
            routineName("." + text(row, 0));
        });
        for (Record row : once(OPERATORS)) routineName(text(row, 1));
        for (Record row : once(TIME_TYPES)) routineName(FactNames.readingOf(TableName.fold(text(row, 1))));
        for (Record row : once(CHECKS)) routineName(FactNames.checkOf(text(row, 1)));
        for (Record row : once(TYPE_FUNCTIONS)) routineName(FactNames.checkOf(text(row, 1)));
    }

    @Override
    void facts() {
        each(COLUMNS, row -> {
            with(name(row), table -> table.column(text(row, 2), text(row, 3), generation(row)));
            columnType(name(row), text(row, 2), text(row, 3));
        });
        keys(KEYS);
        foreignKeys(FOREIGN_KEYS);
        each(PARENTS, row -> {
            TableName parent = TableName.of(text(row, 2), text(row, 3));
            with(name(row), table -> table.parent(parent));
            parents.computeIfAbsent(name(row).name(), child -> new TreeSet<>()).add(parent.name());
        });
        each(EXPRESSIONS, row -> with(name(row), table -> table.writing(code().expression(text(row, 2)))));
        each(
                DEPENDENCIES,
                row -> dependencies
                        .computeIfAbsent(text(row, 0), d -> new HashSet<>())
                        .add(TableName.of(text(row, 1), text(row, 2))));
        each(
                VIEWS,
                row -> with(
                        name(row),
                        view -> view.reading(definition(text(row, 3), on(row))).definition(text(row, 3))));
        each(RULES, row -> with(name(row), table -> table.trigger(rule(row))));
        each(POLICIES, this::policy);
        triggers();
        // It brought bodies in standard SQL, and statistics of expressions.
        boolean isVersion14 = version >= 140_000;
        routines(isVersion14);
        support(isVersion14);
        loginTriggers();
    }

    private static Generation generation(Record row) {
        if (!text(row, 4).isEmpty()) return Generation.IDENTITY;
        return switch (text(row, 5)) {
            case "s" -> Generation.STORED;
            case "v" -> Generation.VIRTUAL;
            default -> Generation.NONE;
        };
    }

    private Set<TableName> on(Record row) {
        return dependencies.getOrDefault(text(row, 2), Set.of());
    }

    /** The catalog does not note dependencies on itself, so these are seen in the text. */
    private Behavior definition(String query, Set<TableName> reads) {
        Set<TableName> all = new HashSet<>(reads);
        all.addAll(code().systemTables(query));
        return code().expression(query, all);
    }

    /** Whatever a rule depends on, it may write. */
    private TriggerModel rule(Record row) {
        Set<WriteEvent> event = switch (text(row, 5)) {
            case "2" -> Set.of(WriteEvent.UPDATE);
            case "3" -> Set.of(WriteEvent.INSERT);
            case "4" -> Set.of(WriteEvent.DELETE);
            default -> WriteEvent.ALL;
        };
        // The bracket around several statements makes the word before it look like a function.
        String definition = text(row, 3).replaceFirst(" DO +((INSTEAD|ALSO) +)?\\(", " ; (");
        if (code().altersSession(definition))
            return new TriggerModel(
                    text(row, 4), Timing.RULE, event, Behavior.unknown("it changes the session"), new TreeSet<>());
        Behavior action = calling(code().called(definition))
                .and(Behavior.writing(on(row).stream().map(Target::any).toList()));
        return new TriggerModel(text(row, 4), Timing.RULE, event, action, new TreeSet<>());
    }

    private void policy(Record row) {
        if (!text(row, 3).isEmpty()) with(name(row), table -> table.reading(code().expression(text(row, 3), on(row))));
        if (!text(row, 4).isEmpty()) with(name(row), table -> table.writing(code().expression(text(row, 4), on(row))));
    }

    private void triggers() {
        Map<String, SchemaCode.Body> functions = new HashMap<>();
        each(TRIGGER_FUNCTIONS, row -> functions.put(text(row, 0), triggerFunction(row)));
        each(TRIGGERS, row -> {
            SchemaCode.Body function = functions.getOrDefault(
                    text(row, 4), new SchemaCode.Body(Behavior.unknown("its function is gone"), new TreeSet<>()));
            int type = row.get(3, Integer.class);
            with(
                    name(row),
                    table -> table.trigger(new TriggerModel(
                            text(row, 2),
                            (type & 64) != 0 ? Timing.INSTEAD_OF : (type & 2) != 0 ? Timing.BEFORE : Timing.AFTER,
                            events(type),
                            function.behavior().and(condition(text(row, 5))),
                            function.ownColumns())));
        });
    }

    /** The bits of {@code pg_trigger.tgtype}. */
    private static Set<WriteEvent> events(int type) {
        Set<WriteEvent> events = EnumSet.noneOf(WriteEvent.class);
        if ((type & 4) != 0) events.add(WriteEvent.INSERT);
        if ((type & 8) != 0) events.add(WriteEvent.DELETE);
        if ((type & 16) != 0) events.add(WriteEvent.UPDATE);
        if ((type & 32) != 0) events.add(WriteEvent.TRUNCATE);
        return events.isEmpty() ? WriteEvent.ALL : events;
    }

    private SchemaCode.Body triggerFunction(Record row) {
        String name = text(row, 1);
        SortedSet<String> anyColumn = new TreeSet<>(Set.of(TriggerModel.ANY_COLUMN));
        if (text(row, 4).equals("pg_catalog"))
            return name.startsWith("tsvector_update_trigger") || name.equals("suppress_redundant_updates_trigger")
                    ? new SchemaCode.Body(Behavior.NONE, anyColumn)
                    : new SchemaCode.Body(Behavior.unknown("its function " + name + " is not known"), anyColumn);
        return text(row, 2).equals("plpgsql")
                ? code().body(text(row, 3), RoutineLanguage.PLPGSQL)
                : new SchemaCode.Body(Behavior.unknown("it is written in " + text(row, 2)), anyColumn);
    }

    /** What the WHEN clause of a trigger calls. The function itself is the last call in the text. */
    private Behavior condition(String definition) {
        int execute = definition.lastIndexOf(" EXECUTE ");
        int when = definition.indexOf(" WHEN (");
        return when < 0 || execute < when ? Behavior.NONE : code().expression(definition.substring(when + 6, execute));
    }

    private void routines(boolean standardBodies) {
        Map<String, Set<String>> aggregates = new HashMap<>();
        each(
                AGGREGATE_FUNCTIONS,
                row -> aggregates
                        .computeIfAbsent(text(row, 0), a -> new TreeSet<>())
                        .add(text(row, 1)));
        each(ROUTINES.replace("%s", standardBodies ? "pg_get_function_sqlbody(p.oid)" : "null"), row -> {
            String kind = text(row, 2);
            Behavior behavior = kind.equals("a")
                    ? calling(aggregates.getOrDefault(text(row, 8), Set.of()))
                    : behavior(text(row, 4), text(row, 5), text(row, 6), text(row, 11))
                            .and(code().expression(text(row, 9)))
                            .and(calling(code().called(text(row, 10).replace('(', ' '))));
            routine(new RoutineModel(text(row, 0), text(row, 1), kind(kind, flag(row, 7)), text(row, 3), behavior));
        });
        each(
                EXTENSION_FUNCTIONS,
                row -> routine(new RoutineModel(
                        text(row, 0), text(row, 1), RoutineModel.Kind.FUNCTION, "extension", Behavior.NONE)));
        for (Record row : once(OPERATORS))
            routine(new RoutineModel(
                    text(row, 0),
                    text(row, 1),
                    RoutineModel.Kind.OPERATOR,
                    text(row, 2),
                    operator(text(row, 2), text(row, 3))));
        each(
                OWN_EQUALITY,
                row -> routine(new RoutineModel(
                        text(row, 0), FactNames.OWN_EQUALITY, RoutineModel.Kind.OPERATOR, "", Behavior.NONE)));
        for (Record row : once(CHECKS))
            routine(new RoutineModel(
                    text(row, 0),
                    FactNames.checkOf(text(row, 1)),
                    RoutineModel.Kind.FUNCTION,
                    text(row, 3),
                    code().expression(text(row, 2))));
        for (Record row : once(TIME_TYPES))
            routine(new RoutineModel(
                    text(row, 0),
                    FactNames.readingOf(TableName.fold(text(row, 1))),
                    RoutineModel.Kind.FUNCTION,
                    "text",
                    MOVING));
        each(
                CASTS,
                row -> routine(new RoutineModel(
                        text(row, 0),
                        text(row, 1),
                        RoutineModel.Kind.CAST,
                        text(row, 2),
                        calling(Set.of(text(row, 2))))));
    }

    /**
     * What is called because of types and indexes. Values of the database's own types come from anywhere, so what is called
     * for them is called by everything; those of a user's type come from a column of it or from a text that names it.
     */
    private void support(boolean statisticsOfExpressions) {
        Map<String, Behavior> upkeep = new TreeMap<>();
        for (Record row : once(TYPE_FUNCTIONS)) {
            Behavior function = operator(text(row, 2), text(row, 3));
            if (TableName.isSystemSchema(text(row, 0))) {
                routine(text(row, 3), text(row, 2) + " compares", RoutineModel.Kind.COMPARISON, text(row, 1), function);
                routine(text(row, 3), FactNames.OWN_EQUALITY, RoutineModel.Kind.OPERATOR, text(row, 2), Behavior.NONE);
                upkeep.merge(Dependencies.EACH, function, Behavior::and);
            } else {
                String type = FactNames.checkOf(text(row, 1));
                routine(text(row, 0), type, RoutineModel.Kind.FUNCTION, text(row, 2), function);
                support(row, function, upkeep);
            }
        }
        each(INDEX_FUNCTIONS, row -> support(row, operator(text(row, 2), text(row, 3)), upkeep));
        each(UPKEEP.replace("%s", statisticsOfExpressions ? STATISTICS : ""), row -> {
            Behavior expression = code().expression(text(row, 2));
            if (!expression.equals(Behavior.NONE)) upkeep(name(row).name(), expression, upkeep, new HashSet<>());
        });
        upkeep.forEach((table, behavior) ->
                routine("", Dependencies.upkeepOf(table), RoutineModel.Kind.FUNCTION, "", behavior));
        Set<String> all = new TreeSet<>();
        for (String table : upkeep.keySet()) all.add(Dependencies.upkeepOf(table));
        if (!all.isEmpty())
            routine("", Dependencies.upkeepOf(Dependencies.ALL), RoutineModel.Kind.FUNCTION, "", calling(all));
    }

    private void support(Record row, Behavior function, Map<String, Behavior> upkeep) {
        String relation = name(row).name();
        if (!isRelation(relation)) return;
        routine(text(row, 0), Dependencies.supportOf(relation), RoutineModel.Kind.FUNCTION, text(row, 2), function);
        upkeep(relation, function, upkeep, new HashSet<>());
    }

    /** The upkeep of a table is that of its partitions as well. */
    private void upkeep(String table, Behavior behavior, Map<String, Behavior> upkeep, Set<String> seen) {
        if (!seen.add(table)) return;
        upkeep.merge(table, behavior, Behavior::and);
        for (String parent : parents.getOrDefault(table, Set.of())) upkeep(parent, behavior, upkeep, seen);
    }

    private void loginTriggers() {
        each(
                LOGIN_TRIGGERS,
                row -> routine(
                        "",
                        Dependencies.LOGIN,
                        RoutineModel.Kind.FUNCTION,
                        text(row, 3),
                        text(row, 1).equals("plpgsql")
                                ? code().body(text(row, 2), RoutineLanguage.PLPGSQL)
                                        .behavior()
                                : Behavior.unknown("it is written in " + text(row, 1))));
    }

    private void routine(String schema, String name, RoutineModel.Kind kind, String signature, Behavior behavior) {
        routine(new RoutineModel(schema, name, kind, signature, behavior));
    }

    /** What the function of an operator does, which may be one of the database's own. */
    private Behavior operator(String function, String schema) {
        return schema.equals("pg_catalog") ? code().expression(function + "()") : calling(Set.of(function));
    }

    private static RoutineModel.Kind kind(String kind, boolean ofRow) {
        return switch (kind) {
            case "a" -> RoutineModel.Kind.AGGREGATE;
            case "p" -> RoutineModel.Kind.PROCEDURE;
            default -> ofRow ? RoutineModel.Kind.ROW_FUNCTION : RoutineModel.Kind.FUNCTION;
        };
    }

    private Behavior behavior(String language, String volatility, String body, String signature) {
        boolean understood = language.equals("sql") || language.equals("plpgsql");
        if (!understood)
            // The body is not analysed, but an administrator has promised that it depends on nothing.
            return volatility.equals("i") ? Behavior.NONE : Behavior.unknown("it is written in " + language);
        Behavior text = code().body(
                        body, language.equals("sql") ? RoutineLanguage.SQL : RoutineLanguage.PLPGSQL, signature)
                .behavior();
        // VOLATILE is the default, so it is no more than a missing promise.
        return volatility.equals("v") ? text.unpromised("labelled VOLATILE") : text;
    }
}
