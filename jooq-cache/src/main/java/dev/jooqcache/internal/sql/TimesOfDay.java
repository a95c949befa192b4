package dev.jooqcache.internal.sql;

import dev.jooqcache.internal.sql.SqlToken.Kind;
import dev.jooqcache.model.TableName;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jooq.SQLDialect;

/**
 * Where MySQL and MariaDB give a time of day the date of today: in a function that takes a date, and where it meets a date.
 *
 * <p>A value becomes one of another type only by an operator or a function. Functions that leave a time of day what it is
 * are listed; all others are taken to make a date of it. Of operators, those that bring values to one type are looked at:
 * comparisons, CASE, set operations, joins by names of columns, and interval arithmetic. What a name that is no column's
 * stands for is not known: then all that the text names counts.
 */
public final class TimesOfDay extends TokenReader {

    /**
     * Values that are brought to one type.
     *
     * @param converts whether that is a date's anyway
     * @param parts what they are made of
     * @param all what the whole text is made of
     */
    record Meeting(boolean converts, Set<String> parts, Set<String> all) implements ClockUse {

        @Override
        public boolean mayMove(Predicate<String> isMovingType, Function<String, Set<String>> types) {
            Predicate<String> isTime = part -> part.startsWith(RESULT)
                    ? isMovingType.test(part)
                    : types.apply(part).stream().anyMatch(TimesOfDay::isTime);
            Predicate<String> isDate = part -> types.apply(part).stream().anyMatch(TimesOfDay::isDate);
            return holds(TIME, isTime, types) && (converts || holds(DATE, isDate, types));
        }

        private boolean holds(String kind, Predicate<String> isKind, Function<String, Set<String>> types) {
            boolean unknown = parts.stream().anyMatch(part -> isUnknown(part, types));
            Set<String> among = unknown ? all : parts;
            return parts.contains(kind)
                    || among.contains(kind)
                    || among.stream().anyMatch(isKind);
        }

        private static boolean isUnknown(String part, Function<String, Set<String>> types) {
            return !part.equals(TIME)
                    && !part.equals(DATE)
                    && !part.startsWith(RESULT)
                    && types.apply(part).isEmpty();
        }

        @Override
        public String toString() {
            return "a time of day that may become a date, which is that of today";
        }
    }

    /** No name can be like these. */
    private static final String TIME = "(time)";

    private static final String DATE = "(date)";
    private static final String RESULT = "result of ";

    private static final String STAR = FactNames.ANY_COLUMN;

    /** They take a time of day as it is, and answer numbers or texts. */
    private static final Set<String> PLAIN = Functions.load("functions-mysql-time-plain.txt");

    /** They take what they are given as it is, or as text, and answer a time of day. */
    private static final Set<String> TIME_MAKING = Set.of("time", "maketime", "sec_to_time", "timediff");

    /** The same, but they may also answer a date. */
    private static final Set<String> MAKING = Set.of("addtime", "subtime", "str_to_date");

    /** They answer one of what they are given, and bring it to one type. */
    private static final Set<String> PASSING = Set.of(
            "min",
            "max",
            "any_value",
            "coalesce",
            "ifnull",
            "nvl",
            "nvl2",
            "nullif",
            "if",
            "greatest",
            "least",
            "lag",
            "lead",
            "first_value",
            "last_value",
            "nth_value",
            "round",
            "truncate",
            "floor",
            "ceil",
            "ceiling");

    /** Units of which a time of day has a number. */
    private static final Set<String> CLOCK_UNITS = Set.of(
            "hour",
            "minute",
            "second",
            "microsecond",
            "hour_minute",
            "hour_second",
            "hour_microsecond",
            "minute_second",
            "minute_microsecond",
            "second_microsecond");

