package dev.jooqcache.internal.execute;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jooq.ConnectionProvider;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.jooq.tools.jdbc.MockConnection;
import org.jooq.tools.jdbc.MockDataProvider;
import org.jooq.tools.jdbc.MockResult;
import org.jspecify.annotations.Nullable;

/**
 * The connection of a hit: its statements take bind values and answer an empty result, which is exchanged for the
 * recorded one at {@code executeEnd}.
 *
 * <p>If jOOQ prepares anything but the very statement that was looked up (another listener has changed the SQL, or the
 * result set is to be updatable or scrollable), a real connection takes over, and the hit is none.
 */
final class ReplayConnection extends MockConnection implements ConnectionProvider {

    private static final MockDataProvider EMPTY = context ->
            new MockResult[] {new MockResult(0, DSL.using(SQLDialect.DEFAULT).newResult())};

    private final String sql;
    private final ConnectionProvider provider;
    private final Runnable onTakeover;
    private @Nullable Connection real;

    ReplayConnection(String sql, ConnectionProvider provider, Runnable onTakeover) {
        super(EMPTY);
        this.sql = sql;
        this.provider = provider;
        this.onTakeover = onTakeover;
    }

    @Override
    public Connection acquire() {
        return this;
    }

    @Override
    public void release(Connection connection) {
        Connection taken = real;
        real = null;
        if (taken != null) provider.release(taken);
    }

    @Override
    public PreparedStatement prepareStatement(String text) throws SQLException {
        return text.equals(sql) ? super.prepareStatement(text) : takeover().prepareStatement(text);
    }

    @Override
    public PreparedStatement prepareStatement(String text, int type, int concurrency) throws SQLException {
        return takeover().prepareStatement(text, type, concurrency);
    }

    @Override
    public PreparedStatement prepareStatement(String text, int type, int concurrency, int holdability)
            throws SQLException {
        boolean plain = type == ResultSet.TYPE_FORWARD_ONLY && concurrency == ResultSet.CONCUR_READ_ONLY;
        return plain && text.equals(sql)
                ? super.prepareStatement(text, type, concurrency, holdability)
                : takeover().prepareStatement(text, type, concurrency, holdability);
    }

    private Connection takeover() throws SQLException {
        Connection taken = real == null ? provider.acquire() : real;
        if (taken == null) throw new SQLException("the connection provider has no connection");
        real = taken;
        onTakeover.run();
        return taken;
    }
}
