package dev.jooqcache.keys;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.internal.entry.Values;
import dev.jooqcache.spi.Fingerprint;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A million distinct queries have a million keys. No database is involved. */
@Tag("K8")
@Tag("slow")
class MillionKeysTest {

    private static final int QUERIES = 1_000_000;
    private static final int PASSES = 8;
    /** The places where one text is cut in two: the pairs differ only by where, and concatenate to the same. */
    private static final int CUTS = 5;

    /** Equal keys have equal hashes, so they meet in one pass; each pass keeps only its share of the keys. */
    @Test
    void equals_millionRandomQueries_areDistinct() {
        long seed = System.nanoTime();
        System.out.println("MillionKeysTest seed " + seed);
        int[] hashes = new int[QUERIES];
        for (int i = 0; i < QUERIES; i++) hashes[i] = key(seed, i).hashCode();
        int seen = 0;
        for (int pass = 0; pass < PASSES; pass++) {
            Set<Fingerprint> keys = new HashSet<>();
            for (int i = 0; i < QUERIES; i++) {
                if (Math.floorMod(hashes[i], PASSES) != pass) continue;
                assertThat(keys.add(key(seed, i)))
                        .as("seed %s: query %s has the key of another one", seed, i)
                        .isTrue();
                seen++;
            }
        }
        assertThat(seen).isEqualTo(QUERIES);
        // Not a promise, but what makes lookups fast.
        assertThat(distinct(hashes)).isGreaterThan(QUERIES * 9 / 10);
    }

    @Test
    void equals_sameQueryMadeTwice_isEqual() {
        for (int i = 0; i < 10_000; i++)
            assertThat(key(7, i)).isEqualTo(key(7, i)).hasSameHashCodeAs(key(7, i));
    }

    private static int distinct(int[] hashes) {
        return (int) java.util.Arrays.stream(hashes).distinct().count();
    }

    /** Distinct for distinct numbers: the number and the cut can be read back from the two parts. */
    private static Fingerprint key(long seed, int number) {
        Random random = new Random(seed * 31 + number);
        String digits = "1" + (100_000 + number / CUTS);
        int cut = 1 + number % CUTS;
        String one = digits.substring(0, cut);
        String other = digits.substring(cut);
        String sql = "select " + random.nextInt(3) + " from book";
        String shape = "int";
        String scope = "";
        Object[] binds;
        switch (random.nextInt(5)) {
            case 0 -> {
                sql += one;
                binds = new Object[] {value(random, other)};
            }
            case 1 -> {
                scope = one;
                binds = new Object[] {value(random, other)};
            }
            case 2 -> {
                shape = one;
                binds = new Object[] {value(random, other)};
            }
            case 3 -> binds = new Object[] {new Object[] {one, other}};
            default -> binds = new Object[] {value(random, one), null, value(random, other)};
        }
        for (int i = 0; i < binds.length; i++) binds[i] = Values.canonical(binds[i]);
        return new Fingerprint("1", "H2", sql, scope, shape, List.of("a", "b"), binds);
    }

    /** The text in some type that keeps it, leading zeros included. */
    private static Object value(Random random, String text) {
        return switch (random.nextInt(7)) {
            case 0 -> text;
            case 1 -> Long.valueOf("1" + text);
            case 2 -> Integer.valueOf("1" + text);
            case 3 -> new BigDecimal("1" + text);
            case 4 -> new BigInteger("1" + text);
            case 5 -> text.getBytes(StandardCharsets.UTF_8);
            default -> new String[] {text};
        };
    }
}
