/** Wrappers of JDBC that observe connections and statements, and what is known of the data sources that lend them. */
@NullMarked
package dev.jooqcache.internal.jdbc;

import org.jspecify.annotations.NullMarked;
