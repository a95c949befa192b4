package dev.jooqcache.internal.sql;

import dev.jooqcache.internal.query.TableReference;
import dev.jooqcache.internal.sql.BodyStatements.Assignment;
import dev.jooqcache.internal.sql.SelectLists.Item;
import dev.jooqcache.internal.sql.SqlToken.Kind;
import dev.jooqcache.model.TableName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Where a body of PL/pgSQL gives what may be text to what may be a time: it assigns by way of text, which may be {@code now}
 * and asks the clock then, as a cast would.
 *
 * <p>All that assigns is looked at: assignments, initial values, INTO, loops, arguments of cursors and of CALL, diagnostics,
 * and RETURN. What is not understood counts as text.
 */
public final class AssignedTimes extends TokenReader {

    /** How a signature names the function's result. */
    static final String RESULT = "$0";

    /**
     * What gets values.
     *
     * @param targets the places of the names of variables
     * @param from where the expression or query begins, or -1 if there is none to be seen
     * @param to where it ends
     */
    private record TableReference(List<Integer> targets, int from, int to) {}

    /** A cursor's query, and the places of its parameters. */
    private record Cursor(List<Integer> parameters, int from, int to) {}

    private static final Set<String> QUERIES =
            Set.of("select", "with", "insert", "update", "delete", "merge", "values", "table");

    private final LocalTypes types;
    private final TimeCasts casts;
    private final List<TableReference> places = new ArrayList<>();
    private final Map<String, Cursor> cursors = new HashMap<>();

    /** The cursors that may be of another query than their own. */
    private final Set<String> rebound = new HashSet<>();

    /**
     * Looks at a body.
     *
     * @param signature the parameters and the result, as declarations
     * @param body the body
     * @param statements its statements
     * @param types the types of all but the body's own names, which are added
     */
    public AssignedTimes(List<SqlToken> signature, List<SqlToken> body, BodyStatements statements, LocalTypes types) {
        super(Stream.concat(signature.stream(), body.stream()).toList());
        this.types = types;
        this.casts = new TimeCasts(tokens, true);
        int first = signature.size();
        for (int i = 0; i < first; i = end(i) + 1) {
            declare(i);
            types.addOpaque(name(i));
        }
        for (int declaration : statements.declarations()) declare(first + declaration);
        List<Integer> beginnings =
                statements.beginnings().stream().map(i -> first + i).toList();
        for (int i : beginnings) if (isWord(i, "for")) declareLoop(i);
        for (Assignment assignment : statements.assignments()) assign(first + assignment.target(), assignment, first);
        for (int i : beginnings) if (!isWord(i, "fetch")) statement(i);
        places.forEach(this::note);
        for (int i : beginnings) if (isWord(i, "fetch")) fetch(i, end(i));
    }

    /** Returns whether it asks the clock, or may. */
    public boolean mayMove() {
        return places.stream().anyMatch(this::mayMove);
    }

    // What is declared

    private void declare(int name) {
        int i = name + 1;
        if (isWord(i, "alias")) {
            types.add(name(name), isName(i + 2) ? types.ofLocal(List.of(name(i + 2))) : Set.of(LocalTypes.UNKNOWN));
            types.addOpaque(name(name));
            return;
        }
        if (isWord(i, "constant")) i++;
        int cursor = isWord(i, "no") ? i + 2 : isWord(i, "scroll") ? i + 1 : i;
        if (isWord(cursor, "cursor")) {
            declareCursor(name, cursor + 1);
            return;
        }
        types.add(name(name), declared(i));
        int end = end(i);
        for (int value = i; value < end; value = next(value))
            if (isWord(value, "default") || isAssigning(value)) {
                places.add(new TableReference(List.of(name), isSymbol(value, ':') ? value + 2 : value + 1, end));
                return;
            }
    }

    private boolean isAssigning(int i) {
        return isSymbol(i, '=') || (isSymbol(i, ':') && isSymbol(i + 1, '='));
    }