    /** They cannot be names of columns without quotes, and name nothing. */
    private static final Set<String> RESERVED = Set.of(
            "select",
            "distinct",
            "all",
            "where",
            "and",
            "or",
            "xor",
            "not",
            "on",
            "by",
            "having",
            "when",
            "then",
            "else",
            "case",
            "between",
            "in",
            "like",
            "rlike",
            "regexp",
            "is",
            "from",
            "join",
            "using",
            "limit",
            "union",
            "except",
            "intersect",
            "values",
            "into",
            "as",
            "left",
            "right",
            "inner",
            "outer",
            "cross",
            "natural",
            "straight_join",
            "group",
            "order",
            "partition",
            "over",
            "asc",
            "desc",
            "for",
            "lock",
            "exists",
            "null",
            "true",
            "false",
            "div",
            "mod",
            "binary",
            "collate",
            "interval",
            "with",
            "recursive",
            "rows",
            "range",
            "set",
            "lateral");

    /** What a bracket may follow without being that of a function. */
    private static final Set<String> GROUPING = union(
            RESERVED,
            Set.of(
                    "any",
                    "some",
                    "row",
                    "of",
                    "offset",
                    "window",
                    "unknown",
                    "separator",
                    "return",
                    "elseif",
                    "while"));

    private static final Set<String> LEFT_ENDS = Set.of(
            "and",
            "or",
            "xor",
            "where",
            "on",
            "having",
            "select",
            "distinct",
            "by",
            "when",
            "then",
            "else",
            "case",
            "limit");

    private static final Set<String> RIGHT_ENDS = Set.of(
            "and",
            "or",
            "xor",
            "when",
            "then",
            "else",
            "from",
            "where",
            "group",
            "order",
            "having",
            "limit",
            "union",
            "except",
            "intersect",
            "for",
            "lock",
            "join",
            "left",
            "right",
            "inner",
            "cross",
            "natural",
            "straight_join",
            "on",
            "using",
            "as",
            "asc",
            "desc",
            "into");

    private static final Set<String> SET_OPERATIONS = Set.of("union", "except", "intersect", "minus", "values");

    private final SQLDialect family;
    private final BitSet ends = new BitSet();
    private final Set<String> renamed = new HashSet<>();
    private final Set<String> all = new HashSet<>();
    private final Set<String> converted = new HashSet<>();
    private final Set<Set<String>> meetings = new HashSet<>();

    private TimesOfDay(List<SqlToken> tokens, SQLDialect family) {
        super(tokens);
        this.family = family;
        findEnds();
        for (int i = 0; i < tokens.size(); i++) rename(i);
        for (int i = 0; i < tokens.size(); i++) part(i, all);
    }

    /** The places in a query, or in any other statement. */
    public static Set<ClockUse> of(List<SqlToken> tokens, SQLDialect family) {
        TimesOfDay times = new TimesOfDay(tokens, family);
        for (int i = 0; i < tokens.size(); i++) times.look(i);
        return times.uses();
    }

    /**
     * The places in a body, where any value may be assigned to any other, or answered.
     *
     * @param signature the types of its parameters and of its result
     */
    public static Set<ClockUse> ofBody(List<SqlToken> tokens, List<SqlToken> signature, SQLDialect family) {
        TimesOfDay times = new TimesOfDay(tokens, family);
        for (List<SqlToken> each : List.of(tokens, signature))
            for (SqlToken token : each) {
                if (token.isWord("time")) times.all.add(TIME);
                if (token.kind() == Kind.WORD && isDate(token.text())) times.all.add(DATE);
            }
        for (int i = 0; i < tokens.size(); i++) times.look(i);
        times.meetings.add(times.all);
        return times.uses();
    }

    /** The name by which a model tells that a function answers a time of day. */
    static String resultOf(String function) {
        return RESULT + function;
    }

    private Set<ClockUse> uses() {
        Set<String> text = Set.copyOf(all);
        Set<ClockUse> uses = new HashSet<>();
        if (!converted.isEmpty()) uses.add(new Meeting(true, Set.copyOf(converted), text));
        for (Set<String> parts : meetings) if (!parts.isEmpty()) uses.add(new Meeting(false, Set.copyOf(parts), text));
        return uses;
    }

    private static boolean isTime(String type) {
        return type.equals("time") || type.startsWith("time(");
    }

