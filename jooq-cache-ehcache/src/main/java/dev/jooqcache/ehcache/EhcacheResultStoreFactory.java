package dev.jooqcache.ehcache;

import dev.jooqcache.spi.ResultStore;
import dev.jooqcache.spi.ResultStoreFactory;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Creates the store of caches that are given none: {@link EhcacheResultStore#onHeap()}. Found by {@code ServiceLoader}. */
public final class EhcacheResultStoreFactory implements ResultStoreFactory {

    /** For {@code ServiceLoader}. */
    public EhcacheResultStoreFactory() {}

    @Override
    public ResultStore create(int maximumEntries, @Nullable Duration expireAfterWrite) {
        EhcacheResultStore.Builder heap = EhcacheResultStore.onHeap().maximumEntries(maximumEntries);
        if (expireAfterWrite != null) heap.expireAfterWrite(expireAfterWrite);
        return heap.build();
    }
}
