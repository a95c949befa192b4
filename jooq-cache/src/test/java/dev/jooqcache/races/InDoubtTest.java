package dev.jooqcache.races;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.jooq.impl.DSL.condition;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.table;

import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.Fixture;
import dev.jooqcache.testing.MissingStandby;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.ResultQuery;
import org.jooq.impl.DSL;
import org.jooq.tools.jdbc.DefaultConnection;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * A real commit in doubt: PostgreSQL waits in COMMIT for a standby that does not exist, the client's socket is cut
 * meanwhile, and the commit takes effect later (rules P11 and P13).
 */
@Tag("T7")
class InDoubtTest {

    private static ResultQuery<? extends Record> numbers(DSLContext dsl) {
        return dsl.select(field("v", Integer.class)).from(table("a"));
    }

    private static int number(DSLContext dsl) {
        return numbers(dsl).fetch().get(0).get(0, Integer.class);
    }

    private static Fixture oneNumber() {
        return Fixture.empty(Database.POSTGRESQL).with("create table a (v int)", "insert into a values (0)");
    }

    private static DSLContext on(Fixture f, Connection connection) {
        return f.cache
                .derive(DSL.using(connection, f.database.dialect()).configuration())
                .dsl();
    }

    private static void await(BooleanSupplier condition) {
        long patience = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!condition.getAsBoolean()) assertThat(System.nanoTime()).isLessThan(patience);
    }

    /** Sends COMMIT, cuts the socket while the server is at it, reads for as long as doubts take, then lets it finish. */
    private static void commitInDoubt(Fixture f, Connection connection) throws SQLException {
        int process = connection.unwrap(org.postgresql.PGConnection.class).getBackendPID();
        try (MissingStandby standby = new MissingStandby(f)) {
            CompletableFuture<Void> commit = CompletableFuture.runAsync(() -> {
                try {
                    connection.commit();
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
            await(() -> standby.isHolding(process));
            connection.abort(Runnable::run);
            assertThatThrownBy(commit::join).hasRootCauseInstanceOf(java.io.IOException.class);
            connection.close();
            // Doubts, and connections closed for good, are looked at once a second.
            long end = System.nanoTime() + Duration.ofMillis(2500).toNanos();
            while (System.nanoTime() < end) assertThat(number(f.dsl)).isZero();
        }
        await(() -> number(f.unseen) == 1);
        assertThat(number(f.dsl)).isEqualTo(1);
        assertThat(number(f.dsl)).isEqualTo(1);
    }

    /** Nobody can be asked by whom a lone connection was closed: the quarantine must be over. */
    @Test
    void commit_ofALoneConnection_thatTakesEffectLater_isSeen() throws SQLException {
        if (!Database.all().contains(Database.POSTGRESQL)) return;
        try (Fixture f = oneNumber();
                Connection connection = committing(f)) {
            on(f, connection)
                    .update(table("a"))
                    .set(field("v", Integer.class), 1)
                    .execute();
            commitInDoubt(f, connection);
        }
    }

    /** The pool is not tracked, and a transaction manager that nobody sees commits. It can be asked. */
    @Test
    void commit_onAnUntrackedPool_thatTakesEffectLater_isSeenAndCachedAgain() throws SQLException {
        if (!Database.all().contains(Database.POSTGRESQL)) return;
        try (Fixture f = oneNumber();
                Connection connection = committing(f)) {
            AtomicBoolean bound = new AtomicBoolean(true);
            DelegatingDataSource pool = new DelegatingDataSource(f.pool) {
                @Override
                public Connection getConnection() throws SQLException {
                    return bound.get() ? new Unclosed(connection) : super.getConnection();
                }
            };
            DSLContext dsl = f.on(pool);
            dsl.update(table("a")).set(field("v", Integer.class), 1).execute();
            bound.set(false);
            commitInDoubt(f, connection);
            await(() -> f.during(() -> number(f.dsl)).hits() == 1);
            f.assertFresh(InDoubtTest::numbers);
        }
    }

    private static Connection committing(Fixture f) throws SQLException {
        f.warm(InDoubtTest::numbers);
        Connection connection = DriverManager.getConnection(f.pool.getJdbcUrl());
        try (Statement statement = connection.createStatement()) {
            // The server of the tests is started without.
            statement.execute("set synchronous_commit = on");
        }
        connection.setAutoCommit(false);
        return connection;
    }

    /** As a transaction manager hands it out: closing it does nothing. */
    private static final class Unclosed extends DefaultConnection {
        Unclosed(Connection connection) {
            super(connection);
        }

        @Override
        public void close() {}
    }
}
