package dev.jooqcache.reactive;

import static dev.jooqcache.reactive.Reactive.await;
import static dev.jooqcache.reactive.Reactive.connection;
import static dev.jooqcache.reactive.Reactive.counts;
import static dev.jooqcache.reactive.Reactive.execute;
import static dev.jooqcache.reactive.Reactive.pool;
import static dev.jooqcache.reactive.Reactive.rows;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.testing.Books;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import io.r2dbc.pool.ConnectionPool;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactory;
import java.time.Duration;
import java.util.List;
import org.jooq.DSLContext;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

@DisplayName("Statements that only read in the databases known so far, and write in one that becomes known later")
class NewDatabaseTest {

    private static final String RETITLE = "update book set title = 'new' where id = 1";
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** Two databases in which one function does different things, and a connection to the second. */
    private static final class TwoDatabases implements AutoCloseable {

        private final Fixture known;
        private final Fixture other;
        private final ConnectionFactory tracked;

        TwoDatabases(Database database, boolean writes) {
            Assumptions.assumeTrue(database != Database.H2);
            this.known = Fixture.catalogue(database);
            this.other = Fixture.catalogue(database);
            boolean isPostgres = database == Database.POSTGRESQL;
            String reading = isPostgres
                    ? "create function f() returns int language sql stable as $$ select 1 $$"
                    : "create function f() returns int deterministic reads sql data return (select count(*) from author)";
            String writing = isPostgres
                    ? "create function f() returns int language sql as $$ update gate set n = n + 1 where id = 1; "
                            + RETITLE + " returning 1 $$"
                    : "create function f() returns int begin update gate set n = n + 1 where id = 1; " + RETITLE
                            + "; return 1; end";
            known.with("create table gate (id int primary key, n int)", reading);
            other.with("create table gate (id int primary key, n int)", "insert into gate values (1, 0)");
            other.with(writes ? writing : reading);
            known.warm(Books::titles);
            this.tracked = known.cache.track(Reactive.factory(other));
        }

        /** Reads the second database by JDBC, for the first time. */
        DSLContext becomesKnown() {
            DSLContext there = known.cache
                    .derive(other.unseen.configuration().derive(known.cache.track(other.pool)))
                    .dsl();
            for (int i = 0; i < 3; i++) assertThat(Books.title(there)).isEqualTo("1984");
            return there;
        }

        /** Runs something while functions that write wait. */
        DSLContext whileWritersWait(Runnable before) {
            DSLContext[] there = new DSLContext[1];
            other.unseen.transaction(holder -> {
                holder.dsl().execute("select * from gate where id = 1 for update");
                before.run();
                Thread.sleep(300);
                there[0] = becomesKnown();
            });
            return there[0];
        }

        void assertIsSeen(DSLContext there) throws InterruptedException {
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (Books.title(other.unseen).equals("1984")) {
                assertThat(System.nanoTime()).as("the function has not written").isLessThan(deadline);
                Thread.sleep(20);
            }
            for (int i = 0; i < 3; i++) assertThat(Books.title(there)).isEqualTo("new");
        }

        void assertIsCached(DSLContext there) {
            Books.title(there);
            Books.titles(known.dsl).fetch();
            assertIsStillCached(there);
        }

        void assertIsStillCached(DSLContext there) {
            assertThat(known.during(() -> Books.title(there)).hits()).isEqualTo(1);
            assertThat(known.during(() -> Books.titles(known.dsl).fetch()).hits())
                    .isEqualTo(1);
        }

        @Override
        public void close() {
            other.close();
            known.close();
        }
    }

    @DatabaseTest
    @DisplayName("before the commit of its transaction")
    void inTransaction(Database database) throws InterruptedException {
        try (TwoDatabases two = new TwoDatabases(database, true)) {
            Connection connection = connection(two.tracked);
            await(connection.beginTransaction());
            await(rows(connection, "select f()"));
            DSLContext there = two.becomesKnown();
            await(connection.commitTransaction());
            two.assertIsSeen(there);
            await(connection.close());
            two.assertIsCached(there);
        }
    }

    @DatabaseTest
    @DisplayName("before the commit, and before the transaction's first write that is known as one")
    void inTransaction_beforeWrite(Database database) throws InterruptedException {
        try (TwoDatabases two = new TwoDatabases(database, true)) {
            Connection connection = connection(two.tracked);
            await(connection.beginTransaction());
            await(rows(connection, "select f()"));
            DSLContext there = two.becomesKnown();
            execute(connection, "update author set name = 'x' where id = 1");
            await(connection.commitTransaction());
            two.assertIsSeen(there);
            await(connection.close());
        }
    }

    @DatabaseTest
    @DisplayName("before the commit of a transaction with more texts than are kept")
    void inTransaction_ofManyTexts(Database database) throws InterruptedException {
        try (TwoDatabases two = new TwoDatabases(database, true)) {
            Connection connection = connection(two.tracked);
            await(connection.beginTransaction());
            for (int i = 0; i < 100; i++) await(rows(connection, "select " + i));
            await(rows(connection, "select f()"));
            DSLContext there = two.becomesKnown();
            await(connection.commitTransaction());
            two.assertIsSeen(there);
            await(connection.close());
        }
    }

