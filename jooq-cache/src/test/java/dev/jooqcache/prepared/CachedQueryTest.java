package dev.jooqcache.prepared;

import static dev.jooqcache.testing.Catalogue.AUTHOR;
import static dev.jooqcache.testing.Catalogue.BOOK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inlined;
import static org.jooq.impl.DSL.multiset;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.param;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.table;

import dev.jooqcache.BypassReason;
import dev.jooqcache.CacheHint;
import dev.jooqcache.CacheMode;
import dev.jooqcache.CacheStats;
import dev.jooqcache.CachedQuery;
import dev.jooqcache.MappedQuery;
import dev.jooqcache.testing.Books;
import dev.jooqcache.testing.Catalogue;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.EncodedStore;
import dev.jooqcache.testing.Fixture;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jooq.Configuration;
import org.jooq.DSLContext;
import org.jooq.ExecuteContext;
import org.jooq.ExecuteListener;
import org.jooq.Param;
import org.jooq.Record1;
import org.jooq.Record2;
import org.jooq.Record3;
import org.jooq.RecordMapper;
import org.jooq.Records;
import org.jooq.Result;
import org.jooq.ResultQuery;
import org.jooq.VisitListener;
import org.jooq.exception.DataAccessException;
import org.jooq.exception.NoDataFoundException;
import org.jooq.exception.TooManyRowsException;
import org.jooq.impl.DataSourceConnectionProvider;
import org.jooq.impl.DefaultConfiguration;
import org.jooq.impl.SQLDataType;
import org.junit.jupiter.api.DisplayName;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.transaction.support.TransactionTemplate;

@DisplayName("Prepared queries")
class CachedQueryTest {

    private record Title(int id, String title) {}

    private static final int FIRST_ID = 1000;

    /** Counts how often jOOQ makes the query, which a hit of a prepared query does without. */
    private static final class Makings {
        private final AtomicInteger count = new AtomicInteger();

        ResultQuery<Record2<Integer, String>> bookById(DSLContext dsl) {
            count.incrementAndGet();
            return dsl.select(BOOK.ID, BOOK.TITLE).from(BOOK).where(BOOK.ID.eq(param("id", BOOK.ID)));
        }

        int during(Runnable work) {
            int before = count.get();
            work.run();
            return count.get() - before;
        }
    }

    private final Makings makings = new Makings();

    private CachedQuery<Record2<Integer, String>> bookById(Fixture f) {
        return f.cache.prepare(f.dsl, makings::bookById);
    }

    /** Has jOOQ execute it for so many books that it is known by then, and their results are stored. */
    private static void warm(CachedQuery<?> bookById) {
        for (int i = 0; i < 2; i++) for (int id = 1; id <= 3; id++) bookById.fetch(id);
    }

    private static Configuration with(Fixture f, ExecuteListener listener) {
        Configuration configuration = f.unseen.configuration().derive();
        configuration.set(f.tracked);
        configuration.set(listener);
        return f.cache.derive(configuration);
    }

