package dev.jooqcache.sample;

import dev.jooqcache.BypassReason;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What the sample prints at its end. */
final class Report {

    private final Settings settings;
    private final Comparison comparison;

    Report(Settings settings, Comparison comparison) {
        this.settings = settings;
        this.comparison = comparison;
    }

    @Override
    public String toString() {
        return table()
                + System.lineSeparator()
                + neverCached()
                + bypasses()
                + cache()
                + throughput()
                + statements()
                + answers();
    }

    private TextTable table() {
        TextTable table = new TextTable();
        table.row("", "calls", "calls", "", "", "", "p50 us", "p50 us", "p99 us", "p99 us", "SQL", "SQL", "", "");
        table.row(
                "query",
                "without",
                "with",
                "hits",
                "hit %",
                "bypasses",
                "without",
                "with",
                "without",
                "with",
                "without",
                "with",
                "checked",
                "wrong");
        for (Read read : Read.values()) {
            row(table, read);
        }
        for (Write write : Write.values()) {
            row(table, write);
        }
        totals(table);
        return table;
    }

    private void row(TextTable table, Read read) {
        Measurement with = comparison.with().of(read);
        row(
                table,
                read.label(),
                List.of(read),
                number(with.hits()),
                percent(with.hits(), with.calls()),
                comparison.neverCached().containsKey(read) ? number(with.calls()) : "0",
                number(comparison.check().checked(read)),
                number(comparison.check().wrong(read)));
    }

    private void row(TextTable table, Write write) {
        if (comparison.with().of(write).calls() + comparison.without().of(write).calls() > 0) {
            row(table, write.label(), List.of(write), "", "", "", "", "");
        }
    }

    private void totals(TextTable table) {
        Measurement reads = comparison.with().sum(List.of(Read.values()));
        long bypassed = comparison.with().sum(comparison.neverCached().keySet()).calls();
        row(
                table,
                "total",
                Measurements.OPERATIONS,
                number(reads.hits()),
                percent(reads.hits(), reads.calls()),
                number(bypassed),
                number(comparison.check().checked()),
                number(comparison.check().wrong()));
    }

    private void row(
            TextTable table,
            String label,
            Collection<? extends Operation> operations,
            String hits,
            String hitPercent,
            String bypasses,
            String checked,
            String wrong) {
        Measurement without = comparison.without().sum(operations);
        Measurement with = comparison.with().sum(operations);
        table.row(
                label,
                number(without.calls()),
                number(with.calls()),
                hits,
                hitPercent,
                bypasses,
                micros(without, 50),
                micros(with, 50),
                micros(without, 99),
                micros(with, 99),
                number(without.statements()),
                number(with.statements()),
                checked,
                wrong);
    }

    private String neverCached() {
        return line(
                "never cached",
                comparison.neverCached().entrySet().stream()
                        .map(entry -> entry.getKey().label() + ": " + entry.getValue())
                        .collect(Collectors.joining("; ")));
    }

    private String bypasses() {
        return line("bypasses", reasons(comparison.stats().bypassCounts()))
                + line("not stored", reasons(comparison.stats().notStoredCounts()));
    }

    /** All reasons but the hint, which is how the answers are checked. */
    private static String reasons(Map<BypassReason, Long> counts) {
        return EnumSet.complementOf(EnumSet.of(BypassReason.BYPASS_HINT)).stream()
                .filter(counts::containsKey)
                .map(reason -> reason + " " + number(counts.getOrDefault(reason, 0L)))
                .collect(Collectors.joining(", "));
    }

    private String cache() {
        return line(
                "cache",
                number(comparison.stats().hits()) + " hits, "
                        + number(comparison.stats().misses()) + " misses, "
                        + number(comparison.stats().stores()) + " stores, "
                        + number(comparison.stats().invalidations()) + " invalidations, "
                        + number(comparison.stats().evictions()) + " evictions, "
                        + number(comparison.stats().expirations()) + " expirations, "
                        + number(comparison.stats().removals()) + " removals");
    }

    private String throughput() {
        long without = all(comparison.without()).calls() / settings.seconds();
        long with = all(comparison.with()).calls() / settings.seconds();
        return line(
                "calls per second",
                number(without) + " without, " + number(with) + " with the cache: "
                        + decimal(with / (double) Math.max(1, without)) + " times as many");
    }

    private String statements() {
        return line(
                "SQL per 100 calls",
                decimal(per100(all(comparison.without()))) + " statements without, "
                        + decimal(per100(all(comparison.with()))) + " with the cache");
    }

    private String answers() {
        return line(
                "answers",
                number(comparison.check().checked()) + " compared with the database's, "
                        + number(comparison.check().wrong()) + " wrong");
    }

    private static Measurement all(Measurements measurements) {
        return measurements.sum(Measurements.OPERATIONS);
    }

    private static double per100(Measurement measurement) {
        return 100.0 * measurement.statements() / Math.max(1, measurement.calls());
    }

    private static String line(String subject, String text) {
        return String.format(Locale.ROOT, "%-18s %s%n", subject, text);
    }

    private static String number(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    private static String decimal(double number) {
        return String.format(Locale.ROOT, "%,.1f", number);
    }

    private static String percent(long part, long whole) {
        return whole == 0 ? "" : decimal(100.0 * part / whole);
    }

    private static String micros(Measurement measurement, double percentile) {
        return measurement.calls() == 0 ? "" : number(Math.round(measurement.micros(percentile)));
    }
}
