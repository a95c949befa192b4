package dev.jooqcache.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;

final class StatementCounterTest {

    private final StatementCounter counter = new StatementCounter();
    private final DataSource database = counter.count(h2());

    private static JdbcDataSource h2() {
        JdbcDataSource dataSource = new JdbcDataSource();
        dataSource.setURL("jdbc:h2:mem:");
        return dataSource;
    }

    @Test
    void executions_areCounted() throws Exception {
        try (Connection connection = database.getConnection();
                Statement plain = connection.createStatement();
                PreparedStatement prepared = connection.prepareStatement("select ?")) {
            assertThat(counter.sentByThisThread()).isZero();
            plain.execute("select 1");
            plain.executeQuery("select 2").close();
            prepared.setInt(1, 3);
            prepared.executeQuery().close();
            prepared.execute();
            connection.commit();
        }
        assertThat(counter.sentByThisThread()).isEqualTo(4);
    }

    @Test
    void failedExecution_isCountedAndThrown() throws Exception {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            assertThatThrownBy(() -> statement.execute("nonsense")).isInstanceOf(SQLException.class);
        }
        assertThat(counter.sentByThisThread()).isEqualTo(1);
    }

    @Test
    void otherThreads_areCountedApart() throws Exception {
        CompletableFuture.runAsync(() -> {
                    try (Connection connection = database.getConnection();
                            Statement statement = connection.createStatement()) {
                        statement.execute("select 1");
                    } catch (SQLException e) {
                        throw new IllegalStateException(e);
                    }
                })
                .get();
        assertThat(counter.sentByThisThread()).isZero();
    }
}
