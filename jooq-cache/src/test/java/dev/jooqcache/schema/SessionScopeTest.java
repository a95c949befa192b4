package dev.jooqcache.schema;

import static dev.jooqcache.schema.Relations.rows;
import static dev.jooqcache.testing.Database.H2;
import static dev.jooqcache.testing.Database.MARIADB;
import static dev.jooqcache.testing.Database.POSTGRESQL;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.BypassReason;
import dev.jooqcache.CacheHint;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.ResultQuery;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;

@Tag("K3")
@Tag("N2")
@DisplayName("K3, N2: what depends on the session is cached under a declared scope only, and never shared between two")
class SessionScopeTest {

    private static Fixture fixture(Database database) {
        return Fixture.empty(database)
                .with("create table a (id int primary key, v int not null)", "insert into a values (1, 10), (2, 20)");
    }

    /** Cached, on one connection of the tracked pool, whose session stays as it is left. */
    private static void session(Fixture f, Consumer<DSLContext> work) {
        f.dsl.connection(connection -> work.accept(f.cache
                .derive(DSL.using(connection, f.database.dialect()).configuration())
                .dsl()));
    }

    private static DSLContext keyed(Fixture f, DSLContext dsl, String key) {
        return f.cache.with(dsl, CacheHint.sessionScope(key));
    }

    private static long hits(Fixture f, ResultQuery<?> query) {
        return f.during(query::fetch).hits();
    }

    @DatabaseTest
    void sessionFunctions_areCachedUnderAKeyOnly(Database database) {
        List<String> expressions = switch (database) {
            case H2 -> List.of("current_user", "current_schema", "current_catalog");
            case POSTGRESQL -> List.of("current_user", "session_user", "current_schema", "current_setting('work_mem')");
            case MARIADB -> List.of("current_user()", "schema()", "database()");
        };
        try (Fixture f = fixture(database)) {
            for (String expression : expressions) {
                Function<DSLContext, ResultQuery<Record>> query =
                        dsl -> dsl.resultQuery("select id, v, " + expression + " as s from a order by id");
                f.assertBypass(BypassReason.SESSION_DEPENDENT, query);
                f.warm(dsl -> query.apply(keyed(f, dsl, "one")));
                assertThat(hits(f, query.apply(keyed(f, f.dsl, "two")))).isZero();
                assertThat(hits(f, query.apply(f.dsl))).as("without a key").isZero();
                f.dsl.execute("update a set v = v + 1");
                f.assertFresh(dsl -> query.apply(keyed(f, dsl, "one")));
            }
        }
    }

    @DatabaseTest
    void schemaOfTheSessionChanged_isToldApart(Database database) {
        try (Fixture f = fixture(database)) {
            String tenant = f.schema("tenant");
            f.with("create schema " + tenant)
                    .with(
                            "create table " + tenant + ".a (id int, v int)",
                            "insert into " + tenant + ".a values (7, 70)");
            f.warm(dsl -> rows(dsl, "a"));
            session(f, dsl -> {
                dsl.execute(f.use("tenant"));
                assertThat(rows(dsl, "a").fetch().getValues("id", Integer.class))
                        .containsExactly(7);
                DSLContext keyed = keyed(f, dsl, "tenant");
                assertThat(rows(keyed, "a").fetch()).hasSize(1);
                assertThat(hits(f, rows(keyed, "a"))).isEqualTo(1);
                assertThat(rows(keyed, "a").fetch().getValues("id", Integer.class))
                        .containsExactly(7);
                dsl.execute("update a set v = 71");
                assertThat(rows(keyed, "a").fetch().getValues("v", Integer.class))
                        .containsExactly(71);
                dsl.execute(f.use("public"));
            });
        }
    }

    @DatabaseTest
    void roleChanged_isToldApart(Database database) {
        if (database != POSTGRESQL) return;
        try (Fixture f = fixture(database)) {
            String role = role(f);
            f.with("grant select on a to " + role);
            try {
                f.warm(dsl -> rows(dsl, "a"));
                session(f, dsl -> {
                    dsl.execute("set role " + role);
                    assertThat(hits(f, rows(dsl, "a"))).isZero();
                    rows(keyed(f, dsl, role), "a").fetch();
                    assertThat(hits(f, rows(keyed(f, dsl, role), "a"))).isEqualTo(1);
                    dsl.execute("reset role");
                });
            } finally {
                dropRole(f, role);
            }
        }
    }

