package dev.jooqcache.sample;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.Statement;
import javax.sql.DataSource;

/** A count, for each thread, of the SQL statements that it has sent to the database. Thread-safe. */
final class StatementCounter {

    private static final class Tally {
        long sent;
    }

    private final ThreadLocal<Tally> tally = ThreadLocal.withInitial(Tally::new);

    /** A data source whose statements are counted. */
    DataSource count(DataSource dataSource) {
        return proxy(DataSource.class, dataSource);
    }

    long sentByThisThread() {
        return tally.get().sent;
    }

    private <T> T proxy(Class<T> type, Object target) {
        InvocationHandler handler = (self, method, arguments) -> invoke(target, method, arguments);
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }

    private Object invoke(Object target, Method method, Object[] arguments) throws Throwable {
        if (target instanceof Statement && method.getName().startsWith("execute")) {
            tally.get().sent++;
        }
        return counted(method.getReturnType(), call(target, method, arguments));
    }

    private Object counted(Class<?> type, Object result) {
        boolean sends = result != null && (type == Connection.class || Statement.class.isAssignableFrom(type));
        return sends ? proxy(type, result) : result;
    }

    private static Object call(Object target, Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
