package dev.jooqcache.testing;

import dev.jooqcache.spi.Fingerprint;
import dev.jooqcache.spi.ResultCodec;
import dev.jooqcache.spi.ResultStore;
import dev.jooqcache.spi.StoredResult;
import java.time.Duration;

/** Passes everything on to another store; tests override what they want to see, delay or break. */
public class ForwardingResultStore implements ResultStore {

    private final ResultStore store;

    public ForwardingResultStore(ResultStore store) {
        this.store = store;
    }

    @Override
    public void open(ResultCodec codec) {
        store.open(codec);
    }

    @Override
    public StoredResult get(Fingerprint key) {
        return store.get(key);
    }

    @Override
    public void put(Fingerprint key, StoredResult result, Duration timeToLive) {
        store.put(key, result, timeToLive);
    }

    @Override
    public void remove(Fingerprint key) {
        store.remove(key);
    }

    @Override
    public void clear() {
        store.clear();
    }

    @Override
    public long evictions() {
        return store.evictions();
    }

    @Override
    public long expirations() {
        return store.expirations();
    }

    @Override
    public int maximumEntries() {
        return store.maximumEntries();
    }

    @Override
    public void close() {
        store.close();
    }
}
