package dev.jooqcache.internal.reactive;

import dev.jooqcache.internal.dependency.StatementEffect;
import dev.jooqcache.internal.reactive.FollowedPublisher.Execution;
import dev.jooqcache.internal.transaction.UnplacedWrites;
import dev.jooqcache.internal.transaction.UnplacedWrites.Analysis;
import dev.jooqcache.internal.transaction.UnplacedWrites.Write;
import dev.jooqcache.internal.transaction.UnplacedWrites.Written;
import io.r2dbc.spi.Connection;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The transaction state of one connection of a driver, through whichever handles it is used (rules P2, P5, P6, P11).
 *
 * <ul>
 *   <li>A write in a transaction is noted when its publisher is subscribed to, and announced with the commit.
 *   <li>A write in autocommit is announced before the driver sees the subscription, and ended with its publisher.
 *   <li>Calls may be subscribed to before earlier ones have ended. Then it is not known whether a statement will find a
 *       transaction, and both is done.
 *   <li>A call that was cancelled, as by {@code Mono.from(statement.execute())} after the first result, may still be running.
 *       Its marks stand until the connection has answered a later one, as a connection executes its calls in their order.
 * </ul>
 *
 * <p>Thread-safe: publishers signal on the driver's threads.
 */
final class ReactiveSession {

    private final UnplacedWrites writes;
    private final Telling telling;

    /** Calls that have begun, and of which the end was neither seen nor is implied by a later answer. */
    private final List<Call> unsettled = new ArrayList<>();

    /** What was written in transactions that were open when their handles were closed. */
    private final List<Write> left = new ArrayList<>();

    /** Counts beginnings and cancellations. */
    private long steps;

    private Written written;

    /** Code or text may have begun a transaction that the driver does not tell of. */
    private boolean uncertain;

    /** Code may have begun a transaction and failed, so that the driver has not been told. */
    private boolean isStatusOld;

    /** The application holds the driver's own connection. */
    private @Nullable Write exposed;

    /** What a driver's {@code isAutoCommit()} rests on. */
    enum Telling {
        /** The calls of its methods. */
        CALLS,
        /** Those answers of the server that tell no error. */
        SUCCESSES,
        /** Every answer of the server. */
        EVERYTHING
    }

    /**
     * Begins with a new connection.
     *
     * @param writes announces writes
     * @param telling what the driver knows of transactions
     */
    ReactiveSession(UnplacedWrites writes, Telling telling) {
        this.writes = writes;
        this.telling = telling;
        this.written = writes.nothing();
    }

    private static boolean isAutoCommit(Connection connection) {
        try {
            return connection.isAutoCommit();
        } catch (RuntimeException | LinkageError e) {
            return false;
        }
    }

    /** A handle was given out. */
    synchronized void opened(Connection connection) {
        if (isIdleOutside(connection)) forget();
    }

    private boolean isIdleOutside(Connection connection) {
        return isQuiet() && isAutoCommit(connection);
    }

    /** No transaction is under way. */
    private void forget() {
        left.forEach(Write::committed);
        left.clear();
        written = writes.nothing();
    }

    /** Returns whether the driver's answer to {@code isAutoCommit()} holds for what is subscribed to now. */
    private boolean isQuiet() {
        return unsettled.isEmpty() && !uncertain && !isStatusOld;
    }

    /** A statement or batch is being subscribed to. */
    synchronized Execution execute(List<String> statements, Connection connection) {
        // Here, so that analyses have the order in which they are noted.
        Analysis statement = writes.analyse(statements);
        StatementEffect effect = statement.effect();
        Written own = statement.written();
        return switch (effect.kind()) {
            case NONE, ROLLBACK_TO_SAVEPOINT, WRITE -> write(own, connection);
            case COMMIT -> commit(connection, Sending.CERTAIN);
            case ROLLBACK -> rollback(connection, Sending.CERTAIN);
            case PREPARE -> prepare(connection);
            case ISOLATION,
                    SESSION_ISOLATION,
                    SESSION,
                    SETTING_FOR_QUERY,
                    SESSION_DEFAULTS,
                    LOCAL_SETTING,
                    IMPLICIT_COMMIT -> noted(own, connection);
            case BEGIN, BEGIN_WITH_MODES, AUTOCOMMIT, TEMPORARY_TABLE, SCHEMA, CODE, UNKNOWN ->
                unknown(own, connection);
        };
    }

