package dev.jooqcache.benchmarks;

import java.math.BigDecimal;
import java.sql.Date;
import java.sql.ResultSet;
import java.sql.Timestamp;
import java.util.List;
import org.jooq.tools.jdbc.DefaultResultSet;
import org.jspecify.annotations.Nullable;

/** A result set over rows that lie ready; it has the getters that jOOQ uses for the columns of the catalogue. */
final class IdealResultSet extends DefaultResultSet {

    private final List<@Nullable Object[]> rows;
    private @Nullable Object[] row = {};
    private int next;
    private boolean wasNull;

    IdealResultSet(List<@Nullable Object[]> rows) {
        super(null);
        this.rows = rows;
    }

    @Override
    public boolean next() {
        if (next == rows.size()) return false;
        row = rows.get(next++);
        return true;
    }

    private @Nullable Object cell(int column) {
        Object cell = row[column - 1];
        wasNull = cell == null;
        return cell;
    }

    @Override
    public boolean wasNull() {
        return wasNull;
    }

    @Override
    public short getShort(int column) {
        return cell(column) instanceof Short value ? value : 0;
    }

    @Override
    public int getInt(int column) {
        return cell(column) instanceof Integer value ? value : 0;
    }

    @Override
    public long getLong(int column) {
        return cell(column) instanceof Long value ? value : 0;
    }

    @Override
    public @Nullable String getString(int column) {
        return (String) cell(column);
    }

    @Override
    public @Nullable BigDecimal getBigDecimal(int column) {
        return (BigDecimal) cell(column);
    }

    @Override
    public @Nullable Date getDate(int column) {
        return (Date) cell(column);
    }

    @Override
    public @Nullable Timestamp getTimestamp(int column) {
        return (Timestamp) cell(column);
    }

    @Override
    public @Nullable Object getObject(int column) {
        return cell(column);
    }

    @Override
    public <T> @Nullable T getObject(int column, Class<T> type) {
        return type.cast(cell(column));
    }

    @Override
    public byte @Nullable [] getBytes(int column) {
        return (byte[]) cell(column);
    }

    @Override
    public int getType() {
        return ResultSet.TYPE_FORWARD_ONLY;
    }

    @Override
    public void close() {}
}
