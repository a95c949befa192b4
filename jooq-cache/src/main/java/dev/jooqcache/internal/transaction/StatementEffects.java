package dev.jooqcache.internal.transaction;

import dev.jooqcache.internal.dependency.StatementEffect;
import java.sql.Connection;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Knows what statements do. Thread-safe; never throws: what cannot be understood is {@link StatementEffect#UNKNOWN}. */
public interface StatementEffects {

    /**
     * What a statement does.
     *
     * @param dataSource where it runs
     * @param sql its text, possibly several statements
     * @return the effect
     */
    StatementEffect of(TrackedSource dataSource, String sql);

    /**
     * What a statement does that runs in an unknown one of the databases of all data sources.
     *
     * @param elsewhere stands for where it runs: a data source without a schema, which knows the dialect
     * @param sql its text, possibly several statements
     * @return all that it does in any of them; everything, as long as the schema of one of them is not known
     */
    StatementEffect ofUnplaced(TrackedSource elsewhere, String sql);

    /**
     * Returns whether the schema must be known in order to tell what a statement does.
     *
     * @param dataSource where it runs
     * @param sql its text
     * @return false if its text alone tells, as that of DDL does
     */
    boolean needsSchema(TrackedSource dataSource, String sql);

    /**
     * Returns whether to learn the schema before a transaction, in which it cannot be learnt.
     *
     * @param dataSource the data source
     * @return false where that would take most of the time, since the schema changes all the time
     */
    boolean wantsSchema(TrackedSource dataSource);

    /**
     * What a statement asks about those before it, which the database can answer only if they were sent.
     *
     * @param dataSource where it runs
     * @param sql its text
     * @return what it asks, {@link LookBack#NONE} where queries leave nothing to ask about
     */
    LookBack question(TrackedSource dataSource, String sql);

    /**
     * Learns the schema of a data source from its catalog. A failure leaves the schema unknown.
     *
     * @param dataSource the data source
     * @param connection an untracked connection outside a transaction, to ask the catalog on
     * @return makes what was learnt valid, not to be run if the schema has changed meanwhile; {@code null} if it failed. It
     *     answers false if what was known of other data sources turns out to be out of date by it: then all are to be
     *     inspected again.
     */
    @Nullable
    BooleanSupplier inspect(TrackedSource dataSource, Connection connection);

    /**
     * Returns whether the database is asked for its schema, rather than a model that was given.
     *
     * @param dataSource the data source
     * @return whether {@link #inspect} asks the catalog
     */
    boolean asksCatalog(TrackedSource dataSource);

    /**
     * What was known of the data source's schema is out of date, or may be.
     *
     * @param dataSource the data source
     */
    void forget(TrackedSource dataSource);
}
