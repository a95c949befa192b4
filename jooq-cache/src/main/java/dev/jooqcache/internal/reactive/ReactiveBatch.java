package dev.jooqcache.internal.reactive;

import io.r2dbc.spi.Batch;
import io.r2dbc.spi.Result;
import java.util.ArrayList;
import java.util.List;
import org.reactivestreams.Publisher;

/** A batch whose executions are followed. */
final class ReactiveBatch implements Batch {

    private final Batch delegate;
    private final ReactiveConnection connection;
    private final List<String> statements = new ArrayList<>();

    ReactiveBatch(Batch delegate, ReactiveConnection connection) {
        this.delegate = delegate;
        this.connection = connection;
    }

    @Override
    public Batch add(String sql) {
        delegate.add(sql);
        statements.add(sql);
        return this;
    }

    @Override
    public Publisher<? extends Result> execute() {
        return connection.execute(List.copyOf(statements), delegate.execute());
    }

    @Override
    public String toString() {
        return delegate.toString();
    }
}
