package dev.jooqcache.internal.replay;

import java.util.TimeZone;

/**
 * The JVM's default time zone, on which JDBC's date and time getters depend: what was recorded in one zone is not
 * replayed in another.
 */
public final class DefaultZone {

    private DefaultZone() {}

    public static String id() {
        return TimeZone.getDefault().getID();
    }
}
