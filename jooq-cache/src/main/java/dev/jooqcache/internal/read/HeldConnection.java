package dev.jooqcache.internal.read;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.jooq.ConnectionProvider;

/** Gives jOOQ the connection that was already acquired in order to look at its transaction. */
final class HeldConnection implements ConnectionProvider {

    private final ConnectionProvider provider;
    private final Connection connection;
    private boolean released;

    HeldConnection(ConnectionProvider provider, Connection connection) {
        this.provider = provider;
        this.connection = connection;
    }

    Connection connection() {
        return connection;
    }

    /**
     * Returns whether the connection lets a query be executed. A closed one does not; nor does that of a Spring transaction after
     * its deadline, which is looked at when a statement is made.
     */
    boolean makesStatements() {
        try (Statement statement = connection.createStatement()) {
            return statement != null;
        } catch (SQLException | RuntimeException | LinkageError e) {
            return false;
        }
    }

    @Override
    public Connection acquire() {
        return connection;
    }

    @Override
    public void release(Connection any) {
        // A listener had another one acquired before this.
        if (any != connection) provider.release(any);
        release();
    }

    /** Gives the connection back, once. */
    void release() {
        if (released) return;
        released = true;
        provider.release(connection);
    }
}
