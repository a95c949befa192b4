package dev.jooqcache.internal.analysis;

import dev.jooqcache.model.CacheModel;
import java.sql.Connection;
import java.sql.SQLException;
import org.jooq.SQLDialect;
import org.jspecify.annotations.Nullable;

/** Asks a live database for what is true of its schema. Thread-safe. */
public interface Inspection {

    /**
     * Reads the catalog.
     *
     * @param connection an untracked connection outside a transaction
     * @param dialect its dialect
     * @return the model, with gaps for what could not be found out
     * @throws SQLException if the catalog cannot be read
     */
    CacheModel inspect(Connection connection, SQLDialect dialect) throws SQLException;

    /**
     * A text that changes whenever the catalog does, so that it need not be read again.
     *
     * @param connection an untracked connection outside a transaction
     * @param dialect its dialect
     * @return the text, or {@code null} if the database has nothing of the kind
     * @throws SQLException if the database cannot be asked
     */
    @Nullable
    String state(Connection connection, SQLDialect dialect) throws SQLException;

    /**
     * The version of the schema.
     *
     * @param connection an untracked connection outside a transaction
     * @param dialect its dialect
     * @return Flyway's newest version with a checksum over its migrations, or {@code null} if Flyway is not in use
     * @throws SQLException if the database cannot be asked
     */
    @Nullable
    String version(Connection connection, SQLDialect dialect) throws SQLException;
}
