package dev.jooqcache.sample;

import java.util.ArrayList;
import java.util.List;

/** A table of text: the first column is aligned to the left, the others to the right. Not thread-safe. */
final class TextTable {

    private static final String GAP = "  ";

    private final List<List<String>> rows = new ArrayList<>();

    void row(String... cells) {
        rows.add(List.of(cells));
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            for (int column = 0; column < row.size(); column++) {
                text.append(column == 0 ? "" : GAP).append(cell(row.get(column), column));
            }
            text.append(System.lineSeparator());
        }
        return text.toString();
    }

    private String cell(String value, int column) {
        String padding = " ".repeat(width(column) - value.length());
        return column == 0 ? value + padding : padding + value;
    }

    private int width(int column) {
        return rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
    }
}
