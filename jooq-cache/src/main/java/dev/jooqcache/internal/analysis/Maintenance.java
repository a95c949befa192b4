package dev.jooqcache.internal.analysis;

import dev.jooqcache.internal.transaction.Effect;
import dev.jooqcache.internal.transaction.Effect.Kind;
import java.util.List;
import java.util.Set;
import org.jooq.SQLDialect;
import org.jspecify.annotations.Nullable;

/**
 * Statements that look after a database and change no row. They may change plans, and so the order of what is not
 * ordered.
 */
final class Maintenance {

    /** Cursors do as their declaration does: where that is not known, their transaction may have written anything. */
    private static final Set<String> POSTGRES = Set.of(
            "analyze", "analyse", "vacuum", "reindex", "cluster", "checkpoint", "comment", "fetch", "move", "close");

    private static final Set<String> H2 = Set.of("analyze", "checkpoint", "comment");

    private static final Set<String> MYSQL = Set.of("analyze", "optimize", "check");

    /** VACUUM is not among them: it may give rows other row ids. */
    private static final Set<String> SQLITE = Set.of("analyze", "reindex");

    private Maintenance() {}

    /** The effect of such a statement, or {@code null} if it is another one. */
    static @Nullable Effect effect(List<SqlToken> tokens, SQLDialect dialect) {
        String word = tokens.get(0).text();
        return switch (dialect.family()) {
            case POSTGRES, YUGABYTEDB -> POSTGRES.contains(word) ? Effect.NONE : null;
            case SQLITE -> SQLITE.contains(word) ? Effect.NONE : null;
            case H2 -> H2.contains(word) ? Effect.of(Kind.IMPLICIT_COMMIT) : null;
            case MYSQL, MARIADB -> MYSQL.contains(word) && isOfTable(tokens) ? Effect.of(Kind.IMPLICIT_COMMIT) : null;
            default -> null;
        };
    }

    /** MariaDB's {@code ANALYZE} without it executes a statement. */
    private static boolean isOfTable(List<SqlToken> tokens) {
        int table = 1;
        while (table < tokens.size()
                && (tokens.get(table).isWord("local") || tokens.get(table).isWord("no_write_to_binlog"))) table++;
        return table < tokens.size()
                && (tokens.get(table).isWord("table") || tokens.get(table).isWord("tables"));
    }

    /** The query that a cursor is declared for, or that is executed to be explained; or an empty list. */
    static List<SqlToken> query(List<SqlToken> tokens, SQLDialect dialect) {
        int from = switch (dialect.family()) {
            case POSTGRES, YUGABYTEDB -> tokens.get(0).isWord("declare") ? cursor(tokens) : explained(tokens);
            case H2 -> explained(tokens);
            default -> -1;
        };
        if (from <= 0 || from >= tokens.size()) return List.of();
        List<SqlToken> query = tokens.subList(from, tokens.size());
        return StatementKind.isSelect(query) ? query : List.of();
    }

    private static int cursor(List<SqlToken> tokens) {
        for (int i = 2; i < tokens.size(); i++) if (tokens.get(i).isWord("for")) return i + 1;
        return -1;
    }

    /** Without ANALYZE nothing is executed. */
    private static int explained(List<SqlToken> tokens) {
        if (!tokens.get(0).isWord("explain")) return -1;
        int i = 1;
        if (tokens.size() > 1 && tokens.get(1).isSymbol('(')) {
            while (i < tokens.size() && !tokens.get(i).isSymbol(')')) i++;
            return i + 1;
        }
        while (i < tokens.size()
                && (tokens.get(i).isWord("analyze")
                        || tokens.get(i).isWord("analyse")
                        || tokens.get(i).isWord("verbose"))) i++;
        return i;
    }
}
