package dev.jooqcache.benchmarks;

import dev.jooqcache.benchmarks.Figure.Group;
import dev.jooqcache.sample.DatabaseKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The results as docs/benchmarks.md. */
final class Report {

    private static final String COMMAND = """
            ./mvnw -q package -DskipTests -pl benchmarks -am && java -jar benchmarks/target/benchmarks.jar
            """;

    private final Results results;
    private final StringBuilder text = new StringBuilder();

    Report(Results results) {
        this.results = results;
    }

    @Override
    public String toString() {
        text.setLength(0);
        text.append("# Benchmarks\n\n");
        paragraph(
                "Written by `benchmarks/`, not by hand. To repeat it (add `--quick` for ten minutes, or `--minutes 60`,"
                        + " instead of two hours; nothing needs to be installed but a JDK and Maven):");
        text.append("```\n").append(COMMAND).append("```\n\n");
        table(
                List.of("", ""),
                results.environment().entrySet().stream()
                        .map(entry -> List.of(entry.getKey(), entry.getValue()))
                        .toList());
        text.append("![Time of a read on PostgreSQL](benchmarks.svg)\n\n");
        goals();
        for (DatabaseKind database : List.of(DatabaseKind.POSTGRESQL, DatabaseKind.H2)) reads(database);
        writes();
        mixes();
        costs();
        footnotes();
        return text.toString();
    }

    private void goals() {
        text.append("## Goals\n\n");
        paragraph("Ratios of medians of this run.");
        List<Goal> goals = Goal.of(results);
        table(
                List.of("goal", "limit", "measured", ""),
                goals.stream()
                        .map(goal -> List.of(
                                goal.what(),
                                (goal.atMost() ? "<= " : ">= ") + number(goal.limit()) + " x",
                                goal.ratio().isPresent() ? number(goal.ratio().getAsDouble()) + " x" : "–",
                                goal.ratio().isEmpty() ? "not measured" : goal.isMet() ? "met" : "**not met**"))
                        .toList());
        Map<String, List<String>> obstacles = new LinkedHashMap<>();
        for (Goal goal : goals)
            if (goal.ratio().isPresent() && !goal.isMet())
                obstacles
                        .computeIfAbsent(goal.obstacle(), obstacle -> new ArrayList<>())
                        .add(goal.what());
        if (obstacles.isEmpty()) return;
        paragraph("What stands in the way of those that were not met:");
        obstacles.forEach((obstacle, of) -> text.append("- ")
                .append(String.join("; ", of))
                .append(".<br>")
                .append(obstacle)
                .append('\n'));
        text.append('\n');
    }

    private void reads(DatabaseKind database) {
        text.append("## Reads, ")
                .append(database == DatabaseKind.H2 ? "H2 in memory" : "PostgreSQL")
                .append("\n\n");
        paragraph("Microseconds of one read: the median of the rounds, ± half of what they are apart; in brackets as a"
                + " part of jOOQ's without a cache. Without \"miss\" or \"bypass\", all reads of caches are hits; an"
                + " exclamation mark says where not all were.[^1][^2]");
        readTable(database, "us");
        paragraph("Bytes allocated by one read.");
        readTable(database, "B");
    }

    private void readTable(DatabaseKind database, String metric) {
        List<String> head = Stream.concat(
                        Stream.of(""), Arrays.stream(Workload.values()).map(Workload::label))
                .toList();
        List<List<String>> rows = new ArrayList<>();
        for (Contender contender : Contender.values()) {
            List<String> row = new ArrayList<>(List.of(contender.label()));
            for (Workload workload : Workload.values())
                row.add(cell(Group.READ, contender, database, workload.name(), metric));
            if (row.stream().skip(1).anyMatch(cell -> !cell.equals("–"))) rows.add(row);
        }
        table(head, rows);
    }

    private String cell(Group group, Contender contender, DatabaseKind database, String subject, String metric) {
        Results.Values values = results.median(group, contender.name(), database.name(), subject, metric);
        OptionalDouble median = values.value();
        if (median.isEmpty()) return "–";
        OptionalDouble reference = results.median(group, Contender.PLAIN.name(), database.name(), subject, metric)
                .value();
        String ratio = reference.isEmpty() || contender == Contender.PLAIN
                ? ""
                : " (" + number(median.getAsDouble() / reference.getAsDouble()) + ")";
        String spread =
                values.rounds() < 2 || metric.equals("B") ? "" : " ± " + Math.round(100 * values.spread()) + " %";
        return number(median.getAsDouble()) + spread + ratio + (isMixed(contender, database, subject) ? " !" : "");
    }

