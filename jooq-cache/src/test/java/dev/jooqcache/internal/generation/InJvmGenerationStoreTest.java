package dev.jooqcache.internal.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jooqcache.spi.GenerationStore.Intent;
import dev.jooqcache.spi.Stamp;
import dev.jooqcache.spi.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class InJvmGenerationStoreTest {

    private static final Tags A = Tags.of(List.of("a"));
    private static final Tags B = Tags.of(List.of("b"));
    private static final Tags AB = A.plus(B);

    private final InJvmGenerationStore store = new InJvmGenerationStore(1 << 10);

    private void write(Tags tags) {
        store.commit(store.intent(tags));
    }

    @Test
    void capture_withoutWrites_isStable() {
        assertThat(store.capture(AB)).isEqualTo(store.capture(AB));
        assertThat(store.capture(AB).pending()).isFalse();
    }

    @Test
    void intent_untilCommit_isPending() {
        Stamp before = store.capture(A);
        Intent intent = store.intent(A);
        assertThat(intent.tags()).isEqualTo(A);
        assertThat(store.capture(A)).isEqualTo(Stamp.PENDING);
        assertThat(store.capture(AB)).isEqualTo(Stamp.PENDING);
        assertThat(store.capture(B).pending()).isFalse();
        store.commit(intent);
        assertThat(store.capture(A).pending()).isFalse();
        assertThat(store.capture(A)).isNotEqualTo(before);
    }

    @Test
    void abandon_restoresTheStamp() {
        Stamp before = store.capture(A);
        store.abandon(store.intent(A));
        assertThat(store.capture(A)).isEqualTo(before);
    }

    @Test
    void intents_thatOverlap_areCounted() {
        Intent first = store.intent(A);
        Intent second = store.intent(AB);
        store.commit(first);
        assertThat(store.capture(A).pending()).isTrue();
        store.abandon(second);
        assertThat(store.capture(AB).pending()).isFalse();
    }

    @Test
    void commit_ofOneTag_changesEverySetWithIt() {
        write(B);
        Stamp a = store.capture(A);
        Stamp b = store.capture(B);
        Stamp both = store.capture(AB);
        write(A);
        assertThat(store.capture(A)).isNotEqualTo(a);
        assertThat(store.capture(B)).isEqualTo(b);
        assertThat(store.capture(AB)).isNotEqualTo(both);
    }

    @Test
    void commit_ofTheReservedTag_changesEveryQuerysStamp() {
        Stamp before = store.capture(A.withEverything());
        write(Tags.everything());
        assertThat(store.capture(A.withEverything())).isNotEqualTo(before);
    }

    @Test
    void reservedTag_hasItsOwnCell() {
        InJvmGenerationStore tiny = new InJvmGenerationStore(2);
        Intent intent = tiny.intent(AB);
        assertThat(tiny.capture(Tags.everything()).pending()).isFalse();
        tiny.commit(intent);
        assertThat(tiny.capture(AB).pending()).as("one cell, marked once").isFalse();
    }

    @Test
    void now_isNeverBehindAStamp() {
        write(A);
        write(AB);
        assertThat(store.capture(AB).generation()).isEqualTo(store.now());
    }

    @Test
    void renew_makesAllStampsNewAndKeepsIntents() {
        Stamp before = store.capture(B);
        Intent intent = store.intent(A);
        store.renew();
        assertThat(store.capture(B)).isNotEqualTo(before);
        assertThat(store.capture(A).pending()).isTrue();
        store.commit(intent);
        assertThat(store.capture(A).pending()).isFalse();
    }

    @Test
    void stores_startedTwice_haveStampsOfTheirOwn() {
        assertThat(new InJvmGenerationStore(2).capture(A)).isNotEqualTo(new InJvmGenerationStore(2).capture(A));
    }

    @Test
    void commit_twice_isRefused() {
        Intent intent = store.intent(A);
        store.commit(intent);
        assertThatThrownBy(() -> store.commit(intent)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> store.abandon(intent)).isInstanceOf(IllegalStateException.class);
        assertThat(store.capture(A).pending()).isFalse();
    }

    @Test
    void intent_beyondTheCount_isRefusedAndLeavesNoMarks() {
        InJvmGenerationStore tiny = new InJvmGenerationStore(2);
        List<Intent> all = new ArrayList<>();
        for (int i = 0; i < 65_535; i++) all.add(tiny.intent(A));
        assertThatThrownBy(() -> tiny.intent(A.withEverything())).isInstanceOf(IllegalStateException.class);
        assertThat(tiny.capture(Tags.everything()).pending()).isFalse();
        all.forEach(tiny::abandon);
        assertThat(tiny.capture(A).pending()).isFalse();
        assertThat(tiny.capture(A).generation()).isZero();
    }

    @Test
    void cells_notAPowerOfTwo_areRefused() {
        for (int cells : new int[] {-2, 0, 1, 3, 1000})
            assertThatThrownBy(() -> new InJvmGenerationStore(cells)).hasMessageContaining("" + cells);
    }

    @Test
    void generations_issuedConcurrently_areNeverRepeated() throws Exception {
        int threads = 4;
        int writes = 5_000;
        CountDownLatch start = new CountDownLatch(1);
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> done = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                Tags tags = t % 2 == 0 ? A : AB;
                done.add(executor.submit(() -> {
                    start.await();
                    long last = -1;
                    for (int i = 0; i < writes; i++) {
                        write(tags);
                        Stamp stamp = store.capture(tags);
                        if (stamp.pending()) continue;
                        // Its own write has given it at least a number of its own.
                        assertThat(stamp.generation()).isGreaterThan(last);
                        last = stamp.generation();
                    }
                    return null;
                }));
            }
            start.countDown();
            for (Future<?> each : done) each.get(60, TimeUnit.SECONDS);
        } finally {
            executor.shutdownNow();
        }
        // Two threads wrote one tag, two wrote two: each write of a tag took a number of its own.
        assertThat(store.now()).isEqualTo(2L * writes + 2L * 2 * writes);
        assertThat(store.capture(AB).pending()).isFalse();
    }
}
