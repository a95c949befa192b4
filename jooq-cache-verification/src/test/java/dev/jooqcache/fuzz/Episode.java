package dev.jooqcache.fuzz;

import dev.jooqcache.BypassReason;
import dev.jooqcache.CacheHint;
import dev.jooqcache.CacheStats;
import dev.jooqcache.QueryCacheBuilder;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.Fixture;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import org.jooq.DSLContext;
import org.jooq.ExecuteContext;
import org.jooq.ExecuteListener;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.jooq.impl.DefaultExecuteListenerProvider;

/**
 * A run over one new database. It is told by its setting and its ops alone: the same give the same reads and writes.
 */
final class Episode {

    private static final int H2_SNAPSHOT = 6;
    private static final int WINDOW = 60;
    private static final int ROWS = 14;

    /**
     * What an episode depends on besides its ops.
     *
     * @param database where it runs
     * @param seed makes its queries and its first rows
     * @param keyShare the share of conditions and writes that are on keys and named columns
     * @param settings of the cache
     */
    record Setting(Database database, long seed, double keyShare, Consumer<QueryCacheBuilder> settings) {}

    /** What was seen, in all episodes. */
    static final class Tally {
        long reads;
        long hits;
        long misses;
        long failedReads;
        long emptyReads;
        long timeouts;
        long writes;
        long failedWrites;
        final Map<BypassReason, Long> bypasses = new LinkedHashMap<>();
        final Map<String, Long> failures = new LinkedHashMap<>();

        double hitRatio() {
            return reads == 0 ? 0 : (double) hits / reads;
        }

        void failed(String what) {
            String cause = what.replaceAll("(?s).*?Exception: ", "").replaceAll("(?s)[\"\\n\\[;].*", "");
            failures.merge(cause.length() > 90 ? cause.substring(0, 90) : cause, 1L, Long::sum);
        }

        @Override
        public String toString() {
            return "%,d reads, %,d hits (%.1f %%), %,d misses, %,d failed, %,d timed out and %,d empty reads, %,d writes of which %,d failed, bypasses %s"
                    .formatted(
                            reads,
                            hits,
                            100 * hitRatio(),
                            misses,
                            failedReads,
                            timeouts,
                            emptyReads,
                            writes,
                            failedWrites,
                            bypasses);
        }
    }

    /**
     * A cached answer that is not the database's.
     *
     * @param op the number of the op that read it
     * @param query the number of the query
     * @param text says what was read and what should have been
     */
    record Difference(int op, int query, String text) {}

    /** Subqueries in subqueries may take a database for ever. */
    private static final int MOST_SECONDS = 3;

    private final Setting setting;
    private final Tally tally;
    private final Map<Integer, RandomQuery.Made> queries = new LinkedHashMap<>();
    private final List<String> log;
    /** The queries that took too long. */
    private final Set<Integer> slow = new HashSet<>();

    private Difference difference;
    private int now;

    private Episode(Setting setting, Tally tally, List<String> log) {
        this.setting = setting;
        this.tally = tally;
        this.log = log;
    }

    /** The ops of an episode, up to so many reads: after each write, reads of the queries that were read before. */
    static List<Op> ops(long seed, int reads) {
        Random random = new Random(seed);
        List<Op> ops = new ArrayList<>();
        int read = 0;
        while (read < reads) {
            int first = read / 18;
            switch (random.nextInt(12)) {
                case 0 -> ops.add(new Op.Transaction(random.nextLong(), first));
                case 1 -> ops.add(new Op.Snapshot(random.nextLong(), first));
                default -> ops.add(new Op.Write(random.nextLong()));
            }
            for (int i = 6 + random.nextInt(20); i > 0; i--, read++) {
                // Few queries are asked often, and each now and then.
                double skew = random.nextInt(3) == 0 ? 1 : 3;
                int rank = (int) (WINDOW * Math.pow(random.nextDouble(), skew));
                ops.add(new Op.Read(first + rank));
            }
        }
        return ops;
    }

