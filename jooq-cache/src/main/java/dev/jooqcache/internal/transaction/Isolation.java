package dev.jooqcache.internal.transaction;

import java.sql.Connection;
import org.jooq.SQLDialect;

/** What the isolation levels of the databases mean for a read (rules P8 to P10). */
final class Isolation {

    /** H2's and SQL Server's level SNAPSHOT, which JDBC does not define. */
    static final int SNAPSHOT_OF_H2 = 6;

    private Isolation() {}

    /** Which state of the database a statement reads. */
    enum View {
        /** What is committed when the statement begins. */
        NEWEST,
        /** What was committed when the transaction took its snapshot, with its first read or write at the latest. */
        SNAPSHOT,
        /** The same, but each table, or each database, has a snapshot of its own, which a hit does not take. */
        SNAPSHOT_OF_EACH_TABLE,
        /** Not known, uncommitted rows, or rows that are locked by being read: every statement must run. */
        NONE;

        /** What a statement reads that is a transaction by itself. */
        static View outside(int level, SQLDialect dialect) {
            return inside(level, dialect) == NONE ? NONE : NEWEST;
        }

        /** What a statement reads within a transaction. */
        static View inside(int level, SQLDialect dialect) {
            return switch (dialect.family()) {
                case SQLITE -> sqlite(level);
                case DUCKDB, TRINO -> NONE;
                case YUGABYTEDB -> level == Connection.TRANSACTION_READ_COMMITTED ? SNAPSHOT_OF_EACH_TABLE : of(level);
                case POSTGRES, MYSQL, MARIADB -> of(level);
                case H2 -> level == Connection.TRANSACTION_REPEATABLE_READ ? SNAPSHOT_OF_EACH_TABLE : of(level);
                default -> level == Connection.TRANSACTION_READ_COMMITTED ? NEWEST : NONE;
            };
        }

        private static View of(int level) {
            return switch (level) {
                case Connection.TRANSACTION_READ_COMMITTED -> NEWEST;
                case Connection.TRANSACTION_REPEATABLE_READ, SNAPSHOT_OF_H2 -> SNAPSHOT;
                default -> NONE;
            };
        }

        /**
         * Whatever the level is called: one snapshot of the whole file, which is also what SERIALIZABLE needs, since a
         * transaction that is not at the newest state cannot write.
         */
        private static View sqlite(int level) {
            return switch (level) {
                case Connection.TRANSACTION_READ_COMMITTED,
                        Connection.TRANSACTION_REPEATABLE_READ,
                        Connection.TRANSACTION_SERIALIZABLE -> SNAPSHOT;
                default -> NONE;
            };
        }
    }
}
