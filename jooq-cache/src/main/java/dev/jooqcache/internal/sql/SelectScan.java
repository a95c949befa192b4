package dev.jooqcache.internal.sql;

import dev.jooqcache.BypassReason;
import dev.jooqcache.internal.sql.SqlToken.Kind;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jooq.SQLDialect;
import org.jspecify.annotations.Nullable;

/**
 * What the words of a query tell: the functions it calls, whether it locks, samples or writes. Of DML and of code in the
 * schema, only what it calls counts.
 *
 * <p>The text is what the database gets, so nothing that a plain-SQL part, a custom query part or a dialect's emulation
 * renders is missed. Default deny: a function that is not known, and that the schema's model does not know either, counts
 * as one that may write.
 */
public final class SelectScan extends TokenReader {

    private static final Set<String> DML = Set.of("insert", "update", "delete", "merge", "call", "execute");
    private static final Set<String> LOCKS = Set.of("update", "share", "no", "key");
    private static final String OPERATOR_CHARACTERS = "+-*/<>=~!@#%^&|`?";
    private static final Set<String> SEQUENCE_COLUMNS = Set.of("nextval", "currval", "next_value", "current_value");

    /** Derby's and DB2's registers in two words. */
    private static final Set<String> REGISTERS =
            Set.of("date", "time", "timestamp", "schema", "sqlid", "isolation", "user", "role", "server", "timezone");

    /** PostgreSQL's columns of every table that change without a write of the row, by a lock or by VACUUM. */
    private static final Set<String> ROW_SYSTEM_COLUMNS = Set.of("ctid", "xmax", "cmin", "cmax");

    /** Functions whose results are of types that are named within their brackets, or that they are named after. */
    private static final Set<String> TYPED_RESULTS = Set.of(
            "json_table",
            "json_value",
            "json_query",
            "json_scalar",
            "json_serialize",
            "xmltable",
            "timestamptz",
            "timetz",
            "daterange",
            "tsrange",
            "tstzrange",
            "datemultirange",
            "tsmultirange",
            "tstzmultirange",
            "try_cast");

    private static final Pattern MOVING_DATE = Pattern.compile("(?i)\\b(now|today|tomorrow|yesterday)\\b");
    private static final int LONGEST_DATE = 60;

    /** They read a text by a format. What that leaves out of a date is that of today, but for PostgreSQL. */
    private static final Set<String> PARSING = Set.of("to_date", "to_timestamp", "to_timestamp_tz");

    /** Year, month and day, and any time. */
    private static final Pattern WHOLE_DATE = Pattern.compile("(?i)[^a-z]*"
            + "(?:yyyy[^a-z]*(?:month|mon|mm)[^a-z]*dd|(?:month|mon|mm)[^a-z]*dd[^a-z]*yyyy"
            + "|dd[^a-z]*(?:month|mon|mm)[^a-z]*yyyy)"
            + "(?:[^a-z]+(?:\"t\")?(?:hh24|hh12|hh|mi|sssss|ss|ff[0-9]?|am|pm|tzh|tzm|tzr))*[^a-z]*");

    private final SQLDialect family;
    private final boolean mysql;
    private final boolean postgres;
    private final boolean domains;
    private final boolean movingDates;
    private final boolean datesTimes;
    private final Set<String> called = new HashSet<>();
    private final Set<String> unknown = new HashSet<>();
    private String session = "";
    private String moving = "";
    private @Nullable BypassReason reason;
    private String detail = "";
    private boolean writes;
    private String lock = "";
    private boolean altersSession;
    private boolean setsLocally;
    private boolean casts;

    public SelectScan(List<SqlToken> tokens, SQLDialect dialect) {
        super(tokens);
        this.family = dialect.family();
        this.mysql = StatementKind.isMysql(dialect);
        this.postgres = StatementKind.isPostgres(dialect);
        this.domains = postgres || family == SQLDialect.H2;
        this.movingDates = switch (family) {
            case H2, HSQLDB, DERBY, MYSQL, MARIADB, CUBRID, IGNITE, TRINO -> false;
            default -> true;
        };
        this.datesTimes = mysql || family == SQLDialect.H2;
        for (int i = 0; i < tokens.size(); i++) look(i);
    }

