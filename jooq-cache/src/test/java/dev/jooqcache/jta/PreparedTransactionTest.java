package dev.jooqcache.jta;

import static dev.jooqcache.testing.Books.hits;
import static dev.jooqcache.testing.Books.retitle;
import static dev.jooqcache.testing.Books.title;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.BypassReason;
import dev.jooqcache.CacheStats;
import dev.jooqcache.testing.Books;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.Fixture;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.jooq.DSLContext;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What PostgreSQL holds prepared, and any session may commit at any time. */
class PreparedTransactionTest {

    @BeforeEach
    void needsPostgresql() {
        Assumptions.assumeTrue(Database.all().contains(Database.POSTGRESQL));
    }

    private static void prepare(Fixture f, String name) throws SQLException {
        try (Connection connection = f.tracked.getConnection()) {
            connection.setAutoCommit(false);
            DSLContext dsl = DSL.using(connection, f.database.dialect());
            retitle(dsl, "new");
            try (Statement statement = connection.createStatement()) {
                statement.execute("prepare transaction '" + name + "'");
            }
            connection.setAutoCommit(true);
        }
    }

    @Test
    void preparedInSql_committedUnseen_isSeenFromThatOn() throws SQLException {
        try (Fixture f = Fixture.catalogue(Database.POSTGRESQL)) {
            f.warm(Books::titles);
            prepare(f, "sql");
            for (int i = 0; i < 3; i++) {
                CacheStats read = f.during(() -> assertThat(title(f.dsl)).isEqualTo("1984"));
                assertThat(read.notStored(BypassReason.PENDING_WRITE)).isEqualTo(1);
            }
            sleep(2_500);
            CacheStats read = f.during(() -> assertThat(title(f.dsl)).isEqualTo("1984"));
            assertThat(read.notStored(BypassReason.PENDING_WRITE)).isEqualTo(1);
            f.unseen.execute("commit prepared 'sql'");
            assertThat(title(f.dsl)).isEqualTo("new");
            JtaFixture.await(() -> hits(f, () -> assertThat(title(f.dsl)).isEqualTo("new")) == 1);
        }
    }

    @Test
    void preparedInSql_rolledBackUnseen_isCachedAgain() throws SQLException {
        try (Fixture f = Fixture.catalogue(Database.POSTGRESQL)) {
            f.warm(Books::titles);
            prepare(f, "back");
            assertThat(title(f.dsl)).isEqualTo("1984");
            f.unseen.execute("rollback prepared 'back'");
            JtaFixture.await(() -> hits(f, () -> assertThat(title(f.dsl)).isEqualTo("1984")) == 1);
        }
    }

    @Test
    void preparedInSql_committedByJooq_isSeenAtOnce() throws SQLException {
        try (Fixture f = Fixture.catalogue(Database.POSTGRESQL)) {
            f.warm(Books::titles);
            prepare(f, "jooq");
            assertThat(title(f.dsl)).isEqualTo("1984");
            f.dsl.execute("commit prepared 'jooq'");
            for (int i = 0; i < 2; i++) assertThat(title(f.dsl)).isEqualTo("new");
        }
    }

    @Test
    void preparedBeforeTheStart_nothingIsCachedUntilItIsEnded() throws SQLException {
        try (Fixture f = Fixture.catalogue(Database.POSTGRESQL)) {
            try (Connection connection = f.pool.getConnection();
                    Statement statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                statement.execute("update book set title = 'recovered' where id = 1");
                statement.execute("prepare transaction 'before'");
                connection.setAutoCommit(true);
            }
            for (int i = 0; i < 3; i++) {
                CacheStats read = f.during(() -> assertThat(title(f.dsl)).isEqualTo("1984"));
                assertThat(read.bypasses(BypassReason.SCHEMA_UNKNOWN)).isEqualTo(1);
            }
            f.unseen.execute("commit prepared 'before'");
            assertThat(title(f.dsl)).isEqualTo("recovered");
            JtaFixture.await(() -> hits(f, () -> assertThat(title(f.dsl)).isEqualTo("recovered")) == 1);
        }
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
