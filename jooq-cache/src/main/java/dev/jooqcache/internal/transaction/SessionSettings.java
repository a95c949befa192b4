package dev.jooqcache.internal.transaction;

import java.util.Locale;
import java.util.Set;
import org.jooq.SQLDialect;

/**
 * Settings of a session that change no result, so that they need not be told apart: they bound times, choose plans, or tell
 * what is logged and shown in statistics. A plan can change the order of rows only where the query leaves it open.
 */
public final class SessionSettings {

    private static final Set<String> POSTGRES = Set.of(
            // Names and statistics of the session.
            "application_name",
            "compute_query_id",
            "track_activities",
            "track_counts",
            "track_functions",
            "track_io_timing",
            "track_wal_io_timing",
            // Bounds of time: a statement that takes longer fails.
            "statement_timeout",
            "lock_timeout",
            "deadlock_timeout",
            "transaction_timeout",
            "idle_in_transaction_session_timeout",
            "idle_session_timeout",
            "client_connection_check_interval",
            "tcp_keepalives_idle",
            "tcp_keepalives_interval",
            "tcp_keepalives_count",
            "tcp_user_timeout",
            // Messages.
            "client_min_messages",
            "log_min_messages",
            "log_min_error_statement",
            "log_min_duration_statement",
            "log_min_duration_sample",
            "log_statement",
            "log_statement_stats",
            "log_duration",
            "log_lock_waits",
            "log_temp_files",
            "log_error_verbosity",
            // Durability and memory.
            "synchronous_commit",
            "commit_delay",
            "commit_siblings",
            "work_mem",
            "hash_mem_multiplier",
            "maintenance_work_mem",
            "temp_buffers",
            "temp_file_limit",
            "effective_cache_size",
            "effective_io_concurrency",
            "vacuum_cost_delay",
            "vacuum_cost_limit",
            // Plans.
            "plan_cache_mode",
            "cursor_tuple_fraction",
            "default_statistics_target",
            "random_page_cost",
            "seq_page_cost",
            "cpu_tuple_cost",
            "cpu_index_tuple_cost",
            "cpu_operator_cost",
            "parallel_setup_cost",
            "parallel_tuple_cost",
            "min_parallel_table_scan_size",
            "min_parallel_index_scan_size",
            "max_parallel_workers",
            "max_parallel_workers_per_gather",
            "max_parallel_maintenance_workers",
            "from_collapse_limit",
            "join_collapse_limit",
            "constraint_exclusion",
            "enable_async_append",
            "enable_bitmapscan",
            "enable_gathermerge",
            "enable_group_by_reordering",
            "enable_hashagg",
            "enable_hashjoin",
            "enable_incremental_sort",
            "enable_indexonlyscan",
            "enable_indexscan",
            "enable_material",
            "enable_memoize",
            "enable_mergejoin",
            "enable_nestloop",
            "enable_parallel_append",
            "enable_parallel_hash",
            "enable_partition_pruning",
            "enable_partitionwise_aggregate",
            "enable_partitionwise_join",
            "enable_presorted_aggregate",
            "enable_seqscan",
            "enable_sort",
            "enable_tidscan",
            "geqo",
            "geqo_effort",
            "geqo_generations",
            "geqo_pool_size",
            "geqo_seed",
            "geqo_selection_bias",
            "geqo_threshold",
            "jit",
            "jit_above_cost",
            "jit_inline_above_cost",
            "jit_optimize_above_cost");

    private static final Set<String> H2 = Set.of("lock_timeout", "query_timeout", "lazy_query_execution", "throttle");

    /** MySQL's and MariaDB's; those with a counterpart that changes results are left out, as sql_select_limit's is. */
    private static final Set<String> MYSQL = Set.of(
            "lock_wait_timeout",
            "innodb_lock_wait_timeout",
            "max_statement_time",
            "max_execution_time",
            "idle_transaction_timeout",
            "idle_readonly_transaction_timeout",
            "idle_write_transaction_timeout",
            "wait_timeout",
            "interactive_timeout",
            "net_read_timeout",
            "net_write_timeout",
            "net_retry_count",
            "long_query_time",
            "slow_query_log",
            "profiling",
            "sort_buffer_size",
            "join_buffer_size",
            "read_buffer_size",
            "read_rnd_buffer_size",
            "tmp_table_size",
            "max_heap_table_size",
            "optimizer_search_depth",
            "optimizer_prune_level",
            "optimizer_use_condition_selectivity");

    private SessionSettings() {}

    /**
     * Returns whether a setting of a session changes no result.
     *
     * @param name the name of the setting, in any case
     * @param dialect the dialect
     * @return whether no query answers anything else under it
     */
    public static boolean changesNoResult(String name, SQLDialect dialect) {
        return of(dialect).contains(name.toLowerCase(Locale.ROOT));
    }

    /**
     * The settings that change no result.
     *
     * @param dialect the dialect
     * @return names in lower case
     */
    static Set<String> of(SQLDialect dialect) {
        return switch (dialect.family()) {
            case POSTGRES -> POSTGRES;
            case H2 -> H2;
            case MYSQL, MARIADB -> MYSQL;
            default -> Set.of();
        };
    }
}
