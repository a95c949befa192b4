package dev.jooqcache.internal.transaction;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * A question that the cache has about a JDBC object of the user's, and that the query would not have asked.
 *
 * <p>A wrapper of the user's may refuse it in any way: JDBC allows {@code SQLFeatureNotSupportedException}, but some throw
 * {@code UnsupportedOperationException}, some lack the method, some answer {@code null}. The query must not fail by that.
 *
 * @param <T> the type of the answer
 */
@FunctionalInterface
public interface Question<T extends @Nullable Object> {

    /**
     * Asks.
     *
     * @return the answer
     * @throws SQLException if it is refused
     */
    T ask() throws SQLException;

    /**
     * The answer to a question.
     *
     * @param question the question
     * @param otherwise what to take for the answer if there is none
     * @param <T> the type of the answer
     * @return the answer
     */
    static <T> T answer(Question<? extends @Nullable T> question, T otherwise) {
        T answer = answer(question);
        return answer == null ? otherwise : answer;
    }

    /**
     * The answer to a question.
     *
     * @param question the question
     * @param <T> the type of the answer
     * @return the answer, or {@code null} if there is none
     */
    static <T> @Nullable T answer(Question<? extends @Nullable T> question) {
        try {
            return question.ask();
        } catch (SQLException | RuntimeException | LinkageError e) {
            return null;
        }
    }
}
