package dev.jooqcache.internal.replay;

import dev.jooqcache.BypassReason;
import dev.jooqcache.internal.entry.Access;
import dev.jooqcache.internal.entry.Access.Getter;
import dev.jooqcache.internal.transaction.Question;
import java.math.BigDecimal;
import java.sql.Array;
import java.sql.Blob;
import java.sql.Date;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.sql.Time;
import java.sql.Timestamp;
import java.sql.Types;
import org.jooq.tools.jdbc.DefaultResultSet;
import org.jspecify.annotations.Nullable;

/**
 * A result set that notes what is read from it.
 *
 * <p>The getters below are recorded. Whatever else is called goes through {@link #getDelegate()}, works as ever, and ends
 * the recording: the result is not stored.
 */
public final class RecordingResultSet extends DefaultResultSet {

    private final ResultSet rows;
    private final Recording recording;
    private final Runnable atEnd;

    public RecordingResultSet(ResultSet rows, Recording recording, Runnable atEnd) {
        super(rows);
        this.rows = rows;
        this.recording = recording;
        this.atEnd = atEnd;
    }

    @Override
    public ResultSet getDelegate() {
        recording.cancel(BypassReason.UNKNOWN_RESULT_VALUE);
        return rows;
    }

    @Override
    public boolean next() throws SQLException {
        boolean more = answered(rows::next);
        if (more) {
            recording.beginRow();
        } else {
            recording.endRows();
            atEnd.run();
        }
        return more;
    }

    private <T extends @Nullable Object> T answered(SqlCall<T> call) throws SQLException {
        try {
            return call.run();
        } catch (SQLException | RuntimeException | Error e) {
            recording.cancel(BypassReason.UNKNOWN_RESULT_VALUE);
            throw e;
        }
    }

    /** What only the recording asks of the driver may fail without the caller's knowing. */
    private void noted(Note note) {
        try {
            note.take();
        } catch (SQLException | RuntimeException | Error e) {
            recording.cancel(BypassReason.UNKNOWN_RESULT_VALUE);
        }
    }

    private <T extends @Nullable Object> T object(int column, Access access, SqlCall<T> call) throws SQLException {
        T value = answered(call);
        recording.read(column, access, value);
        return value;
    }

    private <T> T primitive(int column, Getter getter, SqlCall<T> call) throws SQLException {
        T value = answered(call);
        noted(() -> recording.read(column, Access.by(getter), rows.wasNull() ? null : value));
        return value;
    }

    @Override
    public boolean getBoolean(int column) throws SQLException {
        return primitive(column, Getter.BOOLEAN, () -> rows.getBoolean(column));
    }

    @Override
    public byte getByte(int column) throws SQLException {
        return primitive(column, Getter.BYTE, () -> rows.getByte(column));
    }

    @Override
    public short getShort(int column) throws SQLException {
        return primitive(column, Getter.SHORT, () -> rows.getShort(column));
    }

    @Override
    public int getInt(int column) throws SQLException {
        return primitive(column, Getter.INT, () -> rows.getInt(column));
    }

    @Override
    public long getLong(int column) throws SQLException {
        return primitive(column, Getter.LONG, () -> rows.getLong(column));
    }

    @Override
    public float getFloat(int column) throws SQLException {
        return primitive(column, Getter.FLOAT, () -> rows.getFloat(column));
    }

    @Override
    public double getDouble(int column) throws SQLException {
        return primitive(column, Getter.DOUBLE, () -> rows.getDouble(column));
    }

    @Override
    public String getString(int column) throws SQLException {
        return object(column, Access.by(Getter.STRING), () -> rows.getString(column));
    }

    @Override
    public String getNString(int column) throws SQLException {
        return object(column, Access.by(Getter.N_STRING), () -> rows.getNString(column));
    }

    @Override
    public BigDecimal getBigDecimal(int column) throws SQLException {
        return object(column, Access.by(Getter.BIG_DECIMAL), () -> rows.getBigDecimal(column));
    }

    @Override
    public byte[] getBytes(int column) throws SQLException {
        return object(column, Access.by(Getter.BYTES), () -> rows.getBytes(column));
    }

    @Override
    public Date getDate(int column) throws SQLException {
        return object(column, Access.by(Getter.DATE), () -> rows.getDate(column));
    }

