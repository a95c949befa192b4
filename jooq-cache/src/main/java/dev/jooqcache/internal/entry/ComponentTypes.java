package dev.jooqcache.internal.entry;

import dev.jooqcache.spi.ResultCodec;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Date;
import java.sql.Time;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.util.List;
import java.util.UUID;

/** The component types of arrays in the closed set, by their position: append only, as the positions are written. */
final class ComponentTypes {

    private static final List<Class<?>> TYPES = List.of(
            Object.class,
            String.class,
            Boolean.class,
            Byte.class,
            Short.class,
            Integer.class,
            Long.class,
            Float.class,
            Double.class,
            BigDecimal.class,
            BigInteger.class,
            UUID.class,
            LocalDate.class,
            LocalTime.class,
            LocalDateTime.class,
            OffsetTime.class,
            OffsetDateTime.class,
            Instant.class,
            Date.class,
            Time.class,
            Timestamp.class,
            boolean.class,
            byte.class,
            short.class,
            int.class,
            long.class,
            float.class,
            double.class,
            char.class,
            Character.class);

    private ComponentTypes() {}

    static int code(Class<?> type) {
        int code = TYPES.indexOf(type);
        if (code < 0) throw new IllegalArgumentException("an array outside the closed set: " + type);
        return code;
    }

    static Class<?> type(int code) {
        if (code < 0 || code >= TYPES.size()) throw new ResultCodec.CorruptException("component type " + code);
        return TYPES.get(code);
    }
}
