package dev.jooqcache.model;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jooq.tools.json.JSONValue;
import org.jspecify.annotations.Nullable;

/** Writes a model as JSON, with jOOQ's own writer. */
final class ModelJson {

    private ModelJson() {}

    static String of(CacheModel model) {
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        all.put("version", model.version());
        all.put("gaps", value(model.gaps()));
        all.put("tables", value(model.tables()));
        all.put("routines", value(model.routines()));
        if (!model.rules().equals(CacheRules.NONE)) all.put("rules", value(model.rules()));
        return JSONValue.toJSONString(all);
    }

    private static @Nullable Object value(@Nullable Object value) {
        if (value instanceof TableName || value instanceof Enum<?> || value instanceof Duration)
            return value.toString();
        if (value instanceof Collection<?> collection)
            return collection.stream().map(ModelJson::value).toList();
        return value instanceof Record facts ? components(facts) : value;
    }

    private static Map<String, @Nullable Object> components(Record facts) {
        Map<String, @Nullable Object> components = new LinkedHashMap<>();
        for (RecordComponent component : facts.getClass().getRecordComponents())
            try {
                Object value = value(component.getAccessor().invoke(facts));
                // What does not apply is left out.
                if (value != null && !value.equals("") && !value.equals(List.of()))
                    components.put(component.getName(), value);
            } catch (IllegalAccessException | InvocationTargetException e) {
                throw new IllegalStateException(e);
            }
        return components;
    }
}
