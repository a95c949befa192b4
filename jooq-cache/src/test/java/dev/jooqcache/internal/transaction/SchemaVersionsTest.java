package dev.jooqcache.internal.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.internal.generation.GuardedGenerations;
import dev.jooqcache.internal.generation.InJvmGenerationStore;
import dev.jooqcache.internal.transaction.SchemaVersions.Catalog;
import dev.jooqcache.internal.transaction.SchemaVersions.Change;
import dev.jooqcache.internal.transaction.SchemaVersions.Reads;
import dev.jooqcache.internal.transaction.SchemaVersions.Versions;
import dev.jooqcache.internal.transaction.SchemaVersions.WriteIntent;
import dev.jooqcache.spi.Stamp;
import dev.jooqcache.spi.Tags;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

class SchemaVersionsTest {

    private static final Tags A = Tags.of(List.of("a"));
    private static final Tags B = Tags.of(List.of("b")).withEverything();

    private final GuardedGenerations generations = new GuardedGenerations("test", new InJvmGenerationStore(1 << 10));
    private final AtomicReference<Runnable> forget = new AtomicReference<>(() -> {});
    private final SchemaVersions watch =
            new SchemaVersions(generations, () -> forget.get().run());

    @Test
    void publish_whileTheSchemaIsForgotten_isTooLate() throws InterruptedException {
        AtomicBoolean known = new AtomicBoolean();
        long readAt = watch.version();
        Thread publisher = new Thread(() -> watch.publish(readAt, Catalog.NEW, () -> known.set(true)));
        forget.set(() -> {
            known.set(false);
            publisher.start();
            // It has either published, too early, or waits until the change is counted.
            while (publisher.getState() != Thread.State.BLOCKED && publisher.getState() != Thread.State.TERMINATED)
                Thread.onSpinWait();
        });
        watch.changed();
        publisher.join();
        assertThat(known).isFalse();
    }

    @Test
    void publish_withoutAChange_isDone() {
        AtomicBoolean known = new AtomicBoolean();
        watch.publish(watch.version(), Catalog.NEW, () -> known.set(true));
        assertThat(known).isTrue();
    }

    @Test
    void announce_analysedBeforeAChange_touchesEverything() {
        long analysedAt = watch.version();
        watch.changed();
        Stamp before = generations.capture(B);
        WriteIntent write = watch.announce(A, analysedAt, Change.DATA);
        assertThat(generations.capture(B)).isEqualTo(Stamp.PENDING);
        write.committed();
        assertThat(generations.capture(B)).isNotEqualTo(before).isNotEqualTo(Stamp.PENDING);
    }

    @Test
    void announced_beforeAChange_touchesEverything() {
        Stamp before = generations.capture(B);
        WriteIntent write = watch.announce(A, watch.version(), Change.DATA);
        assertThat(generations.capture(B)).isEqualTo(before);
        watch.changed();
        assertThat(generations.capture(B)).isEqualTo(Stamp.PENDING);
        write.committed();
        assertThat(generations.capture(B)).isNotEqualTo(before).isNotEqualTo(Stamp.PENDING);
    }

    @Test
    void abandoned_afterAChange_touchesNothing() {
        Stamp before = generations.capture(B);
        WriteIntent write = watch.announce(A, watch.version(), Change.DATA);
        watch.changed();
        write.abandoned();
        assertThat(generations.capture(B)).isEqualTo(before);
    }

    @Test
    void changed_marksEverythingUntilWritesAreEscalated() {
        WriteIntent write = watch.announce(A, watch.version(), Change.DATA);
        WriteIntent ddl = watch.announce(Tags.everything(), watch.version(), Change.SCHEMA);
        forget.set(() -> assertThat(generations.capture(B)).isEqualTo(Stamp.PENDING));
        ddl.committed();
        assertThat(generations.capture(B)).isEqualTo(Stamp.PENDING);
        write.committed();
        assertThat(generations.capture(B)).isNotEqualTo(Stamp.PENDING);
    }

