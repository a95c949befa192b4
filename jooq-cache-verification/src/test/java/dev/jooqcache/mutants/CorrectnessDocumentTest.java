package dev.jooqcache.mutants;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What {@code docs/correctness.md} names exists: rules, scenarios, mutants, classes and their members; likewise the classes
 * that {@code docs/glossary.md} names.
 */
class CorrectnessDocumentTest {

    private static final Pattern RULE = Pattern.compile("(?m)^### (P\\d+): ");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| ([KRNWTCF]\\d+) \\|.*\\| ([^|]*) \\|$");
    private static final Pattern LABEL = Pattern.compile("(?m)^\\| `(\\w+)` \\|");
    private static final Pattern PLACES = Pattern.compile("(?m)^\\|.*\\|.*\\| ([^|]*) \\|$");
    private static final Pattern CODE = Pattern.compile("`([^`\\s]+)`");
    private static final Pattern TAG = Pattern.compile("@Tag\\(\"([KRNWTCF]\\d+)\"\\)");

    private final String page = page("correctness.md");
    private final Map<String, String> sources = sources();

    @Test
    void rules_areThoseThatHaveMutants() {
        List<String> numbered =
                IntStream.rangeClosed(1, 16).mapToObj(i -> "P" + i).toList();
        assertThat(sections().keySet()).containsExactlyElementsOf(numbered);
        sections().forEach((rule, text) -> {
            List<String> mutants = Mutant.all().stream()
                    .filter(mutant -> mutant.rule().equals(rule))
                    .map(Mutant::name)
                    .toList();
            assertThat(names(text, "Mutants"))
                    .as("mutants named for " + rule)
                    .isNotEmpty()
                    .isSubsetOf(mutants);
        });
    }

    @Test
    void rules_nameCodeAndTestsThatExist() {
        sections().forEach((rule, text) -> {
            for (String line : List.of("Enforced by", "Tests"))
                assertThat(names(text, line))
                        .as(line + " of " + rule)
                        .isNotEmpty()
                        .allSatisfy(this::assertThatExists);
        });
    }

    @Test
    void scenarios_areThoseOfTheTests() {
        Map<String, List<String>> rows = new LinkedHashMap<>();
        matches(ROW, page).forEach(row -> rows.put(row.group(1), codes(row.group(2))));
        Set<String> tags = new HashSet<>();
        sources.values().forEach(source -> matches(TAG, source).forEach(tag -> tags.add(tag.group(1))));
        assertThat(rows.keySet()).containsExactlyInAnyOrderElementsOf(tags);
        rows.forEach((scenario, tests) -> assertThat(tests)
                .as("tests of " + scenario)
                .isNotEmpty()
                .allSatisfy(test ->
                        assertThat(sources.getOrDefault(test, "")).as(test).contains("@Tag(\"" + scenario + "\")")));
    }

    @Test
    void labelsOfMutants_areExplained() {
        Set<String> explained = new LinkedHashSet<>(sections().keySet());
        matches(ROW, page).forEach(row -> explained.add(row.group(1)));
        String labels = page.substring(page.indexOf("## Other labels of mutants"));
        matches(LABEL, labels).forEach(row -> explained.add(row.group(1)));
        assertThat(explained)
                .containsAll(Mutant.all().stream().map(Mutant::rule).toList());
    }

    @Test
    void glossary_namesClassesThatExist() {
        List<String> named = matches(PLACES, page("glossary.md")).stream()
                .flatMap(row -> codes(row.group(1)).stream())
                .toList();
        assertThat(named).isNotEmpty().allSatisfy(this::assertThatExists);
    }

    /** {@code Class}, {@code Class.method}, or {@code Class.Nested}. */
    private void assertThatExists(String name) {
        String[] parts = name.split("\\.", 2);
        assertThat(sources).as("class of " + name).containsKey(parts[0]);
        if (parts.length == 1) return;
        String member = "\\b" + parts[1] + "\\(|\\b(class|enum|interface|record) " + parts[1] + "\\b";
        assertThat(sources.get(parts[0])).as(name).containsPattern(member);
    }

    private static String page(String name) {
        return read(Path.of("..", "docs", name));
    }

    /** The text of each rule, up to the next heading. */
    private Map<String, String> sections() {
        Map<String, String> sections = new LinkedHashMap<>();
        matches(RULE, page).forEach(rule -> {
            int end = page.indexOf("\n##", rule.end());
            sections.put(rule.group(1), page.substring(rule.end(), end));
        });
        return sections;
    }

    /** What stands in backticks in one item of a list. */
    private static List<String> names(String section, String item) {
        Matcher found =
                Pattern.compile("(?ms)^- " + item + ": (.*?)(?=^- |\\z)").matcher(section);
        assertThat(found.find()).as(item + " in " + section).isTrue();
        return codes(found.group(1));
    }

    private static List<String> codes(String text) {
        return matches(CODE, text).stream().map(code -> code.group(1)).toList();
    }

    private static List<MatchResult> matches(Pattern pattern, String text) {
        return pattern.matcher(text).results().toList();
    }

    /** The sources of the library and of all tests, by the names of their classes; those of one name are joined. */
    private static Map<String, String> sources() {
        Map<String, String> sources = new LinkedHashMap<>();
        for (String root : List.of(
                "../jooq-cache/src/main",
                "../jooq-cache/src/test",
                "../jooq-cache-verification/src/test",
                "../jooq-cache-ehcache/src/test",
                "../jooq-cache-flyway/src/test"))
            for (Path file : javaFiles(Path.of(root))) {
                String name = file.getFileName().toString().replace(".java", "");
                sources.merge(name, read(file), String::concat);
            }
        return sources;
    }

    private static List<Path> javaFiles(Path root) {
        try (Stream<Path> files = Files.walk(root)) {
            return new ArrayList<>(
                    files.filter(file -> file.toString().endsWith(".java")).toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
