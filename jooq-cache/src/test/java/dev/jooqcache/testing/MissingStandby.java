package dev.jooqcache.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jooq.DSLContext;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;

/**
 * A standby that does not exist: while PostgreSQL requires it, commits at {@code synchronous_commit = on} stay where they are,
 * final and not yet visible. It asks on connections of its own. To be released before the next test.
 */
public final class MissingStandby implements AutoCloseable {

    private static final String HELD = " from pg_stat_activity where wait_event = 'SyncRep'";

    private final String url;

    /** Requires it, and waits until it is in force. */
    public MissingStandby(Fixture fixture) {
        this.url = fixture.pool.getJdbcUrl();
        require("nosuch");
        // The server reads its settings some time later, one of its processes after the other.
        while (!holdsATrial()) Thread.onSpinWait();
    }

    private boolean holdsATrial() {
        CompletableFuture<Void> trial = CompletableFuture.runAsync(() -> {
            try {
                ask(dsl -> dsl.execute("set synchronous_commit = on; create table trial (v int)"));
            } catch (DataAccessException e) {
                // Its session is ended below.
            }
        });
        await("tried", () -> trial.isDone() || isHolding());
        boolean holds = !trial.isDone();
        if (holds) endHeldSessions();
        trial.orTimeout(30, TimeUnit.SECONDS).join();
        ask(dsl -> dsl.execute("drop table if exists trial"));
        return holds;
    }

    private void require(String names) {
        ask(dsl -> dsl.execute("alter system set synchronous_standby_names = '" + names + "'"));
        ask(dsl -> dsl.execute("select pg_reload_conf()"));
    }

    /** Whether some session is in the middle of its COMMIT. */
    public boolean isHolding() {
        return isHolding("");
    }

    /** Whether the session of that process is. */
    public boolean isHolding(int process) {
        return isHolding(" and pid = " + process);
    }

    private boolean isHolding(String which) {
        return ask(dsl -> dsl.fetch("select pid" + HELD + which).isNotEmpty());
    }

    /** Ends the sessions that are in the middle of their COMMIT; what they have committed stays committed. */
    public void endHeldSessions() {
        ask(dsl -> dsl.execute("select pg_terminate_backend(pid, 10000)" + HELD));
    }

    /** Requires it no longer: all COMMITs go on, and are over. A second call does nothing more. */
    public void release() {
        require("");
        await("released", () -> !isHolding());
    }

    @Override
    public void close() {
        release();
    }

    private <T> T ask(Function<DSLContext, T> question) {
        try (Connection connection = DriverManager.getConnection(url)) {
            return question.apply(DSL.using(connection, Database.POSTGRESQL.dialect()));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void await(String what, BooleanSupplier condition) {
        long patience = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("not " + what).isLessThan(patience);
            Thread.onSpinWait();
        }
    }
}
