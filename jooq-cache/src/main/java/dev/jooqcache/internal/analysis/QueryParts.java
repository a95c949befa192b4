package dev.jooqcache.internal.analysis;

import dev.jooqcache.BypassReason;
import dev.jooqcache.model.TableName;
import dev.jooqcache.model.WriteEvent;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jooq.CommonTableExpression;
import org.jooq.Delete;
import org.jooq.Insert;
import org.jooq.Merge;
import org.jooq.Qualified;
import org.jooq.QueryPart;
import org.jooq.Record;
import org.jooq.RenderContext;
import org.jooq.SQL;
import org.jooq.Schema;
import org.jooq.Sequence;
import org.jooq.Table;
import org.jooq.TableOptions.TableType;
import org.jooq.Update;
import org.jooq.VisitContext;
import org.jooq.VisitListener;
import org.jooq.impl.CustomCondition;
import org.jooq.impl.CustomField;
import org.jooq.impl.CustomQueryPart;
import org.jooq.impl.CustomTable;
import org.jooq.impl.QOM;
import org.jooq.impl.TableImpl;
import org.jspecify.annotations.Nullable;

/**
 * Collects what a query is made of while it is rendered: the tables that it names, the DML in it, and whether it has
 * parts that render text which no listener sees.
 *
 * <p>Every part that reaches the SQL is visited, so nothing that reads a table can hide (checked against jOOQ 3.19 to
 * 3.21 by the tests of scenario R1).
 */
final class QueryParts implements VisitListener {

    private static final String JOOQ = "org.jooq.impl.";
    private static final String ALIAS = "org.jooq.impl.Alias";

    private final Set<TableName> declared = new LinkedHashSet<>();
    private final Set<TableName> mentioned = new LinkedHashSet<>();
    private final Set<String> aliases = new HashSet<>();
    private final Set<String> commonTables = new HashSet<>();
    private final Set<Table<?>> targets = new LinkedHashSet<>();
    private @Nullable TableImpl<?> candidate;
    private boolean candidateDeclared;
    private boolean dml;
    private final Set<WriteEvent> events = EnumSet.noneOf(WriteEvent.class);
    private boolean unknownTarget;
    private boolean opaque;
    private boolean customText;
    private @Nullable BypassReason reason;
    private String detail = "";

    /**
     * The tables that the query names.
     *
     * <p>A name that only qualifies a column is an alias if the query declares an alias of that name, otherwise a table.
     */
    Set<TableName> tables() {
        Set<TableName> tables = new LinkedHashSet<>(declared);
        for (TableName name : mentioned) if (!isAlias(name)) tables.add(name);
        return tables;
    }

    private boolean isAlias(TableName name) {
        return name.schema().isEmpty() && (aliases.contains(name.name()) || commonTables.contains(name.name()));
    }

    /** The names of the query's common table expressions. In parsed text, a reference to one looks like a table. */
    Set<String> commonTables() {
        return commonTables;
    }

    /**
     * The names among the given ones that are aliases in the query as well. In a FROM clause stands no alias, so a table of
     * that name is read, too, even if jOOQ's parser takes the name for the alias.
     */
    Set<String> aliasesAmong(Set<String> names) {
        Set<String> both = new HashSet<>(names);
        both.retainAll(aliases);
        return both;
    }

    /** The names among the given ones that are neither tables nor aliases nor common table expressions of the query. */
    Set<String> unaccounted(Set<String> names) {
        Set<String> unaccounted = new HashSet<>(names);
        unaccounted.removeAll(aliases);
        unaccounted.removeAll(commonTables);
        for (TableName table : tables()) unaccounted.remove(table.name());
        return unaccounted;
    }

    /** The tables, perhaps aliased, that the DML in it names as its targets. */
    Set<Table<?>> targets() {
        return targets;
    }

    boolean hasDml() {
        return dml;
    }

    /** The ways in which its DML writes, as far as its parts tell: an upsert shows as an INSERT. */
    Set<WriteEvent> events() {
        return events;
    }

    /** Returns whether a target is not told: then it is one of {@link #tables()}. */
    boolean hasUnknownTarget() {
        return unknownTarget;
    }

    /**
     * Returns whether some text was written by a function that jOOQ calls while it renders: one of its own emulations, or a
     * user's {@code CustomField.of(..)}.
     */
    boolean hasCustomText() {
        return customText;
    }

