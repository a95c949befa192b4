package dev.jooqcache.transactions;

import static dev.jooqcache.testing.Books.hits;
import static dev.jooqcache.testing.Books.retitle;
import static dev.jooqcache.testing.Books.title;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jooqcache.BypassReason;
import dev.jooqcache.testing.Books;
import dev.jooqcache.testing.Catalogue;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import dev.jooqcache.testing.InterceptedDataSource;
import dev.jooqcache.testing.NaivePool;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.jooq.DSLContext;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.Tag;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.transaction.support.TransactionTemplate;

/** What pools do with transactions, and commits that are not called so (T10). */
@Tag("T10")
class PoolTest {

    private static final String NEW = "update book set title = 'new' where id = 1";

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static DSLContext on(Fixture f, DataSource pool) {
        return f.on(f.cache.track(pool));
    }

    private static DSLContext on(Fixture f, Connection connection) {
        return f.cache
                .derive(DSL.using(connection, f.database.dialect()).configuration())
                .dsl();
    }

    @DatabaseTest
    void close_withOpenTransaction_isRollbackInHikari(Database database) throws SQLException {
        try (Fixture f = Fixture.catalogue(database)) {
            title(f.dsl);
            try (Connection connection = f.tracked.getConnection()) {
                connection.setAutoCommit(false);
                execute(connection, NEW);
                assertThat(title(on(f, connection))).isEqualTo("new");
            }
            assertThat(title(f.dsl)).isEqualTo("1984");
            f.assertFresh(Books::titles);
            // The pool has one idle connection, so it was seen outside its transaction by now.
            f.warm(Books::titles);
        }
    }

    @DatabaseTest
    void poolWithoutAutocommit_cachesAndSeesCommits(Database database) throws SQLException {
        try (Fixture f = Fixture.empty(database, pool -> pool.setAutoCommit(false), settings -> {})) {
            f.unseen.transaction(c -> {
                for (String sql : Catalogue.DDL) c.dsl().execute(sql);
            });
            assertThat(title(f.dsl)).isEqualTo("1984");
            assertThat(hits(f, () -> title(f.dsl))).isEqualTo(1);
            f.dsl.transaction(c -> {
                retitle(c.dsl(), "new");
                assertThat(title(c.dsl())).isEqualTo("new");
                assertThat(title(f.dsl)).isEqualTo("1984");
            });
            assertThat(title(f.dsl)).isEqualTo("new");
            assertThat(hits(f, () -> assertThat(title(f.dsl)).isEqualTo("new"))).isEqualTo(1);

            // Outside a transaction such a pool loses the update.
            retitle(f.dsl, "lost");
            assertThat(title(f.dsl)).isEqualTo("new");
            f.assertFresh(Books::titles);

            try (Connection connection = f.tracked.getConnection()) {
                execute(connection, "update book set title = 'newer' where id = 1");
                connection.commit();
            }
            assertThat(title(f.dsl)).isEqualTo("newer");
            f.assertFresh(Books::titles);
        }
    }

    /** Spring sets the connection to read-only for {@code @Transactional(readOnly = true)}, and the pool sets it back. */
    @DatabaseTest
    void readOnlyTransaction_isServed(Database database) {
        for (boolean autoCommit : new boolean[] {true, false})
            try (Fixture f = Fixture.empty(database, pool -> pool.setAutoCommit(autoCommit), settings -> {})) {
                f.unseen.transaction(c -> {
                    for (String sql : Catalogue.DDL) c.dsl().execute(sql);
                });
                title(f.dsl);
                TransactionTemplate reading = new TransactionTemplate(new DataSourceTransactionManager(f.tracked));
                reading.setReadOnly(true);
                DSLContext dsl = on(f, new TransactionAwareDataSourceProxy(f.tracked));
                for (int i = 0; i < 3; i++) reading.executeWithoutResult(status -> title(dsl));
                assertThat(hits(
                                f,
                                () -> reading.executeWithoutResult(status -> {
                                    title(dsl);
                                    title(dsl);
                                })))
                        .as("autocommit %s", autoCommit)
                        .isEqualTo(2);
            }
    }

