package dev.jooqcache.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.table;

import com.zaxxer.hikari.HikariDataSource;
import dev.jooqcache.CacheHint;
import dev.jooqcache.CacheStats;
import dev.jooqcache.InvalidationGranularity;
import dev.jooqcache.QueryCache;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.SQLDialect;
import org.jooq.conf.RenderQuotedNames;
import org.jooq.conf.Settings;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.jooq.impl.DefaultConfiguration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** H2 with other rules for the case of names: a table is cached, and written under each of its spellings. */
@Tag("slow")
class H2SpellingTest {

    /** Statements on one table, of which a mode of H2 takes some and refuses others. */
    private static final List<String> WRITES = List.of(
            "update %s set %s = %s + 1", "update public.%s set %s = %s + 1", "update PUBLIC.%s set %s = %s + 1");

    private static final Field<Integer> ID = field(name("id"), Integer.class);
    private static final Field<Integer> V = field(name("v"), Integer.class);
    private static final List<String> TABLES = List.of("item", "ITEM", "Item", "\"item\"", "\"ITEM\"", "\"Item\"");
    private static final List<String> COLUMNS = List.of("v", "V", "\"v\"", "\"V\"");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "DATABASE_TO_UPPER=FALSE",
                "DATABASE_TO_LOWER=TRUE",
                "CASE_INSENSITIVE_IDENTIFIERS=TRUE",
                "DATABASE_TO_UPPER=FALSE;CASE_INSENSITIVE_IDENTIFIERS=TRUE",
                "DATABASE_TO_LOWER=TRUE;CASE_INSENSITIVE_IDENTIFIERS=TRUE",
                "MODE=MySQL;DATABASE_TO_LOWER=TRUE",
                "MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH",
                "MODE=MSSQLServer;DATABASE_TO_UPPER=FALSE"
            })
    void write_inAnySpellingThatTheDatabaseTakes_isSeenByReadsInAnyOther(String settings) {
        for (InvalidationGranularity precision : InvalidationGranularity.values()) {
            String url = "jdbc:h2:mem:" + UUID.randomUUID() + ";OPTIMIZE_REUSE_RESULTS=0"
                    + (settings.isEmpty() ? "" : ";" + settings);
            try (HikariDataSource pool = new HikariDataSource();
                    QueryCache cache = QueryCache.builder()
                            .name("spelling")
                            .invalidation(precision)
                            .build()) {
                pool.setJdbcUrl(url);
                DSLContext plain = DSL.using(pool, SQLDialect.H2);
                plain.execute("create table Item (id int primary key, v int)");
                plain.execute("insert into Item values (1, 1)");
                check(plain, cache, cache.track(pool));
                assertThat(cache.stats().failures()).isZero();
            }
        }
    }

    private static void check(DSLContext plain, QueryCache cache, DataSource tracked) {
        DSLContext dsl = cache.derive(new DefaultConfiguration().set(tracked).set(SQLDialect.H2))
                .dsl();
        DSLContext unquoted = dsl.configuration()
                .derive(new Settings().withRenderQuotedNames(RenderQuotedNames.NEVER))
                .dsl();
        List<String> spellings = new ArrayList<>();
        for (String table : TABLES)
            for (String column : COLUMNS)
                if (isTaken(plain, "select " + column + " from " + table)) spellings.add(column + " from " + table);
        assertThat(spellings).isNotEmpty();
        int written = 0;
        for (String write : WRITES)
            for (String table : TABLES)
                for (String column : COLUMNS) {
                    String sql = write.formatted(table, column, column);
                    if (!isTaken(plain, "explain " + sql)) continue;
                    written++;
                    spellings.forEach(spelling -> read(dsl, spelling));
                    CacheStats before = cache.stats();
                    spellings.forEach(spelling -> read(dsl, spelling));
                    CacheStats done = cache.stats().minus(before);
                    assertThat(done.hits()).as(done.toString()).isEqualTo(spellings.size());
                    dsl.execute(sql);
                    for (String spelling : spellings)
                        assertThat(read(dsl, spelling))
                                .as("%s after %s", spelling, sql)
                                .isEqualTo(read(cache.with(dsl, CacheHint.bypass()), spelling));
                }
        assertThat(written).isPositive();
        String table = isTaken(plain, "select 1 from item") ? "item" : "Item";
        for (DSLContext each : List.of(dsl, unquoted)) {
            if (each == dsl && !isTaken(plain, "select \"v\" from \"" + table + "\" where \"id\" = 1")) continue;
            int now = parts(each, table);
            assertThat(parts(each, table)).isEqualTo(now);
            each.update(table(name(table))).set(V, now + 1).where(ID.eq(1)).execute();
            assertThat(parts(each, table)).isEqualTo(now + 1);
        }
    }

    private static int parts(DSLContext dsl, String table) {
        return dsl.select(V).from(table(name(table))).where(ID.eq(1)).fetchSingle(V);
    }

    private static Object read(DSLContext dsl, String spelling) {
        return dsl.fetchValue("select " + spelling + " where id = 1");
    }

    private static boolean isTaken(DSLContext plain, String sql) {
        try {
            plain.fetch(sql);
            return true;
        } catch (DataAccessException e) {
            return false;
        }
    }
}
