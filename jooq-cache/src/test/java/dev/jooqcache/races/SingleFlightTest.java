package dev.jooqcache.races;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jooqcache.CacheStats;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import java.sql.Connection;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jooq.Cursor;
import org.jooq.Record;
import org.jooq.exception.DataAccessException;
import org.junit.jupiter.api.Tag;

/** Simultaneous misses of one query (C4). */
@Tag("C4")
class SingleFlightTest {

    /** Longer than any test: who really waits for it fails. */
    private static final Duration FOREVER = Duration.ofHours(1);

    private static Stage waiting(Database database, Duration wait) {
        return new Stage(database, settings -> settings.singleFlightTimeout(wait));
    }

    private static <T> T soon(CompletableFuture<T> future)
            throws InterruptedException, ExecutionException, TimeoutException {
        return future.get(30, TimeUnit.SECONDS);
    }

    /** Begins to read on another thread and answers when that thread waits for the leader. */
    static CompletableFuture<Integer> waiter(Stage stage) {
        CompletableFuture<Integer> result = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                result.complete(stage.cached());
            } catch (RuntimeException | Error e) {
                result.completeExceptionally(e);
            }
        });
        thread.setDaemon(true);
        thread.start();
        while (thread.getState() != Thread.State.TIMED_WAITING && !result.isDone()) Thread.onSpinWait();
        return result;
    }

    @DatabaseTest
    void waiter_getsTheLeadersResult(Database database) throws Exception {
        try (Stage stage = waiting(database, FOREVER)) {
            Actor<Integer> leader = stage.reader().to("afterSql");
            CompletableFuture<Integer> waiter = waiter(stage);
            assertThat(waiter).isNotDone();
            CacheStats done = stage.f.during(() -> {
                assertThat(leader.finish()).isZero();
                assertThat(waiter.orTimeout(30, TimeUnit.SECONDS).join()).isZero();
            });
            assertThat(done.hits()).isEqualTo(1);
            assertThat(done.misses()).isEqualTo(1);
        }
    }

    @DatabaseTest
    void reader_whoBeganAfterAWrite_doesNotWaitForAnOlderLeader(Database database) throws Exception {
        try (Stage stage = waiting(database, FOREVER)) {
            Actor<Integer> leader = stage.reader().to("afterSql");
            Stage.increment(stage.dsl);
            assertThat(soon(CompletableFuture.supplyAsync(stage::cached))).isEqualTo(1);
            assertThat(leader.finish()).isZero();
            stage.assertFresh("afterwards");
        }
    }

    @DatabaseTest
    void waiter_ofALeaderWhoseResultIsNotStored_goesToTheDatabase(Database database) throws Exception {
        try (Stage stage = waiting(database, FOREVER)) {
            Actor<Integer> leader = stage.reader().to("afterSql");
            CompletableFuture<Integer> waiter = waiter(stage);
            Stage.increment(stage.dsl);
            assertThat(leader.finish()).isZero();
            assertThat(soon(waiter)).isEqualTo(1);
            stage.assertFresh("afterwards");
        }
    }

    @DatabaseTest
    void waiter_ofALeaderThatFails_goesToTheDatabase(Database database) throws Exception {
        try (Stage stage = waiting(database, FOREVER)) {
            Actor<Integer> leader = stage.reader().to("afterSql");
            CompletableFuture<Integer> waiter = waiter(stage);
            stage.failNextStatement();
            assertThatThrownBy(leader::finish).isInstanceOf(DataAccessException.class);
            assertThat(soon(waiter)).isZero();
            stage.assertFresh("afterwards");
        }
    }

    @DatabaseTest
    void waiter_ofASlowLeader_waitsNoLongerThanAllowed(Database database) throws Exception {
        try (Stage stage = waiting(database, Duration.ofMillis(200))) {
            Actor<Integer> leader = stage.reader().to("afterSql");
            assertThat(soon(CompletableFuture.supplyAsync(stage::cached))).isZero();
            leader.finish();
            stage.assertFresh("afterwards");
        }
    }

    @DatabaseTest
    @Tag("slow")
    void cursorLeftOpen_delaysOneReaderOnly(Database database) throws Exception {
        Duration wait = Duration.ofSeconds(2);
        try (Stage stage = waiting(database, wait);
                Cursor<? extends Record> open = Stage.query(stage.dsl).fetchLazy()) {
            soon(CompletableFuture.supplyAsync(stage::cached));
            // What that one has stored is dropped, so that each of the next is a miss of the same stamp again.
            long start = System.nanoTime();
            for (int i = 0; i < 10; i++) {
                stage.forgetResults();
                soon(CompletableFuture.supplyAsync(stage::cached));
            }
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(wait.multipliedBy(4));
            assertThat(open.fetch()).hasSize(1);
        }
    }

    @DatabaseTest
    void cursorOfTheSameThread_doesNotWaitForItself(Database database) {
        try (Stage stage = waiting(database, FOREVER);
                Cursor<? extends Record> open = Stage.query(stage.dsl).fetchLazy()) {
            assertThat(stage.cached()).isZero();
            assertThat(open.fetch()).hasSize(1);
        }
    }

    @DatabaseTest
    void transaction_neverWaits(Database database) throws Exception {
        try (Stage stage = waiting(database, FOREVER)) {
            Actor<Integer> leader = stage.reader().to("afterSql");
            CompletableFuture<Integer> inside = CompletableFuture.supplyAsync(
                    () -> stage.inTransaction(Connection.TRANSACTION_READ_COMMITTED, Stage::read));
            assertThat(soon(inside)).isZero();
            leader.finish();
        }
    }
}
