package dev.jooqcache.migrations;

import dev.jooqcache.migrations.Films.Film;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.flywaydb.core.api.MigrationVersion;
import org.flywaydb.core.api.migration.Context;
import org.flywaydb.core.api.migration.JavaMigration;
import org.jspecify.annotations.Nullable;

/**
 * The migration that fills the catalogue: the same rows on every database and in every run. Without them it is the same
 * migration to Flyway, so that a schema that code is generated from has the version of one that is used.
 */
final class CatalogueSeed implements JavaMigration {

    private static final List<String> TABLES_WITH_IDENTITY =
            List.of("film", "person", "price_change", "employee", "copy", "customer", "rental", "payment");

    private final boolean fills;

    private CatalogueSeed(boolean fills) {
        this.fills = fills;
    }

    static CatalogueSeed filling() {
        return new CatalogueSeed(true);
    }

    static CatalogueSeed withoutContent() {
        return new CatalogueSeed(false);
    }

    @Override
    public void migrate(Context context) throws SQLException {
        if (!fills) return;
        Connection connection = context.getConnection();
        Places.insert(connection, new Dice(1));
        List<Film> films = Films.insert(connection, new Dice(2));
        Customers.insert(connection, new Dice(3));
        Rentals.insert(connection, new Dice(4), films);
        restartIdentities(connection);
    }

    private static void restartIdentities(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String table : TABLES_WITH_IDENTITY) {
                long next = next(statement, table);
                statement.execute("alter table " + table + " alter column id restart with " + next);
            }
        }
    }

    private static long next(Statement statement, String table) throws SQLException {
        try (ResultSet rows = statement.executeQuery("select max(id) + 1 from " + table)) {
            rows.next();
            return rows.getLong(1);
        }
    }

    @Override
    public MigrationVersion getVersion() {
        return MigrationVersion.fromVersion("7");
    }

    @Override
    public String getDescription() {
        return "content";
    }

    /** Other content would be another version, so there is nothing to sum up. */
    @Override
    public @Nullable Integer getChecksum() {
        return null;
    }

    @Override
    public boolean canExecuteInTransaction() {
        return true;
    }
}
