package dev.jooqcache.internal.analysis;

import dev.jooqcache.internal.sql.AssignedTimes;
import dev.jooqcache.internal.sql.BodyStatements;
import dev.jooqcache.internal.sql.Calls;
import dev.jooqcache.internal.sql.ClockUse;
import dev.jooqcache.internal.sql.FactNames;
import dev.jooqcache.internal.sql.LocalTypes;
import dev.jooqcache.internal.sql.RoutineBody;
import dev.jooqcache.internal.sql.RoutineLanguage;
import dev.jooqcache.internal.sql.SelectScan;
import dev.jooqcache.internal.sql.SqlLexer;
import dev.jooqcache.internal.sql.SqlToken;
import dev.jooqcache.internal.sql.TableNames;
import dev.jooqcache.internal.sql.TimeCasts;
import dev.jooqcache.internal.sql.TimesOfDay;
import dev.jooqcache.model.Behavior;
import dev.jooqcache.model.TableName;
import dev.jooqcache.model.TriggerModel;
import dev.jooqcache.model.Volatility;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jooq.SQLDialect;

/**
 * Understands the code that stands in a schema: definitions of views, bodies of triggers and routines, expressions.
 * Conservative: what is not provably understood is unknown. Immutable and thread-safe.
 */
public final class SchemaCode {

    /** Keywords of procedural languages that a bracket may follow. */
    private static final Set<String> PROCEDURAL =
            Set.of("elsif", "elseif", "while", "until", "return", "perform", "assert", "foreach", "raise");

    /** The number of a parameter, and the dots that the lexer may take for a part of it. */
    private static final Pattern NUMBER = Pattern.compile("(\\d+)\\.*");

    private final SQLDialect dialect;
    private final Set<String> relations;
    private final Set<String> routines;
    private final BiFunction<String, String, Set<String>> columnTypes;

    /**
     * What a body does.
     *
     * @param behavior what it does to others
     * @param ownColumns the columns of the trigger's row that it assigns; {@code *} for any
     */
    public record Body(Behavior behavior, SortedSet<String> ownColumns) {}

    /**
     * Understands the code of one schema.
     *
     * @param dialect its dialect
     * @param relations the folded names of all its relations
     * @param routines the folded names of all its routines
     * @param columnTypes the types of a relation's column, by their folded names; for {@link FactNames#ANY_COLUMN}, of all its columns
     */
    public SchemaCode(
            SQLDialect dialect,
            Set<String> relations,
            Set<String> routines,
            BiFunction<String, String, Set<String>> columnTypes) {
        this.dialect = dialect;
        this.relations = Set.copyOf(relations);
        this.routines = Set.copyOf(routines);
        this.columnTypes = columnTypes;
    }

    /**
     * Returns whether code may change the session.
     *
     * @param text the code
     * @return whether it does, or is not understood
     */
    public boolean altersSession(String text) {
        SqlLexer lexer = new SqlLexer(text, dialect);
        return !lexer.isUnderstood() || new SelectScan(lexer.tokens(), dialect).altersSession();
    }

    /**
     * What a query does whose tables are not known otherwise.
     *
     * @param query the definition of a view
     * @return its behavior; its tables are found by jOOQ's parser, or, if it does not understand the query, are all that
     *     the query names in any place
     */
    public Behavior query(String query) {
        SqlLexer lexer = new SqlLexer(query, dialect);
        if (!lexer.isUnderstood()) return Behavior.unknown("its text is not understood");
        Plan plan = Planner.plan(query, dialect);
        if (plan.kind() != Plan.Kind.READ) return expression(query, named(lexer.tokens()));
        Set<TableName> reads = new HashSet<>();
        for (TableName table : plan.reads())
            if (!plan.commonTables().contains(table.name()) || relations.contains(table.name())) reads.add(table);
        return behavior(new SelectScan(lexer.tokens(), dialect), reads);
    }

    /**
     * What an expression or query does whose tables are known.
     *
     * @param text a default, a check, a policy, a computed column, a view's definition
     * @param reads the tables that it reads
     * @return its behavior
     */
    public Behavior expression(String text, Collection<TableName> reads) {
        SqlLexer lexer = new SqlLexer(text, dialect);
        if (!lexer.isUnderstood()) return Behavior.unknown("its text is not understood");
        return behavior(new SelectScan(lexer.tokens(), dialect), reads);
    }

    /**
     * What stands in the FROM clauses of a text.
     *
     * @param text a view's definition or a body
     * @return the names, with the schemas that are told; some may be those of common table expressions
     */
    public Set<TableName> mentioned(String text) {
        return TableNames.inSchemas(new SqlLexer(text, dialect).tokens());
    }

