package dev.jooqcache.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class ZipfTest {

    @Test
    void draw_firstIsChosenTwiceAsOftenAsSecond() {
        Zipf zipf = new Zipf(100);
        SplittableRandom random = new SplittableRandom(7);
        int[] drawn = new int[100];
        for (int i = 0; i < 200_000; i++) {
            drawn[zipf.draw(random)]++;
        }
        assertThat(drawn[0] / (double) drawn[1]).isCloseTo(2, within(0.1));
        assertThat(drawn[0] / (double) drawn[9]).isCloseTo(10, within(1.0));
        assertThat(drawn[99]).isPositive();
    }

    @Test
    void draw_sameSeed_isTheSameChoice() {
        Zipf zipf = new Zipf(1_000);
        SplittableRandom one = new SplittableRandom(7);
        SplittableRandom other = new SplittableRandom(7);
        for (int i = 0; i < 1_000; i++) {
            assertThat(zipf.draw(one)).isEqualTo(zipf.draw(other));
        }
    }
}
