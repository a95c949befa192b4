package dev.jooqcache.prepared;

import static dev.jooqcache.testing.Catalogue.BOOK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.param;

import dev.jooqcache.BypassReason;
import dev.jooqcache.CachedQuery;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jooq.Configuration;
import org.jooq.ContextConverter;
import org.jooq.Converter;
import org.jooq.ConverterContext;
import org.jooq.DSLContext;
import org.jooq.DataType;
import org.jooq.Record1;
import org.jooq.impl.SQLDataType;
import org.junit.jupiter.api.DisplayName;

@DisplayName("Prepared queries convert values in the context of each execution, as jOOQ does")
class PreparedConvertersTest {

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
}
