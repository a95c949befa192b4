package dev.jooqcache.history;

/**
 * A number in the database that only rises: each write adds one to it, and notes itself beside it.
 *
 * @param table the table
 * @param row the row's key
 * @param column the column, {@code v} or {@code m}
 */
record Cell(String table, int row, String column) {

    @Override
    public String toString() {
        return table + row + "." + column;
    }
}
