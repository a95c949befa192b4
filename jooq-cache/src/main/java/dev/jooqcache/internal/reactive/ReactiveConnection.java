package dev.jooqcache.internal.reactive;

import dev.jooqcache.internal.reactive.FollowedPublisher.Execution;
import io.r2dbc.spi.Batch;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionMetadata;
import io.r2dbc.spi.IsolationLevel;
import io.r2dbc.spi.Statement;
import io.r2dbc.spi.TransactionDefinition;
import io.r2dbc.spi.ValidationDepth;
import io.r2dbc.spi.Wrapped;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

/** A handle of a connection, from its creation to its return. */
final class ReactiveConnection implements Connection, Wrapped<Connection> {

    private final Connection delegate;
    private final Connection physical;
    private final ReactiveSession session;
    private final TrackedConnectionFactory factory;

    ReactiveConnection(
            Connection delegate, Connection physical, ReactiveSession session, TrackedConnectionFactory factory) {
        this.delegate = delegate;
        this.physical = physical;
        this.session = session;
        this.factory = factory;
    }

    boolean isOf(ReactiveTracking tracking) {
        return factory.isOf(tracking);
    }

    Connection delegate() {
        return delegate;
    }

    /** Follows an execution of statements. */
    <T> Publisher<T> execute(List<String> statements, Publisher<? extends T> execution) {
        return new FollowedPublisher<>(execution, () -> session.execute(statements, delegate));
    }

    private Publisher<Void> mayCommit(Publisher<Void> call) {
        return new FollowedPublisher<>(call, () -> session.mayCommit(delegate));
    }

    private Publisher<Void> send(Publisher<Void> call) {
        return new FollowedPublisher<>(call, () -> session.send(delegate));
    }

    @Override
    public Publisher<Void> beginTransaction() {
        // In the MySQL family it commits what is under way.
        return mayCommit(delegate.beginTransaction());
    }

    @Override
    public Publisher<Void> beginTransaction(TransactionDefinition definition) {
        return mayCommit(delegate.beginTransaction(definition));
    }

    @Override
    public Publisher<Void> commitTransaction() {
        long askedAt = session.steps();
        return new FollowedPublisher<>(delegate.commitTransaction(), () -> session.commit(delegate, askedAt));
    }

    @Override
    public Publisher<Void> rollbackTransaction() {
        long askedAt = session.steps();
        return new FollowedPublisher<>(delegate.rollbackTransaction(), () -> session.rollback(delegate, askedAt));
    }

    @Override
    public Publisher<Void> setAutoCommit(boolean autoCommit) {
        Publisher<Void> call = delegate.setAutoCommit(autoCommit);
        // MariaDB's driver sends nothing if only BEGIN has left autocommit.
        return mayCommit(call);
    }

    @Override
    public Publisher<Void> close() {
        return subscriber -> {
            // Some drivers answer no more as soon as their close() was called.
            Publisher<Void> close = session.isToBeAsked()
                    ? Signals.afterAnswer(this::isAnswering, session::answered, this::closing)
                    : closing();
            close.subscribe(subscriber);
        };
    }

    private Publisher<Void> closing() {
        return new FollowedPublisher<>(delegate.close(), () -> session.close(delegate, physical));
    }

    private Publisher<Boolean> isAnswering() {
        return delegate.validate(ValidationDepth.REMOTE);
    }

    @Override
    public Statement createStatement(String sql) {
        return new ReactiveStatement(delegate.createStatement(sql), sql, this);
    }

    @Override
    public Batch createBatch() {
        return new ReactiveBatch(delegate.createBatch(), this);
    }

    @Override
    public Publisher<Void> createSavepoint(String name) {
        return send(delegate.createSavepoint(name));
    }

    @Override
    public Publisher<Void> releaseSavepoint(String name) {
        return send(delegate.releaseSavepoint(name));
    }

    @Override
    public Publisher<Void> rollbackTransactionToSavepoint(String name) {
        return send(delegate.rollbackTransactionToSavepoint(name));
    }

    @Override
    public Publisher<Void> setTransactionIsolationLevel(IsolationLevel level) {
        // H2 commits at SET.
        return mayCommit(delegate.setTransactionIsolationLevel(level));
    }

    @Override
    public Publisher<Void> setLockWaitTimeout(Duration timeout) {
        return mayCommit(delegate.setLockWaitTimeout(timeout));
    }

    @Override
    public Publisher<Void> setStatementTimeout(Duration timeout) {
        return mayCommit(delegate.setStatementTimeout(timeout));
    }

    @Override
    public Publisher<Boolean> validate(ValidationDepth depth) {
        Publisher<Boolean> call = delegate.validate(depth);
        return depth == ValidationDepth.REMOTE ? new FollowedPublisher<>(call, this::asking) : call;
    }

    private Execution asking() {
        return session.send(delegate);
    }

    @Override
    public boolean isAutoCommit() {
        return delegate.isAutoCommit();
    }

    @Override
    public ConnectionMetadata getMetadata() {
        return delegate.getMetadata();
    }

    @Override
    public IsolationLevel getTransactionIsolationLevel() {
        return delegate.getTransactionIsolationLevel();
    }

    @Override
    public Connection unwrap() {
        factory.tracking().exposed(session);
        return delegate;
    }

    @Override
    public <E> @Nullable E unwrap(Class<E> target) {
        if (target.isInstance(this)) return target.cast(this);
        E inner = target.isInstance(delegate)
                ? target.cast(delegate)
                : delegate instanceof Wrapped<?> wrapper ? wrapper.unwrap(target) : null;
        if (inner != null && !isOfThreads(target)) factory.tracking().exposed(session);
        return inner;
    }

    /** What r2dbc-pool asks each connection for, whenever it gives one out. Nothing can be written by it. */
    private static boolean isOfThreads(Class<?> target) {
        return target == Executor.class || target.getName().equals("reactor.core.scheduler.Scheduler");
    }

    @Override
    public String toString() {
        return "tracked " + delegate;
    }
}
