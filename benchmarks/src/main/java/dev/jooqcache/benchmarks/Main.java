package dev.jooqcache.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures everything, and writes the numbers as JSON, as Markdown and as a chart. */
@Command(
        name = "benchmarks",
        description = "Measures jooq-cache and its peers on H2 and on a PostgreSQL that is started for it.")
public final class Main implements Callable<Integer> {

    @Option(names = "--quick", description = "Less than ten minutes instead of less than two hours.")
    private boolean quick;

    @Option(
            names = "--minutes",
            paramLabel = "N",
            description = "After so long no JVM is started any more. Default: 110, or 9 if quick.")
    private @Nullable Integer minutes;

    @Option(
            names = "--results",
            paramLabel = "DIRECTORY",
            description = "Where the numbers are written, and the JVMs' output. Default: benchmarks/target/results.")
    private Path results = Path.of("benchmarks", "target", "results");

    @Option(
            names = "--docs",
            paramLabel = "DIRECTORY",
            description = "Where benchmarks.md and benchmarks.svg are written. Default: docs.")
    private Path docs = Path.of("docs");

    @Option(
            names = "--report",
            paramLabel = "FILE",
            description = "Measures nothing, but writes the report of a results.json again.")
    private @Nullable Path report;

    @Option(names = "--help", usageHelp = true, description = "Shows this.")
    @SuppressWarnings("UnusedVariable") // Picocli wants a place to write it to.
    private boolean help;

    private Main() {}

    /** Runs, and ends the JVM. */
    public static void main(String[] arguments) {
        System.setProperty("org.slf4j.simpleLogger.log.dev.jooqcache", "warn");
        System.exit(new CommandLine(new Main()).execute(arguments));
    }

    private Effort effort() {
        Effort effort = quick ? Effort.QUICK : Effort.FULL;
        if (minutes == null) return effort;
        if (minutes < 1)
            throw new CommandLine.ParameterException(new CommandLine(this), "--minutes must be at least 1: " + minutes);
        return effort.within(Duration.ofMinutes(minutes));
    }

    @Override
    public Integer call() throws Exception {
        Results measured;
        if (report == null) {
            PrintWriter log = new PrintWriter(System.err, true, UTF_8);
            measured = new Tournament(effort(), results, log).run();
            measured.write(results.resolve("results.json"));
        } else {
            measured = Results.read(report);
        }
        Files.createDirectories(docs);
        Files.writeString(docs.resolve("benchmarks.md"), new Report(measured).toString());
        Files.writeString(docs.resolve("benchmarks.svg"), new Chart(measured).toString());
        return CommandLine.ExitCode.OK;
    }
}
