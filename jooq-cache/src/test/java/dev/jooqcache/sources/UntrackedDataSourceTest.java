package dev.jooqcache.sources;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jooqcache.BypassReason;
import dev.jooqcache.CacheStats;
import dev.jooqcache.QueryCache;
import dev.jooqcache.testing.Books;
import dev.jooqcache.testing.Catalogue;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import dev.jooqcache.testing.Log;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactory;
import io.r2dbc.spi.ConnectionFactoryMetadata;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jooq.Configuration;
import org.jooq.DSLContext;
import org.jooq.impl.DefaultConfiguration;
import org.reactivestreams.Publisher;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;

/** A data source under the listener that others can use past the cache is named in a warning, or refused. */
class UntrackedDataSourceTest {

    private static List<Function<DataSource, DataSource>> wrappers() {
        return List.of(
                pool -> pool,
                TransactionAwareDataSourceProxy::new,
                DelegatingDataSource::new,
                pool -> new DelegatingDataSource(pool) {});
    }

    private static DSLContext listening(QueryCache cache, DataSource dataSource, Database database) {
        Configuration configuration = new DefaultConfiguration()
                .set(dataSource)
                .set(database.dialect())
                .set(cache.executeListenerProvider());
        return configuration.dsl();
    }

    @DatabaseTest
    void untracked_isWarnedOfOnce(Database database) {
        try (Fixture f = Fixture.empty(database).with(Catalogue.DDL)) {
            for (Function<DataSource, DataSource> wrapper : wrappers())
                try (QueryCache cache = QueryCache.builder().name("warned").build()) {
                    DataSource dataSource = wrapper.apply(f.pool);
                    DSLContext dsl = listening(cache, dataSource, database);
                    List<String> lines = new ArrayList<>(Log.during(() -> {
                        for (int i = 0; i < 3; i++) Books.title(dsl);
                        Books.retitle(dsl, "1984");
                    }));
                    lines.removeIf(line -> !line.contains("untracked data source"));
                    assertThat(lines).hasSize(1);
                    assertThat(lines.get(0)).contains("warned:", dataSource.toString(), "cache.track(dataSource)");
                }
        }
    }

    @DatabaseTest
    void tracked_isNotWarnedOf(Database database) {
        try (Fixture f = Fixture.empty(database).with(Catalogue.DDL)) {
            for (Function<DataSource, DataSource> wrapper : wrappers())
                try (QueryCache cache = QueryCache.builder().strict().build()) {
                    DSLContext dsl = listening(cache, wrapper.apply(cache.track(f.pool)), database);
                    assertThat(Log.during(() -> {
                                for (int i = 0; i < 3; i++) Books.title(dsl);
                                dsl.transaction(c -> Books.title(c.dsl()));
                            }))
                            .noneMatch(line -> line.contains("untracked data source"));
                    assertThat(cache.stats().failures()).isZero();
                }
        }
    }

    @DatabaseTest
    void strict_refusesAnUntrackedDataSource(Database database) {
        try (Fixture f = Fixture.empty(database).with(Catalogue.DDL)) {
            for (Function<DataSource, DataSource> wrapper : wrappers())
                try (QueryCache cache = QueryCache.builder().strict().build()) {
                    DataSource dataSource = wrapper.apply(f.pool);
                    DSLContext dsl = listening(cache, dataSource, database);
                    assertThatThrownBy(() -> Books.title(dsl))
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessageContaining(dataSource.toString());
                    assertThatThrownBy(() -> Books.retitle(dsl, "new")).isInstanceOf(IllegalStateException.class);
                    assertThat(Books.title(f.unseen)).isEqualTo("1984");
                    assertThat(cache.stats().failures()).isZero();
                    DSLContext derived = cache.derive(
                                    new DefaultConfiguration().set(dataSource).set(database.dialect()))
                            .dsl();
                    assertThat(Books.title(derived))
                            .as("a derived configuration")
                            .isEqualTo("1984");
                }
        }
    }

    /** The cache fails at what it asks of the configuration; what JDBC writes is seen all the same. */
    @DatabaseTest
    void update_besideAFactoryThatCannotBeNamed_isSeen(Database database) {
        try (Fixture f = Fixture.catalogue(database).expectingFailures()) {
            DSLContext reading = listening(f.cache, f.pool, database);
            Books.title(reading);
            DSLContext failing = listening(f.cache, f.pool, database);
            failing.configuration().set(new Unnamed());
            Books.retitle(failing, "Ulysses");
            assertThat(f.cache.stats().failures()).isPositive();
            assertThat(Books.title(reading)).isEqualTo("Ulysses");
            CacheStats done = f.during(() -> Books.title(failing));
            assertThat(done.bypasses(BypassReason.CACHE_FAILURE)).isEqualTo(1);
            assertThat(done.stores()).isZero();
        }
    }

    private static final class Unnamed implements ConnectionFactory {

        @Override
        public Publisher<? extends Connection> create() {
            throw new UnsupportedOperationException();
        }

        @Override
        public ConnectionFactoryMetadata getMetadata() {
            throw new UnsupportedOperationException();
        }

        @Override
        public String toString() {
            throw new UnsupportedOperationException();
        }
    }
}
