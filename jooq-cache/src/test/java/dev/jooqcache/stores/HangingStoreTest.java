package dev.jooqcache.stores;

import static dev.jooqcache.testing.Books.names;
import static dev.jooqcache.testing.Books.retitle;
import static dev.jooqcache.testing.Books.title;
import static dev.jooqcache.testing.Books.titles;
import static dev.jooqcache.testing.Catalogue.AUTHOR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jooqcache.internal.generation.InJvmGenerationStore;
import dev.jooqcache.spi.Fingerprint;
import dev.jooqcache.spi.Stamp;
import dev.jooqcache.spi.StoredResult;
import dev.jooqcache.spi.Tags;
import dev.jooqcache.testing.Books;
import dev.jooqcache.testing.CaffeineStore;
import dev.jooqcache.testing.Catalogue;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import dev.jooqcache.testing.ForwardingGenerationStore;
import dev.jooqcache.testing.ForwardingResultStore;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jooq.exception.DataAccessException;
import org.junit.jupiter.api.Tag;

/** Stores that hang, lose, or run out of memory; threads interrupted and pools exhausted meanwhile (C6). */
@Tag("C6")
class HangingStoreTest {

    private enum Operation {
        GET,
        PUT,
        CAPTURE,
        INTENT,
        COMMIT
    }

    /** Both stores; one thread can be made to hang in an operation, and any to fail with an error. */
    private static final class Stores {
        private final AtomicReference<Operation> hangs = new AtomicReference<>();
        private final CountDownLatch hanging = new CountDownLatch(1);
        private final CountDownLatch released = new CountDownLatch(1);
        volatile Operation runsOutOfMemory;

        private void at(Operation now) {
            if (now == runsOutOfMemory) throw new OutOfMemoryError("made to fail");
            if (!hangs.compareAndSet(now, null)) return;
            hanging.countDown();
            try {
                released.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted in " + now, e);
            }
        }

        final ForwardingResultStore results = new ForwardingResultStore(new CaffeineStore()) {
            @Override
            public StoredResult get(Fingerprint key) {
                at(Operation.GET);
                return super.get(key);
            }

            @Override
            public void put(Fingerprint key, StoredResult result, Duration timeToLive) {
                at(Operation.PUT);
                super.put(key, result, timeToLive);
            }
        };

        final ForwardingGenerationStore generations = new ForwardingGenerationStore(new InJvmGenerationStore(1 << 10)) {
            @Override
            public Stamp capture(Tags tags) {
                at(Operation.CAPTURE);
                return super.capture(tags);
            }

            @Override
            public Intent intent(Tags tags) {
                at(Operation.INTENT);
                return super.intent(tags);
            }

            @Override
            public void commit(Intent intent) {
                at(Operation.COMMIT);
                super.commit(intent);
            }
        };
    }

    private static Fixture over(Database database, Stores stores) {
        return Fixture.catalogue(
                        database,
                        settings -> settings.store(stores.results)
                                .generationStore(stores.generations)
                                .singleFlightTimeout(Duration.ofMillis(100)))
                .expectingFailures();
    }

    private static <T> T soon(CompletableFuture<T> future) {
        return future.orTimeout(30, TimeUnit.SECONDS).join();
    }

    /** Who hangs in a call of a store delays nobody else, whatever they read or write. */
    @DatabaseTest
    void hangingCall_delaysNobodyElse(Database database) throws InterruptedException {
        for (Operation operation : Operation.values()) {
            Stores stores = new Stores();
            try (Fixture f = over(database, stores)) {
                f.warm(Books::names);
                if (operation == Operation.GET) f.warm(Books::titles);
                stores.hangs.set(operation);
                boolean writes = operation == Operation.INTENT || operation == Operation.COMMIT;
                CompletableFuture<Void> stuck = async(() -> {
                    if (writes) f.dsl.transaction(c -> retitle(c.dsl(), "by the one who hangs"));
                    else title(f.dsl);
                });
                assertThat(stores.hanging.await(30, TimeUnit.SECONDS))
                        .as("hangs in %s", operation)
                        .isTrue();
                soon(async(() -> {
                    f.assertFresh(Books::titles);
                    f.assertFresh(Books::names);
                    f.dsl.update(AUTHOR)
                            .set(AUTHOR.NAME, "new")
                            .where(AUTHOR.ID.eq(1))
                            .execute();
                    f.assertFresh(Books::names);
                    // The row of the one who hangs before his COMMIT is locked.
                    if (operation != Operation.INTENT) {
                        retitle(f.dsl, "by another");
                        f.assertFresh(Books::titles);
                    }
                }));
                stores.released.countDown();
                soon(stuck);
                f.assertFresh(Books::titles);
                f.warm(Books::titles);
            }
        }
    }

    @DatabaseTest
    void outOfMemoryInAStore_breaksNoQueryAndHidesNothing(Database database) {
        for (Operation operation : Operation.values()) {
            Stores stores = new Stores();
            try (Fixture f = over(database, stores)) {
                f.warm(Books::titles);
                stores.runsOutOfMemory = operation;
                f.assertFresh(Books::titles);
                retitle(f.dsl, "in autocommit");
                f.assertFresh(Books::titles);
                f.dsl.transaction(c -> retitle(c.dsl(), "in a transaction"));
                f.assertFresh(Books::titles);
                stores.runsOutOfMemory = null;
                assertThat(title(f.dsl)).as("after %s", operation).isEqualTo("in a transaction");
                f.assertFresh(Books::titles);
                f.warm(Books::titles);
            }
        }
    }

