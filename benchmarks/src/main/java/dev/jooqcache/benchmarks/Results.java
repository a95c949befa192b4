package dev.jooqcache.benchmarks;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.function.Predicate;
import org.jooq.tools.json.JSONParser;
import org.jooq.tools.json.JSONValue;
import org.jooq.tools.json.ParseException;

/**
 * What a run has measured, and where.
 *
 * @param environment hardware and versions, by name
 * @param figures all numbers of all rounds
 */
record Results(Map<String, String> environment, List<Figure> figures) {

    /** The numbers of one cell of a table, over the rounds. */
    Values median(Figure.Group group, String contender, String database, String subject, String metric) {
        return new Values(sorted(figure -> figure.group() == group
                && figure.contender().equals(contender)
                && figure.database().equals(database)
                && figure.subject().equals(subject)
                && figure.metric().equals(metric)));
    }

    private double[] sorted(Predicate<Figure> filter) {
        return figures.stream()
                .filter(filter)
                .mapToDouble(Figure::value)
                .sorted()
                .toArray();
    }

    /** Numbers of which the median is asked for; perhaps none. */
    static final class Values {

        private final double[] sorted;

        private Values(double[] sorted) {
            this.sorted = sorted;
        }

        int rounds() {
            return sorted.length;
        }

        OptionalDouble value() {
            if (sorted.length == 0) return OptionalDouble.empty();
            int middle = sorted.length / 2;
            return OptionalDouble.of(
                    sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2);
        }

        /** Half of the distance between the lowest and the highest, in parts of the median. */
        double spread() {
            double median = value().orElse(0);
            return median == 0 ? 0 : (sorted[sorted.length - 1] - sorted[0]) / 2 / median;
        }
    }

    void write(Path file) throws IOException {
        Files.createDirectories(Objects.requireNonNull(file.toAbsolutePath().getParent()));
        StringBuilder json = new StringBuilder("{\"environment\": ")
                .append(JSONValue.toJSONString(environment))
                .append(",\n\"figures\": [");
        String separator = "\n";
        for (Figure figure : figures) {
            Map<String, Object> members = new LinkedHashMap<>();
            members.put("round", figure.round());
            members.put("group", figure.group().name());
            members.put("contender", figure.contender());
            members.put("database", figure.database());
            members.put("subject", figure.subject());
            members.put("metric", figure.metric());
            members.put("value", figure.value());
            json.append(separator).append(JSONValue.toJSONString(members));
            separator = ",\n";
        }
        Files.writeString(file, json.append("\n]}\n"));
    }

    static Results read(Path file) throws IOException {
        try (Reader reader = Files.newBufferedReader(file)) {
            Map<?, ?> json = (Map<?, ?>) new JSONParser().parse(reader);
            Map<String, String> environment = new LinkedHashMap<>();
            ((Map<?, ?>) member(json, "environment"))
                    .forEach((name, value) -> environment.put(String.valueOf(name), String.valueOf(value)));
            List<Figure> figures = new ArrayList<>();
            for (Object element : (List<?>) member(json, "figures")) figures.add(figure((Map<?, ?>) element));
            return new Results(environment, figures);
        } catch (ParseException e) {
            throw new IOException(file + " is not what a run writes", e);
        }
    }

    private static Figure figure(Map<?, ?> members) {
        return new Figure(
                ((Number) member(members, "round")).intValue(),
                Figure.Group.valueOf((String) member(members, "group")),
                (String) member(members, "contender"),
                (String) member(members, "database"),
                (String) member(members, "subject"),
                (String) member(members, "metric"),
                ((Number) member(members, "value")).doubleValue());
    }

    private static Object member(Map<?, ?> members, String name) {
        return Objects.requireNonNull(members.get(name), name);
    }
}
