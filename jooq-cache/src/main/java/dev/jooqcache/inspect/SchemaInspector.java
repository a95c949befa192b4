package dev.jooqcache.inspect;

import dev.jooqcache.internal.analysis.Inspection;
import dev.jooqcache.internal.catalog.Catalog;
import dev.jooqcache.internal.catalog.FlywayVersion;
import dev.jooqcache.internal.catalog.H2Catalog;
import dev.jooqcache.internal.catalog.JdbcCatalog;
import dev.jooqcache.internal.catalog.MySqlCatalog;
import dev.jooqcache.internal.catalog.PostgresCatalog;
import dev.jooqcache.internal.catalog.SqliteCatalog;
import dev.jooqcache.model.CacheModel;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jooq.DSLContext;
import org.jooq.Name;
import org.jooq.Record;
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

    /** How long a question may take, for instance for want of a lock that a change of the schema holds. */
    private static final int SECONDS = 5;

    /** Of equally many rows, those that replaced others are of later transactions, so the sum is higher. */
    private static final String POSTGRES_STATE = Stream.of(
                    "pg_class",
                    "pg_attribute",
                    "pg_attrdef",
                    "pg_constraint",
                    "pg_rewrite",
                    "pg_trigger",
                    "pg_proc",
                    "pg_aggregate",
                    "pg_operator",
                    "pg_cast",
                    "pg_type",
                    "pg_inherits",
                    "pg_index",
                    "pg_policy",
                    "pg_depend",
                    "pg_opclass",
                    "pg_opfamily",
                    "pg_amop",
                    "pg_amproc",
                    "pg_range",
                    "pg_statistic_ext",
                    "pg_event_trigger",
                    "pg_partitioned_table",
                    "pg_language",
                    "pg_namespace")
            .map(table -> "(select count(*) || ' ' || coalesce(sum(xmin::text::numeric), 0) from " + table + ")")
            .collect(Collectors.joining(", ", "select ", ""));

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

    /** On PostgreSQL, where each change of the catalog makes rows of a higher transaction. */
    @Override
    public @Nullable String state(Connection connection, SQLDialect dialect) {
        return dialect.family() == SQLDialect.POSTGRES
                ? asking(connection, dialect).fetchSingle(POSTGRES_STATE).format()
                : null;
    }

    /** Never fails within a transaction: a history that is not there is not asked. */
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

    /** The newest version, and a checksum over all migrations, since repeatable ones have no version. */
    private static String newest(DSLContext dsl, Name history) {
        String version = "";
        SortedMap<String, String> scripts = new TreeMap<>();
        for (Record migration : dsl.select(
                        DSL.field(DSL.name("version"), String.class),
                        DSL.field(DSL.name("script"), String.class),
                        DSL.field(DSL.name("checksum"), Integer.class))
                .from(DSL.table(history))
                .where(DSL.field(DSL.name("success"), Boolean.class).isTrue())
                // How the schema or the history was created is no migration.
                .and(DSL.field(DSL.name("type"), String.class).notIn("SCHEMA", "TABLE", "BASELINE"))
                .orderBy(DSL.field(DSL.name("installed_rank")))
                .fetch()) {
            String versioned = migration.get(0, String.class);
            if (versioned != null) version = versioned;
            scripts.put(String.valueOf(migration.get(1)), String.valueOf(migration.get(2)));
        }
        return FlywayVersion.of(version, scripts);
    }

    private static DSLContext asking(Connection connection, SQLDialect dialect) {
        // Each question is asked once, so nothing is gained by preparing it.
        Settings settings = new Settings().withExecuteLogging(false).withStatementType(StatementType.STATIC_STATEMENT);
        // For H2 it would be one of the session, from here on; and H2 never waits long for a lock.
        if (dialect.family() != SQLDialect.H2) settings.setQueryTimeout(SECONDS);
        return DSL.using(connection, dialect, settings);
    }
}