    /** Returns whether a figure of hits has misses in it, or one of misses hits. */
    private boolean isMixed(Contender contender, DatabaseKind database, String subject) {
        OptionalDouble connections = results.median(
                        Group.READ, contender.name(), database.name(), subject, "connections/1000")
                .value();
        return connections.isPresent()
                && (contender.hits() ? connections.getAsDouble() >= 1 : connections.getAsDouble() < 999);
    }

    private void writes() {
        text.append("## Writes\n\n");
        paragraph(
                "Microseconds of one write with jOOQ, in autocommit; the batch is a thousand inserts in a transaction.");
        List<List<String>> rows = new ArrayList<>();
        for (DatabaseKind database : DatabaseKind.values())
            for (Contender contender : List.of(Contender.PLAIN, Contender.TABLES, Contender.ROWS)) {
                List<String> row = new ArrayList<>(List.of(database.name(), contender.label()));
                for (String write : List.of("insert", "update", "batch"))
                    row.add(cell(Group.WRITE, contender, database, write, "us"));
                if (row.stream().skip(2).anyMatch(cell -> !cell.equals("–"))) rows.add(row);
            }
        table(List.of("", "", "insert", "update", "batch of 1,000"), rows);
    }

    private void mixes() {
        text.append("## Mixes on PostgreSQL\n\n");
        paragraph(
                "Three hundred films, read as in the sample: what is popular often; half of the writes change the price of"
                        + " a film, half rent a copy in a transaction. All is read once before. Hits are the reads that took no"
                        + " connection from the pool. Stale are the reads of films that answered what a write had changed before the"
                        + " read began, and had returned; they are counted for everybody. Wrong at rest are those of "
                        + MixRun.answersAtRest()
                        + " answers that differ from the database when all writers have ended.[^3]");
        for (int writes : MixRun.writes()) {
            List<List<String>> rows = new ArrayList<>();
            for (int threads : threads())
                for (Contender contender : Contender.values()) {
                    String subject = MixRun.subject(writes, threads);
                    if (mix(contender, subject, "calls/s").isEmpty()) continue;
                    rows.add(List.of(
                            String.valueOf(threads),
                            contender.label(),
                            whole(mix(contender, subject, "calls/s")),
                            plain(mix(contender, subject, "p50 us")),
                            plain(mix(contender, subject, "p99 us")),
                            plain(mix(contender, subject, "hit %")),
                            whole(mix(contender, subject, "stale")) + " of "
                                    + whole(mix(contender, subject, "checked")),
                            whole(mix(contender, subject, "wrong at rest")),
                            plain(mix(contender, subject, "connections/1000"))));
                }
            if (rows.isEmpty()) continue;
            text.append("### ").append(writes).append(" % writes\n\n");
            table(
                    List.of(
                            "threads",
                            "",
                            "calls/s",
                            "p50 µs",
                            "p99 µs",
                            "hits %",
                            "stale reads",
                            "wrong at rest",
                            "connections per 1,000 calls"),
                    rows);
        }
    }

    private List<Integer> threads() {
        return results.figures().stream()
                .filter(figure -> figure.group() == Group.MIX)
                .map(figure -> Integer.valueOf(figure.subject().replaceAll(".*, (\\d+) threads", "$1")))
                .distinct()
                .sorted()
                .toList();
    }

    private OptionalDouble mix(Contender contender, String subject, String metric) {
        return results.median(Group.MIX, contender.name(), DatabaseKind.POSTGRESQL.name(), subject, metric)
                .value();
    }

