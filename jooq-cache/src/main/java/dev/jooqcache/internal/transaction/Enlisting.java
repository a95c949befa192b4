package dev.jooqcache.internal.transaction;

import java.lang.reflect.InvocationTargetException;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Whether the connections of a data source can take part in global transactions. */
enum Enlisting {
    /** They are the driver's own or a plain pool's, which enlist none. */
    NEVER,
    /** They may. */
    POSSIBLE;

    private static final String NARAYANA_DRIVER = "jdbc:arjuna:";

    /**
     * Tells it of a data source.
     *
     * @param identity the pool, or whatever stands for the data source
     * @param plainPools the classes of pools that enlist nothing by themselves
     */
    static Enlisting of(Object identity, Set<String> plainPools) {
        boolean plain = plainPools.contains(identity.getClass().getName())
                && !(property(identity, "getDataSource") instanceof DataSource)
                && !isTransactional(property(identity, "getJdbcUrl"))
                && !isTransactional(property(identity, "getUrl"));
        return plain ? NEVER : POSSIBLE;
    }

    private static boolean isTransactional(@Nullable Object url) {
        return url instanceof String text && text.startsWith(NARAYANA_DRIVER);
    }

    private static @Nullable Object property(Object pool, String getter) {
        try {
            return pool.getClass().getMethod(getter).invoke(pool);
        } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException e) {
            return null;
        }
    }
}
