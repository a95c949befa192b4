package dev.jooqcache.migrations;

import java.sql.SQLException;
import org.flywaydb.core.api.configuration.ClassicConfiguration;

/** The program that the build runs before it generates code: it gives a database the catalogue's schema, without content. */
public final class SchemaOnly {

    private SchemaOnly() {}

    /** Drops and creates the schema in the database whose JDBC URL is the only argument. */
    public static void main(String[] arguments) throws SQLException {
        ClassicConfiguration target = new ClassicConfiguration();
        target.setDataSource(arguments[0], null, null);
        CatalogueMigrations.recreateSchema(target.getDataSource());
    }
}
