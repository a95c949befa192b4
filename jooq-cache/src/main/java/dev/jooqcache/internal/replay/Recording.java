package dev.jooqcache.internal.replay;

import dev.jooqcache.BypassReason;
import dev.jooqcache.internal.dependency.BindValues;
import dev.jooqcache.internal.dependency.ReadDependencies;
import dev.jooqcache.internal.entry.Access;
import dev.jooqcache.internal.entry.CachedResult;
import dev.jooqcache.internal.entry.CachedResult.ColumnMetaData;
import dev.jooqcache.internal.entry.CachedResult.Reads;
import dev.jooqcache.internal.entry.Extent;
import dev.jooqcache.internal.entry.Validity;
import dev.jooqcache.internal.entry.Values;
import dev.jooqcache.spi.Fingerprint;
import dev.jooqcache.spi.Stamp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What jOOQ reads from the result set of one miss, noted while it reads it.
 *
 * <p>For each column the getter of the first row is kept once; a cell that was read otherwise, or more than once by
 * different getters, keeps its own list. Used by one thread.
 */
public final class Recording implements ReadDependencies.ResultRows {

    /** Stands for a cell that has not been read. */
    private static final Object UNREAD = new Reads(List.of(), new Object[0]);

    private final int columns;
    private final int maximumRows;
    private final long maximumBytes;
    private final Access[] accesses;
    private final @Nullable Object[] row;
    private final boolean[] leftUnread;
    private final List<@Nullable Object> cells = new ArrayList<>();
    private final String zone = DefaultZone.id();
    private @Nullable ValueInterner equalValues;
    private @Nullable List<ColumnMetaData> metaData;
    private int rows;
    private long bytes;
    private boolean inRow;
    private @Nullable BypassReason cancelled;

    public Recording(int columns, int maximumRows, long maximumBytes) {
        this.columns = columns;
        this.maximumRows = maximumRows;
        this.maximumBytes = maximumBytes;
        this.accesses = new Access[columns];
        this.row = new Object[columns];
        this.leftUnread = new boolean[columns];
    }

    /** Why the result cannot be stored, or {@code null} if it can. */
    @Nullable
    public BypassReason cancelled() {
        return cancelled;
    }

    @Override
    public int rows() {
        return rows;
    }

    /** Returns whether exactly one row was read, and nothing after it. */
    boolean isAfterFirstRow() {
        return inRow && rows == 1 && cancelled == null;
    }

    public void cancel(BypassReason reason) {
        if (cancelled != null) return;
        cancelled = reason;
        cells.clear();
    }

    void beginRow() {
        endRow();
        if (cancelled != null) return;
        if (++rows > maximumRows) {
            cancel(BypassReason.RESULT_TOO_LARGE);
            return;
        }
        inRow = true;
        Arrays.fill(row, UNREAD);
    }

    /**
     * All rows have been read. jOOQ reads the same columns of each of them; a row that was read otherwise was skipped by a
     * listener, and others need its values.
     */
    void endRows() {
        endRow();
        boolean anyRead = false;
        for (int i = 0; i < columns; i++) {
            anyRead |= accesses[i] != null;
            if (accesses[i] != null && leftUnread[i]) cancel(BypassReason.RESULT_INCOMPLETE);
        }
        if (rows > 0 && !anyRead) cancel(BypassReason.RESULT_INCOMPLETE);
    }

    void endRow() {
        if (!inRow || cancelled != null) return;
        inRow = false;
        for (int i = 0; i < columns; i++) {
            if (row[i] instanceof Recording nested) row[i] = cell(nested);
            leftUnread[i] |= row[i] == UNREAD;
        }
        if (cancelled != null) return;
        try {
            cells.addAll(Arrays.asList(row));
        } catch (OutOfMemoryError e) {
            cancel(BypassReason.RESULT_TOO_LARGE);
        } catch (Error e) {
            cancel(BypassReason.CACHE_FAILURE);
        }
        if (bytes > maximumBytes) cancel(BypassReason.RESULT_TOO_LARGE);
    }

    private Object cell(Recording nested) {
        nested.endRow();
        // A row that has not been read yet may be read later, unrecorded.
        if (nested.rows == 0) nested.cancel(BypassReason.UNKNOWN_RESULT_VALUE);
        if (nested.cancelled != null) {
            cancel(nested.cancelled);
            return UNREAD;
        }
        List<Reads> reads = new ArrayList<>();
        for (int i = 0; i < nested.columns; i++)
            reads.add(
                    nested.cells.get(i) instanceof Reads several
                            ? several
                            : new Reads(List.of(nested.accesses[i]), new @Nullable Object[] {nested.cells.get(i)}));
        bytes += nested.bytes + 96L * nested.columns;
        return NestedRow.recorded(reads);
    }

