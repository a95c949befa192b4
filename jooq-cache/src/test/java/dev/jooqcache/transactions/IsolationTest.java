package dev.jooqcache.transactions;

import static dev.jooqcache.testing.Books.hits;
import static dev.jooqcache.testing.Books.name;
import static dev.jooqcache.testing.Books.rename;
import static dev.jooqcache.testing.Books.retitle;
import static dev.jooqcache.testing.Books.title;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.selectCount;
import static org.jooq.impl.DSL.table;

import dev.jooqcache.BypassReason;
import dev.jooqcache.CacheStats;
import dev.jooqcache.testing.Books;
import dev.jooqcache.testing.Catalogue;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.ResultQuery;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.Tag;

/** A transaction with a snapshot sees nothing newer, and gives nothing older to others (T4). */
@Tag("T4")
class IsolationTest {

    private static final int H2_SNAPSHOT = 6;

    private static List<Integer> snapshotLevels(Database database) {
        return database == Database.H2
                ? List.of(Connection.TRANSACTION_REPEATABLE_READ, H2_SNAPSHOT)
                : List.of(Connection.TRANSACTION_REPEATABLE_READ);
    }

    /** Two tables without foreign keys between them, so that no database ties their snapshots together. */
    private static Fixture twoTables(Database database) {
        return Fixture.empty(database)
                .with(
                        "create table a (v int)",
                        "create table b (v int)",
                        "insert into a values (0)",
                        "insert into b values (0)");
    }

    private static ResultQuery<? extends Record> value(DSLContext dsl, String table) {
        return dsl.select(field("v", Integer.class)).from(table(table));
    }

    private static int read(DSLContext dsl, String table) {
        return value(dsl, table).fetch().get(0).get(0, Integer.class);
    }

    private static void write(DSLContext dsl, String table, int value) {
        dsl.update(table(table)).set(field("v", Integer.class), value).execute();
    }

    @TransactionTest
    void fetch_entryNewerThanSnapshot_isNotServed(Database database, Style style) {
        for (int level : snapshotLevels(database)) {
            try (Fixture f = Fixture.catalogue(database);
                    OpenTransaction tx = new OpenTransaction(style, f, level)) {
                DSLContext outside = style.outside(f);
                title(outside);
                tx.run(dsl -> assertThat(title(dsl)).isEqualTo("1984"));
                retitle(outside, "new");
                assertThat(title(outside)).isEqualTo("new");
                assertThat(title(outside)).isEqualTo("new");
                CacheStats done =
                        f.during(() -> tx.run(dsl -> assertThat(title(dsl)).isEqualTo("1984")));
                assertThat(done.notStored(BypassReason.SNAPSHOT)).isEqualTo(1);
                assertThat(title(outside)).as("the old rows were not published").isEqualTo("new");
                tx.commit();
                assertThat(title(outside)).isEqualTo("new");
                f.assertFresh(Books::titles);
            }
        }
    }

    @TransactionTest
    void fetch_oldSnapshotOfUncachedTable_isNotPublished(Database database, Style style) {
        for (int level : snapshotLevels(database)) {
            try (Fixture f = Fixture.catalogue(database);
                    OpenTransaction tx = new OpenTransaction(style, f, level)) {
                DSLContext outside = style.outside(f);
                // Takes the snapshot; books and authors are tied by a foreign key.
                tx.run(dsl -> assertThat(name(dsl)).isEqualTo("Orwell"));
                tx.run(dsl -> title(f.cache.with(dsl, dev.jooqcache.CacheHint.bypass())));
                retitle(outside, "new");
                tx.run(dsl -> assertThat(title(dsl)).isEqualTo("1984"));
                assertThat(title(outside)).isEqualTo("new");
                tx.commit();
                assertThat(title(outside)).isEqualTo("new");
                f.assertFresh(Books::titles);
            }
        }
    }

    /** H2 takes the snapshot when the savepoint is set, the others when the first query is sent. */
    @TransactionTest
    void fetch_snapshotTakenByASavepoint_isNotPublished(Database database, Style style) {
        for (int level : snapshotLevels(database)) {
            try (Fixture f = Fixture.catalogue(database);
                    OpenTransaction tx = new OpenTransaction(style, f, level)) {
                DSLContext outside = style.outside(f);
                title(outside);
                tx.nested(dsl -> {
                    CompletableFuture.runAsync(() -> retitle(outside, "new")).join();
                    title(dsl);
                });
                assertThat(title(outside)).isEqualTo("new");
                tx.commit();
                assertThat(title(outside)).isEqualTo("new");
                f.assertFresh(Books::titles);
            }
        }
    }

