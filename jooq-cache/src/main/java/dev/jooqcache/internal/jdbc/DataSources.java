package dev.jooqcache.internal.jdbc;

import dev.jooqcache.internal.generation.GuardedGenerations;
import dev.jooqcache.internal.transaction.DatabaseId;
import dev.jooqcache.internal.transaction.Enlisting;
import dev.jooqcache.internal.transaction.InDoubtCommits;
import dev.jooqcache.internal.transaction.KnownConnections;
import dev.jooqcache.internal.transaction.OtherInstances;
import dev.jooqcache.internal.transaction.PhysicalConnections;
import dev.jooqcache.internal.transaction.SchemaVersions;
import dev.jooqcache.internal.transaction.Session;
import dev.jooqcache.internal.transaction.SessionStates;
import dev.jooqcache.internal.transaction.StatementEffects;
import dev.jooqcache.internal.transaction.TrackedSource;
import dev.jooqcache.internal.transaction.TrackedSource.Returning;
import dev.jooqcache.internal.transaction.TransactionBinding;
import dev.jooqcache.internal.transaction.UnplacedWrites;
import dev.jooqcache.internal.transaction.UnseenStatements;
import dev.jooqcache.spi.Tags;
import io.r2dbc.spi.ConnectionFactory;
import java.lang.ref.SoftReference;
import java.lang.ref.WeakReference;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.WeakHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jooq.ConnectionProvider;
import org.jooq.SQLDialect;
import org.jooq.impl.DataSourceConnectionProvider;
import org.jooq.impl.DefaultConfiguration;
import org.jooq.impl.DefaultConnectionProvider;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All data sources of one cache, each known by one name. Thread-safe. */
public final class DataSources {

    private static final Logger LOG = LoggerFactory.getLogger("dev.jooqcache");

    /** How many databases are known at a time behind data sources that lead to several. */
    private static final int MOST_DATABASES = 1_000;

    private static final Class<?> NO_FACTORY =
            new DefaultConfiguration().connectionFactory().getClass();

    private final String cacheName;
    private final GuardedGenerations generations;
    private final StatementEffects effects;
    private final InDoubtCommits doubts;
    private final KnownConnections connections;
    private final SchemaVersions schemas;
    private final OtherInstances others;
    private final boolean isStrict;
    private final Map<Object, Boolean> untracked = Collections.synchronizedMap(new WeakHashMap<>());
    private final AtomicInteger names = new AtomicInteger();

    /** What is known of each pool, and of each connection whose driver does not tell its database. */
    private final Map<Object, TrackedSource> sources = new WeakHashMap<>();

