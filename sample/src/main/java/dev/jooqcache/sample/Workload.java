package dev.jooqcache.sample;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jooq.DSLContext;

/** Many threads that call the operations of the catalogue, each one call after the other. */
final class Workload {

    /** A run of the workload, as its observer sees it. */
    interface Progress {

        /** How much of the time is over, from 0 to 1; pauses do not count. */
        double elapsed();

        long calls();

        /** Does something while nobody reads or writes. */
        void pause(Runnable action);
    }

    /** Who watches a run: told ten times a second how it goes, on the thread that began it. */
    interface Observer {

        void observe(Progress progress);
    }

    private static final long TICK_MILLIS = 100;

    private final Settings settings;
    private final Population population;
    private final StatementCounter counter;
    private final Mix mix;

    Workload(Settings settings, Population population, StatementCounter counter) {
        this.settings = settings;
        this.population = population;
        this.counter = counter;
        this.mix = new Mix(settings.writes());
    }

    /** Runs for some seconds, with the same choices each time. */
    Measurements run(DSLContext dsl, int seconds, Observer observer) throws InterruptedException, ExecutionException {
        ExecutorService threads = Executors.newFixedThreadPool(settings.threads());
        try {
            Run run = new Run(dsl, seconds);
            List<Future<Measurements>> workers = new ArrayList<>();
            for (Choices choices : choices()) {
                workers.add(threads.submit(() -> run.work(choices)));
            }
            while (!run.isOver()) {
                observer.observe(run);
                Thread.sleep(TICK_MILLIS);
            }
            return total(workers);
        } finally {
            threads.shutdownNow();
        }
    }

    private List<Choices> choices() {
        SplittableRandom seeds = new SplittableRandom(settings.seed());
        List<Choices> choices = new ArrayList<>();
        for (int i = 0; i < settings.threads(); i++) {
            choices.add(new Choices(population, seeds.split()));
        }
        return choices;
    }

    private static Measurements total(List<Future<Measurements>> workers)
            throws InterruptedException, ExecutionException {
        Measurements total = new Measurements();
        for (Future<Measurements> worker : workers) {
            total.add(worker.get());
        }
        return total;
    }

    private final class Run implements Progress {

        private final DSLContext dsl;
        private final long length;
        private final AtomicLong begin = new AtomicLong(System.nanoTime());
        private final LongAdder calls = new LongAdder();
        private final ReadWriteLock pauses = new ReentrantReadWriteLock();

        Run(DSLContext dsl, int seconds) {
            this.dsl = dsl;
            this.length = TimeUnit.SECONDS.toNanos(seconds);
        }

        Measurements work(Choices choices) {
            Measurements measurements = new Measurements();
            while (!isOver()) {
                Operation operation = mix.draw(choices);
                pauses.readLock().lock();
                try {
                    call(operation, choices, measurements.of(operation));
                } finally {
                    pauses.readLock().unlock();
                }
                calls.increment();
            }
            return measurements;
        }

        private void call(Operation operation, Choices choices, Measurement measurement) {
            if (operation instanceof Read read) {
                Question question = read.question(choices);
                measure(() -> question.on(dsl).fetch(), measurement);
            } else if (operation instanceof Write write) {
                measure(() -> write.run(dsl, choices), measurement);
            }
        }

        private void measure(Runnable call, Measurement measurement) {
            long sent = counter.sentByThisThread();
            long from = System.nanoTime();
            call.run();
            measurement.record(System.nanoTime() - from, counter.sentByThisThread() - sent);
        }

        boolean isOver() {
            return System.nanoTime() - begin.get() >= length;
        }

        @Override
        public double elapsed() {
            return (System.nanoTime() - begin.get()) / (double) length;
        }

        @Override
        public long calls() {
            return calls.sum();
        }

        @Override
        public void pause(Runnable action) {
            pauses.writeLock().lock();
            long from = System.nanoTime();
            try {
                action.run();
            } finally {
                begin.addAndGet(System.nanoTime() - from);
                pauses.writeLock().unlock();
            }
        }
    }
}
