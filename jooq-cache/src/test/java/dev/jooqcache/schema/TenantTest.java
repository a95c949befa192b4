package dev.jooqcache.schema;

import static dev.jooqcache.schema.Relations.rows;
import static dev.jooqcache.testing.Database.POSTGRESQL;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.BypassReason;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.function.Function;
import org.jooq.DSLContext;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** Two usual ways of keeping tenants apart, with a cache that knows the tenant by {@code sessionScope(..)}. */
@Tag("K3")
@DisplayName("K3: tenants never see each other's rows")
class TenantTest {

    private final ThreadLocal<String> tenant = new ThreadLocal<>();

    /** A pool whose connections are prepared for the current tenant by a statement, beneath the cache. */
    private DSLContext tenants(Fixture f, Function<String, String> statement) {
        DelegatingDataSource pool = new DelegatingDataSource(f.pool) {
            @Override
            public Connection getConnection() throws SQLException {
                Connection connection = super.getConnection();
                try (Statement jdbc = connection.createStatement()) {
                    jdbc.execute(statement.apply(tenant.get()));
                }
                return connection;
            }
        };
        return f.on(f.cache.track(pool));
    }

    private <T> T as(String name, java.util.function.Supplier<T> work) {
        tenant.set(name);
        try {
            return work.get();
        } finally {
            tenant.remove();
        }
    }

    private List<Integer> ids(DSLContext dsl, String name) {
        return as(name, () -> rows(dsl, "item").fetch().getValues("id", Integer.class));
    }

    private long hits(Fixture f, DSLContext dsl, String name) {
        return f.during(() -> ids(dsl, name)).hits();
    }

    @DatabaseTest
    void schemaPerTenant_withScope_isCachedForEach(Database database) {
        if (database != POSTGRESQL) return;
        try (Fixture f = Fixture.empty(database, cache -> cache.sessionScope(tenant::get))
                .with(
                        "create schema one",
                        "create schema two",
                        "create table one.item (id int)",
                        "create table two.item (id int)",
                        "insert into one.item values (1)",
                        "insert into two.item values (2)")) {
            DSLContext dsl = tenants(f, name -> "set search_path to " + name);
            for (int i = 0; i < 2; i++) {
                assertThat(ids(dsl, "one")).containsExactly(1);
                assertThat(ids(dsl, "two")).containsExactly(2);
            }
            assertThat(hits(f, dsl, "one")).isEqualTo(1);
            assertThat(hits(f, dsl, "two")).isEqualTo(1);
            as("two", () -> dsl.execute("insert into item values (22)"));
            assertThat(ids(dsl, "two")).containsExactly(2, 22);
            assertThat(ids(dsl, "one")).containsExactly(1);
        }
    }

    private static String[] policies(String role) {
        return new String[] {
            "create table item (id int, team text not null)",
            "create table membership (person text, team text)",
            "insert into item values (1, 'red'), (2, 'blue')",
            "insert into membership values ('ann', 'red'), ('bob', 'blue')",
            "alter table item enable row level security",
            "create policy of_team on item using (team in"
                    + " (select m.team from membership m where m.person = current_setting('app.person', true)))",
            "grant select, insert, update on item, membership to " + role,
        };
    }

    @DatabaseTest
    @DisplayName("K3: row level security, with a policy that reads a table of its own")
    void rowSecurity_withScope_isCachedForEachAndFresh(Database database) {
        if (database != POSTGRESQL) return;
        try (Fixture f = Fixture.empty(database, cache -> cache.sessionScope(tenant::get))) {
            String role = SessionScopeTest.role(f);
            f.with(policies(role));
            try {
                DSLContext dsl = tenants(
                        f, name -> "set role " + role + "; select set_config('app.person', '" + name + "', false)");
                for (int i = 0; i < 2; i++) {
                    assertThat(ids(dsl, "ann")).containsExactly(1);
                    assertThat(ids(dsl, "bob")).containsExactly(2);
                }
                assertThat(hits(f, dsl, "ann")).isEqualTo(1);
                as("bob", () -> dsl.execute("insert into item values (22, 'blue')"));
                assertThat(ids(dsl, "bob")).containsExactly(2, 22);
                assertThat(ids(dsl, "ann")).containsExactly(1);
                assertThat(hits(f, dsl, "ann")).isEqualTo(1);
                as("ann", () -> dsl.execute("insert into membership values ('ann', 'blue')"));
                assertThat(ids(dsl, "ann"))
                        .as("after a change of the table that the policy reads")
                        .containsExactly(1, 2, 22);
                assertThat(hits(f, dsl, "ann")).isEqualTo(1);
            } finally {
                reset(f, role);
            }
        }
    }

    @DatabaseTest
    void rowSecurity_withoutScope_bypasses(Database database) {
        if (database != POSTGRESQL) return;
        try (Fixture f = Fixture.empty(database)) {
            String role = SessionScopeTest.role(f);
            f.with(policies(role));
            try {
                DSLContext dsl = tenants(
                        f, name -> "set role " + role + "; select set_config('app.person', '" + name + "', false)");
                assertThat(ids(dsl, "ann")).containsExactly(1);
                assertThat(ids(dsl, "bob")).containsExactly(2);
                assertThat(f.cache.stats().bypasses(BypassReason.SESSION_DEPENDENT))
                        .isEqualTo(2);
                assertThat(f.cache.stats().stores()).isZero();
            } finally {
                reset(f, role);
            }
        }
    }

    /** The pool's connections still have the role. */
    private static void reset(Fixture f, String role) {
        f.pool.getHikariPoolMXBean().softEvictConnections();
        SessionScopeTest.dropRole(f, role);
    }
}
