package dev.jooqcache.internal.entry;

import dev.jooqcache.internal.entry.Access.Getter;
import dev.jooqcache.internal.entry.CachedResult.ColumnMetaData;
import dev.jooqcache.internal.entry.CachedResult.Reads;
import dev.jooqcache.internal.entry.Values.Canonical;
import dev.jooqcache.spi.Fingerprint;
import dev.jooqcache.spi.ResultCodec;
import dev.jooqcache.spi.Stamp;
import dev.jooqcache.spi.StoredResult;
import dev.jooqcache.spi.Tags;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Date;
import java.sql.Time;
import java.sql.Timestamp;
import java.time.DateTimeException;
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
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The exact binary form of fingerprints and results, for stores outside the heap.
 *
 * <p>A closed set of tagged values behind a versioned header, with a checksum over all of it. Java serialization is never
 * used, no class is loaded by a name that was read, and every length is checked against what is left, so that no input
 * can make it fail otherwise than with {@link CorruptException}, or allocate more than the input justifies. Thread-safe.
 */
public final class Codec implements ResultCodec {

    private static final int MAGIC = 0x6A_51_43_02;
    private static final int HEADER = 4 + 4;
    private static final int MOST_DEPTH = 32;

    /** Creates a codec; all are the same. */
    public Codec() {}

    @Override
    public byte[] encode(Fingerprint fingerprint) {
        return sealed(out -> fingerprint(out, fingerprint));
    }

    private static void fingerprint(DataOutputStream out, Fingerprint fingerprint) throws IOException {
        text(out, fingerprint.dataSource());
        text(out, fingerprint.dialect());
        text(out, fingerprint.sql());
        text(out, fingerprint.scope());
        text(out, fingerprint.shape());
        texts(out, fingerprint.bindTypes());
        values(out, fingerprint.binds());
    }

    @Override
    public Fingerprint decodeKey(byte[] bytes) {
        return opened(bytes, Codec::fingerprint);
    }

    private static Fingerprint fingerprint(ByteBuffer in) {
        return new Fingerprint(text(in), text(in), text(in), text(in), text(in), texts(in), values(in, 0));
    }

    @Override
    public byte[] encode(StoredResult stored) {
        if (!(stored instanceof CachedResult result))
            throw new IllegalArgumentException(
                    "a result of a class of which this codec knows nothing: " + stored.getClass());
        return sealed(out -> {
            fingerprint(out, result.query());
            Stamp stamp = result.stamp();
            out.writeLong(stamp.incarnation());
            out.writeLong(stamp.generation());
            out.writeInt(result.extents().size());
            for (Extent extent : result.extents()) extent(out, extent);
            text(out, result.zone());
            out.writeInt(result.columns().size());
            for (Access access : result.columns()) access(out, access);
            values(out, result.cells());
            out.writeInt(result.rows());
            out.writeLong(result.bytes());
            metaData(out, result.metaData());
        });
    }

    @Override
    public CachedResult decodeResult(byte[] bytes) {
        return opened(bytes, in -> {
            Fingerprint query = fingerprint(in);
            Stamp stamp = Stamp.of(in.getLong(), in.getLong());
            List<Extent> extents = new ArrayList<>();
            for (int i = count(in, 8); i > 0; i--) extents.add(extent(in));
            String zone = text(in);
            List<Access> columns = new ArrayList<>();
            for (int i = count(in, 2); i > 0; i--) columns.add(access(in));
            @Nullable Object[] cells = values(in, 0);
            int rows = in.getInt();
            long size = in.getLong();
            if ((long) rows * columns.size() != cells.length) throw new CorruptException("cells do not fill the rows");
            return new CachedResult(
                    query,
                    new Validity(stamp),
                    List.copyOf(extents),
                    zone,
                    List.copyOf(columns),
                    cells,
                    rows,
                    size,
                    metaData(in));
        });
    }

    private static void extent(DataOutputStream out, Extent extent) throws IOException {
        tags(out, extent.table());
        tags(out, extent.isWhole() ? Tags.none() : extent.part());
    }

    private static Extent extent(ByteBuffer in) {
        Tags table = tags(in);
        Tags part = tags(in);
        return part.isEmpty() ? Extent.of(table) : new Extent(table, part);
    }

