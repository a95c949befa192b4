package dev.jooqcache;

/**
 * The reason why a query was executed instead of being looked up in the cache, or why its result was not stored.
 *
 * <p>Every read that was neither served nor stored is counted under one reason; see {@link CacheStats#bypasses(BypassReason)} and
 * {@link CacheStats#notStored(BypassReason)}.
 */
public enum BypassReason {
    /** The query has {@link CacheHint#bypass()}. */
    BYPASS_HINT("the query was marked with CacheHint.bypass()", "remove the hint"),
    /** The mode is {@link CacheMode#MARKED}, and the query has no hint that enables caching. */
    NOT_MARKED("only marked queries are cached in mode MARKED", "run it on cache.with(dsl, CacheHint.enable())"),
    /** The query reads a table that {@link QueryCacheBuilder#exclude} or a rule of the model excludes. */
    EXCLUDED_TABLE(
            "the query reads an excluded table",
            "remove the table from exclude(..), or the model's rule that excludes it"),
    /** The query locks rows, for instance by FOR UPDATE or FOR SHARE. */
    LOCKING("the query locks rows, so it must run", "drop the locking clause if the lock is not needed"),
    /** The query calls something whose value changes between executions or sessions. */
    NONDETERMINISTIC_FUNCTION(
            "its value changes between executions", "bind the value instead, for instance LocalDate.now()"),
    /** The query calls a function that is not known to be deterministic. */
    UNKNOWN_FUNCTION(
            "the function is not known to give the same result again",
            "if it does, declare it: QueryCache.builder().declareRoutine(name, Behavior.NONE or Behavior.reading(..))"),
    /** The query reads a view whose definition is not understood. */
    UNKNOWN_VIEW(
            "the view's definition is not understood",
            "declare what it reads: QueryCache.builder().declareView(view, tables)"),
    /** The result depends on the session's user, role, schema or settings, and no session scope is declared. */
    SESSION_DEPENDENT(
            "its value depends on the session",
            "name the session's state with CacheHint.sessionScope(..) or QueryCache.builder().sessionScope(..)"),
    /** The given model does not describe the schema, and {@code ModelCheck.REFUSE} is set. */
    MODEL_MISMATCH(
            "the given model does not describe the live schema", "generate the model anew; the log has the difference"),
    /** The query reads a table that the database's catalog does not know, for instance a synonym. */
    UNKNOWN_TABLE("no table of this name is in the database's catalog", "query the table by its own name"),
    /** The database's catalog could not be read, or was not yet read. */
    SCHEMA_UNKNOWN("the database's catalog is not known (yet)", "see the log for why it could not be read"),
    /** The query reads a temporary table. */
    TEMPORARY_TABLE("a temporary table has other rows in another session", "leave this query uncached"),
    /**
     * The query reads a table of another server, without a log, of an engine without transactions, or with a column that
     * moves with time.
     */
    UNTRACEABLE_TABLE("its rows change in ways that no statement shows", "leave this query uncached"),
    /** The query reads the database's catalog. */
    SYSTEM_TABLE("the catalog changes without any visible write", "leave this query uncached"),
    /** The query samples rows. */
    SAMPLING("TABLESAMPLE gives other rows each time", "leave this query uncached"),
    /** The query has a plain-SQL part that jOOQ's parser does not understand. */
    PLAIN_SQL("jOOQ's parser does not understand a plain-SQL part", "write it with jOOQ's DSL"),
    /** The statement writes: DML run as a query, a data-modifying CTE, or a function of unknown effect. */
    MODIFIES_DATA("the statement writes, or may write", "leave this query uncached"),
    /** The execution is not a single query: a batch, a routine call, {@code fetchMany}. */
    NOT_A_SINGLE_QUERY("only single queries with one result are cached", "use fetch() on one query"),
    /** The query reads no table. */
    NO_TABLE("the query reads no table; there is nothing to depend on", "leave this query uncached"),
    /** The statement is kept open between executions. */
    KEPT_STATEMENT("the statement is kept open between executions", "remove keepStatement(true)"),
    /** The result set is updatable or scrollable. */
    RESULT_SET_TYPE("the result set is updatable or scrollable", "use the default result set type"),
    /** A bind value cannot be compared exactly. */
    UNKNOWN_BIND_VALUE(
            "a bind value's class cannot be compared exactly",
            "give its column a Converter to a type that can be, for instance String"),
    /** A result value cannot be copied exactly, or the result came with warnings, which a hit would not have. */
    UNKNOWN_RESULT_VALUE(
            "the driver answered a value that cannot be copied exactly, or warnings, or threw while reading",
            "read the column as a type of its own, for instance by a cast or a forced type; change what the database warns of"),
    /** The result has more rows, or takes more bytes, than the settings allow. */
    RESULT_TOO_LARGE(
            "the result is larger than the settings allow", "raise maximumRowsPerResult or maximumBytesPerResult"),
    /** The result was not read to its end, or was limited by {@code maxRows}. */
    RESULT_INCOMPLETE("the result was not read to its end", "fetch all rows, or LIMIT them in SQL"),
    /** The query failed. */
    FAILED("the query failed", "see its exception"),
    /** A write to something that the query depends on is about to be committed. */
    PENDING_WRITE("a writer is about to commit to one of the tables", "nothing: the next read can be cached again"),
    /** Something that the query depends on was written while it ran. */
    WRITTEN_MEANWHILE("one of the tables was written while the query ran", "nothing: the next read can be cached"),
    /** The transaction has written something that the query depends on. */
    OWN_WRITE("the transaction has written one of the tables itself", "nothing: it must see its own rows"),
    /** The transaction's snapshot is older than the last write, or has not been taken yet. */
    SNAPSHOT("the transaction's snapshot differs from what is cached", "use READ COMMITTED if that suffices"),
    /** The isolation level needs every statement to run, or is unknown. */
    ISOLATION("the isolation level needs every statement to run, or is unknown", "use READ COMMITTED if that suffices"),
    /** Each connection has a database of its own, for instance SQLite in memory. */
    OWN_DATABASE(
            "each connection has a database of its own, in memory or in a temporary file", "use a database in a file"),
    /** The transaction has failed and waits for its rollback. */
    FAILED_TRANSACTION("a statement of the transaction has failed", "roll the transaction back"),
    /** The query runs in a transaction whose commit the cache does not see. */
    UNTRACKED_TRANSACTION(
            "the transaction's commit cannot be seen", "use cache.track(dataSource) on the innermost pool"),
    /** The database or the user of the connection could not be determined. */
    UNKNOWN_DATABASE(
            "the database or the user of the connection could not be determined",
            "use cache.track(dataSource) on each pool below the router or wrapper"),
    /** The server is a standby that may lag behind its primary. */
    STANDBY("the server is, or may be, a standby that lags behind", "read from the primary what is to be cached"),
    /** The session's state (schema, role, settings) was changed. */
    SESSION_STATE(
            "the session's schema, role or settings were changed, which can change what the query means",
            "name the session's state with CacheHint.sessionScope(..) or QueryCache.builder().sessionScope(..)"),
    /**
     * Statements of the data source ask about the preceding statement, by {@code FOUND_ROWS()}, {@code ROW_COUNT()}, {@code SHOW
     * WARNINGS} or {@code GET DIAGNOSTICS}, and the query holds a connection, so the next statement may ask about the query.
     */
    ASKED_BACK(
            "the next statement may ask about it, for instance by FOUND_ROWS(), so it must run",
            "count with a query of its own instead of FOUND_ROWS(), or ask on another data source"),
    /** None of the query's last results was hit, so only some are admitted; see {@link AdmissionPolicy}. */
    SELDOM_HIT(
            "none of its last 256 cached results was hit, so one execution in 16 is admitted until one is",
            "nothing, or CacheHint.enable() on the query, or QueryCache.builder().admission(AdmissionPolicy.ALWAYS)"),
    /** The generation store is not available at the moment. */
    GENERATION_STORE("the generation store is not available at the moment", "see its exception in the log"),
    /** The cache itself failed. */
    CACHE_FAILURE("the cache itself failed", "see its exception in the log"),
    /** The cache is closed. */
    CLOSED("the cache is closed", "close the cache after its last use");

    private final String description;
    private final String action;

    BypassReason(String description, String action) {
        this.description = description;
        this.action = action;
    }

    /**
     * Describes the reason in a few words.
     *
     * @return a phrase without a full stop
     */
    public String description() {
        return description;
    }

    /**
     * Describes the action that lets the query be cached, if there is one.
     *
     * @return a phrase without a full stop
     */
    public String action() {
        return action;
    }
}
