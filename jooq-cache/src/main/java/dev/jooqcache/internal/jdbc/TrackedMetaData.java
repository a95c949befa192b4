package dev.jooqcache.internal.jdbc;

import dev.jooqcache.internal.transaction.Question;
import dev.jooqcache.internal.transaction.Session;
import dev.jooqcache.internal.transaction.UntakenResults;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * The metadata of a tracked connection: it leads back to that connection, not to the one below, on which writes would go
 * unseen.
 */
final class TrackedMetaData implements InvocationHandler {

    private final DatabaseMetaData raw;
    private final TrackedConnection connection;

    private TrackedMetaData(DatabaseMetaData raw, TrackedConnection connection) {
        this.raw = raw;
        this.connection = connection;
    }

    static DatabaseMetaData of(DatabaseMetaData raw, TrackedConnection connection) {
        return (DatabaseMetaData) Proxy.newProxyInstance(
                TrackedMetaData.class.getClassLoader(),
                new Class<?>[] {DatabaseMetaData.class},
                new TrackedMetaData(raw, connection));
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
        switch (method.getName()) {
            case "getConnection" -> {
                return connection;
            }
            case "equals" -> {
                return arguments != null && proxy == arguments[0];
            }
            case "hashCode" -> {
                return System.identityHashCode(proxy);
            }
            case "unwrap" -> {
                if (arguments != null && arguments[0] instanceof Class<?> type && type.isInstance(proxy)) return proxy;
                connection.session().exposed();
            }
            case "isWrapperFor" -> {
                if (arguments != null && arguments[0] instanceof Class<?> type && type.isInstance(proxy)) return true;
            }
            default -> {}
        }
        Object answer = call(method, arguments);
        return answer instanceof ResultSet rows ? tracked(rows) : answer;
    }

    /** What the catalog answers; its statement, where the driver tells it, is tracked too. */
    private ResultSet tracked(ResultSet rows) {
        Statement statement = Question.answer(rows::getStatement);
        Session session = connection.session();
        if (statement == null) return new TrackedResultSet(rows, null, session, new UntakenResults(session));
        return new TrackedResultSet(
                rows, new TrackedStatement(statement, connection), session, new UntakenResults(session));
    }

    private @Nullable Object call(Method method, Object @Nullable [] arguments) throws Throwable {
        try {
            return method.invoke(raw, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
