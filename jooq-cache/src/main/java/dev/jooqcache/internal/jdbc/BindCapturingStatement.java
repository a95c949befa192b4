package dev.jooqcache.internal.jdbc;

import dev.jooqcache.internal.dependency.BindValues;
import java.io.InputStream;
import java.io.Reader;
import java.math.BigDecimal;
import java.net.URL;
import java.sql.Array;
import java.sql.Blob;
import java.sql.Clob;
import java.sql.Connection;
import java.sql.Date;
import java.sql.NClob;
import java.sql.PreparedStatement;
import java.sql.Ref;
import java.sql.RowId;
import java.sql.SQLException;
import java.sql.SQLType;
import java.sql.SQLXML;
import java.sql.Time;
import java.sql.Timestamp;
import java.util.Calendar;
import org.jooq.tools.jdbc.DefaultPreparedStatement;
import org.jspecify.annotations.Nullable;

/**
 * A prepared statement that notes its bind values. All of JDBC's setters pass through here: of those whose values cannot be
 * told apart exactly, it is noted that the value is not known.
 */
abstract class BindCapturingStatement extends DefaultPreparedStatement {

    final SentValues sent = new SentValues();

    BindCapturingStatement(PreparedStatement raw, Connection connection) {
        super(raw, connection);
    }

    @Override
    public void clearParameters() throws SQLException {
        sent.clear();
        super.clearParameters();
    }

    @Override
    public void setNull(int index, int type) throws SQLException {
        sent.set(index, null);
        super.setNull(index, type);
    }

    @Override
    public void setBoolean(int index, boolean value) throws SQLException {
        sent.set(index, value);
        super.setBoolean(index, value);
    }

    @Override
    public void setByte(int index, byte value) throws SQLException {
        sent.set(index, value);
        super.setByte(index, value);
    }

    @Override
    public void setShort(int index, short value) throws SQLException {
        sent.set(index, value);
        super.setShort(index, value);
    }

    @Override
    public void setInt(int index, int value) throws SQLException {
        sent.set(index, value);
        super.setInt(index, value);
    }

    @Override
    public void setLong(int index, long value) throws SQLException {
        sent.set(index, value);
        super.setLong(index, value);
    }

    @Override
    public void setFloat(int index, float value) throws SQLException {
        sent.set(index, BindValues.UNKNOWN);
        super.setFloat(index, value);
    }

    @Override
    public void setDouble(int index, double value) throws SQLException {
        sent.set(index, BindValues.UNKNOWN);
        super.setDouble(index, value);
    }

    @Override
    public void setBigDecimal(int index, @Nullable BigDecimal value) throws SQLException {
        sent.set(index, value);
        super.setBigDecimal(index, value);
    }

    @Override
    public void setString(int index, @Nullable String value) throws SQLException {
        sent.set(index, value);
        super.setString(index, value);
    }

    @Override
    public void setBytes(int index, byte[] value) throws SQLException {
        sent.set(index, BindValues.UNKNOWN);
        super.setBytes(index, value);
    }

    @Override
    public void setDate(int index, @Nullable Date value) throws SQLException {
        sent.set(index, value);
        super.setDate(index, value);
    }

    @Override
    public void setTime(int index, Time value) throws SQLException {
        sent.set(index, BindValues.UNKNOWN);
        super.setTime(index, value);
    }

    @Override
    public void setTimestamp(int index, Timestamp value) throws SQLException {
        sent.set(index, BindValues.UNKNOWN);
        super.setTimestamp(index, value);
    }

    @Override
    public void setAsciiStream(int index, InputStream value, int length) throws SQLException {
        sent.set(index, BindValues.UNKNOWN);
        super.setAsciiStream(index, value, length);
    }

    @Override
    @Deprecated
    @SuppressWarnings("deprecation")
    public void setUnicodeStream(int index, InputStream value, int length) throws SQLException {
        sent.set(index, BindValues.UNKNOWN);
        super.setUnicodeStream(index, value, length);
    }

    @Override
    public void setBinaryStream(int index, InputStream value, int length) throws SQLException {
        sent.set(index, BindValues.UNKNOWN);
        super.setBinaryStream(index, value, length);
    }

    @Override
    public void setObject(int index, @Nullable Object value, int type) throws SQLException {
        sent.set(index, BindValues.UNKNOWN);
        super.setObject(index, raw(value), type);
    }

    @Override
    public void setObject(int index, @Nullable Object value) throws SQLException {
        sent.set(index, value);
        super.setObject(index, raw(value));
    }

    @Override
    public void setCharacterStream(int index, Reader value, int length) throws SQLException {
        sent.set(index, BindValues.UNKNOWN);
        super.setCharacterStream(index, value, length);
    }

    @Override
    public void setRef(int index, Ref value) throws SQLException {
        sent.set(index, BindValues.UNKNOWN);
        super.setRef(index, TrackedValue.raw(value));
    }

    @Override
    public void setBlob(int index, Blob value) throws SQLException {
        sent.set(index, BindValues.UNKNOWN);
        super.setBlob(index, TrackedValue.raw(value));
    }

    @Override
    public void setClob(int index, Clob value) throws SQLException {
        sent.set(index, BindValues.UNKNOWN);
        super.setClob(index, TrackedValue.raw(value));
    }

