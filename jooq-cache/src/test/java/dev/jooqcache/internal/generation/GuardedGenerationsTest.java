package dev.jooqcache.internal.generation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.internal.entry.Extent;
import dev.jooqcache.internal.generation.GuardedGenerations.GuardedIntent;
import dev.jooqcache.internal.generation.GuardedGenerations.Standing;
import dev.jooqcache.spi.Stamp;
import dev.jooqcache.spi.Tags;
import dev.jooqcache.testing.ForwardingGenerationStore;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class GuardedGenerationsTest {

    private static final Tags A = Tags.of(List.of("a"));
    private static final Tags READ_A = A.withEverything();

    private final Breaking store = new Breaking();
    private final GuardedGenerations generations = new GuardedGenerations("test", store);

    private static final class Breaking extends ForwardingGenerationStore {
        boolean captures = true;
        boolean intents = true;
        boolean settles = true;
        boolean renews = true;
        final AtomicInteger renewals = new AtomicInteger();
        Runnable onRenewal = () -> {};
        Runnable onSettling = () -> {};
        Runnable afterCapture = () -> {};

        Breaking() {
            super(new InJvmGenerationStore(1 << 10));
        }

        private static void check(boolean works) {
            if (!works) throw new IllegalStateException("made to fail");
        }

        @Override
        public Stamp capture(Tags tags) {
            check(captures);
            Stamp stamp = super.capture(tags);
            afterCapture.run();
            return stamp;
        }

        @Override
        public Intent intent(Tags tags) {
            check(intents);
            return super.intent(tags);
        }

        @Override
        public void commit(Intent intent) {
            check(settles);
            onSettling.run();
            super.commit(intent);
        }

        @Override
        public void abandon(Intent intent) {
            check(settles);
            super.abandon(intent);
        }

        @Override
        public void renew() {
            check(renews);
            renewals.incrementAndGet();
            super.renew();
            onRenewal.run();
        }
    }

    private static final Tags PART = Tags.of(List.of("a *", "a[id=1]"));
    private static final List<Extent> EXTENTS = List.of(Extent.EVERYTHING, new Extent(A, PART));

    private Stamp noted() {
        return Stamp.of(generations.capture(A).incarnation(), generations.now());
    }

    @Test
    void standing_otherPartOfTheTableWritten_stands() {
        Stamp since = noted();
        generations.announce(A.plus(Tags.of(List.of("a[id=2]")))).committed();
        assertThat(generations.standing(EXTENTS, since)).isEqualTo(Standing.STANDS);
        assertThat(generations.exactUntil(EXTENTS, since)).isEqualTo(noted());
        generations.announce(A.plus(PART)).committed();
        assertThat(generations.standing(EXTENTS, since)).isEqualTo(Standing.CHANGED);
        assertThat(generations.exactUntil(EXTENTS, since)).isNull();
    }

    @Test
    void standing_collidingPart_standsWithItsTable() {
        Stamp since = noted();
        generations.announce(PART).committed();
        assertThat(generations.exactUntil(EXTENTS, since)).isEqualTo(since);
    }

    @Test
    void standing_writerAboutToCommit_isPending() {
        Stamp since = noted();
        GuardedIntent writer = generations.announce(A.plus(PART));
        assertThat(generations.standing(EXTENTS, since)).isEqualTo(Standing.PENDING);
        assertThat(generations.exactUntil(EXTENTS, since)).isNull();
        writer.abandoned();
        assertThat(generations.exactUntil(EXTENTS, since)).isEqualTo(since);
    }

    @Test
    void exactUntil_writeDuringTheLook_isNotOvertaken() {
        Stamp since = noted();
        generations.announce(A).committed();
        AtomicInteger looks = new AtomicInteger();
        // The last look is at the part, after those at the tables and again at each extent.
        store.afterCapture = () -> {
            if (looks.incrementAndGet() == 5) generations.announce(A.plus(PART)).committed();
        };
        Stamp until = generations.exactUntil(EXTENTS, since);
        store.afterCapture = () -> {};
        assertThat(looks).hasValue(5);
        assertThat(until).isNotNull();
        assertThat(generations.standing(EXTENTS, until)).isEqualTo(Standing.CHANGED);
    }

    @Test
    void capture_thatThrew_worksAgainWithoutANewIncarnation() {
        Stamp before = generations.capture(READ_A);
        store.captures = false;
        assertThat(generations.capture(READ_A)).isNull();
        store.captures = true;
        assertThat(generations.capture(READ_A)).isEqualTo(before);
        assertThat(generations.failures()).isEqualTo(1);
    }

    @Test
    void announce_thatThrew_givesNoStampUntilTheWriterHasEnded() {
        Stamp before = generations.capture(READ_A);
        store.intents = false;
        GuardedIntent writer = generations.announce(A);
        store.intents = true;
        assertThat(generations.capture(READ_A)).isNull();
        writer.committed();
        Stamp after = generations.capture(READ_A);
        assertThat(after).isNotNull().isNotEqualTo(before);
        assertThat(after.incarnation()).isNotEqualTo(before.incarnation());
        assertThat(after.generation()).as("newer than any clock noted before").isGreaterThan(before.generation());
    }

    @Test
    void announce_thatThrewForARollback_recoversToo() {
        store.intents = false;
        GuardedIntent writer = generations.announce(A);
        store.intents = true;
        writer.abandoned();
        assertThat(generations.capture(READ_A)).isNotNull();
    }

    @Test
    void committed_thatThrew_isRepeatedBeforeStampsAreGivenOut() {
        Stamp before = generations.capture(READ_A);
        GuardedIntent writer = generations.announce(A);
        store.settles = false;
        writer.committed();
        assertThat(generations.capture(READ_A)).isNull();
        store.settles = true;
        Stamp after = generations.capture(READ_A);
        assertThat(after).isNotNull().isNotEqualTo(before);
        assertThat(after.pending()).isFalse();
    }

    @Test
    void recovery_thatFailsItself_isTriedAgain() {
        store.intents = false;
        GuardedIntent writer = generations.announce(A);
        writer.committed();
        assertThat(generations.capture(READ_A)).as("its own mark fails").isNull();
        store.intents = true;
        store.renews = false;
        assertThat(generations.capture(READ_A)).isNull();
        store.renews = true;
        store.settles = false;
        assertThat(generations.capture(READ_A)).isNull();
        assertThat(generations.capture(READ_A)).isNull();
        store.settles = true;
        assertThat(generations.capture(READ_A)).isNotNull();
        assertThat(generations.capture(READ_A).pending()).isFalse();
    }

    @Test
    void announce_thatThrowsDuringARecovery_isNotForgotten() throws InterruptedException {
        store.intents = false;
        generations.announce(A).committed();
        store.intents = true;
        Thread[] writer = new Thread[1];
        store.onRenewal = () -> {
            store.onRenewal = () -> {};
            store.intents = false;
            writer[0] = new Thread(() -> generations.announce(A).committed());
            writer[0].start();
            // It has failed to announce itself when it waits for the recovery, or has run to its end.
            while (writer[0].getState() != Thread.State.BLOCKED && writer[0].isAlive()) Thread.onSpinWait();
            store.intents = true;
        };
        Stamp during = generations.capture(READ_A);
        writer[0].join();
        Stamp after = generations.capture(READ_A);
        assertThat(after)
                .as("what was stored meanwhile is not found again")
                .isNotNull()
                .isNotEqualTo(during);
        assertThat(store.renewals).hasValue(2);
    }

    /** C6: who tries whether the store works again may have to wait for it; nobody waits for him. */
    @Test
    void recovery_thatHangs_delaysNeitherReadersNorWriters() throws InterruptedException {
        store.intents = false;
        generations.announce(A).committed();
        store.intents = true;
        CountDownLatch hanging = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        store.onRenewal = () -> {
            store.onRenewal = () -> {};
            hanging.countDown();
            try {
                released.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        };
        Thread recovering = new Thread(() -> generations.capture(READ_A));
        recovering.start();
        hanging.await();
        assertThat(generations.capture(READ_A)).isNull();
        GuardedIntent writer = generations.announce(A);
        writer.committed();
        store.intents = false;
        generations.announce(A).committed();
        store.intents = true;
        released.countDown();
        recovering.join();
        long renewals = store.renewals.get();
        assertThat(generations.capture(READ_A)).isNotNull();
        assertThat(store.renewals.get())
                .as("the writer who failed meanwhile is not forgotten")
                .isGreaterThan((int) renewals);
    }

    /** C6: an error is a failure, too; the writer's commit has taken effect, so its intent must not be lost. */
    @Test
    void committed_thatThrewAnError_isRepeated() {
        GuardedIntent writer = generations.announce(A);
        store.onSettling = () -> {
            store.onSettling = () -> {};
            throw new OutOfMemoryError("made to fail");
        };
        writer.committed();
        assertThat(generations.capture(READ_A)).isNotNull().matches(stamp -> !stamp.pending());
        assertThat(generations.failures()).isEqualTo(1);
    }

    @Test
    void intent_endedTwice_isEndedOnce() {
        GuardedIntent writer = generations.announce(A);
        GuardedIntent other = generations.announce(A);
        writer.abandoned();
        writer.committed();
        writer.abandoned();
        assertThat(generations.capture(READ_A).pending()).isTrue();
        other.abandoned();
        assertThat(generations.capture(READ_A).pending()).isFalse();
        assertThat(generations.invalidations())
                .as("of intents that were abandoned")
                .isZero();
        GuardedIntent last = generations.announce(A);
        last.committed();
        long once = generations.invalidations();
        last.committed();
        assertThat(generations.invalidations()).isEqualTo(once).isPositive();
        assertThat(generations.failures()).isZero();
    }

    @Test
    void announce_ofNothing_marksNothing() {
        Stamp before = generations.capture(READ_A);
        generations.announce(Tags.none()).committed();
        assertThat(generations.capture(READ_A)).isEqualTo(before);
        assertThat(generations.invalidations()).isZero();
    }

    @Test
    void now_thatThrows_isOlderThanEverything() {
        GuardedGenerations broken = new GuardedGenerations("test", new ForwardingGenerationStore(store) {
            @Override
            public long now() {
                throw new IllegalStateException("made to fail");
            }
        });
        assertThat(broken.now()).isEqualTo(-1);
    }
}
