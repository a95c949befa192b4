package dev.jooqcache.internal.execute;

import java.sql.Connection;
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

    @Override
    public Connection acquire() {
        return connection;
    }

    @Override
    public void release(Connection any) {
        release();
    }

    /** Gives the connection back, once. */
    void release() {
        if (released) return;
        released = true;
        provider.release(connection);
    }
}
