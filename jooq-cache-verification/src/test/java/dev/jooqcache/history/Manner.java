package dev.jooqcache.history;

import dev.jooqcache.QueryCache;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jooq.Configuration;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.jooq.impl.DataSourceConnectionProvider;
import org.jooq.impl.DefaultConfiguration;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/** The ways in which the threads of a history run transactions. */
enum Manner {
    JOOQ {
        @Override
        void run(QueryCache cache, DataSource tracked, SQLDialect dialect, int isolation, Consumer<Inside> body) {
            cache.derive(new DefaultConfiguration().set(tracked).set(dialect))
                    .dsl()
                    .transaction(outer -> {
                        outer.dsl().connection(connection -> connection.setTransactionIsolation(isolation));
                        body.accept(new InJooq(outer));
                    });
        }
    },
    SPRING {
        @Override
        void run(QueryCache cache, DataSource tracked, SQLDialect dialect, int isolation, Consumer<Inside> body) {
            DSLContext dsl = cache.derive(new DefaultConfiguration()
                            .set(new DataSourceConnectionProvider(new TransactionAwareDataSourceProxy(tracked)))
                            .set(dialect))
                    .dsl();
            DataSourceTransactionManager manager = new DataSourceTransactionManager(tracked);
            TransactionTemplate nested = new TransactionTemplate(manager);
            nested.setPropagationBehavior(TransactionDefinition.PROPAGATION_NESTED);
            TransactionTemplate template = new TransactionTemplate(manager);
            template.executeWithoutResult(status -> {
                dsl.connection(connection -> connection.setTransactionIsolation(isolation));
                body.accept(new InSpring(dsl, nested));
            });
        }
    },
    JDBC {
        @Override
        void run(QueryCache cache, DataSource tracked, SQLDialect dialect, int isolation, Consumer<Inside> body) {
            try (Connection connection = tracked.getConnection()) {
                connection.setTransactionIsolation(isolation);
                connection.setAutoCommit(false);
                DSLContext dsl = cache.derive(DSL.using(connection, dialect).configuration())
                        .dsl();
                try {
                    body.accept(new InJdbc(connection, dsl));
                    connection.commit();
                } catch (SQLException | RuntimeException | Error e) {
                    connection.rollback();
                    throw e;
                } finally {
                    connection.setAutoCommit(true);
                }
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }
    };

    /** Runs the body in a transaction, which is rolled back if the body throws, and committed otherwise. */
    abstract void run(QueryCache cache, DataSource tracked, SQLDialect dialect, int isolation, Consumer<Inside> body);

    /** What the body of a transaction can do. */
    interface Inside {
        DSLContext dsl();

        /** Does some work within a savepoint, to which is rolled back if it throws. */
        void nested(Runnable work);
    }

    private record InJooq(Configuration configuration) implements Inside {
        @Override
        public DSLContext dsl() {
            return configuration.dsl();
        }

        @Override
        public void nested(Runnable work) {
            dsl().transaction(inner -> work.run());
        }
    }

    private record InSpring(DSLContext dsl, TransactionTemplate template) implements Inside {
        @Override
        public void nested(Runnable work) {
            template.executeWithoutResult(inner -> work.run());
        }
    }

    private record InJdbc(Connection connection, DSLContext dsl) implements Inside {
        @Override
        public void nested(Runnable work) {
            try {
                Savepoint savepoint = connection.setSavepoint("sp");
                try {
                    work.run();
                    connection.releaseSavepoint(savepoint);
                } catch (RuntimeException | Error e) {
                    connection.rollback(savepoint);
                    throw e;
                }
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
