package dev.jooqcache.model;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/** A way in which a statement touches a table. */
public enum WriteEvent {
    /** New rows. */
    INSERT,
    /** Changed rows. */
    UPDATE,
    /** Rows that go. */
    DELETE,
    /** All rows go at once. */
    TRUNCATE;

    /** New, changed and gone rows: what an upsert or a MERGE may do, and what is assumed where nothing is known. */
    public static final Set<WriteEvent> ROWS = Collections.unmodifiableSet(EnumSet.of(INSERT, UPDATE, DELETE));

    /** All of them. */
    public static final Set<WriteEvent> ALL = Collections.unmodifiableSet(EnumSet.allOf(WriteEvent.class));
}
