package dev.jooqcache.internal.sql;

import dev.jooqcache.internal.sql.SqlToken.Kind;
import dev.jooqcache.model.TableName;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Casts of what may be text to what may be a time: where a row says {@code now}, {@code today} or {@code tomorrow},
 * PostgreSQL and its like ask the clock.
 *
 * <p>A literal and a bind value show what they say. Of anything else, the columns in it decide, if nothing else in it can
 * make text: none of them may be of a type that holds text, and none may be another name for something. What is not
 * understood counts as text.
 */
public final class TimeCasts extends TokenReader {

    /**
     * A cast, or what does the work of one.
     *
     * @param type the type that it makes
     * @param columns the columns that it is made of
     * @param text whether it may be made of text, whatever the columns are
     */
    record Cast(String type, Set<String> columns, boolean text) implements ClockUse {

        Cast {
            columns = Set.copyOf(columns);
        }

        @Override
        public boolean mayMove(Predicate<String> isMovingType, Function<String, Set<String>> types) {
            if (!TIMES.contains(type) && !isMovingType.test(type)) return false;
            return text || columns.stream().anyMatch(column -> mayBeText(types.apply(column)));
        }

        @Override
        public String toString() {
            return "cast to " + type + " of what may be the text 'now'";
        }

        private boolean mayBeText(Set<String> types) {
            return types.isEmpty() || types.stream().map(TimeCasts::folded).anyMatch(of -> mayAskClock(of, type));
        }
    }

    /** The types with a clock or a calendar, and those of their ranges. */
    private static final Set<String> TIMES = Set.of(
            "date",
            "time",
            "timetz",
            "timestamp",
            "timestamptz",
            "datetime",
            "abstime",
            "daterange",
            "tsrange",
            "tstzrange",
            "datemultirange",
            "tsmultirange",
            "tstzmultirange");

    private static final Set<String> NUMBERS = Set.of(
            "smallint",
            "int",
            "integer",
            "bigint",
            "int2",
            "int4",
            "int8",
            "decimal",
            "numeric",
            "real",
            "float",
            "float4",
            "float8",
            "double",
            "double precision",
            "boolean",
            "bool",
            "interval",
            "uuid",
            "oid");

    private static final Set<String> OTHERS = Set.of(
            "text",
            "varchar",
            "char",
            "character",
            "character varying",
            "bpchar",
            "name",
            "citext",
            "json",
            "jsonb",
            "jsonpath",
            "xml",
            "bytea",
            "blob",
            "clob",
            "bit",
            "varbit",
            "bit varying",
            "inet",
            "cidr",
            "macaddr",
            "macaddr8",
            "money",
            "point",
            "line",
            "lseg",
            "box",
            "path",
            "polygon",
            "circle",
            "tsvector",
            "tsquery",
            "int4range",
            "int8range",
            "numrange",
            "regclass",
            "regtype",
            "regproc",
            "regprocedure",
            "regrole",
            "regnamespace",
            "regconfig",
            "hstore",
            "ltree",
            "signed",
            "unsigned",
            "binary",
            "varbinary",
            "tinyint");

    /** They answer times or numbers, whatever they are given. */
    private static final Set<String> TIME_FUNCTIONS = Set.of(
            "date_trunc",
            "date_bin",
            "make_date",
            "make_time",
            "make_timestamp",
            "make_timestamptz",
            "make_interval",
            "to_timestamp",
            "to_date",
            "age",
            "extract",
            "date_part",
            "count",
            "length",
            "now",
            "row_number");

    /** They answer one of what they are given, or a part of it. */
    private static final Set<String> PASSING = Set.of(
            "coalesce",
            "greatest",
            "least",
            "nullif",
            "min",
            "max",
            "lower",
            "upper",
            "first_value",
            "last_value",
            "lag",
            "lead",
            "nth_value",
            "any_value",
            "array_agg",
            "unnest",
            "generate_series");

