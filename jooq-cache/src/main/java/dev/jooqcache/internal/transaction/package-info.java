/** Sessions and their transactions: what they wrote, what they may be shown, and when they end. */
@NullMarked
package dev.jooqcache.internal.transaction;

import org.jspecify.annotations.NullMarked;
