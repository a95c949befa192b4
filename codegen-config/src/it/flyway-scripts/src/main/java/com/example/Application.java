package com.example;

import com.example.db.DefaultSchemaCacheModel;
import dev.jooqcache.QueryCache;

/** Uses the generated model as docs/codegen-plugin.md says. */
public final class Application {

    private Application() {}

    /** A cache that asks the catalog nothing. */
    public static QueryCache cache() {
        return QueryCache.builder().model(new DefaultSchemaCacheModel()).build();
    }
}
