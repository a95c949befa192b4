package dev.jooqcache.migrations;

import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Random;
import java.util.UUID;

/** A seeded source of choices: the same seed makes the same choices on every JVM. */
final class Dice {

    private static final long VERSION_4 = 0x4000L;
    private static final long VARIANT_2 = 0x8000000000000000L;

    private final Random random;

    Dice(long seed) {
        this.random = new Random(seed);
    }

    /** A number from {@code first} to {@code last}, both included. */
    int between(int first, int last) {
        return first + random.nextInt(last - first + 1);
    }

    boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    <T> T pick(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    /** A choice that falls on the first ones more often than on the last ones. */
    <T> T pickEarly(List<T> choices) {
        double share = random.nextDouble();
        return choices.get((int) (share * share * choices.size()));
    }

    LocalDate date(LocalDate first, LocalDate last) {
        return first.plusDays(random.nextInt((int) ChronoUnit.DAYS.between(first, last) + 1));
    }

    UUID uuid() {
        long high = (random.nextLong() & ~0xF000L) | VERSION_4;
        long low = (random.nextLong() >>> 2) | VARIANT_2;
        return new UUID(high, low);
    }
}
