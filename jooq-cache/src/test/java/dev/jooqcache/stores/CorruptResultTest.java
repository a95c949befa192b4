package dev.jooqcache.stores;

import static dev.jooqcache.testing.Catalogue.AUTHOR;
import static dev.jooqcache.testing.Catalogue.BOOK;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.CacheStats;
import dev.jooqcache.spi.Fingerprint;
import dev.jooqcache.spi.StoredResult;
import dev.jooqcache.testing.Catalogue;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import dev.jooqcache.testing.KeyedStore;
import java.time.Duration;
import java.util.function.UnaryOperator;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.ResultQuery;
import org.junit.jupiter.api.Tag;

/** A store that fails, or answers what was not put. */
@Tag("K7")
class CorruptResultTest {

    private static final class Strange extends KeyedStore {
        private UnaryOperator<StoredResult> answer = result -> result;
        private boolean refuses;

        @Override
        public StoredResult get(Fingerprint key) {
            return answer.apply(super.get(key));
        }

        @Override
        public void put(Fingerprint key, StoredResult result, Duration timeToLive) {
            if (refuses) throw new IllegalStateException("put");
            super.put(key, result, timeToLive);
        }
    }

    private static ResultQuery<? extends Record> titles(DSLContext dsl) {
        return dsl.select(BOOK.ID, BOOK.TITLE).from(BOOK).orderBy(BOOK.ID);
    }

    @DatabaseTest
    void fetch_getThrows_isCountedMiss(Database database) {
        Strange store = new Strange();
        try (Fixture f = Fixture.empty(database, settings -> settings.store(store))
                .with(Catalogue.DDL)
                .expectingFailures()) {
            f.warm(CorruptResultTest::titles);
            store.answer = result -> {
                throw new IllegalStateException("corrupt");
            };
            CacheStats done = f.during(() -> assertThat(titles(f.dsl).fetch()).hasSize(3));
            assertThat(done.misses()).isEqualTo(1);
            assertThat(done.failures()).isPositive();
            store.answer = result -> result;
            f.assertFresh(CorruptResultTest::titles);
            assertThat(f.during(() -> titles(f.dsl).fetch()).hits()).isEqualTo(1);
        }
    }

    @DatabaseTest
    void fetch_putThrows_isAnsweredAndNotStored(Database database) {
        Strange store = new Strange();
        store.refuses = true;
        try (Fixture f = Fixture.empty(database, settings -> settings.store(store))
                .with(Catalogue.DDL)
                .expectingFailures()) {
            CacheStats done = f.during(() -> f.assertFresh(CorruptResultTest::titles));
            assertThat(done.hits() + done.stores()).isZero();
            assertThat(done.failures()).isPositive();
        }
    }

    /** The answer to another query on the same table, so that its stamp is the right one. */
    @DatabaseTest
    void fetch_foreignResult_isMiss(Database database) {
        Strange store = new Strange();
        try (Fixture f = Fixture.empty(database, settings -> settings.store(store))
                .with(Catalogue.DDL)
                .expectingFailures()) {
            f.warm(dsl -> dsl.select(BOOK.ID, BOOK.TITLE).from(BOOK).where(BOOK.ID.eq(1)));
            StoredResult foreign = store.get(store.keys().get(0));
            store.answer = result -> foreign;
            CacheStats done = f.during(() -> f.assertFresh(CorruptResultTest::titles));
            assertThat(done.hits()).isZero();
            assertThat(done.failures()).isPositive();
        }
    }

    @DatabaseTest
    void fetch_resultOfOtherTables_isMiss(Database database) {
        Strange store = new Strange();
        try (Fixture f = Fixture.empty(database, settings -> settings.store(store))
                .with(Catalogue.DDL)
                .expectingFailures()) {
            f.warm(dsl -> dsl.select(AUTHOR.ID, AUTHOR.NAME).from(AUTHOR));
            StoredResult foreign = store.get(store.keys().get(0));
            store.answer = result -> foreign;
            CacheStats done = f.during(() -> f.assertFresh(CorruptResultTest::titles));
            assertThat(done.hits()).isZero();
            assertThat(done.failures()).isPositive();
        }
    }

    @DatabaseTest
    void fetch_resultOfAClassOfTheStores_isMiss(Database database) {
        Strange store = new Strange();
        store.answer = result -> result == null ? null : new Wrapped(result);
        try (Fixture f = Fixture.empty(database, settings -> settings.store(store))
                .with(Catalogue.DDL)
                .expectingFailures()) {
            f.assertFresh(CorruptResultTest::titles);
            CacheStats done = f.during(() -> f.assertFresh(CorruptResultTest::titles));
            assertThat(done.hits()).isZero();
            assertThat(done.failures()).isPositive();
        }
    }

    private record Wrapped(StoredResult result) implements StoredResult {
        @Override
        public long bytes() {
            return result.bytes();
        }

        @Override
        public boolean hasSameRows(StoredResult other) {
            return result.hasSameRows(other);
        }
    }
}
