package dev.jooqcache.transactions;

import static dev.jooqcache.testing.Books.hits;
import static dev.jooqcache.testing.Books.retitle;
import static dev.jooqcache.testing.Books.title;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jooqcache.BypassReason;
import dev.jooqcache.CacheStats;
import dev.jooqcache.testing.Books;
import dev.jooqcache.testing.Catalogue;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jooq.Configuration;
import org.jooq.DSLContext;
import org.jooq.TransactionContext;
import org.jooq.TransactionListener;
import org.jooq.impl.DSL;
import org.jooq.impl.DataSourceConnectionProvider;
import org.jooq.impl.DefaultConfiguration;
import org.junit.jupiter.api.Tag;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Two databases (T8), hooks after the commit (T9) and transactions that change threads (T11). */
class HooksAndThreadsTest {

    private static <T> T elsewhere(Supplier<T> work) {
        return CompletableFuture.supplyAsync(work).join();
    }

    private static DSLContext over(Fixture f, DataSource dataSource) {
        return f.cache
                .derive(new DefaultConfiguration()
                        .set(new DataSourceConnectionProvider(dataSource))
                        .set(f.database.dialect()))
                .dsl();
    }

    @Tag("T8")
    @TransactionTest
    @Tag("slow")
    void rollback_aroundCommitOnAnotherDatabase_invalidatesTheOtherOnly(Database database, Style style) {
        try (Fixture one = Fixture.catalogue(database);
                Fixture two = Fixture.catalogue(database);
                OpenTransaction outer = new OpenTransaction(style, one)) {
            title(one.dsl);
            // The second database's pool is tracked by the first one's cache: one application, one cache.
            DSLContext second = over(one, one.cache.track(two.pool));
            assertThat(title(second)).isEqualTo("1984");
            outer.run(dsl -> {
                retitle(dsl, "rolled back");
                second.transaction(inner -> retitle(inner.dsl(), "committed"));
                assertThat(title(second)).isEqualTo("committed");
            });
            outer.rollback();
            assertThat(title(second)).isEqualTo("committed");
            assertThat(title(one.dsl)).isEqualTo("1984");
            assertThat(hits(one, () -> {
                        title(second);
                        title(one.dsl);
                    }))
                    .isEqualTo(2);
        }
    }

