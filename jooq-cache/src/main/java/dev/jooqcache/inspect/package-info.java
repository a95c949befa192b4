/** Reads the facts about a schema from a live database. No method takes or answers {@code null} unless it says so. */
@NullMarked
package dev.jooqcache.inspect;

import org.jspecify.annotations.NullMarked;
