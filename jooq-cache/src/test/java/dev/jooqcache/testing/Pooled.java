package dev.jooqcache.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.jooqcache.BypassReason;
import dev.jooqcache.CacheHint;
import dev.jooqcache.CacheStats;
import dev.jooqcache.QueryCache;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.Result;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.jooq.impl.DefaultConfiguration;

/** A cache over a pool of any database, for those that are not among {@link Database}. */
public final class Pooled implements AutoCloseable {

    private final HikariDataSource pool;
    private final SQLDialect dialect;
    public final QueryCache cache = QueryCache.builder().name("test").build();
    /** The tracked pool. */
    public final DataSource tracked;
    /** Cached, on the tracked pool. */
    public final DSLContext dsl;
    /** Not cached and not seen by the cache. */
    public final DSLContext unseen;

    public Pooled(String url, SQLDialect dialect, Consumer<HikariConfig> settings) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setMaximumPoolSize(4);
        config.setMinimumIdle(0);
        settings.accept(config);
        this.pool = new HikariDataSource(config);
        this.dialect = dialect;
        this.tracked = cache.track(pool);
        this.unseen = DSL.using(pool, dialect);
        this.dsl = cached(tracked);
    }

    /** Executes statements before the cache has looked at the schema. */
    public Pooled with(String... statements) {
        Arrays.stream(statements).forEach(unseen::execute);
        return this;
    }

    public DSLContext cached(DataSource source) {
        return cache.derive(new DefaultConfiguration().set(source).set(dialect)).dsl();
    }

    /** Reads twice, which must be equal to the bypassed read, and answers how the second read ended. */
    public Outcome read(DSLContext on, String sql) {
        List<?> expected = rows(cache.with(on, CacheHint.bypass()), sql);
        assertThat(rows(on, sql)).as("first answer to %s", sql).isEqualTo(expected);
        CacheStats before = cache.stats();
        assertThat(rows(on, sql)).as("second answer to %s", sql).isEqualTo(expected);
        CacheStats done = cache.stats().minus(before);
        BypassReason why = Arrays.stream(BypassReason.values())
                .filter(reason -> Fixture.unstored(done, reason) > 0)
                .findFirst()
                .orElse(null);
        return new Outcome(done.hits() == 1, why);
    }

    public Outcome read(String sql) {
        return read(dsl, sql);
    }

    public static List<?> rows(DSLContext on, String sql) {
        Result<Record> rows = on.resultQuery(sql).fetch();
        return rows.stream().map(Record::intoList).toList();
    }

    @Override
    public void close() {
        long failures = cache.stats().failures();
        cache.close();
        pool.close();
        assertThat(failures).as("failures of the cache").isZero();
    }

    /**
     * How a read ended.
     *
     * @param hit whether it was served
     * @param bypass why it was not, or {@code null}
     */
    public record Outcome(boolean hit, BypassReason bypass) {

        public void isHit() {
            assertThat(hit).as("a hit: %s", bypass).isTrue();
        }

        public void isBypass(BypassReason why) {
            assertThat(bypass).isEqualTo(why);
        }
    }
}
