package dev.jooqcache.races;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.races.Stage.Commit;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;

/**
 * One writer and one reader, who stop at every point of the protocol, in every order of their steps.
 *
 * <p>At each step nobody else moves, so what the cache serves to an onlooker must equal the database. An onlooker after
 * each step also fills the cache at every moment; without one until the end, the reader and the writer are alone.
 */
@Tag("C1")
@Tag("C2")
@Tag("C3")
class AllSchedulesTest {

    private static final int READER_STEPS = 5;
    private static final int WRITER_STEPS = 5;

    /** Every order of the steps: true is the reader's. */
    private static List<boolean[]> schedules() {
        List<boolean[]> all = new ArrayList<>();
        int length = READER_STEPS + WRITER_STEPS;
        for (int bits = 0; bits < 1 << length; bits++) {
            if (Integer.bitCount(bits) != READER_STEPS) continue;
            boolean[] schedule = new boolean[length];
            for (int i = 0; i < length; i++) schedule[i] = (bits >> i & 1) == 1;
            all.add(schedule);
        }
        return all;
    }

    private static void runAll(Stage stage, Supplier<Actor<Boolean>> writers) {
        for (boolean onlooker : new boolean[] {false, true}) {
            for (boolean[] schedule : schedules()) runReadCommitted(stage, writers.get(), schedule, onlooker);
        }
    }

    private static void runReadCommitted(Stage stage, Actor<Boolean> writer, boolean[] schedule, boolean onlooker) {
        int before = stage.truth();
        if (onlooker) stage.assertFresh("before");
        else stage.f.cache.invalidateAll();
        Actor<Integer> reader = stage.reader();
        StringBuilder story = play(stage, reader, writer, schedule, onlooker);
        int read = reader.finish();
        writer.finish();
        int after = stage.truth();
        assertThat(read).as("%s", story).isBetween(before, after);
        stage.assertFresh(story.toString());
    }

    private static StringBuilder play(
            Stage stage, Actor<?> reader, Actor<?> writer, boolean[] schedule, boolean onlooker) {
        StringBuilder story = new StringBuilder();
        for (boolean readersTurn : schedule) {
            Actor<?> actor = readersTurn ? reader : writer;
            if (actor.isOver()) continue;
            actor.step();
            story.append(readersTurn ? " reader " : " writer ").append(actor.point());
            if (onlooker) stage.assertFresh(story.toString());
        }
        return story;
    }

    @DatabaseTest
    void autocommitWrite_inEverySchedule_isNeverHidden(Database database) {
        try (Stage stage = Stage.of(database)) {
            runAll(stage, stage::autocommitWriter);
        }
    }

    @DatabaseTest
    void commit_inEverySchedule_isNeverHidden(Database database) {
        try (Stage stage = Stage.of(database)) {
            runAll(stage, () -> stage.writer(true));
        }
    }

    @DatabaseTest
    void rollback_inEverySchedule_isNeverSeen(Database database) {
        try (Stage stage = Stage.of(database)) {
            runAll(stage, () -> stage.writer(false));
            assertThat(stage.truth()).isZero();
        }
    }

    @DatabaseTest
    void commitThatThrows_inEverySchedule_isNeverHidden(Database database) {
        for (Commit outcome : List.of(Commit.THROWS_AND_COMMITS, Commit.THROWS_AND_ROLLS_BACK)) {
            try (Stage stage = Stage.of(database)) {
                stage.commit(outcome);
                runAll(stage, () -> stage.writer(true));
            }
        }
    }

    @DatabaseTest
    void snapshotReader_inEverySchedule_isConsistentAndPublishesNothingOld(Database database) {
        try (Stage stage = Stage.of(database)) {
            for (boolean onlooker : new boolean[] {false, true}) {
                for (boolean[] schedule : schedules()) {
                    int before = stage.truth();
                    if (onlooker) stage.assertFresh("before");
                    else stage.f.cache.invalidateAll();
                    Actor<List<Integer>> reader = stage.snapshotReader();
                    Actor<Boolean> writer = stage.writer(true);
                    StringBuilder story = play(stage, reader, writer, schedule, onlooker);
                    List<Integer> read = reader.finish();
                    writer.finish();
                    assertThat(read.get(2)).as("%s", story).isBetween(before, before + 1);
                    assertThat(read).as("%s", story).containsOnly(read.get(2));
                    stage.assertFresh(story.toString());
                }
            }
        }
    }
}
