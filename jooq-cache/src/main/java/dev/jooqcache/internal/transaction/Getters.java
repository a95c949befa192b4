package dev.jooqcache.internal.transaction;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Calls getters of pools and drivers, whose classes may be absent. */
public final class Getters {

    private Getters() {}

    /** The value of a getter, or of one after another. */
    public static @Nullable Object value(Object object, String getters) throws ReflectiveOperationException {
        Object value = object;
        for (String getter : getters.split("\\.", -1)) {
            if (value == null) return null;
            value = accessible(value.getClass(), getter).invoke(value);
        }
        return value;
    }

    /** A public method, declared by a public type: the class itself often is not. */
    private static Method accessible(Class<?> type, String name) throws NoSuchMethodException {
        Method method = type.getMethod(name);
        if (Modifier.isPublic(method.getDeclaringClass().getModifiers())) return method;
        for (Class<?> each = type; each != null; each = each.getSuperclass())
            for (Class<?> declared : each.getInterfaces())
                if (Modifier.isPublic(declared.getModifiers())
                        && Arrays.stream(declared.getMethods())
                                .anyMatch(m -> m.getName().equals(name))) return declared.getMethod(name);
        return method;
    }
}
