package dev.jooqcache.writes;

import static dev.jooqcache.testing.Catalogue.BOOK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.jooq.impl.DSL.currentTimestamp;

import dev.jooqcache.BypassReason;
import dev.jooqcache.CacheHint;
import dev.jooqcache.CacheStats;
import dev.jooqcache.testing.Books;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;

/** Reads that were not served are told apart by whether the store was asked for them. */
class StatsTest {

    @DatabaseTest
    void stats_readsThatMayNotBeCached_areNotLookedUp(Database database) {
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
            assertThat(done.notLookedUp()).isEqualTo(3);
            assertThat(done.notLookedUp(BypassReason.HINT)).isEqualTo(1);
            assertThat(done.notLookedUp(BypassReason.NONDETERMINISTIC_FUNCTION)).isEqualTo(1);
            assertThat(done.notLookedUp(BypassReason.OWN_WRITE)).isEqualTo(1);
            assertThat(done.notStored()).isZero();
            assertThat(done.bypasses()).isEqualTo(3);
        }
    }

    @DatabaseTest
    void stats_readsThatFailOrAreTooLarge_areNotStored(Database database) {
        try (Fixture f = Fixture.catalogue(database, settings -> settings.maximumRowsPerResult(2))) {
            CacheStats done = f.during(() -> {
                Books.title(f.dsl);
                Books.titles(f.cache.with(f.dsl, CacheHint.refresh())).fetch();
                Books.names(f.dsl).fetch();
                Books.names(f.dsl).fetch();
            });
            assertThat(done.notStored(BypassReason.RESULT_TOO_LARGE)).isEqualTo(2);
            assertThat(done.notStored()).isEqualTo(2);
            assertThat(done.notLookedUp()).isZero();
            assertThat(done.bypasses(BypassReason.RESULT_TOO_LARGE)).isEqualTo(2);
            assertThat(done.misses()).isEqualTo(1);
            assertThat(done.hits()).isEqualTo(1);
            assertThat(done).asString().contains("bypasses 2 (not looked up 0 {}, not stored 2 {RESULT_TOO_LARGE=2})");
        }
    }
}
