package dev.jooqcache.benchmarks;

import dev.jooqcache.benchmarks.Fork.Task;
import dev.jooqcache.sample.DatabaseKind;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * All measurements of a run, each in a JVM of its own, one after the other: in each round every contender once, so that
 * what happens to the machine meanwhile happens to all.
 */
final class Tournament {

    private static final Set<Contender> ON_H2 = EnumSet.of(
            Contender.FLOOR,
            Contender.PLAIN,
            Contender.TABLES,
            Contender.ROWS,
            Contender.PREPARED,
            Contender.MISS,
            Contender.BYPASS);
    private static final Set<Contender> QUICKLY_ON_H2 = EnumSet.of(Contender.PLAIN, Contender.TABLES, Contender.MISS);
    private static final Set<Contender> WITHOUT_MIX =
            EnumSet.of(Contender.FLOOR, Contender.MISS, Contender.BYPASS, Contender.MYBATIS_READ_ONLY);
    private static final Duration GRACE = Duration.ofSeconds(30);

    private record Job(Task task, Contender contender, DatabaseKind database, int round) {}

    private final Effort effort;
    private final Path directory;
    private final PrintWriter log;
    private final Instant begin = Instant.now();
    private final Map<String, String> environment = new LinkedHashMap<>(Environment.describe());
    private final List<Figure> figures = new ArrayList<>();
    private int failures;

    Tournament(Effort effort, Path directory, PrintWriter log) {
        this.effort = effort;
        this.directory = directory;
        this.log = log;
    }

    /** Runs until everything is measured or the time is over. */
    Results run() throws IOException, InterruptedException {
        Files.createDirectories(directory);
        int done = 0;
        try (Database postgres = Database.start(DatabaseKind.POSTGRESQL)) {
            environment.put("PostgreSQL", postgres.product() + ", on loopback");
            String url = postgres.url();
            List<Job> jobs = jobs();
            for (Job job : jobs) {
                if (elapsed().compareTo(effort.limit()) >= 0) break;
                if (!run(job, url)) break;
                done++;
                log.printf(
                        "%3d of %d, %4d s: %s %s on %s, round %d%n",
                        done,
                        jobs.size(),
                        elapsed().toSeconds(),
                        job.task(),
                        job.contender(),
                        job.database(),
                        job.round());
            }
            environment.put("Run", run(done, jobs.size()));
        } catch (SQLException e) {
            throw new IOException(e);
        }
        return new Results(environment, figures);
    }

    private String run(int done, int all) {
        return "%s, %d of %d JVMs, one after the other, in %d minutes%s"
                .formatted(
                        effort.label(),
                        done,
                        all,
                        elapsed().toMinutes(),
                        failures == 0 ? "" : ", of which " + failures + " failed");
    }

    private Duration elapsed() {
        return Duration.between(begin, Instant.now());
    }

    private List<Job> jobs() {
        List<Job> jobs = new ArrayList<>();
        Set<Contender> onH2 = effort.label().equals(Effort.QUICK.label()) ? QUICKLY_ON_H2 : ON_H2;
        for (int round = 1; round <= effort.rounds(); round++) {
            for (Contender contender : Contender.values()) {
                jobs.add(new Job(Task.LATENCY, contender, DatabaseKind.POSTGRESQL, round));
                if (onH2.contains(contender)) jobs.add(new Job(Task.LATENCY, contender, DatabaseKind.H2, round));
            }
            if (round > effort.mixRounds()) continue;
            jobs.add(new Job(Task.COSTS, Contender.TABLES, DatabaseKind.H2, round));
            for (Contender contender : Contender.values())
                if (!WITHOUT_MIX.contains(contender))
                    jobs.add(new Job(Task.MIX, contender, DatabaseKind.POSTGRESQL, round));
        }
        return jobs;
    }

    /** Runs a JVM, and says whether there was time enough for it. */
    private boolean run(Job job, String postgres) throws IOException, InterruptedException {
        Path file = directory.resolve(
                "%d-%s-%s-%s.json".formatted(job.round(), job.task(), job.contender(), job.database()));
        Path output = directory.resolve(file.getFileName() + ".log");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xms2g",
                job.task() == Task.COSTS ? "-Xmx4g" : "-Xmx2g",
                "-Djmh.ignoreLock=true",
                "-Djol.magicFieldOffset=true",
                "-Djdk.attach.allowAttachSelf=true",
                "-XX:+EnableDynamicAgentLoading",
                "-Dorg.jboss.logging.provider=slf4j",
                "-Dorg.slf4j.simpleLogger.log.dev.jooqcache=warn",
                "-cp",
                System.getProperty("java.class.path"),
                Fork.class.getName(),
                job.task().name(),
                job.contender().name(),
                job.database().name(),
                job.database() == DatabaseKind.H2 ? "-" : postgres,
                effort.label(),
                String.valueOf(job.round()),
                file.toString()));
        Files.deleteIfExists(file);
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        Duration most = effort.limit().plus(GRACE).minus(elapsed());
        boolean ended = process.waitFor(most.toMillis(), TimeUnit.MILLISECONDS);
        if (!ended) {
            process.destroyForcibly().waitFor();
            return false;
        }
        if (process.exitValue() == 0 && Files.exists(file)) {
            Results results = Results.read(file);
            figures.addAll(results.figures());
            if (job.database() == DatabaseKind.H2)
                environment.putIfAbsent("H2", results.environment().get("database") + ", in memory");
        } else {
            failures++;
            log.println("failed, see " + output);
        }
        return true;
    }
}
