package dev.jooqcache.internal.jdbc;

import dev.jooqcache.internal.transaction.DatabaseId;
import dev.jooqcache.internal.transaction.Enlisting;
import dev.jooqcache.internal.transaction.Getters;
import dev.jooqcache.internal.transaction.TransactionBinding;
import dev.jooqcache.internal.transaction.UnseenStatements;
import java.lang.reflect.InvocationTargetException;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The one pool that a data source leads to, if its class and its configuration leave no doubt.
 *
 * <p>A router, a tenant wrapper and a proxy are data sources like any other, and one object of theirs leads to several
 * databases, schemas or roles. So only classes are known here whose code was read, by their exact names, since a subclass may
 * do anything; and of these only configurations with one host and without hooks of the user's own.
 *
 * @param pool the innermost data source: a pool or a driver's own
 * @param isPooled whether it hands out a connection again after its return
 * @param binding whether an execution on the outer data source begins outside any transaction
 */
record DataSourceRoute(DataSource pool, boolean isPooled, TransactionBinding binding) {

    private static final int DEEPEST = 8;

    private static final String AGROAL = "io.agroal.pool.DataSource";
    private static final String AGROAL_CONNECTIONS =
            "getConfiguration.connectionPoolConfiguration.connectionFactoryConfiguration.";

    private static final String ATOMIKOS_XA = "com.atomikos.jdbc.AtomikosDataSourceBean";
    private static final String ATOMIKOS_LOCAL = "com.atomikos.jdbc.AtomikosNonXADataSourceBean";

    /** Pools that enlist their connections in the thread's global transaction. */
    private static final Set<String> TRANSACTIONAL = Set.of(AGROAL, ATOMIKOS_XA, ATOMIKOS_LOCAL);

    /** XA data sources of drivers, with the getter of the URL. */
    private static final Map<String, String> XA = Map.of(
            "org.h2.jdbcx.JdbcDataSource", "getURL",
            "org.postgresql.xa.PGXADataSource", "getURL",
            "org.mariadb.jdbc.MariaDbDataSource", "getUrl",
            "com.mysql.cj.jdbc.MysqlXADataSource", "getUrl");

    /** Pools, each with the getters of its JDBC URL, of its hooks, and of the SQL that it executes by itself. */
    private static final Map<String, Pool> POOLS = Map.of(
            "com.zaxxer.hikari.HikariDataSource",
            new Pool("getJdbcUrl", List.of(), "getConnectionInitSql", "getConnectionTestQuery"),
            "org.apache.commons.dbcp2.BasicDataSource",
            new Pool("getUrl", List.of("getConnectionFactoryClassName"), "getConnectionInitSqls", "getValidationQuery"),
            "org.apache.tomcat.jdbc.pool.DataSource",
            new Pool("getUrl", List.of("getJdbcInterceptors", "getValidator"), "getInitSQL", "getValidationQuery"),
            "com.mchange.v2.c3p0.ComboPooledDataSource",
            new Pool("getJdbcUrl", List.of("getConnectionCustomizerClassName"), null, "getPreferredTestQuery"),
            AGROAL,
            new Pool(
                    AGROAL_CONNECTIONS + "jdbcUrl",
                    List.of("getPoolInterceptors"),
                    AGROAL_CONNECTIONS + "initialSql",
                    null),
            ATOMIKOS_LOCAL,
            new Pool("getUrl", List.of(), null, "getTestQuery"));

    /** Data sources of drivers and of Spring that open a connection at each call, with the getter of the URL. */
    private static final Map<String, String> UNPOOLED = Map.of(
            "org.h2.jdbcx.JdbcDataSource", "getURL",
            "org.postgresql.ds.PGSimpleDataSource", "getURL",
            "org.mariadb.jdbc.MariaDbDataSource", "getUrl",
            "com.mysql.cj.jdbc.MysqlDataSource", "getUrl",
            "org.sqlite.SQLiteDataSource", "getUrl",
            "org.springframework.jdbc.datasource.DriverManagerDataSource", "getUrl",
            "org.springframework.jdbc.datasource.SimpleDriverDataSource", "getUrl");

    /** Wrappers that take another connection from their target at each call, with the getter of the target. */
    private static final Map<String, String> PLAIN_WRAPPERS =
            Map.of("org.springframework.jdbc.datasource.DelegatingDataSource", "getTargetDataSource");

