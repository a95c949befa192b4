package dev.jooqcache.sample;

/** Thrown when the database cannot be started, reached or migrated. */
public final class StartFailure extends Exception {

    private static final long serialVersionUID = 1L;

    StartFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
