package dev.jooqcache.internal.transaction;

import dev.jooqcache.internal.generation.GuardedGenerations;
import dev.jooqcache.internal.generation.GuardedGenerations.GuardedIntent;
import dev.jooqcache.spi.Tags;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Changes of schemas, and the writes under way whose analysis they outdate. One per cache. Thread-safe.
 *
 * <p>What a statement touches is told by the schema, through triggers for instance, and the schema can change between the
 * analysis of a statement and its end: a writer may even wait for the lock of the transaction that creates the trigger.
 * So each write is registered before its analysis is compared with the present version; and a change first counts the
 * version up and then escalates every registered write to everything. Whichever comes first, no write ends with tags of
 * another schema than it ran on. The change's own mark on everything stands until that is done.
 *
 * <p>A statement of unknown destination may write in a database that is not known yet, though it writes nothing in
 * those that are. It is registered, too, as a write without tags: it marks nothing before another database becomes known.
 *
 * <p>What is not understood may have changed the schema, too: code that cannot be analysed, a text that jOOQ's parser
 * does not know, a writer that cannot be seen. Plain DML has not, even where it is not yet known what it touches.
 */
public final class SchemaVersions {

    /** What a write may change. */
    public enum Change {
        /** Rows. */
        DATA,
        /** Rows, and what the catalog says. */
        SCHEMA
    }

    /** How many statements are analysed again before a database is used for the first time. */
    private static final int MOST_AT_ONCE = 100;

    private final GuardedGenerations generations;
    private final Runnable forget;
    private final Set<WriteIntent> underWay = ConcurrentHashMap.newKeySet();
    private volatile long version;
    private volatile long publications;
    private volatile long databases;
    private volatile long changesElsewhere;

    /**
     * Watches the schemas of a cache.
     *
     * @param generations where writes are announced
     * @param forget forgets what is known of all schemas
     */
    public SchemaVersions(GuardedGenerations generations, Runnable forget) {
        this.generations = generations;
        this.forget = forget;
    }

    /** A number that changes with every change; to be read before a statement is analysed. */
    public long version() {
        return version;
    }

    /** Returns whether an analysis that began at the given version may tell less than a statement touches. */
    boolean isOutdated(long analysedAt) {
        return analysedAt != version;
    }

    /**
     * What an analysis rests on that takes all schemas into account; to be read before a statement is analysed. Waits while a
     * schema is made known, so that what is counted can be seen.
     */
    synchronized Versions versions() {
        return new Versions(version, publications, databases, changesElsewhere);
    }

    private boolean isOutdated(Versions analysedAt) {
        return !versions().equals(analysedAt);
    }

    /** Returns whether a writer is under way that may change a schema. */
    boolean isChanging() {
        return underWay.stream().anyMatch(write -> write.change == Change.SCHEMA);
    }

    /** The schema of some data source was changed, or may have been. Called before the change's mark is removed. */
    void changed() {
        synchronized (this) {
            forget.run();
            version++;
        }
        underWay.forEach(WriteIntent::escalateWrite);
    }

    /** The same, by a writer of unknown destination. */
    private void changedElsewhere() {
        synchronized (this) {
            changesElsewhere++;
        }
        changed();
    }

    /**
     * Makes known what was read from a catalog, unless some schema was changed meanwhile.
     *
     * <p>From then on results of that data source are stored. A write under way that was analysed without this schema, as its
     * destination is unknown, is escalated before; so are statements that write nothing in the databases known so far, if
     * the catalog is new, until it is known that they write nothing there either.
     *
     * @param readAt the version before it was read
     * @param catalog whether it was known before
     * @param publication makes it known
     */
    void publish(long readAt, Catalog catalog, Runnable publication) {
        synchronized (this) {
            if (isOutdated(readAt)) return;
            publications++;
            if (catalog != Catalog.KNOWN_BEFORE) databases++;
            underWay.forEach(write -> write.escalateIfUnplaced(catalog));
            publication.run();
        }
        reconsider();
    }

    /** Many of them take time, for which the first query on a new database is not to wait. */
    private void reconsider() {
        List<WriteIntent> escalated =
                underWay.stream().filter(WriteIntent::isEscalatedForReads).toList();
        if (escalated.size() <= MOST_AT_ONCE) {
            escalated.forEach(WriteIntent::reconsider);
            return;
        }
        Thread later = new Thread(() -> escalated.forEach(WriteIntent::reconsider), "jooq-cache-reads");
        later.setDaemon(true);
        later.start();
    }

    /** Whether a catalog was known before. */
    enum Catalog {
        /** It is that of a data source used for the first time. */
        NEW,
        /** The same, but some schema was changed since the first connection of the data source: perhaps this one. */
        NEW_AND_CHANGED,
        /** It was forgotten, as it was changed or may have been. */
        KNOWN_BEFORE
    }

    /**
     * Announces a write.
     *
     * @param tags what it touches
     * @param analysedAt the version at which that was found out
     * @param change what it may change
     */
    public WriteIntent announce(Tags tags, long analysedAt, Change change) {
        return announce(new WriteIntent(tags, change, Place.DATA_SOURCE, null), () -> isOutdated(analysedAt));
    }

