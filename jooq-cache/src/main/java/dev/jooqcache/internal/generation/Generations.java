package dev.jooqcache.internal.generation;

import dev.jooqcache.spi.GenerationStore;
import dev.jooqcache.spi.Stamp;
import dev.jooqcache.spi.Tags;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A generation store that may fail, made safe: writers always get on, and readers bypass until nothing can have been
 * missed.
 *
 * <p>A writer that could not announce itself, or whose commit could not be noted, leaves the store behind the database.
 * From that moment no stamp is given out ({@link #capture} answers {@code null}). Once all such writers have finished,
 * unsettled intents have been settled, and the store has begun a new incarnation, stamps are given out again; nothing
 * stored before the failure is reachable then (rule P12, scenario C6). Thread-safe.
 */
public final class Generations implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger("dev.jooqcache");

    private final String cacheName;
    private final GenerationStore store;
    private final AtomicLong failures = new AtomicLong();
    private final AtomicLong invalidations = new AtomicLong();

    /** Writers under way whose intent the store does not know. */
    private final AtomicLong unannounced = new AtomicLong();

    private final Queue<Runnable> unsettled = new ArrayDeque<>();
    private volatile boolean suspect;

    /**
     * Guards a store.
     *
     * @param cacheName begins every log line
     * @param store the store
     */
    public Generations(String cacheName, GenerationStore store) {
        this.cacheName = cacheName;
        this.store = store;
    }

    /**
     * Reads what the tags stand at.
     *
     * @param tags the tags of one read
     * @return the stamp, or {@code null} if the store cannot be trusted now
     */
    public @Nullable Stamp capture(Tags tags) {
        if (suspect && !recover()) return null;
        try {
            return store.capture(tags);
        } catch (RuntimeException e) {
            // A failed reading loses nothing: the next one may succeed.
            failed("capture", e);
            return null;
        }
    }

    /**
     * The clock.
     *
     * @return the last number issued, or -1 if the store cannot tell: nothing is older
     */
    public long now() {
        try {
            return store.now();
        } catch (RuntimeException e) {
            failed("now", e);
            return -1;
        }
    }

    /**
     * Marks the tags before a commit is sent.
     *
     * @param tags what the transaction or statement has written
     * @return the announcement; never {@code null}, and never a failure
     */
    public Announcement announce(Tags tags) {
        if (tags.isEmpty()) return new Announcement(null, tags);
        try {
            return new Announcement(store.intent(tags), tags);
        } catch (RuntimeException e) {
            // Not while somebody recovers: he would take the mark away again, and never know.
            synchronized (unsettled) {
                unannounced.incrementAndGet();
                suspect = true;
            }
            failed("intent", e);
            return new Announcement(null, tags);
        }
    }

    /**
     * Touches the tags now, for a write that has already happened.
     *
     * @param tags the tags
     */
    public void invalidate(Tags tags) {
        announce(tags).committed();
    }

    /**
     * How many tags were given a new generation.
     *
     * @return a count that only rises
     */
    public long invalidations() {
        return invalidations.get();
    }

    /**
     * How often the store threw.
     *
     * @return a count that only rises
     */
    public long failures() {
        return failures.get();
    }

    @Override
    public void close() {
        store.close();
    }

    private boolean recover() {
        synchronized (unsettled) {
            if (!suspect) return true;
            if (unannounced.get() > 0) return false;
            try {
                settleAll();
                store.renew();
                // Unseen commits gave no numbers. A snapshot that began before them must find everything newer.
                GenerationStore.Intent everything = store.intent(Tags.everything());
                unsettled.add(() -> store.commit(everything));
                settleAll();
                suspect = false;
                LOG.info("{}: the generation store works again, in a new incarnation", cacheName);
                return true;
            } catch (RuntimeException e) {
                failures.incrementAndGet();
                return false;
            }
        }
    }

    private void settleAll() {
        for (Runnable first; (first = unsettled.peek()) != null; unsettled.remove()) first.run();
    }

    private void failed(String operation, RuntimeException e) {
        if (failures.getAndIncrement() == 0)
            LOG.error(
                    "{}: the generation store failed in {}; queries go to the database until it works again"
                            + " (further failures are counted, not logged)",
                    cacheName,
                    operation,
                    e);
    }

    /** One writer's announcement, to be ended exactly once; ending it again does nothing. */
    public final class Announcement {

        private final GenerationStore.@Nullable Intent intent;
        private final Tags tags;
        private boolean ended;

        private Announcement(GenerationStore.@Nullable Intent intent, Tags tags) {
            this.intent = intent;
            this.tags = tags;
        }

        /**
         * The announced tags.
         *
         * @return the tags
         */
        public Tags tags() {
            return tags;
        }

        /** The write has taken effect, or may have: the tags get the next generation and lose the mark. */
        public synchronized void committed() {
            if (end()) settle(store::commit);
            invalidations.addAndGet(tags.size());
        }

        /** The write has definitely not taken effect: the mark goes. */
        public synchronized void abandoned() {
            if (end()) settle(store::abandon);
        }

        private boolean end() {
            boolean first = !ended;
            ended = true;
            return first && !tags.isEmpty();
        }

        private void settle(java.util.function.Consumer<GenerationStore.Intent> how) {
            GenerationStore.Intent marks = intent;
            if (marks == null) {
                // Suspect stays set: what was stored meanwhile under the old incarnation must not be found again.
                unannounced.decrementAndGet();
                return;
            }
            try {
                how.accept(marks);
            } catch (RuntimeException e) {
                synchronized (unsettled) {
                    unsettled.add(() -> how.accept(marks));
                    suspect = true;
                }
                failed("commit", e);
            }
        }
    }
}
