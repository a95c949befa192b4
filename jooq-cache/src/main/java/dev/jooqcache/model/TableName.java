package dev.jooqcache.model;

import java.util.Comparator;
import java.util.Locale;
import java.util.Set;
import org.jooq.Schema;
import org.jooq.Table;

/**
 * The name of a table or view, in the one spelling that all of its spellings share.
 *
 * <p>Names are folded to lower case, so quoted and unquoted names, generated code and plain SQL mean one table (scenario
 * R6). Tables of one name in two schemas share a tag: a write of one invalidates what depends on either, which is never
 * wrong and needs no knowledge of search paths.
 *
 * @param schema the folded schema, or an empty string if the name is unqualified
 * @param name the folded name, used as the tag
 */
public record TableName(String schema, String name) implements Comparable<TableName> {

    private static final Comparator<TableName> ORDER =
            Comparator.comparing(TableName::schema).thenComparing(TableName::name);

    private static final Set<String> SYSTEM_SCHEMAS =
            Set.of("information_schema", "pg_catalog", "mysql", "performance_schema", "sys", "sqlite_master");

    /**
     * Folds both parts.
     *
     * @param schema the folded schema, or an empty string if the name is unqualified
     * @param name the folded name, used as the tag
     */
    public TableName {
        schema = fold(schema);
        name = fold(name);
    }

    /**
     * A name within a schema.
     *
     * @param schema the schema in any spelling, or an empty string
     * @param name the name in any spelling
     * @return the folded name
     */
    public static TableName of(String schema, String name) {
        return new TableName(schema, name);
    }

    /**
     * An unqualified name.
     *
     * @param name the name in any spelling
     * @return the folded name
     */
    public static TableName of(String name) {
        return new TableName("", name);
    }

    /**
     * The name of a generated table.
     *
     * @param table the table
     * @return its name within its schema
     */
    public static TableName of(Table<?> table) {
        Schema schema = table.getSchema();
        return new TableName(schema == null ? "" : schema.getName(), table.getName());
    }

    /**
     * The one spelling of an identifier.
     *
     * @param name any spelling
     * @return the spelling in lower case, independent of the locale
     */
    public static String fold(String name) {
        // H2 has put unquoted names in either case, and not each letter comes back from the other one as it was.
        return name.toLowerCase(Locale.ROOT).toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
    }

    /**
     * Returns whether a schema is the database's own.
     *
     * @param schema a schema in any spelling
     * @return whether it holds the catalog
     */
    public static boolean isSystemSchema(String schema) {
        return SYSTEM_SCHEMAS.contains(fold(schema));
    }

    /**
     * Returns whether this is a table of the database's catalog.
     *
     * @return whether its schema or its prefix is reserved
     */
    public boolean isSystem() {
        return isSystemSchema(schema) || name.startsWith("pg_") || name.startsWith("sqlite_");
    }

    @Override
    public int compareTo(TableName other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return schema.isEmpty() ? name : schema + "." + name;
    }
}