    /** The same by the driver's questions on the catalog. */
    @DatabaseTest
    void fetch_snapshotTakenByMetaData_isNotPublished(Database database) throws SQLException {
        for (int level : snapshotLevels(database)) {
            try (Fixture f = Fixture.catalogue(database);
                    Connection connection = f.tracked.getConnection()) {
                title(f.dsl);
                connection.setTransactionIsolation(level);
                connection.setAutoCommit(false);
                connection.getMetaData().getTables(null, null, "book", null).close();
                retitle(f.dsl, "new");
                title(f.cache
                        .derive(DSL.using(connection, database.dialect()).configuration())
                        .dsl());
                assertThat(title(f.dsl)).isEqualTo("new");
                connection.commit();
                connection.setAutoCommit(true);
                f.assertFresh(Books::titles);
            }
        }
    }

    @TransactionTest
    void fetch_inSnapshotThatIsCurrent_isHit(Database database, Style style) {
        for (int level : snapshotLevels(database)) {
            // A hit would not fix the snapshot of the table there.
            if (database == Database.H2 && level == Connection.TRANSACTION_REPEATABLE_READ) continue;
            try (Fixture f = Fixture.catalogue(database);
                    OpenTransaction tx = new OpenTransaction(style, f, level)) {
                DSLContext outside = style.outside(f);
                title(outside);
                tx.run(dsl -> title(dsl));
                assertThat(hits(f, () -> tx.run(dsl -> assertThat(title(dsl)).isEqualTo("1984"))))
                        .isEqualTo(1);
            }
        }
    }

    @TransactionTest
    void fetch_afterHitOnTableThatIsThenWritten_isRepeatable(Database database, Style style) {
        for (int level : snapshotLevels(database)) {
            try (Fixture f = twoTables(database);
                    OpenTransaction tx = new OpenTransaction(style, f, level)) {
                DSLContext outside = style.outside(f);
                read(outside, "a");
                read(outside, "b");
                tx.run(dsl -> read(dsl, "a"));
                int first = tx.ask(scope -> read(scope.dsl(), "b"));
                write(outside, "b", 1);
                int second = tx.ask(scope -> read(scope.dsl(), "b"));
                assertThat(second).as("level %s", level).isEqualTo(first);
                assertThat(read(outside, "b")).isEqualTo(1);
            }
        }
    }

    @TransactionTest
    void fetch_beforeTheSnapshotIsTaken_doesNotContradictIt(Database database, Style style) {
        for (int level : snapshotLevels(database)) {
            try (Fixture f = twoTables(database);
                    OpenTransaction tx = new OpenTransaction(style, f, level)) {
                DSLContext outside = style.outside(f);
                read(outside, "b");
                // Nothing was sent to the database yet when b is read: a hit would not fix the snapshot.
                int first = tx.ask(scope -> read(scope.dsl(), "b"));
                write(outside, "b", 1);
                int second = tx.ask(scope -> read(scope.dsl(), "b"));
                assertThat(second).as("level %s", level).isEqualTo(first);
            }
        }
    }

    @TransactionTest
    void fetch_serializable_alwaysRuns(Database database, Style style) {
        try (Fixture f = Fixture.catalogue(database);
                OpenTransaction tx = new OpenTransaction(style, f, Connection.TRANSACTION_SERIALIZABLE)) {
            title(style.outside(f));
            CacheStats done = f.during(() -> {
                tx.run(Books::title);
                tx.run(Books::title);
            });
            assertThat(done.bypasses(BypassReason.ISOLATION)).isEqualTo(2);
            assertThat(done.hits() + done.stores()).isZero();
        }
    }