    /** Why the query cannot be cached, or {@code null}. */
    @Nullable
    public BypassReason reason() {
        return reason;
    }

    /** The word that gave the reason. */
    public String detail() {
        return detail;
    }

    /** The first word that makes it give other results each time, or an empty string. */
    public String moving() {
        return moving;
    }

    /** Returns whether it may write. */
    public boolean writes() {
        return writes;
    }

    /** The first words by which it locks rows, or an empty string. */
    public String lock() {
        return lock;
    }

    /** Returns whether it changes the session. */
    public boolean altersSession() {
        return altersSession || setsLocally;
    }

    /** Returns whether it changes the session until the end of the transaction only. */
    public boolean setsLocally() {
        return setsLocally && !altersSession;
    }

    /**
     * The functions and operators that it calls, and, after a dot, the columns that PostgreSQL may take for functions;
     * and whether a bind value may be the text of a date that the database reads as {@code now} or {@code today}.
     */
    public Calls calls() {
        return new Calls(called, unknown, session, casts, Set.copyOf(timeCasts()));
    }

    private Set<? extends ClockUse> timeCasts() {
        if (mysql) return TimesOfDay.of(tokens, family);
        // SQLite's types are those of the values.
        return casts && family != SQLDialect.SQLITE ? new TimeCasts(tokens, postgres).casts() : Set.of();
    }

    /** Returns whether a text is one that PostgreSQL, SQLite or Firebird may read as a date that moves. */
    public static boolean isMovingDate(String text) {
        return text.length() <= LONGEST_DATE && MOVING_DATE.matcher(text).find();
    }

    /** A literal with those that follow on further lines, which belong to it. */
    private String continued(int i) {
        boolean first = i == 0 || tokens.get(i - 1).kind() != Kind.LITERAL;
        StringBuilder text = new StringBuilder();
        for (int j = i; j < tokens.size() && tokens.get(j).kind() == Kind.LITERAL && (first || j == i); j++)
            text.append(tokens.get(j).text());
        return text.toString();
    }

    private void look(int i) {
        SqlToken token = tokens.get(i);
        switch (token.kind()) {
            case WORD -> word(i, token.text());
            case QUOTED -> name(i, token.text());
            case LITERAL -> {
                if (movingDates && isMovingDate(continued(i)))
                    deny(BypassReason.NONDETERMINISTIC_FUNCTION, "'" + token.text() + "'");
                // A sql_mode of MySQL makes a quoted name of what is else a literal.
                if (mysql && isSymbol(i + 1, '(')) unknown.add(token.text());
            }
            case SYMBOL -> {
                if (token.isSymbol('@') && i + 1 < tokens.size() && !postgres) variable(i);
                if (token.isSymbol(':') && movingDates) casts = true;
                if (token.isSymbol(':') && isSymbol(i - 1, ':') && datesTimes && isDated(i + 1) && !isValue(i - 2))
                    deny(BypassReason.NONDETERMINISTIC_FUNCTION, "cast to a timestamp");
                if (postgres) operator(i);
            }
        }
    }

    /** PostgreSQL's users can define operators, which are functions. */
    private void operator(int i) {
        if (i > 0 && isOperatorCharacter(i - 1) && isNextTo(i - 1)) return;
        StringBuilder operator = new StringBuilder();
        for (int j = i; j < tokens.size() && isOperatorCharacter(j); j++) {
            operator.append(tokens.get(j).text());
            called.add(operator.toString());
            // JDBC doubles a question mark that is no bind marker.
            called.add(operator.toString().replace("??", "?"));
            if (!isNextTo(j)) return;
        }
    }

    private boolean isOperatorCharacter(int i) {
        SqlToken token = tokens.get(i);
        return token.kind() == Kind.SYMBOL && OPERATOR_CHARACTERS.contains(token.text());
    }

