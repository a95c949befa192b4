package dev.jooqcache.mutants;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toCollection;
import static java.util.stream.Collectors.toList;

import dev.jooqcache.testing.Database;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * A defect put into the library: a rule of the protocol that is left out, or a mistake that another cache has made.
 *
 * <p>Each is a file in the folder of the rule that it breaks. See CONTRIBUTING.md for what such a file looks like.
 *
 * @param file the path of the file, from {@link #FILES}, without its suffix
 * @param defect what is wrong with it
 * @param catcher the test that fails on it, as {@code ProtocolTest#generations_neverRepeat}
 * @param databases those on which it fails: the defect cannot be seen on the others, or the test needs none
 */
record Mutant(String file, String defect, String catcher, Set<Database> databases, List<Edit> edits) {

    static final Path FILES = Path.of("src", "test", "mutants");
    private static final String SUFFIX = ".mutant";

    /** All mutants, in the order of their files. */
    static List<Mutant> all() {
        try (Stream<Path> files = Files.walk(FILES)) {
            List<Mutant> mutants = new ArrayList<>();
            for (Path path : files.filter(Files::isRegularFile).sorted().toList()) {
                String file = FILES.relativize(path).toString().replace('\\', '/');
                if (!file.endsWith(SUFFIX)) throw new IllegalArgumentException("not a *" + SUFFIX + ": " + path);
                mutants.add(parse(file.substring(0, file.length() - SUFFIX.length()), Files.readString(path)));
            }
            return mutants;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Mutant parse(String file, String text) {
        try {
            List<String> parts = List.of(text.split("(?m)^@@ "));
            Map<String, String> header = new LinkedHashMap<>();
            for (String line : parts.get(0).lines().filter(l -> !l.isBlank()).toList()) {
                String[] item = line.split(": ", 2);
                if (item.length < 2 || header.put(item[0], item[1].strip()) != null)
                    throw new IllegalArgumentException("not \"key: value\", or twice: " + line);
            }
            if (!header.keySet().equals(Set.of("defect", "catcher", "databases")) || parts.size() < 2)
                throw new IllegalArgumentException("defect, catcher, databases and an edit expected: " + text);
            Set<Database> databases = Stream.of(header.get("databases").split(", *"))
                    .map(Database::valueOf)
                    .collect(toCollection(TreeSet::new));
            List<Edit> edits = parts.stream().skip(1).map(Edit::parse).toList();
            return new Mutant(file, header.get("defect"), header.get("catcher"), databases, edits);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + SUFFIX + ": " + e.getMessage(), e);
        }
    }

    /** The rule that it breaks: the folder {@code P02} is that of {@code P2}. */
    String rule() {
        return file.substring(0, file.indexOf('/')).replaceFirst("^P0", "P");
    }

    String name() {
        return file.substring(file.indexOf('/') + 1);
    }

    /** The library's sources that it changes, changed. Fails if one of them is not any more what the mutant was made for. */
    List<SourceFile> sources() {
        try {
            return edits.stream().collect(groupingBy(Edit::type, LinkedHashMap::new, toList())).entrySet().stream()
                    .map(one -> new Members(SourceFile.ofLibrary(one.getKey())).with(one.getValue()))
                    .toList();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + SUFFIX + ": " + e.getMessage(), e);
        }
    }

    @Override
    public String toString() {
        return rule() + " " + name();
    }
}