    @TransactionTest
    void commit_ofTwoSerializableTransactionsInConflict_failsOnPostgresDespiteTheCache(Database database, Style style) {
        // Only PostgreSQL detects the conflict by what was read.
        if (database != Database.POSTGRESQL) return;
        try (Fixture f = twoTables(database);
                OpenTransaction one = new OpenTransaction(style, f, Connection.TRANSACTION_SERIALIZABLE);
                OpenTransaction two = new OpenTransaction(style, f, Connection.TRANSACTION_SERIALIZABLE)) {
            DSLContext outside = style.outside(f);
            read(outside, "a");
            read(outside, "b");
            one.run(dsl -> write(dsl, "b", read(dsl, "a") + 1));
            two.run(dsl -> write(dsl, "a", read(dsl, "b") + 1));
            one.commit();
            assertThatThrownBy(two::commit).isInstanceOf(Exception.class);
            assertThat(read(outside, "a")).isEqualTo(0);
            assertThat(read(outside, "b")).isEqualTo(1);
            f.assertFresh(dsl -> value(dsl, "a"));
            f.assertFresh(dsl -> value(dsl, "b"));
            f.warm(dsl -> value(dsl, "a"));
        }
    }

    @TransactionTest
    void update_inSnapshotTransaction_isPublishedAtCommit(Database database, Style style) {
        for (int level : snapshotLevels(database)) {
            try (Fixture f = Fixture.catalogue(database);
                    OpenTransaction tx = new OpenTransaction(style, f, level)) {
                DSLContext outside = style.outside(f);
                title(outside);
                tx.run(dsl -> {
                    title(dsl);
                    name(dsl);
                    retitle(dsl, "new");
                    assertThat(title(dsl)).isEqualTo("new");
                });
                rename(outside, "renamed");
                tx.run(dsl -> assertThat(name(dsl)).isEqualTo("Orwell"));
                assertThat(title(outside)).isEqualTo("1984");
                tx.commit();
                assertThat(title(outside)).isEqualTo("new");
                assertThat(name(outside)).isEqualTo("renamed");
                f.assertFresh(Books::titles);
                f.assertFresh(Books::names);
            }
        }
    }

    @TransactionTest
    void failedUpdate_ofRowNewerThanSnapshot_leavesNothingStale(Database database, Style style) {
        for (int level : snapshotLevels(database)) {
            try (Fixture f = refusingLateUpdates(database);
                    OpenTransaction tx = new OpenTransaction(style, f, level)) {
                DSLContext outside = style.outside(f);
                title(outside);
                tx.run(Books::title);
                retitle(outside, "new");
                assertThatThrownBy(() -> tx.run(dsl -> retitle(dsl, "late"))).isInstanceOf(DataAccessException.class);
                tx.rollback();
                assertThat(title(outside)).isEqualTo("new");
                f.assertFresh(Books::titles);
            }
        }
    }

    /** MariaDB 11.4 updates the newer row unless it is told not to, as later versions are by default. */
    private static Fixture refusingLateUpdates(Database database) {
        String refuse = database == Database.MARIADB ? "set session innodb_snapshot_isolation = on" : null;
        return Fixture.empty(database, pool -> pool.setConnectionInitSql(refuse), settings -> {})
                .with(Catalogue.DDL);
    }

    @DatabaseTest
    void isolationSetInSql_isNotMistakenForReadCommitted(Database database) {
        // H2 knows the statement for the session only; MariaDB does not change a transaction under way.
        if (database != Database.POSTGRESQL) return;
        try (Fixture f = Fixture.catalogue(database);
                OpenTransaction tx = new OpenTransaction(Style.JOOQ, f)) {
            title(f.dsl);
            tx.run(dsl -> dsl.execute("set transaction isolation level repeatable read"));
            tx.run(dsl -> assertThat(title(dsl)).isEqualTo("1984"));
            retitle(f.dsl, "new");
            title(f.dsl);
            tx.run(dsl -> assertThat(title(dsl)).isEqualTo("1984"));
            assertThat(title(f.dsl)).isEqualTo("new");
        }
    }

    @TransactionTest
    void aggregate_inSnapshot_isRepeatable(Database database, Style style) {
        for (int level : snapshotLevels(database)) {
            try (Fixture f = twoTables(database);
                    OpenTransaction tx = new OpenTransaction(style, f, level)) {
                int first = tx.ask(scope -> scope.dsl().fetchCount(table("a")));
                style.outside(f).execute("insert into a values (5)");
                assertThat(style.outside(f).fetchCount(table("a"))).isEqualTo(2);
                int second = tx.ask(scope -> scope.dsl().fetchCount(table("a")));
                assertThat(second).isEqualTo(first);
                assertThat(style.outside(f).fetchValue(selectCount().from(table("a"))))
                        .isEqualTo(2);
            }
        }
    }
}
