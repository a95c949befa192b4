package dev.jooqcache.internal.transaction;

import java.sql.Connection;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Properties;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * SQL that a pool and its driver are configured to execute by themselves, past every session.
 *
 * <p>What such a statement sets is found out with the session's state. One thing is not: MySQL's family can set an isolation level
 * for the next transaction alone, and does not report it.
 *
 * @param onceForEach executed on each new connection
 * @param atEachCheckOut perhaps executed whenever the pool hands a connection out
 * @param isComplete whether the pool opens its connections itself, so that nothing else is executed on a new one
 */
public record UnseenStatements(List<String> onceForEach, List<String> atEachCheckOut, boolean isComplete) {

    /** A usual test query is {@code do 1}, which computes what SELECT would answer. */
    private static final Pattern DO = Pattern.compile("^\\s*do\\s+", Pattern.CASE_INSENSITIVE);

    public static final UnseenStatements NONE = new UnseenStatements(List.of(), List.of(), true);

    /** Those of a pool that does not tell. */
    public static final UnseenStatements UNKNOWN = new UnseenStatements(List.of(), List.of(), false);

    /** Returns whether a new connection may have a level that was set for its next transaction alone. */
    boolean maySetLevelOnce(TrackedSource source, Connection physical) {
        return !isComplete || maySetLevel(source, onceForEach) || maySetLevel(source, ofDriver(physical));
    }

    /** Returns whether any connection may have one when it is handed out. */
    boolean maySetLevelAlways(TrackedSource source) {
        return maySetLevel(source, atEachCheckOut);
    }

    private static boolean maySetLevel(TrackedSource source, List<String> statements) {
        return statements.stream()
                .map(sql -> DO.matcher(sql).replaceFirst("select "))
                .anyMatch(sql -> source.effects().of(source, sql).kind().maySetNextIsolation());
    }

    /** What the URL or a property has the driver of MySQL's family execute when it connects. */
    private static List<String> ofDriver(Connection physical) {
        List<String> found = new ArrayList<>();
        String driver = physical.getClass().getName();
        if (driver.startsWith("org.mariadb.jdbc.")) {
            add(found, "set ", value(physical, "getContext.getConf.sessionVariables"));
            add(found, "", value(physical, "getContext.getConf.initSql"));
        } else if (driver.startsWith("com.mysql.cj.jdbc.")
                && value(physical, "getProperties") instanceof Properties properties) {
            add(found, "set ", properties.getProperty("sessionVariables"));
        }
        return found;
    }

    /** The value of a getter, or of one after another; {@code null} if another version of the driver lacks one. */
    private static @Nullable Object value(Connection physical, String getters) {
        try {
            return Getters.value(physical, getters);
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            return null;
        }
    }

    private static void add(List<String> statements, String prefix, @Nullable Object text) {
        if (text instanceof String sql && !sql.isBlank()) statements.add(prefix + sql);
    }

    /** The statements in the value of a pool's setting, a text or several. */
    public static List<String> texts(@Nullable Object setting) {
        List<String> found = new ArrayList<>();
        if (setting instanceof Collection<?> several) several.forEach(each -> add(found, "", each));
        else add(found, "", setting);
        return found;
    }
}
