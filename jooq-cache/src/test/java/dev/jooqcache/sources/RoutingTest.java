package dev.jooqcache.sources;

import static org.assertj.core.api.Assertions.assertThat;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.param;
import static org.jooq.impl.DSL.table;

import dev.jooqcache.CacheHint;
import dev.jooqcache.CachedQuery;
import dev.jooqcache.QueryCache;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import javax.sql.DataSource;
import net.ttddyy.dsproxy.listener.MethodExecutionContext;
import net.ttddyy.dsproxy.listener.MethodExecutionListener;
import net.ttddyy.dsproxy.support.ProxyDataSourceBuilder;
import org.jooq.ConnectionProvider;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record1;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DefaultConfiguration;
import org.jooq.impl.SQLDataType;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.jdbc.datasource.lookup.AbstractRoutingDataSource;
import org.springframework.transaction.support.TransactionTemplate;

/** One object that leads to several databases, schemas or roles: each result is that of the database it led to. */
class RoutingTest {

    private static final Field<String> V = field(name("v"), SQLDataType.VARCHAR(10));
    private static final Field<Integer> ID = field(name("id"), SQLDataType.INTEGER);

    private String tenant = "a";

    private AbstractRoutingDataSource router(DataSource a, DataSource b) {
        AbstractRoutingDataSource router = new AbstractRoutingDataSource() {
            @Override
            protected Object determineCurrentLookupKey() {
                return tenant;
            }
        };
        router.setTargetDataSources(Map.of("a", a, "b", b));
        router.afterPropertiesSet();
        return router;
    }

    private ConnectionProvider provider(DataSource a, DataSource b) {
        return new ConnectionProvider() {
            @Override
            public Connection acquire() {
                try {
                    return (tenant.equals("a") ? a : b).getConnection();
                } catch (SQLException e) {
                    throw new DataAccessException("acquire", e);
                }
            }

            @Override
            public void release(Connection connection) {
                try {
                    connection.close();
                } catch (SQLException e) {
                    throw new DataAccessException("release", e);
                }
            }
        };
    }

    private static Fixture database(Database database, String content) {
        return Fixture.empty(database)
                .with(
                        "create table t (id int primary key, v varchar(10))",
                        "insert into t values (1, '" + content + "')");
    }

    private static DSLContext derived(QueryCache cache, DefaultConfiguration configuration, Database database) {
        return cache.derive(configuration.set(database.dialect())).dsl();
    }

    private static DSLContext listening(QueryCache cache, DefaultConfiguration configuration, Database database) {
        return configuration
                .set(database.dialect())
                .set(cache.executeListenerProvider())
                .dsl();
    }

    private static DefaultConfiguration on(DataSource dataSource) {
        return (DefaultConfiguration) new DefaultConfiguration().set(dataSource);
    }

    private static DefaultConfiguration on(ConnectionProvider provider) {
        return (DefaultConfiguration) new DefaultConfiguration().set(provider);
    }

    /** Every way to register a cache over a router, with or without tracked pools below. */
    private Map<String, Function<QueryCache, DSLContext>> registrations(Database d, DataSource a, DataSource b) {
        Map<String, Function<QueryCache, DSLContext>> ways = new LinkedHashMap<>();
        ways.put("derive(router)", c -> derived(c, on(router(a, b)), d));
        ways.put("listener, router", c -> listening(c, on(router(a, b)), d));
        ways.put("derive(track(router))", c -> derived(c, on(c.track(router(a, b))), d));
        ways.put("derive(router over tracked)", c -> derived(c, on(router(c.track(a), c.track(b))), d));
        ways.put("track(router over tracked)", c -> derived(c, on(c.track(router(c.track(a), c.track(b)))), d));
        ways.put("listener, router over tracked", c -> listening(c, on(router(c.track(a), c.track(b))), d));
        ways.put(
                "listener, transaction-aware router over tracked",
                c -> listening(c, on(new TransactionAwareDataSourceProxy(router(c.track(a), c.track(b)))), d));
        ways.put(
                "derive(transaction-aware router over tracked)",
                c -> derived(c, on(new TransactionAwareDataSourceProxy(router(c.track(a), c.track(b)))), d));
        ways.put("derive(delegating router)", c -> derived(c, on(new DelegatingDataSource(router(a, b))), d));
        ways.put("derive(own provider)", c -> derived(c, on(provider(a, b)), d));
        ways.put("derive(own provider over tracked)", c -> derived(c, on(provider(c.track(a), c.track(b))), d));
        ways.put("listener, own provider", c -> listening(c, on(provider(a, b)), d));
        return ways;
    }