    private Execution write(Written own, Connection connection) {
        boolean quiet = isQuiet();
        boolean autoCommit = isAutoCommit(connection);
        boolean onlyInTransaction = quiet && !autoCommit;
        boolean onlyByItself = quiet && autoCommit;
        Write mark = onlyInTransaction ? null : writes.announce(own);
        if (!onlyByItself) written = written.and(own);
        return begin(new Call(connection, mark));
    }

    /** It may commit what the transaction has written so far, and executes functions that are told of it. */
    private Execution noted(Written own, Connection connection) {
        written = written.and(own);
        return mayCommit(connection);
    }

    /** It may commit by itself, begin or end a transaction, and write what is told of it. */
    private Execution unknown(Written own, Connection connection) {
        if (own.hasTags()) writes.mayAlterSessions();
        uncertain |= telling == Telling.CALLS;
        isStatusOld |= telling == Telling.SUCCESSES && own.hasTags();
        return noted(own, connection);
    }

    /** What the transaction has written so far may take effect by a call that does not end it for certain. */
    synchronized Execution mayCommit(Connection connection) {
        return begin(new EndingCall(connection, announced(), writes.nothing(), Sending.UNKNOWN));
    }

    private @Nullable Write announced() {
        return written.isEmpty() ? null : writes.announce(written);
    }

    /** Something is sent that writes nothing and commits nothing. */
    synchronized Execution send(Connection connection) {
        return begin(new Call(connection, null));
    }

    /** What has happened so far: what a driver has decided holds as long as this stays the same. */
    synchronized long steps() {
        return steps;
    }

    /**
     * The transaction is being committed: what is written from here on belongs to the next.
     *
     * @param askedAt when the driver was asked for the call
     */
    synchronized Execution commit(Connection connection, long askedAt) {
        return commit(connection, sending(connection, askedAt));
    }

    private Execution commit(Connection connection, Sending sending) {
        Call call = new EndingCall(connection, announced(), written, sending);
        written = writes.nothing();
        return begin(call);
    }

    /**
     * The transaction is being rolled back.
     *
     * @param askedAt when the driver was asked for the call
     */
    synchronized Execution rollback(Connection connection, long askedAt) {
        return rollback(connection, sending(connection, askedAt));
    }

    private Execution rollback(Connection connection, Sending sending) {
        Call call = new EndingCall(connection, null, written, sending);
        written = writes.nothing();
        return begin(call);
    }

    /**
     * Drivers send nothing for a call that ends a transaction if they know of none: when it is subscribed to, as PostgreSQL's,
     * or when it is asked for, as MariaDB's. The BEGIN may still be unanswered then, or not even sent.
     */
    private Sending sending(Connection connection, long askedAt) {
        boolean isOpen = steps == askedAt
                && !isAutoCommit(connection)
                && unsettled.stream().noneMatch(EndingCall.class::isInstance);
        return isOpen ? Sending.CERTAIN : Sending.UNKNOWN;
    }

    /** Whether a call that ends a transaction reaches the database. */
    private enum Sending {
        CERTAIN,
        UNKNOWN
    }

    private Execution prepare(Connection connection) {
        Write prepared = writes.announce(isQuiet() ? written : written.and(writes.everything()));
        Call call = new EndingCall(connection, null, written, Sending.CERTAIN) {
            @Override
            public void ended(Outcome outcome) {
                super.ended(outcome);
                if (outcome.isAnswer() && outcome != Outcome.COMPLETED) prepared.committed();
                else writes.standWhilePrepared(prepared);
            }
        };
        written = writes.nothing();
        return begin(call);
    }

    private Call begin(Call call) {
        call.begunAt = ++steps;
        unsettled.add(call);
        return call;
    }

    /**
     * Returns whether a write was cancelled once it had begun to answer, so that it is over as soon as the connection answers
     * once
     * more; or whether an answer would tell more of the transaction. A call that has not answered may run for long, and a
     * question would wait for it.
     */
    synchronized boolean isToBeAsked() {
        boolean wouldSettle =
                unsettled.stream().anyMatch(call -> call.abandonedAt > 0 && call.mark != null && !call.mark.isEmpty());
        return (wouldSettle || isStatusOld) && unsettled.stream().allMatch(call -> call.hasAnswered);
    }

    /**
     * The application gets at the driver's own connection, where its writes are not seen.
     *
     * @return whether it is the first time since the handle was given out
     */
    synchronized boolean exposed() {
        if (exposed != null) return false;
        exposed = writes.announce(writes.everything());
        return true;
    }

