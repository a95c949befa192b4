package dev.jooqcache.internal.transaction;

import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.jooq.SQLDialect;

/**
 * Whether a transaction is under way, as the driver knows it without asking the server. Autocommit alone does not tell:
 * PostgreSQL's driver and those of MySQL's family leave it on in an XA branch, and whatever was begun in SQL.
 */
final class OpenTransactions {

    private static final int MARIADB_IN_TRANSACTION = 1;

    /** Nothing but autocommit is known. */
    private static final Probe UNKNOWN = connection -> false;

    /** How a driver is asked. Looking that up takes longer than asking. */
    private static final ClassValue<Probe> PROBES = new ClassValue<>() {
        @Override
        protected Probe computeValue(Class<?> driver) {
            try {
                return probe(driver);
            } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
                // Another version of the driver; then autocommit is all that is known.
                return UNKNOWN;
            }
        }
    };

    private OpenTransactions() {}

    /** Whether the driver's connection is certainly outside any transaction. */
    static boolean isOutside(Connection physical) {
        try {
            return physical.getAutoCommit() && !isSeenByServer(physical);
        } catch (SQLException | RuntimeException | LinkageError e) {
            return false;
        }
    }

    /** Whether a driver that is known to tell says that its connection is outside any transaction. */
    static boolean isToldOutside(Connection physical) {
        String driver = physical.getClass().getName();
        // H2's autocommit is off from any BEGIN to its end. That of MySQL's driver is its own, whatever SQL has set.
        boolean tells = driver.equals("org.h2.jdbc.JdbcConnection")
                || (!driver.startsWith("com.mysql.") && PROBES.get(physical.getClass()) != UNKNOWN);
        return tells && isOutside(physical);
    }

    /** Whether code in the database can leave a transaction open on a connection in autocommit, or end one that SQL began. */
    static boolean mayBeginInCode(SQLDialect dialect) {
        return switch (dialect.family()) {
            case MYSQL, MARIADB -> true;
            default -> false;
        };
    }

    /** Whether the driver is one that the server tells whether a transaction is under way. */
    static boolean isTelling(Connection physical) {
        return PROBES.get(physical.getClass()) != UNKNOWN;
    }

    /** Whether the server has told the driver that a transaction is under way, where drivers can be asked that. */
    static boolean isSeenByServer(Connection physical) {
        try {
            return PROBES.get(physical.getClass()).isInTransaction(physical);
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            // A connection that is closed, for instance.
            return false;
        }
    }

    private static Probe probe(Class<?> driver) throws ReflectiveOperationException {
        String name = driver.getName();
        if (name.startsWith("org.postgresql.")) {
            Method state = driver.getMethod("getTransactionState");
            return connection -> !state.invoke(connection).toString().equals("IDLE");
        }
        if (name.startsWith("org.mariadb.jdbc.")) {
            Path path = new Path(
                    driver.getMethod("getContext"),
                    method(driver, "org.mariadb.jdbc.client.Context", "getServerStatus"));
            return connection -> ((Integer) path.follow(connection) & MARIADB_IN_TRANSACTION) != 0;
        }
        if (name.startsWith("com.mysql.cj.jdbc.")) {
            Path path = new Path(
                    method(driver, "com.mysql.cj.jdbc.JdbcConnection", "getSession"),
                    method(driver, "com.mysql.cj.Session", "getServerSession"),
                    method(driver, "com.mysql.cj.protocol.ServerSession", "inTransactionOnServer"));
            return connection -> (Boolean) path.follow(connection);
        }
        return UNKNOWN;
    }

    private static Method method(Class<?> driver, String type, String name) throws ReflectiveOperationException {
        return Class.forName(type, false, driver.getClassLoader()).getMethod(name);
    }

    private interface Probe {
        boolean isInTransaction(Connection connection) throws ReflectiveOperationException;
    }

    /** Getters, each of what the one before has answered. */
    private record Path(List<Method> getters) {
        Path(Method... getters) {
            this(List.of(getters));
        }

        Object follow(Object from) throws ReflectiveOperationException {
            Object at = from;
            for (Method getter : getters) at = getter.invoke(at);
            return at;
        }
    }
}
