package dev.jooqcache.codegen;

import org.jooq.meta.Database;

/** Generates the cache models alone, beside the code that a generator of the user's own has just generated. */
public final class CacheModelGenerator extends CacheGenerator {

    /** Makes a generator; jOOQ does so by its name in a configuration. */
    public CacheModelGenerator() {}

    @Override
    void generateCode(Database database) {}
}
