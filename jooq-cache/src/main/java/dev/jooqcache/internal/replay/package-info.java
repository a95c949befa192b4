/** Result sets recorded while jOOQ reads them, and replayed for hits. */
@NullMarked
package dev.jooqcache.internal.replay;

import org.jspecify.annotations.NullMarked;