    private static void tags(DataOutputStream out, Tags tags) throws IOException {
        out.writeInt(tags.size());
        for (int i = 0; i < tags.size(); i++) out.writeLong(tags.hash(i));
    }

    private static Tags tags(ByteBuffer in) {
        long[] hashes = new long[count(in, 8)];
        for (int i = 0; i < hashes.length; i++) hashes[i] = in.getLong();
        return Tags.ofHashes(hashes);
    }

    private static byte[] sealed(Body body) {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
            DataOutputStream out = new DataOutputStream(bytes);
            out.writeInt(MAGIC);
            out.writeInt(0);
            body.write(out);
            byte[] all = bytes.toByteArray();
            ByteBuffer.wrap(all).putInt(4, checksum(all));
            return all;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static <T> T opened(byte[] bytes, Reader<T> reader) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        if (bytes.length < HEADER || in.getInt() != MAGIC) throw new CorruptException("not of this format or version");
        if (in.getInt() != checksum(bytes)) throw new CorruptException("the checksum does not match");
        try {
            T value = reader.read(in);
            if (in.hasRemaining()) throw new CorruptException("bytes are left over");
            return value;
        } catch (BufferUnderflowException | IllegalArgumentException | DateTimeException | ArithmeticException e) {
            throw new CorruptException(e.toString());
        }
    }

    private static int checksum(byte[] bytes) {
        CRC32C sum = new CRC32C();
        sum.update(bytes, HEADER, bytes.length - HEADER);
        return (int) sum.getValue();
    }

    private static void text(DataOutputStream out, String text) throws IOException {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        // Unpaired surrogates do not survive UTF-8; such a text goes as UTF-16.
        boolean exact = new String(utf8, StandardCharsets.UTF_8).equals(text);
        out.writeBoolean(exact);
        bytes(out, exact ? utf8 : chars(text));
    }

    private static byte[] chars(String text) {
        ByteBuffer buffer = ByteBuffer.allocate(text.length() * 2);
        for (int i = 0; i < text.length(); i++) buffer.putChar(text.charAt(i));
        return buffer.array();
    }

    private static String text(ByteBuffer in) {
        boolean utf8 = in.get() != 0;
        byte[] bytes = bytes(in);
        if (utf8) return new String(bytes, StandardCharsets.UTF_8);
        if (bytes.length % 2 != 0) throw new CorruptException("half a character");
        StringBuilder text = new StringBuilder();
        for (ByteBuffer chars = ByteBuffer.wrap(bytes); chars.hasRemaining(); ) text.append(chars.getChar());
        return text.toString();
    }