    private boolean isNextTo(int i) {
        return i + 1 < tokens.size()
                && tokens.get(i + 1).start() == tokens.get(i).start() + 1;
    }

    private void variable(int i) {
        // MySQL's @user and @@system variables; assignments in a SELECT change the session.
        deny(BypassReason.NONDETERMINISTIC_FUNCTION, "@" + tokens.get(i + 1).text());
        for (int j = i; j + 1 < tokens.size(); j++)
            if (tokens.get(j).isSymbol(':') && tokens.get(j + 1).isSymbol('=')) altersSession = true;
    }

    private void word(int i, String word) {
        boolean called = isSymbol(i + 1, '(');
        boolean qualified = isSymbol(i - 1, '.');
        if (word.equals("cast") && movingDates) casts = true;
        if (called && datesTimes && (word.equals("cast") || word.equals("convert")) && castsToTimestamp(i))
            deny(BypassReason.NONDETERMINISTIC_FUNCTION, "cast to a timestamp, which may add today's date to a time");
        if (!called && !qualified && DML.contains(word) && !endsLock(i)) {
            writes = true;
            deny(BypassReason.MODIFIES_DATA, word);
        } else if (word.equals("into") && !qualified) {
            writes = true;
            if (isWord(i + 1, "temp") || isWord(i + 1, "temporary") || isWord(i + 1, "local")) altersSession = true;
            deny(BypassReason.MODIFIES_DATA, "select into");
        } else if (word.equals("for") && isWordOf(i + 1, LOCKS)) {
            locks("for " + tokens.get(i + 1).text());
        } else if (word.equals("lock") && (isWord(i + 1, "in") || isWord(i - 1, "with"))) {
            locks(word);
        } else if (mysql && word.equals("sql_calc_found_rows")) {
            deny(BypassReason.ASKED_BACK, word);
        } else if (word.equals("tablesample") || (word.equals("sample") && isWord(i - 1, "using"))) {
            deny(BypassReason.SAMPLING, word);
        } else if (word.equals("value") && i > 0 && isSequence(tokens.get(i - 1).text())) {
            deny(BypassReason.NONDETERMINISTIC_FUNCTION, tokens.get(i - 1).text() + " value for");
        } else if (!called && isSessionKeyword(i, word)) {
            session(word);
        } else if (!called && isVolatileKeyword(i, word)) {
            deny(BypassReason.NONDETERMINISTIC_FUNCTION, word);
        } else {
            name(i, word);
        }
    }

    /** Of anything but a bind value or a literal, whose type says that it is no time of day. */
    private boolean castsToTimestamp(int cast) {
        int end = closing(cast + 1);
        int depth = 0;
        for (int i = cast + 1; i < end; i++) {
            if (isSymbol(i, '(')) depth++;
            if (isSymbol(i, ')')) depth--;
            boolean target = depth == 1 && (isWord(i, "as") || isSymbol(i, ',')) && isDated(i + 1);
            if (target) return i != cast + 3 || !isValue(cast + 2);
        }
        return false;
    }

    private boolean isValue(int i) {
        return isSymbol(i, '?') || tokens.get(i).kind() == Kind.LITERAL;
    }

    /** A type that takes the date, or the zone's offset, from today if a time of day is all that is given. */
    private boolean isDated(int type) {
        if (isWord(type, "timestamp") || isWord(type, "datetime")) return true;
        int end = isSymbol(type + 1, '(') ? closing(type + 1) + 1 : type + 1;
        return isWord(type, "time") && isWord(end, "with");
    }

    private static boolean isSequence(String word) {
        return word.equals("next") || word.equals("current") || word.equals("previous");
    }

    /** The last word of FOR UPDATE and of FOR NO KEY UPDATE. */
    private boolean endsLock(int i) {
        return isWord(i - 1, "for") || (isWord(i - 3, "for") && isWord(i - 2, "no") && isWord(i - 1, "key"));
    }

