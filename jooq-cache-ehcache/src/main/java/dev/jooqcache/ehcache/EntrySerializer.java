package dev.jooqcache.ehcache;

import dev.jooqcache.ehcache.EhcacheResultStore.Entry;
import dev.jooqcache.spi.ResultCodec;
import dev.jooqcache.spi.ResultCodec.CorruptException;
import dev.jooqcache.spi.StoredResult;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.ehcache.spi.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/** Writes the values of the tiers below the heap: the result after its own time to live in milliseconds, or -1, and its time of put. */
final class EntrySerializer implements Serializer<Entry> {

    private static final int HEADER = 8 + 8;

    private final ResultCodec codec;

    EntrySerializer(ResultCodec codec) {
        this.codec = codec;
    }

    @Override
    public ByteBuffer serialize(Entry entry) {
        StoredResult whole = entry.result();
        byte[] result = whole == null ? new byte[0] : codec.encode(whole);
        Duration timeToLive = entry.timeToLive();
        ByteBuffer buffer = ByteBuffer.allocate(HEADER + result.length);
        buffer.putLong(timeToLive == null ? -1 : timeToLive.toMillis());
        buffer.putLong(entry.putAt()).put(result).flip();
        return buffer;
    }

    @Override
    public Entry read(ByteBuffer binary) {
        byte[] bytes = bytes(binary);
        if (bytes.length < HEADER) return new Entry(null, null, 0);
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        long millis = buffer.getLong();
        long putAt = buffer.getLong();
        byte[] result = new byte[buffer.remaining()];
        buffer.get(result);
        return new Entry(decoded(result), millis < 0 ? null : Duration.ofMillis(millis), putAt);
    }

    private @Nullable StoredResult decoded(byte[] result) {
        try {
            return codec.decodeResult(result);
        } catch (CorruptException e) {
            return null;
        }
    }

    @Override
    public boolean equals(Entry entry, ByteBuffer binary) {
        return serialize(entry).equals(binary);
    }

    /** The buffer's content; its position stays, as Ehcache may hand the same buffer out again. */
    static byte[] bytes(ByteBuffer binary) {
        byte[] bytes = new byte[binary.remaining()];
        binary.duplicate().get(bytes);
        return bytes;
    }
}
