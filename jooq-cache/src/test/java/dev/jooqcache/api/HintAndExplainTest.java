package dev.jooqcache.api;

import static dev.jooqcache.testing.Catalogue.AUTHOR;
import static dev.jooqcache.testing.Catalogue.BOOK;
import static dev.jooqcache.testing.Database.MARIADB;
import static dev.jooqcache.testing.Database.POSTGRESQL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.table;

import dev.jooqcache.BypassReason;
import dev.jooqcache.CacheDecision;
import dev.jooqcache.CacheHint;
import dev.jooqcache.CacheMode;
import dev.jooqcache.CacheStats;
import dev.jooqcache.testing.Books;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.time.Duration;
import org.jooq.DSLContext;
import org.jooq.ResultQuery;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.DisplayName;

@DisplayName("Hints on real queries, CacheMode.MARKED, and what explain(..) says")
class HintAndExplainTest {

    @DatabaseTest
    @DisplayName("bypass(): neither served nor stored; the plain context goes on with its hits")
    void bypass_read_leavesTheCacheAlone(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            DSLContext bypassing = f.cache.with(f.dsl, CacheHint.bypass());
            CacheStats first = f.during(() -> Books.books(bypassing).fetch());
            assertThat(first.bypasses(BypassReason.BYPASS_HINT)).isEqualTo(1);
            assertThat(first.stores()).isZero();
            f.warm(Books::books);
            f.unseen.update(BOOK).set(BOOK.STOCK, 0).execute();
            assertThat(Books.books(bypassing).fetch().getValues(BOOK.STOCK)).containsOnly(0);
            assertThat(f.during(() -> Books.books(f.dsl).fetch()).hits()).isEqualTo(1);
        }
    }

    @DatabaseTest
    @DisplayName("refresh(): executes, and its result is what others are served then")
    void refresh_read_replacesWhatIsCached(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            f.warm(Books::books);
            f.unseen.update(BOOK).set(BOOK.STOCK, 0).execute();
            CacheStats refreshed = f.during(
                    () -> Books.books(f.cache.with(f.dsl, CacheHint.refresh())).fetch());
            assertThat(refreshed.hits()).isZero();
            assertThat(refreshed.stores()).isEqualTo(1);
            CacheStats served = f.during(() ->
                    assertThat(Books.books(f.dsl).fetch().getValues(BOOK.STOCK)).containsOnly(0));
            assertThat(served.hits()).isEqualTo(1);
        }
    }

    @DatabaseTest
    @DisplayName("ttl(..): what is stored under it expires, and only that")
    void ttl_read_expires(Database database) throws InterruptedException {
        try (Fixture f = Fixture.catalogue(database)) {
            DSLContext brief = f.cache.with(f.dsl, CacheHint.expireAfterWrite(Duration.ofMillis(1)));
            Books.books(brief).fetch();
            f.warm(Books::authors);
            Thread.sleep(20);
            assertThat(f.during(() -> Books.books(f.dsl).fetch()).misses()).isEqualTo(1);
            assertThat(f.during(() -> Books.books(f.dsl).fetch()).hits()).isEqualTo(1);
            assertThat(f.during(() -> Books.authors(f.dsl).fetch()).hits()).isEqualTo(1);
        }
    }

    @DatabaseTest
    @DisplayName("key(..): results are shared within one scope only, and invalidated in all")
    void key_scopes_areSeparate(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            DSLContext one = f.cache.with(f.dsl, CacheHint.sessionScope("one"));
            DSLContext two = f.cache.with(f.dsl, CacheHint.sessionScope("two"));
            Books.books(one).fetch();
            assertThat(f.during(() -> Books.books(two).fetch()).hits()).isZero();
            assertThat(f.during(() -> Books.books(f.dsl).fetch()).hits()).isZero();
            assertThat(f.during(() -> Books.books(one).fetch()).hits()).isEqualTo(1);
            two.update(BOOK).set(BOOK.STOCK, 0).execute();
            for (DSLContext dsl : new DSLContext[] {one, two, f.dsl})
                assertThat(Books.books(dsl).fetch().getValues(BOOK.STOCK)).containsOnly(0);
        }
    }

    @DatabaseTest
    @DisplayName("a hint rides along into transactions, and does not change the context it came from")
    void with_hint_ridesIntoTransactions(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            f.warm(Books::books);
            DSLContext bypassing = f.cache.with(f.dsl, CacheHint.bypass());
            CacheStats inside = f.during(
                    () -> bypassing.transaction(c -> Books.books(c.dsl()).fetch()));
            assertThat(inside.bypasses(BypassReason.BYPASS_HINT)).isEqualTo(1);
            assertThat(f.during(() ->
                                    f.dsl.transaction(c -> Books.books(c.dsl()).fetch()))
                            .bypasses(BypassReason.BYPASS_HINT))
                    .isZero();
            assertThat(f.during(() -> Books.books(f.cache.with(bypassing, CacheHint.enable()))
                                    .fetch())
                            .hits())
                    .as("the later hint wins")
                    .isEqualTo(1);
        }
    }

    @DatabaseTest
    @DisplayName("MARKED: only marked queries are cached; cache(), ttl(..) and refresh() mark, key(..) does not")
    void marked_onlyMarkedQueries_areCached(Database database) {
        try (Fixture f = Fixture.catalogue(database, settings -> settings.mode(CacheMode.MARKED))) {
            f.assertBypass(BypassReason.NOT_MARKED, Books::books);
            f.assertBypass(BypassReason.NOT_MARKED, dsl -> Books.books(f.cache.with(dsl, CacheHint.sessionScope("x"))));
            f.assertBypass(BypassReason.BYPASS_HINT, dsl -> Books.books(f.cache.with(dsl, CacheHint.bypass())));
            for (CacheHint mark : new CacheHint[] {
                CacheHint.enable(), CacheHint.expireAfterWrite(Duration.ofMinutes(1)), CacheHint.refresh()
            }) {
                f.cache.invalidateAll();
                DSLContext marked = f.cache.with(f.dsl, mark);
                assertThat(f.during(() -> Books.books(marked).fetch()).stores())
                        .as("%s", mark)
                        .isEqualTo(1);
            }
            assertThat(f.during(() -> Books.books(f.cache.with(f.dsl, CacheHint.enable()))
                                    .fetch())
                            .hits())
                    .isEqualTo(1);
        }
    }

    @DatabaseTest
    @DisplayName("explain of a read")
    void explain_read_namesItsTables(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            CacheStats before = f.cache.stats();
            CacheDecision decision = f.cache.explain(
                    f.dsl.select(BOOK.TITLE).from(BOOK).join(AUTHOR).on(BOOK.AUTHOR_ID.eq(AUTHOR.ID)));
            assertThat(decision.isCacheable()).isTrue();
            assertThat(decision.reason()).isNull();
            assertThat(decision.tables()).containsExactly("author", "book");
            assertThat(decision.invalidates()).isEmpty();
            assertThat(decision).hasToString(quoted(database, """
                            cacheable
                              query    select "book"."title" from "book" join "author" on "book"."author_id" = "author"."id"
                              reads    author, book
                              depends  author: all rows, columns id
                              depends  book: all rows, columns author_id, id, title"""));
            assertThat(f.cache.stats().minus(before).misses()).isZero();
        }
    }

    @DatabaseTest
    @DisplayName("explain of a bypass")
    void explain_bypass_saysWhyAndWhatToDo(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            CacheDecision decision =
                    f.cache.explain(f.dsl.select(BOOK.ID, DSL.rand()).from(BOOK));
            assertThat(decision.isCacheable()).isFalse();
            assertThat(decision.reason()).isEqualTo(BypassReason.NONDETERMINISTIC_FUNCTION);
            String function = database == POSTGRESQL ? "random" : "rand";
            assertThat(decision).hasToString(quoted(database, """
                            bypass: NONDETERMINISTIC_FUNCTION
                              query    select "book"."id", %1$s() from "book"
                              reads    book
                              why      %1$s: its value changes between executions
                              fix      bind the value instead, for instance LocalDate.now()""".formatted(function)));
        }
    }

    /** With the quotes of the database. */
    private static String quoted(Database database, String text) {
        return database == MARIADB ? text.replace('"', '`') : text;
    }

    @DatabaseTest
    @DisplayName("explain of writes, which are not executed")
    void explain_write_namesWhatItTouches(Database database) {
        try (Fixture f = Fixture.catalogue(database)
                .with(
                        "create table parent (id int primary key)",
                        "create table child (id int primary key, foreign key (id) references parent (id) on delete"
                                + " cascade)")) {
            CacheDecision decision = f.cache.explain(f.dsl.deleteFrom(table(name("parent"))));
            assertThat(decision.isCacheable()).isFalse();
            assertThat(decision.reason()).isEqualTo(BypassReason.MODIFIES_DATA);
            assertThat(decision.invalidates()).containsExactly("child", "parent");
            assertThat(decision.toString())
                    .startsWith("bypass: MODIFIES_DATA\n  query    delete from ")
                    .contains(
                            "\n  writes   child (through foreign key of child), parent\n  changes  parent: rows with any id\n  why      DML: the statement writes, or may write");
            CacheDecision unknown = f.cache.explain(f.dsl.query("call something()"));
            assertThat(unknown.invalidates()).containsExactly("*");
            assertThat(unknown.toString()).contains("\n  writes   everything: the function something is not known\n");
            assertThat(f.cache.explain(f.dsl.insertInto(AUTHOR).values(3, "x")).invalidates())
                    .containsExactly("author");
            assertThat(Books.authors(f.unseen).fetch()).hasSize(2);
        }
    }

    @DatabaseTest
    @DisplayName("explain before any query has run, of an excluded table, and of an unattached query")
    void explain_specialCases(Database database) {
        try (Fixture f = Fixture.catalogue(database, settings -> settings.exclude(AUTHOR))) {
            CacheDecision excluded = f.cache.explain(Books.authors(f.dsl));
            assertThat(excluded.reason()).isEqualTo(BypassReason.EXCLUDED_TABLE);
            assertThat(excluded.toString()).contains("why      author: the query reads an excluded table");
            assertThat(f.cache.explain(Books.books(f.dsl)).isCacheable()).isTrue();
            assertThat(f.cache.explain(DSL.selectFrom(BOOK)).reason())
                    .as("built without a context, so without a database")
                    .isEqualTo(BypassReason.SCHEMA_UNKNOWN);
            ResultQuery<?> detached = Books.books(f.dsl);
            detached.detach();
            assertThatThrownBy(() -> f.cache.explain(detached))
                    .hasMessage("the query is not attached to a Configuration");
        }
    }
}
