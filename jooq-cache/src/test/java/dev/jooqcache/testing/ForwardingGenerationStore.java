package dev.jooqcache.testing;

import dev.jooqcache.spi.GenerationStore;
import dev.jooqcache.spi.Stamp;
import dev.jooqcache.spi.Tags;

/** Passes everything on to another store; tests override what they want to see, delay or break. */
public class ForwardingGenerationStore implements GenerationStore {

    private final GenerationStore store;

    public ForwardingGenerationStore(GenerationStore store) {
        this.store = store;
    }

    @Override
    public Stamp capture(Tags tags) {
        return store.capture(tags);
    }

    @Override
    public long now() {
        return store.now();
    }

    @Override
    public Intent intent(Tags tags) {
        return store.intent(tags);
    }

    @Override
    public void commit(Intent intent) {
        store.commit(intent);
    }

    @Override
    public void abandon(Intent intent) {
        store.abandon(intent);
    }

    @Override
    public void renew() {
        store.renew();
    }

    @Override
    public void close() {
        store.close();
    }
}