    private static boolean isDate(String type) {
        return type.startsWith("date") || type.startsWith("timestamp");
    }

    private static Set<String> union(Set<String> one, Set<String> other) {
        Set<String> union = new HashSet<>(one);
        union.addAll(other);
        return Set.copyOf(union);
    }

    private void findEnds() {
        int open = 0;
        for (int i = 0; i < tokens.size(); i++) {
            if (isReserved(i, "case")) open++;
            else if (open > 0 && isReserved(i, "end")) {
                open--;
                ends.set(i);
            }
        }
    }

    /** A name after AS, or after something that needs no further name; or in the list of columns of a table in the query. */
    private void rename(int i) {
        if (!isName(i) || isReservedWord(i)) return;
        boolean qualified = isSymbol(i - 1, '.') || isSymbol(i + 1, '.');
        if (isReserved(i - 1, "as")) {
            boolean same = isName(i - 2) && name(i - 2).equals(name(i));
            if (!same) renamed.add(name(i));
        } else if (!qualified && endsExpression(i - 1)) renamed.add(name(i));
        if (isSymbol(i + 1, '(') && (isColumnList(i) || isWord(i, "json_table")))
            for (int j = i + 2; j < closing(i + 1); j++) {
                if (isName(j)) renamed.add(name(j));
                if (isWord(j, "time")) all.add(TIME);
                if (isName(j) && isDate(name(j))) all.add(DATE);
            }
    }

    private boolean endsExpression(int i) {
        if (i < 0) return false;
        SqlToken token = tokens.get(i);
        return switch (token.kind()) {
            case WORD -> !isReservedWord(i) || isReserved(i, "null") || isReserved(i, "true") || isReserved(i, "false");
            case QUOTED, LITERAL -> true;
            case SYMBOL ->
                token.isSymbol(')')
                        || token.isSymbol('?')
                        || token.isSymbol('}')
                        || Character.isDigit(token.text().charAt(0));
        };
    }

    /** As in {@code with c (a, b) as (..)}. */
    private boolean isColumnList(int i) {
        int as = closing(i + 1) + 1;
        boolean first = isReserved(i - 1, "with") || isReserved(i - 1, "recursive") || isSymbol(i - 1, ',');
        return first && isReserved(as, "as") && isSymbol(as + 1, '(');
    }

    private void look(int i) {
        if (isName(i) && isSymbol(i + 1, '(') && !isGrouping(i)) function(i);
        else if (isReserved(i, "case")) cases(i);
        else if (isComparison(i)) meet(left(i), i, i + 1, right(i, false));
        else if (isReserved(i, "in") && isSymbol(i + 1, '(')) meet(left(i), i, i + 1, closing(i + 1));
        else if (isReserved(i, "between")) meet(left(i), i, i + 1, right(i, true));
        else if (isReserved(i, "natural")) meetings.add(Set.of(STAR));
        else if (isReserved(i, "using") && isSymbol(i + 1, '(')) meetings.add(parts(i + 2, closing(i + 1)));
        else if (isReserved(i, "interval")) converted.addAll(parts(left(i), right(i, false)));
        else if (isWord(i, "system_time")) converted.addAll(all);
        else if (isWordOf(i, SET_OPERATIONS) && !isSymbol(i - 1, '.')) meetings.add(all);
    }

    private boolean isComparison(int i) {
        return isOneOf(i, "=<>") && !isOneOf(i - 1, "=<>");
    }

    private boolean isOneOf(int i, String symbols) {
        return i >= 0
                && i < tokens.size()
                && tokens.get(i).kind() == Kind.SYMBOL
                && symbols.contains(tokens.get(i).text());
    }

    private void meet(int from, int operator, int next, int to) {
        Set<String> parts = parts(from, operator);
        parts.addAll(parts(next, to));
        meetings.add(parts);
    }

