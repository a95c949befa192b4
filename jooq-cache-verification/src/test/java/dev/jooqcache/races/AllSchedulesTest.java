package dev.jooqcache.races;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.races.Stage.Commit;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * One writer and one reader, who stop at every point of the protocol, in every order of their steps.
 *
 * <p>A writer of two tables takes six steps: to {@code afterIntent}, {@code afterCommit}, {@code beforeBump} of either
 * table, {@code afterBump}, and its end. A reader takes five: to {@code afterCapture}, {@code afterSql}, {@code
 * beforeValidate}, {@code beforeStore}, and its end. That makes 462 orders, each of them run for four endings of the
 * writer and for readers at READ COMMITTED and in a snapshot. A reader whose snapshot was taken by an earlier statement
 * takes one step more.
 *
 * <p>At each step nobody else moves, so what the cache serves to an onlooker must equal the database. An onlooker after
 * each step also fills the cache at every moment; without one until the end, the reader and the writer are alone.
 *
 * <p>On H2 all orders of a reader and a writer who are alone are always run. Of the other sorts of readers, with an
 * onlooker, and on other databases it is one order in so many as the property {@code jooqcache.stride} says; in the
 * profile {@code long} that is 1.
 */
@Tag("C1")
@Tag("C2")
@Tag("C3")
class AllSchedulesTest {

    private static final int READER_STEPS = 5;
    private static final int WRITER_STEPS = 6;
    private static final int AUTOCOMMIT_STEPS = 5;
    private static final int ORDERS = 462;
    private static final int STRIDE = Integer.getInteger("jooqcache.stride", 13);

    /** How a writer of both tables ends. */
    enum Ending {
        COMMITS(Commit.WORKS),
        ROLLS_BACK(Commit.WORKS),
        THROWS_AND_COMMITS(Commit.THROWS_AND_COMMITS),
        THROWS_AND_ROLLS_BACK(Commit.THROWS_AND_ROLLS_BACK);

        private final Commit commit;

        Ending(Commit commit) {
            this.commit = commit;
        }

        boolean keepsNothing() {
            return this == ROLLS_BACK || this == THROWS_AND_ROLLS_BACK;
        }

        Actor<Boolean> writer(Stage stage) {
            stage.commit(commit);
            return stage.writer(this != ROLLS_BACK).passing("beforeCommit", "beforeRollback", "afterRollback");
        }
    }

    /** Who reads. */
    enum Readers {
        ALONE(READER_STEPS, true, Stage::readerOfBoth),
        IN_TRANSACTION(READER_STEPS, false, Stage::committedReader),
        BEGINNING_SNAPSHOT(READER_STEPS, true, Stage::beginningSnapshotReader),
        SNAPSHOT(READER_STEPS + 1, false, Stage::snapshotReader);

        private final int steps;
        private final boolean always;
        private final Function<Stage, Actor<List<List<Integer>>>> of;

        Readers(int steps, boolean always, Function<Stage, Actor<List<List<Integer>>>> readers) {
            this.steps = steps;
            this.always = always;
            of = stage -> readers.apply(stage).passing("beforeSql", "beforeRollback", "afterRollback");
        }
    }

    /** Every order of the steps: true is the reader's. */
    private static List<boolean[]> orders(int reader, int writer) {
        List<boolean[]> all = new ArrayList<>();
        int length = reader + writer;
        for (int bits = 0; bits < 1 << length; bits++) {
            if (Integer.bitCount(bits) != reader) continue;
            boolean[] order = new boolean[length];
            for (int i = 0; i < length; i++) order[i] = (bits >> i & 1) == 1;
            all.add(order);
        }
        return all;
    }

    private static List<boolean[]> some(List<boolean[]> all) {
        List<boolean[]> some = new ArrayList<>();
        for (int i = 0; i < all.size(); i += STRIDE) some.add(all.get(i));
        return some;
    }