    /** The same, of which only {@code unwrap} tells the target. */
    private static final Set<String> CLOSED_WRAPPERS = Set.of(
            "io.opentelemetry.instrumentation.jdbc.datasource.OpenTelemetryDataSource",
            "org.springframework.jdbc.datasource.embedded.EmbeddedDatabaseFactory$EmbeddedDataSourceProxy");

    /** Those of Tomcat's own interceptors that leave the session as it is, without parameters; or nothing. */
    private static final Pattern TOMCAT_INTERCEPTORS = Pattern.compile(
            "(?:\\s*(?:org\\.apache\\.tomcat\\.jdbc\\.pool\\.interceptor\\.)?(?:ConnectionState|StatementFinalizer"
                    + "|StatementCache|StatementDecoratorInterceptor|ResetAbandonedTimer|SlowQueryReport)?\\s*(?:;|$))*");

    private static final String LAZY = "org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy";

    /** Schemes whose URLs are understood, perhaps behind the prefix of a proxy's driver. */
    private static final Pattern URL = Pattern.compile(
            "jdbc:(?:otel:)?(?<scheme>h2|sqlite|duckdb|derby|hsqldb|postgresql|mariadb|mysql):(?<rest>.*)",
            Pattern.DOTALL);

    /** Drivers that lead where a URL says. */
    private static final Set<String> DRIVERS = Set.of(
            "",
            "org.h2.Driver",
            "org.postgresql.Driver",
            "org.mariadb.jdbc.Driver",
            "com.mysql.cj.jdbc.Driver",
            "org.sqlite.JDBC",
            "org.duckdb.DuckDBDriver",
            "org.apache.derby.jdbc.EmbeddedDriver",
            "org.apache.derby.iapi.jdbc.AutoloadedDriver",
            "org.hsqldb.jdbc.JDBCDriver",
            "io.opentelemetry.instrumentation.jdbc.OpenTelemetryDriver");

    private static final Set<String> SERVERS = Set.of("postgresql", "mariadb", "mysql");

    /**
     * Follows a data source to its pool.
     *
     * @param dataSource any data source
     * @return the route, or {@code null} if it may lead to more than one database
     */
    static @Nullable DataSourceRoute of(DataSource dataSource) {
        try {
            return of(dataSource, DEEPEST);
        } catch (ReflectiveOperationException | SQLException | RuntimeException | LinkageError e) {
            return null;
        }
    }

    private static @Nullable DataSourceRoute of(@Nullable DataSource dataSource, int depth)
            throws ReflectiveOperationException, SQLException {
        if (dataSource == null || depth == 0) return null;
        if (dataSource instanceof TrackedDataSource tracked) return tracked.route();
        String type = dataSource.getClass().getName();
        if (type.equals(ATOMIKOS_XA))
            return isOneXa(dataSource) ? new DataSourceRoute(dataSource, true, TransactionBinding.FRESH) : null;
        Pool pool = POOLS.get(type);
        if (pool != null)
            return isOneDatabase(dataSource, pool)
                    ? new DataSourceRoute(dataSource, true, TransactionBinding.FRESH)
                    : null;
        String url = UNPOOLED.get(type);
        if (url != null)
            return isDriver(optional(dataSource, "getDriver")) && isOneDatabase(url(dataSource, url))
                    ? new DataSourceRoute(dataSource, false, TransactionBinding.FRESH)
                    : null;
        String target = PLAIN_WRAPPERS.get(type);
        if (target != null) return of((DataSource) Getters.value(dataSource, target), depth - 1);
        if (CLOSED_WRAPPERS.contains(type)) return of(unwrapped(dataSource), depth - 1);
        if (SpringBinding.isProxy(type)) return bound(dataSource, depth);
        return type.equals(LAZY) ? lazy(dataSource, depth) : null;
    }

    /** Returns whether a data source hands out a connection that is in use, as Spring's say of themselves. */
    static boolean mayLendTwice(DataSource dataSource) {
        for (Class<?> type = dataSource.getClass(); type != null; type = type.getSuperclass())
            for (Class<?> implemented : type.getInterfaces())
                if (implemented.getName().equals("org.springframework.jdbc.datasource.SmartDataSource")) return true;
        return false;
    }

    /** Returns whether a data source enlists its connections in global transactions. */
    static boolean isTransactional(DataSource dataSource) {
        return TRANSACTIONAL.contains(dataSource.getClass().getName());
    }

