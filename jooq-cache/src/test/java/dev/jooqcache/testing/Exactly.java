package dev.jooqcache.testing;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jooq.Field;
import org.jooq.JSON;
import org.jooq.JSONB;
import org.jooq.Record;
import org.jooq.XML;

/**
 * Describes values so that two descriptions are equal exactly if the values are, in content and in Java class, all the
 * way down.
 */
public final class Exactly {

    private Exactly() {}

    /** A description to be compared with {@code equals}; its {@code toString} is readable. */
    public static Object describe(Object value) {
        if (value == null) return "null";
        List<Object> parts = new ArrayList<>();
        parts.add(value.getClass().getName());
        if (value instanceof Record record)
            for (Field<?> field : record.fields()) {
                parts.add(field.getName());
                parts.add(describe(record.get(field)));
            }
        else if (value instanceof Collection<?> collection) collection.forEach(e -> parts.add(describe(e)));
        else if (value instanceof Map<?, ?> map) map.forEach((k, v) -> parts.add(List.of(describe(k), describe(v))));
        else if (value.getClass().isArray())
            for (int i = 0; i < Array.getLength(value); i++) parts.add(describe(Array.get(value, i)));
        else if (value instanceof java.lang.Record pojo) components(pojo, parts);
        // jOOQ compares these by meaning.
        else if (value instanceof JSON json) parts.add(json.data());
        else if (value instanceof JSONB json) parts.add(json.data());
        else if (value instanceof XML xml) parts.add(xml.data());
        else parts.add(value);
        return parts;
    }

    private static void components(java.lang.Record pojo, List<Object> parts) {
        for (var component : pojo.getClass().getRecordComponents())
            try {
                component.getAccessor().setAccessible(true);
                parts.add(describe(component.getAccessor().invoke(pojo)));
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
    }
}
