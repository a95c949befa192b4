package dev.jooqcache.internal.analysis;

import dev.jooqcache.BypassReason;
import dev.jooqcache.internal.dependency.StatementEffect;
import dev.jooqcache.internal.sql.Calls;
import dev.jooqcache.internal.sql.CarrierText;
import dev.jooqcache.internal.sql.CarrierText.Carried;
import dev.jooqcache.internal.sql.DmlText;
import dev.jooqcache.internal.sql.JooqParser;
import dev.jooqcache.internal.sql.Maintenance;
import dev.jooqcache.internal.sql.ParserText;
import dev.jooqcache.internal.sql.SelectScan;
import dev.jooqcache.internal.sql.SqlLexer;
import dev.jooqcache.internal.sql.SqlToken;
import dev.jooqcache.internal.sql.StatementKind;
import dev.jooqcache.internal.sql.StatementTexts;
import dev.jooqcache.internal.sql.TableNames;
import dev.jooqcache.model.TableName;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jooq.Configuration;
import org.jooq.Query;
import org.jooq.QueryPart;
import org.jooq.SQLDialect;
import org.jooq.Select;
import org.jooq.Table;
import org.jooq.VisitListenerProvider;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the {@link Plan} of a statement.
 *
 * <p>Two sources are joined. The query's parts, seen while it is rendered once more, tell its tables. Its text tells the
 * functions, locks and writes. Where the parts do not tell everything (plain SQL, parts of the user's own, statements
 * that did not come from jOOQ), the text is parsed with jOOQ's parser, and the parsed query's parts are added. What
 * cannot be parsed cannot be cached; and unless its words show that it only reads, it may write anything.
 */
final class Planner {

    private static final Logger LOG = LoggerFactory.getLogger("dev.jooqcache.analysis");

    private Planner() {}

    /** The plan of a query that jOOQ has rendered to the given text. */
    static Plan plan(Query query, String sql, Configuration configuration) {
        String statement = StatementTexts.withoutSettings(sql, configuration.dialect());
        return withSettings(plan(query, sql, statement, configuration), !statement.equals(sql));
    }

    private static Plan plan(Query query, String sql, String statement, Configuration configuration) {
        SQLDialect dialect = configuration.dialect();
        SqlLexer lexer = new SqlLexer(statement, dialect);
        if (!lexer.isUnderstood() || lexer.tokens().isEmpty()) return unknown("SQL text");
        QueryParts parts = new QueryParts();
        boolean rewritten = !isRenderingOf(query, sql, configuration, parts);
        boolean select = query instanceof Select<?> && !parts.hasDml() && StatementKind.isSelect(lexer.tokens());
        boolean dml = parts.hasDml() && !(query instanceof Select<?>) && !rewritten;
        boolean single = StatementTexts.split(lexer.tokens()).size() == 1;
        if (parts.isOpaque() || !single || !(select || dml)) return merge(parts, plan(sql, dialect));
        if (dml) return write(parts, configuration, lexer.tokens(), dialect);
        Plan plan = select(parts, lexer.tokens(), dialect);
        Set<String> mentions = TableNames.of(lexer.tokens());
        Set<String> unaccounted = parts.unaccounted(mentions);
        if (!rewritten && !parts.hasCustomText() && unaccounted.isEmpty())
            return plan.withWords(parts.aliasesAmong(mentions));
        Set<TableName> reads = new HashSet<>(plan.reads());
        for (String name : unaccounted) reads.add(TableName.of("", name));
        return plan.withReads(reads).withWords(words(lexer.tokens()));
    }

    /**
     * Returns whether the query alone makes the text. If not, the user's listeners have a hand in it, and what they add is not
     * among the parts.
     */
    private static boolean isRenderingOf(Query query, String sql, Configuration configuration, QueryParts parts) {
        return collect(query, configuration, parts).equals(sql)
                || withListener(configuration, new QueryParts())
                        .dsl()
                        .renderInlined(query)
                        .equals(sql);
    }

    /** A query cannot read a table without naming it, and functions that could are denied. */
    private static Set<String> words(List<SqlToken> tokens) {
        Set<String> words = new HashSet<>();
        for (SqlToken token : tokens) if (token.kind() != SqlToken.Kind.SYMBOL) words.add(TableName.fold(token.text()));
        return words;
    }

    private static Plan withSettings(Plan plan, boolean isWithin) {
        boolean isKnown = plan.kind() == Plan.Kind.READ || plan.kind() == Plan.Kind.WRITE;
        return isWithin && isKnown ? plan.with(StatementEffect.of(StatementEffect.Kind.SETTING_FOR_QUERY)) : plan;
    }

