package dev.jooqcache.internal.transaction;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;

/**
 * A transaction of a JTA transaction manager, or of a container's synchronization registry, in either package name.
 *
 * @param manager whose it is
 * @param api which interface of JTA the manager is seen through
 * @param key equal for the same transaction only
 */
record JtaTransaction(Object manager, Class<?> api, Object key) {

    static final int STATUS_COMMITTED = 3;
    static final int STATUS_ROLLEDBACK = 4;
    private static final int STATUS_NO_TRANSACTION = 6;

    private static final String MANAGER = "TransactionManager";
    private static final String REGISTRY = "TransactionSynchronizationRegistry";

    /** The transaction of this thread with the given manager or registry, or {@code null} if there is none. */
    static @Nullable JtaTransaction current(Object manager) {
        Class<?> asManager = TransactionManagers.api(manager.getClass(), MANAGER);
        Class<?> api = asManager == null ? TransactionManagers.api(manager.getClass(), REGISTRY) : asManager;
        if (api == null) return null;
        try {
            return isManager(api) ? ofManager(manager, api) : ofRegistry(manager, api);
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            // Unknown is not none: a transaction that will tell nothing.
            return new JtaTransaction(manager, api, new Object());
        }
    }

    private static boolean isManager(Class<?> api) {
        return api.getSimpleName().equals(MANAGER);
    }

    private static @Nullable JtaTransaction ofManager(Object manager, Class<?> api)
            throws ReflectiveOperationException {
        Object transaction = TransactionManagers.call(api, manager, "getTransaction");
        if (transaction == null) return null;
        Class<?> ofTransaction = TransactionManagers.api(transaction.getClass(), "Transaction");
        if (ofTransaction == null) return null;
        Object status = TransactionManagers.call(ofTransaction, transaction, "getStatus");
        return isOver(status) ? null : new JtaTransaction(manager, api, transaction);
    }

    private static @Nullable JtaTransaction ofRegistry(Object registry, Class<?> api)
            throws ReflectiveOperationException {
        if (isOver(TransactionManagers.call(api, registry, "getTransactionStatus"))) return null;
        Object key = TransactionManagers.call(api, registry, "getTransactionKey");
        return key == null ? null : new JtaTransaction(registry, api, key);
    }

    private static boolean isOver(@Nullable Object status) {
        return status instanceof Integer number
                && (number == STATUS_COMMITTED || number == STATUS_ROLLEDBACK || number == STATUS_NO_TRANSACTION);
    }

    /**
     * Has the transaction tell when it is completed; to be called in its thread.
     *
     * @param synchronization is told
     * @return whether it will be told; not if the transaction is to be rolled back, or is being completed already
     */
    boolean register(Synchronization synchronization) {
        try {
            if (isManager(api)) {
                Class<?> ofTransaction = TransactionManagers.api(key.getClass(), "Transaction");
                if (ofTransaction == null) return false;
                Object proxy = proxy(ofTransaction, synchronization);
                TransactionManagers.call(ofTransaction, key, "registerSynchronization", proxy);
            } else {
                Object proxy = proxy(api, synchronization);
                TransactionManagers.call(api, manager, "registerInterposedSynchronization", proxy);
            }
            return true;
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            return false;
        }
    }

    private static Object proxy(Class<?> neighbour, Synchronization synchronization) throws ClassNotFoundException {
        ClassLoader loader = neighbour.getClassLoader();
        Class<?> type = Class.forName(neighbour.getPackageName() + ".Synchronization", false, loader);
        InvocationHandler handler = (proxy, method, arguments) -> switch (method.getName()) {
            case "beforeCompletion" -> {
                synchronization.beforeCompletion();
                yield null;
            }
            case "afterCompletion" -> {
                synchronization.afterCompletion((Integer) arguments[0]);
                yield null;
            }
            case "equals" -> proxy == arguments[0];
            case "hashCode" -> System.identityHashCode(proxy);
            default -> synchronization.toString();
        };
        return Proxy.newProxyInstance(loader, new Class<?>[] {type}, handler);
    }

    /** Begins a transaction of the same manager in a thread that has none. Answers whether that was possible. */
    static boolean begin(JtaTransaction like) {
        try {
            if (!isManager(like.api)) return false;
            TransactionManagers.call(like.api, like.manager, "begin");
            return true;
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            return false;
        }
    }

    /** Rolls the thread's transaction back. */
    static void rollback(JtaTransaction like) {
        try {
            TransactionManagers.call(like.api, like.manager, "rollback");
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            // It has timed out, and was rolled back by that.
        }
    }

    /** JTA's interface of that name. */
    interface Synchronization {

        /** The transaction is about to be committed. */
        void beforeCompletion();

        /**
         * The transaction is over.
         *
         * @param status how it ended, in the numbers of JTA's {@code Status}
         */
        void afterCompletion(int status);
    }
}
