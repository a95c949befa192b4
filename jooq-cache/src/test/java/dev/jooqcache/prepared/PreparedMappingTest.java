package dev.jooqcache.prepared;

import static dev.jooqcache.prepared.PreparedQueries.titleById;
import static dev.jooqcache.prepared.PreparedQueries.warm;
import static dev.jooqcache.prepared.PreparedQueries.with;
import static dev.jooqcache.testing.Catalogue.AUTHOR;
import static dev.jooqcache.testing.Catalogue.BOOK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.multiset;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.param;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.table;

import dev.jooqcache.CacheStats;
import dev.jooqcache.CachedQuery;
import dev.jooqcache.MappedQuery;
import dev.jooqcache.testing.Books;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jooq.Configuration;
import org.jooq.Record;
import org.jooq.Record1;
import org.jooq.Record2;
import org.jooq.RecordMapper;
import org.jooq.RecordMapperProvider;
import org.jooq.RecordType;
import org.jooq.Result;
import org.junit.jupiter.api.DisplayName;

@DisplayName("Prepared queries map rows as jOOQ does, and share no value that can change")
class PreparedMappingTest {

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
}