    /** An interrupt in a call of a store is a failure of the call; the thread stays interrupted, the query goes on. */
    @DatabaseTest
    void interruptInAStore_breaksNoQueryAndHidesNothing(Database database) {
        for (Operation operation : Operation.values()) {
            Stores stores = new Stores();
            try (Fixture f = over(database, stores)) {
                f.warm(Books::titles);
                stores.hangs.set(operation);
                if (operation == Operation.PUT) stores.results.clear();
                boolean writes = operation == Operation.INTENT || operation == Operation.COMMIT;
                Thread.currentThread().interrupt();
                // H2 looks at the flag in some waits only, pgjdbc in none.
                if (writes) f.dsl.transaction(c -> retitle(c.dsl(), "new"));
                else assertThat(title(f.dsl)).isEqualTo("1984");
                assertThat(Thread.interrupted())
                        .as("still interrupted, %s", operation)
                        .isTrue();
                assertThat(stores.hangs.get()).isNull();
                f.assertFresh(Books::titles);
                f.warm(Books::titles);
            }
        }
    }

    /** C4: a waiter that is interrupted goes to the database, and stays interrupted. */
    @DatabaseTest
    void interruptWhileWaitingForALeader_breaksNoQuery(Database database) throws InterruptedException {
        Stores stores = new Stores();
        try (Fixture f = Fixture.empty(
                        database,
                        pool -> pool.setMinimumIdle(4),
                        settings -> settings.store(stores.results)
                                .generationStore(stores.generations)
                                .singleFlightTimeout(Duration.ofHours(1)))
                .with(Catalogue.DDL)) {
            names(f.dsl).fetch();
            stores.hangs.set(Operation.PUT);
            CompletableFuture<String> leader = CompletableFuture.supplyAsync(() -> title(f.dsl));
            assertThat(stores.hanging.await(30, TimeUnit.SECONDS)).isTrue();
            // An interrupted thread cannot wait for a connection either.
            while (f.pool.getHikariPoolMXBean().getIdleConnections() == 0) Thread.onSpinWait();
            Thread.currentThread().interrupt();
            assertThat(title(f.dsl)).isEqualTo("1984");
            assertThat(Thread.interrupted()).isTrue();
            stores.released.countDown();
            assertThat(soon(leader)).isEqualTo("1984");
            f.assertFresh(Books::titles);
        }
    }

    @DatabaseTest
    void exhaustedPool_failsMissesOnly(Database database) throws SQLException {
        try (Fixture f = Fixture.empty(
                        database,
                        pool -> {
                            pool.setMaximumPoolSize(2);
                            pool.setConnectionTimeout(250);
                        },
                        settings -> {})
                .with(Catalogue.DDL)) {
            f.warm(Books::titles);
            List<Connection> taken = new ArrayList<>();
            try {
                for (int i = 0; i < 2; i++) taken.add(f.pool.getConnection());
                assertThat(title(f.dsl)).as("a hit takes no connection").isEqualTo("1984");
                assertThatThrownBy(() -> names(f.dsl).fetch()).isInstanceOf(DataAccessException.class);
                assertThatThrownBy(() -> retitle(f.dsl, "lost")).isInstanceOf(DataAccessException.class);
                assertThat(title(f.dsl)).isEqualTo("1984");
            } finally {
                for (Connection connection : taken) connection.close();
            }
            f.assertFresh(Books::names);
            f.warm(Books::names);
            retitle(f.dsl, "new");
            assertThat(title(f.dsl)).isEqualTo("new");
        }
    }

    /** C5, C6: the cache is closed while threads read and write; they go on, and see what is in the database. */
    @DatabaseTest
    void close_duringUse_breaksNothing(Database database) throws InterruptedException {
        try (Fixture f = Fixture.catalogue(database)) {
            CountDownLatch begun = new CountDownLatch(40);
            CompletableFuture<Void> writer = async(() -> {
                for (int i = 0; i < 100; i++) {
                    String title = "title " + i;
                    f.dsl.transaction(c -> retitle(c.dsl(), title));
                    assertThat(title(f.dsl)).isEqualTo(title);
                    begun.countDown();
                }
            });
            CompletableFuture<Void> reader = async(() -> {
                for (int i = 0; i < 300; i++) {
                    titles(f.dsl).fetch();
                    names(f.dsl).fetch();
                }
            });
            assertThat(begun.await(60, TimeUnit.SECONDS)).isTrue();
            f.cache.close();
            soon(writer);
            soon(reader);
            assertThat(title(f.dsl)).isEqualTo("title 99");
        }
    }

    /** On a thread of its own: the common pool may have but one, which hangs. */
    private static CompletableFuture<Void> async(Runnable work) {
        return CompletableFuture.runAsync(work, task -> new Thread(task).start());
    }
}
