package dev.jooqcache.races;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.BypassReason;
import dev.jooqcache.CacheStats;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import org.junit.jupiter.api.Tag;

/** The races that broke other caches, each told step by step. {@link AllSchedulesTest} runs all others of their kind. */
class ForcedRacesTest {

    @Tag("C1")
    @DatabaseTest
    void write_whileAReadIsInFlight_isNotHiddenByIt(Database database) {
        try (Stage stage = Stage.of(database)) {
            Actor<Integer> reader = stage.reader().to("afterSql");
            Stage.increment(stage.dsl);
            assertThat(reader.finish()).as("it began before the write").isZero();
            assertThat(stage.cached()).isEqualTo(1);
            stage.assertFresh("afterwards");
        }
    }

    @Tag("C2")
    @DatabaseTest
    void read_betweenIntentAndCommit_leavesNothingBehind(Database database) {
        try (Stage stage = Stage.of(database)) {
            stage.cached();
            Actor<Boolean> writer = stage.writer(true).to("afterIntent");
            CacheStats done = stage.f.during(() -> assertThat(stage.cached()).isZero());
            assertThat(done.notStored(BypassReason.PENDING_WRITE)).isEqualTo(1);
            assertThat(done.stores()).isZero();
            writer.finish();
            assertThat(stage.cached()).isEqualTo(1);
            stage.assertFresh("afterwards");
        }
    }

    @Tag("C2")
    @DatabaseTest
    void read_betweenCommitAndBump_isNotServedThePast(Database database) {
        try (Stage stage = Stage.of(database)) {
            stage.cached();
            Actor<Boolean> writer = stage.writer(true).to("afterCommit");
            assertThat(stage.truth())
                    .as("others see it before its writer hears of it")
                    .isEqualTo(1);
            assertThat(stage.cached()).isEqualTo(1);
            writer.finish();
            stage.assertFresh("afterwards");
        }
    }

    @Tag("C2")
    @DatabaseTest
    void intents_ofTwoWriters_areNotEndedByTheFirst(Database database) {
        try (Stage stage = Stage.of(database)) {
            // Two rows' worth of writers would block each other on one row: the second one writes through autocommit.
            stage.cached();
            Actor<Boolean> announced = stage.autocommitWriter().to("afterIntent");
            Actor<Boolean> first = stage.writer(true);
            first.finish();
            CacheStats done = stage.f.during(() -> assertThat(stage.cached()).isEqualTo(1));
            announced.to("afterSql");
            assertThat(stage.cached()).isEqualTo(2);
            assertThat(done.notStored(BypassReason.PENDING_WRITE)).isEqualTo(1);
            announced.finish();
            stage.assertFresh("afterwards");
        }
    }

    @Tag("C3")
    @DatabaseTest
    void store_ofWhatWasReadBeforeAnInvalidation_isNeverServed(Database database) {
        try (Stage stage = Stage.of(database)) {
            Actor<Integer> reader = stage.reader().to("beforeStore");
            Stage.increment(stage.dsl);
            reader.finish();
            assertThat(stage.cached()).isEqualTo(1);
            stage.assertFresh("afterwards");
        }
    }

    @Tag("C3")
    @DatabaseTest
    void oldStore_inPlaceOfANewerResult_isNeverServed(Database database) {
        try (Stage stage = Stage.of(database)) {
            Actor<Integer> reader = stage.reader().to("beforeStore");
            Stage.increment(stage.dsl);
            stage.assertFresh("the newer result is stored");
            reader.finish();
            stage.assertFresh("the older one has taken its place");
        }
    }

    @Tag("C5")
    @DatabaseTest
    void invalidateAll_duringAFill_leavesNothingBehind(Database database) {
        for (String point : new String[] {"afterCapture", "afterSql", "beforeValidate", "beforeStore"}) {
            try (Stage stage = Stage.of(database)) {
                Actor<Integer> reader = stage.reader().to(point);
                stage.f.unseen.execute("update t set v = v + 1");
                stage.f.cache.invalidateAll();
                stage.f.cache.invalidateAll();
                reader.finish();
                assertThat(stage.cached()).as(point).isEqualTo(1);
                stage.assertFresh(point);
            }
        }
    }

    @Tag("C5")
    @DatabaseTest
    void close_duringAFill_breaksNothing(Database database) {
        for (String point : new String[] {"afterCapture", "afterSql", "beforeValidate", "beforeStore"}) {
            try (Stage stage = Stage.of(database)) {
                stage.f.expectingFailures();
                Actor<Integer> reader = stage.reader().to(point);
                stage.f.cache.close();
                assertThat(reader.finish()).isZero();
                Stage.increment(stage.dsl);
                assertThat(stage.cached()).as(point).isEqualTo(1);
                assertThat(stage.cached()).as(point).isEqualTo(1);
            }
        }
    }
}
