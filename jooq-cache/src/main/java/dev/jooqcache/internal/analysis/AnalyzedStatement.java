package dev.jooqcache.internal.analysis;

import dev.jooqcache.BypassReason;
import dev.jooqcache.internal.dependency.ReadDependencies;
import dev.jooqcache.internal.dependency.StatementEffect;
import dev.jooqcache.internal.query.TablesRead;
import dev.jooqcache.internal.sql.SelectScan;
import dev.jooqcache.internal.sql.TypeNames;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one SQL text depends on and does on one data source. Immutable, but for what is learnt of its hits.
 *
 * @param sql the text
 * @param tables the tables and views that it reads, as users write them
 * @param plan what a read depends on, with the reserved tag; nothing if it cannot be cached
 * @param touches the tables that it writes, by their tags; {@code *} stands for all
 * @param effect what it does besides answering rows
 * @param reason why it cannot be cached, or {@code null} if it can
 * @param detail the part of the query that gave the reason
 * @param session what in it depends on the session's user, role, schema or settings, so that it can be cached only within
 *     a declared scope; empty if nothing does
 * @param castsText whether a bound text may be read as a moving date by PostgreSQL
 * @param ways how it comes to read or touch the tables that it does not name, by tag
 * @param everything why it may touch anything; empty if it does not
 * @param limits what the rules for its tables come to
 * @param admission whether its results are worth recording
 * @param columnTypes the types of its columns
 * @param bindTypes the types of its bind values
 * @param tablesRead what its execution shows of tables that were read
 */
public record AnalyzedStatement(
        String sql,
        List<String> tables,
        ReadDependencies plan,
        List<String> touches,
        StatementEffect effect,
        @Nullable BypassReason reason,
        String detail,
        String session,
        boolean castsText,
        Map<String, String> ways,
        String everything,
        Limits limits,
        Admission admission,
        TypeNames columnTypes,
        TypeNames bindTypes,
        TablesRead tablesRead) {

    AnalyzedStatement with(Admission learnt) {
        return new AnalyzedStatement(
                sql,
                tables,
                plan,
                touches,
                effect,
                reason,
                detail,
                session,
                castsText,
                ways,
                everything,
                limits,
                learnt,
                columnTypes,
                bindTypes,
                tablesRead);
    }

    /**
     * Returns whether a bind value of this text moves with time, as PostgreSQL reads {@code 'today'} cast to a date.
     *
     * @param value a bind value
     * @return whether the query must not be cached because of it
     */
    public boolean isMovingDate(@Nullable Object value) {
        return castsText && value instanceof String text && SelectScan.isMovingDate(text);
    }
}
