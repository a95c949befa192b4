package dev.jooqcache.internal.key;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.sql.Connection;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.jooq.ConnectionProvider;
import org.jooq.ExecuteContext;
import org.jooq.Field;
import org.jooq.Param;
import org.jooq.Query;
import org.jooq.ResultQuery;
import org.jooq.Select;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * The few things that jOOQ knows about an execution and does not tell in its public API of version 3.19.
 *
 * <p>{@code ExecuteContext.params()} is public from 3.20 on, and present but hidden in late 3.19; where it is missing the
 * bind values are extracted with {@code DSLContext.extractParams}' public sibling, which walks the query once more. The
 * connection provider of an execution, the connection that it has taken, the {@code keepStatement} and {@code fetchMany} flags
 * of a query and the fields that its columns are coerced to have no public accessor in any version.
 */
public final class JooqInternals {

    private static final @Nullable MethodHandle PARAMS = params();
    private static final MethodHandle PROVIDER =
            field("org.jooq.impl.DefaultExecuteContext", "connectionProvider", ConnectionProvider.class);
    private static final MethodHandle CONNECTION =
            field("org.jooq.impl.DefaultExecuteContext", "connection", Connection.class);
    private static final MethodHandle KEEP_STATEMENT =
            field("org.jooq.impl.AbstractQuery", "keepStatement", boolean.class);
    private static final MethodHandle MANY = field("org.jooq.impl.AbstractResultQuery", "many", boolean.class);
    private static final MethodHandle COERCED =
            field("org.jooq.impl.AbstractResultQuery", "coerceFields", Collection.class);
    private static final @Nullable Class<?> CONTEXT = type("org.jooq.impl.DefaultExecuteContext");
    private static final @Nullable Class<?> ABSTRACT_QUERY = type("org.jooq.impl.AbstractQuery");
    private static final @Nullable Class<?> ABSTRACT_RESULT_QUERY = type("org.jooq.impl.AbstractResultQuery");

    private JooqInternals() {}

    /**
     * Fails if jOOQ's internals cannot be read, rather than letting writes go unnoticed later.
     *
     * @throws IllegalStateException if they cannot; the message says what to do
     */
    public static void check() {
        // Loading this class has checked it; an error of its initialisation is told as it was meant.
    }

    /** The provider of the connection that an execution will use, or {@code null} for a context that is not jOOQ's. */
    public static @Nullable ConnectionProvider connectionProvider(ExecuteContext context) {
        if (CONTEXT == null || !CONTEXT.isInstance(context)) return null;
        return (ConnectionProvider) invoke(PROVIDER, context);
    }

    /** The connection that an execution has taken already, as a listener may have it do, or {@code null}. */
    public static @Nullable Connection connection(ExecuteContext context) {
        return CONTEXT == null || !CONTEXT.isInstance(context) ? null : (Connection) invoke(CONNECTION, context);
    }

    /** Returns whether {@link #params} tells what was rendered, so that there is one bind value for each marker. */
    public static boolean knowsParams() {
        return PARAMS != null;
    }

    /** The bind values of an execution in the order of their markers. */
    public static List<? extends Param<?>> params(ExecuteContext context, Query query) {
        if (PARAMS != null && CONTEXT != null && CONTEXT.isInstance(context))
            return List.of((Param<?>[]) invoke(PARAMS, context));
        return DSL.using(context.configuration()).extractParams(query).values().stream()
                .filter(param -> !param.isInline())
                .toList();
    }

    /** Returns whether the query's statement stays open after its execution. */
    public static boolean keepsStatement(Query query) {
        return ABSTRACT_QUERY != null && ABSTRACT_QUERY.isInstance(query) && (boolean) invoke(KEEP_STATEMENT, query);
    }

    /** Returns whether the query is executed by {@code fetchMany}. */
    public static boolean fetchesMany(Query query) {
        return ABSTRACT_RESULT_QUERY != null
                && ABSTRACT_RESULT_QUERY.isInstance(query)
                && (boolean) invoke(MANY, query);
    }

    /** The fields that the columns of a query are read as; none if only the database tells. */
    static List<? extends Field<?>> columns(ResultQuery<?> query) {
        Collection<? extends Field<?>> coerced = coerced(query);
        if (coerced != null && !coerced.isEmpty()) return List.copyOf(coerced);
        // The other way makes a derived table of the query, and renders it in order to name that.
        return query instanceof Select<?> select ? select.getSelect() : Arrays.asList(query.fields());
    }

    @SuppressWarnings("unchecked")
    private static @Nullable Collection<? extends Field<?>> coerced(ResultQuery<?> query) {
        if (ABSTRACT_RESULT_QUERY == null || !ABSTRACT_RESULT_QUERY.isInstance(query)) return null;
        return (Collection<? extends Field<?>>) invoke(COERCED, query);
    }

    private static Object invoke(MethodHandle handle, Object on) {
        try {
            return handle.invoke(on);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static @Nullable Class<?> type(String name) {
        try {
            return Class.forName(name, false, DSL.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            return null;
        }
    }

    private static @Nullable MethodHandle params() {
        try {
            Lookup lookup = MethodHandles.lookup();
            return lookup.findVirtual(ExecuteContext.class, "params", MethodType.methodType(Param[].class));
        } catch (NoSuchMethodException | IllegalAccessException notInThisVersion) {
            try {
                Class<?> context = Class.forName("org.jooq.impl.DefaultExecuteContext");
                Method hidden = context.getDeclaredMethod("params");
                hidden.setAccessible(true);
                return MethodHandles.lookup().unreflect(hidden);
            } catch (ReflectiveOperationException | RuntimeException e) {
                return null;
            }
        }
    }

    private static MethodHandle field(String type, String name, Class<?> of) {
        try {
            var field = Class.forName(type).getDeclaredField(name);
            if (field.getType() != of) throw new NoSuchFieldException(type + "." + name + " is a " + field.getType());
            field.setAccessible(true);
            return MethodHandles.lookup().unreflectGetter(field);
        } catch (ReflectiveOperationException | RuntimeException e) {
            throw new IllegalStateException(
                    "jooq-cache must read " + type + "." + name + ": put jOOQ (3.19 to 3.21) on the class path, or, on"
                            + " the module path, add --add-opens org.jooq/org.jooq.impl=" + ownModule(),
                    e);
        }
    }

    private static String ownModule() {
        Module own = JooqInternals.class.getModule();
        return own.isNamed() ? own.getName() : "ALL-UNNAMED";
    }
}
