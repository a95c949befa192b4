package dev.jooqcache.ehcache;

import dev.jooqcache.ehcache.EhcacheResultStore.Entry;
import dev.jooqcache.spi.Codec;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.ehcache.spi.serialization.Serializer;

/** Writes the values of the tiers below the heap: the result after its own time to live in milliseconds, or -1, and its time of put. */
final class EntrySerializer implements Serializer<Entry> {

    @Override
    public ByteBuffer serialize(Entry entry) {
        byte[] result = Codec.encode(entry.result());
        Duration timeToLive = entry.timeToLive();
        ByteBuffer buffer = ByteBuffer.allocate(16 + result.length);
        buffer.putLong(timeToLive == null ? -1 : timeToLive.toMillis());
        buffer.putLong(entry.putAt()).put(result).flip();
        return buffer;
    }

    @Override
    public Entry read(ByteBuffer binary) {
        byte[] bytes = bytes(binary);
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        long millis = buffer.getLong();
        long putAt = buffer.getLong();
        byte[] result = new byte[buffer.remaining()];
        buffer.get(result);
        return new Entry(Codec.decodeResult(result), millis < 0 ? null : Duration.ofMillis(millis), putAt);
    }

    @Override
    public boolean equals(Entry entry, ByteBuffer binary) {
        return entry.result().stamp().equals(read(binary).result().stamp());
    }

    /** The buffer's content; its position stays, as Ehcache may hand the same buffer out again. */
    static byte[] bytes(ByteBuffer binary) {
        byte[] bytes = new byte[binary.remaining()];
        binary.duplicate().get(bytes);
        return bytes;
    }
}
