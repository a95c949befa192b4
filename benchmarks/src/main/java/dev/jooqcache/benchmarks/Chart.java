package dev.jooqcache.benchmarks;

import dev.jooqcache.benchmarks.Figure.Group;
import dev.jooqcache.sample.DatabaseKind;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/** The reads on PostgreSQL as bars, in SVG; the scale is logarithmic. */
final class Chart {

    private static final int WIDTH = 860;
    private static final int LABELS = 170;
    private static final int NUMBERS = 80;
    private static final int BAR = 15;
    private static final int GAP = 3;
    private static final int HEAD = 30;
    private static final int TOP = 44;
    private static final double LOWEST = 0.1;

    private final Results results;

    Chart(Results results) {
        this.results = results;
    }

    @Override
    public String toString() {
        List<Workload> workloads = List.of(Workload.values());
        List<Contender> contenders = Arrays.stream(Contender.values())
                .filter(contender -> workloads.stream()
                        .anyMatch(workload -> micros(contender, workload).isPresent()))
                .toList();
        int panel = HEAD + contenders.size() * (BAR + GAP) + 12;
        int height = TOP + workloads.size() * panel;
        StringBuilder svg = new StringBuilder();
        svg.append(String.format(Locale.ROOT, """
                <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" \
                font-family="sans-serif" font-size="12">
                <rect width="100%%" height="100%%" fill="#ffffff"/>
                <text x="12" y="24" font-size="16" font-weight="bold" fill="#1f2328">\
                Time of a read, PostgreSQL on loopback (µs, logarithmic, shorter is better)</text>
                """, WIDTH, height, WIDTH, height));
        for (int i = 0; i < workloads.size(); i++) panel(svg, workloads.get(i), contenders, TOP + i * panel);
        return svg.append("</svg>\n").toString();
    }

    private void panel(StringBuilder svg, Workload workload, List<Contender> contenders, int top) {
        svg.append(String.format(
                Locale.ROOT,
                "<text x=\"12\" y=\"%d\" font-weight=\"bold\" fill=\"#1f2328\">%s</text>%n",
                top + 18,
                workload.label()));
        double highest = contenders.stream()
                .mapToDouble(contender -> micros(contender, workload).orElse(LOWEST))
                .max()
                .orElse(1);
        double scale = (WIDTH - LABELS - NUMBERS) / Math.log(Math.max(10, highest) / LOWEST);
        int y = top + HEAD;
        for (Contender contender : contenders) {
            OptionalDouble micros = micros(contender, workload);
            if (micros.isPresent()) {
                double length = Math.max(1, scale * Math.log(micros.getAsDouble() / LOWEST));
                svg.append(String.format(
                        Locale.ROOT,
                        """
                        <text x="%d" y="%d" text-anchor="end" fill="#1f2328">%s</text>
                        <rect x="%d" y="%d" width="%.1f" height="%d" fill="%s"/>
                        <text x="%.1f" y="%d" fill="#59636e">%s</text>
                        """,
                        LABELS - 8,
                        y + BAR - 3,
                        contender.label(),
                        LABELS,
                        y,
                        length,
                        BAR,
                        colour(contender),
                        LABELS + length + 6,
                        y + BAR - 3,
                        Report.number(micros.getAsDouble())));
            }
            y += BAR + GAP;
        }
    }

    private OptionalDouble micros(Contender contender, Workload workload) {
        return results.median(Group.READ, contender.name(), DatabaseKind.POSTGRESQL.name(), workload.name(), "us")
                .value();
    }

    private static String colour(Contender contender) {
        return switch (contender) {
            case FLOOR -> "#8c959f";
            case PLAIN -> "#424a53";
            case TABLES, ROWS -> "#1a7f37";
            case MISS, BYPASS -> "#7cc38d";
            default -> "#4b8ede";
        };
    }
}
