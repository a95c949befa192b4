package dev.jooqcache.benchmarks;

import static dev.jooqcache.sample.generated.Tables.PAYMENT;
import static dev.jooqcache.sample.generated.Tables.RENTAL;
import static org.jooq.impl.DSL.max;

import dev.jooqcache.benchmarks.Figure.Group;
import dev.jooqcache.sample.Zipf;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.HdrHistogram.Histogram;
import org.jooq.DSLContext;

/**
 * Mixes of reads and writes on many threads. Reads are chosen as in the sample: what is popular is read often. Half of
 * the writes change the price of a film, half rent a copy.
 *
 * <p>Each read of a film is checked, whatever the contender: prices change together with {@code updated_at}, which only
 * rises, and what was committed last is noted after the write has returned. A film that was read as it was before that is
 * a <em>stale read</em>. When all threads have ended, each workload is read again and compared with the database: what
 * differs then stays <em>wrong at rest</em>, until it expires or is evicted.
 */
final class MixRun {

    private static final List<Integer> WRITES = List.of(0, 5, 20, 50);
    private static final int CHECKS = 24;
    private static final int FILMS = 300;
    private static final int PAGES = 12;
    private static final int LANGUAGES = 10;
    private static final int REPORTS = 2;
    private static final int COPIES = 12_000;
    private static final int CUSTOMERS = 4_000;
    private static final Zipf POPULAR_FILMS = new Zipf(FILMS);
    private static final Zipf POPULAR_PAGES = new Zipf(PAGES);

    private final Contender contender;
    private final Database database;
    private final String product;
    private final Effort effort;
    private final int round;
    private final List<Figure> figures = new ArrayList<>();
    private final DSLContext plain;

    MixRun(Contender contender, Database database, String product, Effort effort, int round) {
        this.contender = contender;
        this.database = database;
        this.product = product;
        this.effort = effort;
        this.round = round;
        this.plain = database.configuration().dsl();
    }

    /** How the subject of a figure says the load. */
    static String subject(int writes, int threads) {
        return writes + " % writes, " + threads + " threads";
    }

    /** How many answers are compared when all threads have ended. */
    static int answersAtRest() {
        return Arrays.stream(Workload.values())
                .mapToInt(workload -> Math.min(CHECKS, workload.arguments()))
                .sum();
    }

    static List<Integer> writes() {
        return WRITES;
    }

    List<Figure> run() throws InterruptedException, ExecutionException {
        Long rental = plain.select(max(RENTAL.ID)).from(RENTAL).fetchSingle().value1();
        Long payment = plain.select(max(PAYMENT.ID)).from(PAYMENT).fetchSingle().value1();
        run(20, 2, effort.mix().multipliedBy(3));
        figures.clear();
        for (int writes : WRITES) for (int threads : effort.threads()) run(writes, threads, effort.mix());
        plain.deleteFrom(PAYMENT).where(PAYMENT.ID.gt(payment)).execute();
        plain.deleteFrom(RENTAL).where(RENTAL.ID.gt(rental)).execute();
        return figures;
    }

