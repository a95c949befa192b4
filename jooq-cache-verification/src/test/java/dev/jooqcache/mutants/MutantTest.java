package dev.jooqcache.mutants;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.jooqcache.testing.Database;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The tests find what they are there for: each {@link Mutant} of the library is caught by the test that it names, within
 * the time limit, while the library as it is passes the same test. Figures of one run go to {@code target/mutants.md}.
 */
@Tag("database")
class MutantTest {

    /** Against those that hang. A test of many pairs, each with a database of its own, takes 20 s on two busy cores. */
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private static final Library UNCHANGED = Library.unchanged();
    private static final Set<String> PASSED = new HashSet<>();
    private static final Map<String, Map<Database, Long>> MILLIS = new HashMap<>();
    private static Mutant present;
    private static Library mutated;

    /** All, or those whose files are named by the system property: regular expressions, with commas between. */
    static Stream<Arguments> mutants() {
        List<Pattern> wanted = Stream.of(
                        System.getProperty("jooqcache.mutants", "").split(","))
                .map(Pattern::compile)
                .toList();
        return Mutant.all().stream()
                .filter(mutant -> wanted.stream()
                        .anyMatch(one -> one.matcher(mutant.file()).find()))
                .flatMap(mutant -> mutant.databases().stream()
                        .filter(Database.all()::contains)
                        .map(database -> Arguments.of(mutant, database)));
    }

    @ParameterizedTest(name = "{0} on {1}")
    @MethodSource("mutants")
    void mutant_isCaughtByItsTest(Mutant mutant, Database database) throws Exception {
        if (PASSED.add(mutant.catcher() + database)) {
            Throwable failure = run(UNCHANGED, mutant.catcher(), database);
            if (failure != null) throw new AssertionError("the unchanged library fails", failure);
        }
        Library library = mutated(mutant);
        long start = System.nanoTime();
        Throwable failure = run(library, mutant.catcher(), database);
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        if (failure == null) fail("%s survives %s: %s", mutant, mutant.catcher(), mutant.defect());
        // Anything else would say that the mutant, not the library, was caught.
        if (!(failure instanceof AssertionError)) throw new AssertionError(mutant + " breaks otherwise", failure);
        assertThat(failure).hasMessageNotContaining("failures of the cache");
        MILLIS.computeIfAbsent(mutant.file(), m -> new EnumMap<>(Database.class))
                .put(database, millis);
    }

    /** One mutant runs on all databases before the next one comes, which takes its place. */
    private static Library mutated(Mutant mutant) {
        if (!mutant.equals(present)) mutated = Library.with(mutant.sources());
        present = mutant;
        return mutated;
    }

    private static Throwable run(Library library, String test, Database database) throws InterruptedException {
        CompletableFuture<Throwable> outcome = new CompletableFuture<>();
        Thread thread = new Thread(
                () -> {
                    try {
                        library.run(test, database);
                        outcome.complete(null);
                    } catch (Throwable e) {
                        outcome.complete(e);
                    }
                },
                test);
        thread.setDaemon(true);
        thread.start();
        try {
            return outcome.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return new IllegalStateException("not over after " + LIMIT, e);
        } catch (ExecutionException e) {
            return e;
        }
    }

    @Test
    void everyRule_hasAMutant() {
        Set<String> rules = Mutant.all().stream().map(Mutant::rule).collect(Collectors.toSet());
        for (int i = 1; i <= 16; i++) assertThat(rules).contains("P" + i);
    }

    /** In seconds, and without a database. */
    @Test
    void everyMutant_fitsTheLibrary() {
        for (Mutant mutant : Mutant.all())
            assertThat(mutant.sources()).as(mutant.file()).isNotEmpty();
    }

    @Test
    void everyCatcher_exists() throws ClassNotFoundException {
        for (Mutant mutant : Mutant.all()) {
            String[] names = mutant.catcher().split("#");
            Class<?> test = Class.forName(SourceFile.nameOfTest(names[0]), false, MutantTest.class.getClassLoader());
            assertThat(test.getDeclaredMethods())
                    .as(mutant.file())
                    .extracting(Method::getName)
                    .contains(names[1]);
        }
    }

    /** The table in the documentation is the list of mutants. */
    @Test
    void documentation_listsEveryMutant() throws IOException {
        String proof = Files.readString(Path.of("..", "docs", "proof.md"));
        for (Mutant mutant : Mutant.all()) assertThat(proof).contains(row(mutant));
    }

    private static String row(Mutant mutant) {
        return "| " + mutant.rule() + " | " + mutant.defect() + " | `" + mutant.catcher() + "` |";
    }

    @AfterAll
    static void writeFigures() throws IOException {
        List<String> lines = new ArrayList<>();
        lines.add("| rule | mutant | caught by | H2, ms | PostgreSQL, ms | MariaDB, ms |");
        lines.add("|---|---|---|---|---|---|");
        for (Mutant mutant : Mutant.all()) {
            StringBuilder line = new StringBuilder(row(mutant));
            for (Database database : EnumSet.allOf(Database.class)) {
                Object millis = MILLIS.getOrDefault(mutant.file(), Map.of()).get(database);
                line.append(' ').append(millis == null ? "–" : millis).append(" |");
            }
            lines.add(line.toString());
        }
        Files.write(Path.of("target", "mutants.md"), lines);
    }
}
