/** The life of a query: what happens between jOOQ's events, from the rendered SQL to the last row. */
@NullMarked
package dev.jooqcache.internal.execute;

import org.jspecify.annotations.NullMarked;
