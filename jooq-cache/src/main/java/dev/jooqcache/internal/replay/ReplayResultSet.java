package dev.jooqcache.internal.replay;

import dev.jooqcache.internal.entry.Access;
import dev.jooqcache.internal.entry.Access.Getter;
import dev.jooqcache.internal.entry.CachedResult;
import dev.jooqcache.internal.entry.CachedResult.Reads;
import dev.jooqcache.internal.entry.Values;
import dev.jooqcache.internal.entry.Values.Canonical;
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
import java.util.BitSet;
import org.jooq.tools.jdbc.DefaultResultSet;
import org.jspecify.annotations.Nullable;

/**
 * A result set that answers what was recorded, getter by getter.
 *
 * <p>A call that was not recorded (another getter, a navigation) makes it <em>go live</em>: the query is executed on the
 * database, moved to the same row, and answers from there on. So whatever a binding of the user's does, a hit behaves as
 * a miss.
 *
 * <p>Going live cannot fail before a value has left the replay, unless the database does. Afterwards it can: the values
 * that were handed out may have been changed on the database since, and those of another instant must not be added to
 * them. So a replay answers only a reader that calls the recorded getters. jOOQ does, by the types and bindings that are a part of the
 * fingerprint. Any other reader, which may call any getter, gets a live result from the first row on. What is left is a binding
 * of the user's that has called other getters for the same column before: if the row is another one by then, the read
 * fails, since neither half of it could be given up.
 */
public final class ReplayResultSet extends DefaultResultSet {

    private static final Object ABSENT = new Object();

    private final CachedResult result;
    private final int columns;
    private final int rows;
    private final Statement statement;
    private final LiveExecution liveExecution;
    private final BitSet handedOut = new BitSet();
    private @Nullable ResultSet live;
    private boolean readByJooq;
    private int row = -1;
    private boolean wasNull;
    private boolean closed;

    public ReplayResultSet(CachedResult result, int maximumRows, Statement statement, LiveExecution liveExecution) {
        super(null);
        this.result = result;
        this.columns = result.columns().size();
        this.rows = maximumRows > 0 ? Math.min(maximumRows, result.rows()) : result.rows();
        this.statement = statement;
        this.liveExecution = liveExecution;
    }

    /** The rows will be read by jOOQ. */
    public void readByJooq() {
        readByJooq = true;
    }

    /** A row in a cell of another one. */
    private ReplayResultSet(CachedResult row, int column, ReplayResultSet outer) {
        this(row, 0, outer.statement, () -> (ResultSet) outer.getDelegate().getObject(column));
        readByJooq();
    }

    /** Every method that is not overridden below comes here. */
    @Override
    public ResultSet getDelegate() throws SQLException {
        ResultSet current = live;
        if (current == null) {
            current = liveExecution.execute();
            live = current;
            moveToRow(current);
        }
        return current;
    }

    private void moveToRow(ResultSet current) throws SQLException {
        for (int i = 0; i <= row && i < rows; i++)
            if (!current.next() || !isRecorded(current, i))
                throw new SQLException("row " + (i + 1) + " has changed while the result was being read");
    }

    /** Returns whether a live row has the values of the recorded one, as far as the caller has seen them. */
    private boolean isRecorded(ResultSet current, int index) throws SQLException {
        for (int column = handedOut.nextSetBit(0); column >= 0; column = handedOut.nextSetBit(column + 1)) {
            Object cell = result.cells()[index * columns + column];
            Access access = result.columns().get(column);
            if (cell instanceof Reads reads) {
                if (reads.accesses().isEmpty()) continue;
                access = reads.accesses().get(0);
                cell = reads.values()[0];
            }
            if (!NestedRow.isSame(cell, access, current, column + 1)) return false;
        }
        return true;
    }

    private @Nullable Object recorded(int column, Getter getter) {
        return recorded(column, Access.by(getter));
    }

    private @Nullable Object recorded(int column, Access access) {
        if (live != null || row < 0 || row >= rows || column < 1 || column > columns) return ABSENT;
        int index = column - 1;
        Object cell = result.cells()[row * columns + index];
        if (cell instanceof Reads reads) {
            int read = reads.accesses().indexOf(access);
            if (read < 0) return ABSENT;
            cell = reads.values()[read];
        } else if (!access.equals(result.columns().get(index))) {
            return ABSENT;
        }
        handedOut.set(index);
        wasNull = cell == null;
        return cell;
    }

    @Override
    public boolean next() throws SQLException {
        if (live != null) return live.next();
        if (closed) throw new SQLException("the result set is closed");
        if (!readByJooq) return getDelegate().next();
        if (row < rows) row++;
        return row < rows;
    }

    @Override
    public boolean wasNull() throws SQLException {
        return live != null ? live.wasNull() : wasNull;
    }

    @Override
    public boolean getBoolean(int column) throws SQLException {
        Object value = recorded(column, Getter.BOOLEAN);
        if (value == ABSENT) return getDelegate().getBoolean(column);
        return value == null ? false : (Boolean) value;
    }

    @Override
    public byte getByte(int column) throws SQLException {
        Object value = recorded(column, Getter.BYTE);
        if (value == ABSENT) return getDelegate().getByte(column);
        return value == null ? (byte) 0 : (Byte) value;
    }