    /** Runs the ops and answers the first difference, or {@code null}. */
    static Difference run(Setting setting, List<Op> ops, Tally tally, List<String> log) {
        return new Episode(setting, tally, log).run(ops);
    }

    private Difference run(List<Op> ops) {
        Database database = setting.database;
        try (Fixture f = Fixture.empty(
                        database,
                        pool -> {
                            pool.setMaximumPoolSize(3);
                            // One thread has all connections: a TRUNCATE would wait for its own reader.
                            if (database == Database.POSTGRESQL)
                                pool.addDataSourceProperty("options", "-c lock_timeout=2s");
                        },
                        builder -> {
                            FuzzSchema.declare(builder, database);
                            builder.maximumRowsPerResult(100_000);
                            setting.settings.accept(builder);
                        })
                .with(FuzzSchema.ddl(database))) {
            DSLContext dsl = logged(f.dsl);
            DSLContext bypassed = f.cache.with(f.dsl, CacheHint.bypass());
            Random random = new Random(setting.seed);
            fill(f.unseen, random);
            for (now = 0; now < ops.size() && difference == null; now++) {
                Op op = ops.get(now);
                if (op instanceof Op.Read read) read(f, dsl, bypassed, read.query());
                else if (op instanceof Op.Write write) write(dsl, write.seed());
                else if (op instanceof Op.Transaction transaction) transaction(f, dsl, transaction);
                else if (op instanceof Op.Snapshot snapshot) snapshot(f, dsl, snapshot);
            }
            count(f.cache.stats());
        }
        return difference;
    }

    private void count(CacheStats stats) {
        tally.hits += stats.hits();
        tally.misses += stats.misses();
        for (BypassReason reason : BypassReason.values())
            if (reason != BypassReason.BYPASS_HINT && Fixture.unstored(stats, reason) > 0)
                tally.bypasses.merge(reason, Fixture.unstored(stats, reason), Long::sum);
    }

    private RandomQuery.Made query(int number) {
        RandomQuery.Made made = queries.get(number);
        // An equal query made anew is the same query.
        if (made == null || number % 8 == 0) {
            Random random = new Random(setting.seed * 31 + number * 0x9E3779B97F4A7C15L);
            made = RandomQuery.of(random, setting.database, setting.keyShare);
            made.query().queryTimeout(MOST_SECONDS);
            queries.put(number, made);
            queries.remove(number - 2 * WINDOW);
        }
        return made;
    }

    private void read(Fixture f, DSLContext cached, DSLContext bypassed, int number) {
        if (slow.contains(number)) return;
        RandomQuery.Made made = query(number);
        Answer actual = Answer.of(() -> cached.fetch(made.query()));
        Answer expected = actual.isTimedOut() ? actual : Answer.of(() -> bypassed.fetch(made.query()));
        tally.reads++;
        if (expected.isTimedOut()) {
            tally.timeouts++;
            slow.add(number);
            return;
        }
        if (expected.isFailed()) {
            tally.failedReads++;
            tally.failed(expected.failure());
        } else if (expected.rows().isEmpty()) tally.emptyReads++;
        if (actual.equalTo(expected, made.isOrdered())) return;
        difference = new Difference(
                now,
                number,
                "op %s, query %s\n%s\n%s\n  cached: %s\n  bypassed: %s"
                        .formatted(
                                now, number, inlined(made), f.cache.explain(attached(f.dsl, made)), actual, expected));
    }

    private static org.jooq.Query attached(DSLContext dsl, RandomQuery.Made made) {
        made.query().attach(dsl.configuration());
        return made.query();
    }

    private String inlined(RandomQuery.Made made) {
        return DSL.using(setting.database.dialect()).renderInlined(made.query());
    }

    private void fill(DSLContext dsl, Random random) {
        RandomWrite rows = new RandomWrite(random, setting.database, setting.keyShare);
        for (FuzzTable<?> table : FuzzSchema.TABLES) {
            for (int i = 0; i < ROWS; i++) {
                try {
                    rows.fill(dsl, table);
                } catch (DataAccessException e) {
                    // A key that is there already, or one that is not.
                }
            }
        }
    }

