package dev.jooqcache.faults;

import static dev.jooqcache.testing.Books.retitle;
import static dev.jooqcache.testing.Books.title;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.BypassReason;
import dev.jooqcache.testing.Books;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import dev.jooqcache.testing.InterceptedDataSource;
import dev.jooqcache.testing.MissingStandby;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jooq.DSLContext;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.jooq.impl.DefaultConfiguration;
import org.junit.jupiter.api.Tag;

/**
 * PostgreSQL ends the session of a writer, or the network does, at every point of its transaction (T7, C6).
 *
 * <p>The quarantine is longer than any test: the server must have told that the outcome is final.
 */
@Tag("T7")
@Tag("C6")
class KilledConnectionTest {

    /** When the server ends all sessions of the pool. */
    private enum Moment {
        BEFORE_WRITE,
        AFTER_WRITE,
        BEFORE_COMMIT,
        AFTER_COMMIT,
        NEVER
    }

    /** A catalogue whose sessions can be ended. */
    private static final class Scene implements AutoCloseable {
        final Fixture f =
                Fixture.catalogue(Database.POSTGRESQL, settings -> settings.inDoubtTimeout(Duration.ofHours(1)));
        final Killing killing = new Killing();
        final DSLContext dsl = f.cache
                .derive(new DefaultConfiguration()
                        .set(f.cache.trackPool(killing))
                        .set(f.database.dialect()))
                .dsl();

        /** Asks on a connection of its own. */
        <T> T aside(Function<DSLContext, T> question) {
            try (Connection connection = DriverManager.getConnection(f.pool.getJdbcUrl())) {
                return question.apply(DSL.using(connection, f.database.dialect()));
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }

        void kill() {
            aside(it -> it.execute("select pg_terminate_backend(pid, 10000) from pg_stat_activity"
                    + " where datname = current_database() and pid <> pg_backend_pid()"));
        }

        String truth() {
            return aside(it -> title(it));
        }

        /** What is served is the truth, now and when all is cached again. */
        void assertFresh(String when) {
            for (int i = 0; i < 3; i++) assertThat(survivingTitle()).as(when).isEqualTo(truth());
            await(
                    "cached again " + when,
                    () -> f.during(() -> {
                                        assertThat(survivingTitle()).as(when).isEqualTo(truth());
                                    })
                                    .hits()
                            == 1);
            f.assertFresh(Books::titles);
        }

        /** The pool may still hand out connections whose end it has not noticed. */
        private String survivingTitle() {
            for (int i = 0; ; i++) {
                try {
                    return title(dsl);
                } catch (DataAccessException e) {
                    if (i == 20) throw e;
                }
            }
        }

        @Override
        public void close() {
            f.close();
        }

        private final class Killing extends InterceptedDataSource {
            volatile Moment moment = Moment.NEVER;
            volatile boolean waitsForStandby;
            volatile Connection committing;

            Killing() {
                super(f.pool);
            }

            private void at(Moment now) {
                if (moment != now) return;
                moment = Moment.NEVER;
                kill();
            }

            @Override
            protected <T> T execute(String sql, Call<T> real) throws SQLException {
                if (!sql.startsWith("update")) return real.run();
                at(Moment.BEFORE_WRITE);
                T result = real.run();
                at(Moment.AFTER_WRITE);
                return result;
            }

            @Override
            protected void commit(Connection connection) throws SQLException {
                at(Moment.BEFORE_COMMIT);
                if (waitsForStandby) {
                    try (var statement = connection.createStatement()) {
                        statement.execute("set local synchronous_commit = on");
                    }
                    committing = connection;
                }
                connection.commit();
                at(Moment.AFTER_COMMIT);
            }
        }
    }

    private static void await(String what, BooleanSupplier condition) {
        long patience = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("not " + what).isLessThan(patience);
            Thread.onSpinWait();
        }
    }

    /** Does some work that may fail. Answers whether it did not. */
    private static boolean survives(Runnable work) {
        try {
            work.run();
            return true;
        } catch (DataAccessException e) {
            return false;
        }
    }