    @Override
    public void setArray(int index, Array value) throws SQLException {
        sent.set(index, BindValues.UNKNOWN);
        super.setArray(index, TrackedValue.raw(value));
    }

    @Override
    public void setDate(int index, @Nullable Date value, Calendar calendar) throws SQLException {
        sent.set(index, BindValues.UNKNOWN);
        super.setDate(index, value, calendar);
    }

    @Override
    public void setTime(int index, Time value, Calendar calendar) throws SQLException {
        sent.set(index, BindValues.UNKNOWN);
        super.setTime(index, value, calendar);
    }

    @Override
    public void setTimestamp(int index, Timestamp value, Calendar calendar) throws SQLException {
        sent.set(index, BindValues.UNKNOWN);
        super.setTimestamp(index, value, calendar);
    }

    @Override
    public void setNull(int index, int type, String typeName) throws SQLException {
        sent.set(index, null);
        super.setNull(index, type, typeName);
    }

    @Override
    public void setURL(int index, URL value) throws SQLException {
        sent.set(index, BindValues.UNKNOWN);
        super.setURL(index, value);
    }

    @Override
    public void setRowId(int index, RowId value) throws SQLException {
        sent.set(index, BindValues.UNKNOWN);
        super.setRowId(index, value);
    }

    @Override
    public void setNString(int index, @Nullable String value) throws SQLException {
        sent.set(index, BindValues.UNKNOWN);
        super.setNString(index, value);
    }

    @Override
    public void setNCharacterStream(int index, Reader value, long length) throws SQLException {
        sent.set(index, BindValues.UNKNOWN);
        super.setNCharacterStream(index, value, length);
    }

    @Override
    public void setNClob(int index, NClob value) throws SQLException {
        sent.set(index, BindValues.UNKNOWN);
        super.setNClob(index, TrackedValue.raw(value));
    }

    @Override
    public void setClob(int index, Reader value, long length) throws SQLException {
        sent.set(index, BindValues.UNKNOWN);
        super.setClob(index, value, length);
    }

    @Override
    public void setBlob(int index, InputStream value, long length) throws SQLException {
        sent.set(index, BindValues.UNKNOWN);
        super.setBlob(index, value, length);
    }

    @Override
    public void setNClob(int index, Reader value, long length) throws SQLException {
        sent.set(index, BindValues.UNKNOWN);
        super.setNClob(index, value, length);
    }

    @Override
    public void setSQLXML(int index, SQLXML value) throws SQLException {
        sent.set(index, BindValues.UNKNOWN);
        super.setSQLXML(index, TrackedValue.raw(value));
    }

    @Override
    public void setObject(int index, @Nullable Object value, int type, int scale) throws SQLException {
        sent.set(index, BindValues.UNKNOWN);
        super.setObject(index, raw(value), type, scale);
    }

    @Override
    public void setAsciiStream(int index, InputStream value, long length) throws SQLException {
        sent.set(index, BindValues.UNKNOWN);
        super.setAsciiStream(index, value, length);
    }

    @Override
    public void setBinaryStream(int index, InputStream value, long length) throws SQLException {
        sent.set(index, BindValues.UNKNOWN);
        super.setBinaryStream(index, value, length);
    }

    @Override
    public void setCharacterStream(int index, Reader value, long length) throws SQLException {
        sent.set(index, BindValues.UNKNOWN);
        super.setCharacterStream(index, value, length);
    }

    @Override
    public void setAsciiStream(int index, InputStream value) throws SQLException {
        sent.set(index, BindValues.UNKNOWN);
        super.setAsciiStream(index, value);
    }

    @Override
    public void setBinaryStream(int index, InputStream value) throws SQLException {
        sent.set(index, BindValues.UNKNOWN);
        super.setBinaryStream(index, value);
    }

    @Override
    public void setCharacterStream(int index, Reader value) throws SQLException {
        sent.set(index, BindValues.UNKNOWN);
        super.setCharacterStream(index, value);
    }

    @Override
    public void setNCharacterStream(int index, Reader value) throws SQLException {
        sent.set(index, BindValues.UNKNOWN);
        super.setNCharacterStream(index, value);
    }

    @Override
    public void setClob(int index, Reader value) throws SQLException {
        sent.set(index, BindValues.UNKNOWN);
        super.setClob(index, value);
    }

    @Override
    public void setBlob(int index, InputStream value) throws SQLException {
        sent.set(index, BindValues.UNKNOWN);
        super.setBlob(index, value);
    }

    @Override
    public void setNClob(int index, Reader value) throws SQLException {
        sent.set(index, BindValues.UNKNOWN);
        super.setNClob(index, value);
    }

    @Override
    public void setObject(int index, @Nullable Object value, SQLType type, int scale) throws SQLException {
        sent.set(index, BindValues.UNKNOWN);
        super.setObject(index, raw(value), type, scale);
    }

    @Override
    public void setObject(int index, @Nullable Object value, SQLType type) throws SQLException {
        sent.set(index, BindValues.UNKNOWN);
        super.setObject(index, raw(value), type);
    }

    private static @Nullable Object raw(@Nullable Object value) {
        return value == null ? null : TrackedValue.raw(value);
    }
}
