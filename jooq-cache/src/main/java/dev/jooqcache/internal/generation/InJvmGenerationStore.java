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
 * and memory is constant. Tags of keys have cells of their own, so that the many rows of a busy table do not take those of
 * whole tables; and each has two of them, which a write marks and bumps both. Such a tag stands at the lower of the two
 * numbers, and an intent is one of its own only if it stands in both: so what other tags do to one of the cells is not
 * mistaken for a write of this one (the count-min sketch of Cormode and Muthukrishnan, with the highest in place of the sum).
 * A cell is one {@code long}: the generation in the upper 48 bits, the number of standing intents
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
 *   R1  notes the clock: k
 *   R2  the SQL is sent, runs, and its last row is read; now it is known on which tags the rows depend
 *   R3  looks cell by cell; gives up if one has an intent, or a number higher than k
 *   R4  the rows are stored with k and the tags
 * </pre>
 *
 * and one that is served looks at the cells of the stored tags in the same way, with the k that is stored.
 *
 * <p><b>Lemma.</b> Let a look at the cells with k succeed. Then no commit on any of the tags took effect between R1 and the
 * beginning of the look. Suppose W2 did. The intent W1 stood before, and until W3; W3's number is issued after W2, hence
 * after R1, and is higher than k. The look reads the cell after W2: it meets the intent, or a number that is not lower
 * than W3's, since a cell's number only rises. Either way it gives up.
 *
 * <p>So stored rows that pass a look are the content of the database at every instant from the end of R1, or from the
 * snapshot of R2 if that is later, to the beginning of the look: what took effect before the SQL is in them, and nothing
 * did afterwards. The look is made <i>during</i> the read that is served, therefore it is served the content at one instant
 * of its own time. A read that begins after W's rows were seen anywhere, even before W4, looks after W2, and cannot be
 * served the past. That the tags are known only after the SQL does no harm, as R1 needs none.
 *
 * <p><b>Extension.</b> A read that notes the clock k' and then looks with k may go on with k': by the lemma nothing took effect
 * until the look began, and what does later gets a higher number than k'. Whatever was written of a table besides is forgotten
 * that way.
 *
 * <p>A cell's number only rises because issuing and writing it is one step with respect to other issuers (rule P15): here, a
 * lock that writers hold for a few nanoseconds. Readers take no lock.
 *
 * <p>With two cells: W marks both before COMMIT, and removes no mark but by writing a number issued after it. So from
 * before W2 on, each of the two shows an intent or a higher number to every look, and so does the lower of them.
 *
 * <p>A number is never issued twice: the clock only rises, and the incarnation, a random number per store, makes the
 * numbers of another store's life different (rule P12). At a million commits a second, 48 bits last for nine years.
 */
public final class InJvmGenerationStore implements GenerationStore {

    private static final int INTENT_BITS = 16;
    private static final long INTENT_MASK = (1L << INTENT_BITS) - 1;
    private static final long MARKED = Long.MAX_VALUE;
    private static final int MOST_NAMED = 1 << 16;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final AtomicLongArray cells;
    private final Runnable beforeBump;
    /** The cells before this one are those of tables and columns, the others those of keys. */
    private final int named;

    private final ReentrantLock issuing = new ReentrantLock();
    private volatile long clock;
    private volatile long incarnation;

    /**
     * Makes a store.
     *
     * @param cells the number of cells, a power of two of at least 2; each takes 8 bytes
     */
    public InJvmGenerationStore(int cells) {
        this(cells, () -> {});
    }

    /** For tests, which stop a writer before each of its cells. */
    InJvmGenerationStore(int cells, Runnable beforeBump) {
        if (cells < 2 || Integer.bitCount(cells) != 1)
            throw new IllegalArgumentException("generation cells must be a power of two, at least 2: " + cells);
        this.cells = new AtomicLongArray(cells);
        this.beforeBump = beforeBump;
        this.named = Math.max(2, Math.min(cells / 2, MOST_NAMED));
        this.incarnation = RANDOM.nextLong();
    }

    @Override
    public Stamp capture(Tags tags) {
        long life = incarnation;
        long highest = 0;
        for (int i = 0; i < tags.size(); i++) {
            long standing = standing(cellOf(tags, i));
            // The second cell can only lower it.
            if (standing > highest && isInTwo(tags, i)) standing = Math.min(standing, standing(secondCellOf(tags, i)));
            if (standing == MARKED) return Stamp.PENDING;
            highest = Math.max(highest, standing);
        }
        return Stamp.of(life, highest);
    }

    /** The generation of a cell, if no intent stands on it. */
    private long standing(int cell) {
        long value = cells.get(cell);
        return (value & INTENT_MASK) == 0 ? value >>> INTENT_BITS : MARKED;
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
        beforeBump.run();
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
        int[] marked = new int[2 * tags.size()];
        int size = 0;
        for (int i = 0; i < tags.size(); i++) {
            marked[size++] = cellOf(tags, i);
            if (isInTwo(tags, i)) marked[size++] = secondCellOf(tags, i);
        }
        return Arrays.stream(marked, 0, size).distinct().toArray();
    }

    private int cellOf(Tags tags, int i) {
        if (tags.isEverything(i)) return 0;
        return isInTwo(tags, i) ? keyCell(tags.hash(i)) : 1 + scaled(tags.hash(i), named - 1);
    }

    private boolean isInTwo(Tags tags, int i) {
        return tags.isKey(i) && named < cells.length();
    }

    private int secondCellOf(Tags tags, int i) {
        // The golden ratio, as an odd number of 64 bits, sends neighbours far apart.
        return keyCell(Long.reverse(tags.hash(i)) * 0x9e3779b97f4a7c15L);
    }

    private int keyCell(long hash) {
        return named + scaled(hash, cells.length() - named);
    }

    /** From 0 to the limit, exclusive, evenly: the hash has 63 bits. */
    private static int scaled(long hash, int limit) {
        return (int) Math.multiplyHigh(hash & Long.MAX_VALUE, 2L * limit);
    }

    private record CellIntent(Tags tags, int[] cells, AtomicBoolean settled) implements Intent {}
}