    /** Executes a write, and answers whether the database took it. */
    private boolean write(DSLContext dsl, long seed) {
        tally.writes++;
        try {
            new RandomWrite(new Random(seed), setting.database, setting.keyShare).execute(dsl);
            return true;
        } catch (RandomWrite.RollbackOnPurpose e) {
            return true;
        } catch (DataAccessException e) {
            tally.failedWrites++;
            if (e.sqlState() == null || !e.sqlState().startsWith("23")) tally.failed("write: " + e.getMessage());
            return false;
        }
    }

    private void transaction(Fixture f, DSLContext dsl, Op.Transaction op) {
        Random random = new Random(op.seed());
        try {
            dsl.transaction(transaction -> {
                DSLContext inside = transaction.dsl();
                for (int i = random.nextInt(3); i >= 0; i--) {
                    reads(f, inside, random, op.firstQuery(), 2);
                    // After a failure the transaction is of no use on PostgreSQL.
                    if (!write(inside, random.nextLong())) throw new RandomWrite.RollbackOnPurpose();
                    reads(f, inside, random, op.firstQuery(), 2);
                }
                if (random.nextInt(3) == 0) throw new RandomWrite.RollbackOnPurpose();
            });
        } catch (RandomWrite.RollbackOnPurpose e) {
            // What it wrote must be seen by nobody.
        }
    }

    private void reads(Fixture f, DSLContext inside, Random random, int firstQuery, int most) {
        for (int i = random.nextInt(most + 1); i > 0 && difference == null; i--) {
            int query = firstQuery + random.nextInt(WINDOW / 4);
            // A query that fails would fail the transaction.
            if (!isFailing(f, query)) read(f, inside, f.cache.with(inside, CacheHint.bypass()), query);
        }
    }

    private boolean isFailing(Fixture f, int query) {
        if (slow.contains(query)) return true;
        Answer answer = Answer.of(() -> f.unseen.fetch(query(query).query()));
        if (answer.isTimedOut()) slow.add(query);
        return answer.isFailed();
    }

    private void snapshot(Fixture f, DSLContext dsl, Op.Snapshot op) {
        Random random = new Random(op.seed());
        int level = List.of(
                        Connection.TRANSACTION_READ_COMMITTED,
                        Connection.TRANSACTION_REPEATABLE_READ,
                        setting.database == Database.H2 ? H2_SNAPSHOT : Connection.TRANSACTION_REPEATABLE_READ,
                        Connection.TRANSACTION_SERIALIZABLE)
                .get(random.nextInt(4));
        try (Connection connection = f.tracked.getConnection()) {
            connection.setTransactionIsolation(level);
            connection.setAutoCommit(false);
            DSLContext inside = f.cache
                    .derive(DSL.using(connection, setting.database.dialect()).configuration())
                    .dsl();
            try {
                reads(f, inside, random, op.firstQuery(), 2);
                for (int i = random.nextInt(2); i >= 0 && difference == null; i--) {
                    write(dsl, random.nextLong());
                    for (int j = random.nextInt(3); j > 0 && difference == null; j--)
                        read(f, dsl, f.bypassed(), op.firstQuery() + random.nextInt(WINDOW / 4));
                    reads(f, inside, random, op.firstQuery(), 3);
                }
            } finally {
                connection.rollback();
                connection.setAutoCommit(true);
                connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Notes what is executed, if somebody wants to know. */
    private DSLContext logged(DSLContext dsl) {
        if (log == null) return dsl;
        ExecuteListener listener = new ExecuteListener() {
            private static final long serialVersionUID = 1L;

            @Override
            public void executeStart(ExecuteContext ctx) {
                if (ctx.query() != null) log.add(ctx.dsl().renderInlined(ctx.query()));
                else log.add(String.join("; ", ctx.batchSQL()));
            }
        };
        return dsl.configuration()
                .deriveAppending(new DefaultExecuteListenerProvider(listener))
                .dsl();
    }
}
