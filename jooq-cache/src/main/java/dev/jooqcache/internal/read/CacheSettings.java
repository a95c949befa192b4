package dev.jooqcache.internal.read;

import dev.jooqcache.CacheAdmission;
import dev.jooqcache.CacheMode;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The settings that matter while queries are executed.
 *
 * @param name begins every log line
 * @param mode which queries are candidates
 * @param admission whose results are recorded
 * @param maximumRows the largest result that is stored, in rows
 * @param maximumBytes the largest result that is stored, in bytes of heap, estimated
 * @param maximumWait how long a read waits for another one that executes the same query; zero means not at all
 * @param scope names the state of the caller's session, {@code null} or empty if nothing needs to be told
 * @param timeToLive how long a result may be served, or {@code null} for the store's own setting
 */
public record CacheSettings(
        String name,
        CacheMode mode,
        CacheAdmission admission,
        int maximumRows,
        long maximumBytes,
        Duration maximumWait,
        Supplier<@Nullable String> scope,
        @Nullable Duration timeToLive) {}
