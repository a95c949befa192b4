package dev.jooqcache.model;

import dev.jooqcache.CacheMode;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Decides what is cached, and for how long: the options that a model carries beside the facts of its schema. They stay in
 * force when the model's facts are outdated and the live schema is used in their place. Immutable and thread-safe.
 *
 * @param mode which queries are candidates, or {@code null} for the cache's setting
 * @param tables the rules for single tables, sorted by name, one for each
 */
public record CacheRules(@Nullable CacheMode mode, List<CacheRule> tables) {

    /** No wish. */
    public static final CacheRules NONE = new CacheRules(null, List.of());

    /**
     * Sorts the rules, and unites those for one table: the stricter word counts.
     *
     * @param mode which queries are candidates, or {@code null} for the cache's setting
     * @param tables the rules for single tables
     */
    public CacheRules {
        SortedMap<TableName, CacheRule> united = new TreeMap<>();
        for (CacheRule rule : tables) united.merge(rule.table(), rule, CacheRule::and);
        tables = List.copyOf(united.values());
    }

    /**
     * These rules and others. For one table, and for the mode, the stricter word counts.
     *
     * @param other the other rules
     * @return both
     */
    public CacheRules and(CacheRules other) {
        if (other.equals(NONE)) return this;
        List<CacheRule> all = new ArrayList<>(tables);
        all.addAll(other.tables);
        return new CacheRules(stricter(mode, other.mode), all);
    }

    private static @Nullable CacheMode stricter(@Nullable CacheMode one, @Nullable CacheMode other) {
        if (one == null || other == null) return one == null ? other : one;
        return one == CacheMode.MARKED ? one : other;
    }
}
