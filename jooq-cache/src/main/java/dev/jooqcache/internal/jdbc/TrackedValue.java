package dev.jooqcache.internal.jdbc;

import dev.jooqcache.internal.dependency.StatementEffect;
import dev.jooqcache.internal.transaction.Session;
import dev.jooqcache.internal.transaction.Session.SqlCall;
import dev.jooqcache.internal.transaction.Session.VoidCall;
import dev.jooqcache.internal.transaction.UntakenResults;
import dev.jooqcache.spi.Tags;
import java.io.FilterOutputStream;
import java.io.FilterWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Writer;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.sql.Array;
import java.sql.Blob;
import java.sql.Clob;
import java.sql.NClob;
import java.sql.Ref;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLXML;
import java.sql.Statement;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jooq.SQLDialect;
import org.jspecify.annotations.Nullable;

/**
 * A value of a result that leads past the session: the database's content can be written through a large object, an XML
 * value or a reference, and an array's rows lead to the driver's connection. It shows the interfaces of the driver's
 * object; what these add to JDBC may do anything.
 */
final class TrackedValue implements InvocationHandler {

    private static final List<Class<?>> STANDARD =
            List.of(Array.class, Blob.class, Clob.class, NClob.class, SQLXML.class, Ref.class);

    /** Which rows, or whether any, refer to it is not known. */
    private static final StatementEffect WRITE = new StatementEffect(StatementEffect.Kind.WRITE, Tags.everything());

    /**
     * What is shown of a class of the driver's. JDBC's own come first, so that a method which a driver's interface declares
     * again is called as JDBC's.
     */
    private static final ClassValue<Class<?>[]> INTERFACES = new ClassValue<>() {
        @Override
        protected Class<?>[] computeValue(Class<?> type) {
            Set<Class<?>> found = new LinkedHashSet<>();
            for (Class<?> standard : STANDARD) if (standard.isAssignableFrom(type)) found.add(standard);
            Class<?>[] standard = found.toArray(Class<?>[]::new);
            for (Class<?> each = type; each != null; each = each.getSuperclass()) addPublic(each, found, loader(type));
            Class<?>[] all = found.toArray(Class<?>[]::new);
            return isShowable(all, loader(type)) ? all : standard;
        }
    };

    private final Object raw;
    private final @Nullable Statement statement;
    private final Session session;

    private TrackedValue(Object raw, @Nullable Statement statement, Session session) {
        this.raw = raw;
        this.statement = statement;
        this.session = session;
    }

    /**
     * The value itself, if it leads nowhere.
     *
     * @param statement the tracked statement whose result the value is of, or {@code null} if it is of none
     */
    @SuppressWarnings("unchecked")
    static <T extends @Nullable Object> T of(T value, @Nullable Statement statement, Session session) {
        if (value == null || !leadsPast(value, session.source().dialect())) return value;
        Class<?> type = value.getClass();
        return (T)
                Proxy.newProxyInstance(loader(type), INTERFACES.get(type), new TrackedValue(value, statement, session));
    }

    /** A value that the caller wants as a class, which may be the driver's own: then it gets past the session. */
    static <T> T as(Class<T> type, T value, @Nullable Statement statement, Session session) {
        T tracked = of(value, statement, session);
        if (tracked == null || type.isInstance(tracked)) return tracked;
        session.exposed();
        return value;
    }

    /** What a driver is to be given, which may know its own class only; {@code null} stays what it is. */
    @SuppressWarnings("unchecked")
    static <T> T raw(T value) {
        if (!(value instanceof Proxy)) return value;
        return Proxy.getInvocationHandler(value) instanceof TrackedValue tracked ? (T) tracked.raw : value;
    }

    private static boolean leadsPast(Object value, SQLDialect dialect) {
        if (value instanceof Array) return true;
        if (!isContent(dialect)) return false;
        for (Class<?> type : STANDARD) if (type.isInstance(value)) return true;
        return false;
    }

    /** Returns whether a large object in a result is the database's own rather than a copy, or may be. */
    private static boolean isContent(SQLDialect dialect) {
        return switch (dialect.family()) {
            case H2, MYSQL, MARIADB, SQLITE -> false;
            default -> true;
        };
    }

    private static ClassLoader loader(Class<?> type) {
        ClassLoader loader = type.getClassLoader();
        return loader == null ? TrackedValue.class.getClassLoader() : loader;
    }

