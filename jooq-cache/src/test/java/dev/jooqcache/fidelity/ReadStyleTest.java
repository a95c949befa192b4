package dev.jooqcache.fidelity;

import static dev.jooqcache.testing.Catalogue.AUTHOR;
import static dev.jooqcache.testing.Catalogue.BOOK;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.multiset;
import static org.jooq.impl.DSL.multisetAgg;
import static org.jooq.impl.DSL.row;
import static org.jooq.impl.DSL.select;

import dev.jooqcache.fidelity.ColumnType.Wide;
import dev.jooqcache.testing.Catalogue;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.Fixture;
import dev.jooqcache.testing.Watched;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jooq.Cursor;
import org.jooq.DSLContext;
import org.jooq.Records;
import org.jooq.ResultQuery;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every way of reading: of a table with all column types, and of nested queries. */
@Tag("F1")
@Tag("database")
class ReadStyleTest {

    /** An immutable class, filled by its constructor. */
    record Title(Integer id, String title, BigDecimal price) {}

    /** A mutable one, filled by its setters. */
    public static final class Bean {
        private Integer id;
        private String title;

        public void setId(Integer id) {
            this.id = id;
        }

        public void setTitle(String title) {
            this.title = title;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Bean bean && bean.toString().equals(toString());
        }

        @Override
        public int hashCode() {
            return toString().hashCode();
        }

        @Override
        public String toString() {
            return id + " " + title;
        }
    }

    private static Map<String, Function<ResultQuery<?>, Object>> styles() {
        Map<String, Function<ResultQuery<?>, Object>> styles = new LinkedHashMap<>();
        styles.put("fetch", ResultQuery::fetch);
        styles.put("fetchInto", query -> query.fetchInto(Object[].class));
        styles.put("fetchMaps", ResultQuery::fetchMaps);
        styles.put("fetchMap", query -> query.fetchMap(0));
        styles.put("fetchGroups", query -> query.fetchGroups(0));
        styles.put("fetchArrays", ResultQuery::fetchArrays);
        styles.put("fetchArray", query -> query.fetchArray(0));
        styles.put("fetchValues", query -> query.fetch(0));
        styles.put("fetchSet", query -> query.fetchSet(0));
        styles.put("intoArray", query -> query.fetch(org.jooq.Record::intoArray));
        styles.put("stream", query -> {
            try (Stream<? extends org.jooq.Record> stream = query.stream()) {
                return stream.collect(Collectors.toList());
            }
        });
        styles.put("collect", query -> query.collect(Collectors.toList()));
        styles.put("iterator", query -> {
            List<Object> all = new ArrayList<>();
            query.forEach(all::add);
            return all;
        });
        styles.put("fetchLazy", query -> {
            List<Object> all = new ArrayList<>();
            try (Cursor<? extends org.jooq.Record> cursor = query.fetchLazy()) {
                while (cursor.hasNext()) all.add(cursor.fetchNext());
            }
            return all;
        });
        styles.put("fetchLazy in portions", query -> {
            List<Object> all = new ArrayList<>();
            try (Cursor<? extends org.jooq.Record> cursor = query.fetchLazy()) {
                while (cursor.hasNext()) all.addAll(cursor.fetchNext(1));
            }
            return all;
        });
        styles.put(
                "fetchAsync", query -> query.fetchAsync().toCompletableFuture().join());
        return styles;
    }

