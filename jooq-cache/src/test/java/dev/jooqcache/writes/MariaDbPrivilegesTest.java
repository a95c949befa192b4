package dev.jooqcache.writes;

import static dev.jooqcache.testing.Database.MARIADB;
import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.impl.DefaultConfiguration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;

/** Each method is one kind; each failed when it was written. */
@Tag("W2")
@DisplayName("What the catalog of MariaDB does not show to a user")
class MariaDbPrivilegesTest {

    private static final String[] TABLES = {
        "create table t (id int primary key, v int, n varchar(20))",
        "insert into t values (1, 10, 'a'), (5, 50, 'e')",
        "create table log (id int primary key, v int)",
        "insert into log values (1, 0)",
    };

    private static final String LOG = "select v from log where id = 1";

    private final List<String> stale = new ArrayList<>();

    private void compare(Fixture f, String read, String after) {
        String expected = f.unseen.fetch(read).formatCSV(false);
        for (int i = 0; i < 2; i++) {
            String served = f.dsl.fetch(read).formatCSV(false);
            if (expected.equals(served)) continue;
            stale.add(read + " | " + after + " | served " + served.trim() + ", right is " + expected.trim());
            return;
        }
    }

    private static Fixture asApp() {
        return Fixture.empty(
                MARIADB,
                pool -> {
                    pool.setUsername("app");
                    pool.setPassword("x");
                    pool.setJdbcUrl(pool.getJdbcUrl().replace("user=root&", ""));
                },
                cache -> {});
    }

    /** A server that checks privileges; its user is granted what applications often are. */
    private static void asUser(String grants, Consumer<Server> work) throws SQLException {
        String url = MARIADB.newUrl();
        try (Connection root = DriverManager.getConnection(url);
                Statement statement = root.createStatement()) {
            statement.execute("flush privileges");
            statement.execute("alter user root@localhost identified by ''");
        }
        // This one is known as the user that it is.
        try (Connection root = DriverManager.getConnection(url);
                Statement statement = root.createStatement()) {
            statement.execute("create or replace user app@localhost identified by 'x'");
            for (String grant : grants.split(";")) statement.execute(grant.trim());
            work.accept(new Server(statement));
            statement.execute("drop user app@localhost");
        }
        MARIADB.drop(url);
    }

