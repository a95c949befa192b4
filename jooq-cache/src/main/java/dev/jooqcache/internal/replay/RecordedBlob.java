package dev.jooqcache.internal.replay;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.sql.Blob;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Arrays;

/** A recorded binary large object: a copy of its content, which cannot be written. */
final class RecordedBlob implements Blob {

    private final byte[] content;

    RecordedBlob(byte[] content) {
        this.content = content;
    }

    @Override
    public long length() {
        return content.length;
    }

    @Override
    public byte[] getBytes(long position, int length) throws SQLException {
        int from = from(position);
        if (length < 0) throw new SQLException("length must not be negative: " + length);
        return Arrays.copyOfRange(content, from, (int) Math.min(content.length, (long) from + length));
    }

    private int from(long position) throws SQLException {
        if (position < 1 || position > content.length + 1L)
            throw new SQLException("position must be from 1 to " + (content.length + 1L) + ": " + position);
        return (int) position - 1;
    }

    @Override
    public InputStream getBinaryStream() {
        return new ByteArrayInputStream(content);
    }

    @Override
    public InputStream getBinaryStream(long position, long length) throws SQLException {
        return new ByteArrayInputStream(getBytes(position, Math.toIntExact(length)));
    }

    @Override
    public long position(byte[] pattern, long start) throws SQLException {
        for (int i = from(start); i + pattern.length <= content.length; i++)
            if (Arrays.equals(content, i, i + pattern.length, pattern, 0, pattern.length)) return i + 1L;
        return -1;
    }

    @Override
    public long position(Blob pattern, long start) throws SQLException {
        return position(pattern.getBytes(1, Math.toIntExact(pattern.length())), start);
    }

    @Override
    public int setBytes(long position, byte[] bytes) throws SQLException {
        throw readOnly();
    }

    @Override
    public int setBytes(long position, byte[] bytes, int offset, int length) throws SQLException {
        throw readOnly();
    }

    @Override
    public OutputStream setBinaryStream(long position) throws SQLException {
        throw readOnly();
    }

    @Override
    public void truncate(long length) throws SQLException {
        throw readOnly();
    }

    private static SQLException readOnly() {
        return new SQLFeatureNotSupportedException("a result's large object cannot be written");
    }

    @Override
    public void free() {}
}
