package dev.jooqcache.internal.transaction;

import dev.jooqcache.internal.generation.Generations;
import dev.jooqcache.internal.generation.Generations.Announcement;
import dev.jooqcache.spi.Tags;
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
 * <p>What is not understood may have changed the schema, too: code that nobody can look into, a text that jOOQ's parser
 * does not know, a writer that cannot be seen. Plain DML has not, even where nobody knows yet what it touches.
 */
final class SchemaWatch {

    /** What a write may change. */
    enum Change {
        /** Rows. */
        DATA,
        /** Rows, and what the catalog says. */
        SCHEMA
    }

    private final Generations generations;
    private final Runnable forget;
    private final Set<PendingWrite> underWay = ConcurrentHashMap.newKeySet();
    private volatile long version;
    private volatile long publications;

    /**
     * Watches the schemas of a cache.
     *
     * @param generations where writes are announced
     * @param forget forgets what is known of all schemas
     */
    SchemaWatch(Generations generations, Runnable forget) {
        this.generations = generations;
        this.forget = forget;
    }

    /** A number that changes with every change; to be read before a statement is analysed. */
    long version() {
        return version;
    }

    /** Whether an analysis that began at the given version may tell less than a statement touches. */
    boolean isOutdated(long analysedAt) {
        return analysedAt != version;
    }

    /** What an analysis rests on that takes all schemas into account; to be read before a statement is analysed. */
    Versions versions() {
        return new Versions(version, publications);
    }

    private boolean isOutdated(Versions analysedAt) {
        return !versions().equals(analysedAt);
    }

    /** Whether a writer is under way that may change a schema. */
    boolean isChanging() {
        return underWay.stream().anyMatch(write -> write.change == Change.SCHEMA);
    }

    /** The schema of some data source was changed, or may have been. Called before the change's mark is removed. */
    void changed() {
        synchronized (this) {
            forget.run();
            version++;
        }
        underWay.forEach(PendingWrite::escalate);
    }

    /**
     * Makes known what was read from a catalog, unless some schema was changed meanwhile.
     *
     * <p>From then on results of that data source are stored. A write under way that was analysed without this schema, as it
     * leads nobody knows where, is escalated before.
     *
     * @param readAt the version before it was read
     * @param publication makes it known
     */
    synchronized void publish(long readAt, Runnable publication) {
        if (isOutdated(readAt)) return;
        publications++;
        underWay.forEach(PendingWrite::escalateIfUnplaced);
        publication.run();
    }

    /**
     * Announces a write.
     *
     * @param tags what it touches
     * @param analysedAt the version at which that was found out
     * @param change what it may change
     */
    PendingWrite announce(Tags tags, long analysedAt, Change change) {
        return announce(new PendingWrite(tags, change, Place.DATA_SOURCE), () -> isOutdated(analysedAt));
    }

    /**
     * Announces a write of which it is not known to which of the data sources' databases it leads.
     *
     * @param tags what it touches in any of them
     * @param analysedAt the versions at which that was found out
     * @param change what it may change
     */
    PendingWrite announceUnplaced(Tags tags, Versions analysedAt, Change change) {
        return announce(new PendingWrite(tags, change, Place.ANY), () -> isOutdated(analysedAt));
    }

    private PendingWrite announce(PendingWrite write, BooleanSupplier isOutdated) {
        if (write.tags().isEmpty()) return write;
        underWay.add(write);
        write.announce(isOutdated.getAsBoolean());
        return write;
    }

    /**
     * The state of all schemas.
     *
     * @param changes how many changes there have been
     * @param publications how often a schema was made known
     */
    record Versions(long changes, long publications) {}

    /** Where a write leads. */
    private enum Place {
        DATA_SOURCE,
        ANY
    }

    /** A write that is to be ended exactly once; ending it again does nothing. */
    final class PendingWrite {

        private final Tags tags;
        private final Change change;
        private final Place place;
        private @Nullable Announcement announcement;
        private @Nullable Announcement escalation;
        private boolean ended;

        private PendingWrite(Tags tags, Change change, Place place) {
            this.tags = tags;
            this.change = change;
            this.place = place;
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
            announcement = generations.announce(tags);
            if (outdated) escalate();
        }

        private synchronized void escalate() {
            if (!ended && escalation == null && !tags.hasEverything())
                escalation = generations.announce(Tags.everything());
        }

        private void escalateIfUnplaced() {
            if (place == Place.ANY) escalate();
        }

        /** The write has taken effect, or may have. */
        void committed() {
            if (change == Change.SCHEMA && !isEnded()) changed();
            end(Announcement::committed);
        }

        /** The write has definitely not taken effect. */
        void abandoned() {
            end(Announcement::abandoned);
        }

        private synchronized boolean isEnded() {
            return ended;
        }

        private synchronized void end(Consumer<Announcement> how) {
            if (ended) return;
            ended = true;
            underWay.remove(this);
            if (announcement != null) how.accept(announcement);
            if (escalation != null) how.accept(escalation);
        }
    }
}