    private record Server(Statement statement) {
        void execute(String... all) {
            try {
                for (String each : all) statement.execute(each);
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @DatabaseTest
    void privilegeOfAnotherUser_showsNoTriggers(Database database) throws SQLException {
        if (database != MARIADB) return;
        // Who may read mysql is shown the privileges of all.
        for (String grants : List.of(
                "grant select, insert, update, delete on *.* to app@localhost",
                "create or replace role other; grant trigger on *.* to other;"
                        + " grant select, insert, update, delete on *.* to app@localhost"))
            asUser(grants, server -> {
                try (Fixture f = asApp()) {
                    server.execute("use " + f.unseen.fetchValue("select database()"));
                    server.execute(TABLES);
                    server.execute("create trigger tr after insert on t for each row update log set v = v + 1");
                    for (int i = 0; i < 3; i++) f.dsl.fetch(LOG);
                    f.dsl.execute("insert into t values (8, 8, 'x')");
                    compare(f, LOG, "insert into t");
                }
            });
        assertThat(stale).isEmpty();
    }

    @DatabaseTest
    void ownPrivilege_showsTriggers(Database database) throws SQLException {
        if (database != MARIADB) return;
        String role = "create or replace role r; grant all on *.* to r; grant r to app@localhost;"
                + " set default role r for app@localhost";
        for (String grants : List.of("grant all on *.* to app@localhost", role))
            asUser(grants, server -> {
                try (Fixture f = asApp().with(TABLES)) {
                    f.warm(dsl -> dsl.resultQuery(LOG));
                    f.dsl.execute("insert into t values (8, 8, 'x')");
                    assertThat(f.during(() -> f.dsl.fetch(LOG)).hits())
                            .as(grants)
                            .isEqualTo(1);
                }
            });
    }

    /** Code runs with the rights of its definer, and so what the catalog shows to nobody else. */
    @DatabaseTest
    void whatIsNotShown_isNotOneOfItsName(Database database) throws SQLException {
        if (database != MARIADB) return;
        asUser("grant create on *.* to app@localhost", server -> {
            try (Fixture f = asApp()) {
                String own = String.valueOf(f.unseen.fetchValue("select database()"));
                String other = f.schema("s2");
                server.execute(
                        "grant all on `" + own + "`.* to app@localhost",
                        "revoke create on *.* from app@localhost",
                        "create database " + other,
                        "use " + own);
                // It was needed for the first connection, and shows all tables.
                f.pool.getHikariPoolMXBean().softEvictConnections();
                server.execute(TABLES);
                server.execute(
                        "create function " + other + ".twin() returns int begin update " + own
                                + ".log set v = v + 1; return 1; end",
                        "create function twin() returns int deterministic return 1",
                        "create view " + other + ".base as select v from " + own + ".log",
                        "create table base (id int primary key, v int)",
                        "create view w as select " + other + ".twin() as k from t",
                        "create view b as select v from " + other + ".base",
                        "create trigger tr before insert on t for each row set new.v = " + other + ".twin()",
                        "create table plain (id int primary key, v int)",
                        "create trigger trp after insert on plain for each row insert into base values (new.id, twin())",
                        "create view pv as select " + own + ".twin() as k, v from " + own + ".log");
                for (int i = 0; i < 3; i++) f.dsl.fetch(LOG);
                f.dsl.fetch("select k from w");
                compare(f, LOG, "select k from w");
                f.dsl.execute("insert into t values (8, 8, 'x')");
                compare(f, LOG, "insert into t");
                for (int i = 0; i < 3; i++) f.dsl.fetch("select v from b");
                f.dsl.execute("update log set v = 77");
                compare(f, "select v from b", "update log");
                // What the user is shown keeps its hits.
                f.warm(dsl -> dsl.resultQuery(LOG));
                f.warm(dsl -> dsl.resultQuery("select v from " + own + ".log"));
                f.warm(dsl -> dsl.resultQuery("select k, v from pv"));
                f.warm(dsl -> dsl.resultQuery("select " + own + ".twin(), twin() from log"));
                f.dsl.execute("insert into " + own + ".plain values (1, 1)");
                assertThat(f.during(() -> f.dsl.fetch(LOG)).hits()).isEqualTo(1);
            }
        });
        assertThat(stale).isEmpty();
    }

    /** InnoDB cascades whatever the writer may do, or see. */
    @DatabaseTest
    void foreignKeyOfATableThatIsNotShown_isFollowed(Database database) throws SQLException {
        if (database != MARIADB) return;
        for (String child :
                List.of("", "grant select on %s.* to app@localhost", "grant select on %s.child to app@localhost"))
            asUser("grant create on *.* to app@localhost", server -> {
                try (Fixture f = asApp()) {
                    String own = String.valueOf(f.unseen.fetchValue("select database()"));
                    String other = f.schema("s2");
                    server.execute(
                            "grant all on `" + own + "`.* to app@localhost",
                            "revoke create on *.* from app@localhost",
                            "create database " + other,
                            "use " + own);
                    server.execute(TABLES);
                    server.execute(
                            "create table " + other
                                    + ".child (id int primary key, t_id int, foreign key (t_id) references " + own
                                    + ".t (id) on delete cascade)",
                            "create table " + other
                                    + ".leaf (id int primary key, child_id int, foreign key (child_id) references "
                                    + other + ".child (id) on delete set null)",
                            "insert into " + other + ".child values (1, 1), (5, 5)",
                            "insert into " + other + ".leaf values (1, 1), (5, 5)");
                    if (!child.isEmpty()) server.execute(child.formatted(other));
                    f.pool.getHikariPoolMXBean().softEvictConnections();
                    String read = "select count(*) from " + other + ".child";
                    String leaves = "select count(child_id) from " + other + ".leaf";
                    HikariConfig config = new HikariConfig();
                    config.setJdbcUrl(f.pool.getJdbcUrl() + "&user=root");
                    config.setMaximumPoolSize(2);
                    try (HikariDataSource pool = new HikariDataSource(config)) {
                        DSLContext all = f.cache
                                .derive(new DefaultConfiguration()
                                        .set(f.cache.track(pool))
                                        .set(SQLDialect.MARIADB))
                                .dsl();
                        List<DSLContext> readers = child.isEmpty() ? List.of(all) : List.of(all, f.dsl);
                        f.dsl.fetch(LOG);
                        for (int i = 0; i < 3; i++) {
                            for (DSLContext each : readers) each.fetch(read);
                            all.fetch(leaves);
                            f.dsl.fetch(LOG);
                        }
                        assertThat(f.during(() -> all.fetch(leaves)).hits()).isEqualTo(1);
                        f.dsl.execute("delete from t where id = 5");
                        for (DSLContext each : readers)
                            for (int i = 0; i < 2; i++)
                                if (!each.fetchValue(read).equals(1L)
                                        || !all.fetchValue(leaves).equals(1L))
                                    stale.add(child + (each == all ? " by root" : " by the writer"));
                        // Of a schema that it is shown, the user is shown no triggers, so that its writes touch
                        // everything.
                        if (child.isEmpty()) {
                            f.dsl.fetch(LOG);
                            f.dsl.execute("delete from t where id = 1");
                            assertThat(f.during(() -> f.dsl.fetch(LOG)).hits()).isEqualTo(1);
                        }
                    }
                    server.execute("drop database " + other);
                }
            });
        assertThat(stale).isEmpty();
    }
}