    private void costs() {
        text.append("## Costs and growth\n\n");
        paragraph("In the generation store, by number of tags: the capture of a stamp before each look-up, and what a"
                + " write does around its commit. Then a hit of one row and the invalidation of other tables, by number of"
                + " results in the cache; a hit over many tables, and of that what it takes to build and render its SQL;"
                + " `explain` of an SQL text that is known and of a new one, which is analysed. On H2.");
        List<String> subjects = results.figures().stream()
                .filter(figure -> figure.group() == Group.COST)
                .map(Figure::subject)
                .distinct()
                .toList();
        table(
                List.of("", "time", "bytes allocated"),
                subjects.stream()
                        .map(subject -> List.of(
                                subject,
                                Stream.of("ns", "us")
                                        .filter(unit -> cost(subject, unit).isPresent())
                                        .map(unit -> plain(cost(subject, unit)) + " " + unit.replace('u', 'µ'))
                                        .collect(Collectors.joining()),
                                whole(cost(subject, "B"))))
                        .toList());
        paragraph("Heap of a cached row of eight columns, by JOL: what a second page of a hundred rows adds.[^4]");
        table(
                List.of("", "bytes per row"),
                results.figures().stream()
                        .filter(figure -> figure.group() == Group.HEAP)
                        .map(Figure::subject)
                        .distinct()
                        .map(subject -> List.of(
                                subject,
                                whole(results.median(
                                                Group.HEAP,
                                                Contender.TABLES.name(),
                                                DatabaseKind.H2.name(),
                                                subject,
                                                "B")
                                        .value())))
                        .toList());
        paragraph(
                "Milliseconds from nothing to the answer of the first read, in a new JVM with a pool that is connected.");
        table(
                List.of("", "PostgreSQL", "H2"),
                Arrays.stream(Contender.values())
                        .map(contender -> List.of(
                                contender.label(),
                                whole(start(contender, DatabaseKind.POSTGRESQL)),
                                whole(start(contender, DatabaseKind.H2))))
                        .toList());
    }

    private OptionalDouble cost(String subject, String metric) {
        return results.median(Group.COST, Contender.TABLES.name(), DatabaseKind.H2.name(), subject, metric)
                .value();
    }

    private OptionalDouble start(Contender contender, DatabaseKind database) {
        return results.median(Group.START, contender.name(), database.name(), "first read", "ms")
                .value();
    }

    private void footnotes() {
        text.append("""
                [^1]: One JVM for each contender, database and round, one after the other, so that rounds are interleaved;
                    in it JMH warms all five reads before it measures the first, as an application runs more than one query.
                    Each read goes through 4 to 64 arguments in turn. "miss" has room for one result, so each read is
                    looked up, recorded, stored and evicted. The floor is jOOQ that builds and renders the query and reads
                    the rows from an ideal `ResultSet` in memory.
                [^2]: What is answered is what users of each get: jOOQ's `Result`, fresh each time; the very same Java
                    records each time from `@Cacheable` and from MyBatis with `readOnly`; copies of them by serialization
                    from MyBatis as it is by default; entities from Hibernate. Ehcache and Caffeine hold 10,000 entries on
                    the heap, by reference, for five minutes. Hibernate: READ_WRITE, query cache, hibernate-jcache.
                    The ResultSet cache is our own writing of the idea in jOOQ's blog, with everything cleared after each
                    write, which the blog leaves to the reader. jOOQ without a cache, misses and bypasses do go to the
                    database.
                [^3]: `@CacheEvict` evicts by hand after the method: a film's entries by key, all pages, all genres, all
                    reports. A read that began before a write and stores after its eviction leaves the past in the cache.
                [^4]: `Result` is jOOQ's, detached. `@Cacheable` is the Java records. Hibernate is the film region and the
                    query cache's identifiers.
                """);
    }

    private void paragraph(String sentence) {
        text.append(sentence).append("\n\n");
    }

    private void table(List<String> head, List<List<String>> rows) {
        line(head);
        text.append("|").append("---|".repeat(head.size())).append('\n');
        rows.forEach(this::line);
        text.append('\n');
    }

    private void line(List<String> cells) {
        text.append("| ").append(String.join(" | ", cells)).append(" |\n");
    }

    private static String plain(OptionalDouble value) {
        return value.isPresent() ? number(value.getAsDouble()) : "–";
    }

    private static String whole(OptionalDouble value) {
        return value.isPresent() ? String.format(Locale.ROOT, "%,d", Math.round(value.getAsDouble())) : "–";
    }

    /** Three digits that count. */
    static String number(double value) {
        double size = Math.abs(value);
        String format = size >= 100 ? "%,.0f" : size >= 10 ? "%.1f" : size >= 0.1 || size == 0 ? "%.2f" : "%.3f";
        return String.format(Locale.ROOT, format, value);
    }
}
