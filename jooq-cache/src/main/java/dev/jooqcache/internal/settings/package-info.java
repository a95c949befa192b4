/** Checks of the settings that users give. */
@NullMarked
package dev.jooqcache.internal.settings;

import org.jspecify.annotations.NullMarked;
