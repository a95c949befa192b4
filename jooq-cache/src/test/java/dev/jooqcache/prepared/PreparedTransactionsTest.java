package dev.jooqcache.prepared;

import static dev.jooqcache.prepared.PreparedQueries.titleById;
import static dev.jooqcache.prepared.PreparedQueries.warm;
import static dev.jooqcache.testing.Catalogue.BOOK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jooqcache.CachedQuery;
import dev.jooqcache.testing.Books;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import org.jooq.Configuration;
import org.jooq.DSLContext;
import org.jooq.Record2;
import org.jooq.impl.DataSourceConnectionProvider;
import org.jooq.impl.DefaultConfiguration;
import org.jooq.impl.ThreadLocalTransactionProvider;
import org.junit.jupiter.api.DisplayName;

@DisplayName("Prepared queries in a transaction see what jOOQ would")
class PreparedTransactionsTest {

    @DatabaseTest
    void threadLocalTransaction_isPrivate(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            Configuration plain =
                    new DefaultConfiguration().set(database.dialect()).set(new DataSourceConnectionProvider(f.tracked));
            plain.set(new ThreadLocalTransactionProvider(new DataSourceConnectionProvider(f.tracked)));
            DSLContext dsl = f.cache.derive(plain).dsl();
            CachedQuery<Record2<Integer, String>> bookById = titleById(f, dsl);
            warm(bookById);
            assertThatThrownBy(() -> dsl.transaction(() -> {
                        Books.retitle(dsl, "uncommitted");
                        assertThat(bookById.fetchSingle(1).value2()).isEqualTo("uncommitted");
                        throw new IllegalStateException("roll back");
                    }))
                    .hasMessageContaining("roll back");
            assertThat(bookById.fetchSingle(1).value2()).isEqualTo("1984");
        }
    }

    @DatabaseTest
    void preparedInATransaction_seesItsWrites(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            CachedQuery<?> outside = titleById(f, f.dsl);
            warm(outside);
            assertThatThrownBy(() -> f.dsl.transaction(t -> {
                        CachedQuery<?> inside = titleById(f, t.dsl());
                        warm(inside);
                        Books.retitle(t.dsl(), "mine");
                        assertThat(inside.fetchSingle(1).get(BOOK.TITLE)).isEqualTo("mine");
                        assertThat(inside.map(r -> r.get(BOOK.TITLE)).fetchSingle(1))
                                .isEqualTo("mine");
                        throw new IllegalStateException("roll back");
                    }))
                    .hasMessageContaining("roll back");
            assertThat(outside.fetchSingle(1).get(BOOK.TITLE)).isEqualTo("1984");
        }
    }

    @DatabaseTest
    void onlyAListener_transaction(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            Configuration configuration = new DefaultConfiguration()
                    .set(f.pool)
                    .set(database.dialect())
                    .set(f.cache.executeListenerProvider());
            DSLContext dsl = configuration.dsl();
            CachedQuery<?> q = titleById(f, dsl);
            warm(q);
            for (int i = 0; i < 20; i++) {
                String title = "t" + i;
                dsl.transaction(t -> {
                    Books.retitle(t.dsl(), title);
                    assertThat(q.using(t.dsl()).fetchSingle(1).get(BOOK.TITLE)).isEqualTo(title);
                    q.fetch(1);
                });
                assertThat(q.fetchSingle(1).get(BOOK.TITLE)).isEqualTo(title);
                assertThat(q.fetchSingle(1).get(BOOK.TITLE)).isEqualTo(title);
            }
        }
    }
}