    /** The plan of a text, whatever its origin. */
    static Plan plan(String text, SQLDialect dialect) {
        String sql = StatementTexts.withoutSettings(text, dialect);
        SqlLexer lexer = new SqlLexer(sql, dialect);
        if (!lexer.isUnderstood()) return unknown("SQL text");
        List<List<SqlToken>> statements = StatementTexts.split(lexer.tokens());
        if (statements.isEmpty()) return Plan.control(StatementEffect.NONE, BypassReason.NO_TABLE, "empty statement");
        if (statements.size() == 1) {
            List<SqlToken> one = statements.get(0);
            return withSettings(
                    planOne(StatementTexts.text(sql, lexer.tokens(), one), one, dialect), !sql.equals(text));
        }
        if (statements.stream().anyMatch(statement -> StatementKind.mayBeginBody(statement, dialect)))
            return Plan.control(StatementEffect.CODE, BypassReason.NOT_A_SINGLE_QUERY, "compound statement");
        StatementEffect effect = StatementEffect.NONE;
        Calls calls = Calls.NONE;
        Set<TableName> reads = new HashSet<>();
        Set<String> words = new HashSet<>();
        for (List<SqlToken> statement : statements) {
            Plan one = planOne(StatementTexts.text(sql, lexer.tokens(), statement), statement, dialect);
            // Cascades are known only later, when the schema is; several statements at once are rare enough.
            effect = effect.then(one.kind() == Plan.Kind.WRITE ? StatementEffect.CODE : one.control());
            calls = calls.and(one.calls());
            reads.addAll(one.reads());
            words.addAll(one.words());
        }
        return Plan.control(effect, BypassReason.NOT_A_SINGLE_QUERY, "several statements")
                .calling(calls)
                .withReads(reads)
                .withWords(words);
    }

    private static Plan planOne(String sql, List<SqlToken> tokens, SQLDialect dialect) {
        List<String> procedure = StatementKind.calledProcedure(tokens);
        if (!procedure.isEmpty())
            return Plan.call(procedure, new SelectScan(tokens, dialect).calls()).withWords(words(tokens));
        StatementEffect control = StatementKind.control(tokens, dialect);
        if (control != null) return control(control, sql, tokens, dialect);
        List<SqlToken> returning = DmlText.ofDeltaTable(tokens);
        if (!returning.isEmpty()) return planOne(StatementTexts.inner(sql, tokens, returning), returning, dialect);
        Plan parsed = DmlText.hasModifier(tokens, dialect) ? null : parse(sql, tokens, dialect);
        if (parsed != null) return parsed;
        String known = ParserText.of(sql, tokens, dialect);
        Plan replaced = known == null ? null : parse(known, tokens, dialect);
        if (replaced != null) return replaced;
        LOG.debug("not understood by jOOQ's parser: {}", sql);
        SelectScan text = new SelectScan(tokens, dialect);
        if (!StatementKind.isSelect(tokens) || text.writes()) return unknown("SQL text");
        BypassReason why = text.reason();
        Plan plan = why == null
                ? Plan.control(effectOfReading(text), BypassReason.PLAIN_SQL, "SQL text")
                : Plan.control(effectOfReading(text), why, text.detail());
        return plan.calling(text.calls()).withWords(words(tokens));
    }

    /** What a statement does that is neither a query nor DML, and what it does by another one that it carries. */
    private static Plan control(StatementEffect effect, String sql, List<SqlToken> tokens, SQLDialect dialect) {
        Plan own = Plan.control(effect, BypassReason.PLAIN_SQL, tokens.get(0).text());
        String text = StatementKind.immediateText(sql, tokens);
        if (text != null) return own.carrying(plan(text, dialect));
        Set<String> upkeep = Maintenance.upkeep(tokens, dialect);
        if (!upkeep.isEmpty()) return own.calling(new Calls(upkeep, Set.of(), "", false, Set.of()));
        Carried carried = new CarrierText(tokens, dialect).carried();
        if (carried == null)
            return StatementKind.mayCall(tokens, dialect)
                    ? own.calling(calls(tokens, dialect)).withWords(words(tokens))
                    : own;
        Plan other = planOne(StatementTexts.inner(sql, tokens, carried.statement()), carried.statement(), dialect);
        return switch (carried.manner()) {
            case EXECUTED -> own.carrying(other);
            case RECAST ->
                other.kind() == Plan.Kind.READ && other.calls().unknown().isEmpty()
                        ? own.carrying(other)
                        : unknown("SET STATEMENT");
            case STORED -> own.carrying(other.after(effect));
            case PLANNED -> own.carrying(planned(other, carried.statement(), dialect));
        };
    }

