package dev.jooqcache.internal.replay;

import java.sql.Array;
import java.sql.Blob;
import java.sql.Clob;
import java.sql.Connection;
import java.sql.NClob;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLXML;
import java.sql.Statement;
import java.sql.Struct;
import org.jooq.ConnectionProvider;
import org.jooq.Record;
import org.jooq.Result;
import org.jooq.SQLDialect;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.jooq.tools.jdbc.DefaultConnection;
import org.jooq.tools.jdbc.DefaultStatement;
import org.jooq.tools.jdbc.MockConnection;
import org.jooq.tools.jdbc.MockDataProvider;
import org.jooq.tools.jdbc.MockResult;
import org.jspecify.annotations.Nullable;

/**
 * The connection of a hit.
 *
 * <p>The one statement that was looked up is prepared on a {@link MockConnection}: it takes bind values and answers an
 * empty result, which is exchanged for the recorded one at {@code executeEnd}. Whatever else is asked of the connection,
 * by a listener's own queries for instance, goes to a real one, which is taken only then. After its release too: a
 * listener may go on with the connection if the real one allows that, as that of a Spring transaction does.
 */
public final class ReplayConnection extends DefaultConnection implements ConnectionProvider {

    private static final Result<Record> NO_ROWS = DSL.using(SQLDialect.DEFAULT).newResult();

    /** A query that is sent along with settings answers the update count of the first of them before its rows. */
    private static final MockDataProvider EMPTY = context -> {
        MockResult rows = new MockResult(0, NO_ROWS);
        return beginsWithSetting(context.sql())
                ? new MockResult[] {new MockResult(0, null), rows}
                : new MockResult[] {rows};
    };

    private final String sql;
    private final ConnectionProvider provider;
    private final MockConnection mock = new MockConnection(EMPTY);
    private boolean armed;
    private boolean served;
    private boolean released;
    private @Nullable ReplayStaticStatement unprepared;
    private @Nullable Connection real;

    public ReplayConnection(String sql, ConnectionProvider provider) {
        super(null);
        this.sql = sql;
        this.provider = provider;
    }

    /** Returns whether jOOQ sends SET statements along, as it does with GROUP_CONCAT on MySQL and MariaDB. */
    private static boolean beginsWithSetting(String sql) {
        return sql.regionMatches(true, 0, "set ", 0, 4);
    }

    /** The statement that a hit of the text would bind its values to. */
    @SuppressWarnings("resource") // Nothing real is taken for it.
    public static PreparedStatement statement(String sql, ConnectionProvider provider) throws SQLException {
        ReplayConnection connection = new ReplayConnection(sql, provider);
        connection.arm();
        return connection.prepareStatement(sql);
    }

    /** The next statement of the looked-up text is the one to be mocked. */
    public void arm() {
        armed = true;
    }

    /** Returns whether jOOQ's statement is the mocked one. If not, jOOQ has prepared something else, for real. */
    public boolean isServed(@Nullable Statement statement) {
        armed = false;
        if (!served && statement != null) unprepared = unprepared(statement);
        if (unprepared != null) unprepared.expect();
        return served || unprepared != null;
    }

    /** Under jOOQ's own wrappers: another one may have to ask the database. */
    private static @Nullable ReplayStaticStatement unprepared(Statement statement) {
        try {
            Statement inner = statement;
            while (inner instanceof DefaultStatement wrapper) {
                if (inner instanceof ReplayStaticStatement own) return own;
                // Their own getDelegate() may be of another type.
                inner = wrapper.getDelegateStatement();
            }
            return null;
        } catch (SQLException e) {
            return null;
        }
    }

    /** Returns whether that statement was executed with the looked-up text. */
    public boolean isReplayed() {
        return served || (unprepared != null && unprepared.isReplayed());
    }

