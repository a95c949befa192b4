package dev.jooqcache.jta;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.XAConnection;
import javax.sql.XADataSource;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;

/** A real XA data source whose second phase fails, before it reaches the database, while that is switched on. */
final class FailingXa {

    /** The error code of the failure, or {@code null} if it works. */
    final AtomicReference<Integer> failure = new AtomicReference<>();

    private final XADataSource source;

    FailingXa(XADataSource source) {
        this.source = source;
    }

    XADataSource source() {
        return wrap(XADataSource.class, source);
    }

    @SuppressWarnings("unchecked")
    private <T> T wrap(Class<T> type, T real) {
        Object proxy = Proxy.newProxyInstance(
                FailingXa.class.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> {
                    Integer code = failure.get();
                    if (code != null
                            && type == XAResource.class
                            && method.getName().equals("commit")) throw new XAException(code);
                    Object answer;
                    try {
                        answer = method.invoke(real, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                    if (method.getName().equals("getXAConnection"))
                        return wrap(XAConnection.class, (XAConnection) answer);
                    if (method.getName().equals("getXAResource")) return wrap(XAResource.class, (XAResource) answer);
                    return answer;
                });
        return (T) proxy;
    }
}