    /** What planning a statement runs, if it is not understood whatever its words call. */
    private static Plan planned(Plan statement, List<SqlToken> tokens, SQLDialect dialect) {
        if (!statement.control().equals(StatementEffect.CODE)) return statement.planned();
        return StatementKind.isQueryOrDml(tokens)
                ? statement.planned().calling(calls(tokens, dialect)).withWords(words(tokens))
                : statement;
    }

    private static Calls calls(List<SqlToken> tokens, SQLDialect dialect) {
        return new SelectScan(tokens, dialect).calls();
    }

    private static @Nullable Plan parse(String sql, List<SqlToken> tokens, SQLDialect dialect) {
        if (DmlText.namesTargetsApart(tokens, dialect) || DmlText.hasInnerModifier(tokens, dialect)) return null;
        try {
            Query query = JooqParser.of(dialect).parseQuery(sql);
            if (query == null) return null;
            Configuration configuration = JooqParser.configuration(dialect);
            QueryParts parts = new QueryParts();
            collect(query, configuration, parts);
            Set<String> mentions = TableNames.of(tokens);
            if (parts.isOpaque() || !parts.unaccounted(mentions).isEmpty()) return null;
            if (parts.hasDml()) return write(parts, configuration, tokens, dialect);
            return query instanceof Select<?>
                    ? select(parts, tokens, dialect).withWords(parts.aliasesAmong(mentions))
                    : null;
        } catch (RuntimeException | StackOverflowError e) {
            return null;
        }
    }

    private static Plan select(QueryParts parts, List<SqlToken> tokens, SQLDialect dialect) {
        SelectScan text = new SelectScan(tokens, dialect);
        if (text.writes() || text.altersSession())
            return Plan.control(effectOfReading(text), text.reason(), text.detail())
                    .calling(text.calls())
                    .withReads(parts.tables());
        Plan plan = Plan.read(parts.tables(), parts.commonTables(), text.calls());
        BypassReason why = text.reason();
        if (why != null) return plan.bypassed(why, text.detail());
        BypassReason partly = parts.reason();
        if (partly != null) return plan.bypassed(partly, parts.detail());
        return plan;
    }

    private static StatementEffect effectOfReading(SelectScan text) {
        if (!text.writes()) return effectOnSession(text);
        return text.altersSession() ? StatementKind.UNKNOWN_IN_SESSION : StatementEffect.UNKNOWN;
    }

    private static StatementEffect effectOnSession(SelectScan text) {
        if (!text.altersSession()) return StatementEffect.NONE;
        return StatementEffect.of(
                text.setsLocally() ? StatementEffect.Kind.LOCAL_SETTING : StatementEffect.Kind.SESSION);
    }

    private static Plan write(
            QueryParts parts, Configuration configuration, List<SqlToken> tokens, SQLDialect dialect) {
        Set<TableName> targets = new HashSet<>();
        if (parts.hasUnknownTarget()) targets.addAll(parts.tables());
        for (Table<?> target : parts.targets()) {
            QueryParts named = new QueryParts();
            collect(DSL.selectOne().from(target), configuration, named);
            if (named.isOpaque() || named.tables().isEmpty()) return unknown("target of DML");
            targets.addAll(named.tables());
        }
        SelectScan text = new SelectScan(tokens, dialect);
        if (targets.isEmpty()) return unknown("target of DML");
        if (text.altersSession()) return unknown("DML that alters the session");
        return Plan.write(targets, DmlText.events(parts.events(), tokens), text.calls())
                .withReads(parts.tables());
    }

    /** Adds what the parts tell to what the text tells: each may see a table that the other does not. */
    private static Plan merge(QueryParts parts, Plan text) {
        if (text.kind() == Plan.Kind.CONTROL || text.kind() == Plan.Kind.CALL) return text;
        Set<TableName> reads = new HashSet<>(text.reads());
        reads.addAll(parts.tables());
        Plan plan = text.withReads(reads);
        BypassReason partly = parts.reason();
        return plan.reason() == null && partly != null ? plan.bypassed(partly, parts.detail()) : plan;
    }

    /** The plan of a text that is not looked at, because of its size. */
    static Plan tooLong() {
        return unknown("length of the SQL text");
    }

    private static Plan unknown(String what) {
        return Plan.control(StatementEffect.CODE, BypassReason.PLAIN_SQL, what);
    }

    static String collect(QueryPart part, Configuration configuration, QueryParts parts) {
        return withListener(configuration, parts).dsl().render(part);
    }

    /** Without the user's own listeners: the parts are to be those of the query. */
    private static Configuration withListener(Configuration configuration, QueryParts parts) {
        return configuration.derive(new VisitListenerProvider[] {() -> parts});
    }
}