    @DatabaseTest
    void timeZoneChanged_isToldApart(Database database) {
        if (database == MARIADB) return; // Its server has no named zones loaded.
        String table = "create table z (id int, t timestamp with time zone)";
        try (Fixture f = fixture(database)
                .with(table, "insert into z values (1, timestamp with time zone '2026-01-01 00:00:00+00')")) {
            Function<DSLContext, ResultQuery<Record>> query =
                    dsl -> dsl.resultQuery("select id, cast(t as varchar(40)) as t from z");
            String here = f.warm(query).formatCSV();
            session(f, dsl -> {
                dsl.execute(database == H2 ? "set time zone '+05:00'" : "set timezone to 'Asia/Karachi'");
                String there = query.apply(dsl).fetch().formatCSV();
                if (database == POSTGRESQL) assertThat(there).isNotEqualTo(here);
                assertThat(there)
                        .isEqualTo(query.apply(f.cache.with(dsl, CacheHint.bypass()))
                                .fetch()
                                .formatCSV());
                assertThat(query.apply(dsl).fetch().formatCSV()).isEqualTo(there);
                dsl.execute(database == H2 ? "set time zone local" : "reset timezone");
            });
            f.assertFresh(query);
        }
    }

    @DatabaseTest
    void temporaryTable_isNotCachedEvenUnderAKey(Database database) {
        try (Fixture f = fixture(database)) {
            session(f, dsl -> {
                dsl.execute(
                        (database == H2 ? "create local temporary table" : "create temporary table") + " own (id int)");
                dsl.execute("insert into own values (1)");
                DSLContext keyed = keyed(f, dsl, "me");
                for (int i = 0; i < 3; i++)
                    assertThat(hits(f, rows(keyed, "own"))).isZero();
                dsl.execute("insert into own values (2)");
                assertThat(rows(keyed, "own").fetch()).hasSize(2);
                dsl.execute("drop table own");
            });
        }
    }

    @DatabaseTest
    @DisplayName("K3: a scope of the cache and a key of the context make one scope together")
    void scopeAndKey_together_areNeverMixedUp(Database database) {
        String[] scope = {null};
        try (Fixture f = Fixture.empty(database, cache -> cache.sessionScope(() -> scope[0]))
                .with("create table a (id int primary key, v int not null)", "insert into a values (1, 10), (2, 20)")) {
            List<String[]> scopes = List.of(
                    new String[] {null, null},
                    new String[] {"", "k"},
                    new String[] {"s", null},
                    new String[] {"s", "k"},
                    new String[] {"sk", null},
                    new String[] {"s", "kk"},
                    new String[] {"sk", "k"},
                    new String[] {"1:sk", null},
                    new String[] {"", "1:sk2"});
            for (String[] one : scopes) {
                scope[0] = one[0];
                DSLContext dsl = one[1] == null ? f.dsl : keyed(f, f.dsl, one[1]);
                assertThat(hits(f, rows(dsl, "a")))
                        .as("%s and %s, first", one[0], one[1])
                        .isZero();
                assertThat(hits(f, rows(dsl, "a")))
                        .as("%s and %s, second", one[0], one[1])
                        .isEqualTo(1);
            }
            f.dsl.execute("update a set v = v + 1");
            for (String[] one : scopes) {
                scope[0] = one[0];
                DSLContext dsl = one[1] == null ? f.dsl : keyed(f, f.dsl, one[1]);
                assertThat(rows(dsl, "a").fetch().getValues("v", Integer.class)).containsExactly(11, 21);
            }
        }
    }

    static String role(Fixture f) {
        String role = "role_" + f.unseen.fetchValue("select current_database()");
        f.with("create role " + role, "grant usage on schema public to " + role);
        return role;
    }

    static void dropRole(Fixture f, String role) {
        f.with("drop owned by " + role, "drop role " + role);
    }
}
