package dev.jooqcache.reactive;

import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.Fixture;
import io.r2dbc.h2.H2ConnectionConfiguration;
import io.r2dbc.h2.H2ConnectionFactory;
import io.r2dbc.h2.H2ConnectionOption;
import io.r2dbc.pool.ConnectionPool;
import io.r2dbc.pool.ConnectionPoolConfiguration;
import io.r2dbc.spi.Batch;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactories;
import io.r2dbc.spi.ConnectionFactory;
import io.r2dbc.spi.Result;
import java.net.URI;
import java.time.Duration;
import org.h2.engine.Constants;
import org.jooq.exception.DataAccessException;
import org.junit.jupiter.api.Assumptions;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** R2DBC on the database of a fixture, in blocking calls. */
final class Reactive {

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private Reactive() {}

    /** A driver's own factory on the database of the fixture, not tracked. */
    static ConnectionFactory factory(Fixture f) {
        String url = f.pool.getJdbcUrl();
        if (f.database == Database.H2) {
            Assumptions.assumeTrue(
                    Constants.VERSION_MINOR <= 1, "r2dbc-h2 1.0.0 needs H2 2.1: run with -Dh2.version=2.1.214");
            return new H2ConnectionFactory(H2ConnectionConfiguration.builder()
                    .inMemory(url.substring("jdbc:h2:mem:".length(), url.indexOf(';')))
                    .property(H2ConnectionOption.DB_CLOSE_DELAY, "-1")
                    .property("DATABASE_TO_LOWER", "TRUE")
                    .property("OPTIMIZE_REUSE_RESULTS", "0")
                    .build());
        }
        URI uri = URI.create(url.substring("jdbc:".length()));
        // Netty need not find out what the name means.
        String host = uri.getHost().equals("localhost") ? "127.0.0.1" : uri.getHost();
        String user = url.replaceAll(".*[?&]user=([^&]*).*", "$1");
        return ConnectionFactories.get(
                "r2dbc:" + uri.getScheme() + "://" + user + "@" + host + ":" + uri.getPort() + uri.getPath());
    }

    static Connection connection(ConnectionFactory factory) {
        return Mono.<Connection>from(factory.create()).block(PATIENCE);
    }

    /** Subscribes and waits for the end. */
    static void await(Publisher<?> publisher) {
        Flux.from(publisher).blockLast(PATIENCE);
    }

    /** Executes a statement and takes all that it answers. */
    static void execute(Connection connection, String sql) {
        await(counts(connection.createStatement(sql).execute()));
    }

    /** Something for each row that a query answers. */
    static Flux<Integer> rows(Connection connection, String sql) {
        return Flux.from(connection.createStatement(sql).execute()).concatMap(result -> result.map(row -> 1));
    }

    /** A pool of one connection. */
    static ConnectionPool pool(ConnectionFactory factory) {
        return new ConnectionPool(
                ConnectionPoolConfiguration.builder(factory).maxSize(1).build());
    }

    /** All update counts of an execution. */
    static Publisher<?> counts(Publisher<? extends Result> execution) {
        return Flux.from(execution).concatMap(Result::getRowsUpdated);
    }

    static void executeBatch(Connection connection, String... statements) {
        Batch batch = connection.createBatch();
        for (String sql : statements) batch = batch.add(sql);
        await(counts(batch.execute()));
    }

    /** Executes a statement on a connection of its own. */
    static void executeAlone(ConnectionFactory factory, String sql) {
        Connection connection = connection(factory);
        execute(connection, sql);
        await(connection.close());
    }

    /**
     * Commits a prepared transaction from another session. The server does not know its name there before it has ended the
     * session that prepared it, which is some time after that one's client has closed the connection.
     */
    static void commitPrepared(Fixture f, String xid, Duration patience) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            try {
                f.unseen.execute("xa commit '" + xid + "'");
                return;
            } catch (DataAccessException e) {
                if (!String.valueOf(e.getMessage()).contains("XAER_NOTA") || System.nanoTime() > deadline) throw e;
                Thread.sleep(20);
            }
        }
    }
}
