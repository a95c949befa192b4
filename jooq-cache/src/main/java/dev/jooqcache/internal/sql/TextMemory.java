package dev.jooqcache.internal.sql;

import dev.jooqcache.internal.transaction.TrackedSource;
import java.lang.ref.SoftReference;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What is remembered of SQL texts, up to a number and an estimated size. Thread-safe; a look-up takes no lock.
 *
 * <p>At either limit those make room that were not looked up lately but for the once that each is: a statement of jOOQ's is
 * asked for twice, by the listener, which puts it here, and by the connection. A long text would push out many others, and is
 * seldom sent again; the last few are kept apart, as long as there is memory, for the sake of the connection.
 *
 * @param <V> what is remembered
 */
public final class TextMemory<V> {

    static final int LONGEST = 64 * 1024;
    private static final int LAST_LONG = 4;
    private static final int MOST_USES = 8;

    /** What the entry and an analysis take, besides what grows with the text. */
    private static final int BASE_BYTES = 512;

    /** The text, and the names in it. */
    private static final int BYTES_PER_CHARACTER = 6;

    private final int maximumEntries;
    private final long maximumBytes;
    private final Map<Key, Entry<V>> entries = new ConcurrentHashMap<>();
    private final AtomicLong bytes = new AtomicLong();
    private final Map<Key, SoftReference<V>> longTexts = new LinkedHashMap<>();

    public TextMemory(int maximumEntries, long maximumBytes) {
        this.maximumEntries = maximumEntries;
        this.maximumBytes = maximumBytes;
    }

    @Nullable
    public V get(TrackedSource dataSource, String sql) {
        Key key = new Key(dataSource, sql);
        if (sql.length() > LONGEST) return longText(key);
        Entry<V> entry = entries.get(key);
        return entry == null ? null : entry.get();
    }

    /** The place of a text in the memory, or {@code null} if it has none. */
    @Nullable
    public Entry<V> entry(TrackedSource dataSource, String sql) {
        return entries.get(new Key(dataSource, sql));
    }

    private @Nullable V longText(Key key) {
        synchronized (longTexts) {
            SoftReference<V> reference = longTexts.get(key);
            return reference == null ? null : reference.get();
        }
    }

    public void put(TrackedSource dataSource, String sql, V value) {
        Key key = new Key(dataSource, sql);
        if (sql.length() > LONGEST) {
            putLong(key, value);
            return;
        }
        Entry<V> before = entries.put(key, new Entry<>(value));
        if (before == null) bytes.addAndGet(size(key));
        else before.isForgotten = true;
        if (isFull()) makeRoom(key);
    }

    private void putLong(Key key, V value) {
        synchronized (longTexts) {
            longTexts.remove(key);
            longTexts.put(key, new SoftReference<>(value));
            Iterator<Key> eldest = longTexts.keySet().iterator();
            while (longTexts.size() > LAST_LONG) {
                eldest.next();
                eldest.remove();
            }
        }
    }

    private boolean isFull() {
        return entries.size() > maximumEntries || bytes.get() > maximumBytes;
    }

    /** Down to seven eighths, but for the newest. The second time round it does not matter what was used. */
    private synchronized void makeRoom(Key newest) {
        if (!isFull()) return;
        int fewer = maximumEntries - maximumEntries / 8;
        long smaller = maximumBytes - maximumBytes / 8;
        for (int round = 0; round < 2; round++)
            for (Iterator<Map.Entry<Key, Entry<V>>> all = entries.entrySet().iterator(); all.hasNext(); ) {
                if (entries.size() <= fewer && bytes.get() <= smaller) return;
                Map.Entry<Key, Entry<V>> next = all.next();
                if (next.getKey().equals(newest)) continue;
                if (round == 0 && next.getValue().wasUsed()) continue;
                Entry<V> forgotten = entries.remove(next.getKey());
                if (forgotten == null) continue;
                forgotten.isForgotten = true;
                bytes.addAndGet(-size(next.getKey()));
            }
    }

    private static long size(Key key) {
        return BASE_BYTES + (long) BYTES_PER_CHARACTER * key.sql.length();
    }

    /** How many short texts are remembered. */
    int size() {
        return entries.size();
    }

    private record Key(TrackedSource dataSource, String sql) {}

    /** The place of one text, to be held by a query that looks it up again and again. */
    public static final class Entry<V> {
        private final V value;
        private volatile boolean isForgotten;

        /** Some are lost where threads meet, which does not matter. */
        private volatile int uses;

        private Entry(V value) {
            this.value = value;
        }

        /** Looks the text up: what is remembered of it, or {@code null} if it is not any more, or something newer is. */
        @Nullable
        public V get() {
            if (isForgotten) return null;
            used();
            return value;
        }

        private void used() {
            int before = uses;
            if (before < MOST_USES) uses = before + 1;
        }

        /** Returns whether it was looked up more than once; what is not looked up again will be less and less. */
        private boolean wasUsed() {
            int before = uses;
            uses = before / 2;
            return before > 1;
        }
    }
}
