package dev.jooqcache.internal.reactive;

import dev.jooqcache.internal.transaction.SqlStates;
import io.r2dbc.spi.R2dbcException;
import io.r2dbc.spi.R2dbcNonTransientResourceException;
import io.r2dbc.spi.R2dbcTimeoutException;
import io.r2dbc.spi.R2dbcTransientResourceException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * A driver's publisher of one call. Each subscription is one execution: it is noted before the driver sees it, and ended
 * before the subscriber is told of its end.
 *
 * @param <T> the type of the items
 */
final class FollowedPublisher<T> implements Publisher<T> {

    private final Publisher<? extends T> source;
    private final Supplier<Execution> begin;

    FollowedPublisher(Publisher<? extends T> source, Supplier<Execution> begin) {
        this.source = source;
        this.begin = begin;
    }

    /** One execution of a call. */
    interface Execution {

        /** The database has sent something in answer to it. */
        void answered();

        /** No more will be heard of it. */
        void ended(Outcome outcome);
    }

    @Override
    public void subscribe(Subscriber<? super T> subscriber) {
        Observer<T> observer = new Observer<>(subscriber, begin.get());
        try {
            source.subscribe(observer);
        } catch (RuntimeException | Error e) {
            observer.end(Outcome.UNKNOWN);
            throw e;
        }
    }

    /** What an error says of the call, by its SQLSTATE (rule P11). */
    private static Outcome outcome(Throwable error) {
        if (!(error instanceof R2dbcException told)
                || error instanceof R2dbcTimeoutException
                || error instanceof R2dbcTransientResourceException
                || error instanceof R2dbcNonTransientResourceException) return Outcome.UNKNOWN;
        String state = told.getSqlState();
        if (SqlStates.isRollback(state)) return Outcome.ROLLED_BACK;
        return SqlStates.isAnswer(state) ? Outcome.REFUSED : Outcome.UNKNOWN;
    }

    private static final class Observer<T> implements Subscriber<T>, Subscription {

        private final Subscriber<? super T> downstream;
        private final Execution execution;
        private final AtomicBoolean ended = new AtomicBoolean();
        private volatile @Nullable Subscription upstream;
        private volatile boolean isAnswered;

        Observer(Subscriber<? super T> downstream, Execution execution) {
            this.downstream = downstream;
            this.execution = execution;
        }

        void end(Outcome outcome) {
            if (ended.compareAndSet(false, true)) execution.ended(outcome);
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            upstream = subscription;
            downstream.onSubscribe(this);
        }

        @Override
        public void onNext(T item) {
            // No: validate() has found the connection closed, and what was sent on it may still be running.
            boolean isAnswer = !Boolean.FALSE.equals(item);
            if (isAnswer && !isAnswered) execution.answered();
            isAnswered |= isAnswer;
            downstream.onNext(item);
        }

        @Override
        public void onComplete() {
            end(Outcome.COMPLETED);
            downstream.onComplete();
        }

        @Override
        public void onError(Throwable error) {
            end(outcome(error));
            downstream.onError(error);
        }

        @Override
        public void request(long count) {
            Subscription subscription = upstream;
            if (subscription != null) subscription.request(count);
        }

        @Override
        public void cancel() {
            Subscription subscription = upstream;
            try {
                if (subscription != null) subscription.cancel();
            } finally {
                end(Outcome.UNKNOWN);
            }
        }
    }
}
