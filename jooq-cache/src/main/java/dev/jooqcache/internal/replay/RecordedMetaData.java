package dev.jooqcache.internal.replay;

import dev.jooqcache.internal.entry.CachedResult.ColumnMetaData;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** The recorded description of a result set's columns. */
final class RecordedMetaData implements ResultSetMetaData {

    private static final int AUTO_INCREMENT = 1;
    private static final int CASE_SENSITIVE = 2;
    private static final int SEARCHABLE = 4;
    private static final int CURRENCY = 8;
    private static final int SIGNED = 16;
    private static final int READ_ONLY = 32;
    private static final int WRITABLE = 64;
    private static final int DEFINITELY_WRITABLE = 128;

    private final List<ColumnMetaData> columns;

    RecordedMetaData(List<ColumnMetaData> columns) {
        this.columns = columns;
    }

    static List<ColumnMetaData> columns(ResultSetMetaData from) throws SQLException {
        List<ColumnMetaData> columns = new ArrayList<>();
        for (int i = 1; i <= from.getColumnCount(); i++) columns.add(column(from, i));
        return List.copyOf(columns);
    }

    private static ColumnMetaData column(ResultSetMetaData from, int i) throws SQLException {
        int flags = flag(from.isAutoIncrement(i), AUTO_INCREMENT)
                | flag(from.isCaseSensitive(i), CASE_SENSITIVE)
                | flag(from.isSearchable(i), SEARCHABLE)
                | flag(from.isCurrency(i), CURRENCY)
                | flag(from.isSigned(i), SIGNED)
                | flag(from.isReadOnly(i), READ_ONLY)
                | flag(from.isWritable(i), WRITABLE)
                | flag(from.isDefinitelyWritable(i), DEFINITELY_WRITABLE);
        return new ColumnMetaData(
                text(from.getColumnLabel(i)),
                text(from.getColumnName(i)),
                text(from.getTableName(i)),
                text(from.getSchemaName(i)),
                text(from.getCatalogName(i)),
                text(from.getColumnTypeName(i)),
                text(from.getColumnClassName(i)),
                from.getColumnType(i),
                from.getPrecision(i),
                from.getScale(i),
                from.isNullable(i),
                from.getColumnDisplaySize(i),
                flags);
    }

    private static String text(String value) {
        return value == null ? "" : value;
    }

    private static int flag(boolean value, int bit) {
        return value ? bit : 0;
    }

    private ColumnMetaData at(int column) throws SQLException {
        if (column < 1 || column > columns.size()) throw new SQLException("no column " + column);
        return columns.get(column - 1);
    }

    private boolean is(int column, int bit) throws SQLException {
        return (at(column).flags() & bit) != 0;
    }

    @Override
    public int getColumnCount() {
        return columns.size();
    }

    @Override
    public boolean isAutoIncrement(int column) throws SQLException {
        return is(column, AUTO_INCREMENT);
    }

    @Override
    public boolean isCaseSensitive(int column) throws SQLException {
        return is(column, CASE_SENSITIVE);
    }

    @Override
    public boolean isSearchable(int column) throws SQLException {
        return is(column, SEARCHABLE);
    }

    @Override
    public boolean isCurrency(int column) throws SQLException {
        return is(column, CURRENCY);
    }

    @Override
    public int isNullable(int column) throws SQLException {
        return at(column).nullable();
    }

    @Override
    public boolean isSigned(int column) throws SQLException {
        return is(column, SIGNED);
    }

    @Override
    public int getColumnDisplaySize(int column) throws SQLException {
        return at(column).displaySize();
    }

    @Override
    public String getColumnLabel(int column) throws SQLException {
        return at(column).label();
    }

    @Override
    public String getColumnName(int column) throws SQLException {
        return at(column).name();
    }

    @Override
    public String getSchemaName(int column) throws SQLException {
        return at(column).schema();
    }

    @Override
    public int getPrecision(int column) throws SQLException {
        return at(column).precision();
    }

    @Override
    public int getScale(int column) throws SQLException {
        return at(column).scale();
    }

    @Override
    public String getTableName(int column) throws SQLException {
        return at(column).table();
    }

    @Override
    public String getCatalogName(int column) throws SQLException {
        return at(column).catalog();
    }

    @Override
    public int getColumnType(int column) throws SQLException {
        return at(column).type();
    }

    @Override
    public String getColumnTypeName(int column) throws SQLException {
        return at(column).typeName();
    }

    @Override
    public boolean isReadOnly(int column) throws SQLException {
        return is(column, READ_ONLY);
    }

    @Override
    public boolean isWritable(int column) throws SQLException {
        return is(column, WRITABLE);
    }

    @Override
    public boolean isDefinitelyWritable(int column) throws SQLException {
        return is(column, DEFINITELY_WRITABLE);
    }

    @Override
    public String getColumnClassName(int column) throws SQLException {
        return at(column).className();
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        if (type.isInstance(this)) return type.cast(this);
        throw new SQLException("not a wrapper for " + type.getName());
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
        return type.isInstance(this);
    }
}
