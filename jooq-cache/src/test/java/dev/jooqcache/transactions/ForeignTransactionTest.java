package dev.jooqcache.transactions;

import static dev.jooqcache.testing.Books.hits;
import static dev.jooqcache.testing.Books.name;
import static dev.jooqcache.testing.Books.retitle;
import static dev.jooqcache.testing.Books.title;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.BypassReason;
import dev.jooqcache.CacheStats;
import dev.jooqcache.internal.generation.InJvmGenerationStore;
import dev.jooqcache.spi.Tags;
import dev.jooqcache.testing.Books;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import dev.jooqcache.testing.ForwardingGenerationStore;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jooq.DSLContext;
import org.jooq.impl.DSL;
import org.jooq.impl.DataSourceConnectionProvider;
import org.jooq.impl.DefaultConfiguration;
import org.jooq.impl.ThreadLocalTransactionProvider;
import org.junit.jupiter.api.Tag;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.transaction.support.TransactionTemplate;

/** Transactions that begin and end where the cache does not see it: nothing is stale, only less is cached. */
class ForeignTransactionTest {

    private static DSLContext listenerOnly(Fixture f) {
        return new DefaultConfiguration()
                .set(f.pool)
                .set(f.database.dialect())
                .set(f.cache.executeListenerProvider())
                .dsl();
    }

    private static DSLContext overUntrackedSpringProxy(Fixture f) {
        return f.cache
                .derive(new DefaultConfiguration()
                        .set(new DataSourceConnectionProvider(new TransactionAwareDataSourceProxy(f.pool)))
                        .set(f.database.dialect()))
                .dsl();
    }

    private static void sweep() {
        try {
            Thread.sleep(2_500);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @DatabaseTest
    @Tag("slow")
    void listenerOnly_writeInTransaction_isSeenFromCommitOn(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            DSLContext dsl = listenerOnly(f);
            assertThat(title(dsl)).isEqualTo("1984");
            assertThat(hits(f, () -> title(dsl))).isEqualTo(1);
            dsl.transaction(c -> {
                retitle(c.dsl(), "new");
                CacheStats inside = f.during(() -> assertThat(title(c.dsl())).isEqualTo("new"));
                assertThat(inside.hits() + inside.stores()).isZero();
                assertThat(title(dsl)).isEqualTo("1984");
                sweep();
                assertThat(title(dsl)).isEqualTo("1984");
                assertThat(title(dsl)).isEqualTo("1984");
            });
            assertThat(title(dsl)).isEqualTo("new");
            assertThat(title(dsl)).isEqualTo("new");
        }
    }

    @DatabaseTest
    void listenerOnly_afterTheConnectionWasSeenOutside_isCachedAgain(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            DSLContext dsl = listenerOnly(f);
            title(dsl);
            dsl.transaction(c -> retitle(c.dsl(), "new"));
            // The idle connection is taken for this, outside a transaction now.
            title(dsl);
            title(dsl);
            assertThat(hits(f, () -> assertThat(title(dsl)).isEqualTo("new"))).isEqualTo(1);
        }
    }

