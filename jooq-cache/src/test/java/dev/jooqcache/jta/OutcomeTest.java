package dev.jooqcache.jta;

import static dev.jooqcache.jta.JtaFixture.await;
import static dev.jooqcache.testing.Books.hits;
import static dev.jooqcache.testing.Books.retitle;
import static dev.jooqcache.testing.Books.title;
import static org.assertj.core.api.Assertions.assertThat;

import com.atomikos.jdbc.AtomikosDataSourceBean;
import dev.jooqcache.CachedQuery;
import dev.jooqcache.testing.Books;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.XAConnection;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.impl.DSL;
import org.jooq.impl.DefaultConfiguration;
import org.junit.jupiter.api.Tag;

/** How global transactions end: with two resources, too late, and with an unknown outcome. */
@Tag("slow")
class OutcomeTest {

    /** A resource that has done its work, so that there are two phases. */
    private static final class Dummy implements XAResource {
        @Override
        public int prepare(Xid xid) {
            return XA_OK;
        }

        @Override
        public void commit(Xid xid, boolean onePhase) {}

        @Override
        public void rollback(Xid xid) {}

        @Override
        public void start(Xid xid, int flags) {}

        @Override
        public void end(Xid xid, int flags) {}

        @Override
        public void forget(Xid xid) {}

        @Override
        public Xid[] recover(int flag) {
            return new Xid[0];
        }

        @Override
        public boolean isSameRM(XAResource other) {
            return other == this;
        }

        @Override
        public int getTransactionTimeout() {
            return 0;
        }

        @Override
        public boolean setTransactionTimeout(int seconds) {
            return false;
        }
    }

    @DatabaseTest
    void twoResources_areBothSeen(Database database) throws SQLException {
        if (database == Database.MARIADB) return; // See JtaTest.
        for (Registration registration : Registration.values())
            try (JtaFixture one = new JtaFixture(database, Coordinator.NARAYANA_XA, registration);
                    JtaFixture two = new JtaFixture(database, Coordinator.NARAYANA_XA, registration)) {
                one.warm();
                two.warm();
                one.inTransaction(() -> {
                    retitle(one.dsl, "first");
                    retitle(two.dsl, "second");
                    assertThat(title(one.dsl)).isEqualTo("first");
                    assertThat(title(two.dsl)).isEqualTo("second");
                    assertThat(JtaFixture.elsewhere(one::title)).isEqualTo("1984");
                    assertThat(JtaFixture.elsewhere(two::title)).isEqualTo("1984");
                });
                assertThat(one.title()).isEqualTo("first");
                assertThat(two.title()).isEqualTo("second");
                one.assertFresh();
                two.assertFresh();
                one.warm();
                two.warm();
            }
    }

    @DatabaseTest
    void timedOutTransaction_andWhatIsSentAfterIt_isSeen(Database database) throws Exception {
        if (database == Database.MARIADB) return; // See JtaTest.
        for (Coordinator jta : Coordinator.values())
            try (JtaFixture f = new JtaFixture(database, jta, Registration.TRACK)) {
                f.warm();
                jta.timeout(1);
                jta.begin();
                retitle(f.dsl, "too late");
                Thread.sleep(3_000);
                try {
                    // Refused, rolled back with the rest, or committed by itself.
                    retitle(f.dsl, "after the end");
                } catch (RuntimeException e) {
                    assertThat(e).isNotNull();
                }
                try {
                    jta.commit();
                } catch (RuntimeException e) {
                    assertThat(e).isNotNull();
                }
                jta.timeout(0);
                f.assertFresh();
                f.warm();
                f.assertFresh();
            }
    }

    /** The manager has decided to commit, and goes on trying. What the others read is what the database shows. */
    @DatabaseTest
    void secondPhaseThatFails_ofAPool_keepsItsIntentsUntilTheBranchIsFinal(Database database) throws Exception {
        if (database == Database.MARIADB) return; // See JtaTest.
        try (Fixture f = Fixture.catalogue(database);
                JtaFixture other = new JtaFixture(database, Coordinator.ATOMIKOS_LOCAL_MODE, Registration.TRACK)) {
            FailingXa xa = new FailingXa(Coordinator.xa(database, f.pool.getJdbcUrl()));
            Coordinator jta = Coordinator.ATOMIKOS_LOCAL_MODE;
            AtomikosDataSourceBean pool = (AtomikosDataSourceBean) jta.pool(database, f.pool.getJdbcUrl());
            pool.setXaDataSource(xa.source());
            DSLContext dsl = f.cache
                    .derive(new DefaultConfiguration().set(f.cache.track(pool)).set(database.dialect()))
                    .dsl();
            title(dsl);
            f.warm(Books::titles);
            jta.begin();
            retitle(dsl, "new");
            retitle(other.dsl, "other");
            xa.failure.set(XAException.XAER_RMFAIL);
            commit(jta);
            for (int i = 0; i < 3; i++) assertFreshOn(f);
            Thread.sleep(2_500);
            for (int i = 0; i < 3; i++) assertFreshOn(f);
            xa.failure.set(null);
            // Atomikos tries again; or the branch is ended by hand.
            endPrepared(f);
            for (int i = 0; i < 3; i++) assertFreshOn(f);
            pool.close();
        }
    }

