package dev.jooqcache.internal.transaction;

import dev.jooqcache.internal.transaction.SchemaVersions.Change;
import dev.jooqcache.internal.transaction.SchemaVersions.WriteIntent;
import dev.jooqcache.spi.Tags;

/**
 * What the transaction of one connection has written so far (rule P6). Savepoints take nothing back.
 *
 * <p>Used by one thread at a time; different threads may follow one another.
 */
final class TransactionWrites {

    /** A transaction that touches more tags than this is not followed row by row. */
    private static final int MOST_TAGS = 256;

    private final SchemaVersions schemas;
    private volatile Tags tags = Tags.none();
    private volatile long analysedAt;
    private volatile Change change = Change.DATA;

    TransactionWrites(SchemaVersions schemas) {
        this.schemas = schemas;
        this.analysedAt = schemas.version();
    }

    /** Adds what a transaction has written that goes on. */
    void goOn(WriteIntent before) {
        tags = tags.plus(before.tags());
    }

    /**
     * Adds what a statement may write, before it is sent.
     *
     * @param more what it may write
     * @param version the version of the schemas before that was found out
     * @param may what it may change besides rows
     */
    void add(Tags more, long version, Change may) {
        if (may == Change.SCHEMA) change = may;
        if (tags.isEmpty()) analysedAt = version;
        analysedAt = Math.min(analysedAt, version);
        Tags all = tags.plus(more);
        tags = all.size() > MOST_TAGS ? all.coarse() : all;
    }

    /** As it was added, under the schema of that time. */
    Tags tags() {
        return tags;
    }

    /** Under the present schema: anything, if that was changed since the statements were analysed. */
    Tags current() {
        Tags known = tags;
        return known.isEmpty() || !schemas.isOutdated(analysedAt) ? known : known.plus(Tags.everything());
    }

    boolean isEmpty() {
        return tags.isEmpty();
    }

    long analysedAt() {
        return analysedAt;
    }

    Change change() {
        return change;
    }

    /** Announces a commit of it. */
    WriteIntent announce() {
        return announce(tags);
    }

    /** Announces a commit of it, and perhaps of more. */
    WriteIntent announce(Tags all) {
        return schemas.announce(all, analysedAt, change);
    }

    /** No transaction is under way any more. */
    void clear() {
        forget();
        change = Change.DATA;
    }

    /** The connection is given back. */
    void forget() {
        tags = Tags.none();
    }
}