    private static void bytes(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static byte[] bytes(ByteBuffer in) {
        byte[] bytes = new byte[count(in, 1)];
        in.get(bytes);
        return bytes;
    }

    /** A count of things that take at least so many bytes each. */
    private static int count(ByteBuffer in, int bytesEach) {
        int count = in.getInt();
        if (count < 0 || (long) count * bytesEach > in.remaining()) throw new CorruptException("count " + count);
        return count;
    }

    private static void texts(DataOutputStream out, List<String> texts) throws IOException {
        out.writeInt(texts.size());
        for (String text : texts) text(out, text);
    }

    private static List<String> texts(ByteBuffer in) {
        List<String> texts = new ArrayList<>();
        for (int i = count(in, 5); i > 0; i--) texts.add(text(in));
        return List.copyOf(texts);
    }

    private static void access(DataOutputStream out, Access access) throws IOException {
        out.writeByte(access.getter().ordinal());
        if (access.getter() == Getter.OBJECT_AS) text(out, access.type());
    }

    private static Access access(ByteBuffer in) {
        int getter = in.get();
        if (getter < 0 || getter >= Getter.values().length) throw new CorruptException("getter " + getter);
        Getter known = Getter.values()[getter];
        return known == Getter.OBJECT_AS ? new Access(known, text(in)) : Access.by(known);
    }

    private static void values(DataOutputStream out, @Nullable Object[] values) throws IOException {
        out.writeInt(values.length);
        for (Object value : values) value(out, value);
    }

    private static @Nullable Object[] values(ByteBuffer in, int depth) {
        @Nullable Object[] values = new Object[count(in, 1)];
        for (int i = 0; i < values.length; i++) values[i] = value(in, depth);
        return values;
    }

    private static void value(DataOutputStream out, @Nullable Object value) throws IOException {
        if (value == null) out.writeByte('0');
        else if (value instanceof String v) text(tag(out, 's'), v);
        else if (value instanceof Boolean v) tag(out, 'z').writeBoolean(v);
        else if (value instanceof Byte v) tag(out, 'b').writeByte(v);
        else if (value instanceof Character v) tag(out, 'c').writeChar(v);
        else if (value instanceof Short v) tag(out, 'h').writeShort(v);
        else if (value instanceof Integer v) tag(out, 'i').writeInt(v);
        else if (value instanceof Long v) tag(out, 'l').writeLong(v);
        else if (value instanceof Float v) tag(out, 'f').writeInt(Float.floatToRawIntBits(v));
        else if (value instanceof Double v) tag(out, 'd').writeLong(Double.doubleToRawLongBits(v));
        else if (value instanceof BigInteger v) bytes(tag(out, 'g'), v.toByteArray());
        else if (value instanceof BigDecimal v) {
            tag(out, 'n').writeInt(v.scale());
            bytes(out, v.unscaledValue().toByteArray());
        } else if (value instanceof UUID v) {
            tag(out, 'u').writeLong(v.getMostSignificantBits());
            out.writeLong(v.getLeastSignificantBits());
        } else if (value instanceof byte[] v) bytes(tag(out, 'y'), v);
        else if (value instanceof Reads v) reads(tag(out, 'R'), v);
        else if (value instanceof Canonical v) {
            text(tag(out, 'C'), v.type());
            values(out, v.content().toArray());
        } else if (value.getClass().isArray()) array(tag(out, 'a'), value);
        else time(out, value);
    }

    private static DataOutputStream tag(DataOutputStream out, char tag) throws IOException {
        out.writeByte(tag);
        return out;
    }

    private static void time(DataOutputStream out, Object value) throws IOException {
        if (value instanceof LocalDate v) tag(out, 'D').writeLong(v.toEpochDay());
        else if (value instanceof LocalTime v) tag(out, 'T').writeLong(v.toNanoOfDay());
        else if (value instanceof LocalDateTime v) dateTime(tag(out, 'L'), v);
        else if (value instanceof OffsetTime v) {
            tag(out, 'o').writeLong(v.toLocalTime().toNanoOfDay());
            out.writeInt(v.getOffset().getTotalSeconds());
        } else if (value instanceof OffsetDateTime v) {
            dateTime(tag(out, 'O'), v.toLocalDateTime());
            out.writeInt(v.getOffset().getTotalSeconds());
        } else if (value instanceof Instant v) {
            tag(out, 'I').writeLong(v.getEpochSecond());
            out.writeInt(v.getNano());
        } else if (value instanceof Timestamp v) {
            tag(out, 'P').writeLong(v.getTime());
            out.writeInt(v.getNanos());
        } else if (value instanceof Date v) tag(out, 'A').writeLong(v.getTime());
        else if (value instanceof Time v) tag(out, 'M').writeLong(v.getTime());
        else throw new IllegalArgumentException("a value outside the closed set: " + value.getClass());
    }

    private static void dateTime(DataOutputStream out, LocalDateTime value) throws IOException {
        out.writeLong(value.toLocalDate().toEpochDay());
        out.writeLong(value.toLocalTime().toNanoOfDay());
    }

    private static LocalDateTime dateTime(ByteBuffer in) {
        return LocalDateTime.of(LocalDate.ofEpochDay(in.getLong()), LocalTime.ofNanoOfDay(in.getLong()));
    }

    private static void reads(DataOutputStream out, Reads reads) throws IOException {
        out.writeInt(reads.accesses().size());
        for (Access access : reads.accesses()) access(out, access);
        values(out, reads.values());
    }

    private static Reads reads(ByteBuffer in, int depth) {
        List<Access> accesses = new ArrayList<>();
        for (int i = count(in, 1); i > 0; i--) accesses.add(access(in));
        @Nullable Object[] values = values(in, depth + 1);
        if (values.length != accesses.size()) throw new CorruptException("as many answers as getters");
        return new Reads(List.copyOf(accesses), values);
    }

    private static void metaData(DataOutputStream out, @Nullable List<ColumnMetaData> columns) throws IOException {
        out.writeInt(columns == null ? -1 : columns.size());
        if (columns == null) return;
        for (ColumnMetaData column : columns) {
            text(out, column.label());
            text(out, column.name());
            text(out, column.table());
            text(out, column.schema());
            text(out, column.catalog());
            text(out, column.typeName());
            text(out, column.className());
            out.writeInt(column.type());
            out.writeInt(column.precision());
            out.writeInt(column.scale());
            out.writeInt(column.nullable());
            out.writeInt(column.displaySize());
            out.writeInt(column.flags());
        }
    }

    private static @Nullable List<ColumnMetaData> metaData(ByteBuffer in) {
        in.mark();
        if (in.getInt() == -1) return null;
        in.reset();
        List<ColumnMetaData> columns = new ArrayList<>();
        for (int i = count(in, 59); i > 0; i--)
            columns.add(new ColumnMetaData(
                    text(in),
                    text(in),
                    text(in),
                    text(in),
                    text(in),
                    text(in),
                    text(in),
                    in.getInt(),
                    in.getInt(),
                    in.getInt(),
                    in.getInt(),
                    in.getInt(),
                    in.getInt()));
        return List.copyOf(columns);
    }

    private static void array(DataOutputStream out, Object array) throws IOException {
        Class<?> component = array.getClass().getComponentType();
        int dimensions = 0;
        while (component.isArray()) {
            component = component.getComponentType();
            dimensions++;
        }
        out.writeByte(ComponentTypes.code(component));
        out.writeByte(dimensions);
        int length = Array.getLength(array);
        out.writeInt(length);
        for (int i = 0; i < length; i++) value(out, Array.get(array, i));
    }

    private static Object array(ByteBuffer in, int depth) {
        Class<?> component = ComponentTypes.type(in.get());
        for (int dimensions = in.get(); dimensions > 0; dimensions--) component = component.arrayType();
        int length = count(in, 1);
        Object array = Array.newInstance(component, length);
        for (int i = 0; i < length; i++) Array.set(array, i, value(in, depth + 1));
        return array;
    }

    private static @Nullable Object value(ByteBuffer in, int depth) {
        if (depth > MOST_DEPTH) throw new CorruptException("nested too deep");
        char tag = (char) in.get();
        return switch (tag) {
            case '0' -> null;
            case 's' -> text(in);
            case 'z' -> in.get() != 0;
            case 'b' -> in.get();
            case 'c' -> in.getChar();
            case 'h' -> in.getShort();
            case 'i' -> in.getInt();
            case 'l' -> in.getLong();
            case 'f' -> Float.intBitsToFloat(in.getInt());
            case 'd' -> Double.longBitsToDouble(in.getLong());
            case 'g' -> new BigInteger(bytes(in));
            case 'n' -> {
                int scale = in.getInt();
                yield new BigDecimal(new BigInteger(bytes(in)), scale);
            }
            case 'u' -> new UUID(in.getLong(), in.getLong());
            case 'y' -> bytes(in);
            case 'R' -> reads(in, depth);
            case 'C' -> new Canonical(text(in), Arrays.asList(values(in, depth + 1)));
            case 'a' -> array(in, depth);
            case 'D' -> LocalDate.ofEpochDay(in.getLong());
            case 'T' -> LocalTime.ofNanoOfDay(in.getLong());
            case 'L' -> dateTime(in);
            case 'o' -> LocalTime.ofNanoOfDay(in.getLong()).atOffset(ZoneOffset.ofTotalSeconds(in.getInt()));
            case 'O' -> dateTime(in).atOffset(ZoneOffset.ofTotalSeconds(in.getInt()));
            case 'I' -> Instant.ofEpochSecond(in.getLong(), in.getInt());
            case 'P' -> timestamp(in);
            case 'A' -> new Date(in.getLong());
            case 'M' -> new Time(in.getLong());
            default -> throw new CorruptException("tag " + (int) tag);
        };
    }

    private static Timestamp timestamp(ByteBuffer in) {
        Timestamp value = new Timestamp(in.getLong());
        value.setNanos(in.getInt());
        return value;
    }

    private interface Body {
        void write(DataOutputStream out) throws IOException;
    }

    private interface Reader<T> {
        T read(ByteBuffer in);
    }
}
