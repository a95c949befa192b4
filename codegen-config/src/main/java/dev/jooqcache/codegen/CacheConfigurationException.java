package dev.jooqcache.codegen;

import java.io.Serial;

/** The {@code <cache>} element says something that is not allowed, or does not say what has to be said. */
public final class CacheConfigurationException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1;

    CacheConfigurationException(String message) {
        super(message);
    }
}