    /** The types that a declaration tells. */
    private Set<String> declared(int i) {
        TimeCasts.Type type = casts.type(i);
        int end = type.end();
        if (!isSymbol(end, '%')) return Set.of(type.name());
        if (isWord(end + 1, "rowtype")) return Set.of(types.isRelation(type.name()) ? type.name() : LocalTypes.RECORD);
        Set<String> found = new HashSet<>();
        boolean qualified = isSymbol(end - 2, '.');
        if (qualified) found.addAll(types.ofColumn(name(end - 3), type.name()));
        if (!qualified || found.isEmpty()) found.addAll(types.ofLocal(path(i)));
        return found;
    }

    private void declareCursor(int name, int first) {
        types.add(name(name), Set.of("refcursor"));
        List<Integer> parameters = new ArrayList<>();
        int query = first;
        if (isSymbol(first, '(')) {
            query = closing(first) + 1;
            for (Item parameter : separated(first + 1, query - 1)) {
                parameters.add(parameter.from());
                types.add(name(parameter.from()), declared(parameter.from() + 1));
                types.addOpaque(name(parameter.from()));
            }
        }
        Cursor cursor = new Cursor(parameters, query + 1, end(query));
        // One of the same name in another block.
        if (cursors.put(name(name), cursor) != null) rebound.add(name(name));
        types.addQuery(text(cursor.from, cursor.to));
    }

    /** Loops over numbers and cursors declare what they go through. */
    private void declareLoop(int loop) {
        int in = word(loop, "in");
        int end = word(in, "loop");
        boolean numbers = IntStream.range(in, end).anyMatch(this::isRange);
        if (numbers) types.add(name(loop + 1), Set.of("integer"));
        else if (isCursor(in + 1)) types.add(name(loop + 1), Set.of(LocalTypes.RECORD));
    }

    /** As in {@code 1..2}, which may be one number to the lexer. */
    private boolean isRange(int i) {
        boolean dots = isSymbol(i, '.') && isSymbol(i + 1, '.');
        return dots
                || (tokens.get(i).kind() == Kind.SYMBOL && tokens.get(i).text().contains(".."));
    }

    private boolean isCursor(int i) {
        return isName(i) && types.isLocal(name(i), "refcursor") && (isSymbol(i + 1, '(') || isWord(i + 1, "loop"));
    }

    // What is assigned

    private void assign(int target, Assignment assignment, int first) {
        int operator = first + assignment.operator();
        places.add(new TableReference(
                List.of(target), isSymbol(operator, ':') ? operator + 2 : operator + 1, end(operator)));
    }

    private void statement(int i) {
        int end = end(i);
        switch (tokens.get(i).text()) {
            case "for" -> loop(i);
            case "foreach" -> {
                int array = word(i, "array");
                places.add(new TableReference(List.of(i + 1), array + 1, word(array, "loop")));
            }
            case "return" -> answer(isWord(i + 1, "next") ? i + 2 : i + 1, end);
            case "open" -> open(i + 1, end);
            case "get" -> {
                for (int j = i + 1; j < end; j++) if (isName(j) && isAssigning(afterPath(j))) unseen(j);
            }
            case "call" -> {
                for (int j = i + 1; j < end; j++) if (isName(j) && types.isLocal(name(j))) unseen(j);
            }
            default -> into(i, end);
        }
    }

    /** What gets a value that is not seen here. */
    private void unseen(int target) {
        note(target);
        places.add(new TableReference(List.of(target), -1, -1));
    }

    private void loop(int loop) {
        int in = word(loop, "in");
        int end = word(in, "loop");
        if (isCursor(in + 1)) {
            arguments(in + 1);
        } else if (IntStream.range(in, end).noneMatch(this::isRange)) {
            places.add(new TableReference(targets(loop + 1), in + 1, end));
            types.addQuery(text(in + 1, end));
        }
    }

    /** A function that answers rows takes them only if their columns are of the types that it tells. */
    private void answer(int from, int end) {
        if (from >= end || isWord(from, "query")) return;
        Set<String> result = types.ofLocal(List.of(RESULT));
        if (result.stream().noneMatch(type -> type.equals(LocalTypes.RECORD) || types.isRelation(type)))
            places.add(new TableReference(List.of(0), from, end));
    }

    private void open(int cursor, int end) {
        int query = word(cursor, "for");
        if (query < end) types.addQuery(text(query + 1, end));
        else arguments(cursor);
    }

