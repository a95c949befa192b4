package dev.jooqcache.internal.entry;

import dev.jooqcache.spi.Fingerprint;
import dev.jooqcache.spi.Stamp;
import dev.jooqcache.spi.StoredResult;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one execution of a query, as jOOQ read them from JDBC, and for how long they are exact.
 *
 * <p>Thread-safe, and immutable but for its validity and its mappings. The values are of the closed set that {@link Values}
 * names; the mutable ones among them (arrays, {@code java.sql.Timestamp} and its like) must be copied before they are
 * handed out.
 *
 * @param query the query that this answers, so that the answer to another one is noticed
 * @param validity at which state of the generation store's clock the rows were exact: first that before the SQL was sent,
 *     or that of the snapshot
 * @param extents what the rows depend on: they are exact as long as each of these is {@linkplain Stamp#isWithin within}
 *     the stamp
 * @param zone the id of the JVM's default time zone at that time; JDBC's date and time getters depend on it
 * @param columns how each column was read
 * @param cells the values, row by row; {@code null} where the getter answered {@code null} or {@code wasNull}
 * @param rows the number of rows
 * @param bytes an estimate of the heap that the cells take, in bytes
 * @param metaData the columns' description, or {@code null} if it was not requested
 * @param mappings the objects mapped from it
 */
public record CachedResult(
        Fingerprint query,
        Validity validity,
        List<Extent> extents,
        String zone,
        List<Access> columns,
        @Nullable Object[] cells,
        int rows,
        long bytes,
        @Nullable List<ColumnMetaData> metaData,
        Mappings mappings)
        implements StoredResult {

    /**
     * Creates a result without mappings.
     *
     * @param query the query that this answers
     * @param validity at which state of the clock the rows were exact
     * @param extents what the rows depend on
     * @param zone the id of the JVM's default time zone at that time
     * @param columns how each column was read
     * @param cells the values, row by row
     * @param rows the number of rows
     * @param bytes an estimate of the heap that the cells take, in bytes
     * @param metaData the columns' description, or {@code null} if it was not requested
     */
    public CachedResult(
            Fingerprint query,
            Validity validity,
            List<Extent> extents,
            String zone,
            List<Access> columns,
            @Nullable Object[] cells,
            int rows,
            long bytes,
            @Nullable List<ColumnMetaData> metaData) {
        this(query, validity, extents, zone, columns, cells, rows, bytes, metaData, new Mappings());
    }

    @Override
    public boolean hasSameRows(StoredResult other) {
        return other instanceof CachedResult result && rows == result.rows && Arrays.deepEquals(cells, result.cells);
    }

    /**
     * The latest state of the clock at which the rows are known to have been exact.
     *
     * @return the stamp
     */
    public Stamp stamp() {
        return validity.stamp();
    }

    /**
     * A cell that was read by more than one getter.
     *
     * @param accesses the getters, in the order of their first call
     * @param values their answers, in the same order
     */
    public record Reads(List<Access> accesses, @Nullable Object[] values) {

        @Override
        public boolean equals(Object other) {
            return other instanceof Reads reads
                    && accesses.equals(reads.accesses)
                    && Arrays.deepEquals(values, reads.values);
        }

        @Override
        public int hashCode() {
            return 31 * accesses.hashCode() + Arrays.deepHashCode(values);
        }
    }

    /**
     * The {@link java.sql.ResultSetMetaData} of one column.
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
