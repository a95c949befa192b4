package dev.jooqcache.internal.reactive;

import io.r2dbc.spi.Result;
import io.r2dbc.spi.Statement;
import java.util.List;
import org.reactivestreams.Publisher;

/** A statement whose executions are followed. */
final class ReactiveStatement implements Statement {

    private final Statement delegate;
    private final String sql;
    private final ReactiveConnection connection;

    ReactiveStatement(Statement delegate, String sql, ReactiveConnection connection) {
        this.delegate = delegate;
        this.sql = sql;
        this.connection = connection;
    }

    private Statement with(Statement statement) {
        return statement.equals(delegate) ? this : new ReactiveStatement(statement, sql, connection);
    }

    @Override
    public Publisher<? extends Result> execute() {
        return connection.execute(List.of(sql), delegate.execute());
    }

    @Override
    public Statement add() {
        return with(delegate.add());
    }

    @Override
    public Statement bind(int index, Object value) {
        return with(delegate.bind(index, value));
    }

    @Override
    public Statement bind(String name, Object value) {
        return with(delegate.bind(name, value));
    }

    @Override
    public Statement bindNull(int index, Class<?> type) {
        return with(delegate.bindNull(index, type));
    }

    @Override
    public Statement bindNull(String name, Class<?> type) {
        return with(delegate.bindNull(name, type));
    }

    @Override
    public Statement returnGeneratedValues(String... columns) {
        return with(delegate.returnGeneratedValues(columns));
    }

    @Override
    public Statement fetchSize(int rows) {
        return with(delegate.fetchSize(rows));
    }

    @Override
    public String toString() {
        return delegate.toString();
    }
}