    /** They belong to an expression, and name nothing; they cannot be names of columns. */
    private static final Set<String> SILENT = Set.of(
            "null",
            "true",
            "false",
            "case",
            "when",
            "then",
            "else",
            "end",
            "and",
            "or",
            "not",
            "is",
            "in",
            "distinct",
            "all",
            "any",
            "some",
            "array");

    private static final Set<String> VALUES = Set.of("null", "true", "false", "end");

    /** What can stand before an expression, and is no name of a function. */
    private static final Set<String> BOUNDARIES = Set.of(
            "select",
            "distinct",
            "all",
            "any",
            "some",
            "where",
            "and",
            "or",
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
            "ilike",
            "similar",
            "is",
            "from",
            "join",
            "using",
            "limit",
            "offset",
            "fetch",
            "union",
            "except",
            "intersect",
            "set",
            "values",
            "returning",
            "into",
            "as",
            "lateral",
            "escape");

    /** What is no name, or perhaps none, before or after one. */
    private static final Set<String> KEYWORDS = Set.of(
            "select",
            "distinct",
            "all",
            "any",
            "some",
            "where",
            "and",
            "or",
            "not",
            "on",
            "by",
            "having",
            "when",
            "then",
            "else",
            "case",
            "end",
            "between",
            "in",
            "like",
            "ilike",
            "similar",
            "is",
            "from",
            "join",
            "using",
            "limit",
            "offset",
            "fetch",
            "union",
            "except",
            "intersect",
            "set",
            "values",
            "returning",
            "over",
            "filter",
            "into",
            "escape",
            "collate",
            "lateral",
            "natural",
            "left",
            "right",
            "full",
            "inner",
            "outer",
            "cross",
            "group",
            "order",
            "partition",
            "window",
            "asc",
            "desc",
            "nulls",
            "first",
            "last",
            "rows",
            "only",
            "next",
            "for",
            "exists",
            "symmetric",
            "null",
            "true",
            "false",
            "unknown",
            "array",
            "row",
            "at",
            "as");

    /** Those of them that can be names without quotes. */
    private static final Set<String> NAMES =
            Set.of("at", "first", "last", "next", "nulls", "rows", "partition", "over", "filter", "unknown");

    /** Their columns get their types within the brackets. */
    private static final Set<String> TYPED_TABLES = Set.of("json_table", "xmltable");

    private final boolean postgres;
    private final Set<Cast> casts = new HashSet<>();
    private final Set<String> renamed = new HashSet<>();
    private final Deque<Boolean> inFrom = new ArrayDeque<>(List.of(false));
    private boolean hasFunctionTables;

    TimeCasts(List<SqlToken> tokens, boolean postgres) {
        super(tokens);
        this.postgres = postgres;
        for (int i = 0; i < tokens.size(); i++) {
            look(i);
            clause(i);
        }
    }

    /** Keeps in mind whether what follows are tables. */
    private void clause(int i) {
        SqlToken token = tokens.get(i);
        if (token.isSymbol('(')) inFrom.push(inFrom.element() && (!isName(i - 1) || BOUNDARIES.contains(name(i - 1))));
        else if (token.isSymbol(')') && inFrom.size() > 1) inFrom.pop();
        else if (token.kind() == Kind.WORD) {
            Boolean tables = switch (token.text()) {
                case "from", "join", "lateral" -> true;
                case "select", "where", "on", "by", "having", "values", "set", "limit", "returning" -> false;
                default -> null;
            };
            if (tables != null) {
                inFrom.pop();
                inFrom.push(tables);
            }
        }
    }

    /** The casts to times, and to types of users, which may hold times. */
    Set<Cast> casts() {
        Set<Cast> all = new HashSet<>();
        for (Cast cast : casts) {
            boolean another = !cast.columns.isEmpty()
                    && (hasFunctionTables || cast.columns.stream().anyMatch(renamed::contains));
            all.add(new Cast(cast.type, cast.columns, cast.text || another));
        }
        return all;
    }

    /** The name by which a model has the function that reads a user's type, if that type holds times. */
    public static String reading(String type) {
        return "::" + type;
    }

