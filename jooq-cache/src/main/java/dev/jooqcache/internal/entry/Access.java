package dev.jooqcache.internal.entry;

/**
 * One way of reading a column of a JDBC {@link java.sql.ResultSet}: the getter that was called.
 *
 * @param getter the getter
 * @param type the name of the requested class for {@link Getter#OBJECT_AS}, otherwise empty
 */
public record Access(Getter getter, String type) {

    /**
     * The access by a getter that takes no class.
     *
     * @param getter the getter
     * @return the access
     */
    public static Access by(Getter getter) {
        return getter.access;
    }

    /** The getters whose results can be recorded and replayed. */
    public enum Getter {
        /** {@code getString}. */
        STRING,
        /** {@code getNString}. */
        N_STRING,
        /** {@code getBoolean}. */
        BOOLEAN,
        /** {@code getByte}. */
        BYTE,
        /** {@code getShort}. */
        SHORT,
        /** {@code getInt}. */
        INT,
        /** {@code getLong}. */
        LONG,
        /** {@code getFloat}. */
        FLOAT,
        /** {@code getDouble}. */
        DOUBLE,
        /** {@code getBigDecimal} without a scale. */
        BIG_DECIMAL,
        /** {@code getBytes}. */
        BYTES,
        /** {@code getDate} without a calendar. */
        DATE,
        /** {@code getTime} without a calendar. */
        TIME,
        /** {@code getTimestamp} without a calendar. */
        TIMESTAMP,
        /** {@code getObject} without a class. */
        OBJECT,
        /** {@code getObject} with a class. */
        OBJECT_AS,
        /** {@code getArray}, with the content of the array. */
        ARRAY,
        /** {@code getBlob}, with the content of the object. */
        BLOB;

        private final Access access = new Access(this, "");
    }
}