    private void arguments(int name) {
        if (!isSymbol(name + 1, '(')) return;
        List<Item> arguments = separated(name + 2, closing(name + 1));
        Cursor cursor = cursors.get(name(name));
        if (cursor == null) return;
        for (Item argument : arguments) {
            int value = argument.from();
            while (value < argument.to() && !isAssigning(value)) value = next(value);
            boolean named = value < argument.to();
            // Given by name, in whatever order.
            if (named)
                for (int parameter : cursor.parameters) places.add(new TableReference(List.of(parameter), -1, -1));
            else {
                int position = arguments.indexOf(argument);
                if (position < cursor.parameters.size())
                    places.add(new TableReference(
                            List.of(cursor.parameters.get(position)), argument.from(), argument.to()));
            }
        }
    }

    private void fetch(int fetch, int end) {
        int into = word(fetch, "into");
        if (into >= end) return;
        Cursor cursor = cursors.get(name(into - 1));
        if (cursor == null || rebound.contains(name(into - 1)))
            targets(into + 1).forEach(this::unseen);
        else places.add(new TableReference(targets(into + 1), cursor.from, cursor.to));
    }

    private void into(int from, int end) {
        for (int i = from; i < end; i = next(i)) {
            if (!isWord(i, "into") || isWord(i - 1, "insert") || isWord(i - 1, "merge")) continue;
            places.add(new TableReference(targets(i + 1), from, end));
            types.addQuery(text(from, end));
            return;
        }
    }

    private List<Integer> targets(int first) {
        List<Integer> targets = new ArrayList<>();
        int i = isWord(first, "strict") ? first + 1 : first;
        targets.add(i);
        for (i = afterPath(i); isSymbol(i, ','); i = afterPath(i)) targets.add(++i);
        return targets;
    }

    // Whether it may be a text that becomes a time

    /** A record takes the form of what it is given; the fields of what is no query for columns may be of any types. */
    private void note(TableReference place) {
        boolean columns = place.from >= 0
                && isWordOf(withoutBrackets(place.from, place.to).from(), QUERIES)
                && IntStream.range(place.from, place.to).noneMatch(i -> isSymbol(i, '.') && !isName(i - 1));
        if (!columns) place.targets.forEach(this::note);
        place.targets.forEach(target -> rebound.add(name(target)));
    }

    private void note(int target) {
        path(target).forEach(types::addOpaque);
    }

    private boolean mayMove(TableReference place) {
        List<Set<String>> targets = place.targets.stream().map(this::ofTarget).toList();
        if (targets.stream().flatMap(Set::stream).noneMatch(types::holdsTimes)) return false;
        if (place.from < 0) return true;
        Item given = withoutBrackets(place.from, place.to);
        TimeCasts text = text(given.from(), given.to());
        return isWordOf(given.from(), QUERIES)
                ? queryMayMove(targets, given, text)
                : mayMove(targets.get(0), given, given, text);
    }

    /** The types of what gets a value; a record that gets it as a whole takes any. */
    private Set<String> ofTarget(int target) {
        List<String> path = path(target);
        Set<String> found = new HashSet<>(types.ofLocal(path));
        if (path.size() == 1) found.remove(LocalTypes.RECORD);
        return found;
    }

    private Item withoutBrackets(int from, int to) {
        return isSymbol(from, '(') && closing(from) == to - 1 ? withoutBrackets(from + 1, to - 1) : new Item(from, to);
    }

    private boolean queryMayMove(List<Set<String>> targets, Item query, TimeCasts text) {
        List<List<Item>> lists = SelectLists.of(tokens, query.from(), query.to());
        if (lists.isEmpty()) return true;
        if (isRow(targets, lists, query)) return false;
        for (List<Item> list : lists) {
            // The fields of a row, and what follows all columns of a table, are not told by their positions.
            boolean anywhere = targets.size() == 1;
            for (int i = 0; i < list.size(); i++) {
                Item item = list.get(i);
                boolean all = isSymbol(item.to() - 1, '*');
                anywhere |= all;
                Set<String> target = anywhere ? union(targets) : i < targets.size() ? targets.get(i) : Set.of();
                if (all ? columnsMayMove(target, query, text) : mayMove(target, item, query, text)) return true;
            }
        }
        return false;
    }

