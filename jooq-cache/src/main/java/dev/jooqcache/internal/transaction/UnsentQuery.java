package dev.jooqcache.internal.transaction;

import dev.jooqcache.internal.transaction.Session.Resending;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jooq.exception.DataAccessException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last query of a session, if the cache has answered it: the database does not know of it, and would answer a
 * question about the last query with another one. It is sent when such a question follows, and not before.
 */
final class UnsentQuery {

    private static final Logger LOG = LoggerFactory.getLogger("dev.jooqcache");

    private volatile @Nullable Resending query;
    private volatile boolean isLastStatement;

    /** A query was answered by the cache. */
    void answered(Resending unsent) {
        query = unsent;
        isLastStatement = true;
    }

    /** A statement is about to be sent. */
    void sendBefore(LookBack question, Connection raw) {
        Resending unsent = query;
        // An update count is that of the statement that came after it.
        if (unsent == null || question == LookBack.NONE || (question == LookBack.OUTCOME && !isLastStatement)) return;
        query = null;
        try {
            unsent.on(raw);
        } catch (SQLException | DataAccessException e) {
            LOG.debug("cannot send a query that a statement asks about", e);
        }
    }

    /** A statement was sent, and has answered this. */
    void sent(@Nullable Object answer) {
        isLastStatement = false;
        boolean rows = answer instanceof ResultSet || Boolean.TRUE.equals(answer);
        if (rows) query = null;
    }
}
