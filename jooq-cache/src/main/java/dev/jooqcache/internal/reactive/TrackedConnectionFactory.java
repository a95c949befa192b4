package dev.jooqcache.internal.reactive;

import dev.jooqcache.internal.jdbc.DataSources;
import dev.jooqcache.internal.jdbc.FollowedFactory;
import dev.jooqcache.internal.transaction.UnplacedWrites;
import io.r2dbc.spi.Closeable;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactory;
import io.r2dbc.spi.ConnectionFactoryMetadata;
import io.r2dbc.spi.Wrapped;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** A connection factory whose connections announce what they write. Closing it closes the one that it wraps. */
final class TrackedConnectionFactory
        implements ConnectionFactory, FollowedFactory, Wrapped<ConnectionFactory>, Closeable {

    private final ConnectionFactory delegate;
    private final ReactiveTracking tracking;
    private final UnplacedWrites writes;

    TrackedConnectionFactory(ConnectionFactory delegate, ReactiveTracking tracking, UnplacedWrites writes) {
        this.delegate = delegate;
        this.tracking = tracking;
        this.writes = writes;
    }

    boolean isOf(ReactiveTracking other) {
        return tracking.equals(other);
    }

    @Override
    public boolean isFollowedBy(DataSources sources) {
        return tracking.isOf(sources);
    }

    ReactiveTracking tracking() {
        return tracking;
    }

    UnplacedWrites writes() {
        return writes;
    }

    @Override
    public Publisher<? extends Connection> create() {
        Publisher<? extends Connection> created = delegate.create();
        return subscriber -> created.subscribe(new Following(subscriber));
    }

    @Override
    public ConnectionFactoryMetadata getMetadata() {
        return delegate.getMetadata();
    }

    @Override
    public ConnectionFactory unwrap() {
        return delegate;
    }

    @Override
    public Publisher<Void> close() {
        return delegate instanceof Closeable closeable ? closeable.close() : Signals.completed();
    }

    @Override
    public String toString() {
        return "tracked " + delegate;
    }

    private final class Following implements Subscriber<Connection> {

        private final Subscriber<? super Connection> downstream;

        Following(Subscriber<? super Connection> downstream) {
            this.downstream = downstream;
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            downstream.onSubscribe(subscription);
        }

        @Override
        public void onNext(Connection connection) {
            downstream.onNext(tracking.follow(connection, TrackedConnectionFactory.this));
        }

        @Override
        public void onError(Throwable error) {
            downstream.onError(error);
        }

        @Override
        public void onComplete() {
            downstream.onComplete();
        }
    }
}
