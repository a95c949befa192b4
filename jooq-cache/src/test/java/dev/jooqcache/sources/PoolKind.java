package dev.jooqcache.sources;

import com.mchange.v2.c3p0.ComboPooledDataSource;
import com.zaxxer.hikari.HikariDataSource;
import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.instrumentation.jdbc.datasource.JdbcTelemetry;
import java.time.Duration;
import java.util.Set;
import javax.sql.DataSource;
import net.ttddyy.dsproxy.support.ProxyDataSourceBuilder;
import oracle.ucp.admin.UniversalConnectionPoolManagerImpl;
import oracle.ucp.jdbc.PoolDataSource;
import oracle.ucp.jdbc.PoolDataSourceFactory;
import org.apache.commons.dbcp2.BasicDataSource;
import org.h2.jdbcx.JdbcConnectionPool;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;
import org.springframework.jdbc.datasource.SimpleDriverDataSource;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.vibur.dbcp.ViburDBCPDataSource;

/** Pools, and proxies around a pool, as users have them. */
enum PoolKind {
    HIKARI(true) {
        @Override
        DataSource open(String url, int size) {
            HikariDataSource pool = new HikariDataSource();
            pool.setJdbcUrl(url);
            pool.setMaximumPoolSize(size);
            pool.setMinimumIdle(1);
            return pool;
        }
    },
    DBCP2(true) {
        @Override
        DataSource open(String url, int size) {
            BasicDataSource pool = new BasicDataSource();
            pool.setUrl(url);
            pool.setMaxTotal(size);
            return pool;
        }
    },
    TOMCAT(true) {
        @Override
        DataSource open(String url, int size) {
            org.apache.tomcat.jdbc.pool.DataSource pool = new org.apache.tomcat.jdbc.pool.DataSource();
            pool.setUrl(url);
            pool.setDriverClassName(driver(url));
            pool.setMaxActive(size);
            pool.setMaxIdle(size);
            pool.setMinIdle(1);
            pool.setInitialSize(1);
            pool.setRollbackOnReturn(true);
            pool.setJdbcInterceptors("ConnectionState;StatementFinalizer");
            return pool;
        }
    },
    C3P0(true) {
        @Override
        DataSource open(String url, int size) {
            ComboPooledDataSource pool = new ComboPooledDataSource();
            pool.setJdbcUrl(url);
            pool.setMaxPoolSize(size);
            pool.setMinPoolSize(1);
            pool.setInitialPoolSize(1);
            return pool;
        }
    },
    AGROAL(true) {
        @Override
        DataSource open(String url, int size) throws Exception {
            return AgroalDataSource.from(new AgroalDataSourceConfigurationSupplier()
                    .connectionPoolConfiguration(pool -> pool.maxSize(size)
                            .acquisitionTimeout(Duration.ofSeconds(30))
                            .connectionFactoryConfiguration(factory -> factory.jdbcUrl(url))));
        }
    },
    UCP(false) {
        @Override
        DataSource open(String url, int size) throws Exception {
            PoolDataSource pool = PoolDataSourceFactory.getPoolDataSource();
            pool.setConnectionFactoryClassName(driver(url));
            pool.setURL(url);
            pool.setUser(user(url));
            pool.setPassword("");
            pool.setMaxPoolSize(size);
            pool.setMinPoolSize(1);
            pool.setInitialPoolSize(1);
            return pool;
        }
    },
    VIBUR(false) {
        @Override
        DataSource open(String url, int size) {
            ViburDBCPDataSource pool = new ViburDBCPDataSource();
            pool.setJdbcUrl(url);
            pool.setUsername(user(url));
            pool.setPassword("");
            pool.setPoolMaxSize(size);
            pool.setPoolInitialSize(1);
            pool.start();
            return pool;
        }
    },
    /** H2's own pool, which hides its sessions; for the other databases no pool at all. */
    OPAQUE(false) {
        @Override
        DataSource open(String url, int size) throws Exception {
            if (url.startsWith("jdbc:h2:")) {
                JdbcConnectionPool pool = JdbcConnectionPool.create(url, "", "");
                pool.setMaxConnections(size);
                return pool;
            }
            return new DelegatingDataSource(DBCP2.open(url, size)) {};
        }
    },
    UNPOOLED(false) {
        @Override
        DataSource open(String url, int size) throws Exception {
            return new SimpleDriverDataSource(java.sql.DriverManager.getDriver(url), url);
        }
    },
    P6SPY(false) {
        @Override
        DataSource open(String url, int size) throws Exception {
            return new com.p6spy.engine.spy.P6DataSource(HIKARI.open(url, size));
        }
    },
    DATASOURCE_PROXY(false) {
        @Override
        DataSource open(String url, int size) throws Exception {
            return ProxyDataSourceBuilder.create(HIKARI.open(url, size)).build();
        }
    },
    OPENTELEMETRY(true) {
        @Override
        DataSource open(String url, int size) throws Exception {
            return JdbcTelemetry.create(OpenTelemetry.noop()).wrap(HIKARI.open(url, size));
        }
    },
    DELEGATING(true) {
        @Override
        DataSource open(String url, int size) throws Exception {
            return new DelegatingDataSource(HIKARI.open(url, size));
        }
    },
    LAZY(true) {
        @Override
        DataSource open(String url, int size) throws Exception {
            return new LazyConnectionDataSourceProxy(HIKARI.open(url, size));
        }
    },
    TRANSACTION_AWARE(false) {
        @Override
        DataSource open(String url, int size) throws Exception {
            return new TransactionAwareDataSourceProxy(HIKARI.open(url, size));
        }
    };

    /** Whether results are served without a connection, as its class tells that it leads to one database. */
    final boolean isKnown;

    /** Whether a session is soon handed out again, and known again then. */
    final boolean isSeenAgain;

    PoolKind(boolean isKnown) {
        this.isKnown = isKnown;
        // c3p0 takes turns, so that it may be long.
        this.isSeenAgain = !Set.of("OPAQUE", "UNPOOLED", "C3P0").contains(name());
    }

    abstract DataSource open(String url, int size) throws Exception;

    /** Closes the pool and whatever is around it. */
    static void close(DataSource dataSource) throws Exception {
        if (dataSource instanceof AutoCloseable closeable) closeable.close();
        else if (dataSource instanceof JdbcConnectionPool pool) pool.dispose();
        else if (dataSource instanceof org.apache.tomcat.jdbc.pool.DataSource pool) pool.close();
        else if (dataSource instanceof ViburDBCPDataSource pool) pool.terminate();
        else if (dataSource instanceof PoolDataSource pool)
            UniversalConnectionPoolManagerImpl.getUniversalConnectionPoolManager()
                    .destroyConnectionPool(pool.getConnectionPoolName());
        else if (dataSource instanceof DelegatingDataSource wrapper) close(wrapper.getTargetDataSource());
    }

    /** For pools that want one beside the URL, where it is told on PostgreSQL and MariaDB. */
    private static String user(String url) {
        return url.startsWith("jdbc:h2:") ? "" : url.replaceAll(".*user=([a-z]+).*", "$1");
    }

    private static String driver(String url) {
        if (url.startsWith("jdbc:h2:")) return "org.h2.Driver";
        return url.startsWith("jdbc:postgresql:") ? "org.postgresql.Driver" : "org.mariadb.jdbc.Driver";
    }
}