    @DatabaseTest
    void hit_isWithoutJooq_andEqualsJooqs(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            CachedQuery<Record2<Integer, String>> bookById = bookById(f);
            warm(bookById);
            for (int id = 1; id <= 4; id++) {
                int book = id;
                Result<Record2<Integer, String>> expected =
                        makings.bookById(f.bypassed()).bind("id", book).fetch();
                bookById.fetch(book);
                CacheStats before = f.cache.stats();
                assertThat(makings.during(() -> {
                            Result<Record2<Integer, String>> result = bookById.fetch(book);
                            assertThat(result).isEqualTo(expected);
                            assertThat(result.fields()).isEqualTo(expected.fields());
                        }))
                        .isZero();
                CacheStats done = f.cache.stats().minus(before);
                assertThat(done.hits()).isEqualTo(1);
                assertThat(done.misses() + done.bypasses()).isZero();
            }
        }
    }

    @DatabaseTest
    void entries_areSharedWithTheQueryItself(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            CachedQuery<Record2<Integer, String>> bookById = bookById(f);
            bookById.fetch(1);
            bookById.fetch(2);
            f.dsl.select(BOOK.ID, BOOK.TITLE).from(BOOK).where(BOOK.ID.eq(3)).fetch();
            assertThat(makings.during(
                            () -> assertThat(bookById.fetchSingle(3).value2()).isEqualTo("Brida")))
                    .isZero();
        }
    }

    @DatabaseTest
    void write_isSeen(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            CachedQuery<Record2<Integer, String>> bookById = bookById(f);
            MappedQuery<Title> titleById = bookById.map(Records.mapping(Title::new));
            warm(bookById);
            assertThat(titleById.fetchSingle(1).title()).isEqualTo("1984");
            for (String title : List.of("first", "second", "third")) {
                Books.retitle(f.dsl, title);
                assertThat(bookById.fetchSingle(1).value2()).isEqualTo(title);
                assertThat(titleById.fetchSingle(1).title()).isEqualTo(title);
                assertThat(titleById.fetchSingle(1).title()).isEqualTo(title);
            }
        }
    }

    @DatabaseTest
    void transaction_isPrivateAndRolledBack(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            CachedQuery<Record2<Integer, String>> bookById = bookById(f);
            MappedQuery<Title> titleById = bookById.map(Records.mapping(Title::new));
            warm(bookById);
            titleById.fetch(1);
            assertThatThrownBy(() -> f.dsl.transaction(transaction -> {
                        Books.retitle(transaction.dsl(), "uncommitted");
                        assertThat(bookById.using(transaction.dsl())
                                        .fetchSingle(1)
                                        .value2())
                                .isEqualTo("uncommitted");
                        assertThat(titleById
                                        .using(transaction.dsl())
                                        .fetchSingle(1)
                                        .title())
                                .isEqualTo("uncommitted");
                        assertThat(bookById.fetchSingle(1).value2()).isEqualTo("1984");
                        assertThat(titleById.fetchSingle(1).title()).isEqualTo("1984");
                        throw new DataAccessException("roll back");
                    }))
                    .hasMessage("roll back");
            assertThat(titleById.fetchSingle(1).title()).isEqualTo("1984");
        }
    }

    @DatabaseTest
    void schemaChange_isSeen(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            CachedQuery<Record2<Integer, String>> bookById = bookById(f);
            warm(bookById);
            f.dsl.execute("alter table book rename column title to title_then");
            f.dsl.execute("alter table book add title varchar(10) default 'new' not null");
            assertThat(bookById.fetchSingle(1).value2()).isEqualTo("new");
            assertThat(bookById.fetchSingle(2).value2()).isEqualTo("new");
        }
    }

    /** What tells whether its results are worth storing is what its hits are counted in. */
    @DatabaseTest
    void textThatWasForgotten_isHitAsBefore(Database database) {
        try (Fixture f = Fixture.catalogue(database, settings -> settings.maximumAnalyzedStatements(20))) {
            for (int i = 0; i < 500; i++)
                f.unseen.execute("insert into author (id, name) values (?, 'x')", FIRST_ID + i);
            CachedQuery<Record1<String>> nameById = f.cache.prepare(
                    f.dsl, dsl -> dsl.select(AUTHOR.NAME).from(AUTHOR).where(AUTHOR.ID.eq(param("id", AUTHOR.ID))));
            for (int i = 0; i < 9; i++) nameById.fetch(1 + i % 3);
            for (int i = 0; i < 100; i++) f.dsl.fetch("select name, " + i + " from author where id = 1");
            long hits = 0;
            for (int i = 0; i < 500; i++) {
                int id = FIRST_ID + i;
                nameById.fetch(id);
                hits += f.during(() -> nameById.fetch(id)).hits();
            }
            assertThat(hits).isGreaterThan(490);
        }
    }

    @DatabaseTest
    void mapped_isMadeOnceForEachResult(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            CachedQuery<Record2<Integer, String>> bookById = bookById(f);
            MappedQuery<Title> titles = bookById.into(Title.class);
            warm(bookById);
            Title title = titles.fetchOne(1);
            assertThat(title).isEqualTo(new Title(1, "1984"));
            assertThat(titles.fetchOne(1)).isSameAs(title);
            assertThat(titles.fetchOptional(1).orElseThrow()).isSameAs(title);
            assertThatThrownBy(() -> titles.fetch(1).clear()).isInstanceOf(UnsupportedOperationException.class);
            Books.retitle(f.dsl, "new");
            titles.fetchOne(1);
            assertThat(titles.fetchOne(1)).isEqualTo(new Title(1, "new"));
        }
    }

    @DatabaseTest
    void mapper_ofTwoQueries_isNotHandedTheOthersRows(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            RecordMapper<Record1<String>, String> mapper = row -> row.value1();
            CachedQuery<Record1<String>> titleById = f.cache.prepare(
                    f.dsl, d -> d.select(BOOK.TITLE).from(BOOK).where(BOOK.ID.eq(param("id", BOOK.ID))));
            CachedQuery<Record1<String>> shoutedById = f.cache.prepare(
                    f.dsl,
                    d -> d.select(BOOK.TITLE.convertFrom(title -> title + "!"))
                            .from(BOOK)
                            .where(BOOK.ID.eq(param("id", BOOK.ID))));
            warm(titleById);
            warm(shoutedById);
            for (int i = 0; i < 2; i++) {
                assertThat(titleById.map(mapper).fetchSingle(1)).isEqualTo("1984");
                assertThat(shoutedById.map(mapper).fetchSingle(1)).isEqualTo("1984!");
            }
        }
    }

    @DatabaseTest
    void springTransaction_isPrivate(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            DSLContext dsl = f.cache
                    .derive(new DefaultConfiguration()
                            .set(new DataSourceConnectionProvider(new TransactionAwareDataSourceProxy(f.tracked)))
                            .set(database.dialect()))
                    .dsl();
            MappedQuery<Title> titles = f.cache.prepare(dsl, makings::bookById).map(Records.mapping(Title::new));
            for (int i = 0; i < 3; i++) for (int id = 1; id <= 3; id++) titles.fetch(id);
            assertThat(makings.during(() -> titles.fetch(1))).isZero();
            new TransactionTemplate(new DataSourceTransactionManager(f.tracked)).executeWithoutResult(status -> {
                Books.retitle(dsl, "uncommitted");
                assertThat(titles.fetchSingle(1).title()).isEqualTo("uncommitted");
                status.setRollbackOnly();
            });
            assertThat(titles.fetchSingle(1).title()).isEqualTo("1984");
        }
    }

    @DatabaseTest
    void records_areNewForEachReader(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            CachedQuery<Record2<Integer, String>> bookById = bookById(f);
            warm(bookById);
            bookById.fetchSingle(1).value2("changed by a reader");
            assertThat(bookById.fetchSingle(1).value2()).isEqualTo("1984");
            assertThat(bookById.fetchSingle(1).configuration()).isNotNull();
        }
    }

    @DatabaseTest
    void bytes_areNewForEachReader(Database database) {
        String type = database == Database.POSTGRESQL ? "bytea" : "varbinary(10)";
        try (Fixture f = Fixture.empty(database).with("create table picture (id int primary key, data " + type + ")")) {
            f.unseen
                    .insertInto(table(name("picture")))
                    .columns(field(name("id"), Integer.class), field(name("data"), byte[].class))
                    .values(1, new byte[] {1})
                    .values(2, new byte[] {2})
                    .execute();
            CachedQuery<?> pictureById = f.cache.prepare(
                    f.dsl,
                    d -> d.select(field(name("data"), byte[].class))
                            .from(table(name("picture")))
                            .where(field(name("id"), Integer.class).eq(param("id", Integer.class))));
            for (int i = 0; i < 2; i++) for (int id = 1; id <= 2; id++) pictureById.fetch(id);
            ((byte[]) pictureById.fetchSingle(1).get(0))[0] = 9;
            assertThat((byte[]) pictureById.fetchSingle(1).get(0)).containsExactly(1);
        }
    }

    @DatabaseTest
    void tableRecords_canBeStored(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            CachedQuery<Catalogue.BookRecord> bookById =
                    f.cache.prepare(f.dsl, d -> d.selectFrom(BOOK).where(BOOK.ID.eq(param("id", BOOK.ID))));
            warm(bookById);
            CacheStats before = f.cache.stats();
            Catalogue.BookRecord book = bookById.fetchSingle(1);
            assertThat(f.cache.stats().minus(before).hits()).isEqualTo(1);
            assertThat(book.changed()).isFalse();
            book.set(BOOK.TITLE, "stored");
            assertThat(book.store()).isEqualTo(1);
            assertThat(bookById.fetchSingle(1).get(BOOK.TITLE)).isEqualTo("stored");
            assertThat(bookById.fetchSingle(1).get(BOOK.TITLE)).isEqualTo("stored");
        }
    }

    @DatabaseTest
    void nestedRows_equalJooqs(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            CachedQuery<? extends Record2<String, ? extends Result<?>>> authorById = f.cache.prepare(
                    f.dsl,
                    d -> d.select(
                                    AUTHOR.NAME,
                                    multiset(select(BOOK.ID, BOOK.TITLE)
                                            .from(BOOK)
                                            .where(BOOK.AUTHOR_ID.eq(AUTHOR.ID))
                                            .orderBy(BOOK.ID)))
                            .from(AUTHOR)
                            .where(AUTHOR.ID.eq(param("id", AUTHOR.ID))));
            for (int i = 0; i < 2; i++) for (int id = 1; id <= 2; id++) authorById.fetch(id);
            CacheStats before = f.cache.stats();
            Result<?> books = authorById.fetchSingle(1).value2();
            assertThat(f.cache.stats().minus(before).hits()).isEqualTo(1);
            assertThat(books.getValues(BOOK.TITLE)).containsExactly("1984", "Animal Farm");
        }
    }

    @DatabaseTest
    void order_isThatOfTheQuery_andConstantsStay(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            CachedQuery<?> books = f.cache.prepare(
                    f.dsl,
                    d -> d.select(BOOK.TITLE)
                            .from(BOOK)
                            .where(BOOK.STOCK.ge(param("stock", Integer.class)))
                            .and(BOOK.ID.lt(100))
                            .and(BOOK.ID.ge(param("from", Integer.class)))
                            .and(BOOK.STOCK.lt(param("stock", Integer.class).plus(15)))
                            .orderBy(BOOK.ID));
            assertThat(books.parameters()).containsExactly("stock", "from");
            for (int i = 0; i < 2; i++) {
                assertThat(books.fetch(10, 1).getValues(BOOK.TITLE)).containsExactly("1984", "Animal Farm");
                assertThat(books.fetch(20, 2).getValues(BOOK.TITLE)).containsExactly("Animal Farm", "Brida");
                assertThat(books.fetch(10, 2).getValues(BOOK.TITLE)).containsExactly("Animal Farm");
                assertThat(books.fetch(20, 1).getValues(BOOK.TITLE)).containsExactly("Animal Farm", "Brida");
            }
        }
    }

    @DatabaseTest
    void null_isAskedByJooq(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            CachedQuery<Record2<Integer, String>> bookById = bookById(f);
            warm(bookById);
            for (int i = 0; i < 2; i++)
                assertThat(makings.during(
                                () -> assertThat(bookById.fetch((Object) null)).isEmpty()))
                        .isEqualTo(1);
        }
    }

    @DatabaseTest
    void inlinedArgument_staysWithJooq(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            CachedQuery<?> bookById = f.cache.prepare(
                    f.dsl, d -> d.select(BOOK.TITLE).from(BOOK).where(BOOK.ID.eq(inlined(param("id", Integer.class)))));
            for (int i = 0; i < 3; i++) {
                assertThat(bookById.fetch(1).getValues(BOOK.TITLE)).containsExactly("1984");
                assertThat(bookById.fetch(3).getValues(BOOK.TITLE)).containsExactly("Brida");
            }
        }
    }

    @DatabaseTest
    void argumentThatIsInlinedAsWell_staysWithJooq(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            CachedQuery<?> bookById = f.cache.prepare(
                    f.dsl,
                    d -> d.select(BOOK.TITLE)
                            .from(BOOK)
                            .where(BOOK.ID.eq(param("id", Integer.class)))
                            .and(BOOK.ID.eq(inlined(param("id", Integer.class)))));
            // What is stored for the text with 1 and the bind value 2 is another query's.
            f.dsl.select(BOOK.TITLE)
                    .from(BOOK)
                    .where(BOOK.ID.eq(2))
                    .and(BOOK.ID.eq(inlined(param("id", 1))))
                    .fetch();
            bookById.fetch(1);
            assertThat(bookById.fetch(2).getValues(BOOK.TITLE)).containsExactly("Animal Farm");
            assertThat(bookById.fetch(2).getValues(BOOK.TITLE)).containsExactly("Animal Farm");
        }
    }

    @DatabaseTest
    void maxRows_staysWithJooq(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            CachedQuery<?> books = f.cache.prepare(
                    f.dsl,
                    d -> d.select(BOOK.TITLE)
                            .from(BOOK)
                            .where(BOOK.ID.ge(param("from", Integer.class)))
                            .orderBy(BOOK.ID)
                            .maxRows(1));
            f.dsl.select(BOOK.TITLE)
                    .from(BOOK)
                    .where(BOOK.ID.ge(1))
                    .orderBy(BOOK.ID)
                    .fetch();
            for (int i = 0; i < 3; i++)
                assertThat(books.fetch(1).getValues(BOOK.TITLE)).containsExactly("1984");
        }
    }

    @DatabaseTest
    void listeners_seeEveryExecution(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            AtomicInteger executions = new AtomicInteger();
            Configuration configuration = with(f, new ExecuteListener() {
                private static final long serialVersionUID = 1L;

                @Override
                public void executeStart(ExecuteContext ctx) {
                    executions.incrementAndGet();
                }
            });
            CachedQuery<?> bookById = f.cache.prepare(configuration.dsl(), makings::bookById);
            warm(bookById);
            assertThat(executions).hasValue(6);
        }
    }

    @DatabaseTest
    void listenerOfFailures_isNotInTheWay(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            Configuration configuration = with(f, new ExecuteListener() {
                private static final long serialVersionUID = 1L;

                @Override
                public void exception(ExecuteContext ctx) {}
            });
            CachedQuery<?> bookById = f.cache.prepare(configuration.dsl(), makings::bookById);
            warm(bookById);
            assertThat(makings.during(() -> bookById.fetch(1))).isZero();
        }
    }

    @DatabaseTest
    void visitListener_rewritesEveryExecution(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            Configuration configuration = f.cache.derive(f.dsl.configuration());
            configuration.set(new VisitListener() {});
            CachedQuery<?> bookById = f.cache.prepare(configuration.dsl(), makings::bookById);
            warm(bookById);
            assertThat(makings.during(() -> bookById.fetch(1))).isEqualTo(1);
        }
    }

    @DatabaseTest
    void hints_areFollowed(Database database) {
        try (Fixture f = Fixture.catalogue(database, settings -> settings.mode(CacheMode.MARKED))) {
            CachedQuery<?> unmarked = bookById(f);
            warm(unmarked);
            assertThat(f.cache.stats().hits()).isZero();
            CachedQuery<?> marked = f.cache.prepare(f.cache.with(f.dsl, CacheHint.enable()), makings::bookById);
            warm(marked);
            assertThat(makings.during(() -> marked.fetch(1))).isZero();
            CachedQuery<?> refreshing = f.cache.prepare(f.cache.with(f.dsl, CacheHint.refresh()), makings::bookById);
            warm(refreshing);
            f.unseen.execute("update book set title = 'unseen' where id = 1");
            assertThat(refreshing.fetchSingle(1).get(BOOK.TITLE)).isEqualTo("unseen");
            assertThat(marked.fetchSingle(1).get(BOOK.TITLE)).isEqualTo("unseen");
            CacheStats done = f.during(() -> marked.using(f.bypassed()).fetch(1));
            assertThat(done.bypasses(BypassReason.BYPASS_HINT)).isEqualTo(1);
        }
    }

    @DatabaseTest
    void scope_isPartOfTheKey(Database database) {
        AtomicReference<String> tenant = new AtomicReference<>("a");
        try (Fixture f = Fixture.catalogue(database, settings -> settings.sessionScope(tenant::get))) {
            CachedQuery<?> bookById = bookById(f);
            warm(bookById);
            f.unseen.execute("update book set title = 'of b' where id = 1");
            tenant.set("b");
            assertThat(bookById.fetchSingle(1).get(BOOK.TITLE)).isEqualTo("of b");
            tenant.set("a");
            assertThat(bookById.fetchSingle(1).get(BOOK.TITLE)).isEqualTo("1984");
        }
    }

    @DatabaseTest
    void alteredSession_isNotServed(Database database) {
        if (database != Database.POSTGRESQL) return;
        try (Fixture f = Fixture.catalogue(database)) {
            f.unseen.execute("create schema other");
            f.unseen.execute("create table other.book (id int primary key, title text)");
            f.unseen.execute("insert into other.book values (1, 'foreign')");
            CachedQuery<Record2<Integer, String>> bookById = bookById(f);
            warm(bookById);
            f.dsl.connection(connection -> {
                connection.createStatement().execute("set search_path to other");
                CachedQuery<Record2<Integer, String>> there = bookById.using(f.cache
                        .derive(org.jooq
                                .impl
                                .DSL
                                .using(connection, database.dialect())
                                .configuration())
                        .dsl());
                for (int i = 0; i < 3; i++)
                    assertThat(there.fetchSingle(1).value2()).isEqualTo("foreign");
                connection.createStatement().execute("reset search_path");
            });
            assertThat(bookById.fetchSingle(1).value2()).isEqualTo("1984");
        }
    }

    @DatabaseTest
    void offHeap_mapsAnew(Database database) {
        try (Fixture f = Fixture.catalogue(database, settings -> settings.store(new EncodedStore()))) {
            MappedQuery<Title> titles = bookById(f).map(Records.mapping(Title::new));
            for (int i = 0; i < 3; i++)
                for (int id = 1; id <= 3; id++)
                    assertThat(titles.fetchSingle(id).id()).isEqualTo(id);
            assertThat(makings.during(() -> titles.fetch(1))).isZero();
        }
    }

    @DatabaseTest
    void closedCache_isPlainJooq(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            MappedQuery<Title> titles = bookById(f).map(Records.mapping(Title::new));
            for (int i = 0; i < 3; i++) for (int id = 1; id <= 3; id++) titles.fetch(id);
            f.cache.close();
            f.unseen.execute("update book set title = 'later' where id = 1");
            assertThat(titles.fetchSingle(1).title()).isEqualTo("later");
        }
    }

    @DatabaseTest
    void manyThreads_eachGetTheirOwn(Database database) throws Exception {
        try (Fixture f = Fixture.catalogue(database, settings -> settings.maximumEntries(2))) {
            CachedQuery<Record2<Integer, String>> bookById = bookById(f);
            MappedQuery<Title> titles = bookById.map(Records.mapping(Title::new));
            ExecutorService threads = Executors.newFixedThreadPool(4);
            try {
                List<Future<?>> all = new ArrayList<>();
                for (int thread = 0; thread < 4; thread++) {
                    int offset = thread;
                    all.add(threads.submit(() -> {
                        for (int i = 0; i < 500; i++) {
                            int id = 1 + (i + offset) % 3;
                            assertThat(bookById.fetchSingle(id).value1()).isEqualTo(id);
                            assertThat(titles.fetchSingle(id).id()).isEqualTo(id);
                        }
                    }));
                }
                for (Future<?> one : all) one.get();
            } finally {
                threads.shutdown();
            }
        }
    }

    @DatabaseTest
    void explain_tellsTheDecision(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            assertThat(bookById(f).explain(1).toString())
                    .isEqualTo(f.cache
                            .explain(makings.bookById(f.dsl).bind("id", 1))
                            .toString());
        }
    }

    @DatabaseTest
    void wrongUse_getsAClearError(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            CachedQuery<Record2<Integer, String>> bookById = bookById(f);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> bookById.fetch())
                    .withMessage("the query has the parameters [id], but was given 0 arguments");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> bookById.fetch(1L))
                    .withMessage("parameter id must be a java.lang.Integer: java.lang.Long");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> f.cache.prepare(f.unseen, makings::bookById))
                    .withMessageContaining("does not use this cache");
            Param<Integer> shared = param("id", BOOK.ID);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> f.cache.prepare(
                            f.dsl, d -> d.select(BOOK.TITLE).from(BOOK).where(BOOK.ID.eq(shared))))
                    .withMessageStartingWith("parameter id must be made within the function");
            AtomicInteger varying = new AtomicInteger();
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> f.cache.prepare(
                            f.dsl, d -> d.select(BOOK.TITLE).from(BOOK).where(BOOK.ID.eq(varying.incrementAndGet()))))
                    .withMessageStartingWith("the query must be the same each time");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> f.cache.prepare(f.dsl, d -> Books.titles(f.unseen)))
                    .withMessageContaining("must be made with the DSLContext");
            assertThat(bookById.fetchOne(99)).isNull();
            assertThatThrownBy(() -> bookById.fetchSingle(99)).isInstanceOf(NoDataFoundException.class);
            CachedQuery<Record3<Integer, String, Integer>> all = f.cache.prepare(
                    f.dsl, d -> d.select(BOOK.ID, BOOK.TITLE, BOOK.STOCK).from(BOOK));
            assertThatThrownBy(all::fetchOne).isInstanceOf(TooManyRowsException.class);
        }
    }

    @DatabaseTest
    void functionThatBreaksItsPromiseLater_losesTheShortWay(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            AtomicInteger least = new AtomicInteger();
            CachedQuery<?> books = f.cache.prepare(
                    f.dsl,
                    d -> d.select(BOOK.TITLE)
                            .from(BOOK)
                            .where(BOOK.ID.eq(param("id", Integer.class)))
                            .and(BOOK.STOCK.ge(least.get())));
            for (int i = 0; i < 2; i++) for (int id = 1; id <= 2; id++) books.fetch(id);
            least.set(15);
            // It is not known here; but it is when jOOQ executes it again.
            assertThat(books.fetch(3)).hasSize(1);
            assertThat(books.fetch(1)).isEmpty();
            assertThat(books.fetch(2)).hasSize(1);
        }
    }

    @DatabaseTest
    void dates_areBoundAsJooqBindsThem(Database database) {
        try (Fixture f = Fixture.empty(database)
                .with(
                        "create table event (id int primary key, at timestamp not null)",
                        "insert into event values (1, timestamp '2026-03-29 02:30:00'), (2, timestamp '2026-11-27 12:00:00')")) {
            var at = field(name("at"), SQLDataType.LOCALDATETIME);
            CachedQuery<?> eventAt = f.cache.prepare(
                    f.dsl,
                    d -> d.select(field(name("id"), Integer.class), at)
                            .from(table(name("event")))
                            .where(at.eq(param("at", SQLDataType.LOCALDATETIME))));
            List<LocalDateTime> times =
                    List.of(LocalDateTime.of(2026, 3, 29, 2, 30), LocalDateTime.of(2026, 11, 27, 12, 0));
            for (int i = 0; i < 3; i++)
                for (int id = 1; id <= 2; id++) {
                    assertThat(eventAt.fetchSingle(times.get(id - 1)).get(0)).isEqualTo(id);
                    assertThat(eventAt.fetchSingle(times.get(id - 1)).get(1)).isEqualTo(times.get(id - 1));
                }
        }
    }
}
