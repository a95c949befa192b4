package dev.jooqcache.ehcache;

import dev.jooqcache.ehcache.EhcacheResultStore.Entry;
import dev.jooqcache.spi.Fingerprint;
import java.util.Map;
import org.ehcache.Cache;
import org.ehcache.spi.resilience.ResilienceStrategy;
import org.ehcache.spi.resilience.StoreAccessException;
import org.jspecify.annotations.Nullable;

/** Lets failures of the store be seen; Ehcache's own strategy hides them. */
final class Throwing implements ResilienceStrategy<Fingerprint, Entry> {

    private static IllegalStateException failed(StoreAccessException e) {
        return new IllegalStateException("Ehcache failed", e);
    }

    @Override
    public @Nullable Entry getFailure(Fingerprint key, StoreAccessException e) {
        throw failed(e);
    }

    @Override
    public boolean containsKeyFailure(Fingerprint key, StoreAccessException e) {
        throw failed(e);
    }

    @Override
    public void putFailure(Fingerprint key, Entry value, StoreAccessException e) {
        throw failed(e);
    }

    @Override
    public void removeFailure(Fingerprint key, StoreAccessException e) {
        throw failed(e);
    }

    @Override
    public void clearFailure(StoreAccessException e) {
        throw failed(e);
    }

    @Override
    public Cache.@Nullable Entry<Fingerprint, Entry> iteratorFailure(StoreAccessException e) {
        throw failed(e);
    }

    @Override
    public @Nullable Entry putIfAbsentFailure(Fingerprint key, Entry value, StoreAccessException e) {
        throw failed(e);
    }

    @Override
    public boolean removeFailure(Fingerprint key, Entry value, StoreAccessException e) {
        throw failed(e);
    }

    @Override
    public @Nullable Entry replaceFailure(Fingerprint key, Entry value, StoreAccessException e) {
        throw failed(e);
    }

    @Override
    public boolean replaceFailure(Fingerprint key, Entry value, Entry newValue, StoreAccessException e) {
        throw failed(e);
    }

    @Override
    public Map<Fingerprint, Entry> getAllFailure(Iterable<? extends Fingerprint> keys, StoreAccessException e) {
        throw failed(e);
    }

    @Override
    public void putAllFailure(Map<? extends Fingerprint, ? extends Entry> entries, StoreAccessException e) {
        throw failed(e);
    }

    @Override
    public void removeAllFailure(Iterable<? extends Fingerprint> keys, StoreAccessException e) {
        throw failed(e);
    }
}
