package dev.jooqcache.spi;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The identity of a query: everything besides the data that can make two executions read differently.
 *
 * <p>Two fingerprints are equal exactly if their parts are; nothing is digested, so there are no collisions. The bind
 * values are in an exact, canonical form, so 1, 1L, 1.0 and {@code "1"} differ. The same query
 * has the same fingerprint in every JVM. Immutable and thread-safe.
 */
public final class Fingerprint {

    private final String dataSource;
    private final String dialect;
    private final String sql;
    private final String scope;
    private final String shape;
    private final List<String> bindTypes;
    private final @Nullable Object[] binds;
    private final int hash;

    /**
     * Makes a fingerprint.
     *
     * @param dataSource the name of the data source within the cache
     * @param dialect the jOOQ dialect
     * @param sql the SQL text with bind markers
     * @param scope the session scope that the user declared, or empty
     * @param shape how the columns will be read
     * @param bindTypes the SQL types of the bind values
     * @param binds the bind values in canonical form; the array must not be changed afterwards
     */
    public Fingerprint(
            String dataSource,
            String dialect,
            String sql,
            String scope,
            String shape,
            List<String> bindTypes,
            @Nullable Object[] binds) {
        this.dataSource = dataSource;
        this.dialect = dialect;
        this.sql = sql;
        this.scope = scope;
        this.shape = shape;
        this.bindTypes = bindTypes;
        this.binds = binds;
        int parts = 31 * (31 * (31 * sql.hashCode() + scope.hashCode()) + shape.hashCode()) + dataSource.hashCode();
        this.hash = 31 * parts + Arrays.hashCode(binds);
    }

    /**
     * The name of the data source within the cache.
     *
     * @return the name
     */
    public String dataSource() {
        return dataSource;
    }

    /**
     * The jOOQ dialect.
     *
     * @return the name of the dialect
     */
    public String dialect() {
        return dialect;
    }

    /**
     * The SQL text with bind markers.
     *
     * @return the SQL text
     */
    public String sql() {
        return sql;
    }

    /**
     * The session scope that the user declared.
     *
     * @return the scope, or an empty string
     */
    public String scope() {
        return scope;
    }

    /**
     * Returns the way in which the columns will be read.
     *
     * @return a description of the columns' bindings
     */
    public String shape() {
        return shape;
    }

    /**
     * The SQL types of the bind values.
     *
     * @return one type per bind value
     */
    public List<String> bindTypes() {
        return bindTypes;
    }

    /**
     * The bind values in canonical form.
     *
     * @return a copy
     */
    public @Nullable Object[] binds() {
        return binds.clone();
    }

    /**
     * One bind value in canonical form.
     *
     * @param index from 0
     * @return the value; this fingerprint, which is no value, if there is none of that index
     */
    public @Nullable Object bind(int index) {
        return index < binds.length ? binds[index] : this;
    }

    @Override
    public boolean equals(Object other) {
        return other == this
                || (other instanceof Fingerprint f
                        && hash == f.hash
                        && sql.equals(f.sql)
                        && Arrays.equals(binds, f.binds)
                        && shape.equals(f.shape)
                        && bindTypes.equals(f.bindTypes)
                        && dataSource.equals(f.dataSource)
                        && dialect.equals(f.dialect)
                        && scope.equals(f.scope));
    }

    @Override
    public int hashCode() {
        return hash;
    }

    /** Names the query without its bind values, which may be private. */
    @Override
    public String toString() {
        return dataSource + ": " + sql;
    }
}
