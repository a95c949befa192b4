package dev.jooqcache.sources;

import static dev.jooqcache.testing.Database.H2;
import static dev.jooqcache.testing.Database.MARIADB;
import static dev.jooqcache.testing.Database.POSTGRESQL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.param;
import static org.jooq.impl.DSL.table;

import dev.jooqcache.CacheHint;
import dev.jooqcache.CachedQuery;
import dev.jooqcache.QueryCache;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.Fixture;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.apache.commons.dbcp2.BasicDataSource;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record1;
import org.jooq.impl.DefaultConfiguration;
import org.jooq.impl.SQLDataType;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What users have below jOOQ, in every registration: cached answers equal those of the database. */
@Tag("database")
@Tag("slow")
class PoolKindTest {

    private static final Field<String> V = field(name("v"), SQLDataType.VARCHAR(10));
    private static final Field<Integer> ID = field(name("id"), SQLDataType.INTEGER);
    private static final String READ = "select v from t where id = 1";

    private enum Registration {
        DERIVED {
            @Override
            DSLContext register(QueryCache cache, DataSource pool, Database database) {
                return cache.derive(new DefaultConfiguration().set(pool).set(database.dialect()))
                        .dsl();
            }
        },
        TRACKED {
            @Override
            DSLContext register(QueryCache cache, DataSource pool, Database database) {
                return DERIVED.register(cache, cache.track(pool), database);
            }
        },
        LISTENER {
            @Override
            DSLContext register(QueryCache cache, DataSource pool, Database database) {
                return new DefaultConfiguration()
                        .set(pool)
                        .set(database.dialect())
                        .set(cache.executeListenerProvider())
                        .dsl();
            }
        };

        abstract DSLContext register(QueryCache cache, DataSource pool, Database database);
    }

    static Stream<Arguments> kinds() {
        return Database.all().stream()
                .flatMap(database -> Arrays.stream(PoolKind.values()).map(kind -> Arguments.of(database, kind)));
    }

    /** A database with two schemas, whose pool is of a kind, and a cache. */
    private static final class Setting implements AutoCloseable {

        final Fixture f;
        final DataSource pool;
        final QueryCache cache = QueryCache.create();

        Setting(Database database, PoolKind kind, int size) throws Exception {
            f = Fixture.empty(database)
                    .with("create table t (id int primary key, v varchar(10))", "insert into t values (1, 'a')");
            String other = f.schema("other");
            f.with(
                    "create schema " + other,
                    "create table " + other + ".t (id int primary key, v varchar(10))",
                    "insert into " + other + ".t values (1, 'b')");
            pool = kind.open(f.pool.getJdbcUrl(), size);
        }

        String real() {
            return f.unseen.fetchOne(READ).get(0, String.class);
        }

        /** The next session answers the same through the cache and past it, again and again. */
        void assertSame(DSLContext dsl) {
            DSLContext bypassed = cache.with(dsl, CacheHint.bypass());
            for (int i = 0; i < 4; i++) assertThat(dsl.fetchValue(READ)).isEqualTo(bypassed.fetchValue(READ));
        }

        @Override
        public void close() throws Exception {
            long failures = cache.stats().failures();
            cache.close();
            PoolKind.close(pool);
            f.close();
            assertThat(failures).as("failures of the cache").isZero();
        }
    }

