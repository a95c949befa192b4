package dev.jooqcache.sample;

/** What a person did for a film. */
public enum Job {
    ACTOR,
    DIRECTOR,
    WRITER
}