    /** The SQL that a pool executes by itself, as it is configured now. */
    static UnseenStatements unseenStatements(DataSource pool) {
        String type = pool.getClass().getName();
        Pool known = POOLS.get(type);
        try {
            if (known == null) return type.equals(ATOMIKOS_XA) ? ofAtomikos(pool) : UnseenStatements.NONE;
            Object inner = optional(pool, "getDataSource");
            return new UnseenStatements(
                    UnseenStatements.texts(known.init == null ? null : Getters.value(pool, known.init)),
                    UnseenStatements.texts(known.test == null ? null : Getters.value(pool, known.test)),
                    inner == null || UNPOOLED.containsKey(inner.getClass().getName()));
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            return UnseenStatements.UNKNOWN;
        }
    }

    private static UnseenStatements ofAtomikos(DataSource bean) throws ReflectiveOperationException {
        return new UnseenStatements(List.of(), UnseenStatements.texts(Getters.value(bean, "getTestQuery")), true);
    }

    /** Whether the pool's connections can take part in global transactions. */
    Enlisting enlisting() {
        String type = pool.getClass().getName();
        boolean isPlain = (POOLS.containsKey(type) || UNPOOLED.containsKey(type)) && !TRANSACTIONAL.contains(type);
        return isPlain ? enlistingBelow() : Enlisting.POSSIBLE;
    }

    /** A plain pool enlists nothing, but perhaps the data source does from which it takes its connections. */
    private Enlisting enlistingBelow() {
        try {
            if (!(optional(pool, "getDataSource") instanceof DataSource below)) return Enlisting.NEVER;
            DataSourceRoute route = of(below);
            return route == null ? Enlisting.POSSIBLE : route.enlisting();
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            return Enlisting.POSSIBLE;
        }
    }

    private static boolean isOneXa(DataSource bean) throws ReflectiveOperationException {
        Object source = Getters.value(bean, "getXaDataSource");
        if (source != null) {
            String getter = XA.get(source.getClass().getName());
            return getter != null && isOneDatabase((String) Getters.value(source, getter));
        }
        return Getters.value(bean, "getXaDataSourceClassName") instanceof String type
                && XA.containsKey(type)
                && Getters.value(bean, "getXaProperties") instanceof Properties given
                && isOneDatabase(given);
    }

    private static @Nullable DataSourceRoute bound(DataSource proxy, int depth)
            throws ReflectiveOperationException, SQLException {
        DataSource target = (DataSource) Getters.value(proxy, "getTargetDataSource");
        DataSourceRoute route = of(target, depth - 1);
        return route == null ? null : new DataSourceRoute(route.pool, route.isPooled, SpringBinding.of(proxy));
    }

    /** With a data source of its own for reading, a lazy proxy leads to two. */
    private static @Nullable DataSourceRoute lazy(DataSource proxy, int depth)
            throws ReflectiveOperationException, SQLException {
        return forReading(proxy) == null
                ? of((DataSource) Getters.value(proxy, "getTargetDataSource"), depth - 1)
                : null;
    }

    /** What a lazy proxy takes connections from in read-only transactions, if that is another data source. */
    private static @Nullable DataSource forReading(DataSource lazy) throws IllegalAccessException {
        for (Class<?> type = lazy.getClass(); type != null; type = type.getSuperclass())
            for (var field : type.getDeclaredFields()) {
                if (!field.getName().equals("readOnlyDataSource")) continue;
                field.setAccessible(true);
                if (field.get(lazy) instanceof DataSource reading) return reading;
            }
        return null;
    }

    /**
     * The pools of a data source that leads to several.
     *
     * @param dataSource any data source
     * @return the pools, if the data source is known to lead to these and no others; else empty
     */
    static List<DataSource> pools(DataSource dataSource) {
        try {
            DataSource lazy = dataSource;
            for (int depth = DEEPEST; depth > 0 && isWrapper(lazy); depth--) {
                if (!(Getters.value(lazy, "getTargetDataSource") instanceof DataSource target)) return List.of();
                lazy = target;
            }
            if (!lazy.getClass().getName().equals(LAZY)) return List.of();
            DataSourceRoute reading = of(forReading(lazy), DEEPEST);
            DataSourceRoute writing = of((DataSource) Getters.value(lazy, "getTargetDataSource"), DEEPEST);
            return reading == null || writing == null ? List.of() : List.of(writing.pool, reading.pool);
        } catch (ReflectiveOperationException | SQLException | RuntimeException | LinkageError e) {
            return List.of();
        }
    }

    private static boolean isWrapper(DataSource dataSource) {
        String type = dataSource.getClass().getName();
        return PLAIN_WRAPPERS.containsKey(type) || SpringBinding.isProxy(type);
    }

