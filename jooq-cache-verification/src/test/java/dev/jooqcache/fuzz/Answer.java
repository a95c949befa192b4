package dev.jooqcache.fuzz;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Supplier;
import org.jooq.Record;
import org.jooq.Result;
import org.jooq.exception.DataAccessException;

/**
 * What one execution of a query gave: rows as texts in which values and the classes of values show, or an exception.
 *
 * @param rows the rows, in their order
 * @param failure the exception's message, or {@code null}
 */
record Answer(List<String> rows, String failure) {

    private static final String QUERY_CANCELED = "57014";

    static Answer of(Supplier<Result<? extends Record>> execution) {
        try {
            List<String> rows = new ArrayList<>();
            for (Record row : execution.get()) {
                StringBuilder text = new StringBuilder();
                append(text, row);
                rows.add(text.toString());
            }
            return new Answer(rows, null);
        } catch (DataAccessException e) {
            return new Answer(List.of(), e.sqlState() + ": " + e.getMessage());
        }
    }

    private static void append(StringBuilder text, Object value) {
        if (value == null) {
            text.append("null");
        } else if (value instanceof Record row) {
            text.append('(');
            for (int i = 0; i < row.size(); i++) {
                if (i > 0) text.append(", ");
                append(text, row.get(i));
            }
            text.append(')');
        } else if (value instanceof Iterable<?> values) {
            text.append('[');
            for (Object one : values) append(text, one);
            text.append(']');
        } else if (value instanceof Object[] values) {
            append(text, Arrays.asList(values));
        } else text.append(value.getClass().getSimpleName()).append(' ').append(value);
    }

    boolean isFailed() {
        return failure != null;
    }

    /** Whether the database gave it up for the time it took: that says nothing of the answer. */
    boolean isTimedOut() {
        return isFailed() && failure.startsWith(QUERY_CANCELED);
    }

    /** Whether both are right if one is; without an order, rows may come in any. */
    boolean equalTo(Answer other, boolean isOrdered) {
        if (isFailed() || other.isFailed()) return isFailed() == other.isFailed();
        if (rows.equals(other.rows)) return true;
        return !isOrdered && sorted().equals(other.sorted());
    }

    private List<String> sorted() {
        List<String> all = new ArrayList<>(rows);
        Collections.sort(all);
        return all;
    }

    @Override
    public String toString() {
        return isFailed() ? failure : rows.size() + " rows\n    " + String.join("\n    ", rows);
    }
}
