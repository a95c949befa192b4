package dev.jooqcache.internal.analysis;

import dev.jooqcache.BypassReason;
import dev.jooqcache.internal.transaction.Effect;
import java.util.ArrayList;
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
import org.jooq.conf.ParseUnknownFunctions;
import org.jooq.conf.RenderQuotedNames;
import org.jooq.conf.Settings;
import org.jooq.impl.DSL;
import org.jooq.impl.DefaultConfiguration;
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
        SQLDialect dialect = configuration.dialect();
        SqlLexer lexer = new SqlLexer(sql, dialect);
        if (!lexer.isUnderstood() || lexer.tokens().isEmpty()) return unknown("SQL text");
        QueryParts parts = collect(query, configuration);
        boolean select = query instanceof Select<?> && !parts.hasDml();
        // Another listener may have changed the text; then the parts are not what is executed.
        if (!sql.equals(parts.rendered()) || parts.isOpaque() || !(select || isTypedDml(parts, sql, query)))
            return merge(parts, plan(sql, dialect));
        if (!select) return write(parts, configuration, lexer, dialect);
        Plan plan = select(parts, lexer, dialect);
        return parts.hasCustomText() ? plan.withWords(words(lexer)) : plan;
    }

    /** A query cannot read a table without naming it, and functions that could are denied. */
    private static Set<String> words(SqlLexer lexer) {
        Set<String> words = new HashSet<>();
        for (SqlToken token : lexer.tokens())
            if (token.kind() == SqlToken.Kind.WORD || token.kind() == SqlToken.Kind.QUOTED)
                words.add(TableName.fold(token.text()));
        return words;
    }

    private static boolean isTypedDml(QueryParts parts, String sql, Query query) {
        return parts.hasDml() && !sql.isEmpty() && !(query instanceof Select<?>);
    }

    /** The plan of a text, whoever wrote it. */
    static Plan plan(String sql, SQLDialect dialect) {
        SqlLexer lexer = new SqlLexer(sql, dialect);
        if (!lexer.isUnderstood()) return unknown("SQL text");
        List<List<SqlToken>> statements = split(lexer.tokens());
        if (statements.isEmpty()) return Plan.control(Effect.NONE, BypassReason.NO_TABLE, "empty statement");
        if (statements.size() == 1)
            return planOne(text(sql, lexer.tokens(), statements.get(0)), statements.get(0), dialect);
        Effect effect = Effect.NONE;
        for (List<SqlToken> statement : statements) {
            Plan one = planOne(text(sql, lexer.tokens(), statement), statement, dialect);
            // Cascades are known only later, when the schema is; several statements at once are rare enough.
            effect = effect.then(one.kind() == Plan.Kind.WRITE ? Effect.UNKNOWN : one.control());
        }
        return Plan.control(effect, BypassReason.NOT_A_SINGLE_QUERY, "several statements");
    }

    private static Plan planOne(String sql, List<SqlToken> tokens, SQLDialect dialect) {
        Effect control = StatementKind.control(tokens, dialect);
        if (control != null)
            return Plan.control(control, BypassReason.PLAIN_SQL, tokens.get(0).text());
        Plan parsed = parse(sql, tokens, dialect);
        if (parsed != null) return parsed;
        LOG.debug("not understood by jOOQ's parser: {}", sql);
        SelectText text = new SelectText(tokens, dialect);
        return StatementKind.isSelect(tokens) && !text.writes()
                ? Plan.control(effectOfReading(text), BypassReason.PLAIN_SQL, "SQL text")
                : unknown("SQL text");
    }

    private static @Nullable Plan parse(String sql, List<SqlToken> tokens, SQLDialect dialect) {
        Configuration configuration = parsing(dialect);
        try {
            Query query = configuration.dsl().parser().parseQuery(sql);
            if (query == null) return null;
            QueryParts parts = collect(query, configuration);
            if (parts.isOpaque()) return null;
            if (parts.hasDml()) return write(parts, configuration, tokens, dialect);
            return query instanceof Select<?> ? select(parts, tokens, dialect) : null;
        } catch (RuntimeException | StackOverflowError e) {
            return null;
        }
    }

    private static Plan select(QueryParts parts, SqlLexer lexer, SQLDialect dialect) {
        return select(parts, lexer.tokens(), dialect);
    }

    private static Plan select(QueryParts parts, List<SqlToken> tokens, SQLDialect dialect) {
        SelectText text = new SelectText(tokens, dialect);
        if (text.writes()) {
            return Plan.control(Effect.UNKNOWN, text.reason(), text.detail()).withReads(parts.tables());
        }
        if (text.altersSession())
            return Plan.control(effectOfReading(text), BypassReason.NONDETERMINISTIC_FUNCTION, text.detail());
        Plan plan = Plan.read(parts.tables(), parts.commonTables(), text.castsText());
        BypassReason why = text.reason();
        if (why != null) return plan.bypassed(why, text.detail());
        BypassReason partly = parts.reason();
        if (partly != null) return plan.bypassed(partly, parts.detail());
        return plan.reads().isEmpty() ? plan.bypassed(BypassReason.NO_TABLE, "") : plan;
    }

    private static Effect effectOfReading(SelectText text) {
        return text.altersSession() ? Effect.of(Effect.Kind.SESSION) : Effect.NONE;
    }

    private static Plan write(QueryParts parts, Configuration configuration, SqlLexer lexer, SQLDialect dialect) {
        return write(parts, configuration, lexer.tokens(), dialect);
    }

    private static Plan write(
            QueryParts parts, Configuration configuration, List<SqlToken> tokens, SQLDialect dialect) {
        if (DmlText.callsUnknownFunction(tokens, dialect)) return unknown("function in DML");
        Set<TableName> targets = new HashSet<>();
        if (parts.hasUnknownTarget()) targets.addAll(parts.tables());
        for (Table<?> target : parts.targets()) {
            QueryParts named = collect(DSL.selectOne().from(target), configuration);
            if (named.isOpaque() || named.tables().isEmpty()) return unknown("target of DML");
            targets.addAll(named.tables());
        }
        if (targets.isEmpty()) return unknown("target of DML");
        boolean onlyNewRows = parts.insertsOnly() && DmlText.isPlainInsert(tokens);
        return Plan.write(targets, onlyNewRows ? Plan.Mode.INSERT : Plan.Mode.CHANGE);
    }

    /** Adds what the parts tell to what the text tells: each may see a table that the other does not. */
    private static Plan merge(QueryParts parts, Plan text) {
        if (text.kind() == Plan.Kind.CONTROL) return text;
        Set<TableName> reads = new HashSet<>(text.reads());
        reads.addAll(parts.tables());
        Plan plan = text.withReads(reads);
        BypassReason partly = parts.reason();
        return plan.reason() == null && partly != null ? plan.bypassed(partly, parts.detail()) : plan;
    }

    private static Plan unknown(String what) {
        return Plan.control(Effect.UNKNOWN, BypassReason.PLAIN_SQL, what);
    }

    private static QueryParts collect(QueryPart part, Configuration configuration) {
        QueryParts parts = new QueryParts();
        VisitListenerProvider[] users = configuration.visitListenerProviders();
        VisitListenerProvider[] all = new VisitListenerProvider[users.length + 1];
        System.arraycopy(users, 0, all, 0, users.length);
        all[users.length] = () -> parts;
        parts.rendered(configuration.derive(all).dsl().render(part));
        return parts;
    }

    private static Configuration parsing(SQLDialect dialect) {
        Settings settings = new Settings()
                .withParseUnknownFunctions(ParseUnknownFunctions.IGNORE)
                .withRenderQuotedNames(RenderQuotedNames.ALWAYS);
        return new DefaultConfiguration().set(dialect).set(settings);
    }

    /** The text of one of several statements, without the semicolon, which jOOQ's parser does not expect. */
    private static String text(String sql, List<SqlToken> all, List<SqlToken> statement) {
        int start = statement.get(0).start();
        int last = statement.get(statement.size() - 1).start();
        for (SqlToken token : all)
            if (token.start() > last && token.isSymbol(';')) return sql.substring(start, token.start());
        return sql.substring(start);
    }

    private static List<List<SqlToken>> split(List<SqlToken> tokens) {
        List<List<SqlToken>> statements = new ArrayList<>();
        List<SqlToken> statement = new ArrayList<>();
        for (SqlToken token : tokens) {
            if (!token.isSymbol(';')) statement.add(token);
            else if (!statement.isEmpty()) {
                statements.add(statement);
                statement = new ArrayList<>();
            }
        }
        if (!statement.isEmpty()) statements.add(statement);
        return statements;
    }
}
