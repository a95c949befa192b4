package dev.jooqcache.internal.replay;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;

/**
 * Objects that take whatever is written into them and keep nothing. jOOQ's bindings ask a connection for large objects to
 * write bind values into; on a hit they are never read.
 */
final class Discarding {

    private Discarding() {}

    static <T> T of(Class<T> type) {
        return type.cast(Proxy.newProxyInstance(
                Discarding.class.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> nothing(method)));
    }

    private static @Nullable Object nothing(Method method) {
        Class<?> type = method.getReturnType();
        if (type == int.class) return 0;
        if (type == long.class) return 0L;
        if (type == boolean.class) return false;
        return null;
    }
}