    /**
     * Notes that {@code getObject} answered a row of its own, with so many columns; what is read of it goes to the
     * recording that this answers. It may be asked for repeatedly, but only the last one may be read.
     */
    Recording readRow(int column, int nestedColumns) {
        Recording nested = new Recording(nestedColumns, 1, maximumBytes);
        if (cancelled != null) return nested;
        int index = column - 1;
        Access access = Access.by(Access.Getter.OBJECT);
        if (inRow && index >= 0 && index < columns) {
            if (accesses[index] == null) accesses[index] = access;
            boolean isFirst = row[index] == UNREAD || (row[index] instanceof Recording earlier && earlier.rows == 0);
            if (isFirst && accesses[index].equals(access)) {
                row[index] = nested;
                return nested;
            }
        }
        cancel(BypassReason.UNKNOWN_RESULT_VALUE);
        return nested;
    }

    /** Returns whether so many bytes more do not make the result too large; if they do, the recording ends. */
    boolean mayTake(long more) {
        if (bytes + more > maximumBytes) cancel(BypassReason.RESULT_TOO_LARGE);
        return cancelled == null;
    }

    /** Notes what a getter answered for a column, counted from 1. What goes wrong in it ends the recording only. */
    void read(int column, Access access, @Nullable Object answer) {
        if (cancelled != null) return;
        try {
            note(column, access, answer);
        } catch (OutOfMemoryError e) {
            cancel(BypassReason.RESULT_TOO_LARGE);
        } catch (RuntimeException | Error e) {
            cancel(BypassReason.CACHE_FAILURE);
        }
    }

    private void note(int column, Access access, @Nullable Object answer) {
        int index = column - 1;
        Object value = DriverValues.freeze(answer);
        if (!inRow || index < 0 || index >= columns || !Values.isRecordable(value) || row[index] instanceof Recording) {
            cancel(BypassReason.UNKNOWN_RESULT_VALUE);
            return;
        }
        if (accesses[index] == null) accesses[index] = access;
        Object copy = Values.copy(value);
        Object before = row[index];
        if (before == UNREAD && access.equals(accesses[index])) {
            Object kept = kept(copy);
            row[index] = kept;
            bytes += Values.bytes(kept == copy ? copy : null);
        } else {
            row[index] = another(index, before, access, copy);
        }
    }

    /** The first row has nothing to be equal to. */
    private @Nullable Object kept(@Nullable Object value) {
        if (value == null || rows < 2) return value;
        ValueInterner known = equalValues;
        if (known == null) {
            known = new ValueInterner();
            equalValues = known;
        }
        return known.one(value);
    }

    private Reads another(int index, @Nullable Object before, Access access, @Nullable Object value) {
        List<Access> allAccesses = new ArrayList<>();
        List<@Nullable Object> allValues = new ArrayList<>();
        if (before instanceof Reads reads) {
            allAccesses.addAll(reads.accesses());
            allValues.addAll(Arrays.asList(reads.values()));
        } else {
            allAccesses.add(accesses[index]);
            allValues.add(before);
        }
        int known = allAccesses.indexOf(access);
        if (known < 0) {
            allAccesses.add(access);
            allValues.add(value);
            bytes += Values.bytes(value) + 64;
        }
        return new Reads(List.copyOf(allAccesses), allValues.toArray());
    }

    void metaData(List<ColumnMetaData> description) {
        metaData = description;
    }

    @Override
    public int columns() {
        return columns;
    }

    @Override
    public @Nullable Object value(int row, int column) {
        Object cell = cells.get(row * columns + column);
        return cell instanceof Reads ? BindValues.UNKNOWN : cell;
    }

    public CachedResult finish(Fingerprint query, Stamp stamp, List<Extent> extents) {
        List<Access> known = new ArrayList<>();
        for (Access access : accesses) known.add(access == null ? Access.by(Access.Getter.OBJECT) : access);
        return new CachedResult(
                query, new Validity(stamp), extents, zone, List.copyOf(known), cells.toArray(), rows, bytes, metaData);
    }
}
