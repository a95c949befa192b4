package dev.jooqcache.reads;

import static dev.jooqcache.reads.Library.X;
import static org.assertj.core.api.Assertions.assertThat;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.table;

import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Name;
import org.jooq.Record;
import org.jooq.ResultQuery;
import org.jooq.Table;
import org.jooq.conf.RenderNameCase;
import org.jooq.conf.RenderQuotedNames;
import org.jooq.conf.Settings;
import org.jooq.impl.SQLDataType;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Scenario R6: however a table is spelled, it is one table. */
@Tag("R6")
class SpellingTest {

    /** One way to spell the table x in a query that reads all of it, and in a statement that changes it. */
    private record Spelling(
            String name, Function<DSLContext, ResultQuery<Record>> read, Function<DSLContext, Integer> write) {}

    private static Spelling plain(String spelled) {
        return new Spelling(
                "plain " + spelled,
                dsl -> dsl.resultQuery("select * from " + spelled),
                dsl -> dsl.execute("update " + spelled + " set v = v + 1"));
    }

    private static Spelling jooq(String name, Table<?> table, Field<Integer> v) {
        return new Spelling(
                name,
                dsl -> dsl.select().from(table),
                dsl -> dsl.update(table).set(v, v.plus(1)).execute());
    }

    private static Spelling generated(String name, UnaryOperator<Settings> with) {
        return new Spelling(
                "generated, " + name,
                dsl -> set(dsl, with).selectFrom(X),
                dsl -> set(dsl, with).update(X).set(X.V, X.V.plus(1)).execute());
    }

    private static DSLContext set(DSLContext dsl, UnaryOperator<Settings> with) {
        return dsl.configuration().derive(with.apply(new Settings())).dsl();
    }

    /** What unquoted names are folded to decides how quoted ones are spelled. */
    private static List<Spelling> spellings(UnaryOperator<String> fold, boolean foldsTables) {
        Name x = name(fold.apply("x"));
        Name publicX = name(fold.apply("public"), fold.apply("x"));
        Field<Integer> v = field(name(fold.apply("v")), SQLDataType.INTEGER);
        Field<Integer> plainV = field("v", SQLDataType.INTEGER);
        List<Spelling> all = new ArrayList<>(List.of(
                generated("unquoted", s -> s.withRenderQuotedNames(RenderQuotedNames.NEVER)),
                generated(
                        "unquoted, without the schema",
                        s -> s.withRenderQuotedNames(RenderQuotedNames.NEVER).withRenderSchema(false)),
                jooq("DSL.table(name)", table(x), v),
                jooq("DSL.table(plain)", table("x"), plainV),
                plain("x")));
        if (!foldsTables) return all;
        all.addAll(List.of(
                generated(
                        "unquoted and upper-case",
                        s -> s.withRenderQuotedNames(RenderQuotedNames.NEVER).withRenderNameCase(RenderNameCase.UPPER)),
                jooq("DSL.table(qualified name)", table(publicX), v),
                jooq("DSL.table(plain, upper-case)", table("X"), plainV),
                jooq("DSL.table(plain, qualified)", table("PUBLIC.x"), plainV),
                plain("X"),
                plain("public.x"),
                plain("Public.X"),
                plain("\"" + fold.apply("x") + "\""),
                plain("\"" + fold.apply("public") + "\".\"" + fold.apply("x") + "\"")));
        return all;
    }

    /** Each spelling reads; each spelling writes; the other table's result stays. */
    private static void assertOneTable(Fixture f, List<Spelling> spellings) {
        for (Spelling writing : spellings)
            for (Spelling reading : spellings) {
                f.warm(reading.read);
                f.warm(dsl -> dsl.resultQuery("select * from a"));
                assertThat(writing.write.apply(f.dsl)).as(writing.name).isEqualTo(1);
                assertThat(f.during(() -> reading.read.apply(f.dsl).fetch()).hits())
                        .as("hits of %s after %s", reading.name, writing.name)
                        .isZero();
                f.assertFresh(reading.read);
                assertThat(f.during(() -> f.dsl.fetch("select * from a")).hits())
                        .as("hits of another table after %s", writing.name)
                        .isEqualTo(1);
            }
    }

    @DatabaseTest
    void write_ofAnySpelling_invalidatesEverySpelling(Database database) {
        try (Fixture f = Library.fixture(database)) {
            // Names of MariaDB's tables are those of files.
            List<Spelling> spellings =
                    new ArrayList<>(spellings(s -> s.toLowerCase(Locale.ROOT), database != Database.MARIADB));
            spellings.add(generated("quoted", s -> s.withRenderQuotedNames(RenderQuotedNames.ALWAYS)));
            if (database == Database.MARIADB) spellings.add(plain("`x`"));
            assertOneTable(f, spellings);
        }
    }

    private static Fixture foldingToUpperCase(String name) {
        return Fixture.empty(
                Database.H2,
                pool -> pool.setJdbcUrl("jdbc:h2:mem:" + name + ";DB_CLOSE_DELAY=-1;OPTIMIZE_REUSE_RESULTS=0"),
                cache -> {});
    }

    @Test
    @Tag("database")
    void write_ofAnySpelling_invalidatesEverySpellingWhereNamesAreUpperCase() {
        try (Fixture f = foldingToUpperCase("spelling").with(Library.DDL)) {
            assertOneTable(f, spellings(s -> s.toUpperCase(Locale.ROOT), true));
        }
    }

    /** Two tables, although their names differ in case only. */
    @Test
    @Tag("database")
    void write_ofATableSpelledInAnotherCase_leavesNeitherStale() {
        try (Fixture f = foldingToUpperCase("twins").with(Library.DDL)) {
            f.with("create table \"x\" (\"id\" int primary key, \"v\" int)", "insert into \"x\" values (1, 1)");
            for (int i = 0; i < 2; i++)
                for (String written : List.of("update x set v = v + 1", "update \"x\" set \"v\" = \"v\" + 1")) {
                    f.warm(dsl -> dsl.resultQuery("select v from x"));
                    f.warm(dsl -> dsl.select(X.V).from(X));
                    assertThat(f.dsl.fetch("select v from x"))
                            .isNotEqualTo(f.dsl.select(X.V).from(X).fetch());
                    f.dsl.execute(written);
                    f.assertFresh(dsl -> dsl.resultQuery("select v from x"));
                    f.assertFresh(dsl -> dsl.select(X.V).from(X));
                }
        }
    }
}