    @Tag("T9")
    @DatabaseTest
    void commitEnd_ofJooqTransactionListener_readsFreshRows(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            List<String> seen = new ArrayList<>();
            DSLContext dsl = f.dsl.configuration()
                    .derive(TransactionListener.onCommitEnd((TransactionContext context) -> {
                        seen.add(title(f.dsl));
                        seen.add(title(context.configuration().dsl()));
                    }))
                    .dsl();
            title(f.dsl);
            dsl.transaction(c -> retitle(c.dsl(), "new"));
            assertThat(seen).containsExactly("new", "new");
            f.assertFresh(Books::titles);
        }
    }

    @Tag("T9")
    @DatabaseTest
    void afterCommit_ofSpring_readsFreshRows(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            List<String> seen = new ArrayList<>();
            DSLContext dsl = over(f, new TransactionAwareDataSourceProxy(f.tracked));
            title(dsl);
            new TransactionTemplate(new DataSourceTransactionManager(f.tracked)).executeWithoutResult(status -> {
                TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
                    @Override
                    public void afterCommit() {
                        seen.add(title(dsl));
                        seen.add(title(f.dsl));
                        seen.add(elsewhere(() -> title(dsl)));
                    }
                });
                retitle(dsl, "new");
            });
            assertThat(seen).containsExactly("new", "new", "new");
            f.assertFresh(Books::titles);
        }
    }

    @Tag("T11")
    @DatabaseTest
    void jooqTransaction_continuedOnAnotherThread_seesItsOwnRows(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            title(f.dsl);
            f.dsl.transaction((Configuration c) -> {
                elsewhere(() -> {
                    retitle(c.dsl(), "new");
                    return null;
                });
                assertThat(elsewhere(() -> title(c.dsl()))).isEqualTo("new");
                assertThat(title(c.dsl())).isEqualTo("new");
                assertThat(elsewhere(() -> title(f.dsl))).isEqualTo("1984");
            });
            assertThat(elsewhere(() -> title(f.dsl))).isEqualTo("new");
            f.assertFresh(Books::titles);
        }
    }

    @Tag("T11")
    @DatabaseTest
    void jdbcTransaction_committedOnAnotherThread_isSeen(Database database) throws SQLException {
        try (Fixture f = Fixture.catalogue(database);
                Connection connection = f.tracked.getConnection()) {
            title(f.dsl);
            connection.setAutoCommit(false);
            DSLContext dsl = f.cache
                    .derive(DSL.using(connection, database.dialect()).configuration())
                    .dsl();
            retitle(dsl, "new");
            assertThat(elsewhere(() -> title(dsl))).isEqualTo("new");
            elsewhere(() -> {
                try {
                    connection.commit();
                    connection.setAutoCommit(true);
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
                return null;
            });
            assertThat(title(f.dsl)).isEqualTo("new");
            f.assertFresh(Books::titles);
            f.warm(Books::titles);
        }
    }

    @Tag("T11")
    @DatabaseTest
    void springTransaction_boundToAnotherThread_seesItsOwnRows(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            DSLContext dsl = over(f, new TransactionAwareDataSourceProxy(f.tracked));
            title(dsl);
            new TransactionTemplate(new DataSourceTransactionManager(f.tracked)).executeWithoutResult(status -> {
                retitle(dsl, "new");
                Object holder = TransactionSynchronizationManager.getResource(f.tracked);
                String there = elsewhere(() -> {
                    TransactionSynchronizationManager.bindResource(f.tracked, holder);
                    try {
                        return title(dsl);
                    } finally {
                        TransactionSynchronizationManager.unbindResource(f.tracked);
                    }
                });
                assertThat(there).isEqualTo("new");
                assertThat(elsewhere(() -> title(dsl))).isEqualTo("1984");
            });
            assertThat(title(dsl)).isEqualTo("new");
            f.assertFresh(Books::titles);
        }
    }

    @Tag("T4")
    @DatabaseTest
    void springTransaction_begunLazily_isNotTakenToBeOutside(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            DataSource lazy = new LazyConnectionDataSourceProxy(f.tracked);
            DSLContext dsl = over(f, new TransactionAwareDataSourceProxy(lazy));
            title(dsl);
            TransactionTemplate serializable = new TransactionTemplate(new DataSourceTransactionManager(lazy));
            serializable.setIsolationLevel(Connection.TRANSACTION_SERIALIZABLE);
            CacheStats done = f.during(() -> serializable.executeWithoutResult(status -> title(dsl)));
            assertThat(done.bypasses(BypassReason.ISOLATION)).isEqualTo(1);
            assertThat(hits(f, () -> assertThat(title(dsl)).isEqualTo("1984"))).isEqualTo(1);
        }
    }

    @Tag("T2")
    @DatabaseTest
    void springTransaction_onLazyProxy_seesItsOwnRows(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            DataSource lazy = new LazyConnectionDataSourceProxy(f.tracked);
            DSLContext dsl = over(f, new TransactionAwareDataSourceProxy(lazy));
            title(dsl);
            TransactionTemplate template = new TransactionTemplate(new DataSourceTransactionManager(lazy));
            assertThatThrownBy(() -> template.executeWithoutResult(status -> {
                        retitle(dsl, "new");
                        assertThat(title(dsl)).isEqualTo("new");
                        assertThat(elsewhere(() -> title(dsl))).isEqualTo("1984");
                        throw new IllegalStateException("back");
                    }))
                    .hasMessage("back");
            assertThat(title(dsl)).isEqualTo("1984");
            template.executeWithoutResult(status -> retitle(dsl, "new"));
            assertThat(title(dsl)).isEqualTo("new");
            f.assertFresh(Books::titles);
        }
    }

    @Tag("T2")
    @DatabaseTest
    void springTransaction_suspendedByAnother_keepsThemApart(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            DSLContext dsl = over(f, new TransactionAwareDataSourceProxy(f.tracked));
            title(dsl);
            var manager = new DataSourceTransactionManager(f.tracked);
            TransactionTemplate outer = new TransactionTemplate(manager);
            TransactionTemplate inner = new TransactionTemplate(manager);
            inner.setPropagationBehavior(TransactionTemplate.PROPAGATION_REQUIRES_NEW);
            TransactionTemplate none = new TransactionTemplate(manager);
            none.setPropagationBehavior(TransactionTemplate.PROPAGATION_NOT_SUPPORTED);
            outer.executeWithoutResult(status -> {
                retitle(dsl, "outer");
                inner.executeWithoutResult(suspended -> {
                    assertThat(title(dsl)).isEqualTo("1984");
                    dsl.update(Catalogue.BOOK)
                            .set(Catalogue.BOOK.TITLE, "inner")
                            .where(Catalogue.BOOK.ID.eq(2))
                            .execute();
                });
                none.executeWithoutResult(suspended -> assertThat(title(dsl)).isEqualTo("1984"));
                assertThat(title(dsl)).isEqualTo("outer");
                f.assertFresh(Books::titles);
            });
            assertThat(title(dsl)).isEqualTo("outer");
            f.assertFresh(Books::titles);
        }
    }
}
