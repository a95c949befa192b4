package dev.jooqcache.internal.jdbc;

import dev.jooqcache.internal.dependency.BindValues;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The bind values that were set on a prepared statement. As with the statement, they stay until they are replaced. */
final class SentValues implements BindValues {

    private @Nullable Object[] values;

    SentValues() {
        this(new Object[0]);
    }

    private SentValues(@Nullable Object[] values) {
        this.values = values;
    }

    /** Notes a value by JDBC's index, which begins at 1. */
    void set(int index, @Nullable Object value) {
        if (index < 1) return;
        if (index > values.length) {
            int before = values.length;
            values = Arrays.copyOf(values, Math.max(index, 2 * before));
            Arrays.fill(values, before, values.length, UNKNOWN);
        }
        values[index - 1] = value;
    }

    void clear() {
        Arrays.fill(values, UNKNOWN);
    }

    SentValues copy() {
        return new SentValues(values.clone());
    }

    @Override
    public @Nullable Object get(int index) {
        return index < values.length ? values[index] : UNKNOWN;
    }
}
