package dev.jooqcache.internal.replay;

import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;

/**
 * The driver's array, whose content is recorded. Any access other than {@link #getArray()} reads what
 * is not recorded; that ends the recording, as a hit could answer it only by executing the query again.
 */
final class RecordingArray implements Array {

    private final Array array;
    private final Runnable onUnrecorded;

    RecordingArray(Array array, Runnable onUnrecorded) {
        this.array = array;
        this.onUnrecorded = onUnrecorded;
    }

    private Array unrecorded() {
        onUnrecorded.run();
        return array;
    }

    @Override
    public Object getArray() throws SQLException {
        return array.getArray();
    }

    @Override
    public void free() throws SQLException {
        array.free();
    }

    @Override
    public String getBaseTypeName() throws SQLException {
        return unrecorded().getBaseTypeName();
    }

    @Override
    public int getBaseType() throws SQLException {
        return unrecorded().getBaseType();
    }

    @Override
    public Object getArray(Map<String, Class<?>> map) throws SQLException {
        return unrecorded().getArray(map);
    }

    @Override
    public Object getArray(long index, int count) throws SQLException {
        return unrecorded().getArray(index, count);
    }

    @Override
    public Object getArray(long index, int count, Map<String, Class<?>> map) throws SQLException {
        return unrecorded().getArray(index, count, map);
    }

    @Override
    public ResultSet getResultSet() throws SQLException {
        return unrecorded().getResultSet();
    }

    @Override
    public ResultSet getResultSet(Map<String, Class<?>> map) throws SQLException {
        return unrecorded().getResultSet(map);
    }

    @Override
    public ResultSet getResultSet(long index, int count) throws SQLException {
        return unrecorded().getResultSet(index, count);
    }

    @Override
    public ResultSet getResultSet(long index, int count, Map<String, Class<?>> map) throws SQLException {
        return unrecorded().getResultSet(index, count, map);
    }

    @Override
    public String toString() {
        return array.toString();
    }
}
