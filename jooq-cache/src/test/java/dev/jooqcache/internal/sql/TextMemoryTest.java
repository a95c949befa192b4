package dev.jooqcache.internal.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.internal.jdbc.TrackedDataSource;
import dev.jooqcache.internal.transaction.TrackedSource;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.Fixture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class TextMemoryTest {

    private static void withSource(Consumer<TrackedSource> test) {
        try (Fixture f = Fixture.empty(Database.H2)) {
            test.accept(((TrackedDataSource) f.tracked).source());
        }
    }

    @Test
    void put_moreTextsThanFit_keepsWhatIsLookedUp() {
        withSource(source -> {
            TextMemory<Integer> memory = new TextMemory<>(100, 1 << 20);
            memory.put(source, "hot", -1);
            for (int i = 0; i < 10_000; i++) {
                memory.put(source, "text " + i, i);
                assertThat(memory.get(source, "text " + i)).isEqualTo(i);
                assertThat(memory.get(source, "hot")).as("after " + i).isEqualTo(-1);
                assertThat(memory.size()).isLessThanOrEqualTo(100);
            }
        });
    }

    @Test
    void put_longTexts_areBoundedByTheirSize() {
        withSource(source -> {
            TextMemory<String> memory = new TextMemory<>(100_000, 10 << 20);
            for (int i = 0; i < 2_000; i++) memory.put(source, i + "x".repeat(10_000), "");
            assertThat(memory.size()).isBetween(100, 10 * 1024 * 1024 / (6 * 10_000));
        });
    }

    @Test
    void put_textsAboveTheLongest_onlyTheLastStay() {
        withSource(source -> {
            TextMemory<Integer> memory = new TextMemory<>(100, 1 << 20);
            memory.put(source, "short", -1);
            for (int i = 0; i < 20; i++) {
                String text = i + "x".repeat(TextMemory.LONGEST);
                memory.put(source, text, i);
                assertThat(memory.get(source, text)).isEqualTo(i);
            }
            assertThat(memory.get(source, 0 + "x".repeat(TextMemory.LONGEST))).isNull();
            assertThat(memory.get(source, "short")).isEqualTo(-1);
            assertThat(memory.size()).isOne();
        });
    }
}
