package dev.jooqcache.api;

import static dev.jooqcache.testing.Catalogue.BOOK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import dev.jooqcache.CacheHint;
import dev.jooqcache.CacheStats;
import dev.jooqcache.QueryCache;
import dev.jooqcache.testing.Books;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Properties;
import org.jooq.CloseableDSLContext;
import org.jooq.ConnectionProvider;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.conf.Settings;
import org.jooq.impl.DSL;
import org.jooq.impl.DataSourceConnectionProvider;
import org.jooq.impl.DefaultConfiguration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("QueryCache.using(..) mirrors DSL.using(..)")
class UsingTest {

    @DatabaseTest
    void using_ofOneDataSourceTwice_sharesResultsAndSeesWrites(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            Books.titles(f.cache.using(f.pool, database.dialect())).fetch();
            CacheStats second = f.during(() ->
                    Books.titles(f.cache.using(f.pool, database.dialect())).fetch());
            assertThat(second.hits()).isEqualTo(1);
            Books.retitle(f.cache.using(f.pool, database.dialect()), "new");
            assertThat(Books.title(f.cache.using(f.pool, database.dialect()))).isEqualTo("new");
            f.cache.using(f.pool, database.dialect()).transaction(c -> Books.retitle(c.dsl(), "newer"));
            assertThat(Books.title(f.cache.using(f.pool, database.dialect()))).isEqualTo("newer");
            assertThat(Books.title(f.dsl)).isEqualTo("newer");
        }
    }

    @DatabaseTest
    @DisplayName("a service makes its contexts anew for each request, on the pool or on the tracked pool")
    void using_forEachRequest_isStillAHit(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            f.warm(Books::titles);
            CacheStats done = f.during(() -> {
                for (int request = 0; request < 100; request++) {
                    Books.titles(f.cache.using(f.pool, database.dialect())).fetch();
                    Books.titles(f.cache.using(f.tracked, database.dialect())).fetch();
                }
            });
            assertThat(done.hits()).as("%s", done).isEqualTo(200);
        }
    }

    @DatabaseTest
    void using_eachOverload_isCachedAndKeepsWhatItWasGiven(Database database) throws SQLException {
        SQLDialect dialect = database.dialect();
        Settings settings = new Settings().withRenderFormatted(true);
        try (Fixture f = Fixture.catalogue(database);
                Connection connection = f.pool.getConnection()) {
            ConnectionProvider provider = new DataSourceConnectionProvider(f.pool);
            List<DSLContext> formatted = List.of(
                    f.cache.using(connection, settings),
                    f.cache.using(connection, dialect, settings),
                    f.cache.using(f.pool, dialect, settings),
                    f.cache.using(provider, dialect, settings),
                    f.cache.using(new DefaultConfiguration()
                            .set(connection)
                            .set(dialect)
                            .set(settings)));
            List<DSLContext> plain = List.of(
                    f.cache.using(connection),
                    f.cache.using(connection, dialect),
                    f.cache.using(f.pool, dialect),
                    f.cache.using(provider, dialect));
            for (List<DSLContext> all : List.of(formatted, plain)) {
                for (DSLContext dsl : all) {
                    assertThat(dsl.family()).isEqualTo(dialect.family());
                    assertThat(Books.titles(dsl).getSQL().contains("\n")).isEqualTo(all == formatted);
                    Books.titles(dsl).fetch();
                    assertThat(f.during(() -> Books.titles(dsl).fetch()).hits()).isEqualTo(1);
                }
            }
        }
    }

    @DatabaseTest
    void using_url_closesItsConnection(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            String url = f.pool.getJdbcUrl();
            f.warm(Books::titles);
            CloseableDSLContext closed = f.cache.using(url);
            try (CloseableDSLContext dsl = closed) {
                Books.titles(dsl).fetch();
                assertThat(f.during(() -> Books.titles(dsl).fetch()).hits()).isEqualTo(1);
                Books.retitle(dsl, "new");
                assertThat(Books.title(f.dsl)).isEqualTo("new");
            }
            assertThat(closed.configuration().connectionProvider().acquire()).isNull();
            closed.close();
            try (CloseableDSLContext dsl = f.cache.using(url, new Properties())) {
                assertThat(Books.title(dsl)).isEqualTo("new");
            }
        }
    }

    @DatabaseTest
    @DisplayName("a transaction that is open when the context is closed leaves no table uncached")
    void using_url_closedWithinATransaction_isCachedAgain(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            f.warm(Books::titles);
            try (CloseableDSLContext dsl = f.cache.using(f.pool.getJdbcUrl())) {
                dsl.connection(connection -> connection.setAutoCommit(false));
                Books.retitle(dsl, "new");
                assertThat(Books.title(dsl)).isEqualTo("new");
            }
            assertThat(Books.title(f.dsl)).isEqualTo(Books.title(f.unseen));
            f.warm(Books::titles);
        }
    }

    @Test
    void using_urlWithUser_isCached() {
        try (QueryCache cache = QueryCache.create();
                CloseableDSLContext dsl = cache.using("jdbc:h2:mem:using_user", "sa", "")) {
            dsl.execute("create table t (v int)");
            for (int i = 0; i < 2; i++) dsl.select(DSL.count()).from("t").fetch();
            assertThat(cache.stats().hits()).isEqualTo(1);
        }
    }

    @Test
    void using_urlOfR2dbc_isRefused() {
        try (QueryCache cache = QueryCache.create()) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> cache.using("r2dbc:h2:mem:///x?password=secret"))
                    .withMessageContaining("using(ConnectionFactories.get(url))")
                    .withMessageNotContaining("secret");
        }
    }

    @Test
    @SuppressWarnings("NullAway")
    void using_null_isRefused() {
        try (QueryCache cache = QueryCache.create()) {
            assertThatNullPointerException()
                    .isThrownBy(() -> cache.using((String) null))
                    .withMessage("url");
            assertThatNullPointerException()
                    .isThrownBy(() -> cache.using((org.jooq.Configuration) null))
                    .withMessage("configuration");
        }
    }

    @DatabaseTest
    void with_contextThatDoesNotUseTheCache_isRefused(Database database) {
        try (Fixture f = Fixture.catalogue(database);
                QueryCache other = QueryCache.builder().name("other").build()) {
            for (DSLContext foreign : List.of(f.unseen, other.using(f.pool, database.dialect()))) {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> f.cache.with(foreign, CacheHint.bypass()))
                        .withMessageStartingWith("the DSLContext does not use this cache");
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> f.cache.prepare(foreign, Books::titles))
                        .withMessageStartingWith("the DSLContext does not use this cache");
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> f.cache.prepare(f.dsl, Books::titles).using(foreign))
                        .withMessageStartingWith("the DSLContext does not use this cache");
            }
            DSLContext both = other.derive(f.dsl.configuration()).dsl();
            assertThat(f.cache.with(both, CacheHint.bypass()).fetchCount(BOOK)).isPositive();
        }
    }
}
