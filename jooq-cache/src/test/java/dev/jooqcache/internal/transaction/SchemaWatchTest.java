package dev.jooqcache.internal.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.internal.generation.Generations;
import dev.jooqcache.internal.generation.InJvmGenerationStore;
import dev.jooqcache.internal.transaction.SchemaWatch.Change;
import dev.jooqcache.internal.transaction.SchemaWatch.PendingWrite;
import dev.jooqcache.spi.Stamp;
import dev.jooqcache.spi.Tags;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class SchemaWatchTest {

    private static final Tags A = Tags.of(List.of("a"));
    private static final Tags B = Tags.of(List.of("b")).withEverything();

    private final Generations generations = new Generations("test", new InJvmGenerationStore(1 << 10));
    private final AtomicReference<Runnable> forget = new AtomicReference<>(() -> {});
    private final SchemaWatch watch =
            new SchemaWatch(generations, () -> forget.get().run());

    @Test
    void publish_whileTheSchemaIsForgotten_isTooLate() throws InterruptedException {
        AtomicBoolean known = new AtomicBoolean();
        long readAt = watch.version();
        Thread publisher = new Thread(() -> watch.publish(readAt, () -> known.set(true)));
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
        watch.publish(watch.version(), () -> known.set(true));
        assertThat(known).isTrue();
    }

    @Test
    void announce_analysedBeforeAChange_touchesEverything() {
        long analysedAt = watch.version();
        watch.changed();
        Stamp before = generations.capture(B);
        PendingWrite write = watch.announce(A, analysedAt, Change.DATA);
        assertThat(generations.capture(B)).isEqualTo(Stamp.PENDING);
        write.committed();
        assertThat(generations.capture(B)).isNotEqualTo(before).isNotEqualTo(Stamp.PENDING);
    }

    @Test
    void announced_beforeAChange_touchesEverything() {
        Stamp before = generations.capture(B);
        PendingWrite write = watch.announce(A, watch.version(), Change.DATA);
        assertThat(generations.capture(B)).isEqualTo(before);
        watch.changed();
        assertThat(generations.capture(B)).isEqualTo(Stamp.PENDING);
        write.committed();
        assertThat(generations.capture(B)).isNotEqualTo(before).isNotEqualTo(Stamp.PENDING);
    }

    @Test
    void abandoned_afterAChange_touchesNothing() {
        Stamp before = generations.capture(B);
        PendingWrite write = watch.announce(A, watch.version(), Change.DATA);
        watch.changed();
        write.abandoned();
        assertThat(generations.capture(B)).isEqualTo(before);
    }

    @Test
    void changed_marksEverythingUntilWritesAreEscalated() {
        PendingWrite write = watch.announce(A, watch.version(), Change.DATA);
        PendingWrite ddl = watch.announce(Tags.everything(), watch.version(), Change.SCHEMA);
        forget.set(() -> assertThat(generations.capture(B)).isEqualTo(Stamp.PENDING));
        ddl.committed();
        assertThat(generations.capture(B)).isEqualTo(Stamp.PENDING);
        write.committed();
        assertThat(generations.capture(B)).isNotEqualTo(Stamp.PENDING);
    }
}
