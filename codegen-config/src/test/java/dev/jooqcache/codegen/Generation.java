package dev.jooqcache.codegen;

import dev.jooqcache.model.CacheModel;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jooq.codegen.GenerationTool;
import org.jooq.meta.jaxb.Configuration;
import org.jooq.meta.jaxb.Database;
import org.jooq.meta.jaxb.Generator;
import org.jooq.meta.jaxb.Jdbc;
import org.jooq.meta.jaxb.Logging;
import org.jooq.meta.jaxb.Property;
import org.jooq.meta.jaxb.Strategy;
import org.jooq.meta.jaxb.Target;
import org.jspecify.annotations.Nullable;

/** One run of jOOQ's GenerationTool with our generator, without Maven, and its result compiled. */
final class Generation {

    static final String PACKAGE = "generated";

    private final Path directory;
    private final Database database = new Database();
    private final Strategy strategy = new Strategy();
    private @Nullable Jdbc jdbc;
    private String generator = CacheGenerator.class.getName();

    private Generation(Path directory) {
        this.directory = directory;
    }

    static Generation into(Path directory) {
        return new Generation(directory);
    }

    Generation live(String url, String schema) {
        jdbc = new Jdbc().withUrl(url);
        if (url.startsWith("jdbc:postgresql")) jdbc.withUser("postgres");
        database.withInputSchema(schema);
        return this;
    }

    Generation scripts(String pattern) {
        database.withName("org.jooq.meta.extensions.ddl.DDLDatabase");
        return property("scripts", pattern).property("defaultNameCase", "lower").property("sort", "flyway");
    }

    Generation property(String key, String value) {
        database.getProperties().add(new Property().withKey(key).withValue(value));
        return this;
    }

    Generation cache(String xml) {
        return property(CacheGenerator.PROPERTY, xml);
    }

    Generation strategy(Class<?> type) {
        strategy.withName(type.getName());
        return this;
    }

    Generation generator(Class<?> type) {
        generator = type.getName();
        return this;
    }

    Database database() {
        return database;
    }

    Generation run() throws Exception {
        GenerationTool.generate(new Configuration()
                .withLogging(Logging.WARN)
                .withJdbc(jdbc)
                .withBasedir(directory.toString())
                .withGenerator(new Generator()
                        .withName(generator)
                        .withStrategy(strategy)
                        .withDatabase(database)
                        .withTarget(new Target()
                                .withPackageName(PACKAGE)
                                .withDirectory(directory.resolve("java").toString()))));
        return this;
    }

    /** All generated sources with their time stamps. */
    Map<Path, String> stamps() throws IOException {
        Map<Path, String> stamps = new TreeMap<>();
        for (Path file : sources())
            stamps.put(
                    file,
                    Files.getLastModifiedTime(file) + " "
                            + Files.readString(file).hashCode());
        return stamps;
    }

    Path file(String name) throws IOException {
        return sources().stream()
                .filter(file -> file.getFileName().toString().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("not generated: " + name));
    }

    String source(String name) throws IOException {
        return Files.readString(file(name));
    }

    private List<Path> sources() throws IOException {
        try (Stream<Path> all = Files.walk(directory.resolve("java"))) {
            return all.filter(file -> file.toString().endsWith(".java"))
                    .sorted()
                    .toList();
        }
    }

    /** Compiles everything with all warnings as errors and makes the model. */
    CacheModel model(String className) throws Exception {
        Path classes = Files.createDirectories(directory.resolve("classes"));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(found, Locale.ROOT, null)) {
            List<String> options = new ArrayList<>(
                    List.of("-Xlint:all,-processing,-classfile", "-Werror", "-proc:none", "-d", classes.toString()));
            boolean compiled = compiler.getTask(
                            null, files, found, options, null, files.getJavaFileObjectsFromPaths(sources()))
                    .call();
            if (!compiled) throw new AssertionError(found.getDiagnostics().toString());
        }
        try (URLClassLoader loader = new URLClassLoader(
                new URL[] {classes.toUri().toURL()}, getClass().getClassLoader())) {
            CacheModel model =
                    (CacheModel) loader.loadClass(className).getConstructor().newInstance();
            // Loaded in full before the loader is closed.
            model.toJson();
            return model;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static File script(Path directory, String name, String text) throws IOException {
        Path file = directory.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text).toFile();
    }
}
