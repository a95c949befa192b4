/** Which rows and columns a query depends on, and a write changes. */
@NullMarked
package dev.jooqcache.internal.query;

import org.jspecify.annotations.NullMarked;
