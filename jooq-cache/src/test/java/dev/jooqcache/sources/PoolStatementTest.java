package dev.jooqcache.sources;

import static dev.jooqcache.testing.Database.MARIADB;
import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.jooqcache.CacheStats;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.apache.commons.dbcp2.BasicDataSource;
import org.jooq.DSLContext;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/**
 * SQL that a pool or its driver executes by itself can set a level for the next transaction alone, as MySQL's family allows. No
 * question brings that to light, and what is read at READ UNCOMMITTED must not be kept.
 */
@Tag("W2")
@DisplayName("SQL that a pool executes by itself")
class PoolStatementTest {

    private static final String READ = "select v from log where id = 1";

    private static final List<String> SETTINGS = List.of(
            "set transaction isolation level read uncommitted", "set @@tx_isolation = 'READ-UNCOMMITTED'", "call p()");

    private interface PoolMaker {
        DataSource open(String url) throws SQLException;
    }

    private static HikariDataSource hikari(Consumer<HikariConfig> settings) {
        HikariConfig config = new HikariConfig();
        config.setMaximumPoolSize(1);
        settings.accept(config);
        return new HikariDataSource(config);
    }

    private static BasicDataSource dbcp2(String url, Consumer<BasicDataSource> settings) {
        BasicDataSource pool = new BasicDataSource();
        pool.setUrl(url);
        settings.accept(pool);
        return pool;
    }

    private static DataSource tomcat(String url, Consumer<org.apache.tomcat.jdbc.pool.DataSource> settings) {
        org.apache.tomcat.jdbc.pool.DataSource pool = new org.apache.tomcat.jdbc.pool.DataSource();
        pool.setUrl(url);
        pool.setDriverClassName("org.mariadb.jdbc.Driver");
        pool.setMaxActive(1);
        pool.setInitialSize(0);
        settings.accept(pool);
        return pool;
    }

    private static DataSource agroal(String url, String initialSql) throws SQLException {
        return AgroalDataSource.from(new AgroalDataSourceConfigurationSupplier()
                .connectionPoolConfiguration(pool -> pool.maxSize(1)
                        .acquisitionTimeout(Duration.ofSeconds(30))
                        .connectionFactoryConfiguration(
                                factory -> factory.jdbcUrl(url).initialSql(initialSql))));
    }

    /** Sets it on each new connection, as a class of the user's may that a pool takes its connections from. */
    private static DataSource setting(String url, String sql) {
        return new DriverManagerDataSource(url) {
            @Override
            public Connection getConnection() throws SQLException {
                Connection connection = super.getConnection();
                try (Statement statement = connection.createStatement()) {
                    statement.execute(sql);
                }
                return connection;
            }
        };
    }

    private static Fixture fixture() {
        return Fixture.empty(MARIADB)
                .with(
                        "create table log (id int primary key, v int)",
                        "insert into log values (1, 10)",
                        "create procedure p() set transaction isolation level read uncommitted");
    }

    /** Reads twice while another transaction has changed the row, which is then rolled back. */
    private static void readWhatIsRolledBack(Fixture f, DSLContext dsl) throws SQLException {
        try (Connection writer = f.tracked.getConnection();
                Statement statement = writer.createStatement()) {
            writer.setAutoCommit(false);
            statement.execute("update log set v = 666");
            dsl.fetch(READ);
            dsl.fetch(READ);
            writer.rollback();
        }
    }

    private static void assertNothingDirtyIsKept(Fixture f, String what, PoolMaker maker) throws Exception {
        DataSource pool = maker.open(f.pool.getJdbcUrl());
        try {
            DSLContext dsl = f.on(f.cache.track(pool));
            for (int i = 0; i < 2; i++) {
                readWhatIsRolledBack(f, dsl);
                assertThat(dsl.fetchValue(READ)).as(what).isEqualTo(10);
                assertThat(f.dsl.fetchValue(READ)).as(what).isEqualTo(10);
            }
        } finally {
            PoolKind.close(pool);
        }
    }

    @DatabaseTest
    void levelForTheNextTransaction_isNotTakenForTheSessions(Database database) throws Exception {
        if (database != MARIADB) return;
        try (Fixture f = fixture()) {
            for (String sql : SETTINGS)
                for (Map.Entry<String, PoolMaker> each : poolsThatExecute(sql).entrySet())
                    assertNothingDirtyIsKept(f, each.getKey() + ", " + sql, each.getValue());
        }
    }

    private static Map<String, PoolMaker> poolsThatExecute(String sql) {
        Map<String, PoolMaker> pools = new LinkedHashMap<>();
        pools.put(
                "Hikari",
                url -> hikari(pool -> {
                    pool.setJdbcUrl(url);
                    pool.setConnectionInitSql(sql);
                }));
        pools.put("Hikari over another data source", url -> hikari(pool -> pool.setDataSource(setting(url, sql))));
        pools.put("DBCP2", url -> dbcp2(url, pool -> pool.setConnectionInitSqls(List.of("set @x = 1", sql))));
        pools.put("DBCP2's properties", url -> dbcp2(url, pool -> pool.addConnectionProperty("initSql", sql)));
        pools.put("Tomcat", url -> tomcat(url, pool -> pool.setInitSQL(sql)));
        pools.put(
                "Tomcat's test",
                url -> tomcat(url, pool -> {
                    pool.setTestOnBorrow(true);
                    pool.setValidationInterval(0);
                    pool.setValidationQuery(sql);
                }));
        pools.put("Agroal", url -> agroal(url, sql));
        pools.put("the driver", url -> dbcp2(url + "&initSql=" + sql, pool -> {}));
        return pools;
    }

    @DatabaseTest
    void settingMadeAfterTracking_counts(Database database) throws Exception {
        if (database != MARIADB) return;
        try (Fixture f = fixture();
                BasicDataSource pool = dbcp2(f.pool.getJdbcUrl(), unchanged -> {})) {
            DSLContext dsl = f.on(f.cache.track(pool));
            pool.setConnectionInitSqls(List.of(SETTINGS.get(0)));
            readWhatIsRolledBack(f, dsl);
            assertThat(dsl.fetchValue(READ)).isEqualTo(10);
        }
    }

    /** What such statements set for the session shows when its state is asked, so nothing is lost. */
    @DatabaseTest
    void otherStatements_loseNoHits(Database database) throws Exception {
        String init = switch (database) {
            case H2 -> "set lock_timeout 1000";
            case POSTGRESQL -> "set time zone 'UTC'";
            case MARIADB -> "set names utf8mb4";
        };
        try (Fixture f = Fixture.empty(database).with("create table log (id int primary key, v int)");
                HikariDataSource pool = hikari(config -> {
                    config.setJdbcUrl(f.pool.getJdbcUrl());
                    config.setConnectionInitSql(init);
                    config.setConnectionTestQuery(database == MARIADB ? "DO 1" : "select 1");
                })) {
            DSLContext dsl = f.on(f.cache.track(pool));
            dsl.fetch(READ);
            CacheStats done = f.during(() -> dsl.fetch(READ));
            assertThat(done.hits()).as("%s", done).isEqualTo(1);
        }
    }
}
