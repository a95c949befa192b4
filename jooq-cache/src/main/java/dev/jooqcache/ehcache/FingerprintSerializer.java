package dev.jooqcache.ehcache;

import dev.jooqcache.spi.Codec;
import dev.jooqcache.spi.Codec.CorruptException;
import dev.jooqcache.spi.Fingerprint;
import java.nio.ByteBuffer;
import org.ehcache.spi.serialization.Serializer;

/** Writes the keys of the tiers below the heap. */
final class FingerprintSerializer implements Serializer<Fingerprint> {

    @Override
    public ByteBuffer serialize(Fingerprint fingerprint) {
        return ByteBuffer.wrap(Codec.encode(fingerprint));
    }

    @Override
    public Fingerprint read(ByteBuffer binary) {
        return Codec.decodeFingerprint(EntrySerializer.bytes(binary));
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
