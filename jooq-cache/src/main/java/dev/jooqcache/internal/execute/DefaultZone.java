package dev.jooqcache.internal.execute;

import java.util.TimeZone;

/**
 * The JVM's default time zone, on which JDBC's date and time getters depend: what was recorded in one zone is not
 * replayed in another.
 */
final class DefaultZone {

    private DefaultZone() {}

    static String id() {
        return TimeZone.getDefault().getID();
    }
}
