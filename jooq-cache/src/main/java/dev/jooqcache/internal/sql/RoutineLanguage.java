package dev.jooqcache.internal.sql;

/** The languages in which the bodies of routines and triggers are understood. */
public enum RoutineLanguage {
    /** Statements of SQL, one after the other. */
    SQL,
    /** PostgreSQL's procedural language. */
    PLPGSQL,
    /** SQL/PSM, as MySQL and MariaDB have it. */
    PSM
}
