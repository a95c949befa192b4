package dev.jooqcache.testing;

import dev.jooqcache.spi.Fingerprint;
import dev.jooqcache.spi.ResultCodec;
import dev.jooqcache.spi.ResultStore;
import dev.jooqcache.spi.StoredResult;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Keeps results in their binary form, as a store outside the heap does. */
public final class EncodedStore implements ResultStore {

    private record Key(byte[] bytes) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Key key && Arrays.equals(bytes, key.bytes);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(bytes);
        }
    }

    private final Map<Key, byte[]> results = new ConcurrentHashMap<>();
    private ResultCodec codec;

    private Key key(Fingerprint key) {
        return new Key(codec.encode(key));
    }

    @Override
    public void open(ResultCodec codec) {
        if (this.codec != null) throw new IllegalStateException("opened twice");
        this.codec = codec;
    }

    @Override
    public StoredResult get(Fingerprint key) {
        byte[] bytes = results.get(key(key));
        return bytes == null ? null : codec.decodeResult(bytes);
    }

    @Override
    public void put(Fingerprint key, StoredResult result, Duration timeToLive) {
        results.put(key(key), codec.encode(result));
    }

    @Override
    public void remove(Fingerprint key) {
        results.remove(key(key));
    }

    @Override
    public void clear() {
        results.clear();
    }

    @Override
    public long evictions() {
        return 0;
    }

    @Override
    public long expirations() {
        return 0;
    }

    @Override
    public void close() {
        results.clear();
    }
}