    @DatabaseTest
    void setAutoCommitTrue_commits(Database database) throws SQLException {
        try (Fixture f = Fixture.catalogue(database)) {
            title(f.dsl);
            try (Connection connection = f.tracked.getConnection()) {
                connection.setAutoCommit(false);
                execute(connection, NEW);
                assertThat(title(f.dsl)).isEqualTo("1984");
                connection.setAutoCommit(true);
                assertThat(title(f.dsl)).isEqualTo("new");
                f.assertFresh(Books::titles);
            }
            f.warm(Books::titles);
        }
    }

    @DatabaseTest
    void beginAndCommitInSql_areATransaction(Database database) throws SQLException {
        try (Fixture f = Fixture.catalogue(database)) {
            title(f.dsl);
            try (Connection connection = f.tracked.getConnection()) {
                execute(connection, "begin");
                execute(connection, NEW);
                assertThat(title(on(f, connection))).isEqualTo("new");
                assertThat(title(on(f, connection))).isEqualTo("new");
                assertThat(hits(f, () -> assertThat(title(f.dsl)).isEqualTo("1984")))
                        .isEqualTo(1);
                execute(connection, "commit");
                assertThat(title(f.dsl)).isEqualTo("new");
                f.assertFresh(Books::titles);
                execute(connection, "begin");
                execute(connection, "update book set title = 'undone' where id = 1");
                execute(connection, "rollback");
                assertThat(hits(f, () -> assertThat(title(f.dsl)).isEqualTo("new")))
                        .isEqualTo(1);
            }
            f.warm(Books::titles);
        }
    }

    @DatabaseTest
    void startTransactionAndCommitOfJooq_areATransaction(Database database) throws SQLException {
        try (Fixture f = Fixture.catalogue(database);
                Connection connection = f.tracked.getConnection()) {
            title(f.dsl);
            DSLContext dsl = on(f, connection);
            // H2 has no START TRANSACTION, and jOOQ does not translate it.
            if (database == Database.H2) dsl.execute("begin");
            else dsl.startTransaction().execute();
            retitle(dsl, "new");
            assertThat(title(dsl)).isEqualTo("new");
            assertThat(title(f.dsl)).isEqualTo("1984");
            dsl.commit().execute();
            assertThat(title(f.dsl)).isEqualTo("new");
            f.assertFresh(Books::titles);
        }
    }

    @DatabaseTest
    void setAutoCommit_afterBeginInSql_hidesNothing(Database database) throws SQLException {
        for (boolean autoCommit : new boolean[] {true, false}) {
            try (Fixture f = Fixture.catalogue(database);
                    Connection connection = f.tracked.getConnection()) {
                title(f.dsl);
                execute(connection, "begin");
                execute(connection, NEW);
                connection.setAutoCommit(autoCommit);
                f.assertFresh(Books::titles);
                execute(connection, "update book set title = 'newer' where id = 1");
                f.assertFresh(Books::titles);
                execute(connection, "commit");
                f.assertFresh(Books::titles);
                execute(connection, "update book set title = 'newest' where id = 1");
                f.assertFresh(Books::titles);
                if (!connection.getAutoCommit()) connection.commit();
                f.assertFresh(Books::titles);
                connection.setAutoCommit(true);
                f.assertFresh(Books::titles);
            }
        }
    }

