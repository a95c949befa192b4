package dev.jooqcache.internal.transaction;

import dev.jooqcache.internal.transaction.SchemaVersions.WriteIntent;
import dev.jooqcache.internal.transaction.Session.SqlCall;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientConnectionException;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * The commit protocol of one connection: intent, commit, bump (rules P2, P5, P11).
 *
 * <p>Whatever may commit is bracketed: the caller has announced the intent before the call is sent, and it ends here when the database
 * has answered.
 *
 * <table>
 *   <caption>What becomes of the intent</caption>
 *   <tr><th>outcome</th><th>the intent is</th></tr>
 *   <tr><td>the call returns</td><td>committed, that is the bump; later, if results follow
 *       with which the statement ends; abandoned, if the statement is a part of a global transaction, which has intents of its
 *       own</td></tr>
 *   <tr><td>COMMIT fails, and the transaction was certainly rolled back</td><td>abandoned</td></tr>
 *   <tr><td>COMMIT fails otherwise</td><td>in doubt, until the outcome is final</td></tr>
 *   <tr><td>a statement fails, and that is the server's answer</td><td>committed: it may have changed rows before</td></tr>
 *   <tr><td>a statement's connection fails</td><td>in doubt: perhaps the statement is still running</td></tr>
 *   <tr><td>the first phase of a two-phase commit returns or fails</td><td>kept until another session ends the
 *       transaction</td></tr>
 * </table>
 */
final class CommitProtocol {

    private final TrackedSource source;
    private final Connection raw;

    /** Tells the driver's connection, which a pool's wrapper does not tell any more once it has seen the connection fail. */
    private final Session session;

    CommitProtocol(TrackedSource source, Connection raw, Session session) {
        this.source = source;
        this.raw = raw;
        this.session = session;
    }

    /** COMMIT, in any form. */
    <T> T commit(WriteIntent intent, SqlCall<T> commit) throws SQLException {
        if (!intent.tags().isEmpty()) session.physical();
        T result;
        try {
            result = commit.run();
        } catch (SQLException | RuntimeException | Error e) {
            if (isDefiniteRollback(e)) intent.abandoned();
            else source.doubt(intent, raw, session.physical());
            throw e;
        }
        intent.committed();
        return result;
    }

    /**
     * A statement that commits by itself, or may do so.
     *
     * @param settles looks at the result, and says whether the intent ends now; otherwise it has been kept until the results are
     *     taken
     */
    <T> T bracket(WriteIntent intent, SqlCall<T> statement, Predicate<T> settles) throws SQLException {
        if (!intent.tags().isEmpty()) session.physical();
        T result;
        try {
            result = statement.run();
        } catch (SQLException | RuntimeException | Error e) {
            failed(intent, e);
            throw e;
        }
        if (settles.test(result)) intent.committed();
        return result;
    }

    /** A statement in a global transaction, of which the connection turns out not to be a part, perhaps. */
    <T> T bracket(WriteIntent intent, SqlCall<T> statement, BooleanSupplier isPart) throws SQLException {
        T result;
        try {
            result = statement.run();
        } catch (SQLException | RuntimeException | Error e) {
            if (isPart.getAsBoolean()) intent.abandoned();
            else failed(intent, e);
            throw e;
        }
        if (isPart.getAsBoolean()) intent.abandoned();
        else intent.committed();
        return result;
    }

    /** The first phase of a two-phase commit. */
    <T> T prepare(WriteIntent intent, SqlCall<T> prepare) throws SQLException {
        T result;
        try {
            result = prepare.run();
        } catch (SQLException | RuntimeException | Error e) {
            source.standWhilePrepared(intent, session.physical(), InDoubtCommits.First.SESSION_IDLE);
            throw e;
        }
        source.standWhilePrepared(intent, session.physical(), InDoubtCommits.First.NOTHING);
        return result;
    }

    private void failed(WriteIntent intent, Throwable e) {
        if (isAnswerOfServer(e)) intent.committed();
        else source.doubt(intent, raw, session.physical());
    }

    private static boolean isDefiniteRollback(Throwable e) {
        return e instanceof SQLException sql && SqlStates.isRollback(sql.getSQLState());
    }

    /** Returns whether the exception is the server's word on the statement, so that nothing of it is still running there. */
    private static boolean isAnswerOfServer(Throwable e) {
        if (!(e instanceof SQLException sql)
                || e instanceof SQLNonTransientConnectionException
                || e instanceof SQLTransientConnectionException
                || e instanceof SQLRecoverableException) return false;
        return SqlStates.isAnswer(sql.getSQLState());
    }
}
