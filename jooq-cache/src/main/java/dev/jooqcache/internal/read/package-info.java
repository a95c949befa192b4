/** One read, from the rendered SQL to the last row: what is decided between the events of jOOQ. */
@NullMarked
package dev.jooqcache.internal.read;

import org.jspecify.annotations.NullMarked;
