package dev.jooqcache.internal.transaction;

import dev.jooqcache.internal.transaction.SchemaVersions.WriteIntent;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one statement has written in autocommit, as long as the database may be at it still: some send rows, or the results of
 * the next statement of one text, only when they are asked for, and commit with the last of them. Until then the intents stand.
 */
public final class UntakenResults {

    private final Session session;
    private final @Nullable Statement statement;
    private volatile List<WriteIntent> writes = List.of();

    /** Of something that has no results, or none that end it. */
    public UntakenResults(Session session) {
        this(session, null);
    }

    /** Of a statement. */
    public UntakenResults(Session session, @Nullable Statement statement) {
        this.session = session;
        this.statement = statement;
    }

    /** Returns whether the database may have more to do for a statement that has answered this. */
    boolean mayFollow(@Nullable Object answer) {
        boolean isRows = answer instanceof java.sql.ResultSet || Boolean.TRUE.equals(answer);
        return switch (OpenTransactions.end(session.physical())) {
            case WITH_ANSWER -> false;
            case WITH_ROWS -> isRows;
            case LATER -> true;
            case UNKNOWN -> isRows || Boolean.FALSE.equals(answer);
        };
    }

    void keep(WriteIntent write) {
        if (write.tags().isEmpty()) {
            write.committed();
            return;
        }
        List<WriteIntent> more = new ArrayList<>(writes);
        more.add(write);
        writes = List.copyOf(more);
        session.untaken(this);
    }

    List<WriteIntent> writes() {
        return writes;
    }

    /** Rows were read to their end, or closed, or there is no next result. */
    public void ended() {
        if (writes.isEmpty()) return;
        switch (OpenTransactions.end(session.physical())) {
            case WITH_ANSWER, WITH_ROWS -> taken();
            case LATER, UNKNOWN -> {}
        }
    }

    /** The statement was closed. That ends its rows, but the server goes on with the rest of its text. */
    public void closed() {
        if (writes.isEmpty()) return;
        OpenTransactions.readOn(session.physical());
        if (OpenTransactions.end(session.physical()) != OpenTransactions.End.LATER) taken();
    }

    /** Closes the statement, as its connection is given back: some pools leave it open, and the server at it. */
    void close() {
        if (statement == null) return;
        try {
            statement.close();
        } catch (SQLException | RuntimeException | LinkageError e) {
            // It may be lost with its connection, which is looked at next.
        }
        closed();
    }

    /** The statement has ended. */
    void taken() {
        taken(writes);
    }

    /** What the statement had written until then. */
    void taken(List<WriteIntent> before) {
        if (before.isEmpty()) return;
        List<WriteIntent> left = new ArrayList<>(writes);
        left.removeAll(before);
        writes = List.copyOf(left);
        if (left.isEmpty()) session.taken(this);
        before.forEach(session::resultsTaken);
    }
}