    private void function(int i) {
        String name = name(i);
        int end = closing(i + 1);
        boolean own = isSymbol(i - 1, '.') || !isBuiltIn(name);
        if (isColumnList(i)) return;
        if (own) converted.addAll(parts(i + 2, end));
        else if (isCast(name)) {
            if (isDate(castType(i + 1, end))) converted.addAll(parts(i + 2, end));
        } else if (name.equals("extract")) {
            if (!isWordOf(i + 2, CLOCK_UNITS)) converted.addAll(parts(i + 2, end));
        } else if (name.equals("timestamp")) converted.addAll(parts(i + 2, endOfArgument(i + 2, end)));
        else if (PASSING.contains(name)) meetings.add(parts(i + 2, end));
        else if (!PLAIN.contains(name) && !TIME_MAKING.contains(name) && !MAKING.contains(name))
            converted.addAll(parts(i + 2, end));
    }

    private boolean isBuiltIn(String name) {
        return Functions.isKnown(name) || Functions.isDeterministic(name, family) || Functions.isMoving(name, family);
    }

    private static boolean isCast(String name) {
        return name.equals("cast") || name.equals("convert");
    }

    /** The type after AS or the comma, outside further brackets; an empty text if there is none. */
    private String castType(int open, int end) {
        int depth = 0;
        String type = "";
        for (int i = open; i < end; i++) {
            if (isSymbol(i, '(')) depth++;
            if (isSymbol(i, ')')) depth--;
            if (depth == 1 && (isReserved(i, "as") || isSymbol(i, ',')) && isName(i + 1)) type = name(i + 1);
        }
        return type;
    }

    private int endOfArgument(int from, int end) {
        int depth = 0;
        for (int i = from; i < end; i++) {
            if (isSymbol(i, '(')) depth++;
            if (isSymbol(i, ')')) depth--;
            if (depth == 0 && isSymbol(i, ',')) return i;
        }
        return end;
    }

    /** The results of a CASE meet, and what it compares, if it compares. */
    private void cases(int start) {
        Set<String> results = new HashSet<>();
        Set<String> compared = new HashSet<>();
        boolean compares = !isReserved(start + 1, "when");
        int from = start + 1;
        boolean result = false;
        Deque<Integer> inner = new ArrayDeque<>();
        int depth = 0;
        for (int i = start + 1; i <= tokens.size(); i++) {
            if (isSymbol(i, '(')) depth++;
            if (isSymbol(i, ')')) depth--;
            if (isReserved(i, "case")) inner.push(i);
            boolean end = i == tokens.size() || (ends.get(i) && inner.isEmpty()) || depth < 0;
            if (ends.get(i) && !inner.isEmpty()) inner.pop();
            boolean next = depth == 0
                    && inner.isEmpty()
                    && (isReserved(i, "when") || isReserved(i, "then") || isReserved(i, "else"));
            if (!end && !next) continue;
            if (result) results.addAll(parts(from, i));
            else if (compares) compared.addAll(parts(from, i));
            if (end) break;
            result = !isReserved(i, "when");
            from = i + 1;
        }
        meetings.add(results);
        meetings.add(compared);
    }

    /** Where what stands before an operator begins, or before that. */
    private int left(int operator) {
        int depth = 0;
        int cases = 0;
        for (int i = operator - 1; i >= 0; i--) {
            if (isSymbol(i, ')')) depth++;
            if (isSymbol(i, '(') && --depth < 0) return i + 1;
            if (depth > 0) continue;
            if (ends.get(i)) cases++;
            else if (cases > 0) cases -= isReserved(i, "case") ? 1 : 0;
            else if (isSymbol(i, ',') || isSymbol(i, ';') || isReserved(i, LEFT_ENDS)) return i + 1;
        }
        return 0;
    }

