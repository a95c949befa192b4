package dev.jooqcache.api;

import static dev.jooqcache.testing.Catalogue.BOOK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;
import static org.jooq.impl.DSL.currentTimestamp;

import dev.jooqcache.BypassReason;
import dev.jooqcache.CacheHint;
import dev.jooqcache.CacheStats;
import dev.jooqcache.testing.Books;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.time.Duration;
import java.util.function.ToLongFunction;
import org.jooq.DSLContext;

/** Reads are hits, misses or bypasses; results leave the cache for one of three reasons. */
class StatsTest {

    @DatabaseTest
    void stats_readsThatMayNotBeCached_areBypasses(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            Books.title(f.dsl);
            CacheStats done = f.during(() -> {
                Books.title(f.bypassed());
                f.dsl.select(BOOK.ID, currentTimestamp()).from(BOOK).fetch();
                f.dsl.transaction(c -> {
                    Books.retitle(c.dsl(), "new");
                    Books.title(c.dsl());
                });
            });
            assertThat(done.bypasses()).isEqualTo(3);
            assertThat(done.bypassCounts())
                    .containsOnly(
                            entry(BypassReason.BYPASS_HINT, 1L),
                            entry(BypassReason.NONDETERMINISTIC_FUNCTION, 1L),
                            entry(BypassReason.OWN_WRITE, 1L));
            assertThat(done.misses() + done.notStored()).isZero();
            assertThat(done.hitRate()).isZero();
        }
    }

    @DatabaseTest
    void stats_readsThatAreTooLarge_areMisses(Database database) {
        try (Fixture f = Fixture.catalogue(database, settings -> settings.maximumRowsPerResult(2))) {
            CacheStats done = f.during(() -> {
                Books.title(f.dsl);
                Books.titles(f.cache.with(f.dsl, CacheHint.refresh())).fetch();
                Books.names(f.dsl).fetch();
                Books.names(f.dsl).fetch();
            });
            assertThat(done.misses()).as("one of them to refresh").isEqualTo(3);
            assertThat(done.notStored(BypassReason.RESULT_TOO_LARGE)).isEqualTo(2);
            assertThat(done.notStoredCounts()).containsOnly(entry(BypassReason.RESULT_TOO_LARGE, 2L));
            assertThat(done.bypasses()).isZero();
            assertThat(done.hits()).isEqualTo(1);
            assertThat(done.hitRate()).isEqualTo(0.25);
            assertThat(done)
                    .asString()
                    .contains("hits 1, misses 3 (not stored 2 {RESULT_TOO_LARGE=2}), bypasses 0 {}, stores 1,");
        }
    }

    @DatabaseTest
    void stats_refreshThatIsNotStored_isAMiss(Database database) {
        try (Fixture f = Fixture.catalogue(database, settings -> settings.maximumRowsPerResult(2))) {
            Books.titles(f.dsl).fetch();
            CacheStats done = f.during(
                    () -> Books.titles(f.cache.with(f.dsl, CacheHint.refresh())).fetch());
            assertThat(done.misses()).isEqualTo(1);
            assertThat(done.notStored(BypassReason.RESULT_TOO_LARGE)).isEqualTo(1);
            assertThat(done.bypasses()).isZero();
        }
    }

    @DatabaseTest
    void stats_plusAndMinus_countEach(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            Books.title(f.dsl);
            CacheStats before = f.cache.stats();
            Books.title(f.dsl);
            Books.title(f.bypassed());
            CacheStats after = f.cache.stats();
            CacheStats done = after.minus(before);
            assertThat(done.hits()).isEqualTo(1);
            assertThat(done.misses()).isZero();
            assertThat(done.plus(before))
                    .isEqualTo(after)
                    .hasSameHashCodeAs(after)
                    .isNotEqualTo(before);
            assertThat(done.plus(done).bypasses(BypassReason.BYPASS_HINT)).isEqualTo(2);
            assertThatThrownBy(() -> done.bypassCounts().clear()).isInstanceOf(UnsupportedOperationException.class);
            assertThatThrownBy(() -> done.notStoredCounts().put(BypassReason.FAILED, 1L))
                    .isInstanceOf(UnsupportedOperationException.class);
        }
    }

    @DatabaseTest
    void stats_resultsThatLeaveTheCache_areCountedByTheReason(Database database) throws InterruptedException {
        try (Fixture f = Fixture.catalogue(database, settings -> settings.maximumEntries(2))) {
            CacheStats evicted = awaiting(f, CacheStats::evictions, () -> {
                for (int id = 0; id < 5; id++) title(f.dsl, id);
            });
            assertThat(evicted.expirations() + evicted.removals())
                    .as("%s", evicted)
                    .isZero();
        }
        try (Fixture f = Fixture.catalogue(database)) {
            DSLContext brief = f.cache.with(f.dsl, CacheHint.expireAfterWrite(Duration.ofMillis(1)));
            title(brief, 1);
            Thread.sleep(20);
            CacheStats expired = awaiting(f, CacheStats::expirations, () -> title(f.dsl, 1));
            assertThat(expired.expirations()).isEqualTo(1);
            assertThat(expired.evictions() + expired.removals())
                    .as("%s", expired)
                    .isZero();
        }
        try (Fixture f = Fixture.catalogue(database)) {
            title(f.dsl, 1);
            f.cache.invalidate(BOOK);
            CacheStats removed = awaiting(f, CacheStats::removals, () -> title(f.dsl, 2));
            assertThat(removed.removals()).isEqualTo(1);
            assertThat(removed.evictions() + removed.expirations())
                    .as("%s", removed)
                    .isZero();
        }
    }

    private static void title(DSLContext dsl, int id) {
        dsl.select(BOOK.TITLE).from(BOOK).where(BOOK.ID.eq(id)).fetch();
    }

    /** Ehcache tells of what it drops in the background. */
    private static CacheStats awaiting(Fixture f, ToLongFunction<CacheStats> count, Runnable work)
            throws InterruptedException {
        CacheStats before = f.cache.stats();
        work.run();
        long deadline = System.nanoTime() + 10_000_000_000L;
        while (count.applyAsLong(f.cache.stats().minus(before)) == 0 && System.nanoTime() < deadline) Thread.sleep(10);
        CacheStats done = f.cache.stats().minus(before);
        assertThat(count.applyAsLong(done)).as("%s", done).isPositive();
        return done;
    }
}
