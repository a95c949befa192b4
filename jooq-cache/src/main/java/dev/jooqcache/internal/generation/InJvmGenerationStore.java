package dev.jooqcache.internal.generation;

import dev.jooqcache.spi.GenerationStore;
import dev.jooqcache.spi.Stamp;
import dev.jooqcache.spi.Tags;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Generations in an array of cells in this JVM.
 *
 * <h2>Cells</h2>
 *
 * A tag is kept in the cell that its hash selects; cell 0 belongs to the reserved tag alone. Two tags may share a cell:
 * then a write of one invalidates what depends on the other too, which is never wrong. So no generation is ever evicted
 * and memory is constant. A cell is one {@code long}: the generation in the upper 48 bits, the number of standing intents
 * in the lower 16. One volatile read sees both (rule P15).
 *
 * <h2>Why a served result is never stale</h2>
 *
 * Let a writer <i>W</i> commit a change of tag <i>t</i>. It does, in this order (rule P2):
 *
 * <pre>
 *   W1  cell(t): (g, n) becomes (g, n+1)       the intent
 *   W2  COMMIT takes effect in the database    visible to others from here, or earlier than W hears of it
 *   W3  cell(t): (g', m) becomes (c, m-1)      c is the clock's next number, issued in the same step
 *   W4  commit() returns to the application
 * </pre>
 *
 * A reader <i>R</i> that stores does:
 *
 * <pre>
 *   R1  capture: reads cell by cell; gives up if one has an intent; s = the highest generation
 *   R2  the SQL is sent, runs, and its last row is read
 *   R3  validate: reads cell by cell again; gives up if one has an intent or the highest is not s
 *   R4  the rows are stored with s
 * </pre>
 *
 * <b>Lemma.</b> If R3 succeeds, then no commit on any of its tags took effect between the end of R1 and the beginning of
 * R3. Suppose W2 did. If W1 came after R1 read <i>t</i>, then at R3's reading of <i>t</i> either the intent still stands
 * (R3 gives up) or W3 has happened, with a number c issued after W1. At R1 the highest was s. Either c &gt; s, and R3 sees
 * a higher maximum and gives up; or c &lt;= s, which means that another cell already had the number s when R1 read it,
 * and s was issued after c: then W2 preceded that reading, so it did not happen after the end of R1. If W1 came before R1
 * read <i>t</i>, then R1 saw the intent and gave up, or W3 had already happened, and W2 before it.
 *
 * <p>So a stored entry is exactly the content of the database at every instant from the end of R1 to the beginning of R3.
 * A later reader who captures the same s with no intent on any tag is, by the same argument, at an instant at which the
 * content is still this one: any commit that took effect since has left an intent or a higher number. A result is served
 * for the stamp captured <i>during</i> the read, therefore it equals the database's content at one instant of the read.
 * Whoever saw W's rows anywhere, even before W4, reads cells after W2: it meets the intent or the new number, and cannot
 * be served the past.
 *
 * <p>The highest number is a sufficient stamp for a set of tags only because issuing and writing a number is one step
 * with respect to other issuers: here, a lock that writers hold for a few nanoseconds. Readers take no lock.
 *
 * <p>A number is never issued twice: the clock only rises, and the incarnation, a random number per store, makes the
 * numbers of another store's life different (rule P12). At a million commits a second, 48 bits last for nine years.
 */
public final class InJvmGenerationStore implements GenerationStore {

    private static final int INTENT_BITS = 16;
    private static final long INTENT_MASK = (1L << INTENT_BITS) - 1;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final AtomicLongArray cells;
    private final int mask;
    private final ReentrantLock issuing = new ReentrantLock();
    private volatile long clock;
    private volatile long incarnation;

    /**
     * Makes a store.
     *
     * @param cells the number of cells, a power of two of at least 2; each takes 8 bytes
     */
    public InJvmGenerationStore(int cells) {
        if (cells < 2 || Integer.bitCount(cells) != 1)
            throw new IllegalArgumentException("generation cells must be a power of two, at least 2: " + cells);
        this.cells = new AtomicLongArray(cells);
        this.mask = cells - 1;
        this.incarnation = RANDOM.nextLong();
    }

    @Override
    public Stamp capture(Tags tags) {
        long life = incarnation;
        long highest = 0;
        for (int i = 0; i < tags.size(); i++) {
            long cell = cells.get(cellOf(tags, i));
            if ((cell & INTENT_MASK) != 0) return Stamp.PENDING;
            highest = Math.max(highest, cell >>> INTENT_BITS);
        }
        return Stamp.of(life, highest);
    }

    @Override
    public long now() {
        return clock;
    }

    @Override
    public Intent intent(Tags tags) {
        int[] marked = cellsOf(tags);
        for (int i = 0; i < marked.length; i++) {
            if (mark(marked[i])) continue;
            for (int j = 0; j < i; j++) cells.decrementAndGet(marked[j]);
            throw new IllegalStateException("more than " + INTENT_MASK + " writers of one tag at once");
        }
        return new CellIntent(tags, marked, new AtomicBoolean());
    }

    private boolean mark(int cell) {
        while (true) {
            long before = cells.get(cell);
            if ((before & INTENT_MASK) == INTENT_MASK) return false;
            if (cells.compareAndSet(cell, before, before + 1)) return true;
        }
    }

    @Override
    public void commit(Intent intent) {
        for (int cell : settle(intent)) bump(cell);
    }

    private void bump(int cell) {
        issuing.lock();
        try {
            long next = clock + 1;
            clock = next;
            while (true) {
                long before = cells.get(cell);
                long after = (next << INTENT_BITS) | ((before & INTENT_MASK) - 1);
                if (cells.compareAndSet(cell, before, after)) return;
            }
        } finally {
            issuing.unlock();
        }
    }

    @Override
    public void abandon(Intent intent) {
        for (int cell : settle(intent)) cells.decrementAndGet(cell);
    }

    private static int[] settle(Intent intent) {
        if (!(intent instanceof CellIntent own)) throw new IllegalArgumentException("not an intent of this store");
        if (!own.settled.compareAndSet(false, true)) throw new IllegalStateException("this intent is settled already");
        return own.cells;
    }

    @Override
    public void renew() {
        incarnation = RANDOM.nextLong();
    }

    private int[] cellsOf(Tags tags) {
        int[] marked = new int[tags.size()];
        for (int i = 0; i < marked.length; i++) marked[i] = cellOf(tags, i);
        return Arrays.stream(marked).distinct().toArray();
    }

    private int cellOf(Tags tags, int i) {
        if (tags.names().get(i).equals(Tags.EVERYTHING_TAG)) return 0;
        return 1 + (int) Long.remainderUnsigned(tags.hash(i), mask);
    }

    private record CellIntent(Tags tags, int[] cells, AtomicBoolean settled) implements Intent {}
}