    /** Returns whether a value that becomes one of a type that holds times may be text, or lack the zone's offset of today. */
    static boolean mayAskClock(String from, String to) {
        boolean offset = from.equals("time") && (to.equals("timetz") || !TIMES.contains(to));
        return !isWithoutText(from) || offset;
    }

    static boolean isTime(String type) {
        return TIMES.contains(type);
    }

    /** Returns whether something in the text gets another name, at which a name's type is not known. */
    boolean isRenamed(String name) {
        return hasFunctionTables || renamed.contains(name);
    }

    boolean hasFunctionTables() {
        return hasFunctionTables;
    }

    /** All names that the text gives, to what it answers as well. */
    Set<String> givenNames() {
        Set<String> names = new HashSet<>(renamed);
        // What a function answers is called like it.
        for (int i = 0; i < tokens.size(); i++)
            if (isName(i) && (isRenaming(i) || isSymbol(i + 1, '('))) names.add(name(i));
        return names;
    }

    /** What the expression between two places is made of. */
    Source source(int from, int to) {
        Source source = new Source();
        source.read(from, to);
        return source;
    }

    private static boolean isWithoutText(String type) {
        return TIMES.contains(type) || NUMBERS.contains(type);
    }

    /** A type's name as the catalog spells it, without its length. */
    static String folded(String spelled) {
        String type = spelled.toLowerCase(Locale.ROOT)
                .replaceAll("\\([^)]*\\)", "")
                .replaceAll("\\s+", " ")
                .trim();
        return switch (type) {
            case "timestamp without time zone" -> "timestamp";
            case "timestamp with time zone" -> "timestamptz";
            case "time without time zone" -> "time";
            case "time with time zone" -> "timetz";
            default -> type;
        };
    }

    private void look(int i) {
        if (isSymbol(i, ':') && isSymbol(i + 1, ':')) cast(type(i + 2), start(i), i);
        if (!isName(i)) return;
        if (isSymbol(i + 1, '(')) bracket(i);
        // What the query itself calls its columns is no name within it.
        else if (isRenaming(i) && (inFrom.element() || inFrom.size() > 1)) renamed.add(name(i));
    }

    private void bracket(int i) {
        String name = name(i);
        int end = closing(i + 1);
        if (name.equals("cast") || name.equals("try_cast")) {
            int as = as(i + 1, end);
            cast(type(as + 1), i + 2, as);
        } else if (TYPED_TABLES.contains(name)) {
            for (int j = i + 2; j < end; j++) if (isName(j)) text(name(j));
        } else if (name.startsWith("json_")) {
            for (int j = i + 2; j < end; j++) if (isWord(j, "returning")) text(type(j + 1).name);
        } else if (postgres && TIMES.contains(name) && !isTypeModifier(i, end)) {
            cast(new Type(name, end), i + 2, end);
        }
        if (isColumnList(i, end)) for (int j = i + 2; j < end; j++) if (isName(j)) renamed.add(name(j));
        hasFunctionTables |= inFrom.element() && !isColumnList(i, end) && !KEYWORDS.contains(name);
    }

    /** As in {@code timestamp(3)}. */
    private boolean isTypeModifier(int i, int end) {
        return end == i + 3 && tokens.get(i + 2).text().chars().allMatch(Character::isDigit);
    }

    private void text(String type) {
        casts.add(new Cast(type, Set.of(), true));
    }

    private void cast(Type type, int from, int to) {
        if (isWithoutText(type.name) && !TIMES.contains(type.name)) return;
        if (OTHERS.contains(type.name)) return;
        Source source = source(from, to);
        boolean text = source.text || source.made.stream().anyMatch(of -> mayAskClock(of, type.name));
        if (text || !source.columns.isEmpty()) casts.add(new Cast(type.name, source.columns, text));
    }

    /** A name after AS, or after something that needs no further name, is another name for that. */
    private boolean isRenaming(int i) {
        if (isSymbol(i - 1, '.')) return false;
        if (isWord(i - 1, "as")) return !(isName(i - 2) && name(i - 2).equals(name(i)));
        boolean zone = isWord(i, "at") && (isWord(i + 1, "time") || isWord(i + 1, "local"));
        if (zone || (isWordOf(i, KEYWORDS) && !isWordOf(i, NAMES))) return false;
        return endsExpression(i - 1) && !isSymbol(i + 1, '.');
    }

