package dev.jooqcache.transactions;

import static dev.jooqcache.testing.Books.hits;
import static dev.jooqcache.testing.Books.name;
import static dev.jooqcache.testing.Books.retitle;
import static dev.jooqcache.testing.Books.title;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.jooq.impl.DSL.condition;
import static org.jooq.impl.DSL.table;

import com.zaxxer.hikari.HikariDataSource;
import dev.jooqcache.BypassReason;
import dev.jooqcache.testing.Books;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import dev.jooqcache.testing.InterceptedDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import javax.sql.DataSource;
import org.jooq.DSLContext;
import org.jooq.impl.DefaultConfiguration;
import org.junit.jupiter.api.Tag;

/** A commit that fails, or of which nobody knows whether it failed (T7). */
@Tag("T7")
@Tag("slow")
class CommitFailureTest {

    private static final Duration QUARANTINE = Duration.ofSeconds(3);

    @TransactionTest
    void commit_violatingDeferredConstraint_showsNothingAndIsCachedAgain(Database database, Style style) {
        // The only one of them with deferred constraints.
        if (database != Database.POSTGRESQL) return;
        try (Fixture f = Fixture.catalogue(database)
                        .with("alter table book alter constraint book_author_id_fkey deferrable initially deferred");
                OpenTransaction tx = new OpenTransaction(style, f)) {
            DSLContext outside = style.outside(f);
            title(outside);
            tx.run(dsl -> {
                retitle(dsl, "lost");
                dsl.execute("update book set author_id = 99 where id = 2");
                assertThat(title(dsl)).isEqualTo("lost");
            });
            assertThatThrownBy(tx::commit).isInstanceOf(Exception.class);
            assertThat(title(outside)).isEqualTo("1984");
            f.assertFresh(Books::titles);
            f.warm(Books::titles);
        }
    }

    @DatabaseTest
    void commit_ofFailedTransaction_showsNothing(Database database) throws SQLException {
        // PostgreSQL answers COMMIT of a failed transaction with ROLLBACK.
        if (database != Database.POSTGRESQL) return;
        try (Fixture f = Fixture.catalogue(database);
                Connection connection = f.tracked.getConnection();
                Statement statement = connection.createStatement()) {
            title(f.dsl);
            connection.setAutoCommit(false);
            statement.execute("update book set title = 'lost' where id = 1");
            assertThatThrownBy(() -> statement.execute("select 1 / 0")).isInstanceOf(SQLException.class);
            connection.commit();
            assertThat(title(f.dsl)).isEqualTo("1984");
            connection.setAutoCommit(true);
            f.assertFresh(Books::titles);
            f.warm(Books::titles);
        }
    }

    /** The connection breaks during COMMIT, as far as the client can see. */
    private static class Breaking extends InterceptedDataSource {
        final HikariDataSource pool;
        final boolean before;
        volatile boolean broken = true;
        volatile boolean answers;
        volatile Connection held;

        Breaking(HikariDataSource pool, boolean before) {
            super(pool);
            this.pool = pool;
            this.before = before;
        }

        @Override
        protected void commit(Connection connection) throws SQLException {
            if (!broken) {
                connection.commit();
                return;
            }
            held = connection;
            if (!before) connection.commit();
            throw new SQLException("the connection was lost", "08006");
        }

        @Override
        protected void rollback(Connection connection) throws SQLException {
            if (held == connection && !answers) throw new SQLException("the connection was lost", "08006");
            connection.rollback();
        }

        @Override
        protected void setAutoCommit(Connection connection, boolean value) throws SQLException {
            if (held == connection && !answers) throw new SQLException("the connection was lost", "08006");
            connection.setAutoCommit(value);
        }

        @Override
        protected boolean isValid(Connection connection, int seconds) {
            return answers;
        }

        @Override
        protected void close(Connection connection) throws SQLException {
            if (held != connection || answers) connection.close();
        }

        /** The server finishes what it was doing, long after the client has been told of the failure. */
        void finish(boolean commit) throws SQLException {
            broken = false;
            Connection connection = held;
            held = null;
            if (before && commit) connection.commit();
            else connection.rollback();
            pool.evictConnection(connection);
        }
    }

    private static DSLContext on(Fixture f, DataSource dataSource) {
        return f.cache
                .derive(new DefaultConfiguration()
                        .set(f.cache.trackPool(dataSource))
                        .set(f.database.dialect()))
                .dsl();
    }

    private static Fixture quarantining(Database database) {
        return Fixture.catalogue(database, settings -> settings.inDoubtTimeout(QUARANTINE));
    }

    private static void breakCommit(DSLContext dsl) {
        assertThatThrownBy(() -> dsl.transaction(c -> {
                    retitle(c.dsl(), "new");
                    assertThat(title(c.dsl())).isEqualTo("new");
                }))
                .isInstanceOf(Exception.class);
    }