    private boolean isVolatileKeyword(int i, String word) {
        boolean qualified = isSymbol(i - 1, '.');
        if (SEQUENCE_COLUMNS.contains(word)) return true;
        if (qualified) return false;
        if (isWord(i - 1, "current") && REGISTERS.contains(word)) return true;
        return Functions.isVolatileKeyword(word);
    }

    private boolean isSessionKeyword(int i, String word) {
        if (isSymbol(i - 1, '.') || isWord(i - 1, "current")) return false;
        return Functions.isSessionKeyword(word) || (word.equals("user") && isUserReserved(i));
    }

    /** USER alone means the current user, where it cannot be a column. */
    private boolean isUserReserved(int i) {
        return !mysql && family != SQLDialect.SQLITE && !isWord(i - 1, "as") && !isSymbol(i + 1, '.');
    }

    /** A name before a bracket is a call, unless the bracket lists columns. */
    private void name(int i, String name) {
        boolean qualified = isSymbol(i - 1, '.');
        if (postgres && ROW_SYSTEM_COLUMNS.contains(name)) deny(BypassReason.NONDETERMINISTIC_FUNCTION, name);
        if (domains && mayBeType(i)) called.add(FactNames.checkOf(name));
        if (isSymbol(i + 1, '(')) {
            if (!namesColumns(i)) call(i, name);
        } else if (qualified && postgres) {
            called.add("." + name);
        }
    }

    /** After a cast operator, AS, a column's name or a schema's; or before a literal. */
    private boolean mayBeType(int i) {
        if (isSymbol(i - 1, ':') || isSymbol(i - 1, '.') || isName(i - 1)) return true;
        return i + 1 < tokens.size() && tokens.get(i + 1).kind() == Kind.LITERAL;
    }

    /** After AS stands an alias, a window or a type; before AS and a query, a common table expression. */
    private boolean namesColumns(int i) {
        if (isWord(i - 1, "as") || isWord(i - 1, "ordinality") || isAfterDerivedTable(i)) return true;
        if (isInsertTarget(i) || isUpsertClause(i)) return true;
        if (i > 0 && tokens.get(i).kind() == Kind.QUOTED && tokens.get(i - 1).kind() == Kind.QUOTED) return true;
        if (!isWord(i - 1, "with") && !isWord(i - 1, "recursive") && !isSymbol(i - 1, ',')) return false;
        int as = closing(i + 1) + 1;
        if (!isWord(as, "as")) return false;
        int body = as + 1;
        while (isWord(body, "not") || isWord(body, "materialized")) body++;
        return isSymbol(body, '(') && (isSymbol(body + 1, '(') || isQuery(body + 1));
    }

    /** As in {@code on conflict (a) do update (..)}. */
    private boolean isUpsertClause(int i) {
        return (isWord(i, "conflict") && isWord(i - 1, "on"))
                || (isWord(i, "update") && (isWord(i - 1, "do") || isWord(i - 1, "key")));
    }

    /** As in {@code insert into schema.t (a, b)}. */
    private boolean isInsertTarget(int i) {
        return isWord(startOfName(i) - 1, "into");
    }

    /** As in {@code from (values (1)) v (x)} and {@code from f(1) v (x)}; but not in {@code select distinct on (x) f(y)}. */
    private boolean isAfterDerivedTable(int i) {
        if (!isSymbol(i - 1, ')')) return false;
        int depth = 0;
        for (int open = i - 1; open > 0; open--) {
            if (isSymbol(open, ')')) depth++;
            if (isSymbol(open, '(') && --depth == 0) return beginsTable(open) || beginsTable(startOfName(open - 1));
        }
        return false;
    }

    private boolean beginsTable(int i) {
        return isWord(i - 1, "from")
                || isWord(i - 1, "join")
                || isWord(i - 1, "lateral")
                || isSymbol(i - 1, ',')
                || isSymbol(i - 1, '(');
    }

    private int startOfName(int last) {
        int start = last;
        while (isSymbol(start - 1, '.')) start -= 2;
        return start;
    }