    private static void execute(DataSource dataSource, String... statements) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) statement.execute(sql);
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void readsAndWrites_areCachedAndFresh(Database database, PoolKind kind) throws Exception {
        for (Registration registration : Registration.values())
            try (Setting s = new Setting(database, kind, 3)) {
                DSLContext dsl = registration.register(s.cache, s.pool, database);
                for (int i = 0; i < 3; i++) {
                    assertThat(value(dsl)).isEqualTo(s.real());
                    long before = s.cache.stats().hits();
                    assertThat(value(dsl)).isEqualTo(s.real());
                    // The end of a transaction that the cache does not see is noticed once its connection is used
                    // again.
                    boolean isUnseen = registration == Registration.LISTENER && i > 0;
                    for (int j = 0;
                            isUnseen
                                    && kind.isSeenAgain
                                    && j < 50
                                    && s.cache.stats().hits() == before;
                            j++) value(dsl);
                    if (!isUnseen || kind.isSeenAgain)
                        assertThat(s.cache.stats().hits())
                                .as("%s over %s: %s", registration, kind, s.cache.stats())
                                .isEqualTo(before + 1);
                    set(dsl, "v" + i);
                    assertThat(value(dsl)).isEqualTo("v" + i);
                    dsl.transaction(c -> {
                        set(c.dsl(), "inside");
                        assertThat(value(c.dsl())).isEqualTo("inside");
                        if (kind != PoolKind.OPAQUE) assertThat(value(dsl)).isNotEqualTo("inside");
                    });
                    for (int j = 0; j < 3; j++) assertThat(value(dsl)).isEqualTo("inside");
                }
            }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void preparedQuery_isFresh(Database database, PoolKind kind) throws Exception {
        for (Registration registration : Registration.values())
            try (Setting s = new Setting(database, kind, 3)) {
                DSLContext dsl = registration.register(s.cache, s.pool, database);
                CachedQuery<Record1<String>> query = s.cache.prepare(
                        dsl, d -> d.select(V).from(table(name("t"))).where(V.ne(param("x", V))));
                for (int i = 0; i < 12; i++) {
                    for (int j = 0; j < 4; j++)
                        assertThat(query.fetch("x" + j % 3).getValue(0, V)).isEqualTo(s.real());
                    set(dsl, "v" + i);
                }
                assertThat(s.cache.stats().hits()).isPositive();
            }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void sessionGivenBackAltered_isNotTakenForAnother(Database database, PoolKind kind) throws Exception {
        // With two sessions, the database itself answers one way or the other.
        try (Setting s = new Setting(database, kind, 1)) {
            DataSource tracked = s.cache.track(s.pool);
            DSLContext dsl = Registration.DERIVED.register(s.cache, tracked, database);
            for (int round = 0; round < 2; round++) {
                s.assertSame(dsl);
                execute(tracked, s.f.use("other"));
                s.assertSame(dsl);
                try (Connection connection = tracked.getConnection()) {
                    if (database == MARIADB) connection.setCatalog(s.f.schema("public"));
                    else connection.setSchema(s.f.schema("public"));
                }
                s.assertSame(dsl);
                if (database == POSTGRESQL)
                    execute(tracked, "do $$ begin perform set_config('search_path', 'other', false); end $$");
                s.assertSame(dsl);
                execute(tracked, s.f.use("public"));
                s.assertSame(dsl);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void transactionLeftOpenBySql_isNeverPublished(Database database, PoolKind kind) throws Exception {
        try (Setting s = new Setting(database, kind, 1)) {
            DataSource tracked = s.cache.track(s.pool);
            DSLContext dsl = Registration.DERIVED.register(s.cache, tracked, database);
            s.assertSame(dsl);
            s.cache.invalidateAll();
            execute(tracked, database == H2 ? "set autocommit off" : "begin", "update t set v = 'dirty' where id = 1");
            s.assertSame(dsl);
            DSLContext others = s.cache
                    .derive(new DefaultConfiguration().set(s.f.pool).set(database.dialect()))
                    .dsl();
            for (int i = 0; i < 3; i++)
                assertThat(others.fetchValue(READ)).as("read by another pool").isEqualTo(s.real());
            execute(tracked, "rollback");
            if (database == H2) execute(tracked, "set autocommit on");
            for (int i = 0; i < 3; i++) assertThat(dsl.fetchValue(READ)).isEqualTo(s.real());
            for (int i = 0; i < 3; i++) assertThat(others.fetchValue(READ)).isEqualTo(s.real());
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void hit_onAKnownPool_takesNoConnection(Database database, PoolKind kind) throws Exception {
        try (Setting s = new Setting(database, kind, 1)) {
            DSLContext dsl = Registration.DERIVED.register(s.cache, s.pool, database);
            for (int i = 0; i < 3; i++) value(dsl);
            if (!kind.isKnown) return;
            try (Connection only = s.pool.getConnection();
                    Statement statement = only.createStatement();
                    ResultSet rows = statement.executeQuery(READ)) {
                assertThat(rows.next()).isTrue();
                long before = s.cache.stats().hits();
                assertThat(value(dsl)).isEqualTo("a");
                assertThat(s.cache.stats().hits()).isEqualTo(before + 1);
            }
        }
    }

    /** Without a delay, H2 forgets a database in memory with its last connection. */
    @Test
    void databaseInMemory_thatIsOpenedAgain_isAnotherOne() throws Exception {
        String url = "jdbc:h2:mem:again";
        for (PoolKind kind : new PoolKind[] {PoolKind.UNPOOLED, PoolKind.DBCP2}) {
            DataSource pool = kind.open(url, 1);
            if (pool instanceof BasicDataSource idle) idle.setMaxIdle(0);
            try (QueryCache cache = QueryCache.create()) {
                for (String each : new String[] {"first", "second"})
                    try (Connection open = DriverManager.getConnection(url)) {
                        try (Statement statement = open.createStatement()) {
                            statement.execute("create table t (id int primary key, v varchar(10))");
                            statement.execute("insert into t values (1, '" + each + "')");
                        }
                        DSLContext dsl = Registration.DERIVED.register(cache, pool, H2);
                        for (int i = 0; i < 3; i++)
                            assertThat(dsl.fetchValue(READ)).as("%s", kind).isEqualTo(each);
                    }
            } finally {
                PoolKind.close(pool);
            }
        }
    }

    private static String value(DSLContext dsl) {
        return dsl.select(V).from(table(name("t"))).where(ID.eq(1)).fetchOne(V);
    }

    private static void set(DSLContext dsl, String value) {
        dsl.update(table(name("t"))).set(V, value).where(ID.eq(1)).execute();
    }
}
