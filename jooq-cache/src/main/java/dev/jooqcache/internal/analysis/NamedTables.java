package dev.jooqcache.internal.analysis;

import dev.jooqcache.model.TableName;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.jooq.impl.DefaultConfiguration;
import org.jooq.impl.QOM;

/** The tables that a user names by an object of jOOQ's, which may be an alias, or a join of several. */
public final class NamedTables {

    private NamedTables() {}

    /**
     * The names of the tables.
     *
     * @param table a table, an alias, a join or a derived table
     * @return the names of the tables in it; empty if they cannot be determined
     */
    public static Set<TableName> of(Table<?> table) {
        if (table instanceof QOM.TableAlias<?> alias) return of(alias.$table());
        // Its text is its name, if it is one.
        if (PlainSql.isTable(table)) return Set.of(TableName.of(table.getName()));
        QueryParts parts = new QueryParts();
        Planner.collect(DSL.selectOne().from(table), new DefaultConfiguration(), parts);
        return parts.isOpaque() ? Set.of() : new LinkedHashSet<>(parts.tables());
    }
}
