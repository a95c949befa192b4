package dev.jooqcache.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.benchmarks.Figure.Group;
import dev.jooqcache.sample.DatabaseKind;
import java.io.StringReader;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

class ReportTest {

    private static final Results RESULTS = new Results(
            Map.of("JVM", "some JVM"),
            List.of(
                    read(1, Contender.FLOOR, 4),
                    read(1, Contender.PLAIN, 80),
                    read(2, Contender.PLAIN, 120),
                    read(1, Contender.TABLES, 6),
                    mix("calls/s", 12_345),
                    mix("stale", 7),
                    mix("checked", 1_000)));

    private static Figure read(int round, Contender contender, double micros) {
        return new Figure(round, Group.READ, contender.name(), DatabaseKind.POSTGRESQL.name(), "FILM", "us", micros);
    }

    private static Figure mix(String metric, double value) {
        return new Figure(
                1,
                Group.MIX,
                Contender.SPRING_EHCACHE.name(),
                DatabaseKind.POSTGRESQL.name(),
                MixRun.subject(20, 4),
                metric,
                value);
    }

    private static List<String> lines(String beginning) {
        return new Report(RESULTS)
                .toString()
                .lines()
                .filter(line -> line.startsWith(beginning))
                .toList();
    }

    @Test
    void report_mediansWithSpreadAndRatio() {
        assertThat(lines("| jOOQ, no cache |")).contains("| jOOQ, no cache | 100 ± 20 % | – | – | – | – |");
        assertThat(lines("| jooq-cache |")).contains("| jooq-cache | 6.00 (0.060) | – | – | – | – |");
    }

    @Test
    void report_goalsMetOrNot() {
        assertThat(lines("| hit, against the floor: primary key"))
                .containsExactly("| hit, against the floor: primary key | <= 1.25 x | 1.50 x | **not met** |");
        assertThat(lines("| PostgreSQL on loopback, against a hit: primary key"))
                .containsExactly("| PostgreSQL on loopback, against a hit: primary key | >= 8.00 x | 16.7 x | met |");
        assertThat(lines("| heap of a cached row"))
                .containsExactly("| heap of a cached row, against a Result's | <= 0.50 x | – | not measured |");
    }

    @Test
    void report_whatStandsInTheWay() {
        assertThat(lines("- "))
                .singleElement()
                .asString()
                .startsWith("- hit, against the floor: primary key.<br>Beside what the floor does: ");
    }

    @Test
    void report_staleReadsOfAnybody() {
        assertThat(lines("| 4 | @Cacheable, Ehcache |"))
                .containsExactly("| 4 | @Cacheable, Ehcache | 12,345 | – | – | – | 7 of 1,000 | – | – |");
    }

    @Test
    void chart_barForEachFigure() throws Exception {
        Document svg = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(new Chart(RESULTS).toString())));
        // And one for the background.
        assertThat(svg.getElementsByTagName("rect").getLength()).isEqualTo(1 + 3);
        assertThat(Stream.of("4.00", "100", "6.00"))
                .allMatch(number -> svg.getDocumentElement().getTextContent().contains(number));
    }
}
