package dev.jooqcache.internal.query;

import dev.jooqcache.internal.sql.FactNames;
import dev.jooqcache.internal.sql.StatementKind;
import dev.jooqcache.model.Dependencies;
import dev.jooqcache.spi.Tags;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jooq.SQLDialect;
import org.jspecify.annotations.Nullable;

/**
 * Decides how finely the rows and columns of tables are distinguished. Thread-safe.
 *
 * <p>Tags of keys match only if all readers and writers of a table agree on what its keys are. Two data sources of one cache
 * can lead to one database and yet see different catalogs; a table on which they differ is taken as a whole from then on.
 */
public final class Precision {

    private final boolean on;
    private final Set<String> declaredKeys;
    private final Set<String> disputed = ConcurrentHashMap.newKeySet();
    private volatile boolean renamed;

    /**
     * Begins without disputes.
     *
     * @param on whether rows and columns are told apart at all
     * @param declaredKeys columns to be tracked besides those of keys, folded, as {@code table.column}
     */
    public Precision(boolean on, Set<String> declaredKeys) {
        this.on = on;
        this.declaredKeys = Set.copyOf(declaredKeys);
    }

    /** The columns of a table, or {@code null} if it can only be taken as a whole. */
    @Nullable
    public TrackedColumns columns(String table, Dependencies schema, SQLDialect dialect) {
        // Where equality is the user's own, equal texts tell nothing.
        return on && !disputed.contains(table) && !schema.hasRoutine(FactNames.OWN_EQUALITY)
                ? TrackedColumns.of(table, schema, declaredKeys, StatementKind.isMysql(dialect))
                : null;
    }

    /** What a write of unknown extent touches. */
    public Tags whole(Collection<String> tables) {
        Tags.Builder tags = new Tags.Builder(2 * tables.size());
        for (String table : tables) {
            tags.add(table);
            if (on) tags.addPart(table, Tags.UNKNOWN_WRITE);
        }
        return tags.build();
    }

    /** Two data sources differ on a table. Answers whether that is news. */
    public boolean dispute(String table) {
        return disputed.add(table);
    }

    /** How many things are disputed. What was analysed when there were fewer is out of date. */
    public int disputes() {
        return disputed.size() + (renamed ? 1 : 0);
    }

    /**
     * Something is being renamed on H2. A session that has used a view goes on with what the view read then, under its new
     * name, while another one reads what has the old name now; so the text of no view tells what is read from now on.
     */
    public void renamed() {
        renamed = true;
    }

    /** Returns whether the texts of views tell what is read through them. */
    boolean believesViews() {
        return !renamed;
    }
}
