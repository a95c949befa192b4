package dev.jooqcache.internal.sql;

import dev.jooqcache.internal.dependency.StatementEffect;
import dev.jooqcache.internal.dependency.StatementEffect.Kind;
import dev.jooqcache.model.TableName;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jooq.SQLDialect;
import org.jspecify.annotations.Nullable;

/** Tells a statement's kind by its first words, for all but queries and DML. */
public final class StatementKind {

    private static final Set<String> QUERY_OR_DML = Set.of(
            "select", "with", "values", "table", "insert", "update", "delete", "merge", "replace", "upsert", "from");
    private static final Set<String> HARMLESS = Set.of("savepoint", "release", "show");
    private static final Set<String> NOTIFICATIONS = Set.of("listen", "notify", "unlisten");
    /** They change the schema, or data in ways that are not followed; a block or a call may do anything. */
    private static final Set<String> UTILITIES = Set.of(
            "alter",
            "drop",
            "rename",
            "comment",
            "grant",
            "revoke",
            "truncate",
            "analyze",
            "vacuum",
            "refresh",
            "reindex",
            "cluster",
            "copy",
            "optimize",
            "repair",
            "check",
            "checkpoint",
            "load",
            "import",
            "security",
            "reassign");

    private static final Set<String> WITH_BODY = Set.of("procedure", "function", "trigger", "event", "package");

    private static final Set<String> TABLE_LOCKS = Set.of("lock", "unlock");
    private static final Set<String> SESSION = Set.of("reset", "discard", "use");
    private static final Set<String> PLAIN_END = Set.of("work", "transaction", "tran", "and", "no", "chain", "release");

    private static final Set<String> BEGIN_MODES = Set.of(
            "work",
            "transaction",
            "tran",
            "read",
            "write",
            "only",
            "not",
            "deferrable",
            "isolation",
            "level",
            "serializable",
            "repeatable",
            "committed",
            "uncommitted",
            "with",
            "consistent",
            "snapshot");

    /** After it, it is unknown whether a transaction is under way. */
    static final StatementEffect MAYBE_IN_TRANSACTION =
            new StatementEffect(Kind.AUTOCOMMIT, StatementEffect.UNKNOWN.tags());

    /** Of unknown effect, on the session, too. */
    public static final StatementEffect UNKNOWN_IN_SESSION =
            new StatementEffect(Kind.TEMPORARY_TABLE, StatementEffect.UNKNOWN.tags());

    private StatementKind() {}

    /** The effect of a statement that is neither a query nor DML, or {@code null} if it is one. */
    public static @Nullable StatementEffect control(List<SqlToken> tokens, SQLDialect dialect) {
        SqlToken first = tokens.get(0);
        if (first.isSymbol('(')) return null;
        if (first.kind() != SqlToken.Kind.WORD) return StatementEffect.CODE;
        String word = first.text();
        if (QUERY_OR_DML.contains(word)) return null;
        // SQLite's outermost savepoint begins a transaction.
        if (word.equals("savepoint") && dialect.family() == SQLDialect.SQLITE) return MAYBE_IN_TRANSACTION;
        if (HARMLESS.contains(word)) return StatementEffect.NONE;
        if (NOTIFICATIONS.contains(word)) return isPostgres(dialect) ? StatementEffect.NONE : StatementEffect.CODE;
        // MySQL's LOCK TABLES commits.
        if (TABLE_LOCKS.contains(word)) return isMysql(dialect) ? StatementEffect.UNKNOWN : StatementEffect.NONE;
        if (SESSION.contains(word)) return SetStatement.reset(tokens, dialect);
        StatementEffect maintenance = Maintenance.effect(tokens, dialect);
        if (maintenance != null) return maintenance;
        if (word.equals("pragma")) return Pragmas.effect(tokens, dialect);
        return switch (word) {
            case "begin" -> dialect.family() == SQLDialect.SQLITE ? Pragmas.begin(tokens) : begin(tokens, 1);
            case "start" -> isWord(tokens, 1, "transaction") ? begin(tokens, 2) : StatementEffect.UNKNOWN;
            case "commit", "end" -> end(tokens, Kind.COMMIT);
            case "rollback", "abort" -> rollback(tokens);
            case "prepare" ->
                isWord(tokens, 1, "transaction") ? StatementEffect.of(Kind.PREPARE) : StatementEffect.UNKNOWN;
            case "xa" -> MAYBE_IN_TRANSACTION;
            case "set" -> SetStatement.set(tokens, dialect);
            case "explain", "describe", "desc" -> explain(tokens, dialect);
            case "create" -> create(tokens);
            default -> UTILITIES.contains(word) ? StatementEffect.SCHEMA : StatementEffect.CODE;
        };
    }

