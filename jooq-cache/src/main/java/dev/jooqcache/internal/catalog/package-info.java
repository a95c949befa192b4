/** The schema as the catalog of each database has it. */
@NullMarked
package dev.jooqcache.internal.catalog;

import org.jspecify.annotations.NullMarked;
