package dev.jooqcache.transactions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jooqcache.CacheHint;
import dev.jooqcache.testing.Books;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.sql.Connection;
import java.util.List;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jooq.DSLContext;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.jooq.impl.DataSourceConnectionProvider;
import org.jooq.impl.DefaultConfiguration;
import org.junit.jupiter.api.Tag;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.transaction.TransactionTimedOutException;
import org.springframework.transaction.support.TransactionTemplate;

/** A hit fails where the query would, since its connection takes no more statements. */
@Tag("slow")
class DeadlineTest {

    /** Spring's proxy over the tracked pool, and over one that is not tracked, with the listener alone. */
    private static List<Setup> setups(Fixture f) {
        return List.of(setup(f, f.tracked), setup(f, f.pool));
    }

    private record Setup(DSLContext dsl, TransactionTemplate transaction) {}

    private static Setup setup(Fixture f, DataSource dataSource) {
        DSLContext dsl = new DefaultConfiguration()
                .set(new DataSourceConnectionProvider(new TransactionAwareDataSourceProxy(dataSource)))
                .set(f.database.dialect())
                .set(f.cache.executeListenerProvider())
                .dsl();
        TransactionTemplate transaction = new TransactionTemplate(new DataSourceTransactionManager(dataSource));
        transaction.setTimeout(1);
        return new Setup(dsl, transaction);
    }

    @DatabaseTest
    void fetch_afterDeadlineOfSpringTransaction_failsAsWithoutTheCache(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            for (Setup setup : setups(f)) {
                for (int i = 0; i < 2; i++) Books.title(setup.dsl());
                List<Function<DSLContext, String>> reads =
                        List.of(dsl -> Books.title(f.cache.with(dsl, CacheHint.bypass())), Books::title);
                for (Function<DSLContext, String> read : reads)
                    setup.transaction().executeWithoutResult(status -> {
                        assertThat(read.apply(setup.dsl())).isEqualTo("1984");
                        pastDeadline();
                        assertThatThrownBy(() -> read.apply(setup.dsl()))
                                .isInstanceOf(TransactionTimedOutException.class);
                        assertThat(status.isRollbackOnly()).isTrue();
                        status.setRollbackOnly();
                    });
            }
            assertThat(f.pool.getHikariPoolMXBean().getActiveConnections()).isZero();
        }
    }

    private static void pastDeadline() {
        try {
            Thread.sleep(1_100);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @DatabaseTest
    void fetch_onClosedConnection_failsAsWithoutTheCache(Database database) throws Exception {
        try (Fixture f = Fixture.catalogue(database)) {
            Connection connection = f.tracked.getConnection();
            DSLContext dsl = f.cache
                    .derive(DSL.using(connection, database.dialect()).configuration())
                    .dsl();
            for (int i = 0; i < 2; i++) assertThat(Books.title(dsl)).isEqualTo("1984");
            connection.close();
            assertThatThrownBy(() -> Books.title(dsl)).isInstanceOf(DataAccessException.class);
        }
    }
}