    /**
     * The procedure that a statement calls, in SQL or in JDBC's escape syntax, and before it what may be its packages; empty
     * if it is no plain call.
     */
    public static List<String> calledProcedure(List<SqlToken> tokens) {
        boolean escaped = tokens.get(0).isSymbol('{')
                && tokens.get(tokens.size() - 1).isSymbol('}')
                && tokens.stream().filter(token -> token.isSymbol('{')).count() == 1;
        int call = 0;
        if (escaped)
            call = tokens.size() > 2
                            && tokens.get(1).isSymbol('?')
                            && tokens.get(2).isSymbol('=')
                    ? 3
                    : 1;
        if (!isWord(tokens, call, "call")) return List.of();
        List<String> path = new ArrayList<>();
        int name = call + 1;
        while (name + 2 < tokens.size() && tokens.get(name + 1).isSymbol('.')) {
            path.add(FactNames.packageOf(tokens.get(name).text()));
            name += 2;
        }
        boolean named = name < tokens.size()
                && (tokens.get(name).kind() == SqlToken.Kind.WORD
                        || tokens.get(name).kind() == SqlToken.Kind.QUOTED);
        if (!named) return List.of();
        path.add(TableName.fold(tokens.get(name).text()));
        return path;
    }

    /**
     * The text that {@code execute immediate} executes.
     *
     * @return the text, or {@code null} if it is another statement or the text is not plainly told
     */
    public static @Nullable String immediateText(String sql, List<SqlToken> tokens) {
        boolean told = tokens.size() > 2
                && tokens.get(0).isWord("execute")
                && tokens.get(1).isWord("immediate")
                && tokens.get(2).kind() == SqlToken.Kind.LITERAL
                && (tokens.size() == 3 || tokens.get(3).isWord("using"))
                && sql.indexOf('\\') < 0;
        return told ? tokens.get(2).text() : null;
    }

    /** Returns whether it is a statement without an effect in which functions can be called nevertheless. */
    public static boolean mayCall(List<SqlToken> tokens, SQLDialect dialect) {
        return isMysql(dialect) && tokens.get(0).isWord("show") && contains(tokens, "where");
    }

    public static boolean isQueryOrDml(List<SqlToken> tokens) {
        return isSelect(tokens)
                || (tokens.get(0).kind() == SqlToken.Kind.WORD
                        && QUERY_OR_DML.contains(tokens.get(0).text()));
    }

    public static boolean isSelect(List<SqlToken> tokens) {
        SqlToken first = tokens.get(0);
        return first.isSymbol('(')
                || first.isWord("select")
                || first.isWord("with")
                || first.isWord("values")
                || first.isWord("table");
    }

    /**
     * Returns whether what stands before a semicolon may be the first part of a compound statement of MySQL's family. Whether
     * it is,
     * and where that ends, is not looked for: what follows may also be statements of their own.
     */
    public static boolean mayBeginBody(List<SqlToken> tokens, SQLDialect dialect) {
        if (!isMysql(dialect)) return false;
        boolean isBlock = isWord(tokens, 0, "begin") && isWord(tokens, 1, "not") && isWord(tokens, 2, "atomic");
        return isBlock
                || (isWord(tokens, 0, "create") && tokens.stream().anyMatch(token -> WITH_BODY.contains(token.text())));
    }

    private static StatementEffect begin(List<SqlToken> tokens, int from) {
        boolean understood = tokens.subList(from, tokens.size()).stream()
                .allMatch(token -> token.isSymbol(',') || BEGIN_MODES.contains(token.text()));
        if (!understood) return MAYBE_IN_TRANSACTION;
        boolean atDefaultLevel = !contains(tokens, "isolation") && !contains(tokens, "snapshot");
        return StatementEffect.of(atDefaultLevel ? Kind.BEGIN : Kind.BEGIN_WITH_MODES);
    }

    private static StatementEffect end(List<SqlToken> tokens, Kind kind) {
        for (SqlToken token : tokens.subList(1, tokens.size()))
            if (token.kind() != SqlToken.Kind.WORD || !PLAIN_END.contains(token.text())) return StatementEffect.UNKNOWN;
        boolean chained = contains(tokens, "chain") && !contains(tokens, "no");
        return chained ? MAYBE_IN_TRANSACTION : StatementEffect.of(kind);
    }

    private static StatementEffect rollback(List<SqlToken> tokens) {
        return contains(tokens, "to") ? StatementEffect.of(Kind.ROLLBACK_TO_SAVEPOINT) : end(tokens, Kind.ROLLBACK);
    }

    /** The effect of one that carries no statement that is understood. */
    private static StatementEffect explain(List<SqlToken> tokens, SQLDialect dialect) {
        return new CarrierText(tokens, dialect).describesTable() ? StatementEffect.NONE : StatementEffect.CODE;
    }

    private static StatementEffect create(List<SqlToken> tokens) {
        for (SqlToken token : tokens.subList(1, Math.min(tokens.size(), 5)))
            if (token.isWord("temp")
                    || token.isWord("temporary")
                    || token.text().equals("pg_temp")) return UNKNOWN_IN_SESSION;
        return StatementEffect.SCHEMA;
    }

    /** Returns whether it is MySQL's family. */
    public static boolean isMysql(SQLDialect dialect) {
        return switch (dialect.family()) {
            case MYSQL, MARIADB -> true;
            default -> false;
        };
    }

    static boolean isPostgres(SQLDialect dialect) {
        return dialect.family() == SQLDialect.POSTGRES || dialect.family() == SQLDialect.YUGABYTEDB;
    }

    private static boolean contains(List<SqlToken> tokens, String word) {
        return tokens.stream().anyMatch(token -> token.isWord(word));
    }

    private static boolean isWord(List<SqlToken> tokens, int i, String word) {
        return i < tokens.size() && tokens.get(i).isWord(word);
    }
}
