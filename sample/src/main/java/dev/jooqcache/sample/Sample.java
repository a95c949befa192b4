package dev.jooqcache.sample;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.jooqcache.BypassReason;
import dev.jooqcache.CacheStats;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import javax.sql.DataSource;
import org.jooq.Configuration;
import org.jooq.impl.DSL;

/** The sample's main job: the workload without the cache, then with it, and a check of what the cache answers. */
final class Sample {

    private static final int CHECKS_DURING_RUN = 3;
    private static final int QUESTIONS_DURING_RUN = 5;
    private static final int QUESTIONS_AT_END = 20;

    private final Settings settings;
    private final ProgressLine progress;

    Sample(Settings settings, ProgressLine progress) {
        this.settings = settings;
        this.progress = progress;
    }

    Comparison run(SampleDatabase database) throws InterruptedException, ExecutionException {
        StatementCounter counter = new StatementCounter();
        try (HikariDataSource pool = pool(counter.count(database.dataSource()))) {
            Configuration configuration = DSL.using(pool, database.dialect()).configuration();
            return run(configuration, counter);
        }
    }

    private HikariDataSource pool(DataSource dataSource) {
        HikariConfig config = new HikariConfig();
        config.setPoolName("catalogue");
        config.setDataSource(dataSource);
        config.setMaximumPoolSize(settings.threads() + 2);
        return new HikariDataSource(config);
    }

    private Comparison run(Configuration configuration, StatementCounter counter)
            throws InterruptedException, ExecutionException {
        Population population = Population.of(DSL.using(configuration));
        Workload workload = new Workload(settings, population, counter);
        warmUp(workload, configuration);
        Measurements without =
                workload.run(DSL.using(configuration), settings.seconds(), run -> show("without the cache", run));
        try (CachedCatalogue catalogue = new CachedCatalogue(configuration)) {
            AnswerCheck check = new AnswerCheck(
                    catalogue.dsl(),
                    catalogue.bypassing(),
                    new Choices(population, new SplittableRandom(~settings.seed())),
                    progress);
            Measurements with = workload.run(catalogue.dsl(), settings.seconds(), new Checking(check));
            CacheStats stats = catalogue.stats();
            progress.show("checking answers");
            check.ask(QUESTIONS_AT_END);
            return new Comparison(without, with, neverCached(catalogue, population), stats, check);
        }
    }

    /** Loads and compiles the classes of both phases; the cache is another one, so that the measured one begins empty. */
    private void warmUp(Workload workload, Configuration configuration)
            throws InterruptedException, ExecutionException {
        Workload.Observer observer = run -> progress.update("warming up");
        workload.run(DSL.using(configuration), settings.seconds(), observer);
        try (CachedCatalogue catalogue = new CachedCatalogue(configuration)) {
            workload.run(catalogue.dsl(), (settings.seconds() + 1) / 2, observer);
        }
    }

    private Map<Read, BypassReason> neverCached(CachedCatalogue catalogue, Population population) {
        Choices choices = new Choices(population, new SplittableRandom(settings.seed()));
        Map<Read, BypassReason> reasons = new EnumMap<>(Read.class);
        for (Read read : Read.values()) {
            catalogue.bypassReason(read.question(choices)).ifPresent(reason -> reasons.put(read, reason));
        }
        return reasons;
    }

    private void show(String phase, Workload.Progress run) {
        progress.update(String.format(
                Locale.ROOT,
                "%s: %.0f of %d s, %,d calls",
                phase,
                run.elapsed() * settings.seconds(),
                settings.seconds(),
                run.calls()));
    }

    /** Shows progress, and checks answers at some points of the run. */
    private final class Checking implements Workload.Observer {

        private final AnswerCheck check;
        private int checks;

        Checking(AnswerCheck check) {
            this.check = check;
        }

        @Override
        public void observe(Workload.Progress run) {
            if (checks < CHECKS_DURING_RUN && run.elapsed() * (CHECKS_DURING_RUN + 1) >= checks + 1) {
                checks++;
                run.pause(() -> check.ask(QUESTIONS_DURING_RUN));
            }
            show("with the cache, " + check.wrong() + " wrong answers", run);
        }
    }
}
