package dev.jooqcache.internal.entry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.jooqcache.internal.entry.Access.Getter;
import dev.jooqcache.internal.entry.CachedResult.ColumnMetaData;
import dev.jooqcache.internal.entry.CachedResult.Reads;
import dev.jooqcache.spi.Fingerprint;
import dev.jooqcache.spi.ResultCodec.CorruptException;
import dev.jooqcache.spi.Stamp;
import dev.jooqcache.spi.Tags;
import dev.jooqcache.testing.Exactly;
import java.lang.management.ManagementFactory;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.sql.Date;
import java.sql.Time;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The binary form of keys and results. No database is involved. */
@Tag("K5")
@Tag("K7")
class CodecTest {

    private static final Codec CODEC = new Codec();

    private static final int HEADER = 8;

    /** At least one of each class in the closed set, with its extremes. */
    static Stream<Object> values() {
        Timestamp timestamp = new Timestamp(-1);
        timestamp.setNanos(123456789);
        return Stream.of(
                "",
                "\u00e9\u20ac\ud83d\ude00\u0000",
                "\ud800 unpaired",
                "\udc00",
                "x".repeat(70_000),
                true,
                false,
                '\uffff',
                Byte.MIN_VALUE,
                Short.MAX_VALUE,
                Integer.MIN_VALUE,
                Long.MAX_VALUE,
                0f,
                -0f,
                Float.NaN,
                Float.intBitsToFloat(0x7fc00001),
                Float.MIN_VALUE,
                0d,
                -0d,
                Double.NEGATIVE_INFINITY,
                Double.longBitsToDouble(0x7ff8000000000001L),
                BigInteger.ZERO,
                BigInteger.TEN.pow(100).negate(),
                new BigDecimal("1.10"),
                new BigDecimal("0E+7"),
                new BigDecimal(BigInteger.ONE, Integer.MAX_VALUE),
                new BigDecimal(BigInteger.ONE, Integer.MIN_VALUE),
                new UUID(Long.MIN_VALUE, Long.MAX_VALUE),
                LocalDate.MIN,
                LocalDate.MAX,
                LocalTime.MAX,
                LocalDateTime.MIN,
                LocalDateTime.MAX,
                OffsetTime.MIN,
                OffsetTime.MAX,
                OffsetDateTime.MIN,
                OffsetDateTime.of(LocalDateTime.MAX, ZoneOffset.ofTotalSeconds(-1)),
                Instant.MIN,
                Instant.MAX,
                new Date(Long.MIN_VALUE),
                new Time(Long.MAX_VALUE),
                timestamp,
                new byte[0],
                new byte[] {0, -1},
                new int[] {1, -1},
                new long[] {Long.MIN_VALUE},
                new short[] {1},
                new float[] {-0f},
                new double[] {Double.NaN},
                new boolean[] {true, false},
                new char[] {'a'},
                new Integer[] {1, null},
                new String[] {"", null},
                new Character[] {'a', null},
                new Boolean[] {null},
                new Byte[] {1},
                new Short[] {1},
                new Long[] {1L},
                new Float[] {1f},
                new Double[] {1d},
                new BigDecimal[] {BigDecimal.ONE},
                new BigInteger[] {BigInteger.ONE},
                new UUID[] {new UUID(1, 2)},
                new LocalDate[] {LocalDate.EPOCH},
                new LocalTime[] {LocalTime.NOON},
                new LocalDateTime[] {LocalDateTime.MIN},
                new OffsetTime[] {OffsetTime.MAX},
                new OffsetDateTime[] {OffsetDateTime.MIN},
                new Instant[] {Instant.EPOCH},
                new Date[] {new Date(1)},
                new Time[] {new Time(1)},
                new Timestamp[] {timestamp, null},
                new byte[][] {{1}, {}},
                new int[][] {{1}, {}},
                new Integer[][][] {{{1, null}}, {}},
                new Object[] {1, "a", null, new Object[] {2L}},
                new Object[0][][]);
    }

    @ParameterizedTest
    @MethodSource("values")
    void decodeResult_value_isTheSame(Object value) {
        assertThat(Values.isRecordable(value)).isTrue();
        assertThat(Exactly.describe(
                        CODEC.decodeResult(CODEC.encode(result(value))).cells()))
                .isEqualTo(Exactly.describe(new Object[] {value}));
    }

    @ParameterizedTest
    @MethodSource("values")
    void decodeFingerprint_bind_isEqual(Object value) {
        Fingerprint key = key(Values.canonical(value), null);
        Fingerprint read = CODEC.decodeKey(CODEC.encode(key));
        assertThat(read).isEqualTo(key).hasSameHashCodeAs(key);
        assertThat(CODEC.encode(read)).isEqualTo(CODEC.encode(key));
    }

    @Test
    void hasSameRows_ofWhatWasDecoded_isTrue() {
        CachedResult result = everything();
        CachedResult read = CODEC.decodeResult(CODEC.encode(result));
        assertThat(read.hasSameRows(result)).isTrue();
        assertThat(read.hasSameRows(result(1))).isFalse();
    }

    @Test
    void decodeResult_everyPart_isTheSame() {
        CachedResult result = everything();
        CachedResult read = CODEC.decodeResult(CODEC.encode(result));
        assertThat(Exactly.describe(read.cells())).isEqualTo(Exactly.describe(result.cells()));
        assertThat(read)
                .usingRecursiveComparison()
                .ignoringFields("cells", "extents")
                .isEqualTo(result);
        assertThat(read.extents()).isEqualTo(result.extents());
    }

