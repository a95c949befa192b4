package dev.jooqcache.reads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.table;
import static org.jooq.impl.DSL.val;

import dev.jooqcache.InvalidationGranularity;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.ResultQuery;
import org.jooq.impl.SQLDataType;
import org.junit.jupiter.api.Tag;

/**
 * Scenario R2: names within names, columns called as statements are, and such words in literals and comments. A write
 * invalidates the results of its own table, and no others.
 */
@Tag("R2")
class NameInTextTest {

    /** Each is contained in another, or contains another. */
    private static final List<String> TABLES = List.of("test", "testparent", "parenttest", "test_2", "updated");

    private static final Field<Integer> ID = field(name("id"), SQLDataType.INTEGER);
    private static final Field<Integer> UPDATED = field(name("updated"), SQLDataType.INTEGER);
    private static final Field<String> NOTE = field(name("note"), SQLDataType.VARCHAR(200));

    /** Names all tables, and would write them if it were not a literal or a comment. */
    private static final String NOISE =
            "insert into test; update testparent; delete from parenttest; from test_2, updated";

    private static final List<BiFunction<DSLContext, String, ResultQuery<Record>>> READS = List.of(
            (dsl, t) -> dsl.select(List.of(ID, UPDATED, NOTE)).from(table(name(t))),
            (dsl, t) -> dsl.select(List.of(ID, val(NOISE))).from(table(name(t))),
            (dsl, t) -> dsl.select(List.of(ID, UPDATED)).from(table(name(t))).where(NOTE.ne(NOISE)),
            (dsl, t) -> dsl.resultQuery("select id, created_at, updated, deleted from " + t),
            (dsl, t) -> dsl.resultQuery("select id, updated, '" + NOISE + "' as noise from " + t),
            (dsl, t) -> dsl.resultQuery("select id, updated /* " + NOISE + " */ from " + t),
            (dsl, t) -> dsl.resultQuery("-- " + NOISE + "\nselect id, updated from " + t + " -- " + NOISE));

    private static final List<BiConsumer<DSLContext, String>> WRITES = List.of(
            (dsl, t) -> dsl.update(table(name(t))).set(UPDATED, UPDATED.plus(1)).execute(),
            (dsl, t) -> dsl.update(table(name(t)))
                    .set(UPDATED, UPDATED.plus(1))
                    .set(NOTE, NOISE + ".")
                    .execute(),
            (dsl, t) -> dsl.insertInto(table(name(t)), ID, UPDATED, NOTE)
                    .values(2, 2, NOISE)
                    .execute(),
            (dsl, t) -> dsl.deleteFrom(table(name(t))).where(ID.eq(2)).execute(),
            (dsl, t) -> dsl.execute("update " + t + " set updated = updated + 1, deleted = created_at"),
            (dsl, t) -> dsl.execute("update " + t + " set updated = updated + 1, note = '" + NOISE + "!'"),
            (dsl, t) -> dsl.execute("/* " + NOISE + " */ update " + t + " set updated = updated + 1 -- " + NOISE),
            (dsl, t) -> dsl.execute("insert into " + t + " (id, updated, note) values (2, 2, '" + NOISE + "')"),
            (dsl, t) -> dsl.execute("delete from " + t + " where note like 'insert into test;%' and id = 2"));

    private static Fixture fixture(Database database) {
        Fixture f = Fixture.empty(database, InvalidationGranularity.TABLE, pool -> {}, settings -> {});
        for (String t : TABLES)
            f.with(
                    "create table " + t
                            + " (id int primary key, created_at int, updated int, deleted int, note varchar(200))",
                    "insert into " + t + " values (1, 1, 1, 1, 'x')");
        return f;
    }

    @DatabaseTest
    void write_amongNamesThatContainEachOther_invalidatesItsTableOnly(Database database) {
        try (Fixture f = fixture(database)) {
            for (String written : TABLES)
                for (var write : WRITES) {
                    for (String t : TABLES) for (var read : READS) f.warm(dsl -> read.apply(dsl, t));
                    var before = f.unseen.fetch("select * from " + written);
                    write.accept(f.dsl, written);
                    assertThat(f.unseen.fetch("select * from " + written))
                            .as("the write has an effect")
                            .isNotEqualTo(before);
                    for (String t : TABLES)
                        for (var read : READS) {
                            long hits =
                                    f.during(() -> read.apply(f.dsl, t).fetch()).hits();
                            assertThat(hits)
                                    .as(
                                            "hit of %s after write %s of %s",
                                            read.apply(f.dsl, t), WRITES.indexOf(write), written)
                                    .isEqualTo(t.equals(written) ? 0 : 1);
                            f.assertFresh(dsl -> read.apply(dsl, t));
                        }
                }
        }
    }

    /** Quoted, so that they can be names at all. */
    @DatabaseTest
    void read_columnsCalledAsStatements_isCachedAndFresh(Database database) {
        List<String> names = List.of(
                "insert", "update", "delete", "merge", "select", "from", "into", "for update", "call", "now()", "lock");
        try (Fixture f = fixture(database)) {
            for (String table : List.of("update", "select", "delete from test")) {
                var columns = names.stream()
                        .map(column -> field(name(column), SQLDataType.INTEGER))
                        .toList();
                f.unseen.createTable(name(table)).columns(columns).execute();
                f.unseen
                        .insertInto(table(name(table)), columns)
                        .values(names.stream().map(column -> 1).toList())
                        .execute();
            }
            for (String table : List.of("update", "select", "delete from test"))
                for (String column : names) {
                    Field<Integer> odd = field(name(column), SQLDataType.INTEGER);
                    f.warm(dsl -> dsl.select(odd).from(table(name(table))));
                    f.warm(dsl -> dsl.select(ID).from(table(name("test"))));
                    f.dsl.update(table(name(table))).set(odd, odd.plus(1)).execute();
                    assertThat(f.assertFresh(dsl -> dsl.select(odd).from(table(name(table))))
                                    .getValues(odd))
                            .containsExactly(2);
                    f.warm(dsl -> dsl.select(odd).from(table(name(table))));
                    assertThat(f.during(() -> f.dsl.select(ID)
                                            .from(table(name("test")))
                                            .fetch())
                                    .hits())
                            .as("hit of test after update of %s of %s", column, table)
                            .isEqualTo(1);
                }
        }
    }
}
