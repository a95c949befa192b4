package dev.jooqcache.keys;

import static dev.jooqcache.testing.Catalogue.BOOK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.jooq.impl.DSL.val;

import dev.jooqcache.BypassReason;
import dev.jooqcache.CacheStats;
import dev.jooqcache.fidelity.ShoutBinding;
import dev.jooqcache.testing.Catalogue;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import dev.jooqcache.testing.KeyedStore;
import dev.jooqcache.testing.Watched;
import java.io.StringReader;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Date;
import java.sql.SQLException;
import java.sql.Time;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.jooq.BindingSetStatementContext;
import org.jooq.Converter;
import org.jooq.DSLContext;
import org.jooq.DataType;
import org.jooq.EnumType;
import org.jooq.Field;
import org.jooq.JSON;
import org.jooq.JSONB;
import org.jooq.Record;
import org.jooq.Select;
import org.jooq.XML;
import org.jooq.impl.SQLDataType;
import org.jooq.types.DayToSecond;
import org.jooq.types.UInteger;
import org.jooq.types.YearToMonth;
import org.junit.jupiter.api.Tag;

/** Bind values keep results apart exactly where the database is sent something else. */
class BindValueTest {

    enum Mood implements EnumType {
        SAD,
        HAPPY;

        @Override
        public String getLiteral() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }

