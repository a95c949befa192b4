package dev.jooqcache.jta;

import static dev.jooqcache.jta.JtaFixture.elsewhere;
import static dev.jooqcache.testing.Books.rename;
import static dev.jooqcache.testing.Books.retitle;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.BypassReason;
import dev.jooqcache.CacheStats;
import dev.jooqcache.testing.Books;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import io.agroal.api.AgroalDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.jooq.DSLContext;
import org.jooq.impl.DSL;

/** Transactions of JTA transaction managers, which begin and end past the connection. */
class GlobalTransactionTest {

    @JtaTest
    void write_isSeenFromCommitOn_andByOthersNotBefore(Database database, Coordinator jta, Registration registration)
            throws SQLException {
        try (JtaFixture f = new JtaFixture(database, jta, registration)) {
            f.warm();
            for (int round = 1; round <= 3; round++) {
                String before = f.expected();
                String after = "round " + round;
                f.inTransaction(() -> {
                    retitle(f.dsl, after);
                    for (int i = 0; i < 2; i++) assertThat(Books.title(f.dsl)).isEqualTo(after);
                    for (int i = 0; i < 2; i++) assertThat(elsewhere(f::title)).isEqualTo(before);
                });
                assertThat(f.title()).isEqualTo(after);
                f.assertFresh();
                f.warm();
            }
        }
    }

    @JtaTest
    void rollback_showsNothing_andInvalidatesNothing(Database database, Coordinator jta, Registration registration)
            throws SQLException {
        try (JtaFixture f = new JtaFixture(database, jta, registration)) {
            f.warm();
            jta.begin();
            retitle(f.dsl, "uncommitted");
            for (int i = 0; i < 2; i++) assertThat(Books.title(f.dsl)).isEqualTo("uncommitted");
            for (int i = 0; i < 2; i++) assertThat(elsewhere(f::title)).isEqualTo("1984");
            jta.rollback();
            CacheStats after = f.during(() -> assertThat(f.title()).isEqualTo("1984"));
            assertThat(after.hits()).isEqualTo(1);
            f.assertFresh();
        }
    }

    @JtaTest
    void whatTheTransactionHasNotWritten_isServed(Database database, Coordinator jta, Registration registration)
            throws SQLException {
        try (JtaFixture f = new JtaFixture(database, jta, registration)) {
            f.warm();
            f.inTransaction(() -> {
                retitle(f.dsl, "new");
                assertThat(f.hits(() -> Books.name(f.dsl))).isEqualTo(1);
                CacheStats own = f.during(() -> Books.title(f.dsl));
                assertThat(own.bypasses(BypassReason.OWN_WRITE)).isEqualTo(1);
            });
            f.assertFresh();
        }
    }

    @JtaTest
    void openTransaction_keepsNobodyFromHits(Database database, Coordinator jta, Registration registration)
            throws SQLException {
        try (JtaFixture f = new JtaFixture(database, jta, registration)) {
            f.warm();
            f.inTransaction(() -> {
                retitle(f.dsl, "new");
                if (registration == Registration.TRACK)
                    assertThat(f.hits(() -> elsewhere(f::title))).isEqualTo(1);
            });
            f.assertFresh();
        }
    }

    @JtaTest
    void bareJdbcInTheTransaction_isSeen(Database database, Coordinator jta, Registration registration)
            throws SQLException {
        try (JtaFixture f = new JtaFixture(database, jta, registration)) {
            f.warm();
            var tracked = f.cache.track(f.pool);
            jta.begin();
            try (Connection connection = tracked.getConnection();
                    Statement statement = connection.createStatement()) {
                statement.executeUpdate("update book set title = 'bare' where id = 1");
            }
            assertThat(Books.title(f.dsl)).isEqualTo("bare");
            assertThat(elsewhere(f::title)).isEqualTo("1984");
            jta.commit();
            assertThat(f.title()).isEqualTo("bare");
            f.assertFresh();
        }
    }