    /**
     * The tables of the database's own catalog that a query reads.
     *
     * @param query the definition of a view
     * @return those that stand in its FROM clauses
     */
    public Set<TableName> systemTables(String query) {
        return TableNames.of(new SqlLexer(query, dialect).tokens()).stream()
                .map(TableName::of)
                .filter(TableName::isSystem)
                .collect(Collectors.toSet());
    }

    /**
     * What an expression does, which can read tables only by a query in it.
     *
     * @param text a default, a check, a policy, a computed column
     * @return its behavior
     */
    public Behavior expression(String text) {
        SqlLexer lexer = new SqlLexer(text, dialect);
        boolean queries = lexer.tokens().stream().anyMatch(token -> token.isWord("select") || token.isWord("table"));
        return expression(text, queries ? named(lexer.tokens()) : Set.of());
    }

    /**
     * Returns whether an expression of a table's own columns asks the clock only because of their types.
     *
     * @param text the expression
     * @param table the table
     * @return whether a time of day in it becomes a date
     */
    public boolean datesTimes(String text, TableName table) {
        return TimesOfDay.of(new SqlLexer(text, dialect).tokens(), dialect.family()).stream()
                .anyMatch(use -> use.mayMove(this::isMovingType, column -> types(Set.of(table), column)));
    }

    /**
     * The routines that a text calls and that are not known to be the database's own.
     *
     * @param text any SQL
     * @return their folded names
     */
    public SortedSet<String> called(String text) {
        return called(new SelectScan(new SqlLexer(text, dialect).tokens(), dialect).calls());
    }

    /**
     * What the body of a trigger or a routine does.
     *
     * @param text the body
     * @param language the language that it is written in
     * @return what it does; unknown if it has dynamic SQL, DDL, or anything else that is not understood
     */
    public Body body(String text, RoutineLanguage language) {
        return body(text, language, "");
    }

    /**
     * What the body of a routine does.
     *
     * @param text the body
     * @param language the language that it is written in
     * @param signature the types of its parameters and of its result; in PL/pgSQL as declarations, the result's of
     *     {@code "$0"} first; empty if they do not matter
     * @return what it does; unknown if it has dynamic SQL, DDL, or anything else that is not understood
     */
    public Body body(String text, RoutineLanguage language, String signature) {
        SqlLexer lexer = new SqlLexer(text, dialect);
        if (!lexer.isUnderstood()) return new Body(Behavior.unknown("its text is not understood"), anyColumn());
        List<SqlToken> tokens = withParameters(lexer.tokens());
        RoutineBody body = new RoutineBody(tokens, language);
        if (body.unknown() != null) return new Body(Behavior.unknown(body.unknown()), anyColumn());
        SelectScan words = new SelectScan(tokens, dialect);
        if (words.altersSession()) return new Body(Behavior.unknown("it changes the session"), anyColumn());
        SortedSet<String> called = called(words.calls());
        for (String keyword : PROCEDURAL) if (!routines.contains(keyword)) called.remove(keyword);
        for (String procedure : body.procedures())
            if (!procedure.endsWith(".") || routines.contains(procedure)) called.add(procedure);
        Set<TableName> named = named(tokens);
        Set<ClockUse> assigning = language == RoutineLanguage.PSM
                ? TimesOfDay.ofBody(tokens, new SqlLexer(signature, dialect).tokens(), dialect.family())
                : Set.of();
        String moving = moving(words, named, assigning);
        if (moving.isEmpty() && language == RoutineLanguage.PLPGSQL && !signature.isEmpty())
            moving = assigned(new SqlLexer(signature, dialect).tokens(), tokens, body.statements(), named);
        Behavior behavior = new Behavior(
                volatility(words, moving, !named.isEmpty() || !called.isEmpty())
                        .and(body.writes().isEmpty() ? Volatility.IMMUTABLE : Volatility.VOLATILE),
                new TreeSet<>(named),
                new TreeSet<>(body.writes()),
                called,
                body.writes().isEmpty() ? cause(words, moving) : "writes",
                null);
        return new Body(behavior, body.ownColumns());
    }

    private String assigned(
            List<SqlToken> signature, List<SqlToken> tokens, BodyStatements statements, Set<TableName> named) {
        LocalTypes types = new LocalTypes(named, columnTypes, this::isTimesOfUser);
        return new AssignedTimes(signature, tokens, statements, types).mayMove()
                ? "what may be the text 'now' is assigned to a time"
                : "";
    }

    /** Returns whether a user's type holds times; a table whose columns are not known may. */
    private boolean isTimesOfUser(String type) {
        boolean unknown = relations.contains(type)
                && columnTypes.apply(type, FactNames.ANY_COLUMN).isEmpty();
        return unknown
                || routines.contains(TimeCasts.reading(type))
                || TableName.of(type).isSystem();
    }