    @Override
    public Time getTime(int column) throws SQLException {
        return object(column, Access.by(Getter.TIME), () -> rows.getTime(column));
    }

    @Override
    public Timestamp getTimestamp(int column) throws SQLException {
        return object(column, Access.by(Getter.TIMESTAMP), () -> rows.getTimestamp(column));
    }

    @Override
    public Object getObject(int column) throws SQLException {
        Object value = answered(() -> rows.getObject(column));
        if (value instanceof ResultSet row && NestedRow.isRow(row)) return row(column, row);
        recording.read(column, Access.by(Getter.OBJECT), value);
        return value;
    }

    /** A row of its own in a cell: it is recorded as it is read. */
    private ResultSet row(int column, ResultSet row) {
        try {
            int columns = row.getMetaData().getColumnCount();
            return new RecordingResultSet(row, recording.readRow(column, columns), () -> {});
        } catch (SQLException | RuntimeException | Error e) {
            recording.cancel(BypassReason.UNKNOWN_RESULT_VALUE);
            return row;
        }
    }

    @Override
    public <T> T getObject(int column, Class<T> type) throws SQLException {
        return object(column, new Access(Getter.OBJECT_AS, type.getName()), () -> rows.getObject(column, type));
    }

    /** The recording keeps a copy of the array's content. */
    @Override
    public @Nullable Array getArray(int column) throws SQLException {
        Array array = answered(() -> rows.getArray(column));
        noted(() -> recording.read(column, Access.by(Getter.ARRAY), array == null ? null : array.getArray()));
        return array == null
                ? null
                : new RecordingArray(array, () -> recording.cancel(BypassReason.UNKNOWN_RESULT_VALUE));
    }

    /** The caller gets the driver's object; the recording keeps a copy of its content. */
    @Override
    public @Nullable Blob getBlob(int column) throws SQLException {
        Blob blob = answered(() -> rows.getBlob(column));
        noted(() -> {
            if (!isContent(column)) {
                recording.cancel(BypassReason.UNKNOWN_RESULT_VALUE);
                return;
            }
            long length = blob == null ? 0 : blob.length();
            if (recording.mayTake(length))
                recording.read(column, Access.by(Getter.BLOB), blob == null ? null : blob.getBytes(1, (int) length));
        });
        return blob;
    }

    /** Returns whether the cell has the object's content, rather than the number of one that lies outside the table. */
    private boolean isContent(int column) throws SQLException {
        return switch (rows.getMetaData().getColumnType(column)) {
            case Types.BLOB, Types.BINARY, Types.VARBINARY, Types.LONGVARBINARY -> true;
            default -> false;
        };
    }

    @Override
    public ResultSetMetaData getMetaData() throws SQLException {
        ResultSetMetaData metaData = rows.getMetaData();
        noted(() -> recording.metaData(RecordedMetaData.columns(metaData)));
        return metaData;
    }

    /**
     * jOOQ does not ask for a second row where LIMIT 1 leaves none; whether there is one decides on storing. A driver that
     * fetches rows as they are asked for is not asked: the server might fail at it, and with it the user's transaction.
     */
    @Override
    public void close() throws SQLException {
        if (recording.isAfterFirstRow() && Question.answer(rows::getFetchSize, 1) == 0) noted(this::next);
        rows.close();
    }

    @Override
    public boolean isClosed() throws SQLException {
        return rows.isClosed();
    }

    @Override
    public boolean wasNull() throws SQLException {
        return rows.wasNull();
    }

    @Override
    public Statement getStatement() throws SQLException {
        return rows.getStatement();
    }

    @Override
    public SQLWarning getWarnings() throws SQLException {
        return rows.getWarnings();
    }

    @Override
    public void clearWarnings() throws SQLException {
        rows.clearWarnings();
    }

    @Override
    public int findColumn(String label) throws SQLException {
        return rows.findColumn(label);
    }

    @Override
    public int getType() throws SQLException {
        return rows.getType();
    }

    @Override
    public int getConcurrency() throws SQLException {
        return rows.getConcurrency();
    }

    @Override
    public int getFetchSize() throws SQLException {
        return rows.getFetchSize();
    }

    @Override
    public void setFetchSize(int size) throws SQLException {
        rows.setFetchSize(size);
    }

    private interface Note {
        void take() throws SQLException;
    }

    private interface SqlCall<T extends @Nullable Object> {
        T run() throws SQLException;
    }
}