    @Test
    void encode_valueOutsideTheSet_isRefused() {
        assertThatThrownBy(() -> CODEC.encode(result(new StringBuilder())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("StringBuilder");
    }

    @Test
    void decode_keyAsResult_isCorrupt() {
        assertThatThrownBy(() -> CODEC.decodeResult(CODEC.encode(key("a")))).isInstanceOf(CorruptException.class);
        assertThatThrownBy(() -> CODEC.decodeKey(CODEC.encode(everything()))).isInstanceOf(CorruptException.class);
    }

    @Test
    void decode_everyTruncation_isCorrupt() {
        byte[] bytes = CODEC.encode(everything());
        for (int length = 0; length < bytes.length; length++) {
            byte[] part = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> CODEC.decodeResult(part)).isInstanceOf(CorruptException.class);
            if (length > HEADER)
                assertThatThrownBy(() -> CODEC.decodeResult(sealed(part))).isInstanceOf(CorruptException.class);
        }
    }

    @Test
    void decode_everyFlippedBit_isCorrupt() {
        byte[] bytes = CODEC.encode(everything());
        for (int bit = 0; bit < bytes.length * 8; bit++) {
            byte[] flipped = bytes.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            assertThatThrownBy(() -> CODEC.decodeResult(flipped)).isInstanceOf(CorruptException.class);
        }
    }

    /** The checksum is made right again after every change, so that the decoder itself is tried. */
    @Test
    @Tag("slow")
    void decode_randomBytesWithRightChecksum_isCorruptOrSmall() {
        long seed = System.nanoTime();
        System.out.println("CodecTest seed " + seed);
        Random random = new Random(seed);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        byte[][] originals = {
            CODEC.encode(everything()),
            CODEC.encode(key(values().map(CodecTest::bind).toArray()))
        };
        int corrupt = 0;
        for (int i = 0; i < 200_000; i++) {
            byte[] bytes = sealed(damaged(originals[i % 2], random));
            long before = threads.getCurrentThreadAllocatedBytes();
            try {
                if (random.nextBoolean()) CODEC.decodeResult(bytes);
                else CODEC.decodeKey(bytes);
            } catch (CorruptException e) {
                corrupt++;
            } catch (Throwable e) {
                throw new AssertionError("seed " + seed + ", input " + Arrays.toString(bytes), e);
            }
            long allocated = threads.getCurrentThreadAllocatedBytes() - before;
            assertThat(allocated)
                    .as("seed %s, round %s: bytes allocated", seed, i)
                    .isLessThan(400L * bytes.length + 50_000);
        }
        assertThat(corrupt).isGreaterThan(100_000);
    }

    private static byte[] damaged(byte[] original, Random random) {
        byte[] bytes = original.clone();
        switch (random.nextInt(4)) {
            case 0 -> bytes = Arrays.copyOf(bytes, HEADER + random.nextInt(bytes.length - HEADER));
            case 1 -> bytes[HEADER + random.nextInt(bytes.length - HEADER)] ^= (byte) (1 << random.nextInt(8));
            case 2 -> {
                int at = HEADER + random.nextInt(bytes.length - HEADER - 4);
                ByteBuffer.wrap(bytes).putInt(at, random.nextInt() >> random.nextInt(32));
            }
            default -> {
                byte[] noise = new byte[HEADER + random.nextInt(300)];
                random.nextBytes(noise);
                System.arraycopy(bytes, 0, noise, 0, HEADER);
                bytes = noise;
            }
        }
        return bytes;
    }

    private static byte[] sealed(byte[] bytes) {
        CRC32C sum = new CRC32C();
        sum.update(bytes, HEADER, bytes.length - HEADER);
        ByteBuffer.wrap(bytes).putInt(4, (int) sum.getValue());
        return bytes;
    }

    private static Object bind(Object value) {
        return value.toString().length() > 1000 ? null : Values.canonical(value);
    }

    private static Fingerprint key(Object... binds) {
        return new Fingerprint("1", "H2", "select 1", "scope", "shape", List.of("int:java.lang.Integer"), binds);
    }

    private static CachedResult result(Object... cells) {
        List<Access> columns = new ArrayList<>();
        for (int i = 0; i < cells.length; i++) columns.add(Access.by(Getter.OBJECT));
        return new CachedResult(
                key(),
                new Validity(Stamp.of(1, 2)),
                List.of(Extent.of(Tags.of(List.of("book")))),
                "UTC",
                columns,
                cells,
                1,
                3,
                null);
    }

    private static CachedResult everything() {
        List<Object> cells = new ArrayList<>();
        values().filter(value -> !value.toString().startsWith("xxx")).forEach(cells::add);
        cells.add(null);
        cells.add(
                new Reads(List.of(Access.by(Getter.INT), new Access(Getter.OBJECT_AS, "x.Y")), new Object[] {1, "b"}));
        cells.add(new Values.Canonical("driver", Arrays.asList("type", null)));
        List<Access> columns = new ArrayList<>();
        for (int i = 0; i < cells.size(); i++) columns.add(Access.by(Getter.values()[i % Getter.values().length]));
        columns.replaceAll(a -> a.getter() == Getter.OBJECT_AS ? new Access(Getter.OBJECT_AS, "java.lang.Long") : a);
        ColumnMetaData column = new ColumnMetaData(
                "label", "name", "table", "schema", "catalog", "int4", "Integer", 4, 10, 0, 1, 11, 0xff);
        return new CachedResult(
                key("a", 1L, new Values.Canonical("byte[]", List.of("b"))),
                new Validity(Stamp.of(Long.MAX_VALUE, 7)),
                List.of(
                        Extent.EVERYTHING,
                        Extent.of(Tags.of(List.of("author"))),
                        new Extent(Tags.of(List.of("book")), Tags.of(List.of("book *", "book[id=1]")))),
                "Europe/Zurich",
                List.copyOf(columns),
                cells.toArray(),
                1,
                Long.MAX_VALUE,
                List.of(column, column));
    }
}
