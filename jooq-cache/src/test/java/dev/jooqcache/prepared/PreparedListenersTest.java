package dev.jooqcache.prepared;

import static dev.jooqcache.prepared.PreparedQueries.titleById;
import static dev.jooqcache.prepared.PreparedQueries.warm;
import static dev.jooqcache.prepared.PreparedQueries.with;
import static dev.jooqcache.testing.Catalogue.AUTHOR;
import static dev.jooqcache.testing.Catalogue.BOOK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.jooq.impl.DSL.multiset;
import static org.jooq.impl.DSL.param;
import static org.jooq.impl.DSL.selectFrom;

import dev.jooqcache.CachedQuery;
import dev.jooqcache.MappedQuery;
import dev.jooqcache.testing.Catalogue;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jooq.Attachable;
import org.jooq.Configuration;
import org.jooq.DSLContext;
import org.jooq.ExecuteContext;
import org.jooq.ExecuteListener;
import org.jooq.Record;
import org.jooq.Record1;
import org.jooq.Record2;
import org.jooq.RecordContext;
import org.jooq.RecordListener;
import org.jooq.conf.Settings;
import org.jooq.impl.DefaultConfiguration;
import org.junit.jupiter.api.DisplayName;

@DisplayName("Prepared queries show records to listeners, and attach them, as jOOQ does")
class PreparedListenersTest {

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
}
