package dev.jooqcache.writes;

import static dev.jooqcache.testing.Catalogue.AUTHOR;
import static dev.jooqcache.testing.Catalogue.BOOK;
import static dev.jooqcache.testing.Database.H2;
import static dev.jooqcache.testing.Database.MARIADB;
import static dev.jooqcache.testing.Database.POSTGRESQL;
import static dev.jooqcache.writes.Writing.coarse;
import static dev.jooqcache.writes.Writing.precise;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.row;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectOne;
import static org.jooq.impl.DSL.table;
import static org.jooq.impl.DSL.val;

import dev.jooqcache.testing.Books;
import dev.jooqcache.testing.Catalogue.Book;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.Fixture;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jooq.Configuration;
import org.jooq.DSLContext;
import org.jooq.conf.Settings;
import org.jooq.conf.StatementType;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;

@Tag("database")
@Tag("W1")
@DisplayName("W1: every form of DML that jOOQ can build")
class JooqDmlTest {

    private static final BigDecimal PRICE = new BigDecimal("5.00");
    private static final Book B = BOOK.as("b");

    static Stream<Arguments> writings() {
        return Writing.onEachDatabase(Stream.of(inserts(), updates(), deletes(), merges(), waysOfExecuting())
                .flatMap(List::stream)
                .toList());
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("writings")
    void read_afterWrite_isFresh(Database database, Writing writing) throws Exception {
        try (Fixture f = Fixture.catalogue(database)) {
            writing.check(f);
        }
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("writings")
    void read_afterCommittedTransaction_isFresh(Database database, Writing writing) throws Exception {
        try (Fixture f = Fixture.catalogue(database)) {
            writing.checkInTransaction(f);
        }
    }

    private static List<Writing> inserts() {
        return List.of(
                precise(
                        "insert values",
                        (f, dsl) ->
                                dsl.insertInto(BOOK).values(4, 1, "x", PRICE, 1).execute()),
                precise(
                        "insert columns",
                        (f, dsl) -> dsl.insertInto(BOOK, BOOK.ID, BOOK.AUTHOR_ID, BOOK.TITLE, BOOK.STOCK)
                                .values(4, 1, "x", 1)
                                .execute()),
                precise(
                        "insert set",
                        (f, dsl) -> dsl.insertInto(BOOK)
                                .set(BOOK.ID, 4)
                                .set(BOOK.AUTHOR_ID, 1)
                                .set(BOOK.TITLE, "x")
                                .set(BOOK.STOCK, 1)
                                .execute()),
                precise(
                        "insert of several rows",
                        (f, dsl) -> dsl.insertInto(BOOK)
                                .values(4, 1, "x", PRICE, 1)
                                .values(5, 1, "y", null, 1)
                                .execute()),
                precise(
                        "insert valuesOfRows",
                        (f, dsl) -> dsl.insertInto(BOOK, BOOK.ID, BOOK.AUTHOR_ID, BOOK.TITLE, BOOK.STOCK)
                                .valuesOfRows(row(4, 1, "x", 1), row(5, 1, "y", 1))
                                .execute()),
                precise(
                        "insert select from another table",
                        (f, dsl) -> dsl.insertInto(BOOK, BOOK.ID, BOOK.AUTHOR_ID, BOOK.TITLE, BOOK.STOCK)
                                .select(select(AUTHOR.ID.plus(10), AUTHOR.ID, AUTHOR.NAME, inline(0))
                                        .from(AUTHOR))
                                .execute()),
                precise(
                        "insert select from itself",
                        (f, dsl) -> dsl.insertInto(BOOK, BOOK.ID, BOOK.AUTHOR_ID, BOOK.TITLE, BOOK.STOCK)
                                .select(select(B.ID.plus(10), B.AUTHOR_ID, B.TITLE, B.STOCK)
                                        .from(B))
                                .execute()),
                precise(
                        "insert with a CTE",
                        (f, dsl) -> dsl.with("n")
                                .as(select(val(4).as("id")))
                                .insertInto(BOOK, BOOK.ID, BOOK.AUTHOR_ID, BOOK.TITLE, BOOK.STOCK)
                                .select(select(DSL.field(name("n", "id"), Integer.class), val(1), val("x"), val(1))
                                        .from(table(name("n"))))
                                .execute(),
                        POSTGRESQL),
                precise(
                        "insert on conflict do update",
                        (f, dsl) -> dsl.insertInto(BOOK)
                                .values(1, 1, "x", PRICE, 1)
                                .onConflict(BOOK.ID)
                                .doUpdate()
                                .set(BOOK.TITLE, "upserted")
                                .execute()),
                precise(
                        "insert on conflict do update set excluded",
                        (f, dsl) -> dsl.insertInto(BOOK)
                                .values(1, 1, "x", PRICE, 1)
                                .onConflict(BOOK.ID)
                                .doUpdate()
                                .setAllToExcluded()
                                .execute()),
                precise(
                        "insert on conflict do nothing",
                        (f, dsl) -> dsl.insertInto(BOOK)
                                .values(4, 1, "x", PRICE, 1)
                                .onConflictDoNothing()
                                .execute()),
                precise(
                        "insert on duplicate key update",
                        (f, dsl) -> dsl.insertInto(BOOK)
                                .values(1, 1, "x", PRICE, 1)
                                .onDuplicateKeyUpdate()
                                .set(BOOK.STOCK, BOOK.STOCK.plus(1))
                                .execute()),
                precise(
                        "insert on duplicate key ignore",
                        (f, dsl) -> dsl.insertInto(BOOK)
                                .values(4, 1, "x", PRICE, 1)
                                .onDuplicateKeyIgnore()
                                .execute()),
                precise(
                        "insert returning",
                        (f, dsl) -> dsl.insertInto(BOOK)
                                .values(4, 1, "x", PRICE, 1)
                                .returning(BOOK.ID)
                                .execute()),
                precise("InsertQuery", (f, dsl) -> {
                    var query = dsl.insertQuery(BOOK);
                    query.addValues(Map.of(BOOK.ID, 4, BOOK.AUTHOR_ID, 1, BOOK.TITLE, "x", BOOK.STOCK, 1));
                    query.execute();
                }),
                precise(
                        "insert into a table by name",
                        (f, dsl) -> dsl.insertInto(table(name("book")))
                                .columns(BOOK.ID, BOOK.AUTHOR_ID, BOOK.TITLE, BOOK.STOCK)
                                .values(4, 1, "x", 1)
                                .execute()),
                precise(
                        "insert into a plain-SQL table",
                        (f, dsl) -> dsl.insertInto(table("book"))
                                .columns(BOOK.ID, BOOK.AUTHOR_ID, BOOK.TITLE, BOOK.STOCK)
                                .values(4, 1, "x", 1)
                                .execute()));
    }

    private static List<Writing> updates() {
        return List.of(
                precise(
                        "update where",
                        (f, dsl) -> dsl.update(BOOK)
                                .set(BOOK.TITLE, "x")
                                .where(BOOK.ID.eq(1))
                                .execute()),
                precise(
                        "update without where",
                        (f, dsl) -> dsl.update(BOOK).set(BOOK.STOCK, 0).execute()),
                precise(
                        "update of a key",
                        (f, dsl) ->
                                dsl.update(BOOK).set(BOOK.ID, BOOK.ID.plus(100)).execute()),
                precise(
                        "update from",
                        (f, dsl) -> dsl.update(BOOK)
                                .set(BOOK.TITLE, AUTHOR.NAME)
                                .from(AUTHOR)
                                .where(BOOK.AUTHOR_ID.eq(AUTHOR.ID))
                                .execute(),
                        POSTGRESQL),
                coarse(
                        "update from",
                        (f, dsl) -> dsl.update(BOOK)
                                .set(BOOK.TITLE, AUTHOR.NAME)
                                .from(AUTHOR)
                                .where(BOOK.AUTHOR_ID.eq(AUTHOR.ID))
                                .execute(),
                        H2),
                precise(
                        "update set to a subquery",
                        (f, dsl) -> dsl.update(BOOK)
                                .set(
                                        BOOK.TITLE,
                                        select(AUTHOR.NAME).from(AUTHOR).where(AUTHOR.ID.eq(BOOK.AUTHOR_ID)))
                                .execute()),
                precise(
                        "update where exists",
                        (f, dsl) -> dsl.update(BOOK)
                                .set(BOOK.TITLE, "x")
                                .whereExists(selectOne().from(AUTHOR).where(AUTHOR.ID.eq(BOOK.AUTHOR_ID)))
                                .execute()),
                precise(
                        "update of a row value",
                        (f, dsl) -> dsl.update(BOOK)
                                .set(row(BOOK.TITLE, BOOK.STOCK), row("x", 1))
                                .where(BOOK.ID.eq(1))
                                .execute()),
                precise(
                        "update returning",
                        (f, dsl) -> dsl.update(BOOK)
                                .set(BOOK.TITLE, "x")
                                .where(BOOK.ID.eq(1))
                                .returning()
                                .fetch(),
                        H2,
                        POSTGRESQL),
                precise(
                        "update of an alias",
                        (f, dsl) -> dsl.update(B)
                                .set(B.TITLE, "x")
                                .where(B.ID.eq(1))
                                .execute()),
                precise(
                        "update order by limit",
                        (f, dsl) -> dsl.update(BOOK)
                                .set(BOOK.TITLE, "x")
                                .orderBy(BOOK.ID.desc())
                                .limit(1)
                                .execute()),
                precise(
                        "update with a CTE",
                        (f, dsl) -> dsl.with("n")
                                .as(select(val("x").as("title")))
                                .update(BOOK)
                                .set(
                                        BOOK.TITLE,
                                        select(DSL.field(name("n", "title"), String.class))
                                                .from(table(name("n"))))
                                .execute(),
                        POSTGRESQL),
                coarse(
                        "update of a join",
                        (f, dsl) -> dsl.update(AUTHOR.join(B).on(B.AUTHOR_ID.eq(AUTHOR.ID)))
                                .set(B.TITLE, AUTHOR.NAME)
                                .execute(),
                        MARIADB),
                precise("UpdateQuery", (f, dsl) -> {
                    var query = dsl.updateQuery(BOOK);
                    query.addValue(BOOK.TITLE, "x");
                    query.addConditions(BOOK.ID.eq(1));
                    query.execute();
                }),
                precise(
                        "update where plain SQL",
                        (f, dsl) -> dsl.update(BOOK)
                                .set(BOOK.TITLE, "x")
                                .where("id = ?", 1)
                                .execute()));
    }

    private static List<Writing> deletes() {
        return List.of(
                precise(
                        "delete where",
                        (f, dsl) -> dsl.deleteFrom(BOOK).where(BOOK.ID.eq(1)).execute()),
                precise("delete without where", (f, dsl) -> dsl.deleteFrom(BOOK).execute()),
                precise(
                        "delete using",
                        (f, dsl) -> dsl.deleteFrom(BOOK)
                                .using(AUTHOR)
                                .where(BOOK.AUTHOR_ID.eq(AUTHOR.ID))
                                .and(AUTHOR.NAME.eq("Orwell"))
                                .execute(),
                        POSTGRESQL),
                precise(
                        "delete where in a subquery",
                        (f, dsl) -> dsl.deleteFrom(BOOK)
                                .where(BOOK.AUTHOR_ID.in(
                                        select(AUTHOR.ID).from(AUTHOR).where(AUTHOR.NAME.eq("Orwell"))))
                                .execute()),
                precise(
                        "delete returning",
                        (f, dsl) -> dsl.deleteFrom(BOOK)
                                .where(BOOK.ID.eq(1))
                                .returning()
                                .fetch()),
                precise(
                        "delete of an alias",
                        (f, dsl) -> dsl.deleteFrom(B).where(B.ID.eq(1)).execute()),
                precise(
                        "delete order by limit",
                        (f, dsl) -> dsl.delete(BOOK).orderBy(BOOK.ID).limit(1).execute()),
                precise(
                        "delete with a CTE",
                        (f, dsl) -> dsl.with("n")
                                .as(select(val(1).as("id")))
                                .delete(BOOK)
                                .where(BOOK.ID.in(select(DSL.field(name("n", "id"), Integer.class))
                                        .from(table(name("n")))))
                                .execute(),
                        POSTGRESQL),
                precise("DeleteQuery", (f, dsl) -> {
                    var query = dsl.deleteQuery(BOOK);
                    query.addConditions(BOOK.ID.eq(1));
                    query.execute();
                }),
                coarse("truncate", (f, dsl) -> dsl.truncate(BOOK).execute()));
    }

    /** Which of the tables that it names a MERGE writes, jOOQ does not tell: they all count as written. */
    private static List<Writing> merges() {
        return List.of(
                coarse(
                        "merge using",
                        (f, dsl) -> dsl.mergeInto(BOOK)
                                .using(AUTHOR)
                                .on(BOOK.ID.eq(AUTHOR.ID))
                                .whenMatchedThenUpdate()
                                .set(BOOK.TITLE, AUTHOR.NAME)
                                .whenNotMatchedThenInsert(BOOK.ID, BOOK.AUTHOR_ID, BOOK.TITLE, BOOK.STOCK)
                                .values(AUTHOR.ID, AUTHOR.ID, AUTHOR.NAME, inline(0))
                                .execute(),
                        H2,
                        POSTGRESQL),
                precise(
                        "merge then delete",
                        (f, dsl) -> dsl.mergeInto(BOOK)
                                .using(selectOne())
                                .on(BOOK.ID.eq(1))
                                .whenMatchedThenDelete()
                                .execute(),
                        H2,
                        POSTGRESQL),
                coarse(
                        "merge into an alias",
                        (f, dsl) -> dsl.mergeInto(B)
                                .using(AUTHOR)
                                .on(B.ID.eq(AUTHOR.ID))
                                .whenMatchedThenUpdate()
                                .set(B.TITLE, AUTHOR.NAME)
                                .execute(),
                        H2,
                        POSTGRESQL),
                precise(
                        "merge key",
                        (f, dsl) -> dsl.mergeInto(BOOK, BOOK.ID, BOOK.AUTHOR_ID, BOOK.TITLE, BOOK.STOCK)
                                .key(BOOK.ID)
                                .values(1, 1, "x", 1)
                                .execute(),
                        H2,
                        POSTGRESQL));
    }

    private static List<Writing> waysOfExecuting() {
        return List.of(
                precise(
                        "static statement",
                        (f, dsl) -> with(dsl, new Settings().withStatementType(StatementType.STATIC_STATEMENT))
                                .update(BOOK)
                                .set(BOOK.TITLE, "x")
                                .execute()),
                precise(
                        "names as they are",
                        (f, dsl) -> with(
                                        dsl,
                                        new Settings()
                                                .withRenderQuotedNames(org.jooq.conf.RenderQuotedNames.NEVER)
                                                .withRenderNameCase(org.jooq.conf.RenderNameCase.UPPER))
                                .update(BOOK)
                                .set(BOOK.TITLE, "x")
                                .execute(),
                        H2,
                        POSTGRESQL),
                precise(
                        "execute(query)",
                        (f, dsl) -> dsl.execute(DSL.update(BOOK).set(BOOK.TITLE, "x"))),
                precise("query attached later", (f, dsl) -> {
                    var query = DSL.update(BOOK).set(BOOK.TITLE, "x");
                    query.attach(dsl.configuration());
                    query.execute();
                }),
                precise("a query kept open and executed twice", (f, dsl) -> {
                    try (var query =
                            dsl.query("update book set stock = stock + 1").keepStatement(true)) {
                        query.execute();
                        f.assertFresh(Books::authors);
                        query.execute();
                    }
                }),
                precise(
                        "plain SQL with a query part",
                        (f, dsl) -> dsl.execute("update {0} set {1} = {2}", BOOK, DSL.field(name("title")), val("x"))),
                precise(
                        "Publisher",
                        (f, dsl) ->
                                Flux.from(dsl.update(BOOK).set(BOOK.TITLE, "x")).blockLast()));
    }

    private static DSLContext with(DSLContext dsl, Settings settings) {
        Configuration derived = dsl.configuration().derive(settings);
        return derived.dsl();
    }
}