    /** Where what stands behind an operator ends, or behind that. */
    private int right(int operator, boolean between) {
        int depth = 0;
        int cases = 0;
        boolean and = between;
        for (int i = operator + 1; i < tokens.size(); i++) {
            if (isSymbol(i, '(')) depth++;
            if (isSymbol(i, ')') && --depth < 0) return i;
            if (depth > 0) continue;
            if (isReserved(i, "case")) cases++;
            else if (cases > 0) cases -= ends.get(i) ? 1 : 0;
            else if (and && isReserved(i, "and")) and = false;
            else if (isSymbol(i, ',') || isSymbol(i, ';') || ends.get(i)) return i;
            else if (isReserved(i, RIGHT_ENDS) && !isSymbol(i + 1, '(')) return i;
            else if (isReserved(i, RIGHT_ENDS) && !isWord(i, "left") && !isWord(i, "right")) return i;
        }
        return tokens.size();
    }

    private Set<String> parts(int from, int to) {
        Set<String> parts = new HashSet<>();
        for (int i = from; i < to; i++) i = part(i, parts);
        if (parts.stream().anyMatch(renamed::contains)) parts.addAll(all);
        return parts;
    }

    /** Adds what stands at a place. The place behind which there is more. */
    private int part(int i, Set<String> parts) {
        boolean isList = isOneOf(i - 1, ",.(") || isReserved(i - 1, "select") || isReserved(i - 1, "distinct");
        if (isSymbol(i, '*') && isList) parts.add(STAR);
        if (!isName(i) || isSymbol(i + 1, '.')) return i;
        if (isSymbol(i + 1, '(') && !isGrouping(i)) return result(i, parts);
        if (isTyped(i)) parts.add(isWord(i, "time") || isWord(i, "t") ? TIME : DATE);
        else if (!isReservedWord(i) && !isUnit(i) && !ends.get(i)) parts.add(name(i));
        return i;
    }

    /** What a function answers. The place behind which there is more. */
    private int result(int i, Set<String> parts) {
        String name = name(i);
        int end = closing(i + 1);
        if (isSymbol(i - 1, '.') || !isBuiltIn(name)) {
            parts.add(resultOf(name));
            parts.add(DATE);
            return end;
        }
        if (isCast(name)) {
            String type = castType(i + 1, end);
            if (isTime(type)) parts.add(TIME);
            if (isDate(type)) parts.add(DATE);
            return end;
        }
        if (name.equals("extract") || PLAIN.contains(name)) return end;
        if (TIME_MAKING.contains(name) || MAKING.contains(name)) {
            parts.add(TIME);
            if (MAKING.contains(name)) parts.add(DATE);
            return end;
        }
        if (!PASSING.contains(name)) parts.add(DATE);
        return i + 1;
    }

    /** As in {@code time '10:00:00'} and <code>{t '10:00:00'}</code>. */
    private boolean isTyped(int i) {
        if (i + 1 >= tokens.size() || tokens.get(i + 1).kind() != Kind.LITERAL || isSymbol(i - 1, '.')) return false;
        if (isSymbol(i - 1, '{')) return isWord(i, "t") || isWord(i, "d") || isWord(i, "ts");
        return isWord(i, "time") || isWord(i, "date") || isWord(i, "timestamp");
    }

    /** The unit of an interval. */
    private boolean isUnit(int i) {
        if (tokens.get(i).kind() != Kind.WORD) return false;
        if (isReserved(i - 2, "interval")) return true;
        if (!isSymbol(i - 1, ')')) return false;
        int depth = 0;
        for (int j = i - 1; j > 0; j--) {
            if (isSymbol(j, ')')) depth++;
            if (isSymbol(j, '(') && --depth == 0) return isReserved(j - 1, "interval");
        }
        return false;
    }

    private boolean isGrouping(int i) {
        // They are functions, too.
        if (isWord(i, "left") || isWord(i, "right") || isWord(i, "mod")) return false;
        return isReserved(i, GROUPING);
    }

    private boolean isReservedWord(int i) {
        return isReserved(i, RESERVED);
    }

    private boolean isReserved(int i, String word) {
        return isWord(i, word) && !isSymbol(i - 1, '.');
    }

    private boolean isReserved(int i, Set<String> words) {
        return isWordOf(i, words) && !isSymbol(i - 1, '.');
    }

    private String name(int i) {
        return TableName.fold(tokens.get(i).text());
    }
}
