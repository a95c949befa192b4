package dev.jooqcache.fidelity;

import static dev.jooqcache.testing.Catalogue.AUTHOR;
import static dev.jooqcache.testing.Catalogue.BOOK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.jooq.impl.DSL.listAgg;
import static org.jooq.impl.DSL.multiset;
import static org.jooq.impl.DSL.select;

import dev.jooqcache.CacheHint;
import dev.jooqcache.testing.Catalogue;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import dev.jooqcache.testing.Watched;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jooq.Configuration;
import org.jooq.DSLContext;
import org.jooq.ExecuteContext;
import org.jooq.ExecuteListener;
import org.jooq.ExecuteListenerProvider;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.RecordListener;
import org.jooq.RecordMapper;
import org.jooq.RecordMapperProvider;
import org.jooq.RecordType;
import org.jooq.VisitContext;
import org.jooq.VisitListener;
import org.jooq.impl.DefaultConfiguration;
import org.jooq.impl.DefaultExecuteListenerProvider;
import org.jooq.impl.DefaultRecordListenerProvider;
import org.jooq.impl.DefaultRecordMapperProvider;
import org.jooq.impl.DefaultVisitListenerProvider;
import org.jooq.tools.LoggerListener;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Listeners and mappers of the user's see on a hit what they see without the cache. */
@Tag("F3")
@Tag("database")
class ListenerTest {

    private final List<String> events = new ArrayList<>();

    /** Every event by its name, with what it knows. */
    private <L> L noting(Class<L> listener) {
        return listener.cast(Proxy.newProxyInstance(
                listener.getClassLoader(), new Class<?>[] {listener}, (proxy, method, arguments) -> {
                    if (method.getDeclaringClass() == Object.class)
                        return method.getName().equals("hashCode") ? 1 : null;
                    events.add(method.getName() + " " + told(arguments[0]));
                    return null;
                }));
    }

    private static String told(Object context) {
        if (context instanceof ExecuteContext ctx)
            return ctx.type() + " " + ctx.sql() + " " + ctx.rows() + " " + (ctx.statement() != null) + " "
                    + (ctx.resultSet() != null) + " "
                    + (ctx.record() == null ? "" : ctx.record().intoMap()) + " "
                    + (ctx.result() == null ? "" : ctx.result().size()) + " " + ctx.exception() + " "
                    + ctx.statementExecutionCount();
        if (context instanceof org.jooq.RecordContext ctx) return String.valueOf(ctx.record());
        return "";
    }

    private static Map<String, Consumer<DSLContext>> reads() {
        Map<String, Consumer<DSLContext>> reads = new LinkedHashMap<>();
        reads.put("fetch", dsl -> dsl.selectFrom(BOOK).orderBy(BOOK.ID).fetch());
        reads.put(
                "bound",
                dsl -> dsl.selectFrom(BOOK)
                        .where(BOOK.ID.eq(1))
                        .and(BOOK.TITLE.ne("x"))
                        .fetch());
        reads.put("fetchOne", dsl -> dsl.selectFrom(BOOK).where(BOOK.ID.eq(1)).fetchOne());
        reads.put("empty", dsl -> dsl.selectFrom(BOOK).where(BOOK.ID.eq(9)).fetch());
        reads.put("plain SQL", dsl -> dsl.fetch("select id, title from book order by id"));
        reads.put("lazy", dsl -> {
            try (var cursor = dsl.selectFrom(BOOK).orderBy(BOOK.ID).fetchLazy()) {
                while (cursor.hasNext()) cursor.fetchNext();
            }
        });
        reads.put("stream", dsl -> {
            try (var stream = dsl.selectFrom(BOOK).orderBy(BOOK.ID).stream()) {
                stream.forEach(record -> {});
            }
        });
        reads.put(
                "multiset",
                dsl -> dsl.select(
                                AUTHOR.NAME,
                                multiset(select(BOOK.TITLE).from(BOOK).where(BOOK.AUTHOR_ID.eq(AUTHOR.ID))))
                        .from(AUTHOR)
                        .orderBy(AUTHOR.ID)
                        .fetch());
        reads.put(
                "listagg",
                dsl -> dsl.select(listAgg(BOOK.TITLE, ",").withinGroupOrderBy(BOOK.ID))
                        .from(BOOK)
                        .fetch());
        return reads;
    }

    static Stream<Arguments> readsOnDatabases() {
        return Database.all().stream()
                .flatMap(database -> reads().keySet().stream().map(read -> Arguments.of(database, read)));
    }

