package dev.jooqcache.internal.read;

import dev.jooqcache.internal.entry.Validity;
import dev.jooqcache.internal.generation.InJvmGenerationStore;
import dev.jooqcache.internal.read.SingleFlight.Flight;
import dev.jooqcache.spi.Fingerprint;
import dev.jooqcache.spi.GenerationStore;
import dev.jooqcache.spi.GenerationStore.Intent;
import dev.jooqcache.spi.Stamp;
import dev.jooqcache.spi.Tags;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jetbrains.lincheck.datastructures.Operation;

/**
 * The real generation store and the real single flight over a database of two numbers, for Lincheck: whatever its threads
 * do, all answers must be explained by some order of the operations.
 *
 * <p>One of the operations reads without the cache. Without it two threads could not tell what happens between a commit
 * and its bump.
 */
public class ToyCache {

    private static final Tags A = Tags.of(List.of("a"));
    private static final Tags BOTH = Tags.of(List.of("a", "b"));
    private static final Tags READ = BOTH.withEverything();
    private static final Fingerprint KEY = new Fingerprint("1", "H2", "select 1", "", "", List.of(), new Object[0]);
    private static final int OF_B = 100;

    final GenerationStore generations = new InJvmGenerationStore(64);
    final SingleFlight flights = new SingleFlight();

    /** The database: b's number in hundreds, a's below. */
    final AtomicInteger database = new AtomicInteger();

    private final AtomicReference<Entry> entry = new AtomicReference<>();

    /** The rows, and a state of the clock at which they were exact. */
    private record Entry(Validity validity, int rows) {}

    /** A read as {@link CachingListener} makes it. */
    @Operation
    public int read() {
        Entry found = look();
        if (found != null) return found.rows;
        Stamp stamp = generations.capture(READ);
        if (stamp.pending()) return database.get();
        Flight flight = lead(stamp);
        if (flight == null) {
            await(stamp);
            found = look();
            if (found != null) return found.rows;
        }
        try {
            Stamp since = Stamp.of(stamp.incarnation(), generations.now());
            int rows = database.get();
            if (isWithin(since)) entry.set(new Entry(new Validity(since), rows));
            return rows;
        } finally {
            if (flight != null) flight.land();
        }
    }

    /** The entry, if it is exact. It is found to be exact until a clock that was noted before. */
    private Entry look() {
        Entry found = entry.get();
        if (found == null) return null;
        long clock = generations.now();
        Stamp stamp = found.validity.stamp();
        if (!isWithin(stamp)) return null;
        found.validity.extend(Stamp.of(stamp.incarnation(), clock));
        return found;
    }

    private boolean isWithin(Stamp since) {
        return generations.capture(READ).isWithin(since);
    }

    Flight lead(Stamp stamp) {
        return flights.lead(KEY, stamp);
    }

    void await(Stamp stamp) {
        // Zero: Lincheck stops threads itself, and a leader that never lands would be a deadlock to it.
        flights.await(KEY, stamp, 0);
    }

    /** A read without the cache. */
    @Operation
    public int readUncached() {
        return database.get();
    }

    /** A committed write of one table. */
    @Operation
    public void writeA() {
        write(A, 1);
    }

    void write(Tags tags, int by) {
        Intent intent = generations.intent(tags);
        database.addAndGet(by);
        generations.commit(intent);
    }

    /** With more kinds of writes; the mutants have fewer, to be found sooner. */
    public static final class WithAllWrites extends ToyCache {
        /** A committed write of both tables. */
        @Operation
        public void writeBoth() {
            write(BOTH, OF_B + 1);
        }

        /** A write that is rolled back when it would commit. */
        @Operation
        public void rollBack() {
            generations.abandon(generations.intent(BOTH));
        }
    }

    /** What the database and all its readers must look like: one step for each operation. */
    public static final class Sequential {
        private int database;

        public int read() {
            return database;
        }

        public int readUncached() {
            return database;
        }

        public void writeA() {
            database++;
        }

        public void writeBoth() {
            database += OF_B + 1;
        }

        public void rollBack() {}
    }

    /** P2 left out: the bump follows COMMIT, and no intent goes before it. */
    public static final class WithoutIntents extends ToyCache {
        @Override
        void write(Tags tags, int by) {
            database.addAndGet(by);
            generations.commit(generations.intent(tags));
        }
    }

    /** P2 left out: the bump comes before COMMIT alone. */
    public static final class BumpedBefore extends ToyCache {
        @Override
        void write(Tags tags, int by) {
            generations.commit(generations.intent(tags));
            database.addAndGet(by);
        }
    }

    /** P1 left out: the clock of an entry is noted after its rows were read. */
    public static final class StampedAfterwards extends ToyCache {
        private final AtomicReference<Entry> own = new AtomicReference<>();

        @Override
        public int read() {
            Stamp stamp = generations.capture(READ);
            Entry found = own.get();
            if (found != null && stamp.isWithin(found.validity.stamp())) return found.rows;
            int rows = database.get();
            Stamp late = generations.capture(READ);
            if (!late.pending())
                own.set(new Entry(new Validity(Stamp.of(late.incarnation(), generations.now())), rows));
            return rows;
        }
    }
}