    /** The target of a wrapper that has no getter for it: the known data source that it says it wraps. */
    private static @Nullable DataSource unwrapped(DataSource wrapper) throws SQLException {
        if (wrapper.isWrapperFor(TrackedDataSource.class)) return wrapper.unwrap(TrackedDataSource.class);
        ClassLoader loader = wrapper.getClass().getClassLoader();
        for (Set<String> types : List.of(POOLS.keySet(), UNPOOLED.keySet()))
            for (String name : types) {
                Class<?> type = loaded(name, loader);
                if (type == null || !wrapper.isWrapperFor(type)) continue;
                Object target = wrapper.unwrap(type);
                if (target instanceof DataSource found && found.getClass() == type) return found;
            }
        return null;
    }

    private static @Nullable Class<?> loaded(String name, @Nullable ClassLoader loader) {
        try {
            return Class.forName(name, false, loader);
        } catch (ClassNotFoundException | LinkageError e) {
            return null;
        }
    }

    private static boolean isOneDatabase(DataSource pool, Pool known) throws ReflectiveOperationException {
        for (String hook : known.hooks) if (!isHarmless(hook(pool, hook))) return false;
        if (!isDriver(optional(pool, "getDriverClassName")) || !isDriver(optional(pool, "getDriver"))) return false;
        Object inner = optional(pool, "getDataSource");
        // The pool opens its sessions there, wherever that leads; each is asked when it is first seen.
        if (inner != null) return inner instanceof DataSource;
        String url = url(pool, known.url);
        if (url != null) return isOneDatabase(url);
        // A pool that makes a driver's data source by its class and properties.
        Object driver = optional(pool, "getDataSourceClassName");
        Object properties = optional(pool, "getDataSourceProperties");
        return driver instanceof String type
                && UNPOOLED.containsKey(type)
                && properties instanceof Properties given
                && isOneDatabase(given);
    }

    /** Returns whether a driver leads where its URL says, by its name or the driver itself; or none is named. */
    private static boolean isDriver(@Nullable Object driver) {
        if (driver == null) return true;
        return DRIVERS.contains(
                driver instanceof String name ? name : driver.getClass().getName());
    }

    /** The value of a hook; Agroal's getter throws as long as there is none. */
    private static @Nullable Object hook(DataSource pool, String getter) throws ReflectiveOperationException {
        try {
            return Getters.value(pool, getter);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof NullPointerException) return null;
            throw e;
        }
    }

    private static boolean isHarmless(@Nullable Object hook) {
        if (hook == null || (hook instanceof Collection<?> hooks && hooks.isEmpty())) return true;
        return hook instanceof String names
                && TOMCAT_INTERCEPTORS.matcher(names).matches();
    }

    private static boolean isOneDatabase(Properties properties) {
        for (Object value : properties.values()) {
            String text = String.valueOf(value);
            if (text.startsWith("jdbc:")) return isOneDatabase(text);
        }
        return properties.values().stream()
                .noneMatch(value -> String.valueOf(value).contains(","));
    }

    /** Returns whether a URL leads to one database that all its connections share. */
    static boolean isOneDatabase(@Nullable String url) {
        Matcher parts = URL.matcher(url == null ? "" : url);
        if (!parts.matches()) return false;
        String scheme = parts.group("scheme");
        String rest = parts.group("rest");
        if (!SERVERS.contains(scheme)) return !DatabaseId.isPrivate("jdbc:" + scheme + ":" + rest);
        if (!rest.startsWith("//")) return scheme.equals("postgresql") && !rest.contains(",");
        String host = rest.substring(2).split("[/?;]", 2)[0].toLowerCase(Locale.ROOT);
        return !host.contains(",") && !host.contains("(") && !host.contains("address=");
    }

    private static @Nullable String url(DataSource dataSource, String getter) throws ReflectiveOperationException {
        return (String) Getters.value(dataSource, getter);
    }

    private static @Nullable Object optional(Object object, String getter) throws ReflectiveOperationException {
        try {
            return Getters.value(object, getter);
        } catch (NoSuchMethodException e) {
            return null;
        }
    }

    /**
     * What is asked of a pool.
     *
     * @param url the getter of the JDBC URL
     * @param hooks getters of code or settings that can change a session at each check-out
     * @param init the getter of the SQL that is executed on each new connection, or {@code null}
     * @param test the getter of the SQL that is executed when a connection is handed out, or {@code null}
     */
    private record Pool(
            String url,
            List<String> hooks,
            @Nullable String init,
            @Nullable String test) {}
}
