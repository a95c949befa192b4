package dev.jooqcache.internal.reactive;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** The two publishers that are needed beside a driver's own; a library of operators is not on every class path. */
final class Signals {

    private static final int PATIENCE_SECONDS = 2;

    private Signals() {}

    /** A publisher that completes at once. */
    static Publisher<Void> completed() {
        return subscriber -> {
            subscriber.onSubscribe(new Subscription() {
                @Override
                public void request(long count) {}

                @Override
                public void cancel() {}
            });
            subscriber.onComplete();
        };
    }

    /**
     * One call after a question, whatever becomes of the question. It does not wait long: a connection does not answer while
     * it has a result that is not read.
     *
     * @param question a question to the database
     * @param ifAnswered runs if it answers yes
     * @param call the call
     */
    static Publisher<Void> afterAnswer(
            Supplier<Publisher<Boolean>> question, Runnable ifAnswered, Supplier<Publisher<Void>> call) {
        return subscriber -> {
            Asking asking = new Asking(ifAnswered, call, subscriber);
            try {
                question.get().subscribe(asking);
                CompletableFuture.delayedExecutor(PATIENCE_SECONDS, TimeUnit.SECONDS)
                        .execute(asking::giveUp);
            } catch (RuntimeException | LinkageError e) {
                asking.onError(e);
            }
        };
    }

    /** Subscribes to the call when the question has ended. The call has no items, so demand need not be counted. */
    private static final class Asking implements Subscriber<Boolean> {

        private final Runnable ifAnswered;
        private final Supplier<Publisher<Void>> call;
        private final Subscriber<? super Void> downstream;
        private final AtomicBoolean ended = new AtomicBoolean();
        private volatile @Nullable Subscription upstream;

        Asking(Runnable ifAnswered, Supplier<Publisher<Void>> call, Subscriber<? super Void> downstream) {
            this.ifAnswered = ifAnswered;
            this.call = call;
            this.downstream = downstream;
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            upstream = subscription;
            subscription.request(Long.MAX_VALUE);
        }

        void giveUp() {
            if (ended.get()) return;
            Subscription subscription = upstream;
            if (subscription != null) subscription.cancel();
            proceed();
        }

        @Override
        public void onNext(Boolean isValid) {
            if (isValid && !ended.get()) ifAnswered.run();
        }

        @Override
        public void onError(Throwable error) {
            proceed();
        }

        @Override
        public void onComplete() {
            proceed();
        }

        private void proceed() {
            if (ended.compareAndSet(false, true)) call.get().subscribe(downstream);
        }
    }
}