    @DatabaseTest
    void transaction_killedAtEveryPoint_hidesNothing(Database database) {
        if (database != Database.POSTGRESQL) return;
        try (Scene scene = new Scene()) {
            for (Moment moment : Moment.values()) {
                String title = "transaction, killed " + moment;
                scene.assertFresh("before " + title);
                scene.killing.moment = moment;
                boolean survived = survives(() -> scene.dsl.transaction(c -> retitle(c.dsl(), title)));
                if (survived) assertThat(scene.truth()).isEqualTo(title);
                scene.assertFresh("after " + title);
            }
            assertThat(scene.truth()).endsWith("NEVER");
        }
    }

    @DatabaseTest
    void autocommitWrite_killedAtEveryPoint_hidesNothing(Database database) {
        if (database != Database.POSTGRESQL) return;
        try (Scene scene = new Scene()) {
            for (Moment moment : Moment.values()) {
                String title = "autocommit, killed " + moment;
                scene.assertFresh("before " + title);
                scene.killing.moment = moment;
                boolean survived = survives(() -> retitle(scene.dsl, title));
                scene.killing.moment = Moment.NEVER;
                if (survived) assertThat(scene.truth()).isEqualTo(title);
                scene.assertFresh("after " + title);
            }
            assertThat(scene.truth()).endsWith("NEVER");
        }
    }

    /** A standby that does not exist keeps the server in the middle of COMMIT for as long as the test wants. */
    private static final class InCommit implements AutoCloseable {
        final Scene scene = new Scene();
        final MissingStandby standby;
        final CompletableFuture<Boolean> writer;

        InCommit() {
            scene.f.unseen.execute("do $$ begin execute format('alter database %I set synchronous_commit to local',"
                    + " current_database()); end $$");
            scene.f.pool.getHikariPoolMXBean().softEvictConnections();
            standby = new MissingStandby(scene.f);
            scene.assertFresh("before");
            scene.killing.waitsForStandby = true;
            writer = CompletableFuture.supplyAsync(() ->
                    survives(() -> scene.dsl.transaction(c -> retitle(c.dsl(), "new"))));
            KilledConnectionTest.await("in COMMIT", standby::isHolding);
            scene.killing.waitsForStandby = false;
        }

        @Override
        public void close() {
            standby.close();
            scene.close();
        }
    }

    @DatabaseTest
    void transaction_killedDuringCommit_isFinalWhenTheServerSaysSo(Database database) {
        if (database != Database.POSTGRESQL) return;
        try (InCommit it = new InCommit()) {
            // Not visible yet, though nobody can undo it any more.
            assertThat(it.scene.survivingTitle()).isEqualTo("1984");
            it.scene.f.assertNotStored(BypassReason.PENDING_WRITE, Books::titles);
            it.standby.endHeldSessions();
            it.writer.orTimeout(30, TimeUnit.SECONDS).join();
            it.scene.assertFresh("after");
            assertThat(it.scene.truth()).isEqualTo("new");
        }
    }

    /** P11: bumped when {@code commit()} threw, the old title would be cached for good. */
    @DatabaseTest
    void transaction_whoseSocketIsCutDuringCommit_isInDoubtUntilTheServerHasFinishedIt(Database database)
            throws SQLException {
        if (database != Database.POSTGRESQL) return;
        try (InCommit it = new InCommit()) {
            Connection cut = it.scene.killing.committing.unwrap(org.postgresql.jdbc.PgConnection.class);
            cut.abort(Runnable::run);
            assertThat(it.writer.orTimeout(30, TimeUnit.SECONDS).join()).isFalse();
            assertThat(it.scene.truth()).as("the server goes on committing").isEqualTo("1984");
            for (int i = 0; i < 3; i++) assertThat(it.scene.survivingTitle()).isEqualTo("1984");
            it.scene.f.assertNotStored(BypassReason.PENDING_WRITE, Books::titles);
            it.standby.release();
            assertThat(it.scene.survivingTitle()).isEqualTo(it.scene.truth());
            it.scene.assertFresh("after");
            assertThat(it.scene.truth()).isEqualTo("new");
        }
    }
}
