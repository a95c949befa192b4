package dev.jooqcache.migrations;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.configuration.FluentConfiguration;

/**
 * The migrations that give a database the film-rental catalogue, in a schema of its own called {@value #SCHEMA}.
 *
 * <p>The databases are H2, opened with {@link #H2_SETTINGS}, and PostgreSQL. The content is generated, and is the same
 * wherever and whenever it is generated. Migrating twice is migrating once.
 */
public final class CatalogueMigrations {

    /** The schema that holds the catalogue. */
    public static final String SCHEMA = "catalogue";

    /** What a JDBC URL of H2 must end with, so that names and the order of nulls are as on PostgreSQL. */
    public static final String H2_SETTINGS =
            ";DATABASE_TO_LOWER=TRUE;CASE_INSENSITIVE_IDENTIFIERS=TRUE;DEFAULT_NULL_ORDERING=HIGH";

    private CatalogueMigrations() {}

    /**
     * Creates the schema and its content, or what is missing of it.
     *
     * @throws FlywayException if the database cannot be reached or migrated
     */
    public static void migrate(DataSource dataSource) {
        configure(dataSource, CatalogueSeed.filling()).load().migrate();
    }

    /** Drops the schema with all that it holds, and creates it again without content. */
    static void recreateSchema(DataSource dataSource) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("drop schema if exists " + SCHEMA + " cascade");
        }
        configure(dataSource, CatalogueSeed.withoutContent()).load().migrate();
    }

    private static FluentConfiguration configure(DataSource dataSource, CatalogueSeed seed) {
        return Flyway.configure(CatalogueMigrations.class.getClassLoader())
                .dataSource(dataSource)
                .schemas(SCHEMA)
                .locations("classpath:db/migration/common", "classpath:db/migration/" + vendor(dataSource))
                .javaMigrations(seed);
    }

    private static String vendor(DataSource dataSource) {
        try (Connection connection = dataSource.getConnection()) {
            return connection.getMetaData().getDatabaseProductName().toLowerCase(Locale.ROOT);
        } catch (SQLException e) {
            throw new FlywayException("Cannot connect: " + e.getMessage(), e);
        }
    }
}
