package dev.jooqcache.internal.transaction;

/** Whether the connections of a data source can take part in global transactions. */
public enum Enlisting {
    /** They are the driver's own or a plain pool's, which enlist none. */
    NEVER,
    /** They may. */
    POSSIBLE
}