    private static Set<String> union(List<Set<String>> sets) {
        return sets.stream().flatMap(Set::stream).collect(Collectors.toSet());
    }

    /** Returns whether it is a plain query for all columns of the table that the variable is a row of. */
    private boolean isRow(List<Set<String>> targets, List<List<Item>> lists, Item query) {
        int table = word(query.from(), "from") + 1;
        boolean plain = isWord(query.from(), "select") && lists.size() == 1 && table < query.to();
        if (!plain || !targets.equals(List.of(Set.of(name(afterPath(table) - 1))))) return false;
        List<Item> list = lists.get(0);
        if (list.size() > 1 || !isSymbol(list.get(0).to() - 1, '*')) return false;
        for (int i = table; i < query.to(); i = next(i)) if (isSymbol(i, ',') || isWord(i, "join")) return false;
        return true;
    }

    private boolean columnsMayMove(Set<String> target, Item query, TimeCasts text) {
        long queries = IntStream.range(query.from(), query.to())
                .filter(i -> isWord(i, "select") || isWord(i, "values") || isWord(i, "table"))
                .count();
        boolean plain = queries == 1 && !text.hasFunctionTables();
        Set<String> given = plain ? types.ofColumn(FactNames.ANY_COLUMN) : Set.of(LocalTypes.UNKNOWN);
        return converts(given, target);
    }

    private boolean mayMove(Set<String> target, Item item, Item within, TimeCasts text) {
        if (target.stream().noneMatch(types::holdsTimes)) return false;
        TimeCasts.Source source = text.source(item.from() - within.from(), item.to() - within.from());
        if (source.text || converts(source.made, target)) return true;
        boolean hasTables = IntStream.range(within.from(), within.to()).anyMatch(i -> isWord(i, "from"));
        return source.paths.stream().anyMatch(path -> converts(ofSource(path, text, hasTables), target));
    }

    /** The types of what a path may name. */
    private Set<String> ofSource(List<String> path, TimeCasts text, boolean hasTables) {
        boolean local = types.isLocal(path.get(0)) || (path.size() > 1 && types.isLocal(path.get(1)));
        Set<String> found = new HashSet<>(local ? types.ofLocal(path) : Set.of());
        if (local && !hasTables) return found;
        String column = path.get(path.size() - 1);
        Set<String> columns = text.isRenamed(column) ? Set.of(LocalTypes.UNKNOWN) : types.ofColumn(column);
        if (!local || !columns.contains(LocalTypes.UNKNOWN) || text.isRenamed(column)) found.addAll(columns);
        return found;
    }

    private boolean converts(Set<String> given, Set<String> target) {
        return target.stream()
                .filter(types::holdsTimes)
                .anyMatch(to -> given.stream()
                        .anyMatch(from -> (from.equals(LocalTypes.UNKNOWN) || !from.equals(to))
                                && TimeCasts.mayAskClock(from, to)));
    }

    // Places

    private TimeCasts text(int from, int to) {
        return new TimeCasts(tokens.subList(from, to), true);
    }

    private String name(int i) {
        return TableName.fold(tokens.get(i).text());
    }

    /** The names of a path, without its subscripts. */
    private List<String> path(int first) {
        List<String> path = new ArrayList<>(List.of(name(first)));
        int end = afterPath(first);
        for (int i = first + 1; i < end; i = next(i)) if (isSymbol(i, '.')) path.add(name(i + 1));
        return path;
    }

    /** The place of the semicolon. */
    private int end(int from) {
        int i = from;
        while (i < tokens.size() && !isSymbol(i, ';')) i++;
        return i;
    }

    /** The place of a word outside brackets; that of the semicolon if there is none. */
    private int word(int from, String word) {
        int end = end(from);
        int i = from;
        while (i < end && !(isWord(i, word) && !isSymbol(i - 1, '.'))) i = next(i);
        return Math.min(i, end);
    }

    private List<Item> separated(int from, int to) {
        List<Item> items = new ArrayList<>();
        int first = from;
        for (int i = from; i < to; i = next(i)) {
            if (!isSymbol(i, ',')) continue;
            items.add(new Item(first, i));
            first = i + 1;
        }
        items.add(new Item(first, to));
        return items;
    }
}