    private void assertEachTenantsRows(String way, DSLContext dsl) {
        for (String each : new String[] {"a", "b", "a", "b"}) {
            tenant = each;
            for (int i = 0; i < 3; i++)
                assertThat(dsl.select(V).from(table(name("t"))).where(ID.eq(1)).fetchOne(V))
                        .as(way)
                        .isEqualTo(each);
        }
    }

    @DatabaseTest
    void router_overTwoDatabases_servesEachItsOwnRows(Database database) {
        try (Fixture a = database(database, "a");
                Fixture b = database(database, "b")) {
            registrations(database, a.pool, b.pool).forEach((way, registration) -> {
                try (QueryCache cache = QueryCache.create()) {
                    tenant = "a";
                    DSLContext dsl = registration.apply(cache);
                    assertEachTenantsRows(way, dsl);
                    assertThat(cache.stats().hits()).as(way).isEqualTo(10);
                    tenant = "b";
                    dsl.update(table(name("t"))).set(V, "new").where(ID.eq(1)).execute();
                    assertThat(dsl.select(V)
                                    .from(table(name("t")))
                                    .where(ID.eq(1))
                                    .fetchOne(V))
                            .as(way)
                            .isEqualTo("new");
                    dsl.update(table(name("t"))).set(V, "b").where(ID.eq(1)).execute();
                    assertEachTenantsRows(way, dsl);
                    assertThat(cache.stats().failures()).as(way).isZero();
                }
            });
        }
    }

    @DatabaseTest
    void preparedQuery_overRouters_servesEachItsOwnRows(Database database) {
        try (Fixture a = database(database, "a");
                Fixture b = database(database, "b")) {
            registrations(database, a.pool, b.pool).forEach((way, registration) -> {
                try (QueryCache cache = QueryCache.create()) {
                    tenant = "a";
                    CachedQuery<Record1<String>> query = cache.prepare(
                            registration.apply(cache),
                            dsl -> dsl.select(V).from(table(name("t"))).where(V.ne(param("x", V))));
                    for (int i = 0; i < 12; i++) query.fetch("x" + i % 3);
                    for (String each : new String[] {"b", "a", "b"}) {
                        tenant = each;
                        for (int i = 0; i < 3; i++)
                            assertThat(query.fetch("x1").getValue(0, V)).as(way).isEqualTo(each);
                    }
                }
            });
        }
    }

    @DatabaseTest
    void modelOfOneTenant_isNotThatOfAnother(Database database) {
        try (Fixture a = database(database, "a");
                Fixture b = database(database, "b")
                        .with(
                                "create table u (id int primary key, t_id int,"
                                        + " foreign key (t_id) references t (id) on delete cascade)",
                                "insert into u values (1, 1)");
                QueryCache cache = QueryCache.create()) {
            a.with("create table u (id int primary key, t_id int)", "insert into u values (1, 1)");
            DSLContext dsl = derived(cache, on(router(a.pool, b.pool)), database);
            for (String each : new String[] {"a", "b"}) {
                tenant = each;
                for (int i = 0; i < 2; i++)
                    assertThat(dsl.fetchCount(table(name("u")))).isEqualTo(1);
            }
            tenant = "b";
            dsl.deleteFrom(table(name("t"))).where(ID.eq(1)).execute();
            assertThat(dsl.fetchCount(table(name("u"))))
                    .as("b's table cascades")
                    .isZero();
            tenant = "a";
            dsl.deleteFrom(table(name("t"))).where(ID.eq(1)).execute();
            assertThat(dsl.fetchCount(table(name("u"))))
                    .as("a's table does not")
                    .isEqualTo(1);
        }
    }

    private static Fixture twoSchemas(Database database) {
        Fixture f = database(database, "a");
        String other = f.schema("other");
        return f.with(
                "create schema " + other,
                "create table " + other + ".t (id int primary key, v varchar(10))",
                "insert into " + other + ".t values (1, 'b')");
    }

    /** A wrapper that sets the tenant's schema at each call, beneath or above the cache. */
    private DataSource switching(Fixture f, DataSource target) {
        return new DelegatingDataSource(target) {
            @Override
            public Connection getConnection() throws SQLException {
                Connection connection = super.getConnection();
                String schema = f.schema(tenant.equals("a") ? "public" : "other");
                if (f.database == Database.MARIADB) connection.setCatalog(schema);
                else connection.setSchema(schema);
                return connection;
            }
        };
    }