    /**
     * Announces a write of which it is not known to which of the data sources' databases it leads.
     *
     * @param tags what it touches in any of them
     * @param analysedAt the versions at which that was found out
     * @param change what it may change
     * @param reads statements under way with it that write nothing in the databases known when they were analysed
     */
    WriteIntent announceUnplaced(Tags tags, Versions analysedAt, Change change, @Nullable Reads reads) {
        WriteIntent write = announce(
                new WriteIntent(tags, change, Place.ANY, reads), () -> !tags.isEmpty() && isOutdated(analysedAt));
        if (reads != null && reads.analysedAt().databases() != databases) {
            write.escalateForReads(reads.analysedAt().changes());
            write.reconsider();
        }
        return write;
    }

    private WriteIntent announce(WriteIntent write, BooleanSupplier isOutdated) {
        if (write.isEmpty()) return write;
        underWay.add(write);
        write.announce(isOutdated.getAsBoolean());
        return write;
    }

    /**
     * The state of all schemas.
     *
     * @param changes how many changes there have been
     * @param publications how often a schema was made known
     * @param databases how often one was made known for the first time
     * @param changesElsewhere how many of the changes were made by writers of unknown destination
     */
    record Versions(long changes, long publications, long databases, long changesElsewhere) {}

    /** Statements that write nothing in the databases that were known when they were analysed. Thread-safe. */
    interface Reads {

        /** What the oldest of the analyses rests on. */
        Versions analysedAt();

        /** Returns whether they write nothing in any of the databases known now. */
        boolean writeNothing();
    }

    /** Where a write leads. */
    private enum Place {
        DATA_SOURCE,
        ANY
    }

    /** The intents of one write, to be ended exactly once; ending them again does nothing. A change of the schema may widen them. */
    public final class WriteIntent {

        private final Tags tags;
        private final Change change;
        private final Place place;
        private final @Nullable Reads reads;
        private @Nullable GuardedIntent intent;
        private @Nullable GuardedIntent escalation;

        /** How many databases were known at the last escalation. */
        private long escalatedFor;

        /** The version of the schemas that those databases became known with. */
        private long escalatedAt;

        /** Whether what the reads have run on may be another schema than the one that has become known. */
        private boolean isEscalatedForGood;

        private boolean ended;

        private WriteIntent(Tags tags, Change change, Place place, @Nullable Reads reads) {
            this.tags = tags;
            this.change = change;
            this.place = place;
            this.reads = reads;
        }

        /** Returns whether there is nothing to be ended. */
        public boolean isEmpty() {
            return tags.isEmpty() && reads == null;
        }

        /** What the write touches, as far as is known. */
        synchronized Tags tags() {
            return escalation == null ? tags : tags.plus(Tags.everything());
        }

        /** What the write may change. */
        Change change() {
            return change;
        }

        private synchronized void announce(boolean outdated) {
            if (!tags.isEmpty()) intent = generations.announce(tags);
            if (outdated) escalate();
        }

        private synchronized void escalate() {
            if (!ended && escalation == null && !tags.hasEverything())
                escalation = generations.announce(Tags.everything());
        }

        private synchronized void escalateForReads(long at) {
            // Nothing has told yet what they do in another one, which was changed since, perhaps.
            isEscalatedForGood |= escalation != null && escalatedAt != at;
            escalatedFor = databases;
            escalatedAt = at;
            escalate();
        }

        private void escalateWrite() {
            if (!tags.isEmpty()) escalate();
        }

        private synchronized void escalateIfUnplaced(Catalog catalog) {
            if (place != Place.ANY) return;
            if (catalog != Catalog.KNOWN_BEFORE) {
                isEscalatedForGood |= catalog == Catalog.NEW_AND_CHANGED;
                escalateForReads(version);
            } else {
                escalateWrite();
            }
        }

        /**
         * Takes the escalation of statements back that turn out to write nothing in the database that has become known. Its
         * schema must be the one on which they have run: not one that was changed since, by whatever writer.
         */
        private void reconsider() {
            Versions now = versions();
            if (reads == null || !isEscalatedForReads() || !isOfSchema(now)) return;
            if (!reads.writeNothing() || !isOfSchema(versions())) return;
            synchronized (this) {
                if (!isEscalatedForReads() || escalation == null || escalatedFor != now.databases()) return;
                escalation.abandoned();
                escalation = null;
            }
        }

        private synchronized boolean isOfSchema(Versions now) {
            return reads != null
                    && escalatedFor == now.databases()
                    && escalatedAt == now.changes()
                    && reads.analysedAt().changesElsewhere() == now.changesElsewhere();
        }

        private synchronized boolean isEscalatedForReads() {
            return reads != null && tags.isEmpty() && !ended && escalation != null && !isEscalatedForGood;
        }

        /** The write has taken effect, or may have. */
        public void committed() {
            if (change == Change.SCHEMA && !isEnded()) {
                if (place == Place.ANY) changedElsewhere();
                else changed();
            }
            end(GuardedIntent::committed);
        }

        /** The write has definitely not taken effect. */
        public void abandoned() {
            end(GuardedIntent::abandoned);
        }

        /** Returns whether it was ended. */
        synchronized boolean isEnded() {
            return ended;
        }

        private synchronized void end(Consumer<GuardedIntent> how) {
            if (ended) return;
            ended = true;
            underWay.remove(this);
            if (intent != null) how.accept(intent);
            if (escalation != null) how.accept(escalation);
        }
    }
}