    /** What is known of the databases behind data sources that lead to several, or to one that is not known. */
    private final Map<DatabaseId, TrackedSource> databases = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<DatabaseId, TrackedSource> eldest) {
            return size() > MOST_DATABASES;
        }
    };

    /** Softly, as the route of a pool refers to the pool. */
    private final Map<DataSource, SoftReference<Optional<DataSourceRoute>>> routes =
            Collections.synchronizedMap(new WeakHashMap<>());

    /**
     * Begins without data sources.
     *
     * @param cacheName begins every log line
     * @param generations where writes are announced
     * @param effects what statements do
     * @param doubts where unknown outcomes are looked after
     * @param untracked what is done about an untracked data source under the listener
     */
    public DataSources(
            String cacheName,
            GuardedGenerations generations,
            StatementEffects effects,
            InDoubtCommits doubts,
            Untracked untracked) {
        this.isStrict = untracked == Untracked.REFUSED;
        this.others = new OtherInstances(cacheName, generations.isOfThisJvm());
        this.cacheName = cacheName;
        this.generations = generations;
        this.effects = effects;
        this.doubts = doubts;
        this.schemas = new SchemaVersions(generations, this::forgetSchemas);
        this.connections = new KnownConnections(schemas, doubts);
    }

    /**
     * Tracks a data source. The same pool is the same data source, however often and behind whatever proxies it is tracked.
     *
     * @param dataSource best the innermost pool
     * @return a data source that sees every commit
     */
    public TrackedDataSource track(DataSource dataSource) {
        if (dataSource instanceof TrackedDataSource tracked && tracked.isOf(this)) return tracked;
        DataSourceRoute route = route(dataSource);
        return new TrackedDataSource(dataSource, this, route, route == null ? null : source(route));
    }

    /**
     * Tracks a data source of which the caller knows that it is one pool.
     *
     * @param pool leads to one database, whatever its class is
     * @return a data source that sees every commit
     */
    public TrackedDataSource trackPool(DataSource pool) {
        if (DataSourceRoute.mayLendTwice(pool)) return track(pool);
        DataSourceRoute route = new DataSourceRoute(pool, true, TransactionBinding.FRESH);
        return new TrackedDataSource(pool, this, route, source(route));
    }

    /**
     * Tracks what a connection provider gives out.
     *
     * @param provider any provider
     * @return a provider of tracked connections
     */
    public TrackedConnectionProvider track(ConnectionProvider provider) {
        if (provider instanceof TrackedConnectionProvider tracked) return tracked;
        if (provider instanceof DataSourceConnectionProvider pooled
                && pooled.getClass() == DataSourceConnectionProvider.class) return bind(pooled, pooled.dataSource());
        if (provider.getClass() == DefaultConnectionProvider.class) {
            Connection connection = provider.acquire();
            Session session = connection == null ? null : TrackedConnectionProvider.sessionOf(connection);
            if (session != null && isOurs(session.source()))
                return new TrackedConnectionProvider(provider, this, session.source(), TransactionBinding.UNKNOWN);
        }
        return new TrackedConnectionProvider(provider, this, null);
    }

    /**
     * Tracks what a connection provider gives out to a configuration that has the listener. Where others may use the same
     * data source past the cache, a warning tells so once, or the execution is refused.
     *
     * @param provider any provider
     * @return a provider of tracked connections
     * @throws IllegalStateException if untracked data sources are refused
     */
    public TrackedConnectionProvider follow(ConnectionProvider provider) {
        TrackedConnectionProvider tracked = track(provider);
        if (tracked != provider && provider.getClass() != DefaultConnectionProvider.class) {
            Object origin = provider instanceof DataSourceConnectionProvider pooled ? pooled.dataSource() : provider;
            boolean isRouter = origin instanceof DataSource dataSource && route(dataSource) == null;
            // A router answers for the pool that it leads to now.
            boolean isSeen = origin instanceof DataSource dataSource && isTracked(dataSource);
            if (!isSeen && origin instanceof DataSource && !isRouter) untracked(origin);
            else if (!isSeen) tracked.onUntracked(() -> untracked(origin));
        }
        return tracked;
    }

    /**
     * Looks at the R2DBC connection factory of a configuration that has the listener. jOOQ tells no listener what it executes
     * there. Where it is untracked, a warning tells so once, or the execution is refused.
     *
     * @param factory the configuration's factory, perhaps the one of jOOQ that has no connections
     * @throws IllegalStateException if what is untracked is refused
     */
    public void look(ConnectionFactory factory) {
        if (!hasConnections(factory) || factory.getClass().getName().startsWith("org.jooq.impl.")) return;
        if (factory instanceof FollowedFactory followed && followed.isFollowedBy(this)) return;
        untracked(
                factory,
                "the configuration has an untracked R2DBC connection factory, whose writes are not seen: " + factory
                        + ". Pass it through cache.track(connectionFactory), or use cache.derive(configuration)");
    }

    /**
     * Returns whether jOOQ can execute statements through a configuration's connection factory.
     *
     * @param factory any factory
     * @return false for the one of jOOQ that stands for none
     */
    public static boolean hasConnections(ConnectionFactory factory) {
        return factory.getClass() != NO_FACTORY;
    }

    private void untracked(Object origin) {
        untracked(
                origin,
                "the listener follows queries on an untracked data source, so commits, and writes by other means than"
                        + " jOOQ, are not seen there: " + origin
                        + ". Pass it through cache.track(dataSource) once, and use the result everywhere");
    }

    private void untracked(Object origin, String what) {
        String message = cacheName + ": " + what;
        if (isStrict) throw new IllegalStateException(message);
        if (untracked.put(origin, true) == null) LOG.warn(message);
    }

    /** What is done about an untracked data source under the listener. */
    public enum Untracked {
        /** One warning. */
        WARNED,
        /** The execution fails. */
        REFUSED
    }

    private TrackedConnectionProvider bind(ConnectionProvider provider, DataSource dataSource) {
        DataSourceRoute route = route(dataSource);
        if (route == null) return bindUnknown(provider, dataSource);
        TrackedSource source = source(route);
        boolean isFresh = route.binding() == TransactionBinding.FRESH;
        if (isFresh && !isTracked(dataSource)) {
            DataSource tracked = new TrackedDataSource(dataSource, this, route, source);
            return new TrackedConnectionProvider(
                    new DataSourceConnectionProvider(tracked), this, source, TransactionBinding.FRESH);
        }
        // On connections that others hold too, transactions begin and end unseen, unless the pool itself is tracked.
        TransactionBinding binding = isTracked(dataSource) ? route.binding() : TransactionBinding.UNKNOWN;
        return new TrackedConnectionProvider(provider, this, source, binding);
    }

    /** A pool of global transactions is followed from the check-out on; of anything else, each connection. */
    private TrackedConnectionProvider bindUnknown(ConnectionProvider provider, DataSource dataSource) {
        ConnectionProvider followed = DataSourceRoute.isTransactional(dataSource)
                ? new DataSourceConnectionProvider(track(dataSource))
                : provider;
        return new TrackedConnectionProvider(followed, this, dataSource);
    }

    private @Nullable DataSourceRoute route(DataSource dataSource) {
        if (dataSource instanceof TrackedDataSource tracked) return tracked.route();
        SoftReference<Optional<DataSourceRoute>> kept = routes.get(dataSource);
        Optional<DataSourceRoute> known = kept == null ? null : kept.get();
        if (known == null) {
            known = Optional.ofNullable(DataSourceRoute.of(dataSource));
            routes.put(dataSource, new SoftReference<>(known));
        }
        return known.orElse(null);
    }

    /** Returns whether a data source is tracked by this cache, perhaps under wrappers. */
    private boolean isTracked(DataSource dataSource) {
        try {
            if (dataSource instanceof TrackedDataSource tracked) return tracked.isOf(this);
            return dataSource.isWrapperFor(TrackedDataSource.class)
                    && dataSource.unwrap(TrackedDataSource.class).isOf(this);
        } catch (SQLException | RuntimeException | LinkageError e) {
            return false;
        }
    }

    /** Returns whether a connection is tracked by this cache, perhaps under wrappers. */
    boolean isTracked(Connection connection) {
        Session session = TrackedConnectionProvider.sessionOf(connection);
        return session != null && isOurs(session.source());
    }

    /**
     * Announces an untracked write of unknown scope.
     *
     * @return ends it: what is known of the schemas is forgotten, and everything is invalidated
     */
    public Runnable announceEverything() {
        return schemas.announce(Tags.everything(), schemas.version(), SchemaVersions.Change.SCHEMA)::committed;
    }

    private void forgetSchemas() {
        List<TrackedSource> all = new ArrayList<>();
        synchronized (sources) {
            all.addAll(sources.values());
            all.addAll(databases.values());
        }
        all.forEach(TrackedSource::forgetSchema);
    }

    private boolean isOurs(TrackedSource source) {
        return source.generations() == generations;
    }

    private static Returning returning(DataSource pool) {
        return pool.getClass().getName().equals("com.zaxxer.hikari.HikariDataSource")
                ? Returning.ROLLED_BACK
                : Returning.UNKNOWN;
    }

    private TrackedSource source(DataSourceRoute route) {
        DataSource pool = route.pool();
        synchronized (sources) {
            TrackedSource known = sources.get(pool);
            if (known != null) return known;
            TrackedSource made = made(
                    returning(pool),
                    route.enlisting(),
                    asker(pool, null),
                    new SessionStates(route.isPooled(), unseenStatements(pool)));
            sources.put(pool, made);
            return made;
        }
    }

    /** A pool's own statements, read anew each time: what is set after it was tracked counts. */
    private static Supplier<UnseenStatements> unseenStatements(DataSource pool) {
        WeakReference<DataSource> kept = new WeakReference<>(pool);
        return () -> {
            DataSource still = kept.get();
            return still == null ? UnseenStatements.UNKNOWN : DataSourceRoute.unseenStatements(still);
        };
    }

    /**
     * What is known of the database that a connection leads to, as far as its driver tells.
     *
     * @param connection the connection
     * @param dataSource where it comes from, or {@code null} if that is not known
     */
    TrackedSource source(Connection connection, @Nullable DataSource dataSource) {
        DatabaseId database = DatabaseId.of(connection);
        synchronized (sources) {
            if (database == null)
                return sources.computeIfAbsent(
                        PhysicalConnections.physical(connection),
                        id -> made(Returning.UNKNOWN, Enlisting.POSSIBLE, null, null));
            TrackedSource known =
                    databases.computeIfAbsent(database, id -> made(Returning.UNKNOWN, Enlisting.POSSIBLE, null, null));
            if (dataSource != null) {
                if (DataSourceRoute.pools(dataSource).isEmpty()) known.askOn(asker(dataSource, database));
                else known.askOnPools(poolAsker(dataSource, database));
            }
            return known;
        }
    }

    /** Asks a database on another connection, or not if the data source leads to another database by then. */
    private static InDoubtCommits.Asker asker(DataSource dataSource, @Nullable DatabaseId database) {
        WeakReference<DataSource> kept = new WeakReference<>(dataSource);
        return () -> {
            DataSource source = kept.get();
            Connection connection = source == null ? null : source.getConnection();
            if (connection == null || database == null || database.isReachedBy(connection)) return connection;
            connection.close();
            return null;
        };
    }

    /** The same, on that one of several pools which leads to the database. */
    private static InDoubtCommits.Asker poolAsker(DataSource dataSource, DatabaseId database) {
        WeakReference<DataSource> kept = new WeakReference<>(dataSource);
        return () -> {
            DataSource source = kept.get();
            if (source == null) return null;
            for (DataSource pool : DataSourceRoute.pools(source)) {
                Connection connection = pool.getConnection();
                if (database.isReachedBy(connection)) return connection;
                connection.close();
            }
            return null;
        };
    }

    /**
     * What is known where there is no connection to ask.
     *
     * @return a data source without a schema
     */
    public TrackedSource withoutConnection() {
        return made(Returning.UNKNOWN, Enlisting.POSSIBLE, null, null);
    }

    /**
     * Begins to follow writers that use no JDBC.
     *
     * @param dialect the dialect of their statements
     * @return what announces their writes
     */
    public UnplacedWrites unplacedWrites(SQLDialect dialect) {
        TrackedSource elsewhere = withoutConnection();
        elsewhere.speak(dialect);
        return new UnplacedWrites(cacheName, elsewhere, effects, schemas, doubts, connections);
    }

    private TrackedSource made(
            Returning returning,
            Enlisting enlisting,
            InDoubtCommits.@Nullable Asker asker,
            @Nullable SessionStates states) {
        String name = Integer.toString(names.incrementAndGet());
        return new TrackedSource(
                cacheName,
                name,
                generations,
                effects,
                doubts,
                connections,
                schemas,
                others,
                returning,
                enlisting,
                asker,
                states);
    }
}