    /** With parameters that are told by their numbers, as in {@code $1}, as names: they may be of any type. */
    static List<SqlToken> withParameters(List<SqlToken> tokens) {
        List<SqlToken> named = new ArrayList<>();
        for (SqlToken token : tokens) {
            SqlToken last = named.isEmpty() ? null : named.get(named.size() - 1);
            Matcher number = NUMBER.matcher(token.text());
            if (last == null || !last.isSymbol('$') || token.kind() != SqlToken.Kind.SYMBOL || !number.matches()) {
                named.add(token);
                continue;
            }
            named.set(named.size() - 1, new SqlToken(SqlToken.Kind.QUOTED, "$" + number.group(1), last.start()));
            for (int i = number.end(1); i < token.text().length(); i++)
                named.add(new SqlToken(SqlToken.Kind.SYMBOL, ".", token.start() + i));
        }
        return named;
    }

    private static SortedSet<String> anyColumn() {
        return new TreeSet<>(Set.of(TriggerModel.ANY_COLUMN));
    }

    private Behavior behavior(SelectScan text, Collection<TableName> reads) {
        if (text.writes() || text.altersSession() || !text.lock().isEmpty())
            return Behavior.unknown(text.detail() + " in it");
        boolean depends = !reads.isEmpty() || !text.calls().unknown().isEmpty();
        String moving = moving(text, reads);
        return new Behavior(
                volatility(text, moving, depends),
                new TreeSet<>(reads),
                new TreeSet<>(),
                called(text.calls()),
                cause(text, moving),
                null);
    }

    private static Volatility volatility(SelectScan text, String moving, boolean dependent) {
        if (!moving.isEmpty()) return Volatility.VOLATILE;
        if (!text.calls().session().isEmpty()) return Volatility.SESSION;
        return dependent ? Volatility.STABLE : Volatility.IMMUTABLE;
    }

    private static String cause(SelectScan text, String moving) {
        return moving.isEmpty() ? text.calls().session() : moving;
    }

    /** What in it asks the clock, or an empty string. */
    private String moving(SelectScan text, Collection<TableName> reads) {
        return moving(text, reads, Set.of());
    }

    private String moving(SelectScan text, Collection<TableName> reads, Set<ClockUse> besides) {
        if (!text.moving().isEmpty()) return text.moving();
        // A hit would lock nothing.
        if (!text.lock().isEmpty()) return "'" + text.lock() + "' in it";
        return Stream.concat(text.calls().casts().stream(), besides.stream())
                .filter(cast -> cast.mayMove(this::isMovingType, column -> types(reads, column)))
                .map(ClockUse::toString)
                .sorted()
                .findFirst()
                .orElse("");
    }

    private boolean isMovingType(String type) {
        return routines.contains(TimeCasts.reading(type)) || relations.contains(type);
    }

    private Set<String> types(Collection<TableName> tables, String column) {
        return tables.stream()
                .flatMap(table -> columnTypes.apply(table.name(), column).stream())
                .collect(Collectors.toSet());
    }

    private static String withoutDot(String name) {
        return name.startsWith(".") ? name.substring(1) : name;
    }

    /** The routines that are not the database's own, or perhaps not: the catalog has one of the same name. */
    private SortedSet<String> called(Calls calls) {
        SortedSet<String> called = new TreeSet<>(calls.unknown());
        for (String name : calls.known()) if (routines.contains(name)) called.add(withoutDot(name));
        return called;
    }

    /**
     * All relations whose names stand in the text, in whatever role: nothing can be read or written without its name. And
     * what stands in a FROM clause and is no relation that is known.
     */
    private Set<TableName> named(List<SqlToken> tokens) {
        Set<TableName> named = new HashSet<>();
        Set<String> commonTables = new HashSet<>();
        for (int i = 0; i < tokens.size(); i++) {
            SqlToken token = tokens.get(i);
            if (token.kind() != SqlToken.Kind.WORD && token.kind() != SqlToken.Kind.QUOTED) continue;
            String name = TableName.fold(token.text());
            boolean qualified = i > 1 && tokens.get(i - 1).isSymbol('.');
            boolean called = i + 1 < tokens.size() && tokens.get(i + 1).isSymbol('(');
            TableName table = TableName.of(qualified ? tokens.get(i - 2).text() : "", name);
            if (relations.contains(name)) named.add(TableName.of(name));
            else if (table.isSystem() && !called) named.add(table);
            else if (i + 2 < tokens.size() && tokens.get(i + 1).isWord("as")) commonTables.add(name);
        }
        for (String name : TableNames.of(tokens))
            if (!relations.contains(name) && !commonTables.contains(name)) named.add(TableName.of(name));
        return named;
    }
}