    private boolean endsExpression(int i) {
        if (i < 0) return false;
        SqlToken token = tokens.get(i);
        return switch (token.kind()) {
            case WORD -> !KEYWORDS.contains(token.text()) || isWordOf(i, VALUES) || isWordOf(i, NAMES);
            case QUOTED, LITERAL -> true;
            case SYMBOL ->
                token.isSymbol(')')
                        || token.isSymbol(']')
                        || Character.isDigit(token.text().charAt(0));
        };
    }

    /** As in {@code with c (a, b) as}, {@code as d (a, b)} and {@code from t x (a, b)}. */
    private boolean isColumnList(int i, int end) {
        return isWord(i - 1, "as")
                || isWord(i - 1, "with")
                || isWord(i - 1, "recursive")
                || isCommonTable(end + 1)
                || (endsExpression(i - 1) && !KEYWORDS.contains(name(i)));
    }

    private boolean isCommonTable(int as) {
        boolean query = isSymbol(as + 1, '(') || isWord(as + 1, "not") || isWord(as + 1, "materialized");
        return isWord(as, "as") && query;
    }

    /** Where the operand of a cast operator begins, or, rather too early, what it may belong to. */
    private int start(int operator) {
        int depth = 0;
        int cases = 0;
        int i = operator - 1;
        for (; i >= 0; i--) {
            SqlToken token = tokens.get(i);
            if (depth == 0 && token.isWord("end")) cases++;
            boolean inCase = cases > 0;
            if (depth == 0 && inCase && token.isWord("case")) cases--;
            if (token.isSymbol(')') || token.isSymbol(']')) depth++;
            else if (token.isSymbol('(') || token.isSymbol('[')) {
                if (--depth < 0) break;
            } else if (depth == 0 && !inCase && i < operator - 1 && isBoundary(token)) break;
        }
        return i + 1;
    }

    private static boolean isBoundary(SqlToken token) {
        if (token.kind() == Kind.WORD) return BOUNDARIES.contains(token.text());
        if (token.kind() != Kind.SYMBOL) return false;
        return !token.isSymbol('.')
                && !token.isSymbol(':')
                && !token.isSymbol('?')
                && !Character.isDigit(token.text().charAt(0));
    }

    /** The place of the AS of a cast, outside further brackets. */
    private int as(int open, int end) {
        int depth = 0;
        int as = end;
        for (int i = open; i < end; i++) {
            if (isSymbol(i, '(')) depth++;
            if (isSymbol(i, ')')) depth--;
            if (depth == 1 && isWord(i, "as")) as = i;
        }
        return as;
    }

    private String name(int i) {
        return TableName.fold(tokens.get(i).text());
    }

    record Type(String name, int end) {}

    /** The type that begins at a place. */
    Type type(int at) {
        int i = at;
        while (isName(i) && isSymbol(i + 1, '.')) i += 2;
        if (!isName(i)) return new Type("", i + 1);
        String name = name(i++);
        if (isWord(i, "precision") || isWord(i, "varying"))
            name += " " + tokens.get(i++).text();
        if (isSymbol(i, '(')) i = closing(i) + 1;
        if ((isWord(i, "with") || isWord(i, "without")) && isWord(i + 1, "time") && isWord(i + 2, "zone")) {
            if (isWord(i, "with")) name += "tz";
            i += 3;
        }
        if (isWord(i, "array")) i++;
        while (isSymbol(i, '[')) while (i < tokens.size() && !isSymbol(i++, ']')) {}
        return new Type(name.startsWith("_") ? name.substring(1) : name, i);
    }

    /** What an expression is made of. */
    final class Source {

        final Set<String> columns = new HashSet<>();

        /** The columns, with what they are qualified by. */
        final Set<List<String>> paths = new HashSet<>();

