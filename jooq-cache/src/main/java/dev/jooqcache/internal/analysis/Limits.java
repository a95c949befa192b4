package dev.jooqcache.internal.analysis;

import dev.jooqcache.model.CacheRule;
import dev.jooqcache.model.Dependencies;
import dev.jooqcache.model.Lineage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the rules for the tables of one query come to: the strictest of them, where the cache's setting stands in for each
 * table that has none. Immutable.
 *
 * @param excluding the rule that forbids caching, or {@code null}
 * @param time the rule with the shortest time, or {@code null} if none tells one
 * @param isTimeRuled whether every table has a rule that tells a time
 * @param rows the rule with the smallest number of rows, or {@code null} if none tells one
 * @param areRowsRuled whether every table has a rule that tells a number of rows
 */
public record Limits(
        @Nullable CacheRule excluding,
        @Nullable CacheRule time,
        boolean isTimeRuled,
        @Nullable CacheRule rows,
        boolean areRowsRuled) {

    /** No rule. */
    static final Limits NONE = new Limits(null, null, false, null, false);

    static Limits of(Lineage lineage, Dependencies dependencies) {
        if (dependencies.model().rules().tables().isEmpty()) return NONE;
        // A view has no rows, so it does not stand for the cache's setting, but it can have a rule.
        Set<String> relations = new TreeSet<>(lineage.names());
        relations.addAll(lineage.tags().keySet());
        List<CacheRule> rules = new ArrayList<>();
        for (String relation : relations) {
            CacheRule rule = dependencies.rule(relation);
            if (rule != null) rules.add(rule);
        }
        return new Limits(
                rules.stream().filter(CacheRule::excluded).findFirst().orElse(null),
                smallest(rules, CacheRule::expireAfterWrite),
                isRuled(lineage, dependencies, CacheRule::expireAfterWrite),
                smallest(rules, CacheRule::maximumRows),
                isRuled(lineage, dependencies, CacheRule::maximumRows));
    }

    private static <T extends Comparable<T>> @Nullable CacheRule smallest(
            List<CacheRule> rules, Function<CacheRule, @Nullable T> limit) {
        return rules.stream()
                .filter(rule -> limit.apply(rule) != null)
                .min(Comparator.comparing(rule -> Objects.requireNonNull(limit.apply(rule))))
                .orElse(null);
    }

    private static <T> boolean isRuled(
            Lineage lineage, Dependencies dependencies, Function<CacheRule, @Nullable T> limit) {
        return lineage.tags().keySet().stream().allMatch(table -> {
            CacheRule rule = dependencies.rule(table);
            return rule != null && limit.apply(rule) != null;
        });
    }

    /**
     * How long a result may be served.
     *
     * @param setting the cache's setting, or {@code null} for no limit
     * @return the limit, or {@code null} for none
     */
    public @Nullable Duration expireAfterWrite(@Nullable Duration setting) {
        Duration ruled = time == null ? null : time.expireAfterWrite();
        if (ruled == null) return setting;
        return isTimeRuled || setting == null || ruled.compareTo(setting) < 0 ? ruled : setting;
    }

    /**
     * How many rows a result may have.
     *
     * @param setting the cache's setting
     * @return the limit
     */
    public int maximumRows(int setting) {
        Integer ruled = rows == null ? null : rows.maximumRows();
        if (ruled == null) return setting;
        return areRowsRuled ? ruled : Math.min(ruled, setting);
    }

    /**
     * The rules that make a difference to the cache's settings.
     *
     * @param settingOfTime the cache's setting, or {@code null} for no limit
     * @param settingOfRows the cache's setting
     * @return each table with what its rule says, or an empty list
     */
    public List<String> told(@Nullable Duration settingOfTime, int settingOfRows) {
        if (excluding != null) return List.of(excluding.table() + ": excluded");
        List<String> told = new ArrayList<>();
        Duration limit = expireAfterWrite(settingOfTime);
        if (time != null && !Objects.equals(limit, settingOfTime))
            told.add(time.table() + ": expireAfterWrite " + limit);
        int most = maximumRows(settingOfRows);
        if (rows != null && most != settingOfRows) told.add(rows.table() + ": maximumRows " + most);
        return told;
    }
}
