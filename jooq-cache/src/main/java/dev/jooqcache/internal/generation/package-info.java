/** Generations, stamps and intents: the clock of the cache, in the JVM, and what happens when a clock fails. */
@NullMarked
package dev.jooqcache.internal.generation;

import org.jspecify.annotations.NullMarked;
