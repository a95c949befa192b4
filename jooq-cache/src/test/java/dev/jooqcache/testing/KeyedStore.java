package dev.jooqcache.testing;

import dev.jooqcache.spi.Fingerprint;
import dev.jooqcache.spi.ResultCodec;
import dev.jooqcache.spi.ResultStore;
import dev.jooqcache.spi.StoredResult;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A simple store that tells its keys. */
public class KeyedStore implements ResultStore {

    private final Map<Fingerprint, StoredResult> results = new ConcurrentHashMap<>();
    private final List<Fingerprint> looked = new CopyOnWriteArrayList<>();

    /** The fingerprints under which results were put. */
    public List<Fingerprint> keys() {
        return List.copyOf(results.keySet());
    }

    /** The fingerprints that were looked up, in that order. */
    public List<Fingerprint> lookedUp() {
        return List.copyOf(looked);
    }

    @Override
    public void open(ResultCodec codec) {}

    @Override
    public StoredResult get(Fingerprint key) {
        looked.add(key);
        return results.get(key);
    }

    @Override
    public void put(Fingerprint key, StoredResult result, Duration timeToLive) {
        results.put(key, result);
    }

    @Override
    public void remove(Fingerprint key) {
        results.remove(key);
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
    public void close() {}
}