    @DatabaseTest
    void begin_withAutocommitOff_thenCommit_hidesNothing(Database database) throws SQLException {
        // H2 is in autocommit from then on, of which pools know nothing.
        try (Fixture f = Fixture.catalogue(database)) {
            AtomicReference<Runnable> whileAnswering = new AtomicReference<>(() -> {});
            DataSource pool = new InterceptedDataSource(f.pool) {
                @Override
                protected <T> T execute(String sql, Call<T> real) throws SQLException {
                    T answer = real.run();
                    if (sql.equals(NEW)) whileAnswering.get().run();
                    return answer;
                }
            };
            DSLContext dsl = on(f, pool);
            try (Connection connection = f.cache.track(pool).getConnection();
                    Statement statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                statement.execute("begin");
                connection.commit();
                title(dsl);
                whileAnswering.set(() -> assertThat(title(dsl)).isEqualTo(title(f.unseen)));
                try (PreparedStatement update = connection.prepareStatement(NEW)) {
                    update.executeUpdate();
                }
                assertThat(title(dsl)).isEqualTo(title(f.unseen));
                statement.addBatch("insert into book (id) values (1)");
                statement.addBatch("update book set title = 'newer' where id = 1");
                assertThatThrownBy(statement::executeBatch).isInstanceOf(BatchUpdateException.class);
                assertThat(title(dsl)).isEqualTo(title(f.unseen));
                connection.rollback();
                connection.setAutoCommit(true);
                assertThat(title(dsl)).isEqualTo(title(f.unseen));
            }
        }
    }

    @DatabaseTest
    void setAutoCommitFalseThenTrue_afterBeginInSql_hidesNothing(Database database) throws SQLException {
        try (Fixture f = Fixture.catalogue(database);
                Connection connection = f.tracked.getConnection()) {
            title(f.dsl);
            execute(connection, "begin");
            execute(connection, NEW);
            connection.setAutoCommit(false);
            f.assertFresh(Books::titles);
            connection.setAutoCommit(true);
            f.assertFresh(Books::titles);
            execute(connection, "update book set title = 'newer' where id = 1");
            f.assertFresh(Books::titles);
        }
    }

    @DatabaseTest
    void secondBegin_hidesNothing(Database database) throws SQLException {
        // The MySQL family commits the transaction under way.
        try (Fixture f = Fixture.catalogue(database);
                Connection connection = f.tracked.getConnection()) {
            title(f.dsl);
            connection.setAutoCommit(false);
            execute(connection, NEW);
            execute(connection, "begin");
            f.assertFresh(Books::titles);
            execute(connection, "update book set title = 'newer' where id = 1");
            f.assertFresh(Books::titles);
            connection.commit();
            f.assertFresh(Books::titles);
            connection.setAutoCommit(true);
            f.assertFresh(Books::titles);
        }
    }

    @DatabaseTest
    void ddl_thatCommits_hidesNothing(Database database) throws SQLException {
        // H2 and the MySQL family commit the transaction under way.
        try (Fixture f = Fixture.catalogue(database);
                Connection connection = f.tracked.getConnection()) {
            title(f.dsl);
            connection.setAutoCommit(false);
            execute(connection, NEW);
            execute(connection, "create table other (id int)");
            assertThat(title(f.dsl)).isEqualTo(database == Database.POSTGRESQL ? "1984" : "new");
            f.assertFresh(Books::titles);
            connection.rollback();
            assertThat(title(f.dsl)).isEqualTo(database == Database.POSTGRESQL ? "1984" : "new");
            f.assertFresh(Books::titles);
        }
    }

    @DatabaseTest
    void lockTables_inMariaDb_commits(Database database) throws SQLException {
        if (database != Database.MARIADB) return;
        try (Fixture f = Fixture.catalogue(database);
                Connection connection = f.tracked.getConnection()) {
            title(f.dsl);
            connection.setAutoCommit(false);
            execute(connection, NEW);
            execute(connection, "lock tables author read");
            assertThat(title(f.dsl)).isEqualTo("new");
            execute(connection, "unlock tables");
            connection.rollback();
            f.assertFresh(Books::titles);
        }
    }

