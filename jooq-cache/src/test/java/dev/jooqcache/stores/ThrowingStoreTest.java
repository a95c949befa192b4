package dev.jooqcache.stores;

import static dev.jooqcache.testing.Books.names;
import static dev.jooqcache.testing.Books.retitle;
import static dev.jooqcache.testing.Books.title;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.BypassReason;
import dev.jooqcache.CacheHint;
import dev.jooqcache.CacheStats;
import dev.jooqcache.internal.generation.InJvmGenerationStore;
import dev.jooqcache.spi.Fingerprint;
import dev.jooqcache.spi.GenerationStore;
import dev.jooqcache.spi.Stamp;
import dev.jooqcache.spi.StoredResult;
import dev.jooqcache.spi.Tags;
import dev.jooqcache.testing.Books;
import dev.jooqcache.testing.CaffeineStore;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import dev.jooqcache.testing.ForwardingGenerationStore;
import dev.jooqcache.testing.ForwardingResultStore;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jooq.DSLContext;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.Tag;

/** Stores that throw: queries go on, nothing stale is served, then or after the recovery (C6). */
@Tag("C6")
class ThrowingStoreTest {

    private enum Operation {
        GET,
        PUT,
        REMOVE,
        CAPTURE,
        NOW,
        INTENT,
        COMMIT,
        ABANDON,
        RENEW
    }

    /** Both stores, with operations that can be made to throw. */
    private static final class Stores {
        private final Set<Operation> broken = EnumSet.noneOf(Operation.class);
        final GenerationStore generations = new BreakingGenerations();
        final ForwardingResultStore results = new BreakingResults();

        synchronized void breaking(Operation... operations) {
            broken.clear();
            broken.addAll(List.of(operations));
        }

        synchronized void check(Operation operation) {
            if (broken.contains(operation)) throw new IllegalStateException("made to fail: " + operation);
        }

        private final class BreakingGenerations extends ForwardingGenerationStore {
            BreakingGenerations() {
                super(new InJvmGenerationStore(1 << 10));
            }

            @Override
            public Stamp capture(Tags tags) {
                check(Operation.CAPTURE);
                return super.capture(tags);
            }

            @Override
            public long now() {
                check(Operation.NOW);
                return super.now();
            }

            @Override
            public Intent intent(Tags tags) {
                check(Operation.INTENT);
                return super.intent(tags);
            }

            @Override
            public void commit(Intent intent) {
                check(Operation.COMMIT);
                super.commit(intent);
            }

            @Override
            public void abandon(Intent intent) {
                check(Operation.ABANDON);
                super.abandon(intent);
            }

            @Override
            public void renew() {
                check(Operation.RENEW);
                super.renew();
            }
        }

        private final class BreakingResults extends ForwardingResultStore {
            BreakingResults() {
                super(new CaffeineStore());
            }

            @Override
            public StoredResult get(Fingerprint key) {
                check(Operation.GET);
                return super.get(key);
            }

            @Override
            public void put(Fingerprint key, StoredResult result, Duration timeToLive) {
                check(Operation.PUT);
                super.put(key, result, timeToLive);
            }

            @Override
            public void remove(Fingerprint key) {
                check(Operation.REMOVE);
                super.remove(key);
            }
        }
    }

    private static Fixture over(Database database, Stores stores) {
        return Fixture.catalogue(
                        database, settings -> settings.store(stores.results).generationStore(stores.generations))
                .expectingFailures();
    }

    @DatabaseTest
    void eachOperationThatThrows_breaksNoQueryAndHidesNothing(Database database) {
        for (Operation operation : Operation.values()) {
            Stores stores = new Stores();
            try (Fixture f = over(database, stores)) {
                f.warm(Books::titles);
                f.warm(Books::names);
                stores.breaking(operation);
                f.assertFresh(Books::titles);
                retitle(f.dsl, "in autocommit");
                f.assertFresh(Books::titles);
                f.dsl.transaction(c -> {
                    retitle(c.dsl(), "in a transaction");
                    assertThat(title(c.dsl())).isEqualTo("in a transaction");
                });
                f.assertFresh(Books::titles);
                f.assertFresh(Books::names);
                stores.breaking();
                assertThat(title(f.dsl)).as("after %s", operation).isEqualTo("in a transaction");
                f.assertFresh(Books::titles);
                f.assertFresh(Books::names);
                f.warm(Books::titles);
                retitle(f.dsl, "at last");
                assertThat(title(f.dsl)).isEqualTo("at last");
            }
        }
    }

