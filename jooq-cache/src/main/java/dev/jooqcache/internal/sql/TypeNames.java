package dev.jooqcache.internal.sql;

import static java.util.stream.Collectors.joining;

import java.util.ArrayList;
import java.util.List;
import org.jooq.Binding;
import org.jooq.DataType;
import org.jooq.Field;
import org.jooq.Row;
import org.jspecify.annotations.Nullable;

/**
 * Names the types of columns or bind values, such that those with the same name are read or sent by the same calls of
 * JDBC. Remembers the last ones, since the executions of one SQL text nearly always have the same. Thread-safe.
 */
public final class TypeNames {

    private volatile @Nullable Named last;

    public TypeNames() {}

    /**
     * The types of some fields.
     *
     * @param types the types
     * @param names their names
     * @param text the names, separated by commas
     */
    public record Named(List<DataType<?>> types, List<String> names, String text) {

        private boolean isOf(List<? extends Field<?>> fields) {
            int size = types.size();
            if (size != fields.size()) return false;
            for (int i = 0; i < size; i++) if (types.get(i) != fields.get(i).getDataType()) return false;
            return true;
        }
    }

    /**
     * Names the types of the given fields.
     *
     * @param fields columns, or bind values
     * @return their types, in the same order
     */
    public Named of(List<? extends Field<?>> fields) {
        Named known = last;
        if (known != null && known.isOf(fields)) return known;
        List<DataType<?>> types = new ArrayList<>(fields.size());
        List<String> names = new ArrayList<>(fields.size());
        for (Field<?> field : fields) {
            types.add(field.getDataType());
            names.add(name(field.getDataType()));
        }
        Named named = new Named(List.copyOf(types), List.copyOf(names), String.join(",", names));
        last = named;
        return named;
    }

    private static String name(DataType<?> type) {
        Binding<?, ?> binding = type.getBinding();
        String name = type.getTypeName() + ":" + binding.converter().fromType().getName();
        String bindingName = binding.getClass().getName();
        if (!bindingName.startsWith("org.jooq.impl.")) name += ":" + bindingName;
        return name + parts(type);
    }

    /** The fields of a nested record are read by getters of their own, as the elements of an array may be. */
    private static String parts(DataType<?> type) {
        Row row = type.getRow();
        if (row != null)
            return row.fieldStream().map(field -> name(field.getDataType())).collect(joining(",", "(", ")"));
        DataType<?> component = type.getArrayComponentDataType();
        return component == null ? "" : "[" + name(component) + "]";
    }
}