    private boolean isQuery(int i) {
        return isWord(i, "select")
                || isWord(i, "with")
                || isWord(i, "values")
                || isWord(i, "table")
                || isWordOf(i, DML);
    }

    private void call(int i, String name) {
        called.add(name);
        if (movingDates && (Functions.isClock(name) || TYPED_RESULTS.contains(name))) casts = true;
        if (family == SQLDialect.SQLITE && readsTime(i, name))
            deny(BypassReason.NONDETERMINISTIC_FUNCTION, name + " of what may be the text 'now'");
        if (name.equals("set_config")) {
            if (isLocal(i + 1)) setsLocally = true;
            else altersSession = true;
            deny(BypassReason.NONDETERMINISTIC_FUNCTION, name);
        } else if (isSymbol(i - 1, '.') && !isWord(i - 2, "pg_catalog")) {
            // No database's own functions are in a schema that needs to be told.
            boolean inSchema = mysql && isName(i - 2);
            unknown.add(inSchema ? FactNames.within(tokens.get(i - 2).text(), name) : name);
            // Perhaps it is a package.
            if (inSchema) called.add(FactNames.packageOf(tokens.get(i - 2).text()));
        } else if (Functions.isSession(name)) {
            session(name);
        } else if (Functions.isVolatile(name)
                || (Functions.isClock(name) && isToldByClock(i, name))
                || (!postgres && PARSING.contains(name) && !isOfWholeDate(i + 1))) {
            deny(BypassReason.NONDETERMINISTIC_FUNCTION, name);
        } else if (!Functions.isDeterministic(name, family) && !Functions.isClock(name)) {
            if (Functions.isMoving(name, family)) deny(BypassReason.NONDETERMINISTIC_FUNCTION, name);
            else unknown.add(name);
        }
    }

    /** Returns whether the last argument says that the setting ends with the transaction. */
    private boolean isLocal(int open) {
        int end = closing(open);
        return isWord(end - 1, "true") && isSymbol(end - 2, ',');
    }

    /** Of a column, or of what a function has made. */
    private boolean readsTime(int i, String name) {
        if (!Functions.isClock(name) && !name.equals("timediff")) return false;
        int end = closing(i + 1);
        return tokens.subList(i + 2, Math.max(end, i + 2)).stream()
                .anyMatch(token -> token.kind() == Kind.WORD || token.kind() == Kind.QUOTED);
    }

    private void session(String what) {
        if (session.isEmpty()) session = what;
    }

    /** Some functions compute with the times that they are given, and ask the clock if they are given too few. */
    private boolean isToldByClock(int i, String name) {
        return arguments(i + 1) < Functions.argumentsWithoutClock(name);
    }

    /** Returns whether the second argument is a format of which no field of the date is left to the clock. */
    private boolean isOfWholeDate(int open) {
        int end = closing(open);
        return arguments(open) == 2
                && isSymbol(end - 2, ',')
                && tokens.get(end - 1).kind() == Kind.LITERAL
                && WHOLE_DATE.matcher(tokens.get(end - 1).text()).matches();
    }

    /** The number of arguments in a bracket. */
    private int arguments(int open) {
        if (isSymbol(open + 1, ')')) return 0;
        int commas = 0;
        int depth = 0;
        for (int i = open; i < tokens.size(); i++) {
            if (tokens.get(i).isSymbol('(')) depth++;
            if (tokens.get(i).isSymbol(')') && --depth == 0) break;
            if (depth == 1 && tokens.get(i).isSymbol(',')) commas++;
        }
        return commas + 1;
    }

    private void locks(String how) {
        if (lock.isEmpty()) lock = how;
        deny(BypassReason.LOCKING, how);
    }

    private void deny(BypassReason why, String what) {
        if (moving.isEmpty() && (why == BypassReason.NONDETERMINISTIC_FUNCTION || why == BypassReason.SAMPLING))
            moving = what;
        if (reason == null || why == BypassReason.MODIFIES_DATA) {
            reason = why;
            detail = what;
        }
    }
}
