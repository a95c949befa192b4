package dev.jooqcache.prepared;

import static dev.jooqcache.testing.Catalogue.AUTHOR;
import static dev.jooqcache.testing.Catalogue.BOOK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.jooq.impl.DSL.asterisk;
import static org.jooq.impl.DSL.count;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inlined;
import static org.jooq.impl.DSL.multiset;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.param;
import static org.jooq.impl.DSL.row;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectFrom;
import static org.jooq.impl.DSL.sum;
import static org.jooq.impl.DSL.table;
import static org.jooq.impl.DSL.when;

import dev.jooqcache.BypassReason;
import dev.jooqcache.CacheHint;
import dev.jooqcache.CacheStats;
import dev.jooqcache.CachedQuery;
import dev.jooqcache.MappedQuery;
import dev.jooqcache.testing.Books;
import dev.jooqcache.testing.Catalogue;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.math.BigDecimal;
import java.sql.Date;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jooq.Attachable;
import org.jooq.Condition;
import org.jooq.Configuration;
import org.jooq.ContextConverter;
import org.jooq.Converter;
import org.jooq.ConverterContext;
import org.jooq.DSLContext;
import org.jooq.DataType;
import org.jooq.ExecuteContext;
import org.jooq.ExecuteListener;
import org.jooq.Param;
import org.jooq.Record;
import org.jooq.Record1;
import org.jooq.Record2;
import org.jooq.RecordContext;
import org.jooq.RecordListener;
import org.jooq.RecordMapper;
import org.jooq.RecordMapperProvider;
import org.jooq.RecordType;
import org.jooq.Result;
import org.jooq.ResultQuery;
import org.jooq.conf.Settings;
import org.jooq.impl.CustomCondition;
import org.jooq.impl.DataSourceConnectionProvider;
import org.jooq.impl.DefaultConfiguration;
import org.jooq.impl.SQLDataType;
import org.jooq.impl.ThreadLocalTransactionProvider;
import org.jooq.types.ULong;
import org.junit.jupiter.api.DisplayName;

@DisplayName("Prepared queries answer as jOOQ does")
class PreparedAsJooqTest {

    /** The same answers, in shape, values and classes, for each argument, several times over. */
    private static <R extends Record> void assertAsJooq(
            Fixture f, DSLContext dsl, Function<DSLContext, ResultQuery<R>> making, Object[]... calls) {
        CachedQuery<R> query = f.cache.prepare(dsl, making);
        DSLContext bypassed = f.cache.with(dsl, CacheHint.bypass());
        for (int i = 0; i < 4; i++)
            for (Object[] arguments : calls) {
                ResultQuery<R> plain = making.apply(bypassed);
                for (int a = 0; a < arguments.length; a++)
                    plain.bind(query.parameters().get(a), arguments[a]);
                Result<R> expected = plain.fetch();
                Result<R> actual = query.fetch(arguments);
                assertThat(actual.fields()).isEqualTo(expected.fields());
                assertThat(actual).isEqualTo(expected);
                for (int row = 0; row < actual.size(); row++) {
                    assertThat(actual.get(row)).hasSameClassAs(expected.get(row));
                    for (int c = 0; c < actual.fields().length; c++) {
                        Object one = actual.get(row).get(c);
                        Object other = expected.get(row).get(c);
                        if (one != null) assertThat(one).hasSameClassAs(other);
                        assertThat(actual.get(row).original(c))
                                .isEqualTo(expected.get(row).original(c));
                        assertThat(actual.get(row).changed(c))
                                .isEqualTo(expected.get(row).changed(c));
                    }
                }
            }
    }

    /** The same books, for a condition. */
    private static void assertSameBooks(Fixture f, Supplier<Condition> condition, Object[]... calls) {
        assertAsJooq(
                f,
                f.dsl,
                d -> d.select(BOOK.ID).from(BOOK).where(condition.get()).orderBy(BOOK.ID),
                calls);
    }

    private static CachedQuery<Record2<Integer, String>> titleById(Fixture f, DSLContext dsl) {
        return f.cache.prepare(
                dsl, d -> d.select(BOOK.ID, BOOK.TITLE).from(BOOK).where(BOOK.ID.eq(param("id", BOOK.ID))));
    }

    private static void warm(CachedQuery<?> byId) {
        for (int i = 0; i < 2; i++) for (int id = 1; id <= 3; id++) byId.fetch(id);
    }

    private static Configuration with(Fixture f, Consumer<Configuration> change) {
        Configuration configuration = f.unseen.configuration().derive();
        configuration.set(f.tracked);
        change.accept(configuration);
        return f.cache.derive(configuration);
    }

