package dev.jooqcache.internal.jdbc;

import dev.jooqcache.internal.transaction.TransactionBinding;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import javax.sql.DataSource;

/**
 * How Spring's {@code TransactionAwareDataSourceProxy} binds connections: it asks a registry of the current thread, and
 * so does this, in the same way. Not by the thread that has begun a transaction: it can be moved to another one, and with
 * a lazy proxy it begins later than it seems. Spring need not be there.
 */
final class SpringBinding {

    private static final String PROXY = "org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy";
    private static final String REGISTRY = "org.springframework.transaction.support.TransactionSynchronizationManager";

    private SpringBinding() {}

    /** Returns whether a class is the proxy that binds connections to transactions. */
    static boolean isProxy(String type) {
        return type.equals(PROXY);
    }

    /** The binding of such a proxy. */
    static TransactionBinding of(DataSource wrapper) {
        try {
            Object target = wrapper.getClass().getMethod("getTargetDataSource").invoke(wrapper);
            Class<?> registry = Class.forName(REGISTRY, true, wrapper.getClass().getClassLoader());
            MethodHandle bound = MethodHandles.publicLookup()
                    .findStatic(registry, "hasResource", MethodType.methodType(boolean.class, Object.class))
                    .bindTo(target);
            return source -> !isBound(bound);
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            return TransactionBinding.UNKNOWN;
        }
    }

    private static boolean isBound(MethodHandle bound) {
        try {
            return (boolean) bound.invokeExact();
        } catch (Throwable e) {
            return true;
        }
    }
}
