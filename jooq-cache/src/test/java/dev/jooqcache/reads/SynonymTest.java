package dev.jooqcache.reads;

import static dev.jooqcache.reads.Library.X;
import static org.assertj.core.api.Assertions.assertThat;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.table;

import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.Fixture;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.ResultQuery;
import org.jooq.impl.SQLDataType;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Scenario R5: synonyms, which only H2 has. Reads are fresh, from the cache or not; writes are seen by everybody. */
@Tag("R5")
@Tag("database")
class SynonymTest {

    private static final Field<Integer> V = field(name("v"), SQLDataType.INTEGER);

    private static final List<Function<DSLContext, ResultQuery<Record>>> READS = List.of(
            dsl -> dsl.select(List.of(V)).from(table(name("syn"))),
            dsl -> dsl.select(List.of(V)).from("syn"),
            dsl -> dsl.resultQuery("select v from SYN"),
            dsl -> dsl.resultQuery("select s.v from public.syn as s"),
            dsl -> dsl.resultQuery("select v from x where v in (select v from syn)"),
            dsl -> dsl.selectFrom(X));

    private static final List<Consumer<DSLContext>> WRITES = List.of(
            dsl -> dsl.update(table(name("syn"))).set(V, V.plus(1)).execute(),
            dsl -> dsl.execute("update syn set v = v + 1"),
            dsl -> dsl.update(X).set(X.V, X.V.plus(1)).execute());

    @Test
    void write_ofOrThroughASynonym_isSeen() {
        try (Fixture f = Library.fixture(Database.H2).with("create synonym syn for x")) {
            for (var read : READS)
                for (var write : WRITES) {
                    Record before = f.assertFresh(read).get(0);
                    write.accept(f.dsl);
                    assertThat(f.assertFresh(read).get(0)).isNotEqualTo(before);
                }
        }
    }

    @Test
    void recreate_asASynonymOfAnotherTable_isSeen() {
        try (Fixture f = Library.fixture(Database.H2)
                .with(
                        "create schema other",
                        "create table other.x (id int primary key, v int not null)",
                        "insert into other.x values (1, 100)",
                        "create synonym syn for x")) {
            for (var read : READS.subList(0, 4)) {
                f.dsl.execute("create or replace synonym syn for x");
                assertThat(f.assertFresh(read).getValues(V)).containsExactly(10);
                f.dsl.execute("create or replace synonym syn for other.x");
                assertThat(f.assertFresh(read).getValues(V)).containsExactly(100);
                f.dsl.execute("drop synonym syn");
                f.dsl.execute("create synonym syn for x");
                assertThat(f.assertFresh(read).getValues(V)).containsExactly(10);
            }
        }
    }
}
