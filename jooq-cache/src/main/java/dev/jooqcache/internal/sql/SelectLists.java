package dev.jooqcache.internal.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** What a query, or the RETURNING of a statement, answers, as it is written: one list for each SELECT outside brackets. */
final class SelectLists extends TokenReader {

    /** An expression of a list, without the name that AS gives it. */
    record Item(int from, int to) {}

    private static final Set<String> LIST_END = Set.of(
            "from",
            "where",
            "group",
            "having",
            "window",
            "union",
            "except",
            "intersect",
            "order",
            "limit",
            "offset",
            "fetch",
            "for",
            "into",
            "returning");

    private final int to;

    private SelectLists(List<SqlToken> tokens, int to) {
        super(tokens);
        this.to = to;
    }

    /** The lists of what stands between two places; none if it is not understood. */
    static List<List<Item>> of(List<SqlToken> tokens, int from, int to) {
        return new SelectLists(tokens, to).lists(from);
    }

    private List<List<Item>> lists(int from) {
        List<List<Item>> lists = new ArrayList<>();
        boolean inserts = false;
        for (int i = from; i < to; i = next(i)) {
            inserts |= isWord(i, "insert");
            if (isWord(i, "select") || isWord(i, "returning")) {
                lists.add(list(i + 1));
            } else if (isWord(i, "union") || isWord(i, "except") || isWord(i, "intersect")) {
                int next = isWord(i + 1, "all") || isWord(i + 1, "distinct") ? i + 2 : i + 1;
                if (!isWord(next, "select")) return List.of();
            } else if (lists.isEmpty()) {
                boolean another = !inserts && (isWord(i, "values") || isWord(i, "table"));
                boolean inBrackets = isSymbol(i, '(') && (i == from || isSymbol(i - 1, ')'));
                if (another || inBrackets) return List.of();
            }
        }
        return lists;
    }

    private List<Item> list(int first) {
        int i = first;
        if (isWord(i, "all") || isWord(i, "distinct")) i++;
        if (isWord(i, "on")) i = next(i + 1);
        if (isWord(i, "into")) i = afterTargets(i + 1);
        List<Item> items = new ArrayList<>();
        int from = i;
        int end = -1;
        for (; i < to && !isWordOf(i, LIST_END); i = next(i)) {
            if (isWord(i, "as")) end = i;
            if (!isSymbol(i, ',')) continue;
            items.add(new Item(from, end < 0 ? i : end));
            from = i + 1;
            end = -1;
        }
        items.add(new Item(from, end < 0 ? Math.min(i, to) : end));
        return items;
    }

    /** PL/pgSQL's variables may stand before what they get. */
    private int afterTargets(int first) {
        int i = isWord(first, "strict") ? first + 1 : first;
        i = afterPath(i);
        while (isSymbol(i, ',')) i = afterPath(i + 1);
        return i;
    }
}
