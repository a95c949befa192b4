/** jOOQ's code generation, and beside its code the {@link dev.jooqcache.model.CacheModel} of each schema. */
@NullMarked
package dev.jooqcache.codegen;

import org.jspecify.annotations.NullMarked;