    private void assertSameEvents(Database database, String read, Configuration configuration) {
        try (Fixture f = Fixture.catalogue(database)) {
            Watched watched = new Watched(f, configuration);
            Consumer<DSLContext> query = reads().get(read);
            query.accept(watched.dsl);
            events.clear();
            query.accept(f.cache.with(watched.dsl, CacheHint.bypass()));
            List<String> expected = List.copyOf(events);
            events.clear();
            assertThat(f.during(() -> query.accept(watched.dsl)).hits()).isEqualTo(1);
            assertThat(expected).isNotEmpty();
            assertThat(events).isEqualTo(expected);
        }
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("readsOnDatabases")
    void executeListener_onHit_seesTheSame(Database database, String read) {
        ExecuteListenerProvider provider = new DefaultExecuteListenerProvider(noting(ExecuteListener.class));
        assertSameEvents(database, read, new DefaultConfiguration().set(provider));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("readsOnDatabases")
    void recordListener_onHit_seesTheSame(Database database, String read) {
        if (read.equals("empty")) return; // There is no record to tell of.
        assertSameEvents(
                database,
                read,
                new DefaultConfiguration().set(new DefaultRecordListenerProvider(noting(RecordListener.class))));
    }

    @DatabaseTest
    void visitListener_onHit_changesTheSql(Database database) {
        VisitListener lower = new VisitListener() {
            @Override
            public void clauseStart(VisitContext context) {}

            @Override
            public void visitStart(VisitContext context) {
                if (context.renderContext() != null)
                    events.add(context.queryPart().getClass().getName());
            }
        };
        try (Fixture f = Fixture.catalogue(database)) {
            Watched watched = new Watched(f, new DefaultConfiguration().set(new DefaultVisitListenerProvider(lower)));
            Consumer<DSLContext> query = reads().get("bound");
            query.accept(watched.dsl);
            events.clear();
            query.accept(f.cache.with(watched.dsl, CacheHint.bypass()));
            List<String> expected = List.copyOf(events);
            events.clear();
            assertThat(f.during(() -> query.accept(watched.dsl)).hits()).isEqualTo(1);
            assertThat(events).isNotEmpty().isEqualTo(expected);
        }
    }

    @DatabaseTest
    void recordMapper_onHit_maps(Database database) {
        RecordMapperProvider mappers = new RecordMapperProvider() {
            @Override
            @SuppressWarnings("unchecked")
            public <R extends Record, E> RecordMapper<R, E> provide(RecordType<R> type, Class<? extends E> to) {
                return to == String.class
                        ? record -> (E) ("mapped " + record.get(0))
                        : new DefaultRecordMapperProvider().provide(type, to);
            }
        };
        try (Fixture f = Fixture.empty(database).with(Catalogue.DDL)) {
            new Watched(f, new DefaultConfiguration().set(mappers)).equalAndHit(dsl -> {
                List<String> mapped = dsl.selectFrom(BOOK).orderBy(BOOK.ID).fetchInto(String.class);
                assertThat(mapped).first().isEqualTo("mapped 1");
                return mapped;
            });
        }
    }

    /** jOOQ's own logger is a listener; a subclass sees what it would log. */
    @DatabaseTest
    void loggerListener_onHit_logsTheSame(Database database) {
        LoggerListener logger = new LoggerListener() {
            private static final long serialVersionUID = 1L;

            @Override
            public void renderEnd(ExecuteContext ctx) {
                super.renderEnd(ctx);
                events.add("render " + ctx.sql());
            }

            @Override
            public void resultEnd(ExecuteContext ctx) {
                super.resultEnd(ctx);
                events.add("result " + ctx.result().format());
            }
        };
        assertSameEvents(database, "fetch", new DefaultConfiguration().set(new DefaultExecuteListenerProvider(logger)));
    }

    @DatabaseTest
    void record_onHit_isAttachedAndUnchanged(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            f.warm(dsl -> dsl.selectFrom(BOOK).where(BOOK.ID.eq(1)));
            Catalogue.BookRecord book =
                    f.dsl.selectFrom(BOOK).where(BOOK.ID.eq(1)).fetchSingle();
            assertThat(book.changed()).isFalse();
            for (Field<?> field : book.fields())
                assertThat(book.original(field)).isEqualTo(book.get(field));
            book.set(BOOK.STOCK, 7);
            assertThat(book.store()).isEqualTo(1);
            assertThat(f.assertFresh(dsl -> dsl.select(BOOK.STOCK).from(BOOK).where(BOOK.ID.eq(1)))
                            .getValues(BOOK.STOCK))
                    .containsExactly(7);
        }
    }
}
