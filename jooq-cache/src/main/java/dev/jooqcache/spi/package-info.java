/**
 * The interfaces of a storage engine: where results are kept ({@link dev.jooqcache.spi.ResultStore}) and where generations
 * are ({@link dev.jooqcache.spi.GenerationStore}).
 *
 * <p>Keys and results have an exact binary form ({@link dev.jooqcache.spi.ResultCodec}), so that a store outside the heap can hold
 * them.
 */
@NullMarked
package dev.jooqcache.spi;

import org.jspecify.annotations.NullMarked;
