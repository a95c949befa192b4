package dev.jooqcache.sample;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.jooqcache.sample.Settings.Server;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** The sample's command line. */
@Command(
        name = "sample",
        sortOptions = false,
        usageHelpAutoWidth = true,
        description = {
            "Runs the workload of a film-rental catalogue without and with jooq-cache, compares both, and checks what"
                    + " the cache answers against the database.",
            "Of the writes, 49 in 100 rent a film, 49 give one back, and 2 change a price. Choices are distributed by"
                    + " Zipf's law.",
            ""
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:every checked answer was right",
            "1:a wrong answer, which is printed, or the run failed",
            "2:bad options",
            "3:the database could not be started, reached or migrated"
        })
public final class Main implements Callable<Integer> {

    private static final int WRONG = 1;
    private static final int NOT_STARTED = 3;
    private static final int MOST_THREADS = 64;
    private static final int MOST_SECONDS = 3_600;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = "--database",
            paramLabel = "h2|postgresql",
            converter = DatabaseKindConverter.class,
            description = "An embedded database to start. Default: h2, or postgresql if there is a --url.")
    private @Nullable DatabaseKind database;

    @Option(names = "--seconds", paramLabel = "N", description = "How long each phase lasts. Default: 5.")
    private int seconds = 5;

    @Option(names = "--threads", paramLabel = "N", description = "How many threads there are. Default: 4.")
    private int threads = 4;

    @Option(names = "--writes", paramLabel = "PERCENT", description = "How many of 100 calls write. Default: 5.")
    private int writes = 5;

    @Option(names = "--seed", paramLabel = "N", description = "Repeats the choices of a run. Default: 1.")
    private long seed = 1;

    @Option(
            names = "--url",
            paramLabel = "JDBC_URL",
            description = "A PostgreSQL server of your own; the sample creates a schema called catalogue in it.")
    private @Nullable String url;

    @Option(names = "--user", paramLabel = "NAME", description = "The user for --url.")
    private @Nullable String user;

    @Option(names = "--password", paramLabel = "PASSWORD", description = "The password for --url.")
    private @Nullable String password;

    @Option(
            names = "--schema",
            description = "Prints what depends on what in the schema, as the cache sees it, and runs no workload.")
    private boolean schema;

    @Option(
            names = "--precision",
            paramLabel = "CALLS",
            description =
                    "Prints how much of what writes invalidate has really changed, for so many calls of one thread"
                            + " with 5, 20 and 50 %% writes, and runs no timed workload.")
    private int precision;

    @Option(
            names = "--cells",
            paramLabel = "N",
            description = "Generation cells for --precision, a power of two. Default: 524288.")
    private int cells = 1 << 19;

    @Option(names = "--help", usageHelp = true, description = "Shows this.")
    @SuppressWarnings("UnusedVariable") // Picocli wants a place to write it to.
    private boolean help;

    private Main() {}

    /** Runs the sample and ends the JVM. */
    public static void main(String[] arguments) {
        System.exit(run(new PrintWriter(System.out, true, UTF_8), new PrintWriter(System.err, true, UTF_8), arguments));
    }

    /** Runs the sample and returns its exit code. */
    static int run(PrintWriter out, PrintWriter err, String... arguments) {
        return new CommandLine(new Main())
                .setOut(out)
                .setErr(err)
                .setParameterExceptionHandler((exception, ignored) -> {
                    err.println("error: " + exception.getMessage());
                    return CommandLine.ExitCode.USAGE;
                })
                .setExecutionExceptionHandler((exception, commandLine, ignored) -> {
                    if (exception instanceof StartFailure) {
                        err.println("error: " + exception.getMessage());
                        return NOT_STARTED;
                    }
                    throw exception;
                })
                .execute(arguments);
    }

    @Override
    public Integer call() throws Exception {
        Settings settings = settings();
        PrintWriter out = commandLine().getOut();
        ProgressLine progress = new ProgressLine(commandLine().getErr());
        if (precision > 0) {
            String table = new PrecisionRun(settings, seed, precision, cells, progress).run();
            progress.clear();
            out.print(table);
            out.flush();
            return CommandLine.ExitCode.OK;
        }
        progress.show("starting and migrating " + settings.where());
        try (SampleDatabase started = SampleDatabase.start(settings)) {
            if (schema) {
                progress.clear();
                out.print(started.dependencies());
                out.flush();
                return CommandLine.ExitCode.OK;
            }
            Comparison comparison = new Sample(settings, progress).run(started);
            progress.clear();
            out.printf(
                    Locale.ROOT,
                    "%s, %d threads, %d s without and %d s with the cache, %d %% writes, seed %d%n%n",
                    started.product(),
                    threads,
                    seconds,
                    seconds,
                    writes,
                    seed);
            out.print(new Report(settings, comparison));
            out.flush();
            return comparison.check().wrong() == 0 ? CommandLine.ExitCode.OK : WRONG;
        } finally {
            progress.clear();
        }
    }

    private Settings settings() {
        requireRange("--seconds", seconds, 1, MOST_SECONDS);
        requireRange("--threads", threads, 1, MOST_THREADS);
        requireRange("--writes", writes, 0, 100);
        return new Settings(databaseKind(), server(), seconds, threads, writes, seed);
    }

    private DatabaseKind databaseKind() {
        if (database != null) {
            return database;
        }
        return url == null ? DatabaseKind.H2 : DatabaseKind.POSTGRESQL;
    }

    private Optional<Server> server() {
        if (url == null) {
            require(user == null, "--user needs --url");
            require(password == null, "--password needs --url");
            return Optional.empty();
        }
        require(url.startsWith("jdbc:postgresql:"), "--url must begin with jdbc:postgresql: but is " + url);
        require(database != DatabaseKind.H2, "--url is for PostgreSQL, not for --database h2");
        return Optional.of(new Server(url, Optional.ofNullable(user), Optional.ofNullable(password)));
    }

    private void requireRange(String option, int value, int least, int most) {
        require(value >= least && value <= most, option + " must be from " + least + " to " + most + ": " + value);
    }

    private void require(boolean condition, String message) {
        if (!condition) {
            throw new ParameterException(commandLine(), message);
        }
    }

    private CommandLine commandLine() {
        return Objects.requireNonNull(spec).commandLine();
    }

    /** The names of databases, in any case. */
    private static final class DatabaseKindConverter implements ITypeConverter<DatabaseKind> {

        @Override
        public DatabaseKind convert(String value) {
            return switch (value.toLowerCase(Locale.ROOT)) {
                case "h2" -> DatabaseKind.H2;
                case "postgresql" -> DatabaseKind.POSTGRESQL;
                default -> throw new TypeConversionException("it must be h2 or postgresql, but is " + value);
            };
        }
    }
}
