package dev.jooqcache.races;

import static org.assertj.core.api.Assertions.assertThat;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.table;

import dev.jooqcache.BypassReason;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import dev.jooqcache.testing.InterceptedDataSource;
import dev.jooqcache.testing.NaivePool;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.sql.DataSource;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.ResultQuery;
import org.jooq.impl.DSL;

/** Connections that pass from hand to hand, or are taken away, in the midst of something. */
class ConnectionTest {

    private static ResultQuery<? extends Record> b(DSLContext dsl) {
        return dsl.select(field("v", Integer.class)).from(table("b"));
    }

    private static DSLContext on(Fixture f, Connection connection) {
        return f.cache
                .derive(DSL.using(connection, f.database.dialect()).configuration())
                .dsl();
    }

    /** What was written before the schema changed may touch anything, whoever gets the connection in the meantime. */
    @DatabaseTest
    void escalation_isHandedOnWithTheConnection(Database database) throws SQLException {
        try (Fixture f = Fixture.empty(database)
                        .with(
                                "create table a (v int)",
                                "insert into a values (0)",
                                "create table b (v int)",
                                "insert into b values (0)");
                NaivePool pool = new NaivePool(f.pool.getJdbcUrl())) {
            boolean deferred = database == Database.POSTGRESQL;
            if (deferred)
                f.with(
                        "create function f() returns trigger language plpgsql as $$ begin return null; end $$",
                        "create constraint trigger d after update on a deferrable initially deferred"
                                + " for each row execute function f()");
            DataSource tracked = f.cache.trackPool(pool);
            f.warm(ConnectionTest::b);
            try (Connection first = tracked.getConnection()) {
                first.setAutoCommit(false);
                on(f, first)
                        .update(table("a"))
                        .set(field("v", Integer.class), 1)
                        .execute();
            }
            f.warm(ConnectionTest::b);
            if (deferred)
                f.dsl.execute("create or replace function f() returns trigger language plpgsql as"
                        + " $$ begin update b set v = v + 1; return null; end $$");
            else f.dsl.execute("create table c (v int)");
            for (int hands = 0; hands < 2; hands++)
                try (Connection next = tracked.getConnection()) {
                    f.assertNotStored(BypassReason.PENDING_WRITE, ConnectionTest::b);
                    assertThat(next.getAutoCommit()).isFalse();
                }
            f.assertNotStored(BypassReason.PENDING_WRITE, ConnectionTest::b);
            try (Connection last = tracked.getConnection()) {
                last.commit();
                last.setAutoCommit(true);
            }
            if (deferred) assertThat(b(f.dsl).fetchOne(0, Integer.class)).isEqualTo(1);
            f.assertFresh(ConnectionTest::b);
            f.warm(ConnectionTest::b);
        }
    }

    /** A connection that is aborted is busy: whether code has altered its session cannot be asked. */
    @DatabaseTest
    void abort_duringACall_asksNothing(Database database) throws SQLException {
        // What it would be, MariaDB does not prepare.
        if (database == Database.MARIADB) return;
        List<String> sent = new CopyOnWriteArrayList<>();
        try (Fixture f = Fixture.empty(database).with("create table a (v int)")) {
            DataSource tracked = f.cache.trackPool(new InterceptedDataSource(f.pool) {
                @Override
                protected <T> T execute(String sql, Call<T> real) throws SQLException {
                    sent.add(sql);
                    T result = real.run();
                    Actor.reach("afterSql");
                    return result;
                }

                @Override
                protected <T> T executeText(String sql, Call<T> real) throws SQLException {
                    sent.add(sql);
                    return real.run();
                }
            });
            Connection connection = tracked.getConnection();
            try (PreparedStatement code = connection.prepareStatement(
                    switch (database) {
                        case H2 -> "execute immediate 'update a ' || 'set v = 1'";
                        case POSTGRESQL -> "do $$ begin execute 'select 1'; end $$";
                        case MARIADB -> throw new IllegalStateException();
                    })) {
                Actor<Integer> caller = new Actor<>("caller", () -> {
                    try {
                        return code.executeUpdate();
                    } catch (SQLException e) {
                        throw new IllegalStateException(e);
                    }
                });
                caller.to("afterSql");
                sent.clear();
                connection.abort(Runnable::run);
                assertThat(sent).isEmpty();
                assertThat(caller.finish()).isZero();
            }
        }
    }
}
