package dev.jooqcache.model;

/**
 * The action taken, when a data source is first used, if a given model may not describe its schema.
 *
 * <p>A model with a {@linkplain CacheModel#version() version} is compared by it: one query on Flyway's history, none on
 * the catalog. Without a version, the catalog is read and compared fact by fact.
 */
public enum ModelCheck {
    /** Nothing: the model is believed, and the database is not asked. */
    NONE,
    /** The difference is logged, and the live schema is used in place of the model. */
    LOG,
    /** The difference is logged, nothing of the data source is cached, and its writes invalidate everything. */
    REFUSE
}
