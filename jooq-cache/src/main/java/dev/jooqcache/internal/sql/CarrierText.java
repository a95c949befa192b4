package dev.jooqcache.internal.sql;

import dev.jooqcache.internal.sql.SqlToken.Kind;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jooq.SQLDialect;
import org.jspecify.annotations.Nullable;

/**
 * What the words of a statement tell of another one that it carries, and does by it: {@code explain analyze delete ..},
 * {@code set statement .. for update ..}, {@code create table .. as select ..}.
 */
public final class CarrierText extends TokenReader {

    /** What is done with the carried statement. */
    public enum Manner {
        /** It is executed, and the carrier does nothing else. */
        EXECUTED,
        /** It is executed under settings that may give it another meaning. */
        RECAST,
        /** It is executed, and its rows make a new table. */
        STORED,
        /** It is planned, for which functions may be called. */
        PLANNED
    }

    /**
     * A statement within another one.
     *
     * @param statement its tokens
     * @param manner what is done with it
     */
    public record Carried(List<SqlToken> statement, Manner manner) {}

    private static final Set<String> QUERIES = Set.of("select", "with", "values", "table", "execute");
    private static final Set<String> STATEMENTS = Stream.concat(
                    QUERIES.stream(),
                    Stream.of(
                            "insert", "update", "delete", "merge", "replace", "upsert", "call", "declare", "create",
                            "refresh", "do"))
            .collect(Collectors.toUnmodifiableSet());

    /** Settings of MariaDB that change how long a statement may take, and not what it does. */
    private static final Set<String> COSTS =
            Set.of("max_statement_time", "foreign_key_checks", "unique_checks", "long_query_time", "slow_query_log");

    /** The words of a CREATE among which it says what it creates. */
    private static final int HEAD = 6;

    private final SQLDialect dialect;

    public CarrierText(List<SqlToken> tokens, SQLDialect dialect) {
        super(tokens);
        this.dialect = dialect;
    }

    /** The statement that this one carries, or {@code null} if it carries none, or none that is understood. */
    @Nullable
    public Carried carried() {
        if (tokens.get(0).kind() != Kind.WORD) return null;
        return switch (tokens.get(0).text()) {
            case "explain", "describe", "desc" -> explained();
            case "analyze", "analyse" -> analyzed();
            case "set" -> isWord(1, "statement") ? underSettings() : null;
            case "copy" -> copied();
            case "create" -> stored();
            case "declare" -> declared();
            default -> null;
        };
    }

    /**
     * Returns whether an EXPLAIN or DESCRIBE names a table, and perhaps a column of it or a pattern: {@code describe s.t
     * 'a%'}. Any
     * other one may compute something.
     */
    boolean describesTable() {
        int end = isName(1) && !isWordOf(1, STATEMENTS) ? 2 : tokens.size() + 1;
        while (isSymbol(end, '.') && isName(end + 1)) end += 2;
        if (isName(end) || (end < tokens.size() && tokens.get(end).kind() == Kind.LITERAL)) end++;
        return end == tokens.size();
    }

    private @Nullable Carried explained() {
        int start = beginning(1, STATEMENTS);
        if (start < 0) return null;
        boolean executes =
                tokens.subList(1, start).stream().anyMatch(token -> token.isWord("analyze") || token.isWord("analyse"));
        return from(start, executes ? Manner.EXECUTED : Manner.PLANNED);
    }

    /** MariaDB's statement that executes another one, rather than the one that counts the values of a table. */
    private @Nullable Carried analyzed() {
        int start = beginning(1, STATEMENTS);
        return start < 0 || isWord(start, "table") ? null : from(start, Manner.EXECUTED);
    }

    /** As in {@code set statement max_statement_time = 1 for update ..}. */
    private @Nullable Carried underSettings() {
        boolean understood = true;
        boolean named = true;
        for (int i = 2; i + 1 < tokens.size(); i++) {
            if (isWord(i, "for")) return from(i + 1, understood ? Manner.EXECUTED : Manner.RECAST);
            if (named) understood &= isName(i) && isCost(tokens.get(i).text()) && isSymbol(i + 1, '=');
            named = isSymbol(i, ',');
            if (isSymbol(i, '(')) return null;
        }
        return null;
    }

    private static boolean isCost(String setting) {
        return COSTS.contains(setting)
                || setting.startsWith("optimizer_")
                || setting.startsWith("log_slow_")
                || setting.endsWith("_size")
                || setting.endsWith("_timeout");
    }

    /** As in {@code copy (delete from x returning id) to stdout}. */
    private @Nullable Carried copied() {
        if (!isSymbol(1, '(')) return null;
        int end = closing(1);
        boolean toClient = end > 2 && isWord(end + 1, "to") && isWord(end + 2, "stdout");
        return toClient ? new Carried(tokens.subList(2, end), Manner.EXECUTED) : null;
    }

    /** As in PostgreSQL's {@code declare c cursor for select ..}; what fetches from it does as its query does. */
    private @Nullable Carried declared() {
        if (!StatementKind.isPostgres(dialect)) return null;
        for (int i = 2; i + 1 < tokens.size(); i++)
            if (isWord(i, "for"))
                return StatementKind.isSelect(tokens.subList(i + 1, tokens.size()))
                        ? from(i + 1, Manner.EXECUTED)
                        : null;
        return null;
    }

    /** As in {@code create table x as select ..}; MySQL does without AS. */
    private @Nullable Carried stored() {
        boolean table = tokens.subList(0, Math.min(tokens.size(), HEAD)).stream()
                .anyMatch(token -> token.isWord("table") || token.isWord("materialized"));
        int start = table ? beginning(3, QUERIES) : -1;
        return start < 0 ? null : from(start, Manner.STORED);
    }

    private Carried from(int start, Manner manner) {
        return new Carried(tokens.subList(start, tokens.size()), manner);
    }

    /** The first of the words outside brackets, or a bracket around a query; -1 if there is none. */
    private int beginning(int from, Set<String> words) {
        for (int i = from; i < tokens.size(); i++) {
            if (isSymbol(i, '(')) {
                int inner = i + 1;
                while (isSymbol(inner, '(')) inner++;
                if (begins(inner, QUERIES)) return i;
                i = closing(i);
            } else if (begins(i, words)) return i;
        }
        return -1;
    }

    private boolean begins(int i, Set<String> words) {
        if (!isWordOf(i, words)) return false;
        // Not storage parameters, WITH DATA or WITH SYSTEM VERSIONING.
        int name = isWord(i + 1, "recursive") ? i + 2 : i + 1;
        return !isWord(i, "with") || isWord(name + 1, "as") || isSymbol(name + 1, '(');
    }
}
