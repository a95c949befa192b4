package dev.jooqcache.mutants;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.SimpleJavaFileObject;

/** A Java source file in memory, as the compiler takes it. */
final class SourceFile extends SimpleJavaFileObject {

    /** The library's sources, from the directory of any module. */
    static final Path LIBRARY = Path.of("..", "jooq-cache", "src", "main", "java");

    /** The tests that catch mutants: the library's, and those of this module. */
    static final List<Path> TESTS = List.of(
            Path.of("..", "jooq-cache", "src", "test", "java"),
            Path.of("..", "jooq-cache-verification", "src", "test", "java"));

    private final String path;
    private final String text;

    SourceFile(String path, String text) {
        super(URI.create("memory:///" + path), Kind.SOURCE);
        this.path = path;
        this.text = text;
    }

    /** The library's file that is named like the class, in whatever package. */
    static SourceFile ofLibrary(String type) {
        String path = path(List.of(LIBRARY), type);
        try {
            return new SourceFile(path, Files.readString(LIBRARY.resolve(path)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The class of a test, with its package. */
    static String nameOfTest(String type) {
        return path(TESTS, type).replace(".java", "").replace('/', '.');
    }

    /** Of the only file that is named like the class, from its source folder. */
    private static String path(List<Path> roots, String type) {
        List<String> found = roots.stream()
                .flatMap(root -> files(root).stream()
                        .filter(file -> file.endsWith(type + ".java"))
                        .map(file -> root.relativize(file).toString().replace('\\', '/')))
                .toList();
        if (found.size() == 1) return found.get(0);
        throw new IllegalArgumentException(
                "%d files are called %s.java, not one: %s".formatted(found.size(), type, found));
    }

    private static List<Path> files(Path root) {
        try (Stream<Path> files = Files.walk(root)) {
            return files.toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** From its source folder. */
    String path() {
        return path;
    }

    @Override
    public String getCharContent(boolean ignoreEncodingErrors) {
        return text;
    }
}
