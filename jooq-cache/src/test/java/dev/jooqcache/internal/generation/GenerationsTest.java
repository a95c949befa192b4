package dev.jooqcache.internal.generation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.internal.generation.Generations.Announcement;
import dev.jooqcache.spi.Stamp;
import dev.jooqcache.spi.Tags;
import dev.jooqcache.testing.ForwardingGenerationStore;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class GenerationsTest {

    private static final Tags A = Tags.of(List.of("a"));
    private static final Tags READ_A = A.withEverything();

    private final Breaking store = new Breaking();
    private final Generations generations = new Generations("test", store);

    private static final class Breaking extends ForwardingGenerationStore {
        boolean captures = true;
        boolean intents = true;
        boolean settles = true;
        boolean renews = true;
        final AtomicInteger renewals = new AtomicInteger();
        Runnable onRenewal = () -> {};

        Breaking() {
            super(new InJvmGenerationStore(16));
        }

        private static void check(boolean works) {
            if (!works) throw new IllegalStateException("made to fail");
        }

        @Override
        public Stamp capture(Tags tags) {
            check(captures);
            return super.capture(tags);
        }

        @Override
        public Intent intent(Tags tags) {
            check(intents);
            return super.intent(tags);
        }

        @Override
        public void commit(Intent intent) {
            check(settles);
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
        Announcement writer = generations.announce(A);
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
        Announcement writer = generations.announce(A);
        store.intents = true;
        writer.abandoned();
        assertThat(generations.capture(READ_A)).isNotNull();
    }

    @Test
    void committed_thatThrew_isRepeatedBeforeStampsAreGivenOut() {
        Stamp before = generations.capture(READ_A);
        Announcement writer = generations.announce(A);
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
        Announcement writer = generations.announce(A);
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

    @Test
    void announcement_endedTwice_isEndedOnce() {
        Announcement writer = generations.announce(A);
        Announcement other = generations.announce(A);
        writer.abandoned();
        writer.committed();
        writer.abandoned();
        assertThat(generations.capture(READ_A).pending()).isTrue();
        other.abandoned();
        assertThat(generations.capture(READ_A).pending()).isFalse();
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
        Generations broken = new Generations("test", new ForwardingGenerationStore(store) {
            @Override
            public long now() {
                throw new IllegalStateException("made to fail");
            }
        });
        assertThat(broken.now()).isEqualTo(-1);
    }
}
