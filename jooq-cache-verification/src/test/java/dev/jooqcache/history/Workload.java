package dev.jooqcache.history;

import dev.jooqcache.CacheHint;
import dev.jooqcache.CacheStats;
import dev.jooqcache.QueryCacheBuilder;
import dev.jooqcache.history.Step.Read;
import dev.jooqcache.history.Step.Seen;
import dev.jooqcache.history.Step.Undo;
import dev.jooqcache.history.Step.Write;
import dev.jooqcache.history.Transaction.Outcome;
import dev.jooqcache.history.Transaction.View;
import dev.jooqcache.internal.generation.InJvmGenerationStore;
import dev.jooqcache.spi.GenerationStore;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.Fixture;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.h2.api.ErrorCode;
import org.jooq.DSLContext;
import org.jooq.Query;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DefaultConfiguration;

/**
 * Threads that read and write the {@link Tables} at random through a cache, and keep a {@link History} of it.
 *
 * <p>A cache with a fault is tried by giving what it is made of: see {@link Subject}.
 */
public final class Workload implements AutoCloseable {

    private static final int H2_SNAPSHOT = 6;
    private static final int MOST_STEPS = 5;

    /**
     * What is tried.
     *
     * @param generations the generation store, made around the given one
     * @param between a data source between the cache and the pool
     * @param cache what the builder of the cache is told at last
     */
    public record Subject(
            UnaryOperator<GenerationStore> generations,
            UnaryOperator<DataSource> between,
            Function<QueryCacheBuilder, QueryCacheBuilder> cache) {

        /** The library as it is. */
        public static Subject asItIs() {
            return new Subject(store -> store, pool -> pool, builder -> builder);
        }

        /** The library with another generation store. */
        public static Subject withGenerations(UnaryOperator<GenerationStore> generations) {
            return new Subject(generations, pool -> pool, builder -> builder);
        }
    }

    /**
     * How one round is run.
     *
     * @param threads how many threads there are
     * @param operations how many transactions they run in all
     * @param writePercent how many of a hundred of them write
     * @param pausePercent at how many of a hundred points there is a pause
     * @param kinds how many different queries and changes there are: the fewer, the more often threads meet
     */
    record Round(long seed, int threads, int operations, int writePercent, int pausePercent, int kinds) {
        static Round random(long seed, int operations) {
            SplittableRandom random = new SplittableRandom(seed);
            return new Round(
                    seed,
                    2 + random.nextInt(5),
                    operations,
                    List.of(1, 2, 5, 10, 25).get(random.nextInt(5)),
                    List.of(0, 5, 18, 40).get(random.nextInt(4)),
                    List.of(3, 10, 1_000).get(random.nextInt(3)));
        }

        private SplittableRandom kind(SplittableRandom random) {
            return new SplittableRandom(seed + random.nextInt(kinds));
        }

        Tables.Question question(SplittableRandom random) {
            return Tables.question(kind(random));
        }

        Tables.Change change(SplittableRandom random) {
            return Tables.change(kind(random));
        }
    }

    private final Database database;
    private final Pauses pauses = new Pauses();
    private final Fixture f;
    private final DataSource tracked;
    private final DSLContext dsl;
    private final AtomicLong numbers = new AtomicLong();
    private final AtomicLong writers = new AtomicLong();

    Workload(Database database, Subject subject) {
        this.database = database;
        this.f = Fixture.empty(
                        database,
                        pool -> pool.setMaximumPoolSize(16),
                        builder -> subject.cache.apply(builder.store(pauses.results())
                                .generationStore(subject.generations.apply(
                                        pauses.generations(new InJvmGenerationStore(1 << 10))))))
                .with(Tables.ddl().toArray(String[]::new));
        // Who waits in a circle is not to wait for long.
        if (database == Database.H2) f.unseen.execute("set default_lock_timeout 300");
        else
            f.unseen.execute("do $$ begin execute format('alter database %I set deadlock_timeout to ''20ms''',"
                    + " current_database()); end $$");
        f.pool.getHikariPoolMXBean().softEvictConnections();
        this.tracked = f.cache.trackPool(subject.between.apply(pauses.dataSource(f.pool)));
        this.dsl = f.cache
                .derive(new DefaultConfiguration().set(tracked).set(database.dialect()))
                .dsl();
        Tables.prepare(f.cache, dsl);
    }

    CacheStats stats() {
        return f.cache.stats();
    }

