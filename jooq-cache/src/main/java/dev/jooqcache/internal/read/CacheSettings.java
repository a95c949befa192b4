package dev.jooqcache.internal.read;

import dev.jooqcache.AdmissionPolicy;
import dev.jooqcache.CacheMode;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The settings that matter while queries are executed.
 *
 * @param name begins every log line
 * @param mode which queries are candidates
 * @param admission which results are admitted
 * @param maximumRows the largest result that is stored, in rows
 * @param maximumBytes the largest result that is stored, in bytes of heap, estimated
 * @param singleFlightTimeout how long a read waits for another one that executes the same query; zero means not at all
 * @param sessionScope names the state of the caller's session, {@code null} or empty if nothing needs to be told
 * @param timeToLive how long a result may be served, or {@code null} for the store's own setting
 */
public record CacheSettings(
        String name,
        CacheMode mode,
        AdmissionPolicy admission,
        int maximumRows,
        long maximumBytes,
        Duration singleFlightTimeout,
        Supplier<@Nullable String> sessionScope,
        @Nullable Duration timeToLive) {}
