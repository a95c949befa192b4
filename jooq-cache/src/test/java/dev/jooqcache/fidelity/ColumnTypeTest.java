package dev.jooqcache.fidelity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.BypassReason;
import dev.jooqcache.fidelity.ColumnType.Table;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import dev.jooqcache.testing.Watched;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.impl.DefaultDataType;
import org.junit.jupiter.api.Tag;

/** Every column type by itself, so that a failure names it. */
@Tag("F1")
class ColumnTypeTest {

    /** Reads every type; what was not served from the cache must be what {@link ColumnTypes} names, with the reason. */
    private static void assertEqualHits(
            Database database, BiFunction<DSLContext, Table, Object> read, Map<String, BypassReason> never) {
        try (Fixture f = Fixture.empty(database).with(ColumnTypes.ddl(database))) {
            var tables = ColumnType.create(f, ColumnTypes.on(database));
            Watched watched = new Watched(f);
            Map<String, BypassReason> bypassed = new TreeMap<>();
            for (Table table : tables) {
                BypassReason reason = watched.equalThrice(dsl -> read.apply(dsl, table));
                if (reason != null) bypassed.put(table.columnType.name(), reason);
            }
            assertThat(bypassed).isEqualTo(never);
        }
    }

    @DatabaseTest
    void fetch_typedField_isEqualHit(Database database) {
        assertEqualHits(
                database,
                (dsl, t) -> dsl.select(t.id, t.v).from(t).orderBy(t.id).fetch(),
                ColumnTypes.neverCached(database));
    }

    @DatabaseTest
    void fetch_plainSql_isEqualHit(Database database) {
        assertEqualHits(
                database,
                (dsl, t) -> dsl.resultQuery("select id, v from " + t.getName() + " order by id")
                        .fetch(),
                ColumnTypes.neverCached(database));
    }

    /**
     * jOOQ's parser keeps a type that it does not know by its name for the whole JVM, and with it jOOQ would read later
     * results of a type of that name, as the driver's objects.
     */
    @DatabaseTest
    void explain_textThatNamesAType_leavesWhatJooqKnowsOfIt(Database database) {
        if (database != Database.POSTGRESQL) return;
        String array = Stream.iterate("_int4", name -> "_" + name)
                .filter(name -> jooqsType(name).isArray())
                .findFirst()
                .orElseThrow();
        Class<?> before = jooqsType(array);
        try (Fixture f = Fixture.empty(database)) {
            f.cache.explain(f.dsl.resultQuery("select x::" + array + " from t"));
            f.cache.explain(f.dsl.resultQuery("select cast(x as " + array + ") from t"));
        }
        assertThat(jooqsType(array)).isEqualTo(before);
    }

    private static Class<?> jooqsType(String name) {
        return DefaultDataType.getDataType(SQLDialect.POSTGRES, name).getType();
    }
}
