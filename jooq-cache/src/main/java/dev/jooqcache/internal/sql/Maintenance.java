package dev.jooqcache.internal.sql;

import dev.jooqcache.internal.dependency.StatementEffect;
import dev.jooqcache.internal.dependency.StatementEffect.Kind;
import dev.jooqcache.model.Dependencies;
import dev.jooqcache.model.TableName;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jooq.SQLDialect;
import org.jspecify.annotations.Nullable;

/**
 * Statements that look after a database and change no row. PostgreSQL's COMMENT, REINDEX and CLUSTER are not among them, as
 * event triggers may write. They may change plans, and so the order of what is not
 * ordered.
 */
public final class Maintenance {

    /** Cursors do as their declaration does: where that is not known, their transaction may have written anything. */
    private static final Set<String> POSTGRES =
            Set.of("analyze", "analyse", "vacuum", "checkpoint", "fetch", "move", "close");

    private static final Set<String> H2 = Set.of("analyze", "checkpoint", "comment");

    private static final Set<String> MYSQL = Set.of("analyze", "optimize", "check");

    /** VACUUM is not among them: it may give rows other row ids. */
    private static final Set<String> SQLITE = Set.of("analyze", "reindex");

    /** They compute the expressions of indexes and of statistics. */
    private static final Set<String> COMPUTING = Set.of("analyze", "analyse", "vacuum");

    /** Without a bracket around them; none can be a table's name unless it is quoted. */
    private static final Set<String> OPTIONS = Set.of("full", "freeze", "verbose", "analyze", "analyse");

    private Maintenance() {}

    /** The routines that stand for what such a statement computes: of all that it names, as far as that has any. */
    public static Set<String> upkeep(List<SqlToken> tokens, SQLDialect dialect) {
        if (!StatementKind.isPostgres(dialect)
                || !COMPUTING.contains(tokens.get(0).text())) return Set.of();
        int names = 1;
        if (names < tokens.size() && tokens.get(names).isSymbol('('))
            while (names < tokens.size() && !tokens.get(names++).isSymbol(')')) {}
        while (names < tokens.size()
                && tokens.get(names).kind() == SqlToken.Kind.WORD
                && OPTIONS.contains(tokens.get(names).text())) names++;
        Set<String> upkeep = new HashSet<>();
        upkeep.add(Dependencies.upkeepOf(Dependencies.EACH));
        if (names == tokens.size()) upkeep.add(Dependencies.upkeepOf(Dependencies.ALL));
        for (SqlToken token : tokens.subList(names, tokens.size()))
            upkeep.add(Dependencies.upkeepOf(TableName.fold(token.text())));
        return upkeep;
    }

    /** The effect of such a statement, or {@code null} if it is another one. */
    static @Nullable StatementEffect effect(List<SqlToken> tokens, SQLDialect dialect) {
        String word = tokens.get(0).text();
        return switch (dialect.family()) {
            case POSTGRES, YUGABYTEDB -> POSTGRES.contains(word) ? StatementEffect.NONE : null;
            case SQLITE -> SQLITE.contains(word) ? StatementEffect.NONE : null;
            case H2 -> H2.contains(word) ? StatementEffect.of(Kind.IMPLICIT_COMMIT) : null;
            case MYSQL, MARIADB ->
                MYSQL.contains(word) && isOfTable(tokens) ? StatementEffect.of(Kind.IMPLICIT_COMMIT) : null;
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
}