    @Override
    public Connection getDelegate() {
        Connection taken = real == null ? provider.acquire() : real;
        if (taken == null) throw new DataAccessException("the connection provider has no connection");
        // What is used after its release is not to be released again.
        if (real == null && released) provider.release(taken);
        real = taken;
        return taken;
    }

    @Override
    public Connection acquire() {
        return this;
    }

    @Override
    public void release(Connection connection) {
        // A listener had a connection acquired before the hit was found.
        if (connection != this) provider.release(connection);
        Connection taken = released ? null : real;
        released = true;
        if (taken != null) provider.release(taken);
    }

    @Override
    public PreparedStatement prepareStatement(String text) throws SQLException {
        return isLookedUp(text) ? serve(text) : super.prepareStatement(text);
    }

    @Override
    public PreparedStatement prepareStatement(String text, int type, int concurrency) throws SQLException {
        return isReadOnce(type, concurrency) && isLookedUp(text)
                ? serve(text)
                : super.prepareStatement(text, type, concurrency);
    }

    @Override
    public PreparedStatement prepareStatement(String text, int type, int concurrency, int holdability)
            throws SQLException {
        return isReadOnce(type, concurrency) && isLookedUp(text)
                ? serve(text)
                : super.prepareStatement(text, type, concurrency, holdability);
    }

    @Override
    public Statement createStatement() throws SQLException {
        return armed && !served ? unprepared(() -> getDelegate().createStatement()) : super.createStatement();
    }

    @Override
    public Statement createStatement(int type, int concurrency) throws SQLException {
        return armed && !served && isReadOnce(type, concurrency)
                ? unprepared(() -> getDelegate().createStatement(type, concurrency))
                : super.createStatement(type, concurrency);
    }

    @Override
    public Statement createStatement(int type, int concurrency, int holdability) throws SQLException {
        return armed && !served && isReadOnce(type, concurrency)
                ? unprepared(() -> getDelegate().createStatement(type, concurrency, holdability))
                : super.createStatement(type, concurrency, holdability);
    }

    private Statement unprepared(ReplayStaticStatement.Real live) throws SQLException {
        return new ReplayStaticStatement(sql, mock.createStatement(), this, live);
    }

    /** Returns whether rows are read forwards only, and cannot be changed, as those of a replay. */
    public static boolean isReadOnce(int type, int concurrency) {
        return type == ResultSet.TYPE_FORWARD_ONLY && concurrency == ResultSet.CONCUR_READ_ONLY;
    }

    private boolean isLookedUp(String text) {
        return armed && !served && text.equals(sql);
    }

    private PreparedStatement serve(String text) throws SQLException {
        served = true;
        return new ReplayStatement(mock.prepareStatement(text), this);
    }

    /** Returns whether a large object is made for the mocked statement, which discards it. */
    private boolean isBinding() {
        return served && real == null;
    }

    @Override
    public Blob createBlob() throws SQLException {
        return isBinding() ? Discarding.of(Blob.class) : super.createBlob();
    }

    @Override
    public Clob createClob() throws SQLException {
        return isBinding() ? Discarding.of(Clob.class) : super.createClob();
    }

    @Override
    public NClob createNClob() throws SQLException {
        return isBinding() ? Discarding.of(NClob.class) : super.createNClob();
    }

    @Override
    public SQLXML createSQLXML() throws SQLException {
        return isBinding() ? Discarding.of(SQLXML.class) : super.createSQLXML();
    }

    @Override
    public Array createArrayOf(String type, Object[] elements) throws SQLException {
        return isBinding() ? mock.createArrayOf(type, elements) : super.createArrayOf(type, elements);
    }

    @Override
    public Struct createStruct(String type, Object[] attributes) throws SQLException {
        return isBinding() ? mock.createStruct(type, attributes) : super.createStruct(type, attributes);
    }

    @Override
    public void close() throws SQLException {
        if (real != null) super.close();
    }

    @Override
    public boolean isClosed() throws SQLException {
        return real == null ? released : super.isClosed();
    }
}
