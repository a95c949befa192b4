package dev.jooqcache.internal.transaction;

import dev.jooqcache.BypassReason;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Properties;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a connection of SQLite has open: only files are cached that every connection reads with locks of its own.
 *
 * @param obstacle why nothing of it is cached, or {@code null}
 */
record SqliteFile(@Nullable BypassReason obstacle) {

    private static final String PREFIX = "jdbc:sqlite:";

    /** All that a URI may say: others put the database in memory, share a cache or do without locks. */
    private static final Pattern PLAIN_URI = Pattern.compile("file:[^?#]+(\\?(mode=(ro|rw|rwc)|cache=private|&)*)?");

    /** The settings of the driver are asked by reflection, as it need not be there. */
    static SqliteFile of(Connection physical) {
        try {
            String url = physical.getMetaData().getURL();
            if (url == null || !url.startsWith(PREFIX) || !isFile(url.substring(PREFIX.length())))
                return new SqliteFile(BypassReason.OWN_DATABASE);
            return new SqliteFile(isPlain(settings(physical)) ? null : BypassReason.ISOLATION);
        } catch (SQLException | ReflectiveOperationException | RuntimeException | LinkageError e) {
            return new SqliteFile(BypassReason.ISOLATION);
        }
    }

    /** Returns whether all connections with that name have one database, which is in a file. */
    private static boolean isFile(String name) {
        if (name.startsWith("file:"))
            return PLAIN_URI.matcher(name).matches()
                    && !name.toLowerCase(Locale.ROOT).contains(":memory:");
        return !name.isEmpty() && !name.startsWith("?") && !name.startsWith(":");
    }

    /** Returns whether locks are for the file as a whole, nothing uncommitted is read, and ROLLBACK works. */
    private static boolean isPlain(Properties settings) {
        return !isOn(settings, "shared_cache")
                && !isOn(settings, "read_uncommitted")
                && !settings.getProperty("journal_mode", "").equalsIgnoreCase("off");
    }

    private static boolean isOn(Properties settings, String name) {
        String value = settings.getProperty(name, "false").toLowerCase(Locale.ROOT);
        return !value.equals("false") && !value.equals("0") && !value.equals("off") && !value.equals("no");
    }

    private static Properties settings(Connection physical) throws ReflectiveOperationException {
        Object database = call(physical, "getDatabase");
        return (Properties) call(call(database, "getConfig"), "toProperties");
    }

    private static Object call(Object target, String method) throws ReflectiveOperationException {
        return target.getClass().getMethod(method).invoke(target);
    }
}
