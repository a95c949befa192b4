package dev.jooqcache.spi;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one execution of a query, as jOOQ read them from JDBC, with the stamp at which they are exact.
 *
 * <p>Immutable and thread-safe. The values are of the closed set that {@link Values} names; the mutable ones among them
 * (arrays, {@code java.sql.Timestamp} and its like) must be copied before they are handed to anybody.
 *
 * @param query the query that this answers, so that the answer to another one is noticed
 * @param stamp the stamp captured before the SQL was sent and validated after the last row was read
 * @param tags the tags that the query depends on
 * @param zone the id of the JVM's default time zone at that time; JDBC's date and time getters depend on it
 * @param columns how each column was read
 * @param cells the values, row by row; {@code null} where the getter answered {@code null} or {@code wasNull}
 * @param rows the number of rows
 * @param bytes an estimate of the heap that the cells take, in bytes
 * @param metaData the columns' description, or {@code null} if nobody asked for it
 */
public record CachedResult(
        Fingerprint query,
        Stamp stamp,
        Tags tags,
        String zone,
        List<Access> columns,
        @Nullable Object[] cells,
        int rows,
        long bytes,
        @Nullable List<ColumnMetaData> metaData) {

    /**
     * A cell that was read by more than one getter.
     *
     * @param accesses the getters, in the order of their first call
     * @param values their answers, in the same order
     */
    public record Reads(List<Access> accesses, @Nullable Object[] values) {}

    /**
     * What {@link java.sql.ResultSetMetaData} says about one column.
     *
     * @param label see {@code getColumnLabel}
     * @param name see {@code getColumnName}
     * @param table see {@code getTableName}
     * @param schema see {@code getSchemaName}
     * @param catalog see {@code getCatalogName}
     * @param typeName see {@code getColumnTypeName}
     * @param className see {@code getColumnClassName}
     * @param type see {@code getColumnType}
     * @param precision see {@code getPrecision}
     * @param scale see {@code getScale}
     * @param nullable see {@code isNullable}
     * @param displaySize see {@code getColumnDisplaySize}
     * @param flags bit set of autoIncrement, caseSensitive, searchable, currency, signed, readOnly, writable and
     *     definitelyWritable, from the lowest bit
     */
    public record ColumnMetaData(
            String label,
            String name,
            String table,
            String schema,
            String catalog,
            String typeName,
            String className,
            int type,
            int precision,
            int scale,
            int nullable,
            int displaySize,
            int flags) {}
}
