package dev.jooqcache.keys;

import static dev.jooqcache.testing.Catalogue.AUTHOR;
import static dev.jooqcache.testing.Catalogue.BOOK;
import static org.jooq.impl.DSL.multiset;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.val;

import dev.jooqcache.fidelity.ShoutBinding;
import dev.jooqcache.internal.entry.Codec;
import dev.jooqcache.spi.Fingerprint;
import dev.jooqcache.testing.Catalogue;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.Fixture;
import dev.jooqcache.testing.KeyedStore;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.jooq.DSLContext;
import org.jooq.JSON;
import org.jooq.impl.SQLDataType;
import org.jooq.types.DayToSecond;

/** The keys of some queries, as bytes: the same wherever this runs. */
final class PrintKeys {

    private static final Codec CODEC = new Codec();

    enum Mood {
        SAD
    }

    private PrintKeys() {}

    public static void main(String[] arguments) {
        keys().forEach(System.out::println);
    }

    static List<String> keys() {
        KeyedStore store = new KeyedStore();
        try (Fixture f =
                Fixture.empty(Database.H2, settings -> settings.store(store)).with(Catalogue.DDL)) {
            queries(f.dsl);
        }
        List<String> keys = new ArrayList<>();
        for (Fingerprint key : store.lookedUp())
            keys.add(HexFormat.of().formatHex(CODEC.encode(elsewhere(key))) + " "
                    + elsewhere(key).hashCode());
        return keys;
    }

    /** The same key on another database, whose name this JVM has not made. */
    private static Fingerprint elsewhere(Fingerprint key) {
        return new Fingerprint("1", key.dialect(), key.sql(), key.scope(), key.shape(), key.bindTypes(), key.binds());
    }

    private static void queries(DSLContext dsl) {
        dsl.selectFrom(BOOK).where(BOOK.TITLE.likeIgnoreCase("I%")).fetch();
        dsl.select(AUTHOR.NAME, multiset(select(BOOK.TITLE).from(BOOK).where(BOOK.AUTHOR_ID.eq(AUTHOR.ID))))
                .from(AUTHOR)
                .fetch();
        dsl.select(
                        val(1),
                        val(1.5d),
                        val(1.5f),
                        val(new BigDecimal("1234567.80")),
                        val("\u0130\u0131Ii"),
                        val(Mood.SAD.name()),
                        val(new byte[] {1}),
                        val(new UUID(1, 2)),
                        val(JSON.json("{\"b\": 1, \"a\": 2}")))
                .from(BOOK)
                .fetch();
        dsl.select(
                        val(LocalDate.of(2024, 2, 29)),
                        val(LocalDateTime.of(2024, 3, 31, 2, 30)),
                        val(OffsetDateTime.parse("2024-02-29T01:02:03+02:00")),
                        val(DayToSecond.valueOf("+1 02:03:04.5")),
                        val(new Integer[] {1, 2}),
                        val("a", SQLDataType.VARCHAR.asConvertedDataType(new ShoutBinding("!"))))
                .from(BOOK)
                .fetch();
        dsl.resultQuery("select id from book where price > ?", 7).fetch();
    }
}
