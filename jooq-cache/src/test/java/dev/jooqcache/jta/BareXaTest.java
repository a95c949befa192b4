package dev.jooqcache.jta;

import static dev.jooqcache.testing.Books.hits;
import static dev.jooqcache.testing.Books.retitle;
import static dev.jooqcache.testing.Books.title;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.BypassReason;
import dev.jooqcache.CacheStats;
import dev.jooqcache.testing.Books;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.logging.Logger;
import javax.sql.DataSource;
import javax.sql.XAConnection;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;
import org.jooq.DSLContext;
import org.jooq.impl.DSL;
import org.jooq.impl.DefaultConfiguration;
import org.jooq.tools.jdbc.DefaultConnection;

/** Transactions that are begun and ended through {@link XAResource}, by no transaction manager that the cache knows. */
class BareXaTest {

    private record Branch(String name) implements Xid {
        @Override
        public int getFormatId() {
            return 4711;
        }

        @Override
        public byte[] getGlobalTransactionId() {
            return name.getBytes(StandardCharsets.US_ASCII);
        }

        @Override
        public byte[] getBranchQualifier() {
            return "b".getBytes(StandardCharsets.US_ASCII);
        }
    }

    /** The ways in which the connection of an XA branch is handed to the cache. */
    enum Handing {
        DERIVED,
        LISTENER,
        TRACKED_SOURCE
    }

    private static DSLContext dsl(Fixture f, Connection handle, Handing handing) throws SQLException {
        return switch (handing) {
            case DERIVED ->
                f.cache
                        .derive(DSL.using(handle, f.database.dialect()).configuration())
                        .dsl();
            case LISTENER ->
                DSL.using(handle, f.database.dialect())
                        .configuration()
                        .derive(f.cache.executeListenerProvider())
                        .dsl();
            case TRACKED_SOURCE -> {
                DefaultConfiguration configuration = new DefaultConfiguration();
                configuration.set(f.cache.track(new Single(handle)).getConnection());
                configuration.set(f.database.dialect());
                yield f.cache.derive(configuration).dsl();
            }
        };
    }

    private static XAConnection open(Fixture f) throws SQLException {
        return Coordinator.xa(f.database, f.pool.getJdbcUrl()).getXAConnection();
    }

    @DatabaseTest
    void onePhase_isSeenFromCommitOn(Database database) throws Exception {
        if (database == Database.MARIADB) return; // See JtaTest.
        for (Handing handing : Handing.values())
            try (Fixture f = Fixture.catalogue(database)) {
                f.warm(Books::titles);
                XAConnection xa = open(f);
                XAResource resource = xa.getXAResource();
                DSLContext dsl = dsl(f, xa.getConnection(), handing);
                assertThat(title(dsl)).as("%s", handing).isEqualTo("1984");
                Branch branch = new Branch("one");
                resource.start(branch, XAResource.TMNOFLAGS);
                retitle(dsl, "new");
                CacheStats own = f.during(() -> assertThat(title(dsl)).isEqualTo("new"));
                assertThat(own.bypasses(BypassReason.UNTRACKED_TRANSACTION)).isEqualTo(1);
                for (int i = 0; i < 2; i++) assertThat(title(f.dsl)).isEqualTo("1984");
                resource.end(branch, XAResource.TMSUCCESS);
                for (int i = 0; i < 2; i++) assertThat(title(f.dsl)).isEqualTo("1984");
                resource.commit(branch, true);
                assertFresh(f, dsl, "new");
                xa.close();
            }
    }

    @DatabaseTest
    void twoPhases_showNothingBeforeTheSecond(Database database) throws Exception {
        if (database == Database.MARIADB) return; // See JtaTest.
        for (Handing handing : Handing.values())
            try (Fixture f = Fixture.catalogue(database)) {
                f.warm(Books::titles);
                XAConnection xa = open(f);
                XAResource resource = xa.getXAResource();
                DSLContext dsl = dsl(f, xa.getConnection(), handing);
                assertThat(title(dsl)).isEqualTo("1984");
                Branch branch = new Branch("two");
                resource.start(branch, XAResource.TMNOFLAGS);
                retitle(dsl, "new");
                resource.end(branch, XAResource.TMSUCCESS);
                resource.prepare(branch);
                for (int i = 0; i < 2; i++) assertThat(title(f.dsl)).isEqualTo("1984");
                // On PostgreSQL the session has left the transaction, and can be used.
                if (database == Database.POSTGRESQL)
                    for (int i = 0; i < 2; i++) assertThat(title(dsl)).isEqualTo("1984");
                for (int i = 0; i < 2; i++) assertThat(title(f.dsl)).isEqualTo("1984");
                resource.commit(branch, false);
                assertFresh(f, dsl, "new");
                xa.close();
            }
    }