    private static void addPublic(Class<?> type, Set<Class<?>> found, ClassLoader loader) {
        for (Class<?> each : type.getInterfaces()) {
            if (Modifier.isPublic(each.getModifiers()) && isVisible(each, loader)) found.add(each);
            else addPublic(each, found, loader);
        }
    }

    /** Not if some are sealed, or contradict each other. */
    private static boolean isShowable(Class<?>[] interfaces, ClassLoader loader) {
        try {
            Proxy.newProxyInstance(loader, interfaces, (proxy, method, arguments) -> null);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean isVisible(Class<?> type, ClassLoader loader) {
        try {
            return Class.forName(type.getName(), false, loader) == type;
        } catch (ClassNotFoundException | LinkageError e) {
            return false;
        }
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
        String name = method.getName();
        if (name.equals("equals")) return arguments != null && proxy == arguments[0];
        boolean isStandard = method.getDeclaringClass().getName().startsWith("java.");
        if (!isStandard) session.exposed();
        if (isStandard && !name.startsWith("set") && !name.equals("truncate")) return tracked(call(method, arguments));
        Object answer = written(session, () -> Optional.ofNullable(call(method, arguments)))
                .orElse(null);
        if (answer instanceof OutputStream stream) return new Stream(stream, session);
        return answer instanceof Writer writer ? new Characters(writer, session) : tracked(answer);
    }

    private @Nullable Object tracked(@Nullable Object answer) {
        return answer instanceof ResultSet rows
                ? new TrackedResultSet(rows, statement, session, new UntakenResults(session))
                : answer;
    }

    private @Nullable Object call(Method method, Object @Nullable [] arguments) throws SQLException {
        try {
            return method.invoke(raw, arguments);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof SQLException cause) throw cause;
            if (e.getCause() instanceof RuntimeException cause) throw cause;
            if (e.getCause() instanceof Error cause) throw cause;
            throw new SQLException(e.getCause());
        } catch (IllegalAccessException e) {
            throw new SQLException(e);
        }
    }

    private static <T extends @Nullable Object> T written(Session session, SqlCall<T> call) throws SQLException {
        return session.run(WRITE, session.source().schemas().version(), call);
    }

    /** What is written to a stream reaches the database when the driver thinks fit. */
    private static void written(Session session, StreamCall call) throws IOException {
        VoidCall sending = () -> {
            try {
                call.run();
            } catch (IOException e) {
                throw new StreamException(e);
            }
        };
        try {
            written(session, sending.asCall());
        } catch (StreamException e) {
            throw e.cause;
        } catch (SQLException e) {
            throw new IOException(e);
        }
    }

    @FunctionalInterface
    private interface StreamCall {
        void run() throws IOException;
    }

    /** Carries what a stream has thrown through the session. */
    private static final class StreamException extends SQLException {

        private static final long serialVersionUID = 1L;

        @SuppressWarnings("serial")
        private final IOException cause;

        StreamException(IOException cause) {
            super(cause);
            this.cause = cause;
        }
    }

    private static final class Stream extends FilterOutputStream {

        private final OutputStream raw;
        private final Session session;

        Stream(OutputStream raw, Session session) {
            super(raw);
            this.raw = raw;
            this.session = session;
        }

        @Override
        public void write(int b) throws IOException {
            written(session, () -> raw.write(b));
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            written(session, () -> raw.write(bytes, offset, length));
        }

        @Override
        public void flush() throws IOException {
            written(session, raw::flush);
        }

        @Override
        public void close() throws IOException {
            written(session, raw::close);
        }
    }

    private static final class Characters extends FilterWriter {

        private final Session session;

        Characters(Writer raw, Session session) {
            super(raw);
            this.session = session;
        }

        @Override
        public void write(int c) throws IOException {
            written(session, () -> out.write(c));
        }

        @Override
        public void write(char[] characters, int offset, int length) throws IOException {
            written(session, () -> out.write(characters, offset, length));
        }

        @Override
        public void write(String text, int offset, int length) throws IOException {
            written(session, () -> out.write(text, offset, length));
        }

        @Override
        public void flush() throws IOException {
            written(session, out::flush);
        }

        @Override
        public void close() throws IOException {
            written(session, out::close);
        }
    }
}
