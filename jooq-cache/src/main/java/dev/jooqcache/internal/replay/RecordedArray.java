package dev.jooqcache.internal.replay;

import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.Objects;

/** A recorded SQL array: its content is replayed; whatever else is asked goes to the database. */
final class RecordedArray implements Array {

    private final Object content;
    private final LiveArray live;

    RecordedArray(Object content, LiveArray live) {
        this.content = content;
        this.live = live;
    }

    @Override
    public Object getArray() {
        return Objects.requireNonNull(DriverValues.thaw(content));
    }

    @Override
    public String getBaseTypeName() throws SQLException {
        return live.get().getBaseTypeName();
    }

    @Override
    public int getBaseType() throws SQLException {
        return live.get().getBaseType();
    }

    @Override
    public Object getArray(Map<String, Class<?>> map) throws SQLException {
        return live.get().getArray(map);
    }

    @Override
    public Object getArray(long index, int count) throws SQLException {
        return live.get().getArray(index, count);
    }

    @Override
    public Object getArray(long index, int count, Map<String, Class<?>> map) throws SQLException {
        return live.get().getArray(index, count, map);
    }

    @Override
    public ResultSet getResultSet() throws SQLException {
        return live.get().getResultSet();
    }

    @Override
    public ResultSet getResultSet(Map<String, Class<?>> map) throws SQLException {
        return live.get().getResultSet(map);
    }

    @Override
    public ResultSet getResultSet(long index, int count) throws SQLException {
        return live.get().getResultSet(index, count);
    }

    @Override
    public ResultSet getResultSet(long index, int count, Map<String, Class<?>> map) throws SQLException {
        return live.get().getResultSet(index, count, map);
    }

    @Override
    public void free() {}

    /** The array of the live result set. */
    @FunctionalInterface
    interface LiveArray {
        Array get() throws SQLException;
    }
}
