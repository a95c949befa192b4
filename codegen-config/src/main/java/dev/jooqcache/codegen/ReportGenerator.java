package dev.jooqcache.codegen;

import dev.jooqcache.codegen.report.ReportPage;
import dev.jooqcache.model.CacheModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.jooq.codegen.JavaGenerator;
import org.jooq.meta.Database;

/**
 * Generates no code, but a report of the schema: {@code index.html} and {@code index.md}, in the folder that the property
 * {@value #DIRECTORY} of jOOQ's {@code <database>} names. Not thread-safe, as jOOQ's generators are not.
 */
public final class ReportGenerator extends JavaGenerator {

    /** The key of the database's property with the folder, relative to the base directory. */
    public static final String DIRECTORY = "jooqCacheReport";

    /** The key of the database's property with the page's title. */
    public static final String TITLE = "jooqCacheReportTitle";

    /** Makes a generator; jOOQ does so by its name in a configuration. */
    public ReportGenerator() {}

    @Override
    public void generate(Database database) {
        Properties properties = database.getProperties();
        Path directory = SchemaReader.basedir(database).resolve(properties.getProperty(DIRECTORY, "target/jooq-cache"));
        CacheModel model = CacheGenerator.model(database);
        try {
            Files.createDirectories(directory);
            Files.writeString(
                    directory.resolve("index.html"), ReportPage.of(model, properties.getProperty(TITLE, "Schema")));
            Files.writeString(directory.resolve("index.md"), model.toMarkdown());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the report to " + directory, e);
        }
    }
}