    /** Returns whether some text of the query is not made of parts: plain SQL, or a part of the user's own class. */
    boolean isOpaque() {
        return opaque;
    }

    @Nullable
    BypassReason reason() {
        return reason;
    }

    String detail() {
        return detail;
    }

    @Override
    public void visitStart(VisitContext context) {
        QueryPart part = context.queryPart();
        settleCandidate(context, part);
        customText |= isCustom(part);
        if (part instanceof Table<?> table) table(context, table);
        else if (part instanceof SQL sql) opaque |= !PlainSql.namesNoTable(context, sql);
        else if (part instanceof Insert<?>)
            dml(Set.of(WriteEvent.INSERT), part instanceof QOM.Insert<?> insert ? insert.$into() : null);
        else if (part instanceof Update<?>)
            dml(Set.of(WriteEvent.UPDATE), part instanceof QOM.Update<?> update ? update.$table() : null);
        else if (part instanceof Delete<?>)
            dml(Set.of(WriteEvent.DELETE), part instanceof QOM.Delete<?> delete ? delete.$from() : null);
        else if (part instanceof Merge<?>) dml(WriteEvent.ROWS, null);
        else if (part instanceof Sequence<?> sequence)
            deny(BypassReason.NONDETERMINISTIC_FUNCTION, "sequence " + sequence.getName());
        else if (isUsersOwn(part)) opaque = true;
    }

    @Override
    public void visitEnd(VisitContext context) {
        settleCandidate(context, null);
    }

    private void dml(Set<WriteEvent> how, @Nullable Table<?> target) {
        dml = true;
        events.addAll(how);
        if (target == null) unknownTarget = true;
        else targets.add(target);
    }

    private void table(VisitContext context, Table<?> table) {
        RenderContext rendering = context.renderContext();
        if (table instanceof TableImpl<?> named) {
            candidate = named;
            candidateDeclared = rendering == null || rendering.declareTables();
        } else if (isUsersOwn(table)) {
            opaque = true;
        } else if (table instanceof CommonTableExpression<?> common) {
            commonTables.add(TableName.fold(common.getName()));
        } else if (table instanceof QOM.Aliasable<?> aliasable && aliasable.$alias() != null) {
            aliases.add(TableName.fold(String.valueOf(aliasable.$alias().last())));
        } else if (!PlainSql.isTable(table)) {
            // The result of a function is called as the function is.
            aliases.add(TableName.fold(table.getName()));
        }
    }

    /** A table whose first part is an alias only stands for the table visited next; otherwise it is one itself. */
    private void settleCandidate(VisitContext context, @Nullable QueryPart next) {
        TableImpl<?> table = candidate;
        if (table == null) return;
        candidate = null;
        if (next != null && next.getClass().getName().equals(ALIAS)) {
            aliases.add(TableName.fold(table.getName()));
            return;
        }
        if (table.getTableType() == TableType.FUNCTION) {
            // The text tells that it is called.
            aliases.add(TableName.fold(table.getName()));
            return;
        }
        if (table.getTableType() == TableType.TEMPORARY) deny(BypassReason.TEMPORARY_TABLE, table.getName());
        (candidateDeclared ? declared : mentioned).add(name(context, table));
    }

    /** The table's name as it is rendered: Settings can map schemas and tables to others. */
    @SuppressWarnings("removal")
    private static TableName name(VisitContext context, Table<? extends Record> table) {
        Table<?> mapped = context.configuration().schemaMapping().map(table);
        Table<?> rendered = mapped == null ? table : mapped;
        Schema schema = rendered.getSchema();
        return TableName.of(schema == null ? "" : schema.getName(), rendered.getName());
    }

    private static boolean isUsersOwn(QueryPart part) {
        // What the code generator writes extends jOOQ's own, which render it.
        return !part.getClass().getName().startsWith(JOOQ) && (isCustom(part) || !(part instanceof Qualified));
    }

    private static boolean isCustom(QueryPart part) {
        return part instanceof CustomQueryPart
                || part instanceof CustomField<?>
                || part instanceof CustomCondition
                || part instanceof CustomTable<?>;
    }

    private void deny(BypassReason why, String what) {
        if (reason == null) {
            reason = why;
            detail = what;
        }
    }
}
