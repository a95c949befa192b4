/** The film-rental catalogue of the sample: its schema and its content, on H2 and PostgreSQL. */
@NullMarked
package dev.jooqcache.migrations;

import org.jspecify.annotations.NullMarked;
