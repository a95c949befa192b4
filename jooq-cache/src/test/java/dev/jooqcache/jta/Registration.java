package dev.jooqcache.jta;

import dev.jooqcache.QueryCache;
import dev.jooqcache.testing.Database;
import javax.sql.DataSource;
import org.jooq.DSLContext;
import org.jooq.impl.DefaultConfiguration;

/** The ways in which a cache is registered. */
enum Registration {
    DERIVE {
        @Override
        DSLContext dsl(QueryCache cache, DataSource pool, Database database) {
            return cache.derive(configuration(pool, database)).dsl();
        }
    },
    TRACK {
        @Override
        DSLContext dsl(QueryCache cache, DataSource pool, Database database) {
            return cache.derive(configuration(cache.track(pool), database)).dsl();
        }
    },
    LISTENER {
        @Override
        DSLContext dsl(QueryCache cache, DataSource pool, Database database) {
            return configuration(pool, database)
                    .derive(cache.executeListenerProvider())
                    .dsl();
        }
    };

    abstract DSLContext dsl(QueryCache cache, DataSource pool, Database database);

    private static DefaultConfiguration configuration(DataSource pool, Database database) {
        DefaultConfiguration configuration = new DefaultConfiguration();
        configuration.set(pool);
        configuration.set(database.dialect());
        return configuration;
    }
}
