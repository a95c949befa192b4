package dev.jooqcache.transactions;

import static dev.jooqcache.testing.Books.hits;
import static dev.jooqcache.testing.Books.title;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.Fixture;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import javax.sql.DataSource;
import org.h2.tools.Server;
import org.jooq.DSLContext;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * The driver of an H2 in another process does not know whether a transaction is under way: an update brings the session's
 * autocommit along with its answer, a query does not.
 */
@Tag("T10")
@DisplayName("H2 by TCP, where queries do not tell of autocommit")
class RemoteH2Test {

    private static final String UPDATING_QUERY =
            "select title from final table (update book set title = 'new' where id = 1)";

    /** As a query, by its first statement, it tells the driver nothing of the second one. */
    private static final String BEGIN = "select 1; begin";

    private static final String END = "select 1; commit";

    private interface Use {
        void of(Fixture f, HikariDataSource remote) throws SQLException;
    }

    private static void withServer(Use use) throws SQLException {
        try (Fixture f = Fixture.catalogue(Database.H2)) {
            Server server = Server.createTcpServer("-tcpPort", "0").start();
            HikariConfig config = new HikariConfig();
            String name = f.pool.getJdbcUrl().replaceAll("jdbc:h2:(mem:\\w+);.*", "$1");
            config.setJdbcUrl("jdbc:h2:tcp://localhost:" + server.getPort() + "/" + name);
            config.setMaximumPoolSize(1);
            try (HikariDataSource remote = new HikariDataSource(config)) {
                use.of(f, remote);
            } finally {
                server.stop();
            }
        }
    }

    private static void assertFresh(Fixture f) {
        for (int i = 0; i < 2; i++) assertThat(title(f.dsl)).isEqualTo(title(f.unseen));
    }

    private interface Work {
        void of(Fixture f, Connection connection, Statement statement) throws SQLException;
    }

    /** What a tracked connection does hides nothing from others, when it is done and when the connection is given back. */
    private static void assertNothingIsHidden(Work work) throws SQLException {
        withServer((f, remote) -> {
            title(f.dsl);
            try (Connection connection = f.cache.track(remote).getConnection();
                    Statement statement = connection.createStatement()) {
                work.of(f, connection, statement);
                assertFresh(f);
            }
            assertFresh(f);
        });
    }

    @Test
    void transactionThatAQueryBegins_hidesNothing() throws SQLException {
        assertNothingIsHidden((f, connection, statement) -> {
            statement.execute(BEGIN);
            statement.execute(UPDATING_QUERY);
            assertFresh(f);
            statement.execute("commit");
            assertFresh(f);
            statement.execute("set autocommit true");
        });
    }

    @Test
    void transactionThatAQueryBegins_isEndedByJdbc_hidesNothing() throws SQLException {
        assertNothingIsHidden((f, connection, statement) -> {
            statement.execute(BEGIN);
            statement.execute(UPDATING_QUERY);
            assertFresh(f);
            connection.commit();
        });
    }

    @Test
    void transactionThatAQueryBegins_leftOpen_hidesNothing() throws SQLException {
        for (String end : List.of("commit", END))
            withServer((f, remote) -> {
                title(f.dsl);
                DataSource tracked = f.cache.track(remote);
                try (Connection connection = tracked.getConnection();
                        Statement statement = connection.createStatement()) {
                    statement.execute(BEGIN);
                }
                try (Connection connection = tracked.getConnection();
                        Statement statement = connection.createStatement()) {
                    statement.execute(UPDATING_QUERY);
                    assertFresh(f);
                    statement.execute(end);
                    assertFresh(f);
                }
                assertFresh(f);
            });
    }

    /** The pool takes autocommit for off, which the end of what BEGIN has begun has switched on. */
    @Test
    void begin_withAutocommitOff_thenCommit_hidesNothing() throws SQLException {
        assertNothingIsHidden((f, connection, statement) -> {
            connection.setAutoCommit(false);
            statement.execute("begin");
            connection.commit();
            title(f.dsl);
            statement.execute(UPDATING_QUERY);
            assertFresh(f);
            statement.execute("update book set title = 'newer' where id = 1");
            assertFresh(f);
            statement.addBatch("insert into book (id) values (1)");
            statement.addBatch("update book set title = 'newest' where id = 1");
            assertThatThrownBy(statement::executeBatch).isInstanceOf(BatchUpdateException.class);
        });
    }

    @Test
    void transactionThatIsOver_losesNoHits() throws SQLException {
        withServer((f, remote) -> {
            DataSource tracked = f.cache.track(remote);
            try (Connection connection = tracked.getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute(BEGIN);
                statement.execute(END);
            }
            DSLContext dsl = f.on(tracked);
            title(dsl);
            assertThat(hits(f, () -> title(dsl))).isEqualTo(1);
        });
    }

    /** The driver takes autocommit for on, so that switching it on sends no COMMIT. */
    @Test
    void autoCommitSwitchedOn_endsNothingThatTheDriverDoesNotKnow() throws SQLException {
        assertNothingIsHidden((f, connection, statement) -> {
            connection.setAutoCommit(false);
            statement.execute("begin");
            statement.execute("commit");
            statement.execute(BEGIN);
            statement.execute(UPDATING_QUERY);
            connection.setAutoCommit(true);
            title(f.dsl);
            statement.execute("select 1");
        });
    }

    /** Its connection is idle in the pool afterwards, and not checked out again. */
    @Test
    void procedure_losesNoHitsOfOthers() throws SQLException {
        for (boolean isKnownPool : List.of(true, false))
            withServer((f, remote) -> {
                f.unseen.execute("create alias abs_of for 'java.lang.Math.abs(int)'");
                DataSource tracked = f.cache.track(isKnownPool ? remote : new DelegatingDataSource(remote) {});
                title(f.on(tracked));
                title(f.dsl);
                try (Connection connection = tracked.getConnection();
                        Statement statement = connection.createStatement()) {
                    statement.execute("call abs_of(1)");
                }
                title(f.dsl);
                assertThat(hits(f, () -> title(f.dsl)))
                        .as("known pool: " + isKnownPool)
                        .isEqualTo(1);
            });
    }
}
