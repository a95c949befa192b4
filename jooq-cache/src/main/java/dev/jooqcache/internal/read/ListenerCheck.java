package dev.jooqcache.internal.read;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Set;
import org.jooq.Configuration;
import org.jooq.ExecuteContext;
import org.jooq.ExecuteListener;
import org.jooq.ExecuteListenerProvider;
import org.jooq.impl.DefaultExecuteListenerProvider;

/**
 * Checks that a configuration has no listener besides the cache's that might change the SQL or has to be told of an
 * execution. A listener for failures only, such as Spring's exception translator, does not count.
 */
public final class ListenerCheck {

    private static final Set<String> OF_FAILURES = Set.of("exception", "warning");

    /** Deprecated in some versions of jOOQ, so not named as a class. */
    private static final String DOES_NOTHING = "org.jooq.impl.DefaultExecuteListener";

    private ListenerCheck() {}

    public static boolean isSo(Configuration configuration, CacheEngine engine) {
        if (configuration.visitListenerProviders().length > 0 || configuration.recordListenerProviders().length > 0)
            return false;
        for (ExecuteListenerProvider provider : configuration.executeListenerProviders())
            if (!isSo(provider, engine)) return false;
        return true;
    }

    /** A provider of the user's may give another listener for each execution. */
    private static boolean isSo(ExecuteListenerProvider provider, CacheEngine engine) {
        ExecuteListener listener = provider.provide();
        if (listener instanceof CachingListener own && own.isOf(engine)) return true;
        return provider.getClass() == DefaultExecuteListenerProvider.class && isOfFailures(listener);
    }

    private static boolean isOfFailures(ExecuteListener listener) {
        for (Method event : ExecuteListener.class.getMethods()) {
            if (Modifier.isStatic(event.getModifiers()) || OF_FAILURES.contains(event.getName())) continue;
            try {
                Class<?> by = listener.getClass()
                        .getMethod(event.getName(), ExecuteContext.class)
                        .getDeclaringClass();
                if (by != ExecuteListener.class && !by.getName().equals(DOES_NOTHING)) return false;
            } catch (NoSuchMethodException e) {
                return false;
            }
        }
        return true;
    }
}
