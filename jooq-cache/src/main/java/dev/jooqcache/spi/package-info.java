/**
 * The interfaces of a storage engine: where results are kept ({@link dev.jooqcache.spi.ResultStore}) and where generations
 * are ({@link dev.jooqcache.spi.GenerationStore}).
 *
 * <p>Everything that passes through these interfaces has an exact binary form ({@link dev.jooqcache.spi.ResultCodec}), so that an
 * engine outside the JVM can hold it.
 */
@NullMarked
package dev.jooqcache.spi;

import org.jspecify.annotations.NullMarked;
