package dev.jooqcache.internal.generation;

import dev.jooqcache.internal.entry.Extent;
import dev.jooqcache.spi.GenerationStore;
import dev.jooqcache.spi.Stamp;
import dev.jooqcache.spi.Tags;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
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
public final class GuardedGenerations implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger("dev.jooqcache");

    private final String cacheName;
    private final GenerationStore store;
    private final AtomicLong failures = new AtomicLong();
    private final AtomicLong invalidations = new AtomicLong();

    /** Writers under way whose intent the store does not know. */
    private final AtomicLong unannounced = new AtomicLong();

    private final Queue<Runnable> unsettled = new ArrayDeque<>();

    /** Held by the recovering thread during store calls, so that a hung store blocks no other thread. */
    private final ReentrantLock recovering = new ReentrantLock();

    private volatile boolean suspect;

    /** How many writers have gone unnoticed so far; guarded by {@link #unsettled}. */
    private long disturbances;

    /**
     * Guards a store.
     *
     * @param cacheName begins every log line
     * @param store the store
     */
    public GuardedGenerations(String cacheName, GenerationStore store) {
        this.cacheName = cacheName;
        this.store = store;
    }

    /**
     * Returns whether the store sees the writes of this JVM only.
     *
     * @return whether other instances of an application are not seen
     */
    public boolean isOfThisJvm() {
        return store instanceof InJvmGenerationStore;
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
        } catch (RuntimeException | Error e) {
            // A failed reading loses nothing: the next one may succeed.
            failed("capture", e);
            return null;
        }
    }

    /**
     * Whether nothing has been committed since to what a result depends on.
     *
     * @param extents what it depends on
     * @param since what the clock stood at
     * @return the answer
     */
    public Standing standing(List<Extent> extents, Stamp since) {
        for (Extent extent : extents) {
            Standing standing = standing(extent.table(), since);
            if (standing != Standing.STANDS && !extent.isWhole()) standing = standing(extent.part(), since);
            if (standing != Standing.STANDS) return standing;
        }
        return Standing.STANDS;
    }

    /**
     * Until when a result is exact, if it is now. If a table has been written since, but not the part that is read, then it
     * is known to be exact until the clock was noted here, before the looks that show it.
     *
     * @param extents what it depends on
     * @param since a state of the clock at which it was exact
     * @return that, or a later one of the same incarnation; {@code null} if the result may have changed
     */
    public @Nullable Stamp exactUntil(List<Extent> extents, Stamp since) {
        if (tablesStand(extents, since)) return since;
        long clock = now();
        return standing(extents, since) == Standing.STANDS ? Stamp.of(since.incarnation(), clock) : null;
    }

    private boolean tablesStand(List<Extent> extents, Stamp since) {
        for (Extent extent : extents) if (standing(extent.table(), since) != Standing.STANDS) return false;
        return true;
    }

    private Standing standing(Tags tags, Stamp since) {
        Stamp now = capture(tags);
        if (now == null) return Standing.UNKNOWN;
        if (now.pending()) return Standing.PENDING;
        return now.isWithin(since) ? Standing.STANDS : Standing.CHANGED;
    }

    /** What has become of what a result depends on. */
    public enum Standing {
        /** It is as it was. */
        STANDS,
        /** It may have changed. */
        CHANGED,
        /** A writer is about to commit. */
        PENDING,
        /** The store cannot be trusted now. */
        UNKNOWN
    }

    /**
     * The clock.
     *
     * @return the last number issued, or -1 if the store cannot tell: nothing is older
     */
    public long now() {
        try {
            return store.now();
        } catch (RuntimeException | Error e) {
            failed("now", e);
            return -1;
        }
    }

    /**
     * Marks the tags before a commit is sent.
     *
     * @param tags what the transaction or statement has written
     * @return the intent; never {@code null}, and never a failure
     */
    public GuardedIntent announce(Tags tags) {
        if (tags.isEmpty()) return new GuardedIntent(null, tags);
        try {
            return new GuardedIntent(store.intent(tags), tags);
        } catch (RuntimeException | Error e) {
            synchronized (unsettled) {
                unannounced.incrementAndGet();
                disturbed();
            }
            failed("intent", e);
            return new GuardedIntent(null, tags);
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
     * How many tables, or everything at once, were given a new generation.
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

    /** A concurrent recovery could clear the mark; the counter lets it detect the new failure. */
    private void disturbed() {
        disturbances++;
        suspect = true;
    }

    private boolean recover() {
        if (!recovering.tryLock()) return false;
        try {
            long before;
            synchronized (unsettled) {
                if (!suspect) return true;
                if (unannounced.get() > 0) return false;
                before = disturbances;
            }
            settleAll();
            store.renew();
            // Unseen commits gave no numbers. A snapshot that began before them must find everything newer.
            GenerationStore.Intent everything = store.intent(Tags.everything());
            synchronized (unsettled) {
                unsettled.add(() -> store.commit(everything));
            }
            settleAll();
            synchronized (unsettled) {
                if (disturbances != before) return false;
                suspect = false;
            }
            LOG.info("{}: the generation store works again, in a new incarnation", cacheName);
            return true;
        } catch (RuntimeException | Error e) {
            failures.incrementAndGet();
            return false;
        } finally {
            recovering.unlock();
        }
    }

    /** Called by the recovering thread only, so that no other thread removes an entry. */
    private void settleAll() {
        for (Runnable first; (first = firstUnsettled()) != null; ) {
            first.run();
            synchronized (unsettled) {
                unsettled.remove();
            }
        }
    }

    private @Nullable Runnable firstUnsettled() {
        synchronized (unsettled) {
            return unsettled.peek();
        }
    }

    private void failed(String operation, Throwable e) {
        if (failures.getAndIncrement() == 0)
            LOG.error(
                    "{}: the generation store failed in {}; queries go to the database until it works again"
                            + " (further failures are counted, not logged)",
                    cacheName,
                    operation,
                    e);
    }

    /** One writer's intent, to be ended exactly once, whether or not the store works; ending it again does nothing. */
    public final class GuardedIntent {

        private final GenerationStore.@Nullable Intent intent;
        private final Tags tags;
        private boolean ended;

        private GuardedIntent(GenerationStore.@Nullable Intent intent, Tags tags) {
            this.intent = intent;
            this.tags = tags;
        }

        /**
         * The marked tags.
         *
         * @return the tags
         */
        public Tags tags() {
            return tags;
        }

        /** The write has taken effect, or may have: the tags get the next generation and lose the mark. */
        public synchronized void committed() {
            if (!end()) return;
            settle(store::commit);
            invalidations.addAndGet(tags.tables());
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
            } catch (RuntimeException | Error e) {
                synchronized (unsettled) {
                    unsettled.add(() -> how.accept(marks));
                    disturbed();
                }
                failed("commit", e);
            }
        }
    }
}