    private void run(int writes, int threads, Duration time) throws InterruptedException, ExecutionException {
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try (Catalogue catalogue = contender.open(database)) {
            Versions versions = new Versions(plain);
            readOnce(catalogue);
            long end = System.nanoTime() + time.toNanos();
            List<Future<Worker>> workers = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                Worker worker = new Worker(catalogue, versions, writes, new SplittableRandom(i), end);
                workers.add(executor.submit(worker::work));
            }
            Worker total = new Worker(catalogue, versions, writes, new SplittableRandom(0), end);
            for (Future<Worker> worker : workers) total.add(worker.get());
            String subject = subject(writes, threads);
            add(subject, "calls/s", total.nanos.getTotalCount() / (time.toNanos() / 1e9));
            add(subject, "p50 us", total.nanos.getValueAtPercentile(50) / 1e3);
            add(subject, "p99 us", total.nanos.getValueAtPercentile(99) / 1e3);
            add(subject, "hit %", 100.0 * total.hits / Math.max(1, total.reads));
            add(subject, "stale", (double) total.stale);
            add(subject, "checked", (double) total.checked);
            add(subject, "connections/1000", 1000.0 * total.connections / total.nanos.getTotalCount());
            add(subject, "wrong at rest", wrongAtRest(catalogue));
        } finally {
            executor.shutdown();
        }
    }

    /** So that a short run is not one of first reads. */
    private static void readOnce(Catalogue catalogue) {
        for (int film = 1; film <= FILMS; film++) {
            catalogue.film(film);
            catalogue.detail(film);
        }
        for (int page = 0; page < PAGES; page++) catalogue.page(page);
        for (int language = 1; language <= LANGUAGES; language++) catalogue.genres(language);
        for (int payment = 0; payment < REPORTS; payment++) catalogue.report(payment);
    }

    private int wrongAtRest(Catalogue catalogue) {
        Catalogue expected = new JooqCatalogue(plain);
        int wrong = 0;
        for (Workload workload : Workload.values())
            for (int argument = 0; argument < Math.min(CHECKS, workload.arguments()); argument++)
                if (!Objects.equals(
                        Answers.plain(workload.read(catalogue, argument)),
                        Answers.plain(workload.read(expected, argument)))) wrong++;
        return wrong;
    }

    private void add(String subject, String metric, double value) {
        figures.add(new Figure(round, Group.MIX, contender.name(), product, subject, metric, value));
    }

    /** One thread. */
    private final class Worker {

        private final Catalogue catalogue;
        private final Versions versions;
        private final int writes;
        private final SplittableRandom random;
        private final long end;
        private final Histogram nanos = new Histogram(3);
        private long reads;
        private long hits;
        private long checked;
        private long stale;
        private long connections;

        Worker(Catalogue catalogue, Versions versions, int writes, SplittableRandom random, long end) {
            this.catalogue = catalogue;
            this.versions = versions;
            this.writes = writes;
            this.random = random;
            this.end = end;
        }

        void add(Worker other) {
            nanos.add(other.nanos);
            reads += other.reads;
            hits += other.hits;
            checked += other.checked;
            stale += other.stale;
            connections += other.connections;
        }

        Worker work() {
            while (System.nanoTime() < end) {
                if (random.nextInt(100) >= writes) read();
                else if (random.nextBoolean()) reprice();
                else
                    time(() -> {
                        catalogue.rent(1 + random.nextInt(COPIES), 1 + random.nextInt(CUSTOMERS));
                        return "rented";
                    });
            }
            return this;
        }

        private void read() {
            reads++;
            long before = connections;
            int kind = random.nextInt(100);
            if (kind < 40) readFilm();
            else if (kind < 64) readDetail();
            else if (kind < 84) readPage();
            else if (kind < 99) time(() -> catalogue.genres(1 + random.nextInt(LANGUAGES)));
            else time(() -> catalogue.report(random.nextInt(REPORTS)));
            if (connections == before) hits++;
        }

        private void readFilm() {
            int film = 1 + POPULAR_FILMS.draw(random);
            long committed = versions.committed(film);
            check(time(() -> catalogue.film(film)), committed);
        }

        private void readDetail() {
            int film = 1 + POPULAR_FILMS.draw(random);
            long committed = versions.committed(film);
            check(time(() -> catalogue.detail(film)), committed);
        }

        private void readPage() {
            int page = POPULAR_PAGES.draw(random);
            long[] committed = versions.committedOfPage(page);
            List<?> films = (List<?>) time(() -> catalogue.page(page));
            for (int i = 0; i < committed.length; i++) {
                if (Versions.of(films.get(i)) < committed[i]) {
                    stale++;
                    break;
                }
            }
            checked++;
        }

        private void check(Object film, long committed) {
            checked++;
            if (Versions.of(film) < committed) stale++;
        }

        private void reprice() {
            int film = 1 + POPULAR_FILMS.draw(random);
            versions.change(
                    film,
                    random,
                    (changed, price, at) -> time(() -> {
                        catalogue.reprice(changed, price, at);
                        return "repriced";
                    }));
        }

        private Object time(Call call) {
            long taken = database.taken();
            long from = System.nanoTime();
            Object answer = call.run();
            nanos.recordValue(System.nanoTime() - from);
            connections += database.taken() - taken;
            return answer;
        }
    }

    private interface Call {
        Object run();
    }
}
