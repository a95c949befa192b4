package dev.jooqcache.keys;

import static dev.jooqcache.testing.Catalogue.AUTHOR;
import static dev.jooqcache.testing.Catalogue.BOOK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.table;

import com.zaxxer.hikari.HikariDataSource;
import dev.jooqcache.BypassReason;
import dev.jooqcache.CacheHint;
import dev.jooqcache.CacheStats;
import dev.jooqcache.testing.Catalogue;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import dev.jooqcache.testing.KeyedStore;
import dev.jooqcache.testing.Watched;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jooq.Converter;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.ResultQuery;
import org.jooq.SQLDialect;
import org.jooq.conf.MappedSchema;
import org.jooq.conf.RenderMapping;
import org.jooq.conf.RenderNameCase;
import org.jooq.conf.Settings;
import org.jooq.impl.DSL;
import org.jooq.impl.DefaultConfiguration;
import org.jooq.impl.SQLDataType;
import org.junit.jupiter.api.Tag;

/** The same SQL text somewhere else, or read otherwise. */
class SeparationTest {

    private static ResultQuery<? extends Record> titles(DSLContext dsl) {
        return dsl.resultQuery("select title from book order by id");
    }

    @Tag("K3")
    @DatabaseTest
    void fetch_sameSqlOnTwoDatabases_isApart(Database database) {
        try (Fixture f = Fixture.catalogue(database);
                HikariDataSource other = new HikariDataSource()) {
            other.setJdbcUrl(database.newUrl());
            DSLContext unseen = DSL.using(other, database.dialect());
            for (String ddl : Catalogue.DDL) unseen.execute(ddl);
            unseen.execute("update book set title = 'other'");
            DSLContext dsl = f.on(f.cache.track(other));
            f.warm(SeparationTest::titles);
            for (int i = 0; i < 2; i++)
                assertThat(titles(dsl).fetch().getValues(0, String.class)).containsOnly("other");
            assertThat(titles(f.dsl).fetch().getValues(0, String.class)).doesNotContain("other");
        }
    }

    /** The schemas one and two; each has a table with its number. */
    private static Fixture twoSchemas(Database database) {
        Fixture f = Fixture.empty(database);
        for (String name : List.of("one", "two")) {
            String schema = f.schema(name);
            f.with(
                    "create schema " + schema,
                    "create table " + schema + ".thing (id int)",
                    "insert into " + schema + ".thing values (" + (name.equals("one") ? 1 : 2) + ")");
        }
        return f;
    }

    @Tag("K3")
    @DatabaseTest
    void fetch_schemaMapping_isApart(Database database) {
        try (Fixture f = twoSchemas(database)) {
            for (String schema : List.of("one", "two", "one", "two")) {
                Settings settings = new Settings()
                        .withRenderMapping(new RenderMapping()
                                .withSchemata(
                                        new MappedSchema().withInput("any").withOutput(f.schema(schema))));
                new Watched(f, new DefaultConfiguration().set(settings))
                        .equalAndHit(dsl -> dsl.select(field(name("id"), Integer.class))
                                .from(table(name("any", "thing")))
                                .fetch());
            }
        }
    }

    /** The session decides which table the name means. */
    @Tag("K3")
    @DatabaseTest
    void fetch_otherSearchPath_isBypassOrScoped(Database database) {
        try (Fixture f = twoSchemas(database)) {
            f.with("create table thing (id int)", "insert into thing values (0)");
            Function<DSLContext, Object> ids =
                    dsl -> dsl.fetch("select id from thing").getValues(0);
            assertThat(ids.apply(f.dsl)).isEqualTo(List.of(0));
            for (int round = 0; round < 2; round++)
                for (String schema : List.of("one", "two"))
                    f.dsl.connection(connection -> {
                        DSLContext dsl = f.cache
                                .derive(new DefaultConfiguration()
                                        .set(connection)
                                        .set(database.dialect()))
                                .dsl();
                        dsl.execute(f.use(schema));
                        int id = schema.equals("one") ? 1 : 2;
                        CacheStats bypassed =
                                f.during(() -> assertThat(ids.apply(dsl)).isEqualTo(List.of(id)));
                        assertThat(bypassed.hits() + bypassed.misses()).isEqualTo(1);
                        DSLContext scoped = f.cache.with(dsl, CacheHint.sessionScope(schema));
                        assertThat(ids.apply(scoped)).isEqualTo(List.of(id));
                        CacheStats hit =
                                f.during(() -> assertThat(ids.apply(scoped)).isEqualTo(List.of(id)));
                        assertThat(hit.hits()).isEqualTo(1);
                        dsl.execute(f.use("public"));
                    });
        }
    }