    /** Statements analysed now, which write nothing in known databases, be it in the one that becomes known or not. */
    private Reads reads(BooleanSupplier writeNothing) {
        Versions analysedAt = watch.versions();
        return new Reads() {
            @Override
            public Versions analysedAt() {
                return analysedAt;
            }

            @Override
            public boolean writeNothing() {
                return writeNothing.getAsBoolean();
            }
        };
    }

    private WriteIntent announce(Reads reads) {
        return watch.announceUnplaced(Tags.none(), reads.analysedAt(), Change.DATA, reads);
    }

    private void publish(Catalog catalog) {
        watch.publish(watch.version(), catalog, () -> {});
    }

    private void assertTouchesEverything(WriteIntent write) {
        assertThat(generations.capture(B)).isEqualTo(Stamp.PENDING);
        write.committed();
        assertThat(generations.capture(B)).isNotEqualTo(Stamp.PENDING);
    }

    @Test
    void reads_thatWriteInNewDatabase_touchEverything() {
        Stamp before = generations.capture(B);
        WriteIntent write = announce(reads(() -> false));
        assertThat(generations.capture(B)).isEqualTo(before);
        publish(Catalog.NEW);
        assertTouchesEverything(write);
        assertThat(generations.capture(B)).isNotEqualTo(before);
    }

    @Test
    void reads_announcedAfterDatabaseIsKnown_touchEverything() {
        Reads early = reads(() -> false);
        publish(Catalog.NEW);
        assertTouchesEverything(announce(early));
    }

    @Test
    void reads_ofNewDatabaseToo_touchNothing() {
        Stamp before = generations.capture(B);
        WriteIntent write = announce(reads(() -> true));
        watch.publish(
                watch.version(),
                Catalog.NEW,
                () -> assertThat(generations.capture(B)).isEqualTo(Stamp.PENDING));
        assertThat(generations.capture(B)).isEqualTo(before);
        write.committed();
        assertThat(generations.capture(B)).isEqualTo(before);
    }

    @Test
    void reads_announcedAfterNewDatabaseTheyReadToo_touchNothing() {
        Reads early = reads(() -> true);
        publish(Catalog.NEW);
        Stamp before = generations.capture(B);
        WriteIntent write = announce(early);
        assertThat(generations.capture(B)).isEqualTo(before);
        write.committed();
        assertThat(generations.capture(B)).isEqualTo(before);
    }

    @Test
    void reads_whileSchemaIsChangedAndKnownAgain_touchNothing() {
        Stamp before = generations.capture(B);
        WriteIntent write = announce(reads(() -> false));
        watch.changed();
        publish(Catalog.KNOWN_BEFORE);
        assertThat(generations.capture(B)).isEqualTo(before);
        write.committed();
        assertThat(generations.capture(B)).isEqualTo(before);
    }

    @Test
    void reads_beforeChangeOfAnotherDatabase_touchNothing() {
        Stamp before = generations.capture(B);
        WriteIntent write = announce(reads(() -> true));
        watch.changed();
        publish(Catalog.NEW);
        assertThat(generations.capture(B)).isEqualTo(before);
        write.committed();
    }

    @Test
    void reads_beforeChangeOfTheNewDatabase_mayHaveWritten() {
        WriteIntent write = announce(reads(() -> true));
        watch.changed();
        publish(Catalog.NEW_AND_CHANGED);
        publish(Catalog.KNOWN_BEFORE);
        assertTouchesEverything(write);
    }

    @Test
    void reads_beforeChangeByWriterWithoutPlace_mayHaveWritten() {
        WriteIntent write = announce(reads(() -> true));
        watch.announceUnplaced(Tags.everything(), watch.versions(), Change.SCHEMA, null)
                .committed();
        publish(Catalog.NEW);
        assertTouchesEverything(write);
    }

    @Test
    void reads_announcedAfterChange_mayHaveWritten() {
        Reads early = reads(() -> true);
        publish(Catalog.NEW);
        watch.changed();
        assertTouchesEverything(announce(early));
    }