        @Override
        public String getName() {
            return null;
        }
    }

    private static Select<? extends Record> echo(DSLContext dsl, Field<?>... values) {
        return dsl.select(values).from(BOOK).where(BOOK.ID.eq(1));
    }

    /** Each query is a miss at first and a hit then, always with its own answer. */
    private static void assertApart(Database database, List<Field<?>[]> binds) {
        try (Fixture f = Fixture.catalogue(database)) {
            f.unseen.fetch("select 1");
            Watched watched = new Watched(f);
            CacheStats before = f.cache.stats();
            for (Field<?>[] values : binds)
                watched.equalAndHit(dsl -> echo(dsl, values).fetch());
            for (Field<?>[] values : binds)
                watched.equalAndHit(dsl -> echo(dsl, values).fetch());
            assertThat(f.cache.stats().minus(before).stores()).isEqualTo(binds.size());
        }
    }

    private static Field<?>[] pair(Object one, Object other) {
        return new Field<?>[] {val(one), val(other)};
    }

    @Tag("K1")
    @DatabaseTest
    void fetch_bindsThatConcatenateAlike_areApart(Database database) {
        assertApart(
                database,
                List.of(
                        pair(1, 23),
                        pair(12, 3),
                        pair(123, 0),
                        pair("a", "bc"),
                        pair("ab", "c"),
                        pair("abc", ""),
                        pair("", "abc"),
                        pair("a,b", "c"),
                        pair("a", "b,c"),
                        pair("a, b", "c"),
                        pair("[a", "b]"),
                        pair("a\u0001", "b"),
                        pair("a", "\u0001b")));
    }

    @Tag("K2")
    @DatabaseTest
    void fetch_bindsThatLookAlike_areApart(Database database) {
        List<Object> values = new ArrayList<>(List.of(
                "None",
                "null",
                "NULL",
                "",
                "1",
                "1.0",
                "true",
                1,
                1L,
                (short) 1,
                1.0d,
                1.0f,
                new BigDecimal("1"),
                new BigDecimal("1.0"),
                new BigDecimal("1.00"),
                BigInteger.ONE,
                UInteger.valueOf(1),
                true));
        List<Field<?>[]> binds = new ArrayList<>();
        for (Object value : values) binds.add(new Field<?>[] {val(value)});
        binds.add(new Field<?>[] {val(null, SQLDataType.VARCHAR)});
        binds.add(new Field<?>[] {val(null, SQLDataType.INTEGER)});
        binds.add(new Field<?>[] {val(null, SQLDataType.BIGINT)});
        assertApart(database, binds);
    }

    /** One SQL text without casts: only the bind value tells the queries apart. */
    @Tag("K2")
    @DatabaseTest
    void fetch_nullSafeComparison_isApart(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            f.with(
                    "create table note (id int, text varchar(9))",
                    "insert into note values (1, null), (2, 'None'), (3, 'null'), (4, ''), (5, '1')");
            String same = database == Database.MARIADB ? "<=>" : "is not distinct from";
            Watched watched = new Watched(f);
            CacheStats before = f.cache.stats();
            for (int round = 0; round < 2; round++)
                for (String text : new String[] {null, "None", "null", "", "1", "1 "})
                    watched.equalAndHit(dsl -> dsl.resultQuery(
                                    "select id from note where text " + same + " cast(? as char(9))", text)
                            .fetch());
            assertThat(f.cache.stats().minus(before).stores()).isEqualTo(6);
        }
    }

    private static List<Supplier<Field<?>>> exact(Database database) {
        DataType<java.net.URI> uri = SQLDataType.VARCHAR.asConvertedDataType(
                Converter.ofNullable(String.class, java.net.URI.class, java.net.URI::create, java.net.URI::toString));
        List<Supplier<Field<?>>> values = new ArrayList<>(List.of(
                () -> val(new byte[] {1, 2}),
                () -> val(new byte[] {1, 3}),
                () -> val(LocalDate.of(2024, 2, 29)),
                () -> val(LocalTime.of(1, 2, 3)),
                () -> val(LocalDateTime.of(2024, 2, 29, 1, 2, 3)),
                () -> val(Date.valueOf("2024-02-29")),
                () -> val(Time.valueOf("01:02:03")),
                () -> val(Timestamp.valueOf("2024-02-29 01:02:03")),
                () -> val(Timestamp.valueOf("2024-02-29 01:02:03.000001")),
                () -> val(java.net.URI.create("a:b"), uri),
                () -> val(java.net.URI.create("a:c"), uri),
                () -> val(Mood.SAD),
                () -> val(Mood.HAPPY),
                () -> val(new UUID(1, 2)),
                () -> val(new UUID(2, 1)),
                () -> val(JSON.json("{\"a\": 1, \"b\": 2}")),
                () -> val(JSON.json("{\"b\": 2, \"a\": 1}")),
                () -> val(JSONB.jsonb("[1]")),
                () -> val(JSONB.jsonb("[1.0]")),
                () -> val(OffsetDateTime.parse("2024-02-29T01:02:03+02:00")),
                () -> val(OffsetDateTime.parse("2024-02-29T00:02:03+01:00")),
                () -> val(Instant.parse("2024-02-28T23:02:03Z")),
                () -> val(DayToSecond.valueOf("+1 02:03:04.5")),
                () -> val(DayToSecond.valueOf("-1 02:03:04.5")),
                () -> val(YearToMonth.valueOf("+1-2"))));
        if (database == Database.MARIADB) return values; // It has no arrays.
        values.addAll(List.of(
                () -> val(new Integer[] {1, 23}),
                () -> val(new Integer[] {12, 3}),
                () -> val(new Integer[] {1, null}),
                () -> val(new String[] {"1", "23"}),
                () -> val(new String[] {"a", "b"}),
                () -> val(new String[] {"a, b"})));
        if (database == Database.POSTGRESQL) values.add(() -> val(XML.xml("<a/>")));
        return values;
    }

    @Tag("K4")
    @DatabaseTest
    void fetch_bindOfAnyType_isKeyedByContent(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            Watched watched = new Watched(f);
            CacheStats before = f.cache.stats();
            List<Supplier<Field<?>>> values = exact(database);
            // Each time another object of the same content.
            for (int round = 0; round < 2; round++)
                for (Supplier<Field<?>> value : values)
                    watched.equalAndHit(dsl -> echo(dsl, value.get()).fetch());
            assertThat(f.cache.stats().minus(before).stores()).isEqualTo(values.size());
        }
    }

    /** A bind value whose binding hands a stream to JDBC: its content cannot be compared. */
    @Tag("K4")
    @DatabaseTest
    void fetch_bindWithoutExactContent_isBypass(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            DataType<String> type = SQLDataType.VARCHAR.asConvertedDataType(new ShoutBinding("") {
                private static final long serialVersionUID = 1L;

                @Override
                public void set(BindingSetStatementContext<String> ctx) throws SQLException {
                    ctx.statement().setCharacterStream(ctx.index(), new StringReader(ctx.value()));
                }
            });
            f.assertBypass(
                    BypassReason.UNKNOWN_BIND_VALUE,
                    dsl -> dsl.select(BOOK.ID)
                            .from(BOOK)
                            .where(BOOK.TITLE.eq(val("1984", type).coerce(String.class))));
        }
    }

    private static Object withTitle(DSLContext dsl, Field<String> title) {
        return dsl.select(BOOK.ID)
                .from(BOOK)
                .where(BOOK.TITLE.eq(title.coerce(String.class)))
                .fetch();
    }

    /** A user's binding can send anything: here the same value with another suffix. */
    @Tag("K4")
    @DatabaseTest
    void fetch_bindingWithState_isKeyedByWhatIsSent(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            f.with("insert into book values (4, 1, 'a!', 1, 1), (5, 1, 'a?', 1, 1)");
            Watched watched = new Watched(f);
            for (String suffix : List.of("!", "?")) {
                DataType<String> type = SQLDataType.VARCHAR.asConvertedDataType(new ShoutBinding(suffix));
                watched.equalAndHit(dsl -> withTitle(dsl, val("a", type)));
                DataType<String> converted = type.asConvertedDataType(
                        Converter.ofNullable(String.class, String.class, s -> s, s -> s.substring(1)));
                watched.equalAndHit(dsl -> withTitle(dsl, val("xa", converted)));
            }
        }
    }

    /** What is looked up differs even in the order and number of binds. */
    @Tag("K1")
    @DatabaseTest
    void key_ofDifferentBinds_differs(Database database) {
        KeyedStore store = new KeyedStore();
        try (Fixture f =
                Fixture.empty(database, settings -> settings.store(store)).with(Catalogue.DDL)) {
            List<List<Object>> binds = List.of(
                    List.of(1, 2, 3), List.of(3, 2, 1), List.of(1, 2), List.of(12, 3), List.of(1, 23), List.of(123));
            for (List<Object> values : binds)
                f.dsl.select(BOOK.ID).from(BOOK).where(BOOK.ID.in(values)).fetch();
            assertThat(store.keys()).hasSize(binds.size());
            assertThat(new HashSet<>(store.lookedUp())).hasSize(binds.size());
        }
    }
}
