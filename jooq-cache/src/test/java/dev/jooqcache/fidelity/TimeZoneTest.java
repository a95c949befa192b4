package dev.jooqcache.fidelity;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import dev.jooqcache.CacheHint;
import dev.jooqcache.fidelity.ColumnType.Wide;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Exactly;
import dev.jooqcache.testing.Fixture;
import dev.jooqcache.testing.Watched;
import java.util.ArrayList;
import java.util.List;
import java.util.TimeZone;
import java.util.function.Function;
import org.jooq.DSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;

/** The JVM's default time zone, on which JDBC depends, changes between the fill and the hit. */
@Tag("F1")
class TimeZoneTest {

    private final TimeZone before = TimeZone.getDefault();

    @AfterEach
    void restore() {
        TimeZone.setDefault(before);
    }

    @DatabaseTest
    void fetch_zoneChangedAfterFill_isFresh(Database database) {
        try (Fixture f = Fixture.empty(database, pool -> oneSteadyConnection(database, pool), settings -> {})
                .with(ColumnTypes.ddl(database))) {
            List<ColumnType> types = new ArrayList<>(ColumnTypes.on(database));
            types.removeIf(type -> ColumnTypes.neverCached(database).containsKey(type.name()));
            Wide wide = ColumnType.wide(f, types);
            Watched watched = new Watched(f);
            Function<DSLContext, Object> read =
                    dsl -> dsl.selectFrom(wide).orderBy(wide.id).fetch();
            for (String zone : List.of("Asia/Kathmandu", "America/New_York", "Asia/Kathmandu", "UTC")) {
                // The first cached read in a zone comes right after those in another one.
                TimeZone.setDefault(TimeZone.getTimeZone(zone));
                Object cached = Exactly.describe(read.apply(watched.dsl));
                assertThat(cached)
                        .isEqualTo(Exactly.describe(read.apply(f.cache.with(watched.dsl, CacheHint.bypass()))));
                watched.equalAndHit(read);
            }
        }
    }

    /**
     * PostgreSQL's driver tells the server its zone when it connects, and gives a time with time zone another offset
     * once it has executed a statement five times: without the cache, answers differ by connection and by count.
     */
    private static void oneSteadyConnection(Database database, HikariConfig pool) {
        pool.setMaximumPoolSize(1);
        if (database == Database.POSTGRESQL) pool.addDataSourceProperty("prepareThreshold", "0");
    }
}
