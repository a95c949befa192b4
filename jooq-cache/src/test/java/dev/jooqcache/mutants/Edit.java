package dev.jooqcache.mutants;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A piece of the library's source, and what a mutant has in its place.
 *
 * @param file the source file, from {@code dev/jooqcache}
 * @param before what must stand there exactly once; spaces and line breaks do not matter
 * @param after what takes its place
 */
record Edit(String file, String before, String after) {

    private static final Path SOURCES = Path.of("src", "main", "java", "dev", "jooqcache");

    static String source(String file) {
        try {
            return Files.readString(SOURCES.resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Fails if the source is not any more what the mutant was made for. */
    String in(String source) {
        StringBuilder anySpaces = new StringBuilder();
        for (String word : before.strip().split("\\s+"))
            anySpaces.append(anySpaces.isEmpty() ? "" : "\\s+").append(Pattern.quote(word));
        Matcher found = Pattern.compile(anySpaces.toString()).matcher(source);
        assertThat(found.results().count())
                .as("occurrences in %s of%n%s%nA mutant must be fitted to the source again.", file, before)
                .isEqualTo(1);
        found.reset();
        return found.replaceFirst(Matcher.quoteReplacement(after));
    }
}
