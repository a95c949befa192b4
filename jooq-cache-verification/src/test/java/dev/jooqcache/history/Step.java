package dev.jooqcache.history;

import java.util.List;

/** One thing that a transaction did, with its begin and end by {@link System#nanoTime}. */
sealed interface Step {

    long begin();

    long end();

    /** What a query answered for one cell: its version, and the write that the row says it is from. */
    record Seen(Cell cell, long version, long writer) {
        @Override
        public String toString() {
            return cell + "=" + version + " by w" + writer;
        }
    }

    /** What a query answered for the sum of some cells. */
    record Total(List<Cell> cells, long value) {
        @Override
        public String toString() {
            return "sum of " + cells.size() + " from " + cells.get(0) + "=" + value;
        }
    }

    /**
     * One query.
     *
     * @param paired whether it shows both tables of a pair, which must be equal
     */
    record Read(long begin, long end, String query, List<Seen> seen, List<Total> totals, boolean paired)
            implements Step {
        @Override
        public String toString() {
            return "read " + query + " " + seen + (totals.isEmpty() ? "" : totals);
        }
    }

    /** One statement, or batch, that added one to each of the cells. */
    record Write(long begin, long end, String statement, long writer, List<Cell> cells) implements Step {
        @Override
        public String toString() {
            return "write w" + writer + " " + statement + " " + cells;
        }
    }

    /** A rollback to a savepoint, which undid these writes. */
    record Undo(long begin, long end, List<Long> writers) implements Step {
        @Override
        public String toString() {
            return "undo " + writers;
        }
    }
}