        /** The types of what is made in it, whatever that is made of. */
        final Set<String> made = new HashSet<>();

        boolean text;

        void read(int from, int to) {
            for (int i = from; i < to; ) i = isWord(i, "case") || isWord(i, "when") ? condition(i, to) : part(i, to);
        }

        /** Goes past what CASE compares, of which nothing is in the value. */
        private int condition(int i, int to) {
            String end = isWord(i, "case") ? "when" : "then";
            int cases = 0;
            for (int j = i + 1; j < to; j = isSymbol(j, '(') ? closing(j) + 1 : j + 1) {
                if (cases == 0 && isWord(j, end)) return j;
                if (isWord(j, "case")) cases++;
                if (isWord(j, "end")) cases--;
            }
            text = true;
            return to;
        }

        private int part(int i, int to) {
            Source part = new Source();
            int end = part.operand(i, to);
            while (isSymbol(end, ':') && isSymbol(end + 1, ':') && end < to) {
                Type type = type(end + 2);
                part = new Source();
                part.made.add(type.name);
                end = type.end;
            }
            columns.addAll(part.columns);
            paths.addAll(part.paths);
            made.addAll(part.made);
            text |= part.text;
            return end;
        }

        private int operand(int i, int to) {
            SqlToken token = tokens.get(i);
            if (token.kind() == Kind.LITERAL) return i + 1;
            if (token.kind() == Kind.SYMBOL) return symbol(i, to);
            boolean qualified = isSymbol(i - 1, '.');
            if (isSymbol(i + 1, '(') && (qualified || !SILENT.contains(token.text()))) return call(i);
            if (isSymbol(i + 1, '.')) return i + 2;
            // As in date '2020-01-01'.
            boolean literal = i + 1 < to && tokens.get(i + 1).kind() == Kind.LITERAL;
            if (qualified || !(literal || isSilent(i))) column(i);
            return i + 1;
        }

        private void column(int i) {
            columns.add(name(i));
            List<String> path = new ArrayList<>(List.of(name(i)));
            int first = i;
            for (; isSymbol(first - 1, '.') && isName(first - 2); first -= 2) path.add(0, name(first - 2));
            paths.add(path);
            // A field of a row may be of any type.
            if (isSymbol(first - 1, '.')) text = true;
        }

        private boolean isSilent(int i) {
            if (isWord(i, "at") || isWord(i, "time")) return isWord(i + 1, "time") || isWord(i + 1, "zone");
            return isWordOf(i, SILENT) || (isWord(i, "zone") && isWord(i - 1, "time"));
        }

        private int symbol(int i, int to) {
            SqlToken token = tokens.get(i);
            if (token.isSymbol('(')) {
                int end = Math.min(closing(i), to);
                if (isWord(i + 1, "select")) query(i + 1, end);
                else read(i + 1, end);
                return end + 1;
            }
            // All columns of a row.
            if (token.isSymbol('*') && isSymbol(i - 1, '.')) text = true;
            char c = token.text().charAt(0);
            boolean json = c == '-' && isSymbol(i + 1, '>');
            if (json || "|#@&~!%^>`".indexOf(c) >= 0) text = true;
            return i + 1;
        }

        private void query(int from, int to) {
            List<List<SelectLists.Item>> lists = SelectLists.of(tokens, from, to);
            if (lists.isEmpty()) text = true;
            for (List<SelectLists.Item> list : lists)
                for (SelectLists.Item item : list) {
                    if (isSymbol(item.to() - 1, '*')) text = true;
                    read(item.from(), item.to());
                }
        }

        private int call(int i) {
            String name = name(i);
            int end = closing(i + 1);
            if (name.equals("cast") || name.equals("try_cast")) made.add(type(as(i + 1, end) + 1).name);
            else if (TIMES.contains(name)) made.add(name);
            else if (name.equals("make_time")) made.add("time");
            else if (PASSING.contains(name) || name.equals("row")) read(i + 2, end);
            else text = !TIME_FUNCTIONS.contains(name);
            return end + 1;
        }
    }
}
