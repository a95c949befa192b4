package dev.jooqcache.internal.transaction;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import javax.naming.InitialContext;
import javax.naming.NamingException;
import javax.naming.NoInitialContextException;
import org.jspecify.annotations.Nullable;

/**
 * The JTA transaction managers of this process: those that tell where they are, and those that a container has bound in
 * JNDI. Found by their names, so that none of them, and neither {@code jakarta.transaction} nor {@code
 * javax.transaction}, need be there. Immutable; thread-safe.
 */
final class TransactionManagers {

    /** Static methods without effect that answer the manager which is running, or {@code null}. */
    private static final Map<String, String> ACCESSORS = Map.of(
            "com.arjuna.ats.jta.TransactionManager", "transactionManager",
            "com.atomikos.icatch.jta.TransactionManagerImp", "getTransactionManager",
            "org.wildfly.transaction.client.ContextTransactionManager", "getInstance",
            "com.ibm.tx.jta.TransactionManagerFactory", "getTransactionManager");

    private static final List<String> JNDI_NAMES = List.of(
            "java:jboss/TransactionManager",
            "java:comp/TransactionManager",
            "java:/TransactionManager",
            "java:appserver/TransactionManager",
            "java:pm/TransactionManager",
            "java:comp/TransactionSynchronizationRegistry",
            "java:jboss/TransactionSynchronizationRegistry");

    private static final List<String> APIS = List.of("jakarta.transaction.", "javax.transaction.");

    /** Which of JTA's interfaces a class implements. Looking them up takes longer than asking them. */
    private static final ClassValue<Map<String, Optional<Class<?>>>> KNOWN = new ClassValue<>() {
        @Override
        protected Map<String, Optional<Class<?>>> computeValue(Class<?> type) {
            return new ConcurrentHashMap<>();
        }
    };

    /** The methods of an interface of JTA, none of which has two of one name. */
    private static final ClassValue<Map<String, Method>> METHODS = new ClassValue<>() {
        @Override
        protected Map<String, Method> computeValue(Class<?> api) {
            return Arrays.stream(api.getMethods()).collect(Collectors.toMap(Method::getName, m -> m, (m, n) -> m));
        }
    };

    private final List<Accessor> accessors;

    private TransactionManagers(List<Accessor> accessors) {
        this.accessors = List.copyOf(accessors);
    }

    /** Looks for them in the class path and in JNDI. */
    static TransactionManagers find() {
        List<Accessor> found = new ArrayList<>();
        for (ClassLoader loader : loaders()) {
            if (!hasApi(loader)) continue;
            ACCESSORS.forEach((type, method) -> addStatic(type, method, loader, found));
        }
        if (loaders().stream().anyMatch(TransactionManagers::hasApi)) addBound(found);
        return new TransactionManagers(found);
    }

    private static Set<ClassLoader> loaders() {
        Set<ClassLoader> loaders = new LinkedHashSet<>();
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        if (context != null) loaders.add(context);
        ClassLoader own = TransactionManagers.class.getClassLoader();
        if (own != null) loaders.add(own);
        return loaders;
    }

    private static boolean hasApi(ClassLoader loader) {
        return APIS.stream().anyMatch(api -> load(api + "Synchronization", loader) != null);
    }

    private static @Nullable Class<?> load(String name, ClassLoader loader) {
        try {
            return Class.forName(name, false, loader);
        } catch (ClassNotFoundException | LinkageError e) {
            return null;
        }
    }

    private static void addStatic(String name, String method, ClassLoader loader, List<Accessor> found) {
        Class<?> type = load(name, loader);
        if (type == null || found.stream().anyMatch(known -> known.isOf(type))) return;
        try {
            MethodHandle handle = MethodHandles.publicLookup().unreflect(type.getMethod(method));
            found.add(new StaticAccessor(type, handle));
        } catch (ReflectiveOperationException | LinkageError e) {
            // Another version, which cannot be asked like this.
        }
    }

    /** The names are fixed, and a container's own. */
    @SuppressWarnings("BanJNDI")
    private static void addBound(List<Accessor> found) {
        for (String name : JNDI_NAMES) {
            try {
                Object bound = new InitialContext().lookup(name);
                if (bound != null) found.add(new BoundManager(bound));
            } catch (NoInitialContextException | LinkageError e) {
                return;
            } catch (NamingException | RuntimeException e) {
                // Nothing is bound there.
            }
        }
    }

    /**
     * The transaction of this thread.
     *
     * @return the transaction, or {@code null} if none of the managers has one here that is not over
     */
    @Nullable
    JtaTransaction current() {
        for (Accessor accessor : accessors) {
            Object manager = accessor.manager();
            JtaTransaction transaction = manager == null ? null : JtaTransaction.current(manager);
            if (transaction != null) return transaction;
        }
        return null;
    }

    /** JTA's interface of that simple name which a class implements, in either of the two packages. */
    static @Nullable Class<?> api(Class<?> type, String name) {
        return KNOWN.get(type)
                .computeIfAbsent(name, n -> Optional.ofNullable(find(type, n)))
                .orElse(null);
    }

    private static @Nullable Class<?> find(Class<?> type, String name) {
        for (Class<?> at = type; at != null; at = at.getSuperclass())
            for (Class<?> each : at.getInterfaces()) {
                if (APIS.stream().anyMatch(api -> each.getName().equals(api + name))) return each;
                Class<?> inherited = find(each, name);
                if (inherited != null) return inherited;
            }
        return null;
    }

    /** Calls a public method of one of JTA's interfaces. */
    static @Nullable Object call(Class<?> api, Object target, String name, @Nullable Object... arguments)
            throws ReflectiveOperationException {
        Method method = METHODS.get(api).get(name);
        if (method == null) throw new NoSuchMethodException(api.getName() + "." + name);
        return method.invoke(target, arguments);
    }

    private interface Accessor {
        @Nullable
        Object manager();

        boolean isOf(Class<?> type);
    }

    private record StaticAccessor(Class<?> type, MethodHandle handle) implements Accessor {
        @Override
        public @Nullable Object manager() {
            try {
                return handle.invoke();
            } catch (Throwable e) {
                // It is not running.
                return null;
            }
        }

        @Override
        public boolean isOf(Class<?> other) {
            return type == other;
        }
    }

    private record BoundManager(Object manager) implements Accessor {
        @Override
        public boolean isOf(Class<?> other) {
            return false;
        }
    }
}