    @DatabaseTest
    void secondPhaseThatFails_onABareConnection_keepsItsIntents(Database database) throws Exception {
        if (database == Database.MARIADB) return; // See JtaTest.
        for (int code : new int[] {XAException.XAER_RMFAIL, XAException.XA_HEURMIX, XAException.XA_HEURHAZ})
            try (Fixture f = Fixture.catalogue(database)) {
                f.warm(Books::titles);
                FailingXa failing = new FailingXa(Coordinator.xa(database, f.pool.getJdbcUrl()));
                XAConnection xa = failing.source().getXAConnection();
                Coordinator jta = Coordinator.NARAYANA_XA;
                Connection handle = xa.getConnection();
                DSLContext dsl = f.cache
                        .derive(DSL.using(handle, database.dialect()).configuration())
                        .dsl();
                title(dsl);
                jta.begin();
                jta.enlist(xa.getXAResource());
                jta.enlist(new Dummy());
                retitle(dsl, "new");
                assertThat(title(dsl)).isEqualTo("new");
                assertFreshOn(f);
                failing.failure.set(code);
                commit(jta);
                for (int i = 0; i < 3; i++) assertFreshOn(f);
                Thread.sleep(1_500);
                for (int i = 0; i < 3; i++) assertFreshOn(f);
                failing.failure.set(null);
                endPrepared(f);
                for (int i = 0; i < 3; i++) assertFreshOn(f);
                xa.close();
                for (int i = 0; i < 3; i++) assertFreshOn(f);
            }
    }

    private static void commit(Coordinator jta) {
        try {
            jta.commit();
        } catch (RuntimeException e) {
            // It tells that it does not know.
            assertThat(e).isNotNull();
        }
    }

    private static void assertFreshOn(Fixture f) {
        assertThat(title(f.dsl)).isEqualTo(title(f.unseen));
    }

    private static void endPrepared(Fixture f) throws InterruptedException {
        if (f.database != Database.POSTGRESQL) return;
        for (Record each : f.unseen.fetch("select gid from pg_prepared_xacts where database = current_database()"))
            try {
                f.unseen.execute("commit prepared '" + each.get(0) + "'");
            } catch (RuntimeException e) {
                // Its manager was quicker.
                assertThat(e).isNotNull();
            }
        await(() -> f.unseen
                .fetch("select 1 from pg_prepared_xacts where database = current_database()")
                .isEmpty());
    }

    @DatabaseTest
    void preparedQuery_isNotServedPastTheTransaction(Database database) throws SQLException {
        if (database == Database.MARIADB) return; // See JtaTest.
        for (Coordinator jta : Coordinator.values())
            try (JtaFixture f = new JtaFixture(database, jta, Registration.TRACK)) {
                f.warm();
                CachedQuery<? extends Record> query = f.cache.prepare(f.dsl, Books::titles);
                for (int i = 0; i < 4; i++)
                    if (jta.worksOutside())
                        assertThat(Books.firstTitle(query.fetch())).isEqualTo("1984");
                f.inTransaction(() -> {
                    retitle(f.dsl, "new");
                    for (int i = 0; i < 2; i++)
                        assertThat(Books.firstTitle(query.fetch())).isEqualTo("new");
                });
                f.inTransaction(() -> {
                    for (int i = 0; i < 2; i++)
                        assertThat(Books.firstTitle(query.fetch())).isEqualTo("new");
                });
                f.assertFresh();
            }
    }

    @DatabaseTest
    void hitOfAPlainPool_doesNotAskTheTransactionManager(Database database) {
        if (database == Database.MARIADB) return; // See JtaTest.
        try (Fixture f = Fixture.catalogue(database)) {
            f.warm(Books::titles);
            Coordinator.NARAYANA_XA.begin();
            try {
                // Its writes are committed one by one, whatever the thread is in.
                retitle(f.dsl, "by itself");
                assertThat(title(f.dsl)).isEqualTo("by itself");
                assertThat(hits(f, () -> title(f.dsl))).isEqualTo(1);
            } finally {
                Coordinator.NARAYANA_XA.rollback();
            }
            assertThat(title(f.dsl)).isEqualTo("by itself");
        }
    }
}
