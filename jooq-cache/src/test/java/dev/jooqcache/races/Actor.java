package dev.jooqcache.races;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** A thread that stops at each named point it reaches until it is told to go on. Threads of tests do not stop. */
public final class Actor<T> {

    private static final long PATIENCE_SECONDS = 60;
    private static final ThreadLocal<Actor<?>> CURRENT = new ThreadLocal<>();
    private static final String END = "end";

    private final Semaphore turn = new Semaphore(0);
    private final Semaphore stopped = new Semaphore(0);
    private final CompletableFuture<T> result = new CompletableFuture<>();
    private volatile String point = "begin";
    private Set<String> passed = Set.of();

    Actor(String name, Supplier<T> work) {
        Thread thread = new Thread(
                () -> {
                    CURRENT.set(this);
                    turn.acquireUninterruptibly();
                    try {
                        result.complete(work.get());
                    } catch (RuntimeException | Error e) {
                        result.completeExceptionally(e);
                    }
                    point = END;
                    stopped.release();
                },
                name);
        thread.setDaemon(true);
        thread.start();
    }

    /** Does not stop at some points. */
    Actor<T> passing(String... points) {
        passed = Set.of(points);
        return this;
    }

    /** Called where a thread may have to stop. */
    public static void reach(String point) {
        Actor<?> actor = CURRENT.get();
        if (actor == null || actor.passed.contains(point)) return;
        actor.point = point;
        actor.stopped.release();
        actor.turn.acquireUninterruptibly();
    }

    /** Does something without stopping. */
    static void unstopped(Runnable work) {
        unstopped(() -> {
            work.run();
            return true;
        });
    }

    /** Finds something out without stopping. */
    static <R> R unstopped(Supplier<R> work) {
        Actor<?> actor = CURRENT.get();
        CURRENT.remove();
        try {
            return work.get();
        } finally {
            CURRENT.set(actor);
        }
    }

    /** Goes on to the next point, or to the end. Does nothing after the end. */
    void step() {
        if (isOver()) return;
        turn.release();
        try {
            assertThat(stopped.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS))
                    .as("stuck after %s", point)
                    .isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Goes on to the named point, which it must reach. */
    Actor<T> to(String name) {
        do {
            step();
            assertThat(point).as("on the way to %s", name).isNotEqualTo(END);
        } while (!point.equals(name));
        return this;
    }

    /** Goes on to the end. What the work threw is thrown here. */
    T finish() {
        while (!isOver()) step();
        try {
            return result.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) throw cause;
            if (e.getCause() instanceof Error cause) throw cause;
            throw new IllegalStateException(e);
        } catch (InterruptedException | TimeoutException e) {
            throw new IllegalStateException(e);
        }
    }

    boolean isOver() {
        return point.equals(END);
    }

    String point() {
        return point;
    }
}
