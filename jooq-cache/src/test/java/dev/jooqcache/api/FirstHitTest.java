package dev.jooqcache.api;

import static dev.jooqcache.testing.Catalogue.AUTHOR;
import static dev.jooqcache.testing.Catalogue.BOOK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.jooq.impl.DSL.multiset;
import static org.jooq.impl.DSL.select;

import dev.jooqcache.CacheStats;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.ResultQuery;

class FirstHitTest {

    private static ResultQuery<? extends Record> titles(DSLContext dsl) {
        return dsl.select(BOOK.ID, BOOK.TITLE).from(BOOK).orderBy(BOOK.ID);
    }

    @DatabaseTest
    void fetch_secondTime_isHit(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            CacheStats done = f.during(() -> {
                titles(f.dsl).fetch();
                titles(f.dsl).fetch();
            });
            assertThat(done.misses()).isEqualTo(1);
            assertThat(done.hits()).isEqualTo(1);
        }
    }

    @DatabaseTest
    void fetch_hitOutsideTransaction_takesNoConnection(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            titles(f.dsl).fetch();
            int taken = f.connections();
            assertThat(titles(f.dsl).fetch()).hasSize(3);
            assertThat(f.cache.stats().hits()).isEqualTo(1);
            assertThat(f.connections()).isEqualTo(taken);
        }
    }

    @DatabaseTest
    void fetch_withNoSessionOpen_looksAtTheNextOne(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            titles(f.dsl).fetch();
            f.pool.close();
            assertThatThrownBy(() -> titles(f.dsl).fetch()).hasMessageContaining("connection");
        }
    }

    @DatabaseTest
    void update_afterHit_isSeen(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            titles(f.dsl).fetch();
            f.dsl.update(BOOK).set(BOOK.TITLE, "x").where(BOOK.ID.eq(1)).execute();
            assertThat(titles(f.dsl).fetch().getValue(0, BOOK.TITLE)).isEqualTo("x");
        }
    }

    @DatabaseTest
    void fetch_multiset_isHitWithSameValues(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            f.assertFresh(dsl -> dsl.select(
                            AUTHOR.NAME,
                            multiset(select(BOOK.TITLE, BOOK.PRICE).from(BOOK).where(BOOK.AUTHOR_ID.eq(AUTHOR.ID))))
                    .from(AUTHOR)
                    .orderBy(AUTHOR.ID));
            assertThat(f.cache.stats().hits()).isPositive();
        }
    }
}
