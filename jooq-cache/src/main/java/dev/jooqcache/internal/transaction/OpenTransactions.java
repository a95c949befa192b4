package dev.jooqcache.internal.transaction;

import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whether a transaction is under way, as the driver knows it without asking the server. Autocommit alone does not tell:
 * PostgreSQL's driver and those of MySQL's family leave it on in an XA branch, and whatever was begun in SQL.
 */
final class OpenTransactions {

    private static final int MARIADB_IN_TRANSACTION = 1;

    private static final int MORE_RESULTS = 8;

    /** Where drivers show the server status. */
    private static final ClassValue<Status> STATUS = new ClassValue<>() {
        @Override
        protected Status computeValue(Class<?> driver) {
            try {
                return status(driver);
            } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
                return Status.UNTOLD;
            }
        }
    };

    /** Nothing but autocommit is known. */
    private static final Probe UNKNOWN = connection -> Word.NOTHING;

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

    /** The getter of the session of an H2 connection, if this version has one. */
    private static final ClassValue<Optional<Method>> H2_SESSION = new ClassValue<>() {
        @Override
        protected Optional<Method> computeValue(Class<?> driver) {
            try {
                return Optional.of(driver.getMethod("getSession"));
            } catch (ReflectiveOperationException | LinkageError e) {
                return Optional.empty();
            }
        }
    };

    private OpenTransactions() {}

    /** Returns whether the driver's connection is certainly outside any transaction. */
    static boolean isOutside(Connection physical) {
        try {
            return physical.getAutoCommit() && !isSeenByServer(physical);
        } catch (SQLException | RuntimeException | LinkageError e) {
            return false;
        }
    }

    /** Returns whether a driver that is known to tell says that its connection is outside any transaction. */
    static boolean isToldOutside(Connection physical) {
        return tells(physical) && isOutside(physical);
    }

    /** Returns whether the driver shows a transaction, whatever code has begun or ended it. */
    static boolean tells(Connection physical) {
        // H2's autocommit is off from any BEGIN to its end, but a query brings none along from another process.
        if (isH2(physical.getClass().getName())) return !isRemoteH2(physical);
        return PROBES.get(physical.getClass()) != UNKNOWN;
    }

    /**
     * Returns whether a server that does not tell its driver answers that autocommit is on, so that no transaction is under
     * way. Not to
     * be called within a transaction of the user's.
     */
    static boolean isAnsweredOutside(Connection physical) {
        if (!isH2(physical.getClass().getName()) || tells(physical)) return false;
        return Question.answer(
                () -> {
                    if (!physical.getAutoCommit()) return false;
                    try (Statement statement = physical.createStatement();
                            ResultSet row = statement.executeQuery("CALL AUTOCOMMIT()")) {
                        return row.next() && row.getBoolean(1);
                    }
                },
                false);
    }

    /** Returns whether a connection of H2's leads to another process. */
    private static boolean isRemoteH2(Connection physical) {
        try {
            Object session = h2Session(physical);
            return session != null && session.getClass().getName().equals("org.h2.engine.SessionRemote");
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            return false;
        }
    }

    private static @Nullable Object h2Session(Connection physical) throws ReflectiveOperationException {
        return H2_SESSION.get(physical.getClass()).orElseThrow().invoke(physical);
    }

    /** Returns whether the server has told the driver that a transaction is under way, where drivers can be asked that. */
    static boolean isSeenByServer(Connection physical) {
        // H2's has one as long as rows are being read in autocommit.
        return !isH2(physical.getClass().getName()) && word(physical) == Word.UNDER_WAY;
    }

    /**
     * Returns whether the database certainly holds neither a write nor a snapshot of the session, so that what is begun from
     * now on
     * is one's own to roll back. With autocommit off nothing else tells whether a transaction has begun already.
     */
    static boolean isNoneUnderWay(Connection physical) {
        return word(physical) == Word.NONE;
    }

    /** When a statement in autocommit ends that has just answered. */
    static End end(Connection physical) {
        String driver = physical.getClass().getName();
        // PostgreSQL's driver reads the whole answer first; SQLite's end with its rows, which the session looks after.
        if (driver.startsWith("org.postgresql.") || driver.startsWith("org.sqlite.")) return End.WITH_ANSWER;
        if (isH2(driver)) return word(physical) == Word.UNDER_WAY ? End.WITH_ROWS : End.WITH_ANSWER;
        Path flags = STATUS.get(physical.getClass()).path();
        if (flags == null) return End.UNKNOWN;
        try {
            return ((Integer) flags.follow(physical) & MORE_RESULTS) == 0 ? End.WITH_ROWS : End.LATER;
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            return End.UNKNOWN;
        }
    }

    /**
     * Takes the results that are left of a text whose statement is closed. MariaDB's driver does so before it sends anything
     * else, be that in another session of the pool's; that of MySQL would give up the connection.
     */
    static void readOn(Connection physical) {
        if (!physical.getClass().getName().startsWith("org.mariadb.jdbc.") || end(physical) != End.LATER) return;
        Question.answer(() -> physical.isValid(0), false);
    }

    /** The server status that MySQL's protocol brings with each answer, where the driver shows it. */
    private static Status status(Class<?> driver) throws ReflectiveOperationException {
        String name = driver.getName();
        if (name.startsWith("org.mariadb.jdbc."))
            return new Status(new Path(
                    driver.getMethod("getContext"),
                    method(driver, "org.mariadb.jdbc.client.Context", "getServerStatus")));
        if (name.startsWith("com.mysql.cj.jdbc."))
            return new Status(new Path(
                    method(driver, "com.mysql.cj.jdbc.JdbcConnection", "getSession"),
                    method(driver, "com.mysql.cj.Session", "getServerSession"),
                    method(driver, "com.mysql.cj.protocol.ServerSession", "getStatusFlags")));
        return Status.UNTOLD;
    }

    private record Status(@Nullable Path path) {
        static final Status UNTOLD = new Status(null);
    }

    private static Word word(Connection physical) {
        try {
            return PROBES.get(physical.getClass()).ask(physical);
        } catch (SQLException | ReflectiveOperationException | RuntimeException | LinkageError e) {
            // A connection that is closed, for instance.
            return Word.NOTHING;
        }
    }

    private static boolean isH2(String driver) {
        return driver.equals("org.h2.jdbc.JdbcConnection");
    }

    private static Probe probe(Class<?> driver) throws ReflectiveOperationException {
        String name = driver.getName();
        if (name.startsWith("org.postgresql.")) {
            Method state = driver.getMethod("getTransactionState");
            return connection -> Word.of(!state.invoke(connection).toString().equals("IDLE"));
        }
        if (name.startsWith("org.mariadb.jdbc.")) {
            Path path = new Path(
                    driver.getMethod("getContext"),
                    method(driver, "org.mariadb.jdbc.client.Context", "getServerStatus"));
            return connection -> Word.of(((Integer) path.follow(connection) & MARIADB_IN_TRANSACTION) != 0);
        }
        if (name.startsWith("com.mysql.cj.jdbc.")) {
            Path session = new Path(
                    method(driver, "com.mysql.cj.jdbc.JdbcConnection", "getSession"),
                    method(driver, "com.mysql.cj.Session", "getServerSession"));
            Method begun = method(driver, "com.mysql.cj.protocol.ServerSession", "inTransactionOnServer");
            Method autoCommit = method(driver, "com.mysql.cj.protocol.ServerSession", "isAutocommit");
            return connection -> {
                Object of = session.follow(connection);
                // The driver's own autocommit does not follow what SQL has set.
                boolean off = connection.getAutoCommit() && !(Boolean) autoCommit.invoke(of);
                return Word.of((Boolean) begun.invoke(of) || off);
            };
        }
        return isH2(name) ? h2(driver) : UNKNOWN;
    }

    /** A session of a server in another process does not tell. */
    private static Probe h2(Class<?> driver) throws ReflectiveOperationException {
        Class<?> local = Class.forName("org.h2.engine.SessionLocal", false, driver.getClassLoader());
        Method held = local.getDeclaredMethod("hasTransaction");
        held.setAccessible(true);
        return connection -> {
            Object of = h2Session(connection);
            return local.isInstance(of) ? Word.of((Boolean) held.invoke(of)) : Word.NOTHING;
        };
    }

    private static Method method(Class<?> driver, String type, String name) throws ReflectiveOperationException {
        return Class.forName(type, false, driver.getClassLoader()).getMethod(name);
    }

    private interface Probe {
        Word ask(Connection connection) throws SQLException, ReflectiveOperationException;
    }

    /** When a statement ends. */
    enum End {
        /** It has ended. */
        WITH_ANSWER,
        /** At the latest when its rows have been read. */
        WITH_ROWS,
        /** Not before the next results have been taken. */
        LATER,
        /** Not known. */
        UNKNOWN
    }

    /** What a driver says of its connection's transaction. */
    private enum Word {
        /** Nothing, or nothing that holds. */
        NOTHING,
        NONE,
        UNDER_WAY;

        static Word of(boolean isUnderWay) {
            return isUnderWay ? UNDER_WAY : NONE;
        }
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
