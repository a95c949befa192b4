/** Results in Ehcache. */
@NullMarked
package dev.jooqcache.ehcache;

import org.jspecify.annotations.NullMarked;
