package dev.jooqcache.sources;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.jooqcache.BypassReason;
import dev.jooqcache.CacheStats;
import dev.jooqcache.QueryCache;
import dev.jooqcache.testing.Database;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Stream;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.impl.DefaultConfiguration;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.datasource.lookup.AbstractRoutingDataSource;

/** A real streaming standby, which lags behind as long as its replay is paused: nothing that it answers is stored. */
class StandbyTest {

    private static final String READ = "select v from t where id = 1";

    private boolean readsStandby;

    private static Path directory() throws IOException {
        return Files.createTempDirectory(
                "standby", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    /** A copy of a running server's files, as pg_basebackup makes it, which is not among the embedded programs. */
    private static EmbeddedPostgres standby(EmbeddedPostgres primary, Path files, Path copy) throws Exception {
        String label;
        try (Connection connection = primary.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("select pg_backup_start('standby', true)");
            copy(files, copy);
            try (ResultSet row = statement.executeQuery("select labelfile from pg_backup_stop(false)")) {
                row.next();
                label = row.getString(1);
            }
        }
        Files.writeString(copy.resolve("backup_label"), label);
        Files.createFile(copy.resolve("standby.signal"));
        Files.writeString(
                copy.resolve("postgresql.auto.conf"),
                "primary_conninfo = 'host=localhost port=" + primary.getPort() + " user=postgres'\n",
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
        return EmbeddedPostgres.builder()
                .setDataDirectory(copy)
                .setCleanDataDirectory(false)
                .setServerConfig("hot_standby", "on")
                .setServerConfig("max_connections", "300")
                .start();
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path file : (Iterable<Path>) all::iterator) {
                Path target = to.resolve(from.relativize(file).toString());
                String name = file.getFileName().toString();
                if (name.equals("postmaster.pid") || name.equals("postmaster.opts") || name.startsWith("epg-lock"))
                    continue;
                if (Files.isDirectory(file)) Files.createDirectories(target);
                else if (Files.exists(file)) Files.copy(file, target);
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static HikariDataSource pool(EmbeddedPostgres server) {
        HikariDataSource pool = new HikariDataSource();
        pool.setJdbcUrl(server.getJdbcUrl("postgres", "postgres"));
        pool.setMaximumPoolSize(3);
        return pool;
    }

    private static void execute(EmbeddedPostgres server, String... statements) throws SQLException {
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) statement.execute(sql);
        }
    }

    /** Waits until the standby has replayed what the primary has written so far. */
    private static void catchUp(EmbeddedPostgres primary, EmbeddedPostgres standby) throws SQLException {
        String written;
        try (Connection connection = primary.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select pg_current_wal_insert_lsn()::text")) {
            row.next();
            written = row.getString(1);
        }
        try (Connection connection = standby.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            boolean isBehind;
            do {
                try (ResultSet row =
                        statement.executeQuery("select coalesce(pg_last_wal_replay_lsn() < '" + written + "', true)")) {
                    row.next();
                    isBehind = row.getBoolean(1);
                }
            } while (isBehind);
        }
    }

    @Test
    void readsDuringTheLag_areNotServedAfterIt() throws Exception {
        if (!Database.all().contains(Database.POSTGRESQL)) return;
        Path files = directory();
        try (EmbeddedPostgres primary = EmbeddedPostgres.builder()
                        .setDataDirectory(files)
                        .setServerConfig("wal_level", "replica")
                        .setServerConfig("max_wal_senders", "4")
                        .start();
                EmbeddedPostgres standby = standby(primary, files, directory());
                HikariDataSource writing = pool(primary);
                HikariDataSource reading = pool(standby);
                QueryCache cache = QueryCache.create()) {
            execute(primary, "create table t (id int primary key, v text)", "insert into t values (1, 'old')");
            catchUp(primary, standby);
            AbstractRoutingDataSource router = new AbstractRoutingDataSource() {
                @Override
                protected Object determineCurrentLookupKey() {
                    return readsStandby ? "reading" : "writing";
                }
            };
            router.setTargetDataSources(java.util.Map.of("reading", reading, "writing", writing));
            router.afterPropertiesSet();
            String url = standby.getJdbcUrl("postgres", "postgres");
            HikariDataSource several = new HikariDataSource();
            several.setJdbcUrl(url.replace("localhost:", "localhost:" + primary.getPort() + ",localhost:")
                    + "&targetServerType=secondary");
            for (DSLContext dsl : List.of(derived(cache, reading), derived(cache, router), derived(cache, several))) {
                readsStandby = true;
                execute(primary, "update t set v = 'old'");
                catchUp(primary, standby);
                for (int i = 0; i < 3; i++) assertThat(dsl.fetchValue(READ)).isEqualTo("old");
                execute(standby, "select pg_wal_replay_pause()");
                derived(cache, writing).execute("update t set v = 'new'");
                CacheStats lagging = cache.stats();
                for (int i = 0; i < 3; i++) assertThat(dsl.fetchValue(READ)).isEqualTo("old");
                assertThat(cache.stats().minus(lagging).bypasses(BypassReason.STANDBY))
                        .isEqualTo(3);
                execute(standby, "select pg_wal_replay_resume()");
                catchUp(primary, standby);
                for (int i = 0; i < 3; i++) assertThat(dsl.fetchValue(READ)).isEqualTo("new");
                readsStandby = false;
                for (int i = 0; i < 2; i++)
                    assertThat(derived(cache, router).fetchValue(READ)).isEqualTo("new");
            }
            CacheStats before = cache.stats();
            for (int i = 0; i < 3; i++) derived(cache, writing).fetchValue(READ);
            assertThat(cache.stats().minus(before).hits())
                    .as("hits on the primary")
                    .isGreaterThanOrEqualTo(2);
            several.close();
        }
    }

    private static DSLContext derived(QueryCache cache, javax.sql.DataSource pool) {
        return cache.derive(new DefaultConfiguration().set(pool).set(SQLDialect.POSTGRES))
                .dsl();
    }
}