    @DatabaseTest
    void rollback_showsNothing(Database database) throws Exception {
        if (database == Database.MARIADB) return; // See JtaTest.
        for (Handing handing : Handing.values())
            try (Fixture f = Fixture.catalogue(database)) {
                f.warm(Books::titles);
                XAConnection xa = open(f);
                XAResource resource = xa.getXAResource();
                DSLContext dsl = dsl(f, xa.getConnection(), handing);
                Branch branch = new Branch("back");
                resource.start(branch, XAResource.TMNOFLAGS);
                retitle(dsl, "uncommitted");
                assertThat(title(dsl)).isEqualTo("uncommitted");
                resource.end(branch, XAResource.TMSUCCESS);
                resource.rollback(branch);
                assertFresh(f, dsl, "1984");
                xa.close();
            }
    }

    /** The connection says that it is in autocommit until the statement is created: what it then does is seen late. */
    @DatabaseTest
    void branchBegunByTheFirstStatement_isNotTakenForAutocommit(Database database) throws Exception {
        if (database == Database.MARIADB) return; // See JtaTest.
        try (Fixture f = Fixture.catalogue(database)) {
            f.warm(Books::titles);
            XAConnection xa = open(f);
            XAResource resource = xa.getXAResource();
            Connection handle = xa.getConnection();
            Branch branch = new Branch("lazy");
            Connection lazy = new DefaultConnection(handle) {
                private boolean begun;

                @Override
                public java.sql.PreparedStatement prepareStatement(String sql) throws SQLException {
                    try {
                        if (!begun) resource.start(branch, XAResource.TMNOFLAGS);
                    } catch (javax.transaction.xa.XAException e) {
                        throw new SQLException(e);
                    }
                    begun = true;
                    return super.prepareStatement(sql);
                }
            };
            DSLContext dsl = dsl(f, lazy, Handing.TRACKED_SOURCE);
            retitle(dsl, "new");
            for (int i = 0; i < 2; i++) assertThat(title(dsl)).isEqualTo("new");
            for (int i = 0; i < 2; i++) assertThat(title(f.dsl)).isEqualTo("1984");
            resource.end(branch, XAResource.TMSUCCESS);
            resource.commit(branch, true);
            assertFresh(f, dsl, "new");
            xa.close();
        }
    }

    private static void assertFresh(Fixture f, DSLContext dsl, String expected) {
        for (int i = 0; i < 3; i++) {
            assertThat(title(f.dsl)).isEqualTo(expected);
            assertThat(title(dsl)).isEqualTo(expected);
        }
        // The connection was seen outside the transaction, so all is as before.
        title(f.dsl);
        JtaFixture.await(() -> hits(f, () -> assertThat(title(f.dsl)).isEqualTo(expected)) == 1);
    }

    /** Hands out one connection, which it does not let be closed. */
    private record Single(Connection connection) implements DataSource {
        @Override
        public Connection getConnection() {
            return new DefaultConnection(connection) {
                @Override
                public void close() {}
            };
        }

        @Override
        public Connection getConnection(String username, String password) {
            return getConnection();
        }

        @Override
        public PrintWriter getLogWriter() {
            return null;
        }

        @Override
        public void setLogWriter(PrintWriter out) {}

        @Override
        public void setLoginTimeout(int seconds) {}

        @Override
        public int getLoginTimeout() {
            return 0;
        }

        @Override
        public Logger getParentLogger() {
            return Logger.getGlobal();
        }

        @Override
        public <T> T unwrap(Class<T> type) throws SQLException {
            throw new SQLException("wraps nothing");
        }

        @Override
        public boolean isWrapperFor(Class<?> type) {
            return false;
        }
    }
}