    @DatabaseTest
    void commit_lostAfterItTookEffect_isNotHidden(Database database) throws SQLException {
        try (Fixture f = quarantining(database)) {
            Breaking breaking = new Breaking(f.pool, false);
            DSLContext dsl = on(f, breaking);
            title(f.dsl);
            title(dsl);
            breakCommit(dsl);
            assertThat(title(f.dsl)).isEqualTo("new");
            assertThat(title(dsl)).isEqualTo("new");
            f.assertNotStored(BypassReason.PENDING_WRITE, Books::titles);
            assertThat(hits(f, () -> {
                        name(f.dsl);
                        name(f.dsl);
                    }))
                    .as("other tables are cached on")
                    .isEqualTo(1);
            breaking.finish(false);
            awaitCached(f);
            assertThat(title(f.dsl)).isEqualTo("new");
            f.assertFresh(Books::titles);
        }
    }

    @DatabaseTest
    void commit_lostBeforeItTookEffect_isSeenWhenItDoesSo(Database database) throws SQLException {
        try (Fixture f = quarantining(database)) {
            Breaking breaking = new Breaking(f.pool, true);
            DSLContext dsl = on(f, breaking);
            title(f.dsl);
            breakCommit(dsl);
            // What is read now must not be served once the server finishes the commit.
            assertThat(title(f.dsl)).isEqualTo("1984");
            assertThat(title(f.dsl)).isEqualTo("1984");
            breaking.finish(true);
            assertThat(title(f.dsl)).isEqualTo("new");
            assertThat(title(f.dsl)).isEqualTo("new");
            awaitCached(f);
            assertThat(title(f.dsl)).isEqualTo("new");
            f.assertFresh(Books::titles);
        }
    }

    @DatabaseTest
    void commit_lostAndRolledBack_isCachedAgain(Database database) throws SQLException {
        try (Fixture f = quarantining(database)) {
            Breaking breaking = new Breaking(f.pool, true);
            title(f.dsl);
            breakCommit(on(f, breaking));
            assertThat(title(f.dsl)).isEqualTo("1984");
            breaking.finish(false);
            awaitCached(f);
            assertThat(title(f.dsl)).isEqualTo("1984");
            f.assertFresh(Books::titles);
        }
    }

    @DatabaseTest
    void commit_lostButTheSessionAnswersAgain_isFinalAtOnce(Database database) throws SQLException {
        try (Fixture f = Fixture.catalogue(database)) {
            Breaking breaking = new Breaking(f.pool, false);
            breaking.answers = true;
            title(f.dsl);
            breakCommit(on(f, breaking));
            assertThat(title(f.dsl)).isEqualTo("new");
            assertThat(hits(f, () -> assertThat(title(f.dsl)).isEqualTo("new"))).isEqualTo(1);
            f.assertFresh(Books::titles);
        }
    }

    @DatabaseTest
    void autocommitWrite_lostAfterItTookEffect_isNotHidden(Database database) throws SQLException {
        try (Fixture f = quarantining(database)) {
            InterceptedDataSource breaking = new InterceptedDataSource(f.pool) {
                @Override
                protected <T> T execute(String sql, Call<T> real) throws SQLException {
                    T done = real.run();
                    if (sql.startsWith("update")) throw new SQLException("the connection was lost", "08006");
                    return done;
                }

                @Override
                protected boolean isValid(Connection connection, int seconds) {
                    return false;
                }

                @Override
                protected void close(Connection connection) {
                    // As a pool does with a broken connection.
                    f.pool.evictConnection(connection);
                }
            };
            title(f.dsl);
            assertThatThrownBy(() -> retitle(on(f, breaking), "new")).isInstanceOf(Exception.class);
            assertThat(title(f.dsl)).isEqualTo("new");
            awaitCached(f);
            assertThat(title(f.dsl)).isEqualTo("new");
            f.assertFresh(Books::titles);
        }
    }

    @DatabaseTest
    void commit_onConnectionThatTheServerEnds_isFinalWhenItsProcessIsGone(Database database) throws SQLException {
        // Only PostgreSQL can be asked. The quarantine is longer than any test: it must not be needed.
        if (database != Database.POSTGRESQL) return;
        try (Fixture f = Fixture.catalogue(database, settings -> settings.inDoubtTimeout(Duration.ofHours(1)))) {
            title(f.dsl);
            assertThatThrownBy(() -> f.dsl.transaction(c -> {
                        retitle(c.dsl(), "lost");
                        int process = c.dsl()
                                .fetchSingle("select pg_backend_pid() as pid")
                                .get(0, Integer.class);
                        f.unseen.execute("select pg_terminate_backend(" + process + ")");
                        while (f.unseen.fetchExists(table("pg_stat_activity"), condition("pid = " + process)))
                            Thread.onSpinWait();
                    }))
                    .isInstanceOf(Exception.class);
            assertThat(title(f.dsl)).isEqualTo("1984");
            awaitCached(f);
            f.assertFresh(Books::titles);
        }
    }

    /** Reads until it is cached again, which the cache decides on a thread of its own. */
    private static void awaitCached(Fixture f) {
        long patience = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (hits(f, () -> {
                    title(f.dsl);
                    title(f.dsl);
                })
                == 0) {
            assertThat(System.nanoTime()).as("still not cached").isLessThan(patience);
            try {
                Thread.sleep(100);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