    @DatabaseTest
    @Tag("slow")
    void naivePool_commitAfterReturn_isSeen(Database database) throws SQLException {
        try (Fixture f = Fixture.catalogue(database);
                NaivePool naive = new NaivePool(f.pool.getJdbcUrl())) {
            title(f.dsl);
            DataSource tracked = f.cache.track(naive);
            try (Connection connection = tracked.getConnection()) {
                connection.setAutoCommit(false);
                execute(connection, NEW);
            }
            assertThat(title(f.dsl)).isEqualTo("1984");
            // Somebody else takes it, reads, and returns it.
            assertThat(title(on(f, naive))).isEqualTo("new");
            assertThat(title(f.dsl)).isEqualTo("1984");
            sweep();
            assertThat(title(f.dsl)).isEqualTo("1984");
            assertThat(title(f.dsl)).isEqualTo("1984");
            try (Connection connection = tracked.getConnection()) {
                connection.commit();
                assertThat(title(f.dsl)).isEqualTo("new");
                connection.setAutoCommit(true);
            }
            f.assertFresh(Books::titles);
            f.warm(Books::titles);
        }
    }

    @DatabaseTest
    @Tag("slow")
    void naivePool_sqlTransactionLeftOpen_commitAfterReturnIsSeen(Database database) throws SQLException {
        try (Fixture f = Fixture.catalogue(database);
                NaivePool naive = new NaivePool(f.pool.getJdbcUrl())) {
            title(f.dsl);
            DataSource tracked = f.cache.track(naive);
            try (Connection connection = tracked.getConnection()) {
                execute(connection, "begin");
                execute(connection, NEW);
            }
            assertThat(title(f.dsl)).isEqualTo("1984");
            try (Connection connection = tracked.getConnection()) {
                assertThat(title(on(f, connection))).isEqualTo("new");
            }
            assertThat(title(f.dsl)).isEqualTo("1984");
            sweep();
            assertThat(title(f.dsl)).isEqualTo("1984");
            assertThat(title(f.dsl)).isEqualTo("1984");
            try (Connection connection = tracked.getConnection()) {
                execute(connection, "commit");
                assertThat(title(f.dsl)).isEqualTo("new");
            }
            f.assertFresh(Books::titles);
        }
    }

    @DatabaseTest
    void naivePool_oldSnapshotLeftOpen_isNotPublished(Database database) throws SQLException {
        try (Fixture f = Fixture.catalogue(database);
                NaivePool naive = new NaivePool(f.pool.getJdbcUrl())) {
            DSLContext dsl = on(f, naive);
            try (Connection connection = f.cache.track(naive).getConnection()) {
                connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
                connection.setAutoCommit(false);
                assertThat(title(DSL.using(connection, database.dialect()))).isEqualTo("1984");
            }
            retitle(f.dsl, "new");
            // Within the old snapshot still, without knowing.
            assertThat(title(dsl)).isEqualTo("1984");
            try (Connection connection = f.cache.track(naive).getConnection()) {
                connection.commit();
                connection.setAutoCommit(true);
            }
            assertThat(title(dsl)).as("the old snapshot was not stored").isEqualTo("new");
            assertThat(title(dsl)).isEqualTo("new");
        }
    }

    /** The cache looks once a second whether connections have been closed for good. */
    private static void sweep() {
        try {
            Thread.sleep(2_500);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @DatabaseTest
    @Tag("slow")
    void naivePool_neverEnded_isNeverCachedButNeverStale(Database database) throws SQLException {
        try (Fixture f = Fixture.catalogue(database);
                NaivePool naive = new NaivePool(f.pool.getJdbcUrl())) {
            title(f.dsl);
            try (Connection connection = f.cache.track(naive).getConnection()) {
                connection.setAutoCommit(false);
                execute(connection, NEW);
            }
            f.assertNotStored(BypassReason.PENDING_WRITE, Books::titles);
            // Past everything that the cache can see.
            naive.only().commit();
            assertThat(title(f.dsl)).isEqualTo("new");
            naive.close();
            sweep();
            assertThat(title(f.dsl)).isEqualTo("new");
            f.warm(Books::titles);
        }
    }
}
