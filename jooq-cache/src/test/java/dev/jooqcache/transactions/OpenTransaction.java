package dev.jooqcache.transactions;

import dev.jooqcache.testing.Fixture;
import dev.jooqcache.transactions.Style.Scope;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.Result;
import org.jooq.ResultQuery;

/** A transaction on a thread of its own, so that a test can do things inside and outside it in turn. */
final class OpenTransaction implements AutoCloseable {

    private static final long PATIENCE_SECONDS = 30;

    private final BlockingQueue<Consumer<Scope>> work = new LinkedBlockingQueue<>();
    private final CompletableFuture<Void> over = new CompletableFuture<>();
    private boolean ended;

    OpenTransaction(Style style, Fixture f) {
        this(style, f, Style.DEFAULT_ISOLATION);
    }

    OpenTransaction(Style style, Fixture f, int isolation) {
        Thread thread = new Thread(
                () -> {
                    try {
                        style.run(f, isolation, this::workOff);
                        over.complete(null);
                    } catch (RuntimeException | Error e) {
                        over.completeExceptionally(e);
                    }
                },
                "transaction " + style);
        thread.setDaemon(true);
        thread.start();
    }

    private void workOff(Scope scope) {
        try {
            for (Consumer<Scope> next; (next = work.take()) != END; ) next.accept(scope);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static final Consumer<Scope> END = scope -> {};

    /** Does something inside the transaction and waits until it is done. What it throws is thrown here only. */
    <T> T ask(Function<Scope, T> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        work.add(scope -> {
            try {
                answer.complete(question.apply(scope));
            } catch (RuntimeException | Error e) {
                answer.completeExceptionally(e);
            }
        });
        return await(answer);
    }

    void run(Consumer<DSLContext> what) {
        ask(scope -> {
            what.accept(scope.dsl());
            return null;
        });
    }

    <R extends Record> Result<R> fetch(Function<DSLContext, ? extends ResultQuery<R>> query) {
        return ask(scope -> query.apply(scope.dsl()).fetch());
    }

    void nested(Consumer<DSLContext> what) {
        ask(scope -> {
            scope.nested(what);
            return null;
        });
    }

    /** Ends the transaction; what the commit throws is thrown here. */
    void commit() {
        ended = true;
        work.add(END);
        await(over);
    }

    void rollback() {
        ended = true;
        work.add(scope -> {
            throw new RolledBack();
        });
        try {
            await(over);
        } catch (RuntimeException e) {
            for (Throwable cause = e; cause != null; cause = cause.getCause()) if (cause instanceof RolledBack) return;
            throw e;
        }
    }

    private static <T> T await(CompletableFuture<T> future) {
        try {
            return future.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) throw cause;
            if (e.getCause() instanceof Error cause) throw cause;
            throw e;
        }
    }

    @Override
    public void close() {
        if (!ended) rollback();
    }

    private static final class RolledBack extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }
}