    /** Runs a round. Before and after it nobody reads or writes. */
    History run(Round round) {
        pauses.percent(round.pausePercent);
        Map<Cell, Seen> initial = new HashMap<>();
        for (Seen seen : Tables.all(f.unseen)) initial.put(seen.cell(), seen);
        SplittableRandom seeds = new SplittableRandom(round.seed);
        ExecutorService threads = Executors.newFixedThreadPool(round.threads);
        try {
            List<Future<List<Transaction>>> running = new ArrayList<>();
            for (int i = 0; i < round.threads; i++) {
                Worker worker = new Worker(i, round, seeds.split());
                running.add(threads.submit(worker::work));
            }
            List<Transaction> all = new ArrayList<>();
            for (Future<List<Transaction>> future : running) all.addAll(future.get());
            return new History(initial, all).endingWith(Tables.all(f.unseen));
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException("round " + round + ": " + e, e);
        } finally {
            threads.shutdownNow();
        }
    }

    @Override
    public void close() {
        f.close();
    }

    /** A rollback that the workload wants. */
    private static final class RolledBack extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /** One thread. */
    private final class Worker {
        private final int thread;
        private final Round round;
        private final SplittableRandom random;
        private final List<Transaction> log = new ArrayList<>();

        Worker(int thread, Round round, SplittableRandom random) {
            this.thread = thread;
            this.round = round;
            this.random = random;
        }

        List<Transaction> work() {
            for (int i = 0; i < round.operations / round.threads; i++) {
                boolean writes = random.nextInt(100) < round.writePercent;
                if (random.nextInt(3) == 0) transaction(writes);
                else if (writes) writeInAutocommit();
                else readInAutocommit();
            }
            return log;
        }

        private void readInAutocommit() {
            Tables.Question question = round.question(random);
            long begin = System.nanoTime();
            Read read;
            try {
                read = read(dsl, question);
            } catch (DataAccessException e) {
                renewConfused(e);
                if (!isH2Confused(e)) throw e;
                return;
            }
            log.add(new Transaction(
                    numbers.incrementAndGet(),
                    thread,
                    View.CURRENT,
                    begin,
                    List.of(read),
                    Outcome.COMMITTED,
                    read.end(),
                    read.end()));
        }

        /** One read in ten asks the database. */
        private Read read(DSLContext context, Tables.Question question) {
            boolean bypasses = random.nextInt(10) == 0;
            DSLContext asked = bypasses ? f.cache.with(context, CacheHint.bypass()) : context;
            long begin = System.nanoTime();
            Tables.Shown shown = question.ask(asked);
            return new Read(
                    begin,
                    System.nanoTime(),
                    question + (bypasses ? " bypassing" : ""),
                    shown.seen(),
                    shown.totals(),
                    shown.paired());
        }

        private void writeInAutocommit() {
            Tables.Change change = round.change(random);
            if (!change.isOne()) {
                transaction(true);
                return;
            }
            long begin = System.nanoTime();
            Outcome outcome = Outcome.COMMITTED;
            long writer = writers.incrementAndGet();
            try {
                write(dsl, change, writer);
            } catch (DataAccessException e) {
                // Deadlocks and lock timeouts; the server has undone the statement.
                renewConfused(e);
                outcome = Outcome.ROLLED_BACK;
            }
            long end = System.nanoTime();
            Write write = new Write(begin, end, change.name(), writer, change.cells());
            log.add(new Transaction(
                    numbers.incrementAndGet(), thread, View.CURRENT, begin, List.of(write), outcome, begin, end));
        }

        private void write(DSLContext context, Tables.Change change, long writer) {
            switch (random.nextInt(4)) {
                case 0 -> {
                    List<Query> updates = new ArrayList<>();
                    for (Tables.Update update : change.updates()) updates.add(update.typed(context, writer));
                    context.batch(updates).execute();
                }
                case 1 -> {
                    for (Tables.Update update : change.updates()) context.execute(update.plain(writer));
                }
                case 2 ->
                    context.connection(connection -> {
                        try (var statement = connection.createStatement()) {
                            for (Tables.Update update : change.updates()) {
                                if (random.nextBoolean()) statement.executeUpdate(update.plain(writer));
                                else
                                    try (var prepared = connection.prepareStatement(update.plain(writer))) {
                                        prepared.execute();
                                    }
                            }
                        }
                    });
                default -> {
                    for (Tables.Update update : change.updates())
                        update.typed(context, writer).execute();
                }
            }
        }

