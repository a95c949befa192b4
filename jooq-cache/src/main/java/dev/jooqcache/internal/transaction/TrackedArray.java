package dev.jooqcache.internal.transaction;

import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An array whose rows lead back to the tracked connection, not to the driver's, on which writes would go unseen. */
final class TrackedArray implements Array {

    private final Array raw;
    private final @Nullable Statement statement;
    private final Session session;

    private TrackedArray(Array raw, @Nullable Statement statement, Session session) {
        this.raw = raw;
        this.statement = statement;
        this.session = session;
    }

    static @Nullable Array of(@Nullable Array array, @Nullable Statement statement, Session session) {
        return array == null ? null : new TrackedArray(array, statement, session);
    }

    @SuppressWarnings("unchecked")
    static <T extends @Nullable Object> T ifArray(T value, @Nullable Statement statement, Session session) {
        return value instanceof Array array ? (T) new TrackedArray(array, statement, session) : value;
    }

    /** What a driver is to be given, which may know its own class only. */
    static Array raw(Array array) {
        return array instanceof TrackedArray tracked ? tracked.raw : array;
    }

    private @Nullable ResultSet tracked(@Nullable ResultSet rows) {
        return rows == null ? null : new TrackedResultSet(rows, statement, session, new UntakenResults(session));
    }

    @Override
    public @Nullable String getBaseTypeName() throws SQLException {
        return raw.getBaseTypeName();
    }

    @Override
    public int getBaseType() throws SQLException {
        return raw.getBaseType();
    }

    @Override
    public @Nullable Object getArray() throws SQLException {
        return raw.getArray();
    }

    @Override
    public @Nullable Object getArray(Map<String, Class<?>> types) throws SQLException {
        return raw.getArray(types);
    }

    @Override
    public @Nullable Object getArray(long index, int count) throws SQLException {
        return raw.getArray(index, count);
    }

    @Override
    public @Nullable Object getArray(long index, int count, Map<String, Class<?>> types) throws SQLException {
        return raw.getArray(index, count, types);
    }

    @Override
    public @Nullable ResultSet getResultSet() throws SQLException {
        return tracked(raw.getResultSet());
    }

    @Override
    public @Nullable ResultSet getResultSet(Map<String, Class<?>> types) throws SQLException {
        return tracked(raw.getResultSet(types));
    }

    @Override
    public @Nullable ResultSet getResultSet(long index, int count) throws SQLException {
        return tracked(raw.getResultSet(index, count));
    }

    @Override
    public @Nullable ResultSet getResultSet(long index, int count, Map<String, Class<?>> types) throws SQLException {
        return tracked(raw.getResultSet(index, count, types));
    }

    @Override
    public void free() throws SQLException {
        raw.free();
    }

    @Override
    public String toString() {
        return raw.toString();
    }
}
