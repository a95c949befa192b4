package dev.jooqcache.internal.analysis;

import java.util.Locale;
import java.util.Set;

/**
 * The name of a table, in the one spelling that all of its spellings share.
 *
 * <p>Names are folded to lower case, so quoted and unquoted names, generated code and plain SQL mean one table (scenario
 * R6). Tables of one name in two schemas share a tag: a write of one invalidates what depends on either, which is never
 * wrong and needs no knowledge of search paths.
 *
 * @param schema the folded schema, or an empty string if the name is unqualified
 * @param name the folded name, used as the tag
 */
record TableName(String schema, String name) {

    private static final Set<String> SYSTEM_SCHEMAS =
            Set.of("information_schema", "pg_catalog", "mysql", "performance_schema", "sys", "sqlite_master");

    static TableName of(String schema, String name) {
        return new TableName(fold(schema), fold(name));
    }

    static String fold(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    static boolean isSystemSchema(String schema) {
        return SYSTEM_SCHEMAS.contains(fold(schema));
    }

    boolean isSystem() {
        return isSystemSchema(schema) || name.startsWith("pg_") || name.startsWith("sqlite_");
    }

    @Override
    public String toString() {
        return schema.isEmpty() ? name : schema + "." + name;
    }
}
