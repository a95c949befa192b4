package dev.jooqcache.jta;

import com.atomikos.icatch.jta.UserTransactionManager;
import com.atomikos.jdbc.AtomikosDataSourceBean;
import dev.jooqcache.testing.Database;
import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.agroal.narayana.NarayanaTransactionIntegration;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import javax.sql.XADataSource;
import javax.transaction.xa.XAResource;
import org.h2.jdbcx.JdbcDataSource;
import org.postgresql.xa.PGXADataSource;

/** The JTA transaction managers, each with the pools that go with it. */
enum Coordinator {
    /** Narayana with an Agroal pool of XA connections, which enlists a connection when it is taken. */
    NARAYANA_XA {
        @Override
        DataSource pool(Database database, String url) throws SQLException {
            return agroal(url, xaClass(database));
        }
    },
    /** Narayana with an Agroal pool of plain connections, of which a transaction has one at most. */
    NARAYANA_LOCAL {
        @Override
        DataSource pool(Database database, String url) throws SQLException {
            return agroal(url, null);
        }
    },
    /** Atomikos, which enlists a connection at its first statement, and needs a transaction for each. */
    ATOMIKOS {
        @Override
        DataSource pool(Database database, String url) {
            return atomikos(database, url, false);
        }
    },
    /** Atomikos with connections that can also be used without a transaction. */
    ATOMIKOS_LOCAL_MODE {
        @Override
        DataSource pool(Database database, String url) {
            return atomikos(database, url, true);
        }
    };

    private static final AtomicInteger NUMBER = new AtomicInteger();

    abstract DataSource pool(Database database, String url) throws SQLException;

    boolean isNarayana() {
        return this == NARAYANA_XA || this == NARAYANA_LOCAL;
    }

    /** Whether a statement is possible without a transaction. */
    boolean worksOutside() {
        return this != ATOMIKOS;
    }

    void begin() {
        run(() -> {
            if (isNarayana()) Narayana.manager().begin();
            else Atomikos.MANAGER.begin();
        });
    }

    void commit() {
        run(() -> {
            if (isNarayana()) Narayana.manager().commit();
            else Atomikos.MANAGER.commit();
        });
    }

    void rollback() {
        run(() -> {
            if (isNarayana()) Narayana.manager().rollback();
            else Atomikos.MANAGER.rollback();
        });
    }

    void rollbackOnly() {
        run(() -> {
            if (isNarayana()) Narayana.manager().setRollbackOnly();
            else Atomikos.MANAGER.setRollbackOnly();
        });
    }

    void timeout(int seconds) {
        run(() -> {
            if (isNarayana()) Narayana.manager().setTransactionTimeout(seconds);
            else Atomikos.MANAGER.setTransactionTimeout(seconds);
        });
    }

    Object suspend() throws Exception {
        return isNarayana() ? Narayana.manager().suspend() : Atomikos.MANAGER.suspend();
    }

    void resume(Object transaction) {
        run(() -> {
            if (isNarayana()) Narayana.manager().resume((jakarta.transaction.Transaction) transaction);
            else Atomikos.MANAGER.resume((javax.transaction.Transaction) transaction);
        });
    }

    void enlist(XAResource resource) {
        run(() -> {
            if (isNarayana()) Narayana.manager().getTransaction().enlistResource(resource);
            else Atomikos.MANAGER.getTransaction().enlistResource(resource);
        });
    }

    /** Runs code when the manager is about to prepare, after those that were registered before. */
    void beforeCompletion(Runnable code) {
        run(() -> {
            if (isNarayana())
                Narayana.manager().getTransaction().registerSynchronization(new jakarta.transaction.Synchronization() {
                    @Override
                    public void beforeCompletion() {
                        code.run();
                    }

                    @Override
                    public void afterCompletion(int status) {}
                });
            else
                Atomikos.MANAGER.getTransaction().registerSynchronization(new javax.transaction.Synchronization() {
                    @Override
                    public void beforeCompletion() {
                        code.run();
                    }

                    @Override
                    public void afterCompletion(int status) {}
                });
        });
    }

