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

    /** The tests that catch mutants. */
    static final Path TESTS = Path.of("..", "jooq-cache", "src", "test", "java");

    private final String path;
    private final String text;

    SourceFile(String path, String text) {
        super(URI.create("memory:///" + path), Kind.SOURCE);
        this.path = path;
        this.text = text;
    }

    /** The library's file that is named like the class, in whatever package. */
    static SourceFile ofLibrary(String type) {
        Path file = file(LIBRARY, type);
        try {
            return new SourceFile(path(LIBRARY, file), Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The class of a test, with its package. */
    static String nameOfTest(String type) {
        return path(TESTS, file(TESTS, type)).replace(".java", "").replace('/', '.');
    }

    private static Path file(Path root, String type) {
        try (Stream<Path> files = Files.walk(root)) {
            List<Path> found =
                    files.filter(file -> file.endsWith(type + ".java")).toList();
            if (found.size() == 1) return found.get(0);
            throw new IllegalArgumentException(
                    "%d files are called %s.java, not one: %s".formatted(found.size(), type, found));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String path(Path root, Path file) {
        return root.relativize(file).toString().replace('\\', '/');
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
