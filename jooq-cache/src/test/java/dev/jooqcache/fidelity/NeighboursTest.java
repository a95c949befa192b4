package dev.jooqcache.fidelity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfigMXBean;
import com.zaxxer.hikari.HikariDataSource;
import dev.jooqcache.testing.Books;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.Fixture;
import java.io.Closeable;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** What others do with a tracked source, and find on the class path, is as without the cache. */
class NeighboursTest {

    @Test
    void unwrap_tracked_answersAsThePool() throws SQLException {
        try (Fixture f = Fixture.catalogue(Database.H2)) {
            f.pool.getConnection().close();
            for (DataSource tracked : List.of(f.tracked, new DelegatingDataSource(f.tracked)))
                for (Class<?> type : List.of(
                        HikariDataSource.class,
                        HikariConfigMXBean.class,
                        AutoCloseable.class,
                        Closeable.class,
                        Connection.class))
                    assertThat(tracked.isWrapperFor(type)).as(type.getName()).isEqualTo(f.pool.isWrapperFor(type));
            assertThat(f.tracked.isWrapperFor(DataSource.class)).isTrue();
            assertThat(f.tracked.unwrap(DataSource.class)).isSameAs(f.pool);
            assertThat(f.tracked.unwrap(HikariDataSource.class)).isSameAs(f.pool);
            assertThat(f.tracked.unwrap(Closeable.class)).isSameAs(f.pool);
            assertThatThrownBy(() -> f.tracked.unwrap(Connection.class)).isInstanceOf(SQLException.class);
        }
    }

    /** As Spring Boot's {@code DataSourceBuilder.derivedFrom} looks for the class of the pool. */
    @Test
    void unwrap_untilNothingIsBelow_endsAtThePool() throws SQLException {
        try (Fixture f = Fixture.catalogue(Database.H2)) {
            DataSource source = f.tracked;
            for (int i = 0; i < 10 && source.isWrapperFor(DataSource.class); i++) {
                DataSource below = source.unwrap(DataSource.class);
                if (below == source) break;
                source = below;
            }
            assertThat(source).isSameAs(f.pool);
        }
    }

    @Test
    void track_unwrappable_isKnownUnderItsWrappers() {
        try (Fixture f = Fixture.catalogue(Database.H2)) {
            assertThat(f.cache.track(f.tracked)).isSameAs(f.tracked);
            f.warm(Books::titles);
            var dsl = f.cache
                    .derive(f.unseen.configuration().derive(new DelegatingDataSource(f.tracked)))
                    .dsl();
            Books.retitle(dsl, "new");
            assertThat(Books.title(f.dsl)).isEqualTo("new");
        }
    }

    @Test
    void classPath_hasNoCachingApi_butTheStoreWorks() {
        assertThatThrownBy(() -> Class.forName("javax.cache.Caching")).isInstanceOf(ClassNotFoundException.class);
        try (Fixture f = Fixture.catalogue(Database.H2)) {
            f.warm(Books::titles);
        }
    }
}