    @DatabaseTest
    void wrapperThatSetsTheSchema_servesEachItsOwnRows(Database database) {
        try (Fixture f = twoSchemas(database)) {
            Map<String, Function<QueryCache, DSLContext>> ways = new LinkedHashMap<>();
            ways.put("derive(wrapper)", c -> derived(c, on(switching(f, f.pool)), database));
            ways.put("listener, wrapper", c -> listening(c, on(switching(f, f.pool)), database));
            ways.put("derive(track(wrapper))", c -> derived(c, on(c.track(switching(f, f.pool))), database));
            ways.put("derive(wrapper over tracked)", c -> derived(c, on(switching(f, c.track(f.pool))), database));
            ways.put("listener, wrapper over tracked", c -> listening(c, on(switching(f, c.track(f.pool))), database));
            ways.put(
                    "own provider",
                    c -> derived(c, on(provider(switching(f, f.pool), switching(f, f.pool))), database));
            ways.forEach((way, registration) -> {
                try (QueryCache cache = QueryCache.create()) {
                    assertEachTenantsRows(way, registration.apply(cache));
                    assertThat(cache.stats().failures()).as(way).isZero();
                }
            });
        }
    }

    /** Proxies of well-known classes run what their users hang into them. */
    @DatabaseTest
    void proxyWithAListenerThatSetsTheSchema_servesEachItsOwnRows(Database database) {
        try (Fixture f = twoSchemas(database)) {
            Function<DataSource, DataSource> proxy = pool -> ProxyDataSourceBuilder.create(pool)
                    .methodListener(new MethodExecutionListener() {
                        @Override
                        public void beforeMethod(MethodExecutionContext context) {}

                        @Override
                        public void afterMethod(MethodExecutionContext context) {
                            if (!(context.getResult() instanceof Connection connection)) return;
                            try {
                                String schema = f.schema(tenant.equals("a") ? "public" : "other");
                                if (f.database == Database.MARIADB) connection.setCatalog(schema);
                                else connection.setSchema(schema);
                            } catch (SQLException e) {
                                throw new IllegalStateException(e);
                            }
                        }
                    })
                    .build();
            Map<String, Function<QueryCache, DSLContext>> ways = new LinkedHashMap<>();
            ways.put("derive(proxy)", c -> derived(c, on(proxy.apply(f.pool)), database));
            ways.put("derive(track(proxy))", c -> derived(c, on(c.track(proxy.apply(f.pool))), database));
            ways.put("listener, proxy", c -> listening(c, on(proxy.apply(f.pool)), database));
            ways.put("derive(proxy over tracked)", c -> derived(c, on(proxy.apply(c.track(f.pool))), database));
            ways.forEach((way, registration) -> {
                try (QueryCache cache = QueryCache.create()) {
                    assertEachTenantsRows(way, registration.apply(cache));
                }
            });
        }
    }

    @DatabaseTest
    void lazyProxyWithReadOnlyDataSource_servesEachItsOwnRows(Database database) {
        try (Fixture a = database(database, "a");
                Fixture b = database(database, "b")) {
            for (boolean isTracked : new boolean[] {true, false})
                try (QueryCache cache = QueryCache.create()) {
                    LazyConnectionDataSourceProxy lazy =
                            new LazyConnectionDataSourceProxy(isTracked ? cache.track(a.pool) : a.pool);
                    lazy.setReadOnlyDataSource(isTracked ? cache.track(b.pool) : b.pool);
                    TransactionTemplate writing = new TransactionTemplate(new DataSourceTransactionManager(lazy));
                    TransactionTemplate reading = new TransactionTemplate(new DataSourceTransactionManager(lazy));
                    reading.setReadOnly(true);
                    DSLContext dsl = derived(cache, on(new TransactionAwareDataSourceProxy(lazy)), database);
                    for (int i = 0; i < 3; i++) {
                        assertThat(value(dsl)).isEqualTo("a");
                        assertThat(writing.<String>execute(status -> value(dsl)))
                                .isEqualTo("a");
                        assertThat(reading.<String>execute(status -> value(dsl)))
                                .isEqualTo("b");
                    }
                }
        }
    }

    @DatabaseTest
    void bypassedReads_overRouters_equalCachedOnes(Database database) {
        try (Fixture a = database(database, "a");
                Fixture b = database(database, "b");
                QueryCache cache = QueryCache.create()) {
            DSLContext dsl = derived(cache, on(router(a.pool, b.pool)), database);
            DSLContext bypassed = cache.with(dsl, CacheHint.bypass());
            for (int i = 0; i < 20; i++) {
                tenant = i % 3 == 0 ? "a" : "b";
                if (i % 5 == 0) dsl.update(table(name("t"))).set(V, "v" + i).execute();
                assertThat(value(dsl)).isEqualTo(value(bypassed));
            }
        }
    }

    private static String value(DSLContext dsl) {
        return dsl.select(V).from(table(name("t"))).where(ID.eq(1)).fetchOne(V);
    }
}
