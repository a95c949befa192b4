/** Tags of reads and writes, as far as they are known before the bind values are. */
@NullMarked
package dev.jooqcache.internal.dependency;

import org.jspecify.annotations.NullMarked;
