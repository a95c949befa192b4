/** A film-rental catalogue under a mixed workload, without and with the cache: begin at {@link dev.jooqcache.sample.Main}. */
@NullMarked
package dev.jooqcache.sample;

import org.jspecify.annotations.NullMarked;
