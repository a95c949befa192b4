package dev.jooqcache.flyway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jooqcache.BypassReason;
import dev.jooqcache.CacheStats;
import dev.jooqcache.QueryCache;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.sql.Connection;
import java.sql.Statement;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.migration.BaseJavaMigration;
import org.flywaydb.core.api.migration.Context;
import org.h2.jdbcx.JdbcConnectionPool;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("W4")
@DisplayName("W4: a Flyway migration between two reads, on connections that the cache does not see")
final class CacheSuspensionTest {

    private interface During {
        void run(Connection connection) throws Exception;
    }

    @Test
    void migration_onH2_isFollowed() throws Exception {
        JdbcConnectionPool pool = JdbcConnectionPool.create(
                "jdbc:h2:mem:" + UUID.randomUUID()
                        + ";DB_CLOSE_DELAY=-1;DATABASE_TO_LOWER=TRUE;CASE_INSENSITIVE_IDENTIFIERS=TRUE",
                "sa",
                "");
        try {
            check(pool, SQLDialect.H2);
        } finally {
            pool.dispose();
        }
    }

    @Test
    void migration_onPostgres_isFollowed() throws Exception {
        try (EmbeddedPostgres server = EmbeddedPostgres.start()) {
            check(server.getPostgresDatabase(), SQLDialect.POSTGRES);
        }
    }

    private static void check(DataSource pool, SQLDialect dialect) throws Exception {
        try (QueryCache cache = QueryCache.create()) {
            DSLContext dsl =
                    cache.derive(DSL.using(pool, dialect).configuration()).dsl();
            migrate(pool, cache, "1", connection -> {});
            assertThat(total(dsl)).isEqualTo(30);
            assertHit(cache, dsl, 30);

            migrate(pool, cache, "2", connection -> {
                execute(connection, "update stock set amount = amount + 100");
                assertUncommittedIsNotSeen(cache, dsl);
            });
            assertThat(total(dsl)).isEqualTo(230);
            assertHit(cache, dsl, 230);

            assertThatThrownBy(() -> migrate(pool, cache, "3", connection -> {
                        throw new IllegalStateException("broken migration");
                    }))
                    .isInstanceOf(FlywayException.class);
            assertThat(total(dsl)).isEqualTo(230);
            assertHit(cache, dsl, 230);

            // H2 cannot roll a migration back, so Flyway wants to be told that it may go on.
            flyway(pool, cache, "3", connection -> {}).repair();
            // The table becomes a view of the same name: what was known of the schema must not outlive the migration.
            migrate(pool, cache, "3", connection -> {
                execute(connection, "alter table stock rename to shelf");
                execute(connection, "create view stock as select id, amount from shelf where id = 1");
            });
            assertThat(total(dsl)).isEqualTo(110);
            assertHit(cache, dsl, 110);
            dsl.execute("update shelf set amount = 1");
            assertThat(total(dsl)).isEqualTo(1);
        }
    }

    private static int total(DSLContext dsl) {
        return dsl.fetchSingle("select sum(amount) from stock").get(0, Integer.class);
    }

    private static void assertHit(QueryCache cache, DSLContext dsl, int expected) {
        CacheStats before = cache.stats();
        assertThat(total(dsl)).isEqualTo(expected);
        assertThat(cache.stats().minus(before).hits()).isEqualTo(1);
    }

    /** A reader on another connection while the migration is under way. */
    private static void assertUncommittedIsNotSeen(QueryCache cache, DSLContext dsl) {
        CacheStats before = cache.stats();
        int seen = CompletableFuture.supplyAsync(() -> total(dsl)).join();
        assertThat(seen).isEqualTo(30);
        assertThat(cache.stats().minus(before).notStored(BypassReason.PENDING_WRITE))
                .isEqualTo(1);
    }

    private static void migrate(DataSource pool, QueryCache cache, String version, During during) {
        flyway(pool, cache, version, during).migrate();
    }

    private static Flyway flyway(DataSource pool, QueryCache cache, String version, During during) {
        return Flyway.configure()
                .dataSource(pool)
                .locations("classpath:db/cachetest")
                .javaMigrations(new V2__change(during), new V3__change(during))
                .target(version)
                .callbacks(new CacheSuspension(cache))
                .load();
    }

    private static void execute(Connection connection, String sql) throws Exception {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private abstract static class Change extends BaseJavaMigration {

        private final During during;

        private Change(During during) {
            this.during = during;
        }

        @Override
        public void migrate(Context context) throws Exception {
            during.run(context.getConnection());
        }
    }

    /** Flyway reads the version from the class's name. */
    private static final class V2__change extends Change {
        V2__change(During during) {
            super(during);
        }
    }

    private static final class V3__change extends Change {
        V3__change(During during) {
            super(during);
        }
    }
}
