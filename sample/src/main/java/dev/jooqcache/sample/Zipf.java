package dev.jooqcache.sample;

import java.util.Arrays;
import java.util.SplittableRandom;

/** Zipf's distribution over the numbers 0 to n - 1: the first is chosen twice as often as the second. Immutable. */
public final class Zipf {

    private final double[] cumulated;

    public Zipf(int n) {
        cumulated = new double[n];
        double sum = 0;
        for (int i = 0; i < n; i++) {
            sum += 1.0 / (i + 1);
            cumulated[i] = sum;
        }
    }

    public int draw(SplittableRandom random) {
        double point = random.nextDouble() * cumulated[cumulated.length - 1];
        int index = Arrays.binarySearch(cumulated, point);
        return index >= 0 ? index : -index - 1;
    }
}
