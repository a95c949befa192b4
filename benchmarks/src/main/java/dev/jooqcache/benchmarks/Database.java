package dev.jooqcache.benchmarks;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.metrics.IMetricsTracker;
import dev.jooqcache.sample.DatabaseKind;
import dev.jooqcache.sample.SampleDatabase;
import dev.jooqcache.sample.Settings;
import dev.jooqcache.sample.Settings.Server;
import dev.jooqcache.sample.StartFailure;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import javax.sql.DataSource;
import org.jooq.Configuration;
import org.jooq.impl.DSL;

/** The sample's database behind a pool that counts, for each thread, the connections taken from it. Thread-safe. */
final class Database implements AutoCloseable {

    private static final int CONNECTIONS = 18;

    private static final class Tally {
        long taken;
    }

    /** Told by the pool of each connection, on the thread that takes it. */
    private final class Counting implements IMetricsTracker {

        @Override
        public void recordConnectionAcquiredNanos(long elapsed) {
            tally.get().taken++;
        }
    }

    private final ThreadLocal<Tally> tally = ThreadLocal.withInitial(Tally::new);
    private final SampleDatabase sample;
    private final HikariDataSource pool;

    private Database(SampleDatabase sample) {
        this.sample = sample;
        HikariConfig config = new HikariConfig();
        config.setDataSource(sample.dataSource());
        config.setMaximumPoolSize(CONNECTIONS);
        config.setMetricsTrackerFactory((name, stats) -> new Counting());
        this.pool = new HikariDataSource(config);
    }

    /** H2 in memory, or a new PostgreSQL. */
    static Database start(DatabaseKind kind) {
        return open(new Settings(kind, Optional.empty(), 1, 1, 0, 1));
    }

    /** A PostgreSQL that another process has started. */
    static Database at(String url) {
        Server server = new Server(url, Optional.empty(), Optional.empty());
        return open(new Settings(DatabaseKind.POSTGRESQL, Optional.of(server), 1, 1, 0, 1));
    }

    private static Database open(Settings settings) {
        try {
            return new Database(SampleDatabase.start(settings));
        } catch (StartFailure e) {
            throw new IllegalStateException(e);
        }
    }

    DataSource pool() {
        return pool;
    }

    Configuration configuration() {
        return DSL.using(pool, sample.dialect()).configuration();
    }

    /** How many connections this thread has taken. */
    long taken() {
        return tally.get().taken;
    }

    String product() throws SQLException {
        return sample.product();
    }

    /** Where other processes find it. */
    String url() throws SQLException {
        try (Connection connection = sample.dataSource().getConnection()) {
            String url = connection.getMetaData().getURL();
            return url + (url.contains("?") ? "&" : "?") + "user="
                    + connection.getMetaData().getUserName();
        }
    }

    @Override
    public void close() {
        pool.close();
        try {
            sample.close();
        } catch (IOException | SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
