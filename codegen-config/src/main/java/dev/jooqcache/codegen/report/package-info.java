/** A model for people: a page with the map of what depends on what. */
@NullMarked
package dev.jooqcache.codegen.report;

import org.jspecify.annotations.NullMarked;
