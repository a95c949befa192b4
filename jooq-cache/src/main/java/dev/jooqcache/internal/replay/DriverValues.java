package dev.jooqcache.internal.replay;

import dev.jooqcache.internal.entry.Values;
import dev.jooqcache.internal.entry.Values.Canonical;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The objects of PostgreSQL's driver that stand for a type and a text: rows, intervals, ranges, geometric types and
 * whatever else it has no better class for.
 *
 * <p>They are recorded as class, type and text, and made anew for every reader, as they can be changed. An object that
 * is not the same when made anew is not recorded. The driver is not needed to compile or to run.
 */
final class DriverValues {

    private static final Set<String> CLASSES = Set.of(
            "org.postgresql.util.PGobject",
            "org.postgresql.util.PGInterval",
            "org.postgresql.util.PGmoney",
            "org.postgresql.geometric.PGbox",
            "org.postgresql.geometric.PGcircle",
            "org.postgresql.geometric.PGline",
            "org.postgresql.geometric.PGlseg",
            "org.postgresql.geometric.PGpath",
            "org.postgresql.geometric.PGpoint",
            "org.postgresql.geometric.PGpolygon");

    private DriverValues() {}

    /** The form in which a value is recorded: itself, unless it is one of the driver's. */
    static @Nullable Object freeze(@Nullable Object value) {
        if (value == null || Values.isRecordable(value)) return value;
        if (value instanceof Object[] elements && value.getClass() == Object[].class) return freezeElements(elements);
        String type = value.getClass().getName();
        if (!CLASSES.contains(type)) return value;
        try {
            Canonical frozen = new Canonical(type, List.of(text(value, "getType"), text(value, "getValue")));
            Object anew = make(frozen);
            boolean same = anew.getClass() == value.getClass()
                    && anew.equals(value)
                    && frozen.content().equals(List.of(text(anew, "getType"), text(anew, "getValue")));
            return same ? frozen : value;
        } catch (ReflectiveOperationException | RuntimeException e) {
            return value;
        }
    }

    private static Object freezeElements(Object[] elements) {
        @Nullable Object[] frozen = new Object[elements.length];
        for (int i = 0; i < elements.length; i++) frozen[i] = freeze(elements[i]);
        return frozen;
    }

    /** A recorded value as its reader gets it: what can be changed is a copy. */
    static @Nullable Object thaw(@Nullable Object recorded) {
        if (recorded instanceof Canonical frozen) return make(frozen);
        if (!(recorded instanceof Object[] elements) || recorded.getClass() != Object[].class)
            return Values.copy(recorded);
        @Nullable Object[] thawed = new Object[elements.length];
        for (int i = 0; i < elements.length; i++) thawed[i] = thaw(elements[i]);
        return thawed;
    }

    private static Object make(Canonical frozen) {
        try {
            if (!CLASSES.contains(frozen.type())) throw new ClassNotFoundException(frozen.type());
            Class<?> type = Class.forName(frozen.type());
            Object made = type.getConstructor().newInstance();
            type.getMethod("setType", String.class)
                    .invoke(made, frozen.content().get(0));
            type.getMethod("setValue", String.class)
                    .invoke(made, frozen.content().get(1));
            return made;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Object text(Object value, String getter) throws ReflectiveOperationException {
        Method method = value.getClass().getMethod(getter);
        Object text = method.invoke(value);
        if (text == null) throw new IllegalStateException("no text");
        return text;
    }
}
