package dev.jooqcache.reactive;

import static dev.jooqcache.reactive.Reactive.await;
import static dev.jooqcache.reactive.Reactive.connection;
import static dev.jooqcache.reactive.Reactive.execute;
import static dev.jooqcache.reactive.Reactive.executeAlone;
import static dev.jooqcache.reactive.Reactive.executeBatch;
import static dev.jooqcache.testing.Catalogue.AUTHOR;
import static dev.jooqcache.testing.Catalogue.BOOK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jooqcache.BypassReason;
import dev.jooqcache.QueryCache;
import dev.jooqcache.testing.Books;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import dev.jooqcache.testing.Log;
import io.r2dbc.pool.ConnectionPool;
import io.r2dbc.pool.ConnectionPoolConfiguration;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactory;
import io.r2dbc.spi.Result;
import io.r2dbc.spi.Wrapped;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jooq.Configuration;
import org.jooq.DSLContext;
import org.jooq.conf.Settings;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.DisplayName;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

@DisplayName("Writes through R2DBC invalidate; its reads leave the cache alone")
class ReactiveWritesTest {

    private static final String RETITLE = "update book set title = 'new' where id = 1";

    private static final Map<Database, String[]> RETITLING_TRIGGER = Map.of(
            Database.H2, new String[0],
            Database.POSTGRESQL,
                    new String[] {
                        """
                        create function retitle() returns trigger language plpgsql as $$
                        begin update book set title = 'by trigger' where id = 1; return null; end $$""", "create trigger retitle after update on author for each row execute function retitle()"
                    },
            Database.MARIADB,
                    new String[] {
                        "create trigger retitle after update on author for each row"
                                + " update book set title = 'by trigger' where id = 1"
                    });

    /** The configuration of jOOQ's demo: JDBC and R2DBC beside each other. */
    private static DSLContext both(Fixture f, ConnectionFactory factory) {
        Configuration both = f.unseen.configuration().derive();
        both.set(f.pool).set(factory);
        return f.cache.derive(both).dsl();
    }

    private static void assertTitle(Fixture f, String expected) {
        assertThat(Books.title(f.dsl)).isEqualTo(expected);
        assertThat(Books.title(f.dsl)).isEqualTo(expected);
    }

    private static void assertHits(Fixture f, int expected) {
        assertThat(f.during(() -> Books.titles(f.dsl).fetch()).hits()).isEqualTo(expected);
    }

