package dev.jooqcache.transactions;

import dev.jooqcache.testing.Fixture;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.function.Consumer;
import org.jooq.Configuration;
import org.jooq.DSLContext;
import org.jooq.impl.DSL;
import org.jooq.impl.DataSourceConnectionProvider;
import org.jooq.impl.DefaultConfiguration;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

/** The ways in which applications run transactions. */
enum Style {
    /** jOOQ's transaction API. */
    JOOQ {
        @Override
        void run(Fixture f, int isolation, Consumer<Scope> body) {
            f.dsl.transaction(outer -> {
                isolate(outer.dsl(), isolation);
                body.accept(new JooqScope(outer));
            });
        }
    },
    /** jOOQ's transaction API, the work being done in an inner transaction, which is a savepoint. */
    JOOQ_NESTED {
        @Override
        void run(Fixture f, int isolation, Consumer<Scope> body) {
            f.dsl.transaction(outer -> {
                isolate(outer.dsl(), isolation);
                outer.dsl().transaction(inner -> body.accept(new JooqScope(inner)));
            });
        }
    },
    /** Spring's transaction manager through a template. */
    SPRING_TEMPLATE {
        @Override
        void run(Fixture f, int isolation, Consumer<Scope> body) {
            PlatformTransactionManager manager = new DataSourceTransactionManager(f.tracked);
            DSLContext dsl = outside(f);
            new TransactionTemplate(manager).executeWithoutResult(status -> {
                isolate(dsl, isolation);
                TransactionTemplate nested = new TransactionTemplate(manager);
                nested.setPropagationBehavior(TransactionDefinition.PROPAGATION_NESTED);
                body.accept(new SpringScope(dsl, work -> nested.executeWithoutResult(inner -> work.run())));
            });
        }

        @Override
        DSLContext outside(Fixture f) {
            return springDsl(f);
        }
    },
    /** Spring's transaction manager through {@code @Transactional}. */
    SPRING_ANNOTATION {
        @Override
        void run(Fixture f, int isolation, Consumer<Scope> body) {
            DSLContext dsl = outside(f);
            try (var context = new AnnotationConfigApplicationContext()) {
                context.registerBean(
                        PlatformTransactionManager.class, () -> new DataSourceTransactionManager(f.tracked));
                context.register(Transactions.class);
                context.registerBean("service", Service.class, TransactionalService::new);
                context.refresh();
                Service service = context.getBean(Service.class);
                service.required(() -> {
                    isolate(dsl, isolation);
                    body.accept(new SpringScope(dsl, service::nested));
                });
            }
        }

        @Override
        DSLContext outside(Fixture f) {
            return springDsl(f);
        }
    },
    /** {@code setAutoCommit(false)} on a connection of the tracked pool. */
    JDBC {
        @Override
        void run(Fixture f, int isolation, Consumer<Scope> body) {
            try (Connection connection = f.tracked.getConnection()) {
                connection.setAutoCommit(false);
                DSLContext dsl = f.cache
                        .derive(DSL.using(connection, f.database.dialect()).configuration())
                        .dsl();
                try {
                    isolate(dsl, isolation);
                    body.accept(new JdbcScope(connection, dsl));
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

    /** Leaves the isolation level as it is. */
    static final int DEFAULT_ISOLATION = -1;

    /** Runs the body in a transaction of the given level, which is rolled back if the body throws. */
    abstract void run(Fixture f, int isolation, Consumer<Scope> body);

    /** How an application of this style reads outside a transaction. */
    DSLContext outside(Fixture f) {
        return f.dsl;
    }

    private static DSLContext springDsl(Fixture f) {
        return f.cache
                .derive(new DefaultConfiguration()
                        .set(new DataSourceConnectionProvider(new TransactionAwareDataSourceProxy(f.tracked)))
                        .set(f.database.dialect()))
                .dsl();
    }

    private static void isolate(DSLContext dsl, int level) {
        if (level != DEFAULT_ISOLATION) dsl.connection(connection -> connection.setTransactionIsolation(level));
    }

    /** What the body of a transaction can do. */
    interface Scope {
        DSLContext dsl();

        /** Does some work within a savepoint, to which is rolled back if it throws. */
        void nested(Consumer<DSLContext> work);
    }

    private record JooqScope(Configuration configuration) implements Scope {
        @Override
        public DSLContext dsl() {
            return configuration.dsl();
        }

        @Override
        public void nested(Consumer<DSLContext> work) {
            dsl().transaction(inner -> work.accept(inner.dsl()));
        }
    }

    private record SpringScope(DSLContext dsl, Consumer<Runnable> savepoint) implements Scope {
        @Override
        public void nested(Consumer<DSLContext> work) {
            savepoint.accept(() -> work.accept(dsl));
        }
    }

    private record JdbcScope(Connection connection, DSLContext dsl) implements Scope {
        @Override
        public void nested(Consumer<DSLContext> work) {
            try {
                Savepoint savepoint = connection.setSavepoint("sp");
                try {
                    work.accept(dsl);
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

    @EnableTransactionManagement
    static class Transactions {}

    interface Service {
        void required(Runnable work);

        void nested(Runnable work);
    }

    static class TransactionalService implements Service {
        @Override
        @Transactional
        public void required(Runnable work) {
            work.run();
        }

        @Override
        @Transactional(propagation = Propagation.NESTED)
        public void nested(Runnable work) {
            work.run();
        }
    }
}