    @Override
    public short getShort(int column) throws SQLException {
        Object value = recorded(column, Getter.SHORT);
        if (value == ABSENT) return getDelegate().getShort(column);
        return value == null ? (short) 0 : (Short) value;
    }

    @Override
    public int getInt(int column) throws SQLException {
        Object value = recorded(column, Getter.INT);
        if (value == ABSENT) return getDelegate().getInt(column);
        return value == null ? 0 : (Integer) value;
    }

    @Override
    public long getLong(int column) throws SQLException {
        Object value = recorded(column, Getter.LONG);
        if (value == ABSENT) return getDelegate().getLong(column);
        return value == null ? 0L : (Long) value;
    }

    @Override
    public float getFloat(int column) throws SQLException {
        Object value = recorded(column, Getter.FLOAT);
        if (value == ABSENT) return getDelegate().getFloat(column);
        return value == null ? 0f : (Float) value;
    }

    @Override
    public double getDouble(int column) throws SQLException {
        Object value = recorded(column, Getter.DOUBLE);
        if (value == ABSENT) return getDelegate().getDouble(column);
        return value == null ? 0d : (Double) value;
    }

    @Override
    public @Nullable String getString(int column) throws SQLException {
        Object value = recorded(column, Getter.STRING);
        return value == ABSENT ? getDelegate().getString(column) : (String) value;
    }

    @Override
    public @Nullable String getNString(int column) throws SQLException {
        Object value = recorded(column, Getter.N_STRING);
        return value == ABSENT ? getDelegate().getNString(column) : (String) value;
    }

    @Override
    public @Nullable BigDecimal getBigDecimal(int column) throws SQLException {
        Object value = recorded(column, Getter.BIG_DECIMAL);
        return value == ABSENT ? getDelegate().getBigDecimal(column) : (BigDecimal) value;
    }

    @Override
    public byte @Nullable [] getBytes(int column) throws SQLException {
        Object value = recorded(column, Getter.BYTES);
        return value == ABSENT ? getDelegate().getBytes(column) : (byte[]) Values.copy(value);
    }

    @Override
    public @Nullable Date getDate(int column) throws SQLException {
        Object value = recorded(column, Getter.DATE);
        return value == ABSENT ? getDelegate().getDate(column) : (Date) Values.copy(value);
    }

    @Override
    public @Nullable Time getTime(int column) throws SQLException {
        Object value = recorded(column, Getter.TIME);
        return value == ABSENT ? getDelegate().getTime(column) : (Time) Values.copy(value);
    }

    @Override
    public @Nullable Timestamp getTimestamp(int column) throws SQLException {
        Object value = recorded(column, Getter.TIMESTAMP);
        return value == ABSENT ? getDelegate().getTimestamp(column) : (Timestamp) Values.copy(value);
    }

    @Override
    public @Nullable Object getObject(int column) throws SQLException {
        Object value = recorded(column, Getter.OBJECT);
        if (value == ABSENT) return getDelegate().getObject(column);
        return value instanceof Canonical recorded && NestedRow.isRecordedRow(value)
                ? new ReplayResultSet(NestedRow.asResult(recorded, result), column, this)
                : DriverValues.thaw(value);
    }

    @Override
    public <T> @Nullable T getObject(int column, Class<T> type) throws SQLException {
        Object value = recorded(column, new Access(Getter.OBJECT_AS, type.getName()));
        return value == ABSENT ? getDelegate().getObject(column, type) : type.cast(DriverValues.thaw(value));
    }

    @Override
    public @Nullable Array getArray(int column) throws SQLException {
        Object value = recorded(column, Getter.ARRAY);
        if (value == ABSENT) return getDelegate().getArray(column);
        return value == null
                ? null
                : new RecordedArray(value, () -> getDelegate().getArray(column));
    }

    @Override
    public @Nullable Blob getBlob(int column) throws SQLException {
        Object value = recorded(column, Getter.BLOB);
        if (value == ABSENT) return getDelegate().getBlob(column);
        return value == null ? null : new RecordedBlob(((byte[]) value).clone());
    }

    @Override
    public ResultSetMetaData getMetaData() throws SQLException {
        if (live != null) return live.getMetaData();
        return result.metaData() != null
                ? new RecordedMetaData(result.metaData())
                : NestedRow.metaData(columns, () -> getDelegate().getMetaData());
    }

    @Override
    public void close() throws SQLException {
        closed = true;
        if (live != null) live.close();
    }

    @Override
    public boolean isClosed() throws SQLException {
        return closed;
    }

    @Override
    public Statement getStatement() {
        return statement;
    }

    @Override
    public @Nullable SQLWarning getWarnings() throws SQLException {
        return live == null ? null : live.getWarnings();
    }

    @Override
    public void clearWarnings() throws SQLException {
        if (live != null) live.clearWarnings();
    }

    @Override
    public int getType() {
        return TYPE_FORWARD_ONLY;
    }

    @Override
    public int getConcurrency() {
        return CONCUR_READ_ONLY;
    }

    @Override
    public int getFetchSize() {
        return 0;
    }

    @Override
    public void setFetchSize(int size) {}

    /** Executes the query on the database in place of the replay. */
    public interface LiveExecution {

        /** Executes the query, and answers its result set before the first row. */
        ResultSet execute() throws SQLException;
    }
}
