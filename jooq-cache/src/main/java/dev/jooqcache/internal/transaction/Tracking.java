package dev.jooqcache.internal.transaction;

import dev.jooqcache.internal.generation.Generations;
import dev.jooqcache.internal.transaction.TrackedConnectionProvider.Binding;
import dev.jooqcache.internal.transaction.TrackedSource.Returning;
import dev.jooqcache.spi.Tags;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.jooq.ConnectionProvider;
import org.jooq.impl.DataSourceConnectionProvider;
import org.jooq.impl.DefaultConnectionProvider;
import org.jspecify.annotations.Nullable;

/** All data sources of one cache, each known by one name. Thread-safe. */
public final class Tracking {

    /** Pools and drivers whose {@code getConnection()} never answers a connection that is in use. */
    private static final Set<String> PLAIN_POOLS = Set.of(
            "com.zaxxer.hikari.HikariDataSource",
            "org.apache.commons.dbcp2.BasicDataSource",
            "org.apache.tomcat.jdbc.pool.DataSource",
            "com.mchange.v2.c3p0.ComboPooledDataSource",
            "org.h2.jdbcx.JdbcDataSource",
            "org.h2.jdbcx.JdbcConnectionPool",
            "org.postgresql.ds.PGSimpleDataSource",
            "org.mariadb.jdbc.MariaDbDataSource",
            "org.mariadb.jdbc.MariaDbPoolDataSource",
            "com.mysql.cj.jdbc.MysqlDataSource",
            "org.sqlite.SQLiteDataSource");

    /** The same of those that enlist their connections in the thread's global transaction. */
    private static final Set<String> ENLISTING_POOLS = Set.of(
            "com.atomikos.jdbc.AtomikosDataSourceBean",
            "com.atomikos.jdbc.AtomikosNonXADataSourceBean",
            "io.agroal.pool.DataSource");

    private final String cacheName;
    private final Generations generations;
    private final Effects effects;
    private final CommitDoubts doubts;
    private final KnownConnections connections;
    private final SchemaWatch schemas;
    private final AtomicInteger names = new AtomicInteger();
    private final Map<Object, TrackedSource> sources = Collections.synchronizedMap(new WeakHashMap<>());

    /**
     * Begins without data sources.
     *
     * @param cacheName begins every log line
     * @param generations where writes are announced
     * @param effects what statements do
     * @param doubts where unknown outcomes are looked after
     */
    public Tracking(String cacheName, Generations generations, Effects effects, CommitDoubts doubts) {
        this.cacheName = cacheName;
        this.generations = generations;
        this.effects = effects;
        this.doubts = doubts;
        this.schemas = new SchemaWatch(generations, this::forgetSchemas);
        this.connections = new KnownConnections(schemas, doubts);
    }

    /**
     * Tracks a pool. The same pool is the same data source, however often it is tracked.
     *
     * @param pool the innermost pool
     * @return a data source that sees every commit
     */
    public TrackedDataSource track(DataSource pool) {
        if (pool instanceof TrackedDataSource tracked && isOurs(tracked.source())) return tracked;
        return new TrackedDataSource(pool, source(pool, pool::getConnection));
    }

    /**
     * Tracks what a connection provider gives out.
     *
     * @param provider any provider
     * @return a provider of tracked connections
     */
    public TrackedConnectionProvider track(ConnectionProvider provider) {
        if (provider instanceof TrackedConnectionProvider tracked) return tracked;
        if (provider instanceof DataSourceConnectionProvider pooled) return bind(pooled, pooled.dataSource());
        if (provider instanceof DefaultConnectionProvider single) {
            Connection connection = single.acquire();
            Session session = connection == null ? null : TrackedConnectionProvider.sessionOf(connection);
            if (session != null && isOurs(session.source()))
                return new TrackedConnectionProvider(provider, session.source(), Binding.UNKNOWN);
            Object identity = connection == null ? provider : PhysicalConnections.physical(connection);
            return new TrackedConnectionProvider(provider, source(identity, null), Binding.UNKNOWN);
        }
        return new TrackedConnectionProvider(provider, source(provider, null), Binding.UNKNOWN);
    }

    private TrackedConnectionProvider bind(ConnectionProvider provider, DataSource pool) {
        if (pool instanceof TrackedDataSource tracked && isOurs(tracked.source()))
            return new TrackedConnectionProvider(provider, tracked.source(), Binding.FRESH);
        String type = pool.getClass().getName();
        if (PLAIN_POOLS.contains(type) || ENLISTING_POOLS.contains(type)) {
            TrackedDataSource tracked = track(pool);
            return new TrackedConnectionProvider(
                    new DataSourceConnectionProvider(tracked), tracked.source(), Binding.FRESH);
        }
        TrackedSource inner = innerSource(pool);
        if (inner == null)
            return new TrackedConnectionProvider(provider, source(pool, pool::getConnection), Binding.UNKNOWN);
        return new TrackedConnectionProvider(provider, inner, SpringBinding.of(pool));
    }

    private @Nullable TrackedSource innerSource(DataSource pool) {
        try {
            if (!pool.isWrapperFor(TrackedDataSource.class)) return null;
            TrackedSource source = pool.unwrap(TrackedDataSource.class).source();
            return isOurs(source) ? source : null;
        } catch (SQLException | RuntimeException e) {
            return null;
        }
    }

    /**
     * Announces a writer of unknown effect whom nobody sees.
     *
     * @return ends it: what is known of the schemas is forgotten, and everything is invalidated
     */
    public Runnable announceEverything() {
        return schemas.announce(Tags.everything(), schemas.version(), SchemaWatch.Change.SCHEMA)::committed;
    }

    private void forgetSchemas() {
        List<TrackedSource> all;
        synchronized (sources) {
            all = List.copyOf(sources.values());
        }
        all.forEach(TrackedSource::forgetSchema);
    }

    private boolean isOurs(TrackedSource source) {
        return source.generations() == generations;
    }

    private static Returning returning(Object identity) {
        return identity.getClass().getName().equals("com.zaxxer.hikari.HikariDataSource")
                ? Returning.ROLLED_BACK
                : Returning.UNKNOWN;
    }

    private TrackedSource source(Object identity, CommitDoubts.@Nullable Asker asker) {
        synchronized (sources) {
            TrackedSource known = sources.get(identity);
            if (known != null) return known;
            TrackedSource made = new TrackedSource(
                    cacheName,
                    Integer.toString(names.incrementAndGet()),
                    generations,
                    effects,
                    doubts,
                    connections,
                    schemas,
                    returning(identity),
                    Enlisting.of(identity, PLAIN_POOLS),
                    asker);
            sources.put(identity, made);
            return made;
        }
    }
}
