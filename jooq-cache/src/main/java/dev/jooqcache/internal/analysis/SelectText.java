package dev.jooqcache.internal.analysis;

import dev.jooqcache.BypassReason;
import dev.jooqcache.internal.analysis.SqlToken.Kind;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jooq.SQLDialect;
import org.jspecify.annotations.Nullable;

/**
 * What the words of a SELECT tell: the functions it calls, whether it locks, samples or writes.
 *
 * <p>The text is what the database gets, so nothing that a plain-SQL part, a custom query part or a dialect's emulation
 * renders is missed. Default deny: a function that is not known counts as one that may write.
 */
final class SelectText {

    private static final Set<String> DML = Set.of("insert", "update", "delete", "merge", "call", "execute");
    private static final Set<String> LOCKS = Set.of("update", "share", "no", "key");
    private static final Set<String> INPUT_KEYWORDS = Set.of("now", "today", "tomorrow", "yesterday");

    private final List<SqlToken> tokens;
    private final boolean postgres;
    private @Nullable BypassReason reason;
    private String detail = "";
    private boolean writes;
    private boolean altersSession;
    private boolean casts;

    SelectText(List<SqlToken> tokens, SQLDialect dialect) {
        this.tokens = tokens;
        this.postgres = switch (dialect.family()) {
            case POSTGRES, YUGABYTEDB -> true;
            default -> false;
        };
        for (int i = 0; i < tokens.size(); i++) look(i);
    }

    /** Why the query cannot be cached, or {@code null}. */
    @Nullable
    BypassReason reason() {
        return reason;
    }

    /** The word that gave the reason. */
    String detail() {
        return detail;
    }

    /** Whether it may write. */
    boolean writes() {
        return writes;
    }

    /** Whether it changes the session. */
    boolean altersSession() {
        return altersSession;
    }

    /** Whether a bind value may be the text of a date that PostgreSQL reads as {@code now} or {@code today}. */
    boolean castsText() {
        return casts;
    }

    /** Whether a text is one that PostgreSQL's date types read as something that moves. */
    static boolean isMovingDate(String text) {
        return text.length() <= 12 && INPUT_KEYWORDS.contains(text.trim().toLowerCase(Locale.ROOT));
    }

    private void look(int i) {
        SqlToken token = tokens.get(i);
        switch (token.kind()) {
            case WORD -> word(i, token.text());
            case QUOTED -> quoted(i, token.text());
            case LITERAL -> {
                if (postgres && isMovingDate(token.text()))
                    deny(BypassReason.NONDETERMINISTIC_FUNCTION, "'" + token.text() + "'");
            }
            case SYMBOL -> {
                if (token.isSymbol('@') && i + 1 < tokens.size() && !postgres) variable(i);
                if (token.isSymbol(':') && postgres) casts = true;
            }
        }
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
        if (word.equals("cast") && postgres) casts = true;
        if (!called && !qualified && DML.contains(word) && !isWord(i - 1, "for") && !isWord(i - 2, "for")) {
            writes = true;
            deny(BypassReason.WRITES, word);
        } else if (word.equals("into") && !qualified) {
            writes = true;
            deny(BypassReason.WRITES, "select into");
        } else if (word.equals("for") && i + 1 < tokens.size() && isLock(i + 1)) {
            deny(BypassReason.LOCKING, "for " + tokens.get(i + 1).text());
        } else if (word.equals("lock") && isWord(i + 1, "in")) {
            deny(BypassReason.LOCKING, "lock in share mode");
        } else if (word.equals("tablesample")) {
            deny(BypassReason.SAMPLING, word);
        } else if (word.equals("next") && isWord(i + 1, "value")) {
            deny(BypassReason.NONDETERMINISTIC_FUNCTION, "next value for");
        } else if (called) {
            call(word);
        } else if (Functions.isVolatileKeyword(word)) {
            deny(BypassReason.NONDETERMINISTIC_FUNCTION, word);
        }
    }

    private boolean isLock(int i) {
        return tokens.get(i).kind() == Kind.WORD && LOCKS.contains(tokens.get(i).text());
    }

    private void call(String name) {
        if (name.equals("set_config")) {
            altersSession = true;
            deny(BypassReason.NONDETERMINISTIC_FUNCTION, name);
        } else if (Functions.isVolatile(name)) {
            deny(BypassReason.NONDETERMINISTIC_FUNCTION, name);
        } else if (!Functions.isDeterministic(name)) {
            writes = true;
            deny(BypassReason.UNKNOWN_FUNCTION, name);
        }
    }

    /** A quoted name before a bracket is a call, unless it names a CTE or a list of columns. */
    private void quoted(int i, String name) {
        if (!isSymbol(i + 1, '(') || isWord(i - 1, "as")) return;
        if (isWord(i - 1, "with") || isWord(i - 1, "recursive") || isSymbol(i - 1, ',')) {
            int close = closing(i + 1);
            if (isWord(close + 1, "as")) return;
        }
        if (Functions.isDeterministic(name)) return;
        writes = true;
        deny(BypassReason.UNKNOWN_FUNCTION, name);
    }

    private int closing(int open) {
        int depth = 0;
        for (int i = open; i < tokens.size(); i++) {
            if (tokens.get(i).isSymbol('(')) depth++;
            if (tokens.get(i).isSymbol(')') && --depth == 0) return i;
        }
        return tokens.size();
    }

    private void deny(BypassReason why, String what) {
        if (reason == null || why == BypassReason.WRITES) {
            reason = why;
            detail = what;
        }
    }

    private boolean isWord(int i, String word) {
        return i >= 0 && i < tokens.size() && tokens.get(i).isWord(word);
    }

    private boolean isSymbol(int i, char symbol) {
        return i >= 0 && i < tokens.size() && tokens.get(i).isSymbol(symbol);
    }
}