    static Stream<Arguments> stylesOnDatabases() {
        return Database.all().stream()
                .flatMap(database -> styles().keySet().stream().map(style -> Arguments.of(database, style)));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("stylesOnDatabases")
    void read_allTypes_isEqualHit(Database database, String style) {
        try (Fixture f = Fixture.empty(database).with(ColumnTypes.ddl(database))) {
            List<ColumnType> types = new ArrayList<>(ColumnTypes.on(database));
            types.removeIf(type -> ColumnTypes.neverCached(database).containsKey(type.name()));
            Wide wide = ColumnType.wide(f, types);
            Function<ResultQuery<?>, Object> read = styles().get(style);
            new Watched(f).equalAndHit(dsl -> read.apply(dsl.selectFrom(wide).orderBy(wide.id)));
        }
    }

    private static Map<String, Function<DSLContext, Object>> queries() {
        var titles = select(BOOK.TITLE, BOOK.PRICE)
                .from(BOOK)
                .where(BOOK.AUTHOR_ID.eq(AUTHOR.ID))
                .orderBy(BOOK.ID);
        var sameAuthors = AUTHOR.as("same");
        Map<String, Function<DSLContext, Object>> queries = new LinkedHashMap<>();
        queries.put("record", dsl -> dsl.selectFrom(BOOK).orderBy(BOOK.ID).fetch());
        queries.put(
                "immutable class",
                dsl -> dsl.select(BOOK.ID, BOOK.TITLE, BOOK.PRICE)
                        .from(BOOK)
                        .orderBy(BOOK.ID)
                        .fetchInto(Title.class));
        queries.put(
                "constructor",
                dsl -> dsl.select(BOOK.ID, BOOK.TITLE, BOOK.PRICE)
                        .from(BOOK)
                        .orderBy(BOOK.ID)
                        .fetch(Records.mapping(Title::new)));
        queries.put("bean", dsl -> dsl.selectFrom(BOOK).orderBy(BOOK.ID).fetchInto(Bean.class));
        queries.put(
                "generated record", dsl -> dsl.selectFrom(BOOK).orderBy(BOOK.ID).fetchInto(BOOK));
        queries.put("map", dsl -> dsl.selectFrom(BOOK).orderBy(BOOK.ID).fetchMap(BOOK.ID, BOOK.TITLE));
        queries.put("map to class", dsl -> dsl.selectFrom(BOOK).orderBy(BOOK.ID).fetchMap(BOOK.ID, Bean.class));
        queries.put("groups", dsl -> dsl.selectFrom(BOOK).orderBy(BOOK.ID).fetchGroups(BOOK.AUTHOR_ID));
        queries.put(
                "groups of values",
                dsl -> dsl.selectFrom(BOOK).orderBy(BOOK.ID).fetchGroups(BOOK.AUTHOR_ID, BOOK.TITLE));
        queries.put("one", dsl -> dsl.selectFrom(BOOK).where(BOOK.ID.eq(1)).fetchOne());
        queries.put(
                "value",
                dsl -> dsl.select(BOOK.PRICE).from(BOOK).where(BOOK.ID.eq(3)).fetchOne(BOOK.PRICE));
        queries.put(
                "single value",
                dsl -> dsl.select(BOOK.PRICE)
                        .from(BOOK)
                        .where(BOOK.ID.eq(1))
                        .fetchSingle()
                        .value1());
        queries.put(
                "nested row",
                dsl -> dsl.select(BOOK.ID, row(BOOK.TITLE, BOOK.PRICE).as("nested"))
                        .from(BOOK)
                        .orderBy(BOOK.ID)
                        .fetch());
        queries.put(
                "nested row to class",
                dsl -> dsl.select(BOOK.ID, row(BOOK.ID, BOOK.TITLE, BOOK.PRICE).mapping(Title::new))
                        .from(BOOK)
                        .orderBy(BOOK.ID)
                        .fetch());
        queries.put(
                "table as a row",
                dsl -> dsl.select(AUTHOR, BOOK)
                        .from(BOOK)
                        .join(AUTHOR)
                        .on(AUTHOR.ID.eq(BOOK.AUTHOR_ID))
                        .orderBy(BOOK.ID)
                        .fetch());
        queries.put(
                "multiset",
                dsl -> dsl.select(AUTHOR.NAME, multiset(titles).as("titles"))
                        .from(AUTHOR)
                        .orderBy(AUTHOR.ID)
                        .fetch());
        queries.put(
                "multiset two deep",
                dsl -> dsl.select(
                                AUTHOR.NAME,
                                multiset(select(
                                                        BOOK.TITLE,
                                                        multiset(select(sameAuthors.ID, sameAuthors.NAME)
                                                                        .from(sameAuthors)
                                                                        .where(sameAuthors.ID.eq(BOOK.AUTHOR_ID)))
                                                                .as("inner"))
                                                .from(BOOK)
                                                .where(BOOK.AUTHOR_ID.eq(AUTHOR.ID))
                                                .orderBy(BOOK.ID))
                                        .as("outer"))
                        .from(AUTHOR)
                        .orderBy(AUTHOR.ID)
                        .fetch());
        queries.put(
                "multiset to class",
                dsl -> dsl.select(
                                AUTHOR.NAME,
                                multiset(select(BOOK.ID, BOOK.TITLE, BOOK.PRICE)
                                                .from(BOOK)
                                                .where(BOOK.AUTHOR_ID.eq(AUTHOR.ID))
                                                .orderBy(BOOK.ID))
                                        .convertFrom(result -> result.map(Records.mapping(Title::new))))
                        .from(AUTHOR)
                        .orderBy(AUTHOR.ID)
                        .fetch());
        queries.put(
                "multisetAgg",
                dsl -> dsl.select(
                                BOOK.AUTHOR_ID, multisetAgg(BOOK.ID, BOOK.TITLE).orderBy(BOOK.ID))
                        .from(BOOK)
                        .groupBy(BOOK.AUTHOR_ID)
                        .orderBy(BOOK.AUTHOR_ID)
                        .fetch());
        queries.put(
                "ad-hoc converter",
                dsl -> dsl.select(BOOK.TITLE.convertFrom(String::length), field("upper({0})", String.class, BOOK.TITLE))
                        .from(BOOK)
                        .orderBy(BOOK.ID)
                        .fetch());
        queries.put(
                "coerced",
                dsl -> dsl.select(BOOK.ID.coerce(String.class), BOOK.ID.coerce(Long.class))
                        .from(BOOK)
                        .orderBy(BOOK.ID)
                        .fetch());
        return queries;
    }

    static Stream<Arguments> queriesOnDatabases() {
        return Database.all().stream()
                .flatMap(database -> queries().keySet().stream().map(query -> Arguments.of(database, query)));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("queriesOnDatabases")
    void read_nestedOrMapped_isEqualHit(Database database, String query) {
        try (Fixture f = Fixture.empty(database).with(Catalogue.DDL)) {
            new Watched(f).equalAndHit(queries().get(query));
        }
    }
}