    /**
     * A handle is being closed. A transaction that is open is rolled back by the driver or a pool, or left open by one.
     *
     * @param connection the handle
     * @param physical the driver's own connection, as far as it can be told
     */
    synchronized Execution close(Connection connection, Connection physical) {
        // A transaction that was begun unseen may be left open, too.
        if (exposed != null) written = written.and(writes.everything());
        boolean isOver = isIdleOutside(connection) || written.isEmpty();
        Write mark = isOver ? null : writes.announce(written);
        if (mark != null) {
            // What is noted only grows until its transaction has ended, so the new mark covers them.
            left.stream().filter(Write::isEmpty).forEach(Write::abandoned);
            left.removeIf(Write::isEmpty);
            left.add(mark);
        }
        return new Closing(connection, physical, mark);
    }

    /** One call, in the order of the subscriptions. */
    private class Call implements Execution {

        /** The key of a session in a weak map, or what refers to it. */
        private final WeakReference<Connection> connection;

        final @Nullable Write mark;
        private long begunAt;
        private boolean hasAnswered;

        /** When it was cancelled, or failed without an answer; 0 if it was not. */
        private long abandonedAt;

        Call(Connection connection, @Nullable Write mark) {
            this.connection = new WeakReference<>(connection);
            this.mark = mark;
        }

        @Override
        public void answered() {
            synchronized (ReactiveSession.this) {
                hasAnswered = true;
                settleBefore(begunAt);
            }
        }

        @Override
        public void ended(Outcome outcome) {
            synchronized (ReactiveSession.this) {
                if (!outcome.isAnswer()) {
                    abandonedAt = ++steps;
                    return;
                }
                unsettled.remove(this);
                if (outcome != Outcome.COMPLETED || isSent()) settleBefore(begunAt);
                if (outcome == Outcome.COMPLETED && hasAnswered && tellsStatus()) isStatusOld = false;
                settle(outcome);
                Connection open = connection.get();
                if (open != null && isIdleOutside(open)) forget();
            }
        }

        /** Returns whether it reached the database for certain, without having answered anything yet. */
        boolean isSent() {
            return false;
        }

        /** Returns whether the driver knows after its answer whether a transaction is under way. */
        boolean tellsStatus() {
            return true;
        }

        void settle(Outcome outcome) {
            if (mark != null) mark.committed();
        }
    }

    /** A call that may end the transaction. */
    private class EndingCall extends Call {

        /** What the transaction had written that this call is to end. */
        private final Written ending;

        private final Sending sending;

        EndingCall(Connection connection, @Nullable Write mark, Written ending, Sending sending) {
            super(connection, mark);
            this.ending = ending;
            this.sending = sending;
        }

        @Override
        public void ended(Outcome outcome) {
            synchronized (ReactiveSession.this) {
                if (outcome != Outcome.COMPLETED || sending != Sending.CERTAIN) written = ending.and(written);
                super.ended(outcome);
            }
        }

        @Override
        boolean isSent() {
            return sending == Sending.CERTAIN;
        }

        @Override
        boolean tellsStatus() {
            return false;
        }

        @Override
        void settle(Outcome outcome) {
            if (mark != null && !ending.isEmpty() && outcome == Outcome.ROLLED_BACK) mark.abandoned();
            else super.settle(outcome);
        }
    }

    /**
     * The connection has answered a call. Those that were abandoned before it began were sent before it, or never will be;
     * of one that was abandoned later this is not known, as drivers may send what is asked for first.
     */
    private void settleBefore(long begunAt) {
        unsettled.removeIf(call -> {
            boolean isOver = call.abandonedAt > 0 && call.abandonedAt < begunAt;
            if (isOver) call.settle(Outcome.UNKNOWN);
            return isOver;
        });
    }

    /** The connection has answered once more before it is closed. */
    synchronized void answered() {
        settleBefore(++steps);
        isStatusOld = false;
    }

    private final class Closing implements Execution {

        private final Connection delegate;
        private final Connection physical;
        private final @Nullable Write open;

        Closing(Connection delegate, Connection physical, @Nullable Write open) {
            this.delegate = delegate;
            this.physical = physical;
            this.open = open;
        }

        @Override
        public void answered() {}

        @Override
        @SuppressWarnings("ReferenceEquality") // The driver's own connection is closed for good, and rolls back.
        public void ended(Outcome outcome) {
            synchronized (ReactiveSession.this) {
                for (Call call : unsettled) if (call.mark != null) call.mark.doubt(null);
                if (telling != Telling.CALLS && delegate == physical && outcome == Outcome.COMPLETED) forget();
                else if (open != null) open.doubt(uncertain || isStatusOld ? null : physical::isAutoCommit);
                Write unseen = exposed;
                exposed = null;
                if (unseen != null) unseen.committed();
            }
        }
    }
}
