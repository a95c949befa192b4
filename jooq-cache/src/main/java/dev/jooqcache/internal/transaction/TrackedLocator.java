package dev.jooqcache.internal.transaction;

import dev.jooqcache.internal.transaction.Session.SqlCall;
import dev.jooqcache.internal.transaction.Session.VoidCall;
import dev.jooqcache.spi.Tags;
import java.io.FilterOutputStream;
import java.io.FilterWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Writer;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Blob;
import java.sql.Clob;
import java.sql.NClob;
import java.sql.Ref;
import java.sql.SQLException;
import java.sql.SQLXML;
import java.util.List;
import java.util.Optional;
import org.jooq.SQLDialect;
import org.jspecify.annotations.Nullable;

/**
 * A large object, XML value or reference of a result, through which the database's content can be written: its writes
 * pass through the session.
 */
final class TrackedLocator implements InvocationHandler {

    /** The most special one first. */
    private static final List<Class<?>> LOCATORS =
            List.of(Blob.class, NClob.class, Clob.class, SQLXML.class, Ref.class);

    /** Which rows, or whether any, refer to it is not known. */
    private static final Effect WRITE = new Effect(Effect.Kind.WRITE, Tags.everything());

    private final Object raw;
    private final Session session;

    private TrackedLocator(Object raw, Session session) {
        this.raw = raw;
        this.session = session;
    }

    /** The value itself, if nothing can be written through it. */
    @SuppressWarnings("unchecked")
    static <T extends @Nullable Object> T of(T value, Session session) {
        if (value == null || !isContent(session.source().dialect())) return value;
        for (Class<?> locator : LOCATORS)
            if (locator.isInstance(value))
                return (T) Proxy.newProxyInstance(
                        TrackedLocator.class.getClassLoader(),
                        new Class<?>[] {locator},
                        new TrackedLocator(value, session));
        return value;
    }

    /** Whether a large object in a result is the database's own rather than a copy, or may be. */
    private static boolean isContent(SQLDialect dialect) {
        return switch (dialect.family()) {
            case H2, MYSQL, MARIADB, SQLITE -> false;
            default -> true;
        };
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
        String name = method.getName();
        if (name.equals("equals")) return arguments != null && proxy == arguments[0];
        if (!name.startsWith("set") && !name.equals("truncate")) return call(method, arguments);
        Object answer = written(session, () -> Optional.ofNullable(call(method, arguments)))
                .orElse(null);
        if (answer instanceof OutputStream stream) return new Stream(stream, session);
        return answer instanceof Writer writer ? new Characters(writer, session) : answer;
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
