package dev.jooqcache.sample;

/** The age from which a film may be seen. */
public enum AgeRating {
    ALL,
    SIX,
    TWELVE,
    SIXTEEN,
    EIGHTEEN
}
