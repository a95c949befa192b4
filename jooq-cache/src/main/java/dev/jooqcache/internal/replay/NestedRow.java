package dev.jooqcache.internal.replay;

import dev.jooqcache.internal.entry.Access;
import dev.jooqcache.internal.entry.CachedResult;
import dev.jooqcache.internal.entry.CachedResult.Reads;
import dev.jooqcache.internal.entry.Values.Canonical;
import dev.jooqcache.internal.transaction.Question;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jooq.tools.jdbc.DefaultResultSet;
import org.jspecify.annotations.Nullable;

/**
 * A row in a cell. H2's driver answers it as a result set of one row, and jOOQ renders nested records so from 3.21 on.
 *
 * <p>It is recorded as what was read of each of its columns.
 */
final class NestedRow {

    private static final String TYPE = "row";
    private static final String DRIVER = "org.h2.jdbc.JdbcResultSet";

    private NestedRow() {}

    /** Returns whether a cell's value is a row, and not a cursor over any number of them. */
    static boolean isRow(@Nullable Object value) {
        Object own = value;
        // The connection tracks rows within a cell, too.
        while (own instanceof DefaultResultSet tracked) own = Question.answer(tracked::getDelegate);
        return own != null && own.getClass().getName().equals(DRIVER);
    }

    static Canonical recorded(List<Reads> columns) {
        return new Canonical(TYPE, columns);
    }

    static boolean isRecordedRow(@Nullable Object cell) {
        return cell instanceof Canonical canonical && canonical.type().equals(TYPE);
    }

    /** The recorded row as the only one of a result. */
    static CachedResult asResult(Canonical row, CachedResult outer) {
        List<? extends @Nullable Object> columns = row.content();
        return new CachedResult(
                outer.query(),
                outer.validity(),
                outer.extents(),
                outer.zone(),
                Collections.nCopies(columns.size(), Access.by(Access.Getter.OBJECT)),
                columns.toArray(),
                1,
                0,
                null);
    }

    /** Returns whether what was read of a recorded cell is what a live result set answers in its place. */
    static boolean isSame(@Nullable Object cell, Access access, ResultSet live, int column) throws SQLException {
        if (!(cell instanceof Canonical recorded) || !isRecordedRow(cell))
            return Objects.deepEquals(cell, LiveCell.read(live, column, access));
        if (!(live.getObject(column) instanceof ResultSet row) || !row.next()) return false;
        for (int i = 0; i < recorded.content().size(); i++) {
            if (!(recorded.content().get(i) instanceof Reads reads)) return false;
            if (!reads.accesses().isEmpty()
                    && !isSame(reads.values()[0], reads.accesses().get(0), row, i + 1)) return false;
        }
        return true;
    }

    /** Knows how many columns there are; for the rest it asks the database. */
    static ResultSetMetaData metaData(int columns, LiveMetaData live) {
        return (ResultSetMetaData) Proxy.newProxyInstance(
                NestedRow.class.getClassLoader(), new Class<?>[] {ResultSetMetaData.class}, (proxy, method, args) -> {
                    if (method.getName().equals("getColumnCount")) return columns;
                    try {
                        return method.invoke(live.get(), args);
                    } catch (InvocationTargetException e) {
                        throw e.getCause() == null ? e : e.getCause();
                    }
                });
    }

    /** The description of the live row. */
    @FunctionalInterface
    interface LiveMetaData {
        ResultSetMetaData get() throws SQLException;
    }
}
