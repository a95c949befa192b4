package dev.jooqcache.sources;

import static org.assertj.core.api.Assertions.assertThat;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.table;

import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.jooq.DSLContext;
import org.jooq.impl.DSL;
import org.springframework.jdbc.datasource.AbstractDataSource;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.transaction.support.TransactionTemplate;

/** A data source that hands out a connection which is in use: the cache neither trusts it nor ends its transaction. */
class SharedConnectionTest {

    private static final String[] TABLES = {
        "create table a (id int primary key, v int)",
        "create table b (id int primary key, v int)",
        "insert into a values (1, 10)",
        "insert into b values (1, 10)"
    };

    private static int value(DSLContext dsl, String table) {
        return dsl.select(field(name("v"), Integer.class))
                .from(table(name(table)))
                .fetch()
                .get(0)
                .value1();
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static DSLContext cached(Fixture f, DataSource tracked) {
        return f.cache
                .derive(DSL.using(tracked, f.database.dialect()).configuration())
                .dsl();
    }

    @DatabaseTest
    void transactionOfOneHolder_isSeenByTheOther_andByNobodyElse(Database database) throws SQLException {
        for (boolean declared : new boolean[] {false, true})
            try (Fixture f = Fixture.empty(database).with(TABLES);
                    var single = new SingleConnectionDataSource(f.pool.getJdbcUrl(), true)) {
                DataSource tracked = declared ? f.cache.trackPool(single) : f.cache.track(single);
                DSLContext dsl = cached(f, tracked);
                for (int i = 0; i < 3; i++) assertThat(value(dsl, "a")).isEqualTo(10);
                Connection first = tracked.getConnection();
                first.setAutoCommit(false);
                execute(first, "update a set v = 99");
                for (int i = 0; i < 2; i++) assertThat(value(dsl, "a")).isEqualTo(99);
                dsl.execute("update b set v = 99");
                for (int i = 0; i < 2; i++)
                    assertThat(value(f.dsl, "a") + value(f.dsl, "b")).isEqualTo(20);
                first.rollback();
                for (int i = 0; i < 2; i++)
                    assertThat(value(dsl, "a") + value(dsl, "b")).isEqualTo(20);
                Connection second = tracked.getConnection();
                execute(second, "update b set v = 77");
                // What one of them has written, the other one commits.
                first.commit();
                first.setAutoCommit(true);
                second.close();
                first.close();
                for (int i = 0; i < 2; i++) {
                    assertThat(value(dsl, "b")).isEqualTo(77);
                    assertThat(value(f.dsl, "b")).isEqualTo(77);
                }
            }
    }

    @DatabaseTest
    void transactionOfAnUntrackedHolder_isNotRolledBack(Database database) throws SQLException {
        for (boolean declared : new boolean[] {false, true})
            try (Fixture f = Fixture.empty(database).with(TABLES);
                    var single = new SingleConnectionDataSource(f.pool.getJdbcUrl(), true)) {
                DataSource tracked = declared ? f.cache.trackPool(single) : f.cache.track(single);
                Connection holder = single.getConnection();
                holder.setAutoCommit(false);
                execute(holder, "update b set v = 99");
                try (Connection other = tracked.getConnection()) {
                    execute(other, "select v from a");
                }
                value(cached(f, tracked), "a");
                holder.commit();
                assertThat(value(f.unseen, "b")).isEqualTo(99);
            }
    }

    /** A wrapper that notes each check-out in a table, in the transaction that its user will commit. */
    @DatabaseTest
    void writeOfAWrapperBelow_isNotRolledBack(Database database) throws SQLException {
        try (Fixture f = Fixture.empty(database).with(TABLES)) {
            String url = f.pool.getJdbcUrl();
            DataSource noting = new AbstractDataSource() {
                @Override
                public Connection getConnection() throws SQLException {
                    Connection connection = DriverManager.getConnection(url);
                    connection.setAutoCommit(false);
                    execute(connection, "update b set v = v + 1");
                    return connection;
                }

                @Override
                public Connection getConnection(String user, String password) throws SQLException {
                    return getConnection();
                }
            };
            DataSource tracked = f.cache.trackPool(noting);
            try (Connection connection = tracked.getConnection()) {
                execute(connection, "update a set v = 20");
                connection.commit();
            }
            assertThat(value(f.unseen, "b")).isEqualTo(11);
        }
    }

    /** Spring's proxy lends the connection of a transaction as often as it is asked for, which tells nothing of its pool. */
    @DatabaseTest
    void springsProxyInATransaction_leavesHitsWithoutAConnection(Database database) {
        try (Fixture f = Fixture.empty(database).with(TABLES)) {
            DSLContext dsl = cached(f, f.cache.track(new TransactionAwareDataSourceProxy(f.pool)));
            for (int i = 0; i < 2; i++) value(dsl, "a");
            assertHitWithoutConnection(f, dsl);
            new TransactionTemplate(new DataSourceTransactionManager(f.pool))
                    .executeWithoutResult(status -> dsl.connection(held -> value(dsl, "a")));
            for (int i = 0; i < 2; i++) value(dsl, "a");
            assertHitWithoutConnection(f, dsl);
        }
    }

    private static void assertHitWithoutConnection(Fixture f, DSLContext dsl) {
        int before = f.connections();
        assertThat(f.during(() -> value(dsl, "a")).hits()).isEqualTo(1);
        assertThat(f.connections() - before).as("connections").isZero();
    }
}
