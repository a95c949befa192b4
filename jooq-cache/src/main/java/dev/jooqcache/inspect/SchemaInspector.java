package dev.jooqcache.inspect;

import dev.jooqcache.internal.analysis.Inspection;
import dev.jooqcache.model.CacheModel;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jooq.DSLContext;
import org.jooq.Name;
import org.jooq.SQLDialect;
import org.jooq.conf.Settings;
import org.jooq.conf.StatementType;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * Reads the {@link CacheModel} of a live database from its catalog.
 *
 * <p>PostgreSQL's {@code pg_catalog}, the {@code information_schema} of H2, MySQL and MariaDB, and SQLite's {@code
 * sqlite_schema} are understood in full; the definitions in them are read by jOOQ's parser, and bodies of triggers and
 * routines word by word. What is not provably understood is unknown, and the model says why. Of other databases only the
 * relations are read, with a gap for everything else. Stateless and thread-safe.
 */
public final class SchemaInspector implements Inspection {

    private static final String FLYWAY_HISTORY = "flyway_schema_history";

    /** Makes an inspector. */
    public SchemaInspector() {}

    /**
     * Reads the catalog on a context's connection.
     *
     * @param dsl a context with a connection outside a transaction, preferably one that is not tracked by a cache
     * @return the model
     * @throws DataAccessException if the catalog cannot be read
     */
    public static CacheModel inspect(DSLContext dsl) {
        return dsl.connectionResult(connection -> new SchemaInspector().inspect(connection, dsl.dialect()));
    }

    @Override
    public CacheModel inspect(Connection connection, SQLDialect dialect) throws SQLException {
        DSLContext dsl = asking(connection, dialect);
        Catalog catalog = switch (dialect.family()) {
            case POSTGRES, YUGABYTEDB -> new PostgresCatalog(dsl);
            case H2 -> new H2Catalog(dsl);
            case MYSQL, MARIADB -> new MySqlCatalog(dsl);
            case SQLITE -> new SqliteCatalog(dsl);
            default -> new JdbcCatalog(dsl, connection.getMetaData());
        };
        try {
            return catalog.read(version(connection, dialect));
        } catch (DataAccessException e) {
            SQLException cause = e.getCause(SQLException.class);
            if (cause != null) throw cause;
            throw e;
        }
    }

    /** Never fails within a transaction, since a history that is not there is not asked. */
    @Override
    public @Nullable String version(Connection connection, SQLDialect dialect) throws SQLException {
        SortedMap<String, String> versions = new TreeMap<>();
        try (ResultSet histories = connection.getMetaData().getTables(null, null, FLYWAY_HISTORY, null)) {
            while (histories.next()) {
                // MySQL's schemas are JDBC's catalogs.
                String schema = histories.getString("TABLE_SCHEM");
                String in = schema == null ? histories.getString("TABLE_CAT") : schema;
                if (FLYWAY_HISTORY.equals(histories.getString("TABLE_NAME")) && in != null)
                    versions.put(in, newest(asking(connection, dialect), DSL.name(in, FLYWAY_HISTORY)));
            }
        }
        if (versions.size() > 1) return versions.toString();
        return versions.isEmpty() ? null : versions.get(versions.firstKey());
    }

    private static String newest(DSLContext dsl, Name history) {
        return dsl.select(DSL.field(DSL.name("version"), String.class))
                .from(DSL.table(history))
                .where(DSL.field(DSL.name("success"), Boolean.class).isTrue())
                .and(DSL.field(DSL.name("version")).isNotNull())
                .orderBy(DSL.field(DSL.name("installed_rank")).desc())
                .limit(1)
                .fetchOptionalInto(String.class)
                .orElse("");
    }

    private static DSLContext asking(Connection connection, SQLDialect dialect) {
        // Each question is asked once, so nothing is gained by preparing it.
        Settings settings = new Settings().withExecuteLogging(false).withStatementType(StatementType.STATIC_STATEMENT);
        return DSL.using(connection, dialect, settings);
    }
}
