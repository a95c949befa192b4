package dev.jooqcache.internal.replay;

import dev.jooqcache.internal.entry.Access;
import java.sql.Array;
import java.sql.Blob;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Reads a cell of a live result set by a recorded access, in the form in which it would be recorded. */
final class LiveCell {

    private LiveCell() {}

    static @Nullable Object read(ResultSet rows, int column, Access access) throws SQLException {
        Object value = switch (access.getter()) {
            case STRING -> rows.getString(column);
            case N_STRING -> rows.getNString(column);
            case BOOLEAN -> rows.getBoolean(column);
            case BYTE -> rows.getByte(column);
            case SHORT -> rows.getShort(column);
            case INT -> rows.getInt(column);
            case LONG -> rows.getLong(column);
            case FLOAT -> rows.getFloat(column);
            case DOUBLE -> rows.getDouble(column);
            case BIG_DECIMAL -> rows.getBigDecimal(column);
            case BYTES -> rows.getBytes(column);
            case DATE -> rows.getDate(column);
            case TIME -> rows.getTime(column);
            case TIMESTAMP -> rows.getTimestamp(column);
            case OBJECT -> rows.getObject(column);
            case OBJECT_AS -> rows.getObject(column, type(access));
            case ARRAY -> content(rows.getArray(column));
            case BLOB -> content(rows.getBlob(column));
        };
        return rows.wasNull() ? null : DriverValues.freeze(value);
    }

    private static Class<?> type(Access access) throws SQLException {
        try {
            return Class.forName(access.type());
        } catch (ClassNotFoundException e) {
            throw new SQLException("a value read as " + access.type() + " cannot be compared", e);
        }
    }

    private static @Nullable Object content(@Nullable Array array) throws SQLException {
        return array == null ? null : array.getArray();
    }

    private static @Nullable Object content(@Nullable Blob blob) throws SQLException {
        return blob == null ? null : blob.getBytes(1, (int) blob.length());
    }
}