    @DatabaseTest
    void generationStoreThatIsLostDuringAWrite_servesNothingFromBefore(Database database) {
        Stores stores = new Stores();
        try (Fixture f = over(database, stores)) {
            f.warm(Books::titles);
            f.warm(Books::names);
            stores.breaking(
                    Operation.CAPTURE,
                    Operation.NOW,
                    Operation.INTENT,
                    Operation.COMMIT,
                    Operation.ABANDON,
                    Operation.RENEW);
            f.assertNotStored(BypassReason.GENERATION_STORE, Books::names);
            retitle(f.dsl, "new");
            stores.breaking();
            CacheStats first = f.during(() -> {
                assertThat(title(f.dsl)).isEqualTo("new");
                names(f.dsl).fetch();
            });
            assertThat(first.hits())
                    .as("nothing from before, not even of a table that was not written")
                    .isZero();
            f.warm(Books::titles);
            f.warm(Books::names);
        }
    }

    @DatabaseTest
    void commitUnsettled_keepsAllUncachedUntilItIsSettled(Database database) throws SQLException {
        Stores stores = new Stores();
        try (Fixture f = over(database, stores);
                Connection connection = f.tracked.getConnection()) {
            f.warm(Books::titles);
            connection.setAutoCommit(false);
            DSLContext writer = f.cache
                    .derive(DSL.using(connection, database.dialect()).configuration())
                    .dsl();
            retitle(writer, "new");
            stores.breaking(Operation.COMMIT);
            connection.commit();
            // The store works again, but its intent is not settled yet.
            assertThat(title(f.dsl)).isEqualTo("new");
            f.assertNotStored(BypassReason.GENERATION_STORE, Books::titles);
            stores.breaking();
            assertThat(title(f.dsl)).isEqualTo("new");
            connection.setAutoCommit(true);
            f.warm(Books::titles);
        }
    }

    @DatabaseTest
    void snapshotOlderThanAnOutage_seesNothingNewerAndPublishesNothingOlder(Database database) throws SQLException {
        int level = database == Database.H2 ? 6 : Connection.TRANSACTION_REPEATABLE_READ;
        Stores stores = new Stores();
        try (Fixture f = over(database, stores);
                Connection connection = f.tracked.getConnection()) {
            connection.setTransactionIsolation(level);
            f.warm(Books::titles);
            connection.setAutoCommit(false);
            DSLContext inside = f.cache
                    .derive(DSL.using(connection, database.dialect()).configuration())
                    .dsl();
            assertThat(names(inside).fetch()).hasSize(2);
            stores.breaking(Operation.INTENT);
            retitle(f.dsl, "new");
            stores.breaking();
            assertThat(title(inside)).isEqualTo("1984");
            assertThat(title(f.dsl)).as("the old rows were not published").isEqualTo("new");
            assertThat(title(f.dsl)).isEqualTo("new");
            assertThat(title(inside)).as("the new rows are not shown").isEqualTo("1984");
            connection.rollback();
            connection.setAutoCommit(true);
            f.assertFresh(Books::titles);
        }
    }

    @DatabaseTest
    void storesThatThrowAtRandom_hideNothing(Database database) {
        long seed = System.nanoTime();
        System.out.println("seed of storesThatThrowAtRandom_hideNothing: " + seed);
        Random random = new Random(seed);
        Stores stores = new Stores();
        try (Fixture f = over(database, stores)) {
            DSLContext bypassed = f.cache.with(f.dsl, CacheHint.bypass());
            long hits = 0;
            for (int i = 0; i < 400; i++) {
                List<Operation> broken = new ArrayList<>();
                if (i % 10 < 5)
                    for (Operation operation : Operation.values()) if (random.nextInt(4) == 0) broken.add(operation);
                stores.breaking(broken.toArray(Operation[]::new));
                String context = "seed " + seed + ", step " + i + ", broken " + broken;
                if (random.nextInt(3) == 0) {
                    String title = "title " + i;
                    boolean rolledBack = random.nextBoolean();
                    if (random.nextBoolean()) retitle(f.dsl, title);
                    else transact(f, title, rolledBack);
                }
                assertThat(title(f.dsl)).as(context).isEqualTo(title(bypassed));
                hits += f.during(() -> assertThat(title(f.dsl)).as(context).isEqualTo(title(bypassed)))
                        .hits();
            }
            assertThat(hits).as("seed %s", seed).isPositive();
        }
    }

    private static void transact(Fixture f, String title, boolean rolledBack) {
        try {
            f.dsl.transaction(c -> {
                retitle(c.dsl(), title);
                assertThat(title(c.dsl())).isEqualTo(title);
                if (rolledBack) throw new ArithmeticException();
            });
        } catch (ArithmeticException e) {
            assertThat(rolledBack).isTrue();
        }
    }
}
