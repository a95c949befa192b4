package dev.jooqcache.benchmarks;

import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jooq.Record;
import org.jspecify.annotations.Nullable;

/** The plain form of an answer, in lists and values, in which the answers of all catalogues to one question are equal. */
final class Answers {

    private Answers() {}

    /** An entity, which tells its values itself. */
    interface Row {

        List<? extends @Nullable Object> values();
    }

    static @Nullable Object plain(@Nullable Object answer) {
        if (answer instanceof Collection<?> rows) return list(rows);
        if (answer instanceof Record row) return row.size() == 1 ? plain(row.get(0)) : list(row.intoList());
        if (answer instanceof Row row) return list(row.values());
        if (answer instanceof java.lang.Record row) return list(components(row));
        if (answer instanceof Object[] row) return list(List.of(row));
        if (answer instanceof Enum<?> constant) return constant.name();
        if (answer instanceof BigDecimal number) return number.stripTrailingZeros();
        return answer instanceof Number number ? (Object) number.longValue() : answer;
    }

    private static List<@Nullable Object> list(Collection<?> values) {
        List<@Nullable Object> list = new ArrayList<>();
        for (Object value : values) list.add(plain(value));
        return list;
    }

    private static List<@Nullable Object> components(java.lang.Record row) {
        List<@Nullable Object> values = new ArrayList<>();
        try {
            for (RecordComponent component : row.getClass().getRecordComponents())
                values.add(component.getAccessor().invoke(row));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
        return values;
    }
}
