package dev.jooqcache.internal.sql;

import dev.jooqcache.internal.dependency.StatementEffect;
import dev.jooqcache.internal.dependency.StatementEffect.Kind;
import dev.jooqcache.internal.transaction.SessionSettings;
import java.util.List;
import java.util.Set;
import org.jooq.SQLDialect;

/**
 * The effect of SET, RESET, DISCARD and USE.
 *
 * <p>A single setting that changes no result, set to one value, has none. What PostgreSQL sets LOCAL ends with the transaction.
 * Everything else alters the session until it is compared with how it was.
 */
final class SetStatement {

    private static final Set<String> ISOLATION =
            Set.of("isolation", "transaction_isolation", "tx_isolation", "default_transaction_isolation");

    /** Settings of H2 that matter to the session only; all others commit. */
    private static final Set<String> H2_SESSION =
            Set.of("schema", "schema_search_path", "lock_timeout", "query_timeout", "time", "non_keywords", "role");

    private final List<SqlToken> tokens;
    private final SQLDialect dialect;

    private SetStatement(List<SqlToken> tokens, SQLDialect dialect) {
        this.tokens = tokens;
        this.dialect = dialect;
    }

    /** The effect of a statement that begins with SET. */
    static StatementEffect set(List<SqlToken> tokens, SQLDialect dialect) {
        return new SetStatement(tokens, dialect).set();
    }

    /** The effect of a statement that begins with RESET, DISCARD or USE. */
    static StatementEffect reset(List<SqlToken> tokens, SQLDialect dialect) {
        SetStatement statement = new SetStatement(tokens, dialect);
        // MySQL's RESET is of the server's caches and logs, and commits.
        if (statement.isMysql() && !statement.isWord(0, "use")) return StatementKind.UNKNOWN_IN_SESSION;
        boolean isPlan = statement.isWord(0, "discard") && statement.isWord(1, "plans") && tokens.size() == 2;
        if (isPlan || statement.resetsHarmless()) return StatementEffect.NONE;
        boolean isDefault = statement.isWord(1, "all") || statement.mentions(ISOLATION);
        return StatementEffect.of(isDefault ? Kind.SESSION_DEFAULTS : Kind.SESSION);
    }

    private boolean resetsHarmless() {
        return isWord(0, "reset") && tokens.size() == 2 && isHarmless(tokens.get(1));
    }

    private StatementEffect set() {
        if (mentions(Set.of("autocommit"))) return StatementKind.MAYBE_IN_TRANSACTION;
        // A function called here could write, where that is allowed.
        boolean calls = isMysql() || isH2();
        if (calls && tokens.stream().anyMatch(token -> token.isSymbol('('))) return StatementKind.UNKNOWN_IN_SESSION;
        if (isMysql() && !setsVariables()) return StatementKind.UNKNOWN_IN_SESSION;
        if (isWord(1, "constraints")) return StatementEffect.NONE;
        if (isWord(1, "transaction")) return StatementEffect.of(Kind.ISOLATION);
        if (isMysql() && setsNextIsolation())
            return isAnySymbol(',') ? StatementKind.UNKNOWN_IN_SESSION : StatementEffect.of(Kind.ISOLATION);
        if (mentions(ISOLATION) || mentions(Set.of("characteristics")))
            return StatementEffect.of(Kind.SESSION_ISOLATION);
        if (setsHarmless()) return StatementEffect.NONE;
        if (isPostgres() && isWord(1, "local")) return StatementEffect.of(Kind.LOCAL_SETTING);
        // What new sessions begin with.
        if (isMysql() && mentions(Set.of("global", "persist", "persist_only"))) return StatementEffect.SCHEMA;
        boolean commits = isH2()
                && tokens.size() > 1
                && !tokens.get(1).isSymbol('@')
                && !H2_SESSION.contains(tokens.get(1).text());
        return commits ? StatementKind.UNKNOWN_IN_SESSION : StatementEffect.of(Kind.SESSION);
    }