    @DatabaseTest
    void star_hasTheColumnThatWasAdded(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            CachedQuery<?> bookById = f.cache.prepare(
                    f.dsl,
                    d -> d.select()
                            .from(table(name("book")))
                            .where(field(name("id"), Integer.class).eq(param("id", Integer.class))));
            warm(bookById);
            assertThat(bookById.fetchSingle(1).size()).isEqualTo(5);
            f.dsl.execute("alter table book add extra int default 7 not null");
            // Somebody else stores the new result first.
            assertThat(bookById.using(f.dsl).fetchSingle(1).size()).isEqualTo(6);
            for (int i = 0; i < 3; i++)
                assertThat(bookById.fetchSingle(1).size()).as("%s", i).isEqualTo(6);
        }
    }

    @DatabaseTest
    void star_hasTheNewNameOfAColumn(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            CachedQuery<?> bookById = f.cache.prepare(
                    f.dsl, d -> d.resultQuery("select * from book where id = {0}", param("id", Integer.class)));
            warm(bookById);
            f.dsl.execute("alter table book rename column title to heading");
            for (int i = 0; i < 3; i++)
                assertThat(bookById.fetchSingle(1).field("heading")).as("%s", i).isNotNull();
        }
    }

    @DatabaseTest
    void recordListener_masksForEachReader(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            AtomicBoolean admin = new AtomicBoolean(true);
            Configuration configuration = with(
                    f,
                    c -> c.set(new RecordListener() {
                        @Override
                        public void loadEnd(RecordContext ctx) {
                            Record record = ctx.record();
                            if (!admin.get() && record.field(BOOK.TITLE) != null) record.set(BOOK.TITLE, "***");
                        }
                    }));
            CachedQuery<Record2<Integer, String>> bookById = titleById(f, configuration.dsl());
            MappedQuery<String> titles = bookById.map(r -> r.value2());
            warm(bookById);
            titles.fetch(1);
            assertThat(titles.fetchSingle(1)).isEqualTo("1984");
            admin.set(false);
            assertThat(bookById.fetchSingle(1).value2()).isEqualTo("***");
            assertThat(titles.fetchSingle(1)).isEqualTo("***");
        }
    }

    @DatabaseTest
    void recordListener_seesEachRecordOnce(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            List<String> loaded = new ArrayList<>();
            Configuration configuration = with(
                    f,
                    c -> c.set(new RecordListener() {
                        @Override
                        public void loadEnd(RecordContext ctx) {
                            loaded.add(ctx.record().getClass().getSimpleName());
                        }
                    }));
            CachedQuery<Catalogue.BookRecord> bookById = f.cache.prepare(
                    configuration.dsl(), d -> d.selectFrom(BOOK).where(BOOK.ID.eq(param("id", BOOK.ID))));
            for (int i = 0; i < 4; i++)
                for (int id = 1; id <= 2; id++) {
                    loaded.clear();
                    bookById.fetch(id);
                    assertThat(loaded).as("%s", i).containsExactly("BookRecord");
                }
        }
    }

    @DatabaseTest
    void listenerProvider_isAskedForEachExecution(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            AtomicBoolean traced = new AtomicBoolean();
            AtomicInteger executions = new AtomicInteger();
            ExecuteListener tracer = new ExecuteListener() {
                @Override
                public void start(ExecuteContext ctx) {
                    executions.incrementAndGet();
                }
            };
            Configuration configuration = with(f, c -> c.set(() -> traced.get() ? tracer : new ExecuteListener() {}));
            CachedQuery<?> bookById = titleById(f, configuration.dsl());
            warm(bookById);
            traced.set(true);
            bookById.fetch(1);
            assertThat(executions).hasValue(1);
        }
    }

    @DatabaseTest
    void nullThatWasMapped_isARow(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            CachedQuery<Record1<BigDecimal>> priceById = f.cache.prepare(
                    f.dsl, d -> d.select(BOOK.PRICE).from(BOOK).where(BOOK.ID.eq(param("id", BOOK.ID))));
            MappedQuery<BigDecimal> prices = priceById.map(r -> r.value1());
            BigDecimal jooqs =
                    f.dsl.select(BOOK.PRICE).from(BOOK).where(BOOK.ID.eq(3)).fetchSingle(r -> r.value1());
            assertThat(jooqs).isNull();
            for (int i = 0; i < 3; i++) assertThat(prices.fetchSingle(3)).isNull();
        }
    }

    @DatabaseTest
    void nestedRecords_areAttachedAsTheOuterOnes(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            CachedQuery<Record1<Catalogue.BookRecord>> bookById =
                    f.cache.prepare(f.dsl, d -> d.select(BOOK).from(BOOK).where(BOOK.ID.eq(param("id", BOOK.ID))));
            for (int i = 0; i < 4; i++)
                for (int id = 1; id <= 2; id++) {
                    Record1<Catalogue.BookRecord> outer = bookById.fetchSingle(id);
                    assertThat(outer.value1().configuration()).as("%s", i).isSameAs(outer.configuration());
                }
        }
    }

    private record Suffixed(String text) {}

    /** Sends a key of the tenant of the execution. */
    private static final class ByTenant implements ContextConverter<String, Suffixed> {
        @Override
        public Suffixed from(String database, ConverterContext ctx) {
            return database == null ? null : new Suffixed(database);
        }

        @Override
        public String to(Suffixed user, ConverterContext ctx) {
            return user == null ? null : ctx.configuration().data("tenant") + user.text();
        }

        @Override
        public Class<String> fromType() {
            return String.class;
        }

        @Override
        public Class<Suffixed> toType() {
            return Suffixed.class;
        }
    }

    @DatabaseTest
    void contextConverter_isPartOfTheKey(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            f.unseen.execute("update book set title = 'a1' where id = 1");
            f.unseen.execute("update book set title = 'b1' where id = 2");
            DataType<Suffixed> type = SQLDataType.VARCHAR(100).asConvertedDataType(new ByTenant());
            for (int i = 0; i < 3; i++)
                for (String tenant : List.of("a", "b")) {
                    Configuration c = f.dsl.configuration().derive();
                    c.data("tenant", tenant);
                    Configuration of = f.cache.derive(c);
                    assertThat(of.dsl()
                                    .select(BOOK.ID)
                                    .from(BOOK)
                                    .where(field(name("title"), type).eq(param("t", type)))
                                    .bind("t", new Suffixed("1"))
                                    .fetchSingle()
                                    .value1())
                            .isEqualTo(tenant.equals("a") ? 1 : 2);
                }
        }
    }

    /** The time of the execution is not known when the key is made. */
    @DatabaseTest
    void contextConverter_thatAsksForTheTime_isNotCached(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            ContextConverter<Integer, Integer> timed = ContextConverter.ofNullable(
                    Integer.class,
                    Integer.class,
                    (id, ctx) -> id,
                    (id, ctx) -> ctx.creationTime().equals(Instant.EPOCH) ? null : id);
            DataType<Integer> type = SQLDataType.INTEGER.asConvertedDataType(timed);
            f.assertBypass(
                    BypassReason.NONDETERMINISTIC_FUNCTION,
                    dsl -> dsl.select(BOOK.TITLE)
                            .from(BOOK)
                            .where(field(name("id"), type).eq(1)));
        }
    }

    /** Has no equality, and can be changed. */
    private static final class Id {
        int id;

        Id(int id) {
            this.id = id;
        }
    }

    private static final DataType<Id> ID = SQLDataType.INTEGER.asConvertedDataType(
            Converter.ofNullable(Integer.class, Id.class, Id::new, id -> id.id));

    private static CachedQuery<Record1<String>> titleByIdThatIsInlinedAsWell(Fixture f) {
        // What is stored for the text with 1 and the bind value 2 is another query's.
        f.dsl.select(BOOK.TITLE)
                .from(BOOK)
                .where(BOOK.ID.eq(2))
                .and(BOOK.ID.eq(inlined(param("id", 1))))
                .fetch();
        return f.cache.prepare(
                f.dsl,
                d -> d.select(BOOK.TITLE)
                        .from(BOOK)
                        .where(BOOK.ID.coerce(ID).eq(param("id", ID)))
                        .and(BOOK.ID.coerce(ID).eq(inlined(param("id", ID)))));
    }

    @DatabaseTest
    void argumentsWithoutEquals_doNotVaryByIdentity(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            CachedQuery<Record1<String>> bookById = titleByIdThatIsInlinedAsWell(f);
            for (int i = 0; i < 2; i++) bookById.fetch(new Id(1));
            for (int i = 0; i < 2; i++)
                assertThat(bookById.fetch(new Id(2)).getValues(BOOK.TITLE)).containsExactly("Animal Farm");
        }
    }

    @DatabaseTest
    void argumentChangedByTheCaller_isNotTheOneOfThen(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            CachedQuery<Record1<String>> bookById = titleByIdThatIsInlinedAsWell(f);
            Id argument = new Id(1);
            bookById.fetch(argument);
            argument.id = 2;
            assertThat(bookById.fetch(argument).getValues(BOOK.TITLE)).containsExactly("Animal Farm");
        }
    }

    @DatabaseTest
    void textThatDependsOnSomeArguments_isJooqs(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            f.dsl.select(BOOK.TITLE)
                    .from(BOOK)
                    .where(BOOK.ID.eq(3))
                    .orderBy(BOOK.ID)
                    .fetch();
            CachedQuery<?> books = f.cache.prepare(f.dsl, d -> {
                Param<Integer> id = param("id", Integer.class);
                Condition condition = CustomCondition.of(ctx -> {
                    // 3 stands for all.
                    if (Integer.valueOf(3).equals(id.getValue())) ctx.visit(BOOK.ID.le(id));
                    else ctx.visit(BOOK.ID.eq(id));
                });
                return d.select(BOOK.TITLE).from(BOOK).where(condition).orderBy(BOOK.ID);
            });
            assertThat(books.parameters()).containsExactly("id");
            books.fetch(1);
            books.fetch(2);
            assertThat(books.fetch(3)).hasSize(3);
        }
    }

    @DatabaseTest
    void threadLocalTransaction_isPrivate(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            Configuration plain =
                    new DefaultConfiguration().set(database.dialect()).set(new DataSourceConnectionProvider(f.tracked));
            plain.set(new ThreadLocalTransactionProvider(new DataSourceConnectionProvider(f.tracked)));
            DSLContext dsl = f.cache.derive(plain).dsl();
            CachedQuery<Record2<Integer, String>> bookById = titleById(f, dsl);
            warm(bookById);
            assertThatThrownBy(() -> dsl.transaction(() -> {
                        Books.retitle(dsl, "uncommitted");
                        assertThat(bookById.fetchSingle(1).value2()).isEqualTo("uncommitted");
                        throw new IllegalStateException("roll back");
                    }))
                    .hasMessageContaining("roll back");
            assertThat(bookById.fetchSingle(1).value2()).isEqualTo("1984");
        }
    }

    @DatabaseTest
    void mapperThatThrows_isAHit(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            CachedQuery<Record2<Integer, String>> bookById = titleById(f, f.dsl);
            AtomicInteger calls = new AtomicInteger();
            MappedQuery<String> titles = bookById.map(r -> {
                if (calls.incrementAndGet() <= 3) throw new IllegalStateException("mapper");
                return r.value2();
            });
            warm(bookById);
            for (int i = 0; i < 3; i++) {
                CacheStats done = f.during(
                        () -> assertThatThrownBy(() -> titles.fetchOne(1)).hasMessage("mapper"));
                assertThat(done.hits()).isEqualTo(1);
            }
            assertThat(titles.fetchOne(1)).isEqualTo("1984");
        }
    }

    @DatabaseTest
    void parametersOfManyPlaces(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            assertAsJooq(
                    f,
                    f.dsl,
                    d -> d.selectFrom(BOOK)
                            .where(BOOK.ID.ge(param("from", BOOK.ID)))
                            .orderBy(BOOK.ID)
                            .limit(param("n", Integer.class))
                            .offset(param("o", Integer.class)),
                    new Object[] {1, 1, 0},
                    new Object[] {1, 2, 1},
                    new Object[] {2, 0, 0},
                    new Object[] {1, 3, 0});
            assertAsJooq(
                    f,
                    f.cache
                            .derive(f.dsl.configuration().derive(new Settings().withInListPadding(true)))
                            .dsl(),
                    d -> d.selectFrom(BOOK.as("b"))
                            .where(BOOK.as("b")
                                    .ID
                                    .in(
                                            param("a", Integer.class),
                                            param("b", Integer.class),
                                            param("c", Integer.class))),
                    new Object[] {1, 1, 1},
                    new Object[] {1, 2, 3},
                    new Object[] {2, 9, 9});
            assertAsJooq(
                    f,
                    f.dsl,
                    d -> d.select(BOOK.asterisk(), AUTHOR.NAME)
                            .from(BOOK)
                            .join(AUTHOR)
                            .on(AUTHOR.ID.eq(BOOK.AUTHOR_ID))
                            .where(BOOK.TITLE.like(param("t", String.class)))
                            .and(BOOK.STOCK.lt(param("s", int.class)))
                            .orderBy(BOOK.ID),
                    new Object[] {"%", 100},
                    new Object[] {"%a%", 100},
                    new Object[] {"B%", 20},
                    new Object[] {"B%", 50});
            assertAsJooq(
                    f,
                    f.dsl,
                    d -> d.select(BOOK, AUTHOR)
                            .from(BOOK)
                            .join(AUTHOR)
                            .on(AUTHOR.ID.eq(BOOK.AUTHOR_ID))
                            .where(BOOK.PRICE.lt(param("p", BigDecimal.class)).or(BOOK.PRICE.isNull()))
                            .orderBy(BOOK.ID),
                    new Object[] {new BigDecimal("9")},
                    new Object[] {new BigDecimal("9.00")},
                    new Object[] {new BigDecimal("9.995")},
                    new Object[] {new BigDecimal("100000000000")});
            assertAsJooq(
                    f,
                    f.dsl,
                    d -> d.select(
                                    BOOK.ID,
                                    param("x", Integer.class).as("x"),
                                    BOOK.STOCK.plus(param("x", Integer.class)).as("y"))
                            .from(BOOK)
                            .orderBy(BOOK.ID),
                    new Object[] {1},
                    new Object[] {2},
                    new Object[] {-1});
            assertAsJooq(
                    f,
                    f.dsl,
                    d -> d.select(row(BOOK.ID, BOOK.TITLE), BOOK.PRICE)
                            .from(BOOK)
                            .where(BOOK.ID.ge(param("x", Integer.class)))
                            .orderBy(BOOK.ID),
                    new Object[] {1},
                    new Object[] {2},
                    new Object[] {3});
        }
    }

    @DatabaseTest
    void columnsWithParameters_areThoseOfTheCall(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            CachedQuery<?> sums = f.cache.prepare(
                    f.dsl,
                    d -> d.select(
                                    BOOK.STOCK.plus(param("x", Integer.class)),
                                    BOOK.STOCK.plus(param("y", Integer.class)))
                            .from(BOOK)
                            .where(BOOK.ID.eq(1)));
            for (int i = 0; i < 3; i++) {
                assertThat(sums.fetchSingle(1, 2).get(BOOK.STOCK.plus(2))).isEqualTo(12);
                assertThat(sums.fetchSingle(2, 1).get(BOOK.STOCK.plus(2)))
                        .as("%s", i)
                        .isEqualTo(12);
            }
        }
    }

    /** Who holds a lock asks for a book, while another thread learns, and its converter wants that lock. */
    @DatabaseTest
    void learning_holdsNoLockOverConverters(Database database) throws Exception {
        try (Fixture f = Fixture.catalogue(database)) {
            ReentrantLock lock = new ReentrantLock();
            CountDownLatch learning = new CountDownLatch(1);
            CountDownLatch locked = new CountDownLatch(1);
            AtomicInteger conversions = new AtomicInteger();
            AtomicBoolean stuck = new AtomicBoolean();
            Thread main = Thread.currentThread();
            Converter<String, String> converter = Converter.from(String.class, String.class, text -> {
                if (Thread.currentThread() != main && conversions.incrementAndGet() == 2) {
                    learning.countDown();
                    try {
                        if (lock.tryLock(5, TimeUnit.SECONDS)) lock.unlock();
                        else stuck.set(true);
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                }
                return text;
            });
            CachedQuery<?> bookById = f.cache.prepare(
                    f.dsl,
                    d -> d.select(BOOK.TITLE.convert(converter)).from(BOOK).where(BOOK.ID.eq(param("id", BOOK.ID))));
            Thread other = new Thread(() -> {
                try {
                    locked.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                bookById.fetch(1);
            });
            other.start();
            lock.lock();
            try {
                locked.countDown();
                assertThat(learning.await(10, TimeUnit.SECONDS)).isTrue();
                bookById.fetch(2);
            } finally {
                lock.unlock();
            }
            other.join();
            assertThat(stuck).isFalse();
        }
    }

    @DatabaseTest
    void preparedInATransaction_seesItsWrites(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            CachedQuery<?> outside = titleById(f, f.dsl);
            warm(outside);
            assertThatThrownBy(() -> f.dsl.transaction(t -> {
                        CachedQuery<?> inside = titleById(f, t.dsl());
                        warm(inside);
                        Books.retitle(t.dsl(), "mine");
                        assertThat(inside.fetchSingle(1).get(BOOK.TITLE)).isEqualTo("mine");
                        assertThat(inside.map(r -> r.get(BOOK.TITLE)).fetchSingle(1))
                                .isEqualTo("mine");
                        throw new IllegalStateException("roll back");
                    }))
                    .hasMessageContaining("roll back");
            assertThat(outside.fetchSingle(1).get(BOOK.TITLE)).isEqualTo("1984");
        }
    }

    private static final class Pojo {
        String by;
    }

    @DatabaseTest
    void recordMapperProvider_isAsked(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            Configuration configuration = with(
                    f,
                    c -> c.set(new RecordMapperProvider() {
                        @Override
                        @SuppressWarnings("unchecked")
                        public <R extends Record, E> RecordMapper<R, E> provide(
                                RecordType<R> recordType, Class<? extends E> type) {
                            return record -> {
                                Pojo pojo = new Pojo();
                                pojo.by = "provider";
                                return (E) pojo;
                            };
                        }
                    }));
            MappedQuery<Pojo> bookById = f.cache
                    .prepare(
                            configuration.dsl(),
                            d -> d.select(BOOK.ID, BOOK.TITLE).from(BOOK).where(BOOK.ID.eq(param("id", BOOK.ID))))
                    .into(Pojo.class);
            for (int i = 0; i < 4; i++)
                for (int id = 1; id < 4; id++)
                    assertThat(bookById.fetchSingle(id).by).isEqualTo("provider");
        }
    }

    @DatabaseTest
    void typesOfParameters(Database database) {
        try (Fixture f = Fixture.empty(database)
                .with(
                        "create table t (id int primary key, c char(5), n numeric(6,2), d date, b boolean, f double precision, u uuid, l bigint)",
                        "insert into t values (1, 'ab', 1.50, date '2020-01-01', true, 0.0, '00000000-0000-0000-0000-000000000001', 5)",
                        "insert into t values (2, 'abc', 2.5, date '2020-01-02', false, 1.5, '00000000-0000-0000-0000-000000000002', 6)")) {
            check(f, "c", SQLDataType.CHAR(5), "ab", "ab   ", "abc", "abc  ", "AB");
            check(f, "c", SQLDataType.VARCHAR, "ab", "ab   ", "abc", "abc  ", "AB");
            check(
                    f,
                    "n",
                    SQLDataType.NUMERIC(6, 2),
                    new BigDecimal("1.5"),
                    new BigDecimal("1.50"),
                    new BigDecimal("2.5"),
                    new BigDecimal("2.501"));
            check(f, "d", SQLDataType.LOCALDATE, LocalDate.of(2020, 1, 1), LocalDate.of(2020, 1, 2));
            check(f, "d", SQLDataType.DATE, Date.valueOf("2020-01-01"), Date.valueOf("2020-01-02"));
            check(f, "b", SQLDataType.BOOLEAN, true, false);
            check(f, "f", SQLDataType.DOUBLE, 0.0, -0.0, 1.5);
            check(f, "u", SQLDataType.UUID, new UUID(0, 1), new UUID(0, 2));
            check(f, "l", SQLDataType.BIGINT, 5L, 6L, 7L);
            check(f, "l", SQLDataType.BIGINTUNSIGNED, ULong.valueOf(5), ULong.valueOf(6));
        }
    }

    private static <T> void check(Fixture f, String column, DataType<T> type, Object... values) {
        Object[][] calls = new Object[values.length][];
        for (int i = 0; i < values.length; i++) calls[i] = new Object[] {values[i]};
        assertAsJooq(
                f,
                f.dsl,
                d -> d.select(field(name("id"), Integer.class), field(name(column), type))
                        .from(table(name("t")))
                        .where(field(name(column), type).eq(param("x", type))),
                calls);
    }

    @DatabaseTest
    void contextConverter_isPartOfThePreparedKey(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            f.unseen.execute("update book set title = 'a1' where id = 1");
            f.unseen.execute("update book set title = 'b1' where id = 2");
            DataType<Suffixed> type = SQLDataType.VARCHAR(100).asConvertedDataType(new ByTenant());
            List<CachedQuery<Record1<Integer>>> handles = new ArrayList<>();
            for (String tenant : List.of("a", "b")) {
                Configuration c = f.dsl.configuration().derive();
                c.data("tenant", tenant);
                handles.add(f.cache.prepare(
                        f.cache.derive(c).dsl(),
                        d -> d.select(BOOK.ID)
                                .from(BOOK)
                                .where(field(name("title"), type).eq(param("t", type)))));
            }
            for (int i = 0; i < 3; i++)
                for (int t = 0; t < 2; t++)
                    assertThat(handles.get(t).fetchSingle(new Suffixed("1")).value1())
                            .isEqualTo(t + 1);
        }
    }

    @DatabaseTest
    void contextConverter_ofAKey_isNotStale(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            DataType<Integer> type = SQLDataType.INTEGER.asConvertedDataType(ContextConverter.of(
                    Integer.class,
                    Integer.class,
                    (i, ctx) -> i - (ctx.configuration().data("offset") instanceof Integer o ? o : 0),
                    (i, ctx) -> i + (ctx.configuration().data("offset") instanceof Integer o ? o : 0)));
            Configuration c = f.dsl.configuration().derive();
            c.data("offset", 1);
            DSLContext dsl = f.cache.derive(c).dsl();
            for (int i = 0; i < 2; i++)
                assertThat(dsl.select(BOOK.TITLE)
                                .from(BOOK)
                                .where(field(name("id"), type).eq(1))
                                .fetchSingle()
                                .value1())
                        .isEqualTo("Animal Farm");
            f.dsl.update(BOOK).set(BOOK.TITLE, "new").where(BOOK.ID.eq(2)).execute();
            assertThat(dsl.select(BOOK.TITLE)
                            .from(BOOK)
                            .where(field(name("id"), type).eq(1))
                            .fetchSingle()
                            .value1())
                    .isEqualTo("new");
        }
    }

    @DatabaseTest
    void recordsWithinConvertedValues_areStoredSeen(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            Configuration configuration = new DefaultConfiguration()
                    .set(f.pool)
                    .set(database.dialect())
                    .set(f.cache.executeListenerProvider());
            DSLContext dsl = configuration.dsl();
            CachedQuery<Record2<String, List<Catalogue.BookRecord>>> authorById = f.cache.prepare(
                    dsl,
                    d -> d.select(
                                    AUTHOR.NAME,
                                    multiset(selectFrom(BOOK)
                                                    .where(BOOK.AUTHOR_ID.eq(AUTHOR.ID))
                                                    .orderBy(BOOK.ID))
                                            .convertFrom(books -> List.copyOf(books)))
                            .from(AUTHOR)
                            .where(AUTHOR.ID.eq(param("id", AUTHOR.ID))));
            for (int i = 0; i < 3; i++) {
                authorById.fetch(1);
                authorById.fetch(2);
            }
            Catalogue.BookRecord book = authorById.fetchSingle(1).value2().get(0);
            book.set(BOOK.TITLE, "stored");
            assertThat(book.store()).isEqualTo(1);
            assertThat(authorById.fetchSingle(1).value2().get(0).get(BOOK.TITLE))
                    .isEqualTo("stored");
        }
    }

    @DatabaseTest
    void recordsWithinConvertedValues_haveTheListeners(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            AtomicInteger failures = new AtomicInteger();
            Configuration configuration = with(
                    f,
                    c -> c.set(new ExecuteListener() {
                        @Override
                        public void exception(ExecuteContext ctx) {
                            failures.incrementAndGet();
                            ctx.exception(new IllegalStateException("translated"));
                        }
                    }));
            CachedQuery<Record1<List<Catalogue.BookRecord>>> authorById = f.cache.prepare(
                    configuration.dsl(),
                    d -> d.select(multiset(selectFrom(BOOK)
                                            .where(BOOK.AUTHOR_ID.eq(AUTHOR.ID))
                                            .orderBy(BOOK.ID))
                                    .convertFrom(books -> List.copyOf(books)))
                            .from(AUTHOR)
                            .where(AUTHOR.ID.eq(param("id", AUTHOR.ID))));
            for (int i = 0; i < 3; i++) for (int id = 1; id < 3; id++) authorById.fetch(id);
            Catalogue.BookRecord book = authorById.fetchSingle(1).value1().get(0);
            book.set(BOOK.AUTHOR_ID, 99);
            assertThatThrownBy(book::store).hasMessage("translated");
        }
    }

    @DatabaseTest
    void fieldsOfAResult_areNotSharedWithOtherCallers(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            CachedQuery<?> bookById = titleById(f, f.dsl);
            warm(bookById);
            bookById.fetch(1).fields()[1] = BOOK.PRICE;
            assertThat(bookById.fetchSingle(1).get(BOOK.TITLE)).isEqualTo("1984");
        }
    }

    @DatabaseTest
    void onlyAListener_transaction(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            Configuration configuration = new DefaultConfiguration()
                    .set(f.pool)
                    .set(database.dialect())
                    .set(f.cache.executeListenerProvider());
            DSLContext dsl = configuration.dsl();
            CachedQuery<?> q = titleById(f, dsl);
            warm(q);
            for (int i = 0; i < 20; i++) {
                String title = "t" + i;
                dsl.transaction(t -> {
                    Books.retitle(t.dsl(), title);
                    assertThat(q.using(t.dsl()).fetchSingle(1).get(BOOK.TITLE)).isEqualTo(title);
                    q.fetch(1);
                });
                assertThat(q.fetchSingle(1).get(BOOK.TITLE)).isEqualTo(title);
                assertThat(q.fetchSingle(1).get(BOOK.TITLE)).isEqualTo(title);
            }
        }
    }

    @DatabaseTest
    void oneText_ofTwoTypes_inTurns(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            CachedQuery<Record1<Integer>> ints = f.cache.prepare(
                    f.dsl,
                    d -> d.select(field(name("id"), Integer.class))
                            .from(table(name("book")))
                            .where(field(name("id"), Integer.class).eq(param("x", Integer.class))));
            CachedQuery<Record1<Long>> longs = f.cache.prepare(
                    f.dsl,
                    d -> d.select(field(name("id"), Long.class))
                            .from(table(name("book")))
                            .where(field(name("id"), Long.class).eq(param("x", Long.class))));
            CachedQuery<Record1<String>> strings = f.cache.prepare(
                    f.dsl,
                    d -> d.select(field(name("id"), String.class))
                            .from(table(name("book")))
                            .where(field(name("id"), Integer.class).eq(param("x", Integer.class))));
            for (int i = 0; i < 4; i++)
                for (int id = 1; id < 4; id++) {
                    assertThat((Object) ints.fetchSingle(id).get(0)).isEqualTo(id);
                    assertThat((Object) longs.fetchSingle((long) id).get(0)).isEqualTo((long) id);
                    assertThat((Object) strings.fetchSingle(id).get(0)).isEqualTo("" + id);
                    assertThat(f.dsl.select(field(name("id"), Long.class))
                                    .from(table(name("book")))
                                    .where(field(name("id"), Integer.class).eq(id))
                                    .fetchSingle()
                                    .value1())
                            .isEqualTo(id);
                    assertThat(f.dsl.select(field(name("id"), Short.class))
                                    .from(table(name("book")))
                                    .where(field(name("id"), Integer.class).eq(id))
                                    .fetchSingle()
                                    .value1())
                            .isEqualTo((short) id);
                }
        }
    }

    @DatabaseTest
    void equalValues_keepTheirScale(Database database) {
        if (database != Database.POSTGRESQL) return;
        try (Fixture f = Fixture.empty(database)
                .with(
                        "create table n (id int, n numeric, s text)",
                        "insert into n values (1, 1.0, 'a'), (2, 1.00, 'a '), (3, 1, 'A'), (4, 1.0, 'a'), (5, 0.0, ''), (6, 0, ''), (7, 1.00, 'a ')")) {
            f.assertFresh(d -> d.select(field(name("n"), BigDecimal.class), field(name("s"), String.class))
                    .from(table(name("n")))
                    .orderBy(field(name("id"))));
            Result<?> cached = f.dsl.select(field(name("n"), BigDecimal.class))
                    .from(table(name("n")))
                    .orderBy(field(name("id")))
                    .fetch();
            cached = f.dsl.select(field(name("n"), BigDecimal.class))
                    .from(table(name("n")))
                    .orderBy(field(name("id")))
                    .fetch();
            assertThat(cached.getValues(0).toString()).isEqualTo("[1.0, 1.00, 1, 1.0, 0.0, 0, 1.00]");
        }
    }

    @DatabaseTest
    void attachRecordsOff_isAsJooq(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            DSLContext dsl = f.cache
                    .derive(f.dsl.configuration().derive(new Settings().withAttachRecords(false)))
                    .dsl();
            CachedQuery<?> q = f.cache.prepare(dsl, d -> d.selectFrom(BOOK).where(BOOK.ID.eq(param("id", BOOK.ID))));
            for (int i = 0; i < 3; i++)
                for (int id = 1; id < 3; id++)
                    assertThat(((Attachable) q.fetchSingle(id)).configuration()).isNull();
        }
    }

    @DatabaseTest
    void mutableValues_areNewForEachReader(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            CachedQuery<Record1<List<String>>> q = f.cache.prepare(
                    f.dsl,
                    d -> d.select(multiset(select(BOOK.TITLE)
                                            .from(BOOK)
                                            .where(BOOK.AUTHOR_ID.eq(AUTHOR.ID))
                                            .orderBy(BOOK.ID))
                                    .convertFrom(r -> {
                                        List<String> titles = new ArrayList<>();
                                        r.forEach(t -> titles.add(t.value1()));
                                        return titles;
                                    }))
                            .from(AUTHOR)
                            .where(AUTHOR.ID.eq(param("id", AUTHOR.ID))));
            for (int i = 0; i < 3; i++)
                for (int id = 1; id < 3; id++) {
                    assertThat(q.fetchSingle(id).value1()).doesNotContain("x");
                    q.fetchSingle(id).value1().add("x");
                }
        }
    }

    @DatabaseTest
    void storeThatMovesTheKey_isAsJooq(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            CachedQuery<Catalogue.BookRecord> q =
                    f.cache.prepare(f.dsl, d -> d.selectFrom(BOOK).where(BOOK.ID.eq(param("id", BOOK.ID))));
            warm(q);
            Catalogue.BookRecord book = q.fetchSingle(1);
            book.set(BOOK.ID, 50);
            book.set(BOOK.TITLE, "copy");
            book.store();
            assertThat(f.unseen.fetchCount(BOOK)).isEqualTo(4);
            assertThat(q.fetchSingle(50).get(BOOK.TITLE)).isEqualTo("copy");
            assertThat(q.fetchSingle(1).get(BOOK.TITLE)).isEqualTo("1984");
            Catalogue.BookRecord other = q.fetchSingle(2);
            other.set(BOOK.TITLE, "x");
            other.reset();
            assertThat(other.changed()).isFalse();
            assertThat(other.get(BOOK.TITLE)).isEqualTo("Animal Farm");
        }
    }

    @DatabaseTest
    void mapperThatQueries_andWrites(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            CachedQuery<Record2<Integer, String>> byId = titleById(f, f.dsl);
            warm(byId);
            AtomicInteger n = new AtomicInteger();
            MappedQuery<String> mapped = byId.map(r -> {
                byId.fetch(2);
                if (n.incrementAndGet() < 4) Books.retitle(f.dsl, "w" + n);
                return r.value2();
            });
            for (int i = 0; i < 6; i++) {
                String before = f.unseen.fetchValue(BOOK.TITLE, BOOK.ID.eq(1));
                assertThat(mapped.fetchSingle(1)).isEqualTo(before);
            }
        }
    }

    @DatabaseTest
    void shapesOfQueries(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            f.unseen.execute("insert into author values (3, 'Nobody')");
            Object[][] ids = {{1}, {2}, {3}, {4}, {-1}};
            assertAsJooq(
                    f,
                    f.dsl,
                    d -> d.select(AUTHOR, BOOK)
                            .from(AUTHOR)
                            .leftJoin(BOOK)
                            .on(BOOK.AUTHOR_ID.eq(AUTHOR.ID))
                            .where(AUTHOR.ID.ge(param("x", Integer.class)))
                            .orderBy(AUTHOR.ID, BOOK.ID),
                    ids);
            assertAsJooq(
                    f,
                    f.dsl,
                    d -> d.select(AUTHOR.NAME, row(BOOK.ID, BOOK.TITLE))
                            .from(AUTHOR)
                            .leftJoin(BOOK)
                            .on(BOOK.AUTHOR_ID.eq(AUTHOR.ID))
                            .where(AUTHOR.ID.ge(param("x", Integer.class)))
                            .orderBy(AUTHOR.ID, BOOK.ID),
                    ids);
            assertAsJooq(
                    f,
                    f.dsl,
                    d -> d.select(
                                    AUTHOR.NAME,
                                    row(BOOK.ID, BOOK.PRICE)
                                            .convertFrom(r -> r == null ? null : r.value1() + ":" + r.value2()))
                            .from(AUTHOR)
                            .leftJoin(BOOK)
                            .on(BOOK.AUTHOR_ID.eq(AUTHOR.ID))
                            .where(AUTHOR.ID.ge(param("x", Integer.class)))
                            .orderBy(AUTHOR.ID, BOOK.ID),
                    ids);
            assertAsJooq(
                    f,
                    f.dsl,
                    d -> d.select(
                                    AUTHOR.NAME,
                                    multiset(selectFrom(BOOK)
                                                    .where(BOOK.AUTHOR_ID.eq(AUTHOR.ID))
                                                    .and(BOOK.STOCK.gt(param("x", Integer.class)
                                                            .times(5)))
                                                    .orderBy(BOOK.ID))
                                            .as("books"))
                            .from(AUTHOR)
                            .orderBy(AUTHOR.ID),
                    ids);
            assertAsJooq(
                    f,
                    f.dsl,
                    d -> d.selectFrom(BOOK)
                            .where(BOOK.ID.eq(param("x", Integer.class)))
                            .union(d.selectFrom(BOOK)
                                    .where(BOOK.ID.eq(param("x", Integer.class).plus(1))))
                            .orderBy(1),
                    ids);
            assertAsJooq(
                    f,
                    f.dsl,
                    d -> d.with("c")
                            .as(select(BOOK.ID.as("i"), BOOK.TITLE.as("t"))
                                    .from(BOOK)
                                    .where(BOOK.ID.ge(param("x", Integer.class))))
                            .select(field(name("i"), Integer.class), field(name("t"), String.class))
                            .from(name("c"))
                            .orderBy(field(name("i"))),
                    ids);
            assertAsJooq(
                    f,
                    f.dsl,
                    d -> d.select(asterisk())
                            .from(BOOK)
                            .where(BOOK.ID.ge(param("x", Integer.class)))
                            .orderBy(BOOK.ID),
                    ids);
            assertAsJooq(
                    f,
                    f.dsl,
                    d -> d.select(asterisk())
                            .from(table(name("book")))
                            .where(BOOK.ID.ge(param("x", Integer.class)))
                            .orderBy(BOOK.ID),
                    ids);
            assertAsJooq(
                    f,
                    f.dsl,
                    d -> d.resultQuery(
                                    "select id, title from book where id >= {0} order by id", param("x", Integer.class))
                            .coerce(BOOK.ID, BOOK.TITLE),
                    ids);
            assertAsJooq(
                    f,
                    f.dsl,
                    d -> d.resultQuery("select * from book where id >= {0} order by id", param("x", Integer.class))
                            .coerce(BOOK),
                    ids);
            assertAsJooq(
                    f,
                    f.dsl,
                    d -> d.select(
                                    BOOK.ID,
                                    when(BOOK.ID.gt(param("x", Integer.class)), BOOK.PRICE)
                                            .else_(BOOK.PRICE.neg())
                                            .as("w"),
                                    sum(BOOK.STOCK).over().orderBy(BOOK.ID).as("s"))
                            .from(BOOK)
                            .orderBy(BOOK.ID),
                    ids);
            assertAsJooq(
                    f,
                    f.dsl,
                    d -> d.selectFrom(BOOK.as("b"))
                            .where(BOOK.as("b").ID.ge(param("x", Integer.class)))
                            .orderBy(BOOK.as("b").ID)
                            .limit(param("n", Long.class)),
                    new Object[] {1, 1L},
                    new Object[] {1, 2L},
                    new Object[] {2, 5L},
                    new Object[] {4, 0L});
            assertAsJooq(
                    f,
                    f.dsl,
                    d -> d.select(BOOK.ID, BOOK.ID, BOOK.TITLE.as("id"))
                            .from(BOOK)
                            .where(BOOK.ID.ge(param("x", Integer.class)))
                            .orderBy(BOOK.ID),
                    ids);
            assertAsJooq(
                    f,
                    f.dsl,
                    d -> {
                        Param<Integer> x = param("x", Integer.class);
                        return d.select(BOOK.ID)
                                .from(BOOK)
                                .where(BOOK.ID.eq(x).or(BOOK.ID.eq(x.plus(1))))
                                .orderBy(BOOK.ID);
                    },
                    ids);
            assertAsJooq(
                    f,
                    f.dsl,
                    d -> d.select(BOOK.ID)
                            .from(BOOK)
                            .where(BOOK.ID.eq(param("x", Integer.class)))
                            .and(BOOK.TITLE.ne(param("x", String.class))),
                    new Object[] {"1"},
                    new Object[] {"2"},
                    new Object[] {"03"});
            assertSameBooks(f, () -> BOOK.PRICE.gt(param("x", Integer.class).coerce(BigDecimal.class)), ids);
            assertSameBooks(
                    f,
                    () -> BOOK.TITLE.startsWith(param("x", String.class)),
                    new Object[] {"B"},
                    new Object[] {"A"},
                    new Object[] {"%"},
                    new Object[] {"1"});
            assertSameBooks(
                    f,
                    () -> BOOK.TITLE.contains(param("x", String.class)),
                    new Object[] {"B"},
                    new Object[] {"a"},
                    new Object[] {"%"},
                    new Object[] {"1"});
            assertAsJooq(
                    f,
                    f.dsl,
                    d -> d.select(count()).from(BOOK).where(BOOK.ID.in(select(param("x", Integer.class)))),
                    ids);
            assertAsJooq(
                    f,
                    f.dsl,
                    d -> d.select(param("x", Integer.class), BOOK.ID).from(BOOK).orderBy(BOOK.ID),
                    ids);
            assertAsJooq(
                    f,
                    f.dsl,
                    d -> d.selectDistinct(BOOK.AUTHOR_ID)
                            .from(BOOK)
                            .groupBy(BOOK.AUTHOR_ID)
                            .having(count().ge(param("x", Integer.class))),
                    ids);
        }
    }

    @DatabaseTest
    void sharedParameter_isRefusedWhereverItIs(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            Param<Integer> shared = param("id", Integer.class);
            assertThatThrownBy(() -> f.cache.prepare(
                            f.dsl,
                            d -> d.select(BOOK.TITLE)
                                    .from(BOOK)
                                    .where(BOOK.ID.ge(shared))
                                    .and(BOOK.ID.le(param("id", Integer.class)))))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @DatabaseTest
    void mapping_isKeptForWhoAsksOften(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            CachedQuery<Record2<Integer, String>> bookById = titleById(f, f.dsl);
            warm(bookById);
            for (int i = 0; i < 10; i++) bookById.map(book -> book.value2()).fetch(1);
            AtomicInteger mapped = new AtomicInteger();
            MappedQuery<Integer> last = bookById.map(book -> mapped.incrementAndGet());
            for (int i = 0; i < 3; i++) assertThat(last.fetchSingle(1)).isEqualTo(1);
        }
    }
}
