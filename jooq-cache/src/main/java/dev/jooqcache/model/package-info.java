/**
 * The model of a schema, as far as invalidation needs it: keys, views, cascades, triggers, routines. All types are
 * immutable and thread-safe; no method takes or answers {@code null} unless it says so.
 */
@NullMarked
package dev.jooqcache.model;

import org.jspecify.annotations.NullMarked;
