package dev.jooqcache.internal.transaction;

import dev.jooqcache.internal.generation.Generations;
import dev.jooqcache.internal.generation.Generations.Announcement;
import dev.jooqcache.spi.Tags;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
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
 * <p>Whatever touches everything may have changed the schema, too: code that nobody can look into, a text that is not
 * understood, a writer that cannot be seen.
 */
final class SchemaWatch {

    private final Generations generations;
    private final Runnable forget;
    private final Set<PendingWrite> underWay = ConcurrentHashMap.newKeySet();
    private volatile long version;

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

    /** The schema of some data source was changed, or may have been. Called before the change's mark is removed. */
    void changed() {
        forget.run();
        synchronized (this) {
            version++;
        }
        underWay.forEach(PendingWrite::escalate);
    }

    /**
     * Announces a write.
     *
     * @param tags what it touches
     * @param analysedAt the version at which that was found out
     */
    PendingWrite announce(Tags tags, long analysedAt) {
        PendingWrite write = new PendingWrite(tags);
        if (tags.isEmpty()) return write;
        underWay.add(write);
        write.announce(isOutdated(analysedAt));
        return write;
    }

    /** A write that is to be ended exactly once; ending it again does nothing. */
    final class PendingWrite {

        private final Tags tags;
        private @Nullable Announcement announcement;
        private @Nullable Announcement escalation;
        private boolean ended;

        private PendingWrite(Tags tags) {
            this.tags = tags;
        }

        /** What the write touches, as far as it was analysed. */
        Tags tags() {
            return tags;
        }

        private synchronized void announce(boolean outdated) {
            announcement = generations.announce(tags);
            if (outdated) escalate();
        }

        private synchronized void escalate() {
            if (!ended && escalation == null && !mayChangeSchemas())
                escalation = generations.announce(Tags.everything());
        }

        private boolean mayChangeSchemas() {
            return tags.contains(Tags.EVERYTHING_TAG);
        }

        /** The write has taken effect, or may have. */
        void committed() {
            if (mayChangeSchemas() && !isEnded()) changed();
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
