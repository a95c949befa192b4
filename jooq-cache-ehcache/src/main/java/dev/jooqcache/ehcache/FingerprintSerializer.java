package dev.jooqcache.ehcache;

import dev.jooqcache.spi.Fingerprint;
import dev.jooqcache.spi.ResultCodec;
import dev.jooqcache.spi.ResultCodec.CorruptException;
import java.nio.ByteBuffer;
import org.ehcache.spi.serialization.Serializer;

/** Writes the keys of the tiers below the heap. */
final class FingerprintSerializer implements Serializer<Fingerprint> {

    private final ResultCodec codec;

    FingerprintSerializer(ResultCodec codec) {
        this.codec = codec;
    }

    @Override
    public ByteBuffer serialize(Fingerprint fingerprint) {
        return ByteBuffer.wrap(codec.encode(fingerprint));
    }

    @Override
    public Fingerprint read(ByteBuffer binary) {
        return codec.decodeKey(EntrySerializer.bytes(binary));
    }

    @Override
    public boolean equals(Fingerprint fingerprint, ByteBuffer binary) {
        try {
            return fingerprint.equals(read(binary));
        } catch (CorruptException e) {
            return false;
        }
    }
}
