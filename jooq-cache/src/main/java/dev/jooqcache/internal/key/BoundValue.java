package dev.jooqcache.internal.key;

import dev.jooqcache.internal.entry.Values;
import dev.jooqcache.internal.entry.Values.Canonical;
import dev.jooqcache.internal.entry.Values.UnknownValueException;
import dev.jooqcache.internal.replay.ReplayConnection;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jooq.Configuration;
import org.jooq.ConnectionProvider;
import org.jooq.DataType;
import org.jooq.Param;
import org.jspecify.annotations.Nullable;

/**
 * What a binding of the user's sends for a value.
 *
 * <p>Such a binding can have a state of its own and send anything, so its value alone does not tell. It is run once more,
 * on a statement that notes the calls and behaves as the one of a hit; if it fails there, or sends something that cannot
 * be represented exactly, the query is not cached.
 */
public final class BoundValue {

    private static final String SQL = "?";
    private static final String OWN = "org.jooq.impl.DefaultBinding$";

    private BoundValue() {}

    /** Returns whether a binding that is not jOOQ's own takes part in sending values of the type. */
    public static boolean isUsersOwn(DataType<?> type) {
        for (DataType<?> part = type; part != null; part = part.getArrayComponentDataType()) {
            String binding = part.getBinding().getClass().getName();
            // An anonymous class in there combines a user's binding with a converter.
            if (!binding.startsWith(OWN) || Character.isDigit(binding.charAt(OWN.length()))) return true;
        }
        return false;
    }

    /**
     * The calls that the binding makes.
     *
     * @param onArgument sees every argument
     * @throws UnknownValueException if they cannot be represented exactly
     */
    @SuppressWarnings("removal") // There is no other public way to run a binding.
    static Canonical of(Param<?> param, Configuration configuration, Consumer<@Nullable Object> onArgument) {
        List<Canonical> calls = new ArrayList<>();
        try {
            PreparedStatement statement = ReplayConnection.statement(SQL, new NoConnection());
            PreparedStatement noting = (PreparedStatement) Proxy.newProxyInstance(
                    BoundValue.class.getClassLoader(),
                    new Class<?>[] {PreparedStatement.class},
                    (proxy, method, arguments) -> {
                        Object answer = call(statement, method, arguments);
                        if (arguments != null && method.getName().startsWith("set")) {
                            Arrays.asList(arguments).forEach(onArgument);
                            calls.add(note(method, arguments));
                        }
                        return answer;
                    });
            configuration.dsl().bindContext(noting).visit(param);
        } catch (UnknownValueException e) {
            throw e;
        } catch (SQLException | RuntimeException e) {
            if (cause(e) instanceof UnknownValueException unknown) throw unknown;
            throw new UnknownValueException(param.getBinding().getClass());
        }
        return new Canonical(param.getBinding().getClass().getName(), calls);
    }

    private static Throwable cause(Throwable e) {
        Throwable cause = e;
        while (cause.getCause() != null) cause = cause.getCause();
        return cause;
    }

    private static @Nullable Object call(PreparedStatement statement, Method method, @Nullable Object[] arguments)
            throws Throwable {
        try {
            return method.invoke(statement, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
    }

    private static Canonical note(Method method, @Nullable Object[] arguments) {
        List<@Nullable Object> content = new ArrayList<>();
        for (Class<?> type : method.getParameterTypes()) content.add(type.getName());
        for (Object argument : arguments) content.add(Values.canonical(argument));
        return new Canonical(method.getName(), content);
    }

    /** A binding that needs a connection of its own is not known to send the same each time. */
    private static final class NoConnection implements ConnectionProvider {
        @Override
        public Connection acquire() {
            throw new UnsupportedOperationException("no connection while the key is made");
        }

        @Override
        public void release(Connection connection) {}
    }
}
