package dev.jooqcache.benchmarks;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jooq.Configuration;
import org.jooq.ConnectionProvider;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.Result;
import org.jooq.tools.jdbc.DefaultConnection;
import org.jooq.tools.jdbc.DefaultPreparedStatement;
import org.jspecify.annotations.Nullable;

/**
 * What no cache below jOOQ can beat: jOOQ builds and renders the query and reads the rows, and everything between is
 * ideal. The rows lie ready in an {@link IdealResultSet}; which ones is told by the arguments, in a map. For one thread.
 */
final class IdealFloor extends JooqCatalogue {

    private record Question(String kind, int argument) {}

    private final Map<Question, Cells> prepared = new HashMap<>();
    private final Source source;

    private IdealFloor(DSLContext dsl, Source source) {
        super(dsl);
        this.source = source;
    }

    static IdealFloor over(Configuration configuration) {
        Source source = new Source(configuration.connectionProvider());
        return new IdealFloor(configuration.derive(source).dsl(), source);
    }

    private void ask(String kind, int argument) {
        source.served = prepared.computeIfAbsent(new Question(kind, argument), asked -> new Cells());
    }

    @Override
    public Record film(int id) {
        ask("film", id);
        return super.film(id);
    }

    @Override
    public Result<?> page(int number) {
        ask("page", number);
        return super.page(number);
    }

    @Override
    public Record detail(int film) {
        ask("detail", film);
        return super.detail(film);
    }

    @Override
    public Result<?> genres(int language) {
        ask("genres", language);
        return super.genres(language);
    }

    @Override
    public Result<?> report(int payment) {
        ask("report", payment);
        return super.report(payment);
    }

    /** The rows of one result, as jOOQ's bindings have read them. */
    private static final class Cells {
        final List<@Nullable Object[]> rows = new ArrayList<>();
        boolean complete;
    }

    /** Answers with the prepared rows, or else asks the database and prepares them. */
    private static final class Source implements ConnectionProvider {

        private final ConnectionProvider database;
        private Cells served = new Cells();

        Source(ConnectionProvider database) {
            this.database = database;
        }

        @Override
        public @Nullable Connection acquire() {
            Cells cells = served;
            if (cells.complete) return new IdealConnection(cells.rows);
            Connection connection = database.acquire();
            return connection == null ? null : new RecordingConnection(connection, cells);
        }

        @Override
        public void release(Connection connection) {
            if (connection instanceof RecordingConnection recording) database.release(recording.getDelegate());
        }
    }

    private static final class IdealConnection extends DefaultConnection {

        private final List<@Nullable Object[]> rows;

        IdealConnection(List<@Nullable Object[]> rows) {
            super(null);
            this.rows = rows;
        }

        @Override
        public PreparedStatement prepareStatement(String sql) {
            return new IdealStatement(rows);
        }

        @Override
        public boolean getAutoCommit() {
            return true;
        }

        @Override
        public void close() {}
    }

    private static final class IdealStatement extends DefaultPreparedStatement {

        private final List<@Nullable Object[]> rows;

        IdealStatement(List<@Nullable Object[]> rows) {
            super(null);
            this.rows = rows;
        }

        @Override
        public void setInt(int parameter, int value) {}

        @Override
        public void setLong(int parameter, long value) {}

        @Override
        public void setShort(int parameter, short value) {}

        @Override
        public boolean execute() {
            return true;
        }

        @Override
        public @Nullable SQLWarning getWarnings() {
            return null;
        }

        @Override
        public ResultSet executeQuery() {
            return new IdealResultSet(rows);
        }

        @Override
        public ResultSet getResultSet() {
            return new IdealResultSet(rows);
        }

        @Override
        public void close() {}
    }

    /** Notes what jOOQ's bindings read from a real result set, getter by getter. */
    private static final class RecordingConnection extends DefaultConnection {

        private final Cells cells;

        RecordingConnection(Connection connection, Cells cells) {
            super(connection);
            this.cells = cells;
        }

        @Override
        public PreparedStatement prepareStatement(String sql) throws SQLException {
            return new DefaultPreparedStatement(super.prepareStatement(sql)) {
                @Override
                public ResultSet executeQuery() throws SQLException {
                    return record(super.executeQuery());
                }

                @Override
                public ResultSet getResultSet() throws SQLException {
                    return record(super.getResultSet());
                }
            };
        }

        private ResultSet record(ResultSet rows) throws SQLException {
            int columns = rows.getMetaData().getColumnCount();
            return (ResultSet) Proxy.newProxyInstance(
                    ResultSet.class.getClassLoader(), new Class<?>[] {ResultSet.class}, (self, method, arguments) -> {
                        Object value;
                        try {
                            value = method.invoke(rows, arguments);
                        } catch (InvocationTargetException e) {
                            throw e.getCause();
                        }
                        if (method.getName().equals("next")) {
                            if (Boolean.TRUE.equals(value)) cells.rows.add(new Object[columns]);
                            else cells.complete = true;
                        } else if (method.getName().startsWith("get")
                                && arguments != null
                                && arguments[0] instanceof Integer column) {
                            cells.rows.get(cells.rows.size() - 1)[column - 1] = rows.wasNull() ? null : value;
                        }
                        return value;
                    });
        }
    }
}
