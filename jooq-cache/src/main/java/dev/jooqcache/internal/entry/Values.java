package dev.jooqcache.internal.entry;

import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.sql.Date;
import java.sql.Time;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jooq.EnumType;
import org.jooq.JSON;
import org.jooq.JSONB;
import org.jooq.XML;
import org.jooq.types.DayToSecond;
import org.jooq.types.UNumber;
import org.jooq.types.YearToMonth;
import org.jooq.types.YearToSecond;
import org.jspecify.annotations.Nullable;

/**
 * The closed set of values that the cache can keep and compare exactly.
 *
 * <p>These are {@code null}, strings, booleans, characters, the boxed numbers, {@code BigDecimal}, {@code BigInteger},
 * {@code UUID}, the {@code java.time} types that JDBC knows, {@code java.sql.Date}, {@code Time} and {@code Timestamp},
 * {@code byte[]}, the {@link Canonical} form of an object of a driver, and arrays of these. Anything else is unknown, and
 * a query that needs it goes to the database.
 */
public final class Values {

    private static final Set<Class<?>> IMMUTABLE = Set.of(
            String.class,
            Boolean.class,
            Character.class,
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
            Canonical.class);

    private Values() {}

    /**
     * Returns whether a value can be recorded, that is, copied exactly and replayed.
     *
     * @param value a value that a JDBC getter answered
     * @return whether it is of the closed set
     */
    public static boolean isRecordable(@Nullable Object value) {
        if (value == null || isImmutable(value.getClass())) return true;
        if (value instanceof java.util.Date date) return isSqlDate(date);
        Class<?> component = value.getClass().getComponentType();
        if (component == null) return false;
        if (component.isPrimitive()) return true;
        for (Object element : (Object[]) value) if (!isRecordable(element)) return false;
        return isArrayComponent(component);
    }

    /** Most cells are of the classes that are not looked up. */
    private static boolean isImmutable(Class<?> type) {
        return type == String.class
                || type == Integer.class
                || type == Long.class
                || type == BigDecimal.class
                || IMMUTABLE.contains(type);
    }

    private static boolean isArrayComponent(Class<?> component) {
        Class<?> element = component;
        while (element.isArray()) element = element.getComponentType();
        return element.isPrimitive()
                || element == Object.class
                || IMMUTABLE.contains(element)
                || element == Date.class
                || element == Time.class
                || element == Timestamp.class;
    }

    private static boolean isSqlDate(java.util.Date date) {
        Class<?> type = date.getClass();
        return type == Date.class || type == Time.class || type == Timestamp.class;
    }

    /**
     * A copy that shares nothing mutable with the given value.
     *
     * @param value a recordable value
     * @return the value itself if it is immutable, otherwise a copy of the same class
     */
    public static @Nullable Object copy(@Nullable Object value) {
        if (value == null || isImmutable(value.getClass())) return value;
        if (value instanceof java.util.Date date) return date.clone();
        if (value instanceof byte[] bytes) return bytes.clone();
        int length = Array.getLength(value);
        Object copy = Array.newInstance(value.getClass().getComponentType(), length);
        if (value instanceof Object[] elements)
            for (int i = 0; i < length; i++) ((Object[]) copy)[i] = copy(elements[i]);
        else System.arraycopy(value, 0, copy, 0, length);
        return copy;
    }

    /**
     * An estimate of the heap that a recorded value takes.
     *
     * @param value a recordable value
     * @return bytes, at least those of a reference
     */
    public static long bytes(@Nullable Object value) {
        if (value == null) return 8;
        if (value instanceof String s) return 56L + s.length();
        if (value instanceof byte[] b) return 24L + b.length;
        if (value instanceof Object[] a) {
            long sum = 24;
            for (Object element : a) sum += bytes(element);
            return sum;
        }
        if (value.getClass().isArray()) return 24L + 8L * Array.getLength(value);
        if (value instanceof Canonical c)
            return 56 + bytes(c.type()) + bytes(c.content().toArray());
        if (value instanceof BigDecimal || value instanceof BigInteger || value instanceof OffsetDateTime) return 88;
        return 32;
    }

    /**
     * The exact, comparable form of a bind value: equal forms mean that the database is sent the same value.
     *
     * @param value a bind value as it is bound, after conversion
     * @return an object with exact {@code equals}, of the closed set or a {@link Canonical}
     * @throws UnknownValueException if the value's content cannot be represented exactly
     */
    public static @Nullable Object canonical(@Nullable Object value) {
        if (value == null || IMMUTABLE.contains(value.getClass())) return value;
        // jOOQ's JSON types are equal by meaning; two texts of one meaning are still two values for a JSON column.
        if (value instanceof JSON json) return new Canonical("json", List.of(json.data()));
        if (value instanceof JSONB jsonb) return new Canonical("jsonb", List.of(jsonb.data()));
        if (value instanceof XML xml) return new Canonical("xml", List.of(xml.data()));
        if (value instanceof EnumType e) return new Canonical(typeOf(e), List.of(e.getLiteral()));
        if (value instanceof Enum<?> e)
            return new Canonical(e.getDeclaringClass().getName(), List.of(e.name()));
        if (value instanceof UNumber
                || value instanceof YearToMonth
                || value instanceof DayToSecond
                || value instanceof YearToSecond
                || value instanceof ZonedDateTime
                || value instanceof Year
                || value instanceof Period
                || value instanceof Duration)
            return new Canonical(value.getClass().getName(), List.of(value.toString()));
        // The instant for columns with a time zone, the local rendering for those without.
        if (value instanceof java.util.Date date && (isSqlDate(date) || date.getClass() == java.util.Date.class))
            return new Canonical(date.getClass().getName(), List.of(date.getTime(), date.toString()));
        if (value instanceof byte[] bytes)
            return new Canonical("byte[]", List.of(new String(bytes, StandardCharsets.ISO_8859_1)));
        if (value.getClass().isArray()) {
            List<@Nullable Object> elements = new ArrayList<>();
            for (int i = 0; i < Array.getLength(value); i++) elements.add(canonical(Array.get(value, i)));
            return new Canonical(value.getClass().getName(), elements);
        }
        throw new UnknownValueException(value.getClass());
    }

    private static String typeOf(EnumType e) {
        return e instanceof Enum<?> constant
                ? constant.getDeclaringClass().getName()
                : e.getClass().getName();
    }

    /**
     * The exact form of a value whose own class does not compare exactly.
     *
     * @param type what kind of value it is
     * @param content its content, of the closed set or again canonical
     */
    public record Canonical(String type, List<? extends @Nullable Object> content) {}

    /** Says that the content of a value cannot be represented exactly. */
    public static final class UnknownValueException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        /**
         * Makes the exception.
         *
         * @param type the class of the value, or of the binding that sends it
         */
        public UnknownValueException(Class<?> type) {
            super(type.getName(), null, false, false);
        }
    }
}
