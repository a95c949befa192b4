package dev.jooqcache.api;

import static dev.jooqcache.testing.Catalogue.AUTHOR;
import static dev.jooqcache.testing.Catalogue.BOOK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jooqcache.CacheStats;
import dev.jooqcache.QueryCache;
import dev.jooqcache.testing.Books;
import dev.jooqcache.testing.Catalogue;
import dev.jooqcache.testing.Catalogue.BookRecord;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jooq.Configuration;
import org.jooq.DSLContext;
import org.jooq.ExecuteContext;
import org.jooq.ExecuteListener;
import org.jooq.Result;
import org.jooq.impl.DSL;
import org.jooq.impl.DefaultConfiguration;
import org.junit.jupiter.api.DisplayName;

@DisplayName("derive(..), track(..), and the listener alone")
class RegistrationTest {

    private static Configuration listenerOnly(Fixture f) {
        Configuration configuration = new DefaultConfiguration().set(f.pool).set(f.database.dialect());
        configuration.set(f.cache.executeListenerProvider());
        return configuration;
    }

    private static void assertSame(Result<BookRecord> actual, Result<BookRecord> expected) {
        assertThat(actual).isEqualTo(expected);
    }

    @DatabaseTest
    @DisplayName("derive() leaves the given configuration as it was")
    void derive_givenConfiguration_isUnchanged(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            Configuration given = new DefaultConfiguration().set(f.pool).set(database.dialect());
            AtomicInteger events = new AtomicInteger();
            given.set(org.jooq.impl.DefaultExecuteListenerProvider.providers(new ExecuteListener() {
                @Override
                public void start(ExecuteContext ctx) {
                    events.incrementAndGet();
                }
            }));
            var provider = given.connectionProvider();
            DSLContext dsl = f.cache.derive(given).dsl();
            assertThat(given.connectionProvider()).isSameAs(provider);
            assertThat(given.executeListenerProviders()).hasSize(1);
            Books.books(dsl).fetch();
            Books.books(dsl).fetch();
            assertThat(events).as("the user's listener sees hits too").hasValue(2);
            assertThat(f.cache.stats().hits()).isEqualTo(1);
        }
    }

    @DatabaseTest
    @DisplayName("derive() twice is as good as once")
    void derive_twice_countsAndInvalidatesOnce(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            Configuration once = f.dsl.configuration();
            Configuration twice = f.cache.derive(f.cache.derive(once));
            assertThat(twice.executeListenerProviders()).hasSameSizeAs(once.executeListenerProviders());
            Books.books(f.dsl).fetch();
            CacheStats done = f.during(() -> Books.books(twice.dsl()).fetch());
            assertThat(done.hits()).isEqualTo(1);
            CacheStats write =
                    f.during(() -> twice.dsl().update(BOOK).set(BOOK.STOCK, 0).execute());
            assertThat(write.invalidations()).isEqualTo(1);
            CacheStats transaction = f.during(() -> twice.dsl()
                    .transaction(c -> c.dsl().update(BOOK).set(BOOK.STOCK, 1).execute()));
            assertThat(transaction.invalidations()).isEqualTo(1);
            f.assertFresh(Books::books);
        }
    }

    @DatabaseTest
    @DisplayName("derive() of a configuration within a transaction, and of a single connection")
    void derive_ofConnection_isNeverStale(Database database) throws SQLException {
        try (Fixture f = Fixture.catalogue(database);
                Connection connection = f.pool.getConnection()) {
            DSLContext dsl = f.cache
                    .derive(DSL.using(connection, database.dialect()).configuration())
                    .dsl();
            Books.books(dsl).fetch();
            assertThat(f.during(() -> Books.books(dsl).fetch()).hits()).isEqualTo(1);
            dsl.update(BOOK).set(BOOK.STOCK, 7).execute();
            assertSame(Books.books(dsl).fetch(), Books.books(f.unseen).fetch());
            connection.setAutoCommit(false);
            dsl.update(BOOK).set(BOOK.STOCK, 8).execute();
            assertThat(Books.books(dsl).fetch().getValues(BOOK.STOCK)).containsOnly(8);
            connection.rollback();
            assertThat(Books.books(dsl).fetch().getValues(BOOK.STOCK)).containsOnly(7);
            connection.setAutoCommit(true);
            assertThat(Books.books(dsl).fetch().getValues(BOOK.STOCK)).containsOnly(7);
            dsl.transaction(c -> c.dsl().update(BOOK).set(BOOK.STOCK, 9).execute());
            assertThat(Books.books(dsl).fetch().getValues(BOOK.STOCK)).containsOnly(9);
        }
    }

    @DatabaseTest
    @DisplayName("two caches on one configuration, each with its own results")
    void derive_withTwoCaches_bothAreFresh(Database database) {
        try (Fixture f = Fixture.catalogue(database);
                QueryCache other = QueryCache.builder().name("other").build()) {
            DSLContext both = other.derive(f.dsl.configuration()).dsl();
            for (int i = 0; i < 3; i++) {
                int stock = i;
                both.update(BOOK).set(BOOK.STOCK, stock).execute();
                for (int j = 0; j < 3; j++)
                    assertThat(Books.books(both).fetch().getValues(BOOK.STOCK)).containsOnly(stock);
                assertThat(Books.books(f.dsl).fetch().getValues(BOOK.STOCK)).containsOnly(stock);
            }
            assertThat(f.cache.stats().hits() + other.stats().hits()).isPositive();
        }
    }

    @DatabaseTest
    @DisplayName("the listener alone: hits in autocommit, nothing stale after writes in autocommit")
    void listenerOnly_autocommit_isFresh(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            DSLContext dsl = listenerOnly(f).dsl();
            for (int i = 0; i < 3; i++) {
                Books.books(dsl).fetch();
                assertThat(f.during(() -> Books.books(dsl).fetch()).hits()).isEqualTo(1);
                dsl.update(BOOK).set(BOOK.STOCK, i).execute();
                assertSame(Books.books(dsl).fetch(), Books.books(f.unseen).fetch());
                dsl.batch("update book set stock = 50", "delete from book where id = 99")
                        .execute();
                assertSame(Books.books(dsl).fetch(), Books.books(f.unseen).fetch());
            }
        }
    }

    @DatabaseTest
    @DisplayName("the listener alone: jOOQ's transactions, committed and rolled back, leave nothing stale")
    void listenerOnly_transactions_areFresh(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            DSLContext dsl = listenerOnly(f).dsl();
            for (int i = 0; i < 3; i++) {
                int stock = i;
                Books.books(dsl).fetch();
                Books.authors(dsl).fetch();
                dsl.transaction(c -> {
                    assertSame(
                            Books.books(c.dsl()).fetch(), Books.books(f.unseen).fetch());
                    c.dsl().update(BOOK).set(BOOK.STOCK, stock).execute();
                    assertThat(Books.books(c.dsl()).fetch().getValues(BOOK.STOCK))
                            .containsOnly(stock);
                    assertSame(Books.books(dsl).fetch(), Books.books(f.unseen).fetch());
                });
                assertSame(Books.books(dsl).fetch(), Books.books(f.unseen).fetch());
                assertSame(Books.books(dsl).fetch(), Books.books(f.unseen).fetch());
                assertThatThrownBy(() -> dsl.transaction(c -> {
                            c.dsl().update(BOOK).set(BOOK.STOCK, 99).execute();
                            Books.books(c.dsl()).fetch();
                            throw new IllegalStateException("rolled back");
                        }))
                        .isInstanceOf(IllegalStateException.class);
                assertSame(Books.books(dsl).fetch(), Books.books(f.unseen).fetch());
                dsl.transaction(c -> c.dsl()
                        .transaction(nested -> nested.dsl()
                                .update(BOOK)
                                .set(BOOK.TITLE, "nested" + stock)
                                .execute()));
                assertSame(Books.books(dsl).fetch(), Books.books(f.unseen).fetch());
            }
        }
    }

    @DatabaseTest
    @DisplayName("the listener alone, beside a derived context on the same pool: each sees the other's writes")
    void listenerOnly_besideDerived_isFresh(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            DSLContext alone = listenerOnly(f).dsl();
            for (int i = 0; i < 3; i++) {
                f.warm(Books::books);
                alone.update(BOOK).set(BOOK.STOCK, i).execute();
                f.assertFresh(Books::books);
                int stock = i + 10;
                alone.transaction(
                        c -> c.dsl().update(BOOK).set(BOOK.STOCK, stock).execute());
                f.assertFresh(Books::books);
                f.dsl.transaction(c ->
                        c.dsl().update(AUTHOR).set(AUTHOR.NAME, "n" + stock).execute());
                assertThat(Books.authors(alone).fetch())
                        .isEqualTo(Books.authors(f.unseen).fetch());
                f.assertFresh(Books::authors);
                f.dsl.update(BOOK).set(BOOK.STOCK, 20).execute();
                assertSame(Books.books(alone).fetch(), Books.books(f.unseen).fetch());
                f.cache.invalidateAll();
                // Seen outside on every connection of the pool, or else the table stays uncached for a while.
                f.pool.getHikariPoolMXBean().softEvictConnections();
                awaitCached(f);
            }
        }
    }

    private static void awaitCached(Fixture f) {
        long deadline = System.nanoTime() + 10_000_000_000L;
        while (f.during(() -> Books.books(f.dsl).fetch()).hits() == 0) {
            assertThat(System.nanoTime()).as("books are cached again in time").isLessThan(deadline);
            java.util.concurrent.locks.LockSupport.parkNanos(50_000_000L);
        }
    }

    @DatabaseTest
    @DisplayName("the listener alone: what a transaction wrote is cached again when its connection is seen outside")
    void listenerOnly_afterTransaction_isCachedAgain(Database database) {
        try (Fixture f = Fixture.empty(database, pool -> pool.setMaximumPoolSize(1), settings -> {})
                .with(Catalogue.DDL)) {
            DSLContext dsl = listenerOnly(f).dsl();
            dsl.transaction(c -> c.dsl().update(BOOK).set(BOOK.STOCK, 5).execute());
            // The pool has one connection: the next read takes it and finds it outside the transaction.
            for (int i = 0; i < 3; i++) Books.books(dsl).fetch();
            CacheStats done = f.during(() ->
                    assertThat(Books.books(dsl).fetch().getValues(BOOK.STOCK)).containsOnly(5));
            assertThat(done.hits()).isEqualTo(1);
        }
    }
}