    @Test
    void orders_ofTheStepsThatAreTaken_areAll() {
        assertThat(orders(READER_STEPS, WRITER_STEPS)).hasSize(ORDERS);
        try (Stage stage = Stage.of(Database.H2)) {
            for (Ending ending : Ending.values())
                if (ending != Ending.ROLLS_BACK)
                    assertThat(steps(ending.writer(stage))).isEqualTo(WRITER_STEPS);
            for (Readers readers : Readers.values()) {
                forget(stage);
                assertThat(steps(readers.of.apply(stage))).as("%s", readers).isEqualTo(readers.steps);
            }
        }
    }

    /** Nothing is stored, and the schema is known, which a transaction does not ask for again at once. */
    private static void forget(Stage stage) {
        stage.f.cache.invalidateAll();
        stage.f.cache.explain(stage.dsl.selectOne());
    }

    private static int steps(Actor<?> actor) {
        int steps = 0;
        for (; !actor.isOver(); steps++) actor.step();
        actor.finish();
        return steps;
    }

    private static void run(
            Stage stage, boolean[] order, boolean onlooker, Actor<List<List<Integer>>> reader, Actor<Boolean> writer) {
        List<Integer> before = stage.truthOfBoth();
        if (onlooker) stage.assertFresh("before");
        else forget(stage);
        int earliest = before.get(0);
        boolean begun = false;
        StringBuilder story = new StringBuilder();
        for (boolean readersTurn : order) {
            Actor<?> actor = readersTurn ? reader : writer;
            if (actor.isOver()) continue;
            // What anybody has seen by now the reader must see.
            if (readersTurn && !begun) earliest = stage.truth();
            begun |= readersTurn;
            actor.step();
            story.append(readersTurn ? " reader " : " writer ").append(actor.point());
            if (onlooker) stage.assertFresh(story.toString());
        }
        List<List<Integer>> reads = reader.finish();
        int latest = stage.truth();
        writer.finish();
        List<Integer> last = reads.get(reads.size() - 1);
        assertThat(reads).as("in one snapshot:%s", story).containsOnly(last);
        assertThat(last.get(0)).as("%s", story).isBetween(earliest, latest);
        assertThat(last).as("torn:%s", story).isIn(before, stage.truthOfBoth());
        stage.assertFresh(story.toString());
    }

    /** What a reader and a writer who are alone do, in all orders; then with an onlooker in some. */
    private static void runAll(Stage stage, Readers readers, int writerSteps, Function<Stage, Actor<Boolean>> writers) {
        List<boolean[]> all = orders(readers.steps, writerSteps);
        List<boolean[]> alone = readers.always && stage.f.database == Database.H2 ? all : some(all);
        for (boolean[] order : alone) run(stage, order, false, readers.of.apply(stage), writers.apply(stage));
        for (boolean[] order : some(all)) run(stage, order, true, readers.of.apply(stage), writers.apply(stage));
    }

    private static void runAllEndings(Database database, Readers readers) {
        for (Ending ending : Ending.values())
            try (Stage stage = Stage.of(database)) {
                runAll(stage, readers, WRITER_STEPS, ending::writer);
                if (ending.keepsNothing()) assertThat(stage.truth()).isZero();
            }
    }

    @DatabaseTest
    void reader_inEveryOrderOfATransaction_seesWhatIsCommitted(Database database) {
        runAllEndings(database, Readers.ALONE);
    }

    @DatabaseTest
    void readerInTransaction_inEveryOrderOfATransaction_seesWhatIsCommitted(Database database) {
        runAllEndings(database, Readers.IN_TRANSACTION);
    }

    @DatabaseTest
    void beginningSnapshot_inEveryOrderOfATransaction_isOne(Database database) {
        runAllEndings(database, Readers.BEGINNING_SNAPSHOT);
    }

    @DatabaseTest
    void snapshot_inEveryOrderOfATransaction_isOne(Database database) {
        runAllEndings(database, Readers.SNAPSHOT);
    }

    @DatabaseTest
    void autocommitWrite_inEveryOrder_isNeverHidden(Database database) {
        try (Stage stage = Stage.of(database)) {
            runAll(
                    stage,
                    Readers.ALONE,
                    AUTOCOMMIT_STEPS,
                    s -> s.autocommitWriter().passing("beforeSql"));
        }
    }
}
