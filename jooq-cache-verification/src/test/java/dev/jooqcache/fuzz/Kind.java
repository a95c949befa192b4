package dev.jooqcache.fuzz;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.Random;
import java.util.UUID;
import org.jooq.DataType;
import org.jooq.impl.SQLDataType;

/**
 * What a column holds. Values come from small domains, so that rows meet and statements hit; those of text are traps for
 * whoever compares values otherwise than the database does: case, padding, the empty text.
 */
enum Kind {
    INT(SQLDataType.INTEGER),
    LONG(SQLDataType.BIGINT),
    NUMERIC(SQLDataType.NUMERIC(10, 2)),
    TEXT(SQLDataType.VARCHAR(40)),
    /** Text that compares without regard to case. */
    CASELESS(SQLDataType.VARCHAR(40)),
    CHAR(SQLDataType.CHAR(4)),
    UUID(SQLDataType.UUID),
    DATE(SQLDataType.LOCALDATE);

    private static final String[] TEXTS = {"a", "A", "b", "ab", "x y", "", "c ", "1", "2"};
    private static final String[] NAMES = {"bob", "BOB", "Bob", "amy", "AMY", "eve", "Zoe"};
    private static final String[] CODES = {"ab", "AB", "cd", "ef", "abcd", "x"};
    static final LocalDate FIRST_DAY = LocalDate.of(2024, 1, 1);

    final DataType<?> type;

    Kind(DataType<?> type) {
        this.type = type;
    }

    boolean isNumber() {
        return this == INT || this == LONG || this == NUMERIC;
    }

    /** A value of the domain, never {@code null}. */
    Object value(Random random) {
        return switch (this) {
            case INT -> random.nextInt(8);
            case LONG -> (long) random.nextInt(8);
            case NUMERIC -> BigDecimal.valueOf(random.nextInt(8) * 50L, 2);
            case TEXT -> TEXTS[random.nextInt(TEXTS.length)];
            case CASELESS -> NAMES[random.nextInt(NAMES.length)];
            case CHAR -> CODES[random.nextInt(CODES.length)];
            case UUID -> new UUID(0, random.nextInt(8));
            case DATE -> FIRST_DAY.plusDays(random.nextInt(8));
        };
    }
}