    @DatabaseTest
    @DisplayName("within a statement that sets something of the session")
    void inSetting(Database database) throws InterruptedException {
        try (TwoDatabases two = new TwoDatabases(database, true)) {
            Connection connection = connection(two.tracked);
            await(connection.beginTransaction());
            if (database == Database.POSTGRESQL) await(rows(connection, "select set_config('a.b', f()::text, false)"));
            else execute(connection, "set @a = f()");
            DSLContext there = two.becomesKnown();
            await(connection.commitTransaction());
            two.assertIsSeen(there);
            await(connection.close());
        }
    }

    @DatabaseTest
    @DisplayName("while it waits for a lock in autocommit")
    void inAutocommit(Database database) throws InterruptedException {
        try (TwoDatabases two = new TwoDatabases(database, true)) {
            Connection connection = connection(two.tracked);
            Mono<Void> waiting = rows(connection, "select f()").then().cache();
            DSLContext there = two.whileWritersWait(() -> waiting.subscribe(nothing -> {}, error -> {}));
            waiting.block(PATIENCE);
            two.assertIsSeen(there);
            await(connection.close());
            two.assertIsCached(there);
        }
    }

    @DatabaseTest
    @DisplayName("while another statement is subscribed to behind it")
    void inPipeline(Database database) throws InterruptedException {
        try (TwoDatabases two = new TwoDatabases(database, true)) {
            Connection connection = connection(two.tracked);
            Mono<Void> waiting = Mono.when(
                            rows(connection, "select 1"), rows(connection, "select f()"), rows(connection, "select 2"))
                    .cache();
            DSLContext there = two.whileWritersWait(() -> waiting.subscribe(nothing -> {}, error -> {}));
            waiting.block(PATIENCE);
            two.assertIsSeen(there);
            await(connection.close());
        }
    }

    @DatabaseTest
    @DisplayName("after it was cancelled, and its connection closed or given back")
    void cancelled(Database database) throws InterruptedException {
        for (boolean pooled : new boolean[] {false, true}) {
            try (TwoDatabases two = new TwoDatabases(database, true)) {
                ConnectionPool pool = pool(two.tracked);
                Connection connection = connection(pooled ? pool : two.tracked);
                DSLContext there = two.whileWritersWait(() -> {
                    Disposable waiting = rows(connection, "select f()").subscribe(row -> {}, error -> {});
                    pause();
                    waiting.dispose();
                    Mono.from(connection.close()).block(PATIENCE);
                });
                if (!isGivenUp(two)) two.assertIsSeen(there);
                pool.dispose();
            }
        }
    }

    /** Whether the server has noticed that the client is gone, and rolled back. */
    private static boolean isGivenUp(TwoDatabases two) throws InterruptedException {
        for (int i = 0; i < 40 && Books.title(two.other.unseen).equals("1984"); i++) Thread.sleep(50);
        return Books.title(two.other.unseen).equals("1984");
    }

    @DatabaseTest
    @DisplayName("before the commit of a transaction that was prepared for a two-phase commit")
    void prepared(Database database) throws InterruptedException {
        Assumptions.assumeTrue(database == Database.MARIADB);
        try (TwoDatabases two = new TwoDatabases(database, true)) {
            Connection connection = connection(two.tracked);
            execute(connection, "xa start 'later'");
            await(rows(connection, "select f()"));
            execute(connection, "xa end 'later'");
            execute(connection, "xa prepare 'later'");
            await(connection.close());
            DSLContext there = two.becomesKnown();
            Reactive.commitPrepared(two.other, "later", PATIENCE);
            two.assertIsSeen(there);
        }
    }

    @DatabaseTest
    @DisplayName("what reads there too marks nothing, in a transaction or cancelled on a connection that was closed")
    void harmless_keepsWhatIsCached(Database database) {
        try (TwoDatabases two = new TwoDatabases(database, false)) {
            Connection cancelled = connection(two.tracked);
            Mono.from(cancelled.createStatement("select f(), 2").execute()).block(PATIENCE);
            await(cancelled.close());
            Connection connection = connection(two.tracked);
            await(connection.beginTransaction());
            await(rows(connection, "select f()"));
            await(rows(connection, "select * from author"));
            DSLContext there = two.becomesKnown();
            two.assertIsStillCached(there);
            await(connection.commitTransaction());
            two.assertIsStillCached(there);
            await(connection.close());
            two.assertIsStillCached(there);
        }
    }

    @DatabaseTest
    @DisplayName("reads before and after the database has become known leave nothing behind")
    void reads_leaveNothingBehind(Database database) {
        try (TwoDatabases two = new TwoDatabases(database, false)) {
            ConnectionPool pool = pool(two.tracked);
            for (int i = 0; i < 3; i++) {
                Connection connection = connection(pool);
                await(rows(connection, "select * from author"));
                Mono.from(connection.createStatement("select f()").execute()).block(PATIENCE);
                await(connection.close());
            }
            DSLContext there = two.becomesKnown();
            two.assertIsStillCached(there);
            for (String sql : List.of("select f()", "select * from book")) {
                Connection connection = connection(pool);
                await(counts(connection.createStatement(sql).execute()));
                await(connection.close());
                two.assertIsStillCached(there);
            }
            pool.dispose();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(300);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