    /**
     * Returns whether MySQL's family sets variables, the character set, the role or the isolation level by it, which commits
     * nothing.
     * Of other SETs some do, as those of passwords and default roles.
     */
    private boolean setsVariables() {
        if (isWord(1, "names") || isWord(1, "charset") || isWord(1, "role")) return true;
        if (isWord(1, "character") && isWord(2, "set")) return true;
        if (isWord(1, "transaction") || (isScope(1) && isWord(2, "transaction"))) return true;
        boolean named = true;
        for (int i = 1; i < tokens.size(); i++) {
            if (named) {
                i = endOfVariable(i);
                boolean assigned = isSymbol(i, '=') || (isSymbol(i, ':') && isSymbol(i + 1, '='));
                if (!assigned) return false;
            }
            named = isSymbol(i, ',');
        }
        return !named;
    }

    /**
     * Returns whether it sets the level of the next transaction by the variable: {@code @@} without a scope stands for that
     * one.
     */
    private boolean setsNextIsolation() {
        for (int i = 2; i < tokens.size(); i++)
            if (isSymbol(i - 2, '@')
                    && isSymbol(i - 1, '@')
                    && ISOLATION.contains(tokens.get(i).text())) return true;
        return false;
    }

    /** What follows the name of a variable, as in {@code @@session.x}, {@code global x} and {@code @y}. */
    private int endOfVariable(int start) {
        int i = start;
        while (isSymbol(i, '@')) i++;
        if (i == start && isScope(i)) i++;
        // The one thing that is assigned and is none.
        if (i == start && isWord(i, "password")) return i;
        i++;
        while (isSymbol(i, '.')) i += 2;
        return i;
    }

    private boolean isScope(int i) {
        return isWord(i, "session")
                || isWord(i, "local")
                || isWord(i, "global")
                || isWord(i, "persist")
                || isWord(i, "persist_only");
    }

    /** Returns whether the statement is SET [SESSION | LOCAL] name { = | TO } value, of a setting that changes no result. */
    private boolean setsHarmless() {
        int name = 1;
        if (!isH2() && (isWord(name, "session") || (isPostgres() && isWord(name, "local")))) name++;
        if (isMysql() && isSymbol(name, '@') && isSymbol(name + 1, '@')) {
            name += 2;
            if (isWord(name, "session") && isSymbol(name + 1, '.')) name += 2;
        }
        if (name >= tokens.size() || !isHarmless(tokens.get(name))) return false;
        int value = name + 1;
        if (isSymbol(value, '=') || (isPostgres() && isWord(value, "to"))) value++;
        else if (!isH2()) return false;
        if (isSymbol(value, '-')) value++;
        return value == tokens.size() - 1 && isValue(tokens.get(value));
    }

    private boolean isHarmless(SqlToken name) {
        return (name.kind() == SqlToken.Kind.WORD || name.kind() == SqlToken.Kind.QUOTED)
                && SessionSettings.changesNoResult(name.text(), dialect);
    }

    /** A literal, a number, a bind value, or a word such as ON or DEFAULT. */
    private static boolean isValue(SqlToken token) {
        return switch (token.kind()) {
            case LITERAL, WORD -> true;
            case QUOTED -> false;
            case SYMBOL -> token.isSymbol('?') || Character.isDigit(token.text().charAt(0));
        };
    }

    private boolean isPostgres() {
        return dialect.family() == SQLDialect.POSTGRES;
    }

    private boolean isMysql() {
        return StatementKind.isMysql(dialect);
    }

    private boolean isH2() {
        return dialect.family() == SQLDialect.H2;
    }

    private boolean mentions(Set<String> names) {
        return tokens.stream().anyMatch(token -> names.contains(token.text()));
    }

    private boolean isAnySymbol(char symbol) {
        return tokens.stream().anyMatch(token -> token.isSymbol(symbol));
    }

    private boolean isWord(int i, String word) {
        return i < tokens.size() && tokens.get(i).isWord(word);
    }

    private boolean isSymbol(int i, char symbol) {
        return i < tokens.size() && tokens.get(i).isSymbol(symbol);
    }
}
