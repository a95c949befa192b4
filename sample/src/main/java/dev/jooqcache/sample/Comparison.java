package dev.jooqcache.sample;

import dev.jooqcache.BypassReason;
import dev.jooqcache.CacheStats;
import java.util.Map;

/**
 * The same workload without and with the cache.
 *
 * @param neverCached the reads that always bypass the cache, and why
 * @param stats of the cache at the end of the run
 * @param check of the cache's answers
 */
record Comparison(
        Measurements without,
        Measurements with,
        Map<Read, BypassReason> neverCached,
        CacheStats stats,
        AnswerCheck check) {}