    @JtaTest
    void handleOpenedBeforeTheTransaction_andOutlivingIt_isSeen(
            Database database, Coordinator jta, Registration registration) throws SQLException {
        try (JtaFixture f = new JtaFixture(database, jta, registration)) {
            f.warm();
            try (Connection connection = f.cache.track(f.pool).getConnection()) {
                DSLContext dsl = f.cache
                        .derive(DSL.using(connection, database.dialect()).configuration())
                        .dsl();
                if (jta.worksOutside()) assertThat(Books.title(dsl)).isEqualTo("1984");
                jta.begin();
                boolean works = true;
                try {
                    retitle(dsl, "first");
                    assertThat(Books.title(dsl)).isEqualTo("first");
                } catch (org.jooq.exception.DataAccessException e) {
                    // Agroal refuses a connection that was taken outside.
                    works = false;
                }
                assertThat(elsewhere(f::title)).isEqualTo(elsewhere(f::expected));
                jta.commit();
                f.assertFresh();
                if (works && jta.worksOutside()) {
                    assertThat(Books.title(dsl)).isEqualTo("first");
                    retitle(dsl, "outside");
                    assertThat(Books.title(dsl)).isEqualTo("outside");
                    f.assertFresh();
                }
            }
            f.assertFresh();
        }
    }

    @JtaTest
    void writeWhileOthersAreToldOfTheEnd_isSeen(Database database, Coordinator jta, Registration registration)
            throws SQLException {
        try (JtaFixture f = new JtaFixture(database, jta, registration)) {
            f.warm();
            f.inTransaction(() -> {
                rename(f.dsl, "written at once");
                jta.beforeCompletion(() -> retitle(f.dsl, "flushed late"));
            });
            assertThat(f.title()).isEqualTo("flushed late");
            assertThat(f.name()).isEqualTo("written at once");
            f.assertFresh();
        }
    }

    @JtaTest
    void suspendedTransaction_isNotTheOneThatRunsMeanwhile(
            Database database, Coordinator jta, Registration registration) throws Exception {
        try (JtaFixture f = new JtaFixture(database, jta, registration)) {
            f.warm();
            jta.begin();
            retitle(f.dsl, "outer");
            Object outer = jta.suspend();
            assertThat(f.title()).isEqualTo("1984");
            f.inTransaction(() -> {
                assertThat(Books.title(f.dsl)).isEqualTo("1984");
                rename(f.dsl, "inner");
            });
            assertThat(f.name()).isEqualTo("inner");
            assertThat(f.title()).isEqualTo("1984");
            jta.resume(outer);
            assertThat(Books.title(f.dsl)).isEqualTo("outer");
            assertThat(Books.name(f.dsl)).isEqualTo("inner");
            jta.commit();
            assertThat(f.title()).isEqualTo("outer");
            f.assertFresh();
        }
    }

    @JtaTest
    void rollbackOnly_showsNothing(Database database, Coordinator jta, Registration registration) throws SQLException {
        try (JtaFixture f = new JtaFixture(database, jta, registration)) {
            f.warm();
            jta.begin();
            retitle(f.dsl, "uncommitted");
            jta.rollbackOnly();
            try {
                Books.title(f.dsl);
            } catch (RuntimeException e) {
                // Some managers refuse that.
                assertThat(e).isNotNull();
            }
            assertThat(elsewhere(f::title)).isEqualTo("1984");
            jta.rollback();
            f.assertFresh();
        }
    }

    /** A branch shows as a transaction when its connection is handed out, which is none that another holder has begun. */
    @DatabaseTest
    void readsAtReadCommitted_areServed_onMariaDb(Database database) throws Exception {
        if (database != Database.MARIADB) return;
        try (Fixture f = Fixture.catalogue(database);
                AgroalDataSource pool = (AgroalDataSource) Coordinator.NARAYANA_XA.pool(
                        database, f.pool.getJdbcUrl() + "&transactionIsolation=READ-COMMITTED")) {
            DSLContext dsl = f.on(pool);
            Books.title(dsl);
            Coordinator.NARAYANA_XA.begin();
            try {
                Books.title(dsl);
                assertThat(Books.hits(f, () -> Books.title(dsl))).isEqualTo(1);
            } finally {
                Coordinator.NARAYANA_XA.commit();
            }
        }
    }
}
