package dev.jooqcache.races;

import static dev.jooqcache.testing.Catalogue.AUTHOR;
import static dev.jooqcache.testing.Catalogue.BOOK;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.AdmissionPolicy;
import dev.jooqcache.CacheStats;
import dev.jooqcache.internal.generation.InJvmGenerationStore;
import dev.jooqcache.spi.Fingerprint;
import dev.jooqcache.spi.Stamp;
import dev.jooqcache.spi.StoredResult;
import dev.jooqcache.spi.Tags;
import dev.jooqcache.testing.CaffeineStore;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import dev.jooqcache.testing.ForwardingGenerationStore;
import dev.jooqcache.testing.ForwardingResultStore;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jooq.DSLContext;
import org.junit.jupiter.api.Tag;

/** What invalidation costs: counted in calls of the stores, as times would tell of the machine. */
@Tag("slow")
class CostTest {

    private final AtomicLong calls = new AtomicLong();

    private Fixture counting(Database database, int maximumEntries) {
        return Fixture.catalogue(
                database,
                settings -> settings.admission(AdmissionPolicy.ALWAYS)
                        .store(new CountingResults(maximumEntries))
                        .generationStore(new CountingGenerations()));
    }

    private static void stock(DSLContext dsl, int stock) {
        dsl.update(BOOK).set(BOOK.STOCK, stock).execute();
    }

    private static int fetchBook(DSLContext dsl, int id) {
        return dsl.select(BOOK.STOCK).from(BOOK).where(BOOK.ID.eq(id)).fetch().size();
    }

    private static int fetchAuthor(DSLContext dsl, int id) {
        return dsl.select(AUTHOR.NAME)
                .from(AUTHOR)
                .where(AUTHOR.ID.eq(id))
                .fetch()
                .size();
    }

    private long callsOf(Runnable work) {
        long before = calls.get();
        work.run();
        return calls.get() - before;
    }

    @Tag("C7")
    @DatabaseTest
    void write_withThousandsOfDependentResults_costsTheSameAsWithOne(Database database) {
        try (Fixture f = counting(database, 10_000)) {
            fetchBook(f.dsl, 0);
            stock(f.dsl, 0);
            fetchBook(f.dsl, 0);
            long withOne = callsOf(() -> stock(f.dsl, 1));
            for (int i = 0; i < 3_000; i++) fetchBook(f.dsl, i);
            CacheStats hits = f.during(() -> {
                for (int i = 0; i < 3_000; i++) fetchBook(f.dsl, i);
            });
            assertThat(hits.hits()).isEqualTo(3_000);
            long withThousands = callsOf(() -> stock(f.dsl, 2));
            assertThat(withThousands).isEqualTo(withOne).isPositive();
            CacheStats after = f.during(() -> {
                for (int i = 0; i < 3_000; i++) fetchBook(f.dsl, i);
            });
            assertThat(after.hits()).isZero();
        }
    }

    @Tag("C8")
    @DatabaseTest
    void constantWritesToOneTable_leaveTheOthersCached(Database database) {
        int living = 40;
        try (Fixture f = counting(database, 100)) {
            for (int i = 0; i < living; i++) fetchAuthor(f.dsl, i);
            long mostCalls = 0;
            for (int i = 0; i < 1_000; i++) {
                int step = i;
                stock(f.dsl, step);
                mostCalls = Math.max(mostCalls, callsOf(() -> fetchBook(f.dsl, step)));
            }
            assertThat(mostCalls).as("the cost of trying is bounded").isLessThan(30);
            CacheStats done = f.during(() -> {
                for (int i = 0; i < living; i++) fetchAuthor(f.dsl, i);
            });
            assertThat(done.hits()).isEqualTo(living);
        }
    }

    private final class CountingResults extends ForwardingResultStore {
        CountingResults(int maximumEntries) {
            super(new CaffeineStore(maximumEntries, null));
        }

        @Override
        public StoredResult get(Fingerprint key) {
            calls.incrementAndGet();
            return super.get(key);
        }

        @Override
        public void put(Fingerprint key, StoredResult result, Duration timeToLive) {
            calls.incrementAndGet();
            super.put(key, result, timeToLive);
        }

        @Override
        public void remove(Fingerprint key) {
            calls.incrementAndGet();
            super.remove(key);
        }
    }

    private final class CountingGenerations extends ForwardingGenerationStore {
        CountingGenerations() {
            super(new InJvmGenerationStore(1 << 10));
        }

        @Override
        public Stamp capture(Tags tags) {
            calls.incrementAndGet();
            return super.capture(tags);
        }

        @Override
        public Intent intent(Tags tags) {
            calls.incrementAndGet();
            return super.intent(tags);
        }

        @Override
        public void commit(Intent intent) {
            calls.incrementAndGet();
            super.commit(intent);
        }
    }
}
