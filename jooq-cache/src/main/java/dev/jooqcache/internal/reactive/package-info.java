/** Writes through R2DBC: the connections of a factory are followed, and their commits bracketed as those of JDBC are. */
@NullMarked
package dev.jooqcache.internal.reactive;

import org.jspecify.annotations.NullMarked;