    @Tag("K3")
    @DatabaseTest
    void fetch_otherDialectOrSettings_isApart(Database database) {
        KeyedStore store = new KeyedStore();
        try (Fixture f =
                Fixture.empty(database, settings -> settings.store(store)).with(Catalogue.DDL)) {
            List<Settings> settings = List.of(
                    new Settings(),
                    new Settings().withRenderNameCase(RenderNameCase.LOWER),
                    new Settings().withRenderFormatted(true),
                    new Settings().withRenderSchema(false));
            for (Settings each : settings)
                new Watched(f, new DefaultConfiguration().set(each))
                        .equalAndHit(
                                dsl -> dsl.selectFrom(BOOK).orderBy(BOOK.ID).fetch());
            DSLContext plain = f.dsl.configuration().derive(SQLDialect.DEFAULT).dsl();
            titles(f.dsl).fetch();
            CacheStats done = f.during(() -> titles(plain).fetch());
            assertThat(done.hits()).isZero();
        }
    }

    @Tag("K3")
    @DatabaseTest
    void fetch_scopes_areApart(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            CacheStats done = f.during(() -> {
                for (String scope : List.of("a", "b", "a", "b"))
                    titles(f.cache.with(f.dsl, CacheHint.sessionScope(scope))).fetch();
                titles(f.dsl).fetch();
                titles(f.dsl).fetch();
            });
            assertThat(done.misses()).isEqualTo(3);
            assertThat(done.hits()).isEqualTo(3);
        }
    }

    private static <T, U> Converter<T, U> converter(Class<T> from, Class<U> to, Function<T, U> f) {
        return Converter.from(from, to, value -> value == null ? null : f.apply(value));
    }

    /** One text, read as many types: each reads its own, whichever came first. */
    @Tag("K6")
    @DatabaseTest
    void fetch_oneSqlInManyShapes_readsEachAsItsOwn(Database database) {
        List<Function<DSLContext, Object>> shapes = new ArrayList<>();
        for (var type : List.of(
                SQLDataType.INTEGER,
                SQLDataType.BIGINT,
                SQLDataType.VARCHAR,
                SQLDataType.NUMERIC,
                SQLDataType.DOUBLE,
                SQLDataType.INTEGERUNSIGNED,
                SQLDataType.OTHER,
                SQLDataType.INTEGER.asConvertedDataType(converter(Integer.class, String.class, i -> "<" + i + ">")),
                SQLDataType.INTEGER.asConvertedDataType(converter(Integer.class, String.class, i -> "[" + i + "]")),
                SQLDataType.VARCHAR.asConvertedDataType(converter(String.class, Integer.class, Integer::valueOf))))
            shapes.add(dsl -> dsl.select(field(name("id"), type))
                    .from(BOOK)
                    .orderBy(BOOK.ID)
                    .fetch());
        shapes.add(
                dsl -> dsl.resultQuery("select id, price from book order by id").fetch());
        shapes.add(dsl -> dsl.resultQuery("select id, price from book order by id")
                .coerce(field("a", String.class), field("b", String.class))
                .fetch());
        shapes.add(dsl -> dsl.resultQuery("select id, price from book order by id")
                .coerce(BOOK.ID)
                .fetch());
        shapes.add(dsl -> dsl.resultQuery("select id, price from book order by id")
                .coerce(BOOK.ID, BOOK.PRICE)
                .fetch(BOOK.ID));
        shapes.add(dsl -> dsl.resultQuery("select id, price from book order by id")
                .fetchMany()
                .get(0));
        try (Fixture f = Fixture.catalogue(database)) {
            Watched watched = new Watched(f);
            for (int round = 0; round < 2; round++)
                for (Function<DSLContext, Object> shape : shapes) {
                    BypassReason reason = watched.equalThrice(shape);
                    if (shape == shapes.get(shapes.size() - 1))
                        assertThat(reason).isEqualTo(BypassReason.NOT_A_SINGLE_QUERY);
                    else assertThat(reason).isNull();
                }
        }
    }

    @Tag("K6")
    @DatabaseTest
    void fetch_sameTextOfOtherQuery_isFresh(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            f.assertFresh(dsl -> dsl.select(AUTHOR.ID).from(AUTHOR).orderBy(AUTHOR.ID));
            f.assertFresh(dsl -> dsl.select(AUTHOR.ID.as("id")).from(AUTHOR).orderBy(AUTHOR.ID));
            f.assertFresh(
                    dsl -> dsl.select(AUTHOR.ID.cast(String.class)).from(AUTHOR).orderBy(AUTHOR.ID));
        }
    }
}
