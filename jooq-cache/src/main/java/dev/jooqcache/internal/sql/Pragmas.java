package dev.jooqcache.internal.sql;

import dev.jooqcache.internal.dependency.StatementEffect;
import dev.jooqcache.internal.dependency.StatementEffect.Kind;
import java.util.List;
import java.util.Set;
import org.jooq.SQLDialect;

/** SQLite's own statements. */
final class Pragmas {

    /** They tell or check something, or change how the database works, not what a query answers. */
    private static final Set<String> HARMLESS = Set.of(
            "analysis_limit",
            "application_id",
            "automatic_index",
            "busy_timeout",
            "cache_size",
            "cache_spill",
            "checkpoint_fullfsync",
            "collation_list",
            "compile_options",
            "data_version",
            "database_list",
            "defer_foreign_keys",
            "foreign_key_check",
            "foreign_key_list",
            "foreign_keys",
            "freelist_count",
            "fullfsync",
            "function_list",
            "incremental_vacuum",
            "index_info",
            "index_list",
            "index_xinfo",
            "integrity_check",
            "journal_size_limit",
            "max_page_count",
            "mmap_size",
            "module_list",
            "optimize",
            "page_count",
            "pragma_list",
            "query_only",
            "quick_check",
            "secure_delete",
            "shrink_memory",
            "stats",
            "synchronous",
            "table_info",
            "table_list",
            "table_xinfo",
            "threads",
            "user_version",
            "wal_autocheckpoint",
            "wal_checkpoint");

    /** With any other one a rollback may leave rows behind. */
    private static final Set<String> JOURNALS = Set.of("delete", "truncate", "persist", "wal");

    /** They change how a query is understood, and nothing else. */
    private static final Set<String> SESSION =
            Set.of("case_sensitive_like", "read_uncommitted", "reverse_unordered_selects");

    private static final Set<String> MODES = Set.of("deferred", "immediate", "exclusive", "transaction");

    private Pragmas() {}

    /** What {@code PRAGMA name}, with or without a value, does. */
    static StatementEffect effect(List<SqlToken> tokens, SQLDialect dialect) {
        if (dialect.family() != SQLDialect.SQLITE) return StatementEffect.CODE;
        int name = isSymbol(tokens, 2, '.') ? 3 : 1;
        if (name >= tokens.size()) return StatementEffect.CODE;
        String what = tokens.get(name).text();
        boolean reads = tokens.size() == name + 1;
        if (HARMLESS.contains(what)) return StatementEffect.NONE;
        if (what.equals("journal_mode")) return reads || isSafeJournal(tokens, name) ? StatementEffect.NONE : unknown();
        if (SESSION.contains(what)) return reads ? StatementEffect.NONE : StatementEffect.of(Kind.SESSION);
        return unknown();
    }

    private static boolean isSafeJournal(List<SqlToken> tokens, int name) {
        return name + 2 < tokens.size()
                && JOURNALS.contains(tokens.get(name + 2).text());
    }

    private static StatementEffect unknown() {
        return StatementKind.UNKNOWN_IN_SESSION;
    }

    /** BEGIN, in whichever of SQLite's modes: the transaction reads one state of the file in all of them. */
    static StatementEffect begin(List<SqlToken> tokens) {
        boolean understood = tokens.stream().skip(1).allMatch(token -> MODES.contains(token.text()));
        return understood
                ? StatementEffect.of(Kind.BEGIN)
                : new StatementEffect(Kind.AUTOCOMMIT, StatementEffect.UNKNOWN.tags());
    }

    private static boolean isSymbol(List<SqlToken> tokens, int i, char symbol) {
        return i < tokens.size() && tokens.get(i).isSymbol(symbol);
    }
}