    @DatabaseTest
    @DisplayName("a configuration with JDBC and R2DBC: DML by jOOQ is seen, and reads by JDBC are cached")
    void derive_ofBoth_isCachedAndSeesWrites(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            DSLContext dsl = both(f, Reactive.factory(f));
            f.warm(Books::titles);
            assertThat(f.during(() -> Books.titles(dsl).fetch()).hits()).isEqualTo(1);
            await(dsl.update(BOOK).set(BOOK.TITLE, "new").where(BOOK.ID.eq(1)));
            assertTitle(f, "new");
            assertThat(Books.title(dsl)).isEqualTo("new");
            assertHits(f, 1);
        }
    }

    @DatabaseTest
    void using_factoryOrConnection_seesWrites(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            ConnectionFactory factory = Reactive.factory(f);
            Settings settings = new Settings();
            Connection connection = Mono.<Connection>from(factory.create()).block();
            List<DSLContext> contexts = List.of(
                    f.cache.using(factory),
                    f.cache.using(factory, database.dialect()),
                    f.cache.using(factory, database.dialect(), settings),
                    f.cache.using(connection),
                    f.cache.using(connection, database.dialect()),
                    f.cache.using(connection, database.dialect(), settings));
            for (int i = 0; i < contexts.size(); i++) {
                f.warm(Books::titles);
                await(contexts.get(i).update(BOOK).set(BOOK.TITLE, "new" + i).where(BOOK.ID.eq(1)));
                assertTitle(f, "new" + i);
            }
            Mono.from(connection.close()).block();
        }
    }

    @DatabaseTest
    @DisplayName("a read by R2DBC, with and without bind values, invalidates nothing")
    void select_invalidatesNothing(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            DSLContext dsl = both(f, Reactive.factory(f));
            f.warm(Books::titles);
            await(dsl.select(BOOK.TITLE).from(BOOK).where(BOOK.ID.eq(2)));
            await(dsl.selectCount().from(BOOK).join(AUTHOR).on(AUTHOR.ID.eq(BOOK.AUTHOR_ID)));
            assertHits(f, 1);
            assertThat(f.cache.stats().invalidations()).isZero();
        }
    }

    @DatabaseTest
    void write_ofAnotherTable_leavesHits(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            DSLContext dsl = both(f, Reactive.factory(f));
            f.warm(Books::titles);
            f.warm(Books::names);
            await(dsl.update(AUTHOR).set(AUTHOR.NAME, "new").where(AUTHOR.ID.eq(1)));
            assertHits(f, 1);
            assertThat(Books.name(f.dsl)).isEqualTo("new");
        }
    }

    @DatabaseTest
    @DisplayName("jOOQ's reactive transaction: the past until the commit, then the present")
    void transaction_isSeenAtItsCommit(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            DSLContext dsl = both(f, Reactive.factory(f));
            f.warm(Books::titles);
            await(dsl.transactionPublisher(transaction -> Flux.from(transaction
                            .dsl()
                            .update(BOOK)
                            .set(BOOK.TITLE, "new")
                            .where(BOOK.ID.eq(1)))
                    .doOnComplete(() -> {
                        assertTitle(f, "1984");
                        assertHits(f, 1);
                    })));
            assertTitle(f, "new");
        }
    }

    @DatabaseTest
    void rollback_leavesHits(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            DSLContext dsl = both(f, Reactive.factory(f));
            f.warm(Books::titles);
            assertThatThrownBy(() -> await(dsl.transactionPublisher(transaction -> Flux.from(
                                    transaction.dsl().update(BOOK).set(BOOK.TITLE, "new"))
                            .concatWith(Mono.error(new IllegalStateException("undone"))))))
                    .hasStackTraceContaining("undone");
            assertHits(f, 1);
            assertTitle(f, "1984");
        }
    }

    @DatabaseTest
    @DisplayName("what a trigger writes is known from the schema that JDBC has read")
    void write_firesTrigger_touchesItsTables(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            f.with(RETITLING_TRIGGER.get(database));
            f.warm(Books::titles);
            executeAlone(f.cache.track(Reactive.factory(f)), "update author set name = 'x' where id = 1");
            assertTitle(f, "by trigger");
        }
    }

    @DatabaseTest
    void write_beforeAnythingIsKnownOfTheSchema_isSeen(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            Connection connection = connection(f.cache.track(Reactive.factory(f)));
            await(connection.beginTransaction());
            execute(connection, RETITLE);
            // Only now is the schema read, and the old title stored.
            f.warm(Books::titles);
            await(connection.commitTransaction());
            assertTitle(f, "new");
            await(connection.close());
        }
    }

    @DatabaseTest
    @DisplayName("a write to a database that becomes known, with a trigger, before the commit")
    void write_beforeItsDatabaseIsKnown_isSeen(Database database) {
        try (Fixture f = Fixture.catalogue(database);
                Fixture other = Fixture.catalogue(database)) {
            other.with(RETITLING_TRIGGER.get(database));
            f.warm(Books::titles);
            Connection connection = connection(f.cache.track(Reactive.factory(other)));
            await(connection.beginTransaction());
            execute(connection, "update author set name = 'x' where id = 1");
            DSLContext there = f.cache
                    .derive(other.unseen.configuration().derive(f.cache.track(other.pool)))
                    .dsl();
            assertThat(Books.title(there)).isEqualTo("1984");
            await(connection.commitTransaction());
            for (int i = 0; i < 2; i++) assertThat(Books.title(there)).isEqualTo("by trigger");
            await(connection.close());
        }
    }

    @DatabaseTest
    @DisplayName("an untracked connection factory beside the listener is named in a warning, or refused")
    void listenerAlone_untrackedFactory_isNamed(Database database) {
        try (Fixture f = Fixture.catalogue(database);
                QueryCache strict = QueryCache.builder().strict().build()) {
            Configuration configuration = f.unseen.configuration().derive();
            configuration.set(f.tracked).set(Reactive.factory(f)).set(f.cache.executeListenerProvider());
            assertThat(Log.during(() -> {
                        for (int i = 0; i < 2; i++)
                            Books.titles(configuration.dsl()).fetch();
                    }))
                    .filteredOn(line -> line.contains("R2DBC connection factory"))
                    .hasSize(1);
            configuration.set(strict.track(f.pool)).set(strict.executeListenerProvider());
            assertThatThrownBy(() -> Books.titles(configuration.dsl()).fetch())
                    .hasStackTraceContaining("R2DBC connection factory");
            configuration.set(strict.track(configuration.connectionFactory()));
            assertThat(Books.titles(configuration.dsl()).fetch()).hasSize(3);
        }
    }

    @DatabaseTest
    @DisplayName("BEGIN and COMMIT as SQL text")
    void textTransaction_isSeenAtItsCommit(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            f.warm(Books::titles);
            Connection connection = connection(f.cache.track(Reactive.factory(f)));
            execute(connection, database == Database.H2 ? "set autocommit off" : "begin");
            execute(connection, RETITLE);
            assertTitle(f, "1984");
            execute(connection, "commit");
            assertTitle(f, "new");
            await(connection.close());
            assertHits(f, 1);
        }
    }

    @DatabaseTest
    void batch_isSeen(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            f.warm(Books::titles);
            Connection connection = connection(f.cache.track(Reactive.factory(f)));
            executeBatch(connection, "update author set name = 'x'", RETITLE);
            assertTitle(f, "new");
            await(connection.close());
        }
    }

    @DatabaseTest
    @DisplayName("an execution that is cancelled after its first result counts until the connection answers again")
    void write_cancelledByMono_isSeenAndOverWithTheConnection(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            f.warm(Books::titles);
            Connection connection = connection(f.cache.track(Reactive.factory(f)));
            Result result =
                    Mono.from(connection.createStatement(RETITLE).execute()).block(Duration.ofMinutes(1));
            Mono.from(result.getRowsUpdated()).block(Duration.ofMinutes(1));
            assertThat(f.during(() -> assertThat(Books.title(f.dsl)).isEqualTo("new"))
                            .notStored(BypassReason.PENDING_WRITE))
                    .isEqualTo(1);
            await(connection.close());
            assertTitle(f, "new");
            assertHits(f, 1);
        }
    }

    @DatabaseTest
    void write_cancelledByMono_isOverWhenTheConnectionAnswers(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            f.warm(Books::titles);
            Connection connection = connection(f.cache.track(Reactive.factory(f)));
            for (int i = 0; i < 3; i++) {
                Result result =
                        Mono.from(connection.createStatement(RETITLE).execute()).block(Duration.ofMinutes(1));
                Mono.from(result.getRowsUpdated()).block(Duration.ofMinutes(1));
            }
            execute(connection, "select 1");
            assertTitle(f, "new");
            assertHits(f, 1);
            await(connection.close());
        }
    }

    @DatabaseTest
    @DisplayName("a commit and the next write that are subscribed to at once")
    void write_behindCommit_isSeen(Database database) throws Exception {
        try (Fixture f = Fixture.catalogue(database);
                java.sql.Connection holder = f.pool.getConnection()) {
            f.warm(Books::titles);
            f.warm(Books::names);
            Connection connection = connection(f.cache.track(Reactive.factory(f)));
            await(connection.beginTransaction());
            String rename = "update author set name = 'x' where id = 1";
            // The first write waits for a lock until the others are subscribed to as well.
            holder.setAutoCommit(false);
            holder.createStatement().execute(rename);
            CompletableFuture<Void> all = Mono.when(
                            Reactive.counts(connection.createStatement(rename).execute()),
                            connection.commitTransaction(),
                            Reactive.counts(connection.createStatement(RETITLE).execute()))
                    .toFuture();
            holder.rollback();
            all.get(1, TimeUnit.MINUTES);
            if (!connection.isAutoCommit()) await(connection.commitTransaction());
            assertTitle(f, "new");
            assertThat(Books.name(f.dsl)).isEqualTo("x");
            await(connection.close());
        }
    }

    @DatabaseTest
    void write_refused_isCachedAgain(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            f.warm(Books::titles);
            Connection connection = connection(f.cache.track(Reactive.factory(f)));
            assertThatThrownBy(() -> execute(connection, "insert into book values (1, 1, 'x', null, 1)"))
                    .isInstanceOf(RuntimeException.class);
            assertThatThrownBy(() -> execute(connection, "update book set nothing = 1"))
                    .isInstanceOf(RuntimeException.class);
            await(connection.close());
            assertTitle(f, "1984");
            assertHits(f, 1);
        }
    }

    @DatabaseTest
    @DisplayName("a transaction that is left open: its connection is closed, or its pool rolls it back")
    void transaction_leftOpen_isCachedAgain(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            f.warm(Books::titles);
            ConnectionPool pool = new ConnectionPool(ConnectionPoolConfiguration.builder(Reactive.factory(f))
                    .maxSize(1)
                    .build());
            for (ConnectionFactory each : new ConnectionFactory[] {Reactive.factory(f), pool}) {
                ConnectionFactory factory = f.cache.track(each);
                Connection connection = connection(factory);
                await(connection.beginTransaction());
                execute(connection, RETITLE);
                await(connection.close());
                executeAlone(factory, "select 1");
                assertTitle(f, "1984");
                assertHits(f, 1);
            }
            pool.dispose();
        }
    }

    @DatabaseTest
    void write_throughPool_isSeenInEachTransaction(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            ConnectionPool pool = new ConnectionPool(ConnectionPoolConfiguration.builder(Reactive.factory(f))
                    .maxSize(1)
                    .maxIdleTime(Duration.ofMinutes(1))
                    .build());
            DSLContext dsl = both(f, pool);
            for (int i = 0; i < 3; i++) {
                String title = "title " + i;
                f.warm(Books::titles);
                await(dsl.transactionPublisher(transaction ->
                        transaction.dsl().update(BOOK).set(BOOK.TITLE, title).where(BOOK.ID.eq(1))));
                assertTitle(f, title);
            }
            pool.dispose();
        }
    }

    @DatabaseTest
    @DisplayName("a connection that is unwrapped may write unseen until it is closed")
    void unwrap_writesUnseen_nothingIsCachedMeanwhile(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            f.warm(Books::titles);
            Connection connection = connection(f.cache.track(Reactive.factory(f)));
            Connection drivers = (Connection) ((Wrapped<?>) connection).unwrap();
            execute(drivers, RETITLE);
            assertTitle(f, "new");
            execute(drivers, "update book set title = 'newer' where id = 1");
            assertTitle(f, "newer");
            await(connection.close());
            assertTitle(f, "newer");
            assertHits(f, 1);
        }
    }

    @DatabaseTest
    void ddl_isSeen(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            DSLContext dsl = both(f, Reactive.factory(f));
            f.warm(each -> each.resultQuery("select * from author order by id"));
            await(dsl.query("alter table author add born int"));
            assertThat(f.dsl.resultQuery("select * from author order by id")
                            .fetch()
                            .fieldsRow()
                            .size())
                    .isEqualTo(3);
        }
    }

    @DatabaseTest
    @DisplayName("a configuration with R2DBC alone is derived, too")
    void derive_ofR2dbcAlone_executes(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            f.warm(Books::titles);
            Configuration configuration =
                    DSL.using(Reactive.factory(f), database.dialect()).configuration();
            await(f.cache
                    .derive(configuration)
                    .dsl()
                    .update(BOOK)
                    .set(BOOK.TITLE, "new")
                    .where(BOOK.ID.eq(1)));
            assertTitle(f, "new");
        }
    }

    @DatabaseTest
    void track_twice_isTheSame(Database database) {
        try (Fixture f = Fixture.catalogue(database);
                QueryCache other = QueryCache.create()) {
            ConnectionFactory factory = f.cache.track(Reactive.factory(f));
            assertThat(f.cache.track(factory)).isSameAs(factory);
            assertThat(other.track(factory)).isNotSameAs(factory);
            assertThat(((Wrapped<?>) factory).unwrap()).isInstanceOf(ConnectionFactory.class);
        }
    }
}
