package dev.jooqcache.races;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.table;

import dev.jooqcache.BypassReason;
import dev.jooqcache.CacheStats;
import dev.jooqcache.races.Stage.Commit;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jooq.DSLContext;
import org.jooq.exception.DataAccessException;

/**
 * One race, or one sequence, for what each rule of the protocol forbids: a library that breaks the rule fails here. What
 * the rules are is told in the essay of {@code InJvmGenerationStore} and in {@code docs/proof.md}, which also tells which
 * of these tests catches which mutant.
 */
class ProtocolTest {

    /** How long a writer is slow where time itself is the matter. */
    private static final Duration SLOW = Duration.ofMillis(400);

    private static void inTransaction(Stage stage, Work work) {
        try (Connection connection = stage.tracked.getConnection()) {
            connection.setAutoCommit(false);
            work.run(connection, stage.on(connection));
            connection.setAutoCommit(true);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private interface Work {
        void run(Connection connection, DSLContext dsl) throws SQLException;
    }

    /** P2: bump before commit only. */
    @DatabaseTest
    void read_justBeforeCommit_leavesNothingBehind(Database database) {
        try (Stage stage = Stage.of(database)) {
            Actor<Boolean> writer = stage.writer(true).to("beforeCommit");
            assertThat(stage.cached()).isZero();
            writer.finish();
            assertThat(stage.cached()).isEqualTo(1);
            stage.assertCached("afterwards");
        }
    }

    /** P2: bump before and after without intents. */
    @DatabaseTest
    void reads_allAlongACommit_areNeverBehind(Database database) {
        try (Stage stage = Stage.of(database)) {
            stage.assertCached("before");
            Actor<Boolean> writer = stage.writer(true);
            while (!writer.isOver()) {
                writer.step();
                stage.assertFresh(writer.point());
            }
            writer.finish();
            stage.assertCached("afterwards");
        }
    }

    /** P2: a bump that comes when {@code commit()} has returned; or never. */
    @DatabaseTest
    void read_afterCommitReturned_seesItAndIsCachedAgain(Database database) {
        try (Stage stage = Stage.of(database)) {
            stage.assertCached("before");
            stage.writer(true).finish();
            assertThat(stage.cached()).isEqualTo(1);
            stage.assertCached("afterwards");
        }
    }

    /** P2: COMMIT by any other name. */
    @DatabaseTest
    void commitBySetAutoCommit_isSeen(Database database) {
        try (Stage stage = Stage.of(database)) {
            stage.assertCached("before");
            inTransaction(stage, (connection, dsl) -> Stage.incrementBoth(dsl));
            assertThat(stage.cached()).isEqualTo(1);
            stage.assertCached("afterwards");
        }
    }

    /** P3: a definite rollback takes its intents away. */
    @DatabaseTest
    void commitThatIsRolledBackForCertain_leavesNoIntent(Database database) {
        try (Stage stage = Stage.of(database)) {
            stage.commit(Commit.ROLLS_BACK_FOR_CERTAIN);
            stage.assertCached("before");
            assertThat(stage.writer(true).finish()).isFalse();
            assertThat(stage.cached()).isZero();
            stage.assertCached("afterwards");
        }
    }

    /** P4: a result that is newer than its stamp, served to a snapshot that captured the stamp earlier. */
    @DatabaseTest
    void resultReadAcrossAWrite_isNotServedToAnOlderSnapshot(Database database) {
        try (Stage stage = Stage.of(database)) {
            Actor<List<List<Integer>>> old =
                    stage.snapshotReader().to("afterSnapshot").to("afterCapture");
            Actor<Integer> reader = stage.reader().to("afterCapture");
            Actor<Boolean> writer = stage.autocommitWriter().to("afterSql");
            assertThat(reader.finish()).isEqualTo(1);
            assertThat(old.finish()).containsOnly(List.of(0, 0));
            writer.finish();
            stage.assertCached("afterwards");
        }
    }

    /** P5: intents of autocommit writes; P15: the mark removed before the number is written. */
    @DatabaseTest
    void reads_allAlongAnAutocommitWrite_areNeverBehind(Database database) {
        try (Stage stage = Stage.of(database)) {
            stage.assertCached("before");
            Actor<Boolean> writer = stage.autocommitWriter();
            while (!writer.isOver()) {
                writer.step();
                stage.assertFresh(writer.point());
            }
            writer.finish();
            stage.assertCached("afterwards");
        }
    }

    /** P5: a batch may have changed rows before it failed. */
    @DatabaseTest
    void autocommitWrite_thatChangesRowsAndFails_isSeen(Database database) {
        try (Stage stage = Stage.of(database)) {
            stage.assertCached("before");
            stage.failNextStatement();
            assertThatThrownBy(() -> Stage.increment(stage.dsl)).isInstanceOf(DataAccessException.class);
            assertThat(stage.cached()).isEqualTo(1);
            stage.assertCached("afterwards");
        }
    }

    /** P6: what is written is noted when it is sent. */
    @DatabaseTest
    void commit_ofAStatementThatChangedRowsAndFailed_isSeen(Database database) {
        try (Stage stage = Stage.of(database)) {
            stage.assertCached("before");
            inTransaction(stage, (connection, dsl) -> {
                stage.failNextStatement();
                assertThatThrownBy(() -> Stage.increment(dsl)).isInstanceOf(DataAccessException.class);
                connection.commit();
            });
            assertThat(stage.cached()).isEqualTo(1);
            stage.assertCached("afterwards");
        }
    }

    /** P6: rolling back to a savepoint takes nothing back. */
    @DatabaseTest
    void commit_afterRollbackToSavepoint_isSeen(Database database) {
        try (Stage stage = Stage.of(database)) {
            stage.assertCached("before");
            inTransaction(stage, (connection, dsl) -> {
                Stage.incrementBoth(dsl);
                Savepoint savepoint = connection.setSavepoint();
                Stage.incrementBoth(dsl);
                connection.rollback(savepoint);
                connection.commit();
            });
            assertThat(stage.cached()).isEqualTo(1);
            stage.assertCached("afterwards");
        }
    }

    /** P7: one's own writes are read, and shown to nobody. */
    @DatabaseTest
    void ownWrites_areReadAndNotShown(Database database) {
        try (Stage stage = Stage.of(database)) {
            stage.assertCached("before");
            inTransaction(stage, (connection, dsl) -> {
                Stage.incrementBoth(dsl);
                assertThat(Stage.read(dsl)).isEqualTo(1);
                assertThat(Stage.read(dsl)).isEqualTo(1);
                assertThat(stage.cached()).isZero();
                connection.rollback();
            });
            assertThat(stage.cached()).isZero();
            stage.assertCached("afterwards");
        }
    }

    /** P7: what a transaction has read of its own writes is older than what others have written since. */
    @DatabaseTest
    void ownWrites_areNotPublishedAtCommit(Database database) {
        try (Stage stage = Stage.of(database)) {
            Actor<Boolean> writer = stage.readingWriter(true).to("afterBump");
            Stage.increment(stage.dsl);
            writer.finish();
            assertThat(stage.cached()).isEqualTo(2);
            stage.assertCached("afterwards");
        }
    }

    /** P7: what was rolled back is nobody's. */
    @DatabaseTest
    void ownWrites_areNotPublishedAtRollback(Database database) {
        try (Stage stage = Stage.of(database)) {
            stage.readingWriter(false).finish();
            assertThat(stage.cached()).isZero();
            stage.assertCached("afterwards");
        }
    }

    /** P8: others' tables are served and stored in READ COMMITTED as outside a transaction. */
    @DatabaseTest
    void readCommitted_ofWhatIsNotItsOwn_isSharedBothWays(Database database) {
        try (Stage stage = Stage.of(database)) {
            inTransaction(stage, (connection, dsl) -> {
                dsl.insertInto(table("other"), field("v", Integer.class))
                        .values(1)
                        .execute();
                assertThat(stage.f.during(() -> Stage.read(dsl)).stores()).isEqualTo(1);
                assertThat(stage.f.during(() -> Stage.read(dsl)).hits()).isEqualTo(1);
                assertThat(stage.f.during(stage::cached).hits()).isEqualTo(1);
                Stage.increment(stage.dsl);
                assertThat(Stage.read(dsl)).isEqualTo(1);
                connection.rollback();
            });
        }
    }

    /** P9: nothing newer is served to a snapshot, and nothing older stored by it. */
    @DatabaseTest
    void snapshot_ofAnOlderState_isNeitherServedNorStored(Database database) {
        try (Stage stage = Stage.of(database)) {
            Actor<List<List<Integer>>> old = stage.snapshotReader().to("afterSnapshot");
            Stage.increment(stage.dsl);
            assertThat(old.finish()).containsOnly(List.of(0, 0));
            assertThat(stage.cached()).isEqualTo(1);
            stage.assertCached("the newer one");
            old = stage.snapshotReader().to("afterSnapshot");
            Stage.increment(stage.dsl);
            stage.assertCached("the newest one");
            assertThat(old.finish()).containsOnly(List.of(1, 0));
            stage.assertCached("afterwards");
        }
    }

    /** P9: before the database has taken the snapshot nothing is served. */
    @DatabaseTest
    void snapshot_thatIsNotTakenYet_isNotServed(Database database) {
        try (Stage stage = Stage.of(database)) {
            stage.assertCached("before");
            stage.inTransaction(stage.snapshotLevel(), inside -> {
                List<Integer> first = Stage.readBoth(inside);
                Stage.increment(stage.dsl);
                assertThat(Stage.readBoth(inside)).isEqualTo(first);
                return true;
            });
            stage.assertCached("afterwards");
        }
    }

    /** P9: the clock is noted before the first statement, not after it. */
    @DatabaseTest
    void snapshot_takenByAStatementDuringWhichOthersCommit_isNotTakenForNewer(Database database) {
        try (Stage stage = Stage.of(database)) {
            Actor<List<List<Integer>>> old =
                    stage.slowlyBeginningSnapshotReader().to("afterSql");
            Stage.increment(stage.dsl);
            stage.assertCached("the newer one");
            assertThat(old.finish()).containsOnly(List.of(0, 0));
            stage.assertCached("afterwards");
        }
    }

    /** P9: rows that are read after the end of their transaction are as old as its snapshot. */
    @DatabaseTest
    void rowsOfSnapshot_readAfterItsEnd_areNotTakenForNewer(Database database) {
        try (Stage stage = Stage.of(database)) {
            Actor<Boolean> reader = stage.readerPastTheEndOfItsSnapshot().to("afterCapture");
            Stage.increment(stage.dsl);
            reader.finish();
            stage.assertCached("afterwards");
        }
    }

    /** P7: a write between the decision and the execution, as by a listener, is the transaction's own when its rows are read. */
    @DatabaseTest
    void ownRows_readAfterTheRollback_areNotStored(Database database) {
        try (Stage stage = Stage.of(database)) {
            stage.assertCached("before");
            stage.forgetResults();
            stage.readOwnWriteAfterItsRollback();
            stage.assertCached("afterwards");
        }
    }

    /** P10: two serializable transactions, of which each reads what the other writes, do not both commit. */
    @DatabaseTest
    void serializable_isNeverServed(Database database) {
        try (Stage stage = Stage.of(database)) {
            stage.assertCached("before");
            stage.inTransaction(Connection.TRANSACTION_SERIALIZABLE, inside -> {
                List<Integer> first = Stage.readBoth(inside);
                // In MariaDB the read has locked what it read.
                if (database != Database.MARIADB) Stage.increment(stage.dsl);
                stage.assertFresh("outside");
                assertThat(Stage.readBoth(inside)).as("repeated").isEqualTo(first);
                return true;
            });
            // Only PostgreSQL detects the conflict by what was read.
            if (database == Database.POSTGRESQL) assertThatConflictIsDetected(stage);
        }
    }

    private static void assertThatConflictIsDetected(Stage stage) {
        // Conflicts are seen by pages of index and table, hence tables of their own.
        DSLContext outside = stage.dsl;
        for (String name : List.of("t", "other")) outside.fetchCount(table(name));
        try (Connection one = stage.tracked.getConnection();
                Connection two = stage.tracked.getConnection()) {
            for (Connection connection : List.of(one, two)) {
                connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
                connection.setAutoCommit(false);
                // Takes the snapshot, so that what follows may be a hit.
                stage.on(connection).fetchCount(table("u"));
            }
            int others = stage.on(one).fetchCount(table("other"));
            int ts = stage.on(two).fetchCount(table("t"));
            stage.on(one).execute("insert into t values (" + others + ")");
            stage.on(two).execute("insert into other values (" + ts + ")");
            one.commit();
            assertThatThrownBy(two::commit)
                    .as("the second of two that conflict")
                    .isInstanceOf(SQLException.class);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** P10: what is read in READ UNCOMMITTED is shown to nobody. */
    @DatabaseTest
    void readUncommitted_isNotStored(Database database) {
        try (Stage stage = Stage.of(database)) {
            Actor<Boolean> writer = stage.openWriter(false).to("written");
            stage.inTransaction(Connection.TRANSACTION_READ_UNCOMMITTED, Stage::readBoth);
            assertThat(stage.cached()).isZero();
            writer.finish();
            assertThat(stage.cached()).isZero();
            stage.assertCached("afterwards");
        }
    }

    /** P11: the server may finish a commit long after it has been reported as failed. */
    @DatabaseTest
    void commitThatThrows_andTakesEffectLater_isSeen(Database database) {
        try (Stage stage = Stage.of(database)) {
            stage.commit(Commit.THROWS_AND_COMMITS_LATE);
            stage.assertCached("before");
            // Before the connection is given back: that alone would mark what was not seen to end.
            Actor<Boolean> writer = stage.writer(true).to("afterFailure");
            assertThat(stage.cached()).isZero();
            assertThat(stage.cached()).isZero();
            stage.commitLate();
            assertThat(stage.cached()).isEqualTo(1);
            assertThat(writer.finish()).isFalse();
            assertThat(stage.cached()).isEqualTo(1);
        }
    }

    /** P11: a commit that has failed for all that its caller knows. */
    @DatabaseTest
    void commitThatThrows_andHasTakenEffect_isSeen(Database database) {
        try (Stage stage = Stage.of(database)) {
            stage.commit(Commit.THROWS_AND_COMMITS);
            stage.assertCached("before");
            assertThat(stage.writer(true).finish()).isFalse();
            assertThat(stage.cached()).isEqualTo(1);
            stage.assertCached("afterwards");
        }
    }

    /** P12: no number is issued twice. */
    @DatabaseTest
    void generations_neverRepeat(Database database) {
        try (Stage stage = Stage.of(database)) {
            for (int writes = 1; writes <= 20; writes++) {
                stage.assertCached("before " + writes);
                for (int i = 0; i < writes; i++) Stage.increment(stage.dsl);
                stage.assertFresh("after " + writes + " writes");
            }
        }
    }

    /** P12: a store that has failed, and has begun again at 0, has a new incarnation. */
    @DatabaseTest
    void storeThatLostItsNumbers_doesNotMakeOldResultsValid(Database database) {
        try (Stage stage = Stage.of(database)) {
            stage.f.expectingFailures();
            stage.generations.loseNumbers();
            stage.f.cache.invalidateAll();
            stage.assertCached("at the first number");
            stage.generations.loseNumbers();
            stage.generations.intentsFail = true;
            Stage.increment(stage.dsl);
            stage.generations.intentsFail = false;
            assertThat(stage.cached()).isEqualTo(1);
            stage.assertCached("afterwards");
        }
    }

    /** P12: what cannot be read is not unchanged. */
    @DatabaseTest
    void generationsThatCannotBeRead_areNotTakenForUnchanged(Database database) {
        try (Stage stage = Stage.of(database)) {
            stage.f.expectingFailures();
            stage.assertCached("before");
            stage.generations.capturesFail = true;
            Stage.increment(stage.dsl);
            assertThat(stage.cached()).isEqualTo(1);
            stage.generations.capturesFail = false;
            stage.assertCached("afterwards");
        }
    }

    /** P12: a writer that could not announce itself has written all the same. */
    @DatabaseTest
    void writeThatCouldNotBeAnnounced_isSeen(Database database) {
        try (Stage stage = Stage.of(database)) {
            stage.f.expectingFailures();
            stage.assertCached("before");
            stage.generations.intentsFail = true;
            Stage.increment(stage.dsl);
            assertThat(stage.cached()).isEqualTo(1);
            stage.generations.intentsFail = false;
            assertThat(stage.cached()).isEqualTo(1);
            stage.assertCached("afterwards");
        }
    }

    /** P13: a writer may take its time between intent and commit. */
    @DatabaseTest
    void slowWriter_keepsItsIntents(Database database) {
        try (Stage stage = Stage.of(database)) {
            stage.assertCached("before");
            Actor<Boolean> writer = stage.writer(true).to("beforeCommit");
            long end = System.nanoTime() + SLOW.toNanos();
            while (System.nanoTime() < end) assertThat(stage.cached()).isZero();
            writer.to("afterCommit");
            assertThat(stage.cached()).isEqualTo(1);
            writer.finish();
            stage.assertCached("afterwards");
        }
    }

    /** P13: where the database can be asked whether a commit is final, no time makes it so. */
    @DatabaseTest
    void commitInDoubt_whoseSessionLives_keepsItsIntents(Database database) {
        // Only PostgreSQL can be asked.
        if (database != Database.POSTGRESQL) return;
        try (Stage stage = new Stage(
                database,
                settings -> settings.singleFlightTimeout(Duration.ZERO).inDoubtTimeout(Duration.ofMillis(1)))) {
            stage.commit(Commit.THROWS_AND_COMMITS_LATE);
            stage.assertCached("before");
            Actor<Boolean> writer = stage.writer(true).to("afterFailure");
            readForALook(stage);
            stage.commitLate();
            assertThat(stage.cached()).isEqualTo(1);
            writer.finish();
        }
    }

    /** P11, P13: behind a proxy nobody knows the server's process; that it is not listed says nothing. */
    @DatabaseTest
    void commitInDoubt_behindAProxy_keepsItsIntents(Database database) {
        // Only PostgreSQL can be asked.
        if (database != Database.POSTGRESQL) return;
        try (Stage stage = Stage.of(database)) {
            stage.behindProxy = true;
            stage.commit(Commit.THROWS_AND_COMMITS_LATE);
            stage.assertCached("before");
            Actor<Boolean> writer = stage.writer(true).to("afterFailure");
            readForALook(stage);
            stage.commitLate();
            assertThat(stage.cached()).isEqualTo(1);
            writer.finish();
        }
    }

    /** Reads until it is cached, or for as long as it takes until doubts have been looked at, which is once a second. */
    private static void readForALook(Stage stage) {
        long end = System.nanoTime() + Duration.ofMillis(2500).toNanos();
        while (System.nanoTime() < end && stage.f.during(stage::cached).hits() == 0) Thread.onSpinWait();
    }

    /** P14: what cannot be understood may have written anything. */
    @DatabaseTest
    void statementOfUnknownEffect_touchesEverything(Database database) {
        try (Stage stage = Stage.of(database)) {
            stage.assertCached("before");
            stage.dsl.execute(
                    switch (database) {
                        case H2 -> "execute immediate 'update t ' || 'set v = v + 1'";
                        case POSTGRESQL -> "do $$ begin update t set v = v + 1; end $$";
                        case MARIADB -> "begin not atomic update t set v = v + 1; end";
                    });
            assertThat(stage.cached()).isEqualTo(1);
            stage.assertFresh("afterwards");
        }
    }

    /** P15: the number of a cell, then its marks, with all of a bump in between. */
    @DatabaseTest
    void capture_duringABump_isNotTorn(Database database) {
        try (Stage stage = Stage.of(database)) {
            stage.assertCached("before");
            Actor<Boolean> writer = stage.writer(true).to("afterCommit");
            assertThat(stage.truth()).as("visible").isEqualTo(1);
            Actor<Integer> reader = stage.reader();
            reader.step();
            writer.finish();
            assertThat(reader.finish()).isEqualTo(1);
            stage.assertCached("afterwards");
        }
    }

    /** P15: a writer that has a number and has not written it; another one overtakes it. */
    @DatabaseTest
    void number_isWrittenAsItIsIssued(Database database) {
        try (Stage stage = Stage.of(database)) {
            Actor<Boolean> slow = stage.autocommitWriter().to("beforeBump");
            slow.step();
            Actor<List<List<Integer>>> snapshot = stage.snapshotReader().to("afterSnapshot");
            Stage.increment(stage.dsl);
            slow.finish();
            assertThat(snapshot.finish()).containsOnly(List.of(1, 0));
            assertThat(stage.cached()).isEqualTo(2);
            stage.assertCached("afterwards");
        }
    }

    /** P15: between the bumps of two tags of one commit neither is served the past, and nothing is torn. */
    @DatabaseTest
    void read_betweenTheBumpsOfTwoTags_isNotServedThePast(Database database) {
        try (Stage stage = Stage.of(database)) {
            stage.assertCached("before");
            Actor<Boolean> writer = stage.writer(true).to("beforeBump").to("beforeBump");
            assertThat(Stage.readBoth(stage.dsl)).containsExactly(1, 1);
            CacheStats done = stage.f.during(stage::cached);
            assertThat(done.notStored(BypassReason.PENDING_WRITE)).isEqualTo(1);
            writer.finish();
            stage.assertCached("afterwards");
        }
    }

    /** P16: who begins after a write is not handed what a leader read before it. */
    @DatabaseTest
    void waiter_isNotHandedAnOlderResult(Database database) {
        try (Stage stage = new Stage(database, settings -> settings.singleFlightTimeout(Duration.ofSeconds(2)))) {
            Actor<Integer> leader = stage.reader().to("afterSql");
            Stage.increment(stage.dsl);
            CompletableFuture<Integer> waiter = SingleFlightTest.waiter(stage);
            assertThat(leader.finish()).isZero();
            assertThat(waiter.orTimeout(30, TimeUnit.SECONDS).join()).isEqualTo(1);
            stage.assertCached("afterwards");
        }
    }

    /** P16: who holds a connection, and perhaps locks that the leader needs, does not wait. */
    @DatabaseTest
    void transaction_doesNotWaitForALeader(Database database) {
        try (Stage stage = new Stage(database, settings -> settings.singleFlightTimeout(Duration.ofSeconds(2)))) {
            Actor<Integer> leader = stage.reader().to("afterSql");
            CompletableFuture<Long> inside = CompletableFuture.supplyAsync(() -> {
                long start = System.nanoTime();
                stage.inTransaction(Connection.TRANSACTION_READ_COMMITTED, Stage::read);
                return System.nanoTime() - start;
            });
            assertThat(inside.orTimeout(30, TimeUnit.SECONDS).join())
                    .as("nanoseconds")
                    .isLessThan(Duration.ofSeconds(2).toNanos());
            leader.finish();
        }
    }
}
