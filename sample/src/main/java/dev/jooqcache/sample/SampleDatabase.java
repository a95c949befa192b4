package dev.jooqcache.sample;

import dev.jooqcache.inspect.SchemaInspector;
import dev.jooqcache.migrations.CatalogueMigrations;
import dev.jooqcache.sample.Settings.Server;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import java.util.UUID;
import javax.sql.DataSource;
import org.flywaydb.core.api.FlywayException;
import org.h2.jdbcx.JdbcDataSource;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.postgresql.ds.PGSimpleDataSource;

/** The migrated database that the sample runs on; closing it stops what was started for it. */
public final class SampleDatabase implements AutoCloseable {

    private interface Stop {

        void stop() throws IOException, SQLException;
    }

    private final DataSource dataSource;
    private final SQLDialect dialect;
    private final Stop stop;

    private SampleDatabase(DataSource dataSource, SQLDialect dialect, Stop stop) {
        this.dataSource = dataSource;
        this.dialect = dialect;
        this.stop = stop;
    }

    public static SampleDatabase start(Settings settings) throws StartFailure {
        SampleDatabase database = open(settings);
        try {
            CatalogueMigrations.migrate(database.dataSource);
            return database;
        } catch (FlywayException e) {
            database.closeAfter(e);
            throw new StartFailure("cannot migrate " + settings.where() + ": " + firstLine(e), e);
        }
    }

    private static SampleDatabase open(Settings settings) throws StartFailure {
        try {
            if (settings.server().isPresent()) {
                return remote(settings.server().get());
            }
            return switch (settings.database()) {
                case H2 -> h2();
                case POSTGRESQL -> embeddedPostgres();
            };
        } catch (IOException | SQLException | IllegalStateException e) {
            throw new StartFailure("cannot start " + settings.where() + ": " + firstLine(e), e);
        }
    }

    private void closeAfter(Exception failure) {
        try {
            close();
        } catch (IOException | SQLException e) {
            failure.addSuppressed(e);
        }
    }

    private static String firstLine(Exception failure) {
        return String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
    }

    private static SampleDatabase remote(Server server) {
        PGSimpleDataSource dataSource = new PGSimpleDataSource();
        dataSource.setUrl(server.url());
        server.user().ifPresent(dataSource::setUser);
        server.password().ifPresent(dataSource::setPassword);
        return new SampleDatabase(dataSource, SQLDialect.POSTGRES, () -> {});
    }

    /** H2 lives as long as a connection is open, and must not reuse the results of its last queries. */
    private static SampleDatabase h2() throws SQLException {
        JdbcDataSource dataSource = new JdbcDataSource();
        dataSource.setURL(
                "jdbc:h2:mem:" + UUID.randomUUID() + ";OPTIMIZE_REUSE_RESULTS=0" + CatalogueMigrations.H2_SETTINGS);
        dataSource.setUser("sa");
        Connection keepsItAlive = dataSource.getConnection();
        return new SampleDatabase(dataSource, SQLDialect.H2, keepsItAlive::close);
    }

    private static SampleDatabase embeddedPostgres() throws IOException {
        EmbeddedPostgres server = EmbeddedPostgres.start();
        return new SampleDatabase(server.getPostgresDatabase(), SQLDialect.POSTGRES, server::close);
    }

    public DataSource dataSource() {
        return dataSource;
    }

    public SQLDialect dialect() {
        return dialect;
    }

    /** The product and its version. */
    public String product() throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            DatabaseMetaData metaData = connection.getMetaData();
            return metaData.getDatabaseProductName() + " " + metaData.getDatabaseMajorVersion() + "."
                    + metaData.getDatabaseMinorVersion();
        }
    }

    /** What depends on what in the schema, as Markdown. */
    String dependencies() {
        return SchemaInspector.inspect(DSL.using(dataSource, dialect)).toMarkdown();
    }

    @Override
    public void close() throws IOException, SQLException {
        stop.stop();
    }
}
