/** Texts of SQL: tokens, kinds of statements, names, functions and times in them. */
@NullMarked
package dev.jooqcache.internal.sql;

import org.jspecify.annotations.NullMarked;