    @DatabaseTest
    void listenerOnly_rollback_showsNothing(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            DSLContext dsl = listenerOnly(f);
            title(dsl);
            try {
                dsl.transaction(c -> {
                    retitle(c.dsl(), "uncommitted");
                    assertThat(title(c.dsl())).isEqualTo("uncommitted");
                    throw new IllegalStateException("back");
                });
            } catch (IllegalStateException e) {
                assertThat(e).hasMessage("back");
            }
            assertThat(title(dsl)).isEqualTo("1984");
            assertThat(title(dsl)).isEqualTo("1984");
        }
    }

    @DatabaseTest
    void listenerOnly_autocommitWrite_isSeenAndCached(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            DSLContext dsl = listenerOnly(f);
            title(dsl);
            retitle(dsl, "new");
            assertThat(title(dsl)).isEqualTo("new");
            assertThat(hits(f, () -> assertThat(title(dsl)).isEqualTo("new"))).isEqualTo(1);
        }
    }

    @DatabaseTest
    void listenerOnly_plainConnection_isSeenFromCommitOn(Database database) throws SQLException {
        try (Fixture f = Fixture.catalogue(database);
                Connection connection = f.pool.getConnection()) {
            DSLContext others = listenerOnly(f);
            title(others);
            connection.setAutoCommit(false);
            DSLContext dsl = DSL.using(connection, database.dialect())
                    .configuration()
                    .derive(f.cache.executeListenerProvider())
                    .dsl();
            retitle(dsl, "new");
            assertThat(title(dsl)).isEqualTo("new");
            assertThat(title(others)).isEqualTo("1984");
            connection.commit();
            assertThat(title(others)).isEqualTo("new");
            connection.setAutoCommit(true);
            assertThat(title(dsl)).isEqualTo("new");
            assertThat(title(others)).isEqualTo("new");
            assertThat(hits(f, () -> assertThat(title(others)).isEqualTo("new")))
                    .isEqualTo(1);
        }
    }

    @DatabaseTest
    void manyWritesInOneForeignTransaction_areAnnouncedOnce(Database database) {
        AtomicInteger intents = new AtomicInteger();
        ForwardingGenerationStore counting = new ForwardingGenerationStore(new InJvmGenerationStore(1024)) {
            @Override
            public Intent intent(Tags tags) {
                intents.incrementAndGet();
                return super.intent(tags);
            }
        };
        try (Fixture f = Fixture.catalogue(database, settings -> settings.generationStore(counting))) {
            DSLContext dsl = overUntrackedSpringProxy(f);
            title(dsl);
            inSpringTransaction(f, () -> {
                for (int i = 0; i < 50; i++) retitle(dsl, "title " + i);
            });
            assertThat(title(dsl)).isEqualTo("title 49");
            assertThat(intents).hasValueLessThan(5);
        }
    }

    @DatabaseTest
    @Tag("slow")
    void untrackedSpringProxy_writeInTransaction_isSeenFromCommitOn(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            DSLContext dsl = overUntrackedSpringProxy(f);
            assertThat(title(dsl)).isEqualTo("1984");
            assertThat(hits(f, () -> title(dsl))).isEqualTo(1);
            inSpringTransaction(f, () -> {
                retitle(dsl, "new");
                CacheStats inside = f.during(() -> assertThat(title(dsl)).isEqualTo("new"));
                assertThat(inside.bypasses(BypassReason.UNTRACKED_TRANSACTION)).isEqualTo(1);
                assertThat(elsewhere(() -> title(dsl))).isEqualTo("1984");
                // Each statement's connection is closed, but not the one of the transaction.
                sweep();
                assertThat(elsewhere(() -> title(dsl))).isEqualTo("1984");
                assertThat(elsewhere(() -> title(dsl))).isEqualTo("1984");
            });
            assertThat(title(dsl)).isEqualTo("new");
            assertThat(title(dsl)).isEqualTo("new");
        }
    }

    @DatabaseTest
    void untrackedSpringProxy_afterTheConnectionWasSeenOutside_isCachedAgain(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            DSLContext dsl = overUntrackedSpringProxy(f);
            title(dsl);
            inSpringTransaction(f, () -> retitle(dsl, "new"));
            title(dsl);
            title(dsl);
            assertThat(hits(f, () -> assertThat(title(dsl)).isEqualTo("new"))).isEqualTo(1);
            assertThat(hits(f, () -> {
                        name(dsl);
                        name(dsl);
                    }))
                    .isEqualTo(1);
        }
    }

    @DatabaseTest
    void threadLocalTransactionProviderOfJooq_isSeenFromCommitOn(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            ThreadLocalTransactionProvider transactions =
                    new ThreadLocalTransactionProvider(new DataSourceConnectionProvider(f.tracked));
            DSLContext dsl = f.cache
                    .derive(new DefaultConfiguration().set(transactions).set(database.dialect()))
                    .dsl();
            assertThat(title(f.dsl)).isEqualTo("1984");
            assertThat(title(dsl)).isEqualTo("1984");
            dsl.transaction(() -> {
                retitle(dsl, "new");
                assertThat(title(dsl)).isEqualTo("new");
                assertThat(title(f.dsl)).isEqualTo("1984");
            });
            assertThat(title(dsl)).isEqualTo("new");
            assertThat(title(f.dsl)).isEqualTo("new");
            f.assertFresh(Books::titles);
        }
    }

    private static void inSpringTransaction(Fixture f, Runnable body) {
        new TransactionTemplate(new DataSourceTransactionManager(f.pool)).executeWithoutResult(status -> body.run());
    }

    private static String elsewhere(Supplier<String> work) {
        return CompletableFuture.supplyAsync(work).join();
    }
}