        private void transaction(boolean writes) {
            int isolation = isolation();
            Manner manner = Manner.values()[random.nextInt(Manner.values().length)];
            boolean rollsBack = writes && random.nextInt(5) == 0;
            List<Step> steps = new ArrayList<>();
            long[] times = {0, 0};
            Outcome outcome = Outcome.COMMITTED;
            try {
                manner.run(f.cache, tracked, database.dialect(), isolation, inside -> {
                    times[0] = System.nanoTime();
                    int count = 1 + random.nextInt(MOST_STEPS);
                    for (int i = 0; i < count; i++) step(inside, writes, steps);
                    if (rollsBack) throw new RolledBack();
                    times[1] = System.nanoTime();
                });
            } catch (RuntimeException e) {
                renewConfused(e);
                if (times[1] > 0 && !isDefiniteRollback(e)) outcome = Outcome.UNKNOWN;
                else outcome = Outcome.ROLLED_BACK;
                if (!isExpected(e)) throw e;
            }
            long end = System.nanoTime();
            log.add(new Transaction(
                    numbers.incrementAndGet(),
                    thread,
                    view(isolation),
                    times[0],
                    steps,
                    outcome,
                    times[1] > 0 ? times[1] : end,
                    end));
        }

        private void step(Manner.Inside inside, boolean writes, List<Step> steps) {
            int what = random.nextInt(10);
            if (!writes || what < 5) steps.add(read(inside.dsl(), round.question(random)));
            else if (what < 8) writeInside(inside.dsl(), steps);
            else nested(inside, steps);
        }

        private void writeInside(DSLContext context, List<Step> steps) {
            Tables.Change change = round.change(random);
            long writer = writers.incrementAndGet();
            long begin = System.nanoTime();
            write(context, change, writer);
            steps.add(new Write(begin, System.nanoTime(), change.name(), writer, change.cells()));
        }

        private void nested(Manner.Inside inside, List<Step> steps) {
            boolean undone = random.nextBoolean();
            int before = steps.size();
            try {
                inside.nested(() -> {
                    writeInside(inside.dsl(), steps);
                    if (random.nextBoolean()) steps.add(read(inside.dsl(), round.question(random)));
                    if (undone) throw new RolledBack();
                });
            } catch (RuntimeException e) {
                if (!undone || !isWanted(e)) throw e;
                List<Long> writes = steps.subList(before, steps.size()).stream()
                        .filter(Write.class::isInstance)
                        .map(step -> ((Write) step).writer())
                        .toList();
                long now = System.nanoTime();
                steps.add(new Undo(now, now, writes));
            }
        }

        private int isolation() {
            int choice = random.nextInt(20);
            if (choice < 12) return Connection.TRANSACTION_READ_COMMITTED;
            if (choice < 17) return database == Database.H2 ? H2_SNAPSHOT : Connection.TRANSACTION_REPEATABLE_READ;
            if (choice < 18) return Connection.TRANSACTION_REPEATABLE_READ;
            return choice < 19 ? Connection.TRANSACTION_SERIALIZABLE : Connection.TRANSACTION_READ_UNCOMMITTED;
        }

        private View view(int isolation) {
            boolean isH2 = database == Database.H2;
            return switch (isolation) {
                case Connection.TRANSACTION_READ_COMMITTED -> View.CURRENT;
                // PostgreSQL takes it for READ COMMITTED.
                case Connection.TRANSACTION_READ_UNCOMMITTED -> isH2 ? View.DIRTY : View.CURRENT;
                case Connection.TRANSACTION_REPEATABLE_READ -> isH2 ? View.SNAPSHOT_PER_TABLE : View.SNAPSHOT;
                default -> View.SNAPSHOT;
            };
        }
    }

    private static boolean isWanted(Throwable e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) if (cause instanceof RolledBack) return true;
        return false;
    }

    /** The rollback is wanted, or another transaction was in the way. */
    private static boolean isExpected(Throwable e) {
        return isWanted(e) || isDefiniteRollback(e);
    }

    /** Serialization failures and deadlocks; H2 forgets the savepoints of a transaction that it has rolled back. */
    private static boolean isDefiniteRollback(Throwable e) {
        return isH2Confused(e) || any(e, sql -> isDefinite(String.valueOf(sql.getSQLState())));
    }

    /**
     * H2 2.4 now and then fails with an error of its own while it rolls back the victim of a deadlock; the transaction is rolled back, but its
     * connection keeps the locks and fails from then on, also when only read.
     */
    private static boolean isH2Confused(Throwable e) {
        return any(
                e,
                sql -> sql.getErrorCode() == ErrorCode.GENERAL_ERROR_1
                        && String.valueOf(sql.getMessage()).contains("ROLLING_BACK"));
    }

    private static boolean any(Throwable e, Predicate<SQLException> test) {
        for (Throwable cause = e; cause != null; cause = cause.getCause())
            if (cause instanceof SQLException sql && test.test(sql)) return true;
        return false;
    }

    /** Closes the pool's connections if H2 was confused by one of them; those in use are closed when they are given back. */
    private void renewConfused(RuntimeException e) {
        if (isH2Confused(e)) f.pool.getHikariPoolMXBean().softEvictConnections();
    }

    private static boolean isDefinite(String state) {
        return state.startsWith("40") || state.equals("HYT00") || state.equals("90131") || state.equals("90063");
    }
}
