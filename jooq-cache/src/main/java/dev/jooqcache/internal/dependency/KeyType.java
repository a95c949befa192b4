package dev.jooqcache.internal.dependency;

import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A type of columns whose values are equal in SQL exactly if their texts here are.
 *
 * <p>Strings, decimals, floating point and times are not among them: what they compare equal to depends on collation,
 * padding, scale or precision, and what is stored may not be what was sent. Nor are dates: JDBC's can be changed after they
 * were bound, and H2 takes them for days of the session's time zone, whatever that of the JVM is.
 *
 * @param family what values it has
 * @param lowest its least integer
 * @param highest its greatest integer
 * @param generatesZero whether the database may write another value in place of 0
 */
public record KeyType(Family family, long lowest, long highest, boolean generatesZero) {

    /** The families of types. */
    public enum Family {
        /** Integers. */
        INTEGER,
        /** UUIDs. */
        UUID,
        /** Booleans. */
        BOOLEAN
    }

    /**
     * The type of a column.
     *
     * @param name its type as the catalog spells it
     * @param mysql whether the database is of MySQL's family
     * @return the type, or {@code null} if its values cannot be told apart by their texts
     */
    public static @Nullable KeyType of(String name, boolean mysql) {
        String type = name.toLowerCase(Locale.ROOT)
                .replaceFirst("\\(.*?\\)", "")
                .replace("zerofill", "")
                .trim();
        boolean unsigned = type.endsWith(" unsigned");
        if (unsigned) type = type.substring(0, type.length() - " unsigned".length());
        return switch (type) {
            case "tinyint" -> integer(8, unsigned, mysql);
            case "smallint", "int2" -> integer(16, unsigned, mysql);
            case "mediumint" -> integer(24, unsigned, mysql);
            case "integer", "int", "int4" -> integer(32, unsigned, mysql);
            case "bigint", "int8" -> unsigned ? null : integer(64, false, mysql);
            case "uuid" -> mysql ? null : new KeyType(Family.UUID, 0, 0, false);
            case "boolean", "bool" -> mysql ? null : new KeyType(Family.BOOLEAN, 0, 0, false);
            default -> null;
        };
    }

    private static KeyType integer(int bits, boolean unsigned, boolean mysql) {
        long half = bits == 64 ? Long.MAX_VALUE : (1L << (bits - 1)) - 1;
        return unsigned
                ? new KeyType(Family.INTEGER, 0, 2 * half + 1, mysql)
                : new KeyType(Family.INTEGER, -half - 1, half, mysql);
    }

    /**
     * The type of a column that the database may number.
     *
     * @return the type without 0, in whose place a number may be written
     */
    public KeyType numbered() {
        return new KeyType(family, lowest, highest, true);
    }

    /**
     * The text of a value: two values have the same exactly if the database holds them for equal in such a column.
     *
     * @param value a value as it is sent
     * @return the text, or {@code null} if that cannot be known
     */
    @Nullable
    String text(@Nullable Object value) {
        // NULL equals nothing, but databases have settings that write something else in its place.
        if (value == null) return null;
        return switch (family) {
            case INTEGER -> integer(value);
            case UUID -> value instanceof UUID ? value.toString() : null;
            case BOOLEAN -> value instanceof Boolean ? value.toString() : null;
        };
    }

    private @Nullable String integer(Object value) {
        if (!(value instanceof Long || value instanceof Integer || value instanceof Short || value instanceof Byte))
            return null;
        long number = ((Number) value).longValue();
        return number < lowest || number > highest || (number == 0 && generatesZero) ? null : Long.toString(number);
    }
}