    @Test
    void reads_whoseKnownSchemaIsForgotten_areTakenBackWhenItIsKnownAgain() {
        AtomicBoolean isForgotten = new AtomicBoolean(true);
        Stamp before = generations.capture(B);
        announce(reads(() -> !isForgotten.get()));
        publish(Catalog.NEW);
        assertThat(generations.capture(B)).isEqualTo(Stamp.PENDING);
        isForgotten.set(false);
        publish(Catalog.KNOWN_BEFORE);
        assertThat(generations.capture(B)).isEqualTo(before);
    }

    @Test
    void reads_ofTwoNewDatabasesWithChangeBetween_mayHaveWrittenInTheFirst() {
        AtomicBoolean isHarmless = new AtomicBoolean();
        WriteIntent write = announce(reads(isHarmless::get));
        publish(Catalog.NEW);
        watch.changed();
        isHarmless.set(true);
        publish(Catalog.NEW);
        assertTouchesEverything(write);
    }

    @Test
    void reads_thatAreMany_areTakenBackSoon() throws InterruptedException {
        Stamp before = generations.capture(B);
        for (int i = 0; i < 500; i++) announce(reads(() -> true));
        publish(Catalog.NEW);
        for (int i = 0; i < 1_000 && generations.capture(B).equals(Stamp.PENDING); i++) Thread.sleep(10);
        assertThat(generations.capture(B)).isEqualTo(before);
    }

    /** Publishes a schema; another thread begins when the database is counted, and ends or waits before it is known. */
    private void publishDuring(Runnable other, AtomicBoolean known) throws InterruptedException {
        Thread thread = new Thread(other);
        watch.publish(watch.version(), Catalog.NEW, () -> {
            thread.start();
            while (thread.getState() != Thread.State.BLOCKED && thread.getState() != Thread.State.TERMINATED)
                Thread.onSpinWait();
            known.set(true);
        });
        thread.join();
    }

    @Test
    void reads_announcedWhileDatabaseBecomesKnown_areAnalysedWithIt() throws InterruptedException {
        AtomicBoolean known = new AtomicBoolean();
        Reads early = reads(() -> !known.get());
        publishDuring(() -> announce(early), known);
        assertThat(generations.capture(B)).isEqualTo(Stamp.PENDING);
    }

    @Test
    void reads_analysedWhileDatabaseBecomesKnown_areAnalysedWithIt() throws InterruptedException {
        AtomicBoolean known = new AtomicBoolean();
        AtomicBoolean isTakenForRead = new AtomicBoolean();
        publishDuring(
                () -> {
                    watch.versions();
                    isTakenForRead.set(!known.get());
                },
                known);
        assertThat(isTakenForRead).isFalse();
    }

    @Test
    void reads_askedWhileSchemaChanges_areNotTakenBack() {
        WriteIntent write = announce(reads(() -> {
            watch.changed();
            return true;
        }));
        publish(Catalog.NEW);
        assertTouchesEverything(write);
    }

    @Test
    void reads_askedWhileAnotherDatabaseBecomesKnown_areNotTakenBack() {
        AtomicBoolean isNested = new AtomicBoolean();
        WriteIntent write = announce(reads(() -> {
            // The other database is one in which they write.
            if (isNested.getAndSet(true)) return false;
            publish(Catalog.NEW);
            return true;
        }));
        publish(Catalog.NEW);
        assertTouchesEverything(write);
    }

    @Test
    void reads_besideWrite_leaveItsEscalationAlone() {
        Reads reads = reads(() -> true);
        WriteIntent write = watch.announceUnplaced(A, watch.versions(), Change.DATA, reads);
        publish(Catalog.KNOWN_BEFORE);
        assertThat(generations.capture(B)).isEqualTo(Stamp.PENDING);
        write.committed();
    }

    @Test
    void reads_ended_areNotEscalated() {
        Stamp before = generations.capture(B);
        announce(reads(() -> false)).committed();
        publish(Catalog.NEW);
        assertThat(generations.capture(B)).isEqualTo(before);
    }
}