    private static void run(Call call) {
        try {
            call.run();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private interface Call {
        void run() throws Exception;
    }

    static XADataSource xa(Database database, String url) {
        return switch (database) {
            case H2 -> {
                JdbcDataSource source = new JdbcDataSource();
                source.setURL(url);
                yield source;
            }
            case POSTGRESQL -> {
                PGXADataSource source = new PGXADataSource();
                source.setURL(url);
                yield source;
            }
            case MARIADB -> {
                try {
                    yield new org.mariadb.jdbc.MariaDbDataSource(url);
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            }
        };
    }

    private static Class<?> xaClass(Database database) {
        return switch (database) {
            case H2 -> JdbcDataSource.class;
            case POSTGRESQL -> PGXADataSource.class;
            case MARIADB -> org.mariadb.jdbc.MariaDbDataSource.class;
        };
    }

    private static DataSource agroal(String url, Class<?> xaClass) throws SQLException {
        AgroalDataSourceConfigurationSupplier settings = new AgroalDataSourceConfigurationSupplier()
                .connectionPoolConfiguration(pool -> pool.maxSize(6)
                        .acquisitionTimeout(Duration.ofSeconds(20))
                        .transactionIntegration(Narayana.integration())
                        .connectionFactoryConfiguration(factory -> {
                            if (xaClass == null) factory.jdbcUrl(url);
                            else
                                factory.connectionProviderClass(xaClass)
                                        .jdbcProperty(xaClass == JdbcDataSource.class ? "URL" : "url", url);
                            return factory;
                        }));
        return AgroalDataSource.from(settings);
    }

    private static DataSource atomikos(Database database, String url, boolean localMode) {
        if (Atomikos.MANAGER == null) throw new IllegalStateException();
        AtomikosDataSourceBean pool = new AtomikosDataSourceBean();
        pool.setUniqueResourceName("pool" + NUMBER.incrementAndGet());
        pool.setXaDataSource(xa(database, url));
        pool.setMaxPoolSize(6);
        pool.setLocalTransactionMode(localMode);
        return pool;
    }

    static void close(DataSource pool) {
        if (pool instanceof AtomikosDataSourceBean atomikos) atomikos.close();
        else if (pool instanceof AgroalDataSource agroal) agroal.close();
    }

    private static Path directory(String name) {
        try {
            return Files.createTempDirectory(name);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static final class Narayana {
        static {
            String directory = directory("narayana").toString();
            System.setProperty("ObjectStoreEnvironmentBean.objectStoreDir", directory);
            System.setProperty("ObjectStoreEnvironmentBean.communicationStore.objectStoreDir", directory);
            System.setProperty("ObjectStoreEnvironmentBean.stateStore.objectStoreDir", directory);
        }

        static jakarta.transaction.TransactionManager manager() {
            return com.arjuna.ats.jta.TransactionManager.transactionManager();
        }

        static NarayanaTransactionIntegration integration() {
            return new NarayanaTransactionIntegration(
                    manager(),
                    new com.arjuna.ats.internal.jta.transaction.arjunacore.TransactionSynchronizationRegistryImple());
        }
    }

    private static final class Atomikos {
        static final UserTransactionManager MANAGER = start();

        private static UserTransactionManager start() {
            System.setProperty(
                    "com.atomikos.icatch.log_base_dir", directory("atomikos").toString());
            System.setProperty("com.atomikos.icatch.default_jta_timeout", "300000");
            System.setProperty("com.atomikos.icatch.max_timeout", "300000");
            System.setProperty("com.atomikos.icatch.oltp_max_retries", "1");
            System.setProperty("com.atomikos.icatch.oltp_retry_interval", "300");
            try {
                UserTransactionManager manager = new UserTransactionManager();
                manager.init();
                return manager;
            } catch (javax.transaction.SystemException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
