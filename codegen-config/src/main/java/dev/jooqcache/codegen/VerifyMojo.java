package dev.jooqcache.codegen;

import dev.jooqcache.inspect.SchemaInspector;
import dev.jooqcache.model.CacheModel;
import java.io.File;
import java.io.IOException;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.maven.plugin.MojoExecutionException;
import org.apache.maven.plugins.annotations.LifecyclePhase;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;
import org.apache.maven.plugins.annotations.ResolutionScope;
import org.jooq.impl.DSL;
import org.jooq.meta.jaxb.Configuration;
import org.jooq.meta.jaxb.Database;
import org.jooq.meta.jaxb.Generator;
import org.jooq.meta.jaxb.Jdbc;
import org.jooq.tools.jdbc.JDBCUtils;
import org.jspecify.annotations.Nullable;

/**
 * Compares the generated model, compiled, with a live database, and fails with what differs. It takes the configuration of
 * {@code generate}; {@code <jdbc>} is the live database.
 */
@Mojo(
        name = "verify",
        defaultPhase = LifecyclePhase.VERIFY,
        requiresDependencyResolution = ResolutionScope.TEST,
        threadSafe = true)
public final class VerifyMojo extends GenerateMojo {

    private static final Pattern PARAMETERS = Pattern.compile("[?;]");

    /** The class of the model. By default the one that was generated into the target's directory. */
    @Parameter(property = "jooq-cache.model")
    private @Nullable String model;

    /** Regular expressions for differences that do not matter, for instance {@code .*\.flyway_schema_history.*}. */
    @Parameter
    private @Nullable List<String> ignoredDifferences;

    /** Makes a goal; Maven does so. */
    public VerifyMojo() {}

    @Override
    void act(Configuration configuration, Generator generator) throws MojoExecutionException {
        Jdbc jdbc = configuration.getJdbc();
        if (jdbc == null || jdbc.getUrl() == null)
            throw new MojoExecutionException(
                    "verify needs the live database: <jdbc> with <url>, <user> and <password>");
        String name = model == null ? generated(configuration, generator) : model;
        List<String> differences;
        try (URLClassLoader loader = projectLoader();
                Connection connection = connect(jdbc, loader)) {
            CacheModel live = SchemaInspector.inspect(DSL.using(connection, JDBCUtils.dialect(connection)));
            CacheModel expected = load(name, loader);
            differences = isOfScripts(generator)
                    ? ModelDifferences.ofScripts(expected, live, ignored())
                    : ModelDifferences.of(expected, live, ignored());
        } catch (Exception e) {
            if (e instanceof MojoExecutionException told) throw told;
            throw new MojoExecutionException("cannot compare " + name + " with " + shown(jdbc) + ": " + e, e);
        }
        if (!differences.isEmpty())
            throw new MojoExecutionException(ModelDifferences.message(name, shown(jdbc), differences));
        getLog().info(name + " describes " + shown(jdbc));
    }

    private static boolean isOfScripts(Generator generator) {
        Database database = generator.getDatabase();
        return database != null
                && database.getName() != null
                && database.getName().startsWith(SchemaReader.EXTENSIONS);
    }

    /** Parameters in a URL may be passwords. */
    private static String shown(Jdbc jdbc) {
        return PARAMETERS.split(jdbc.getUrl(), 2)[0];
    }

    private List<Pattern> ignored() {
        return ignoredDifferences == null
                ? List.of()
                : ignoredDifferences.stream().map(Pattern::compile).toList();
    }

    /** The one class that was generated, or the first one, since each tells of all schemas. */
    private String generated(Configuration configuration, Generator generator) throws MojoExecutionException {
        Path root = Path.of(configuration.getBasedir())
                .resolve(generator.getTarget().getDirectory());
        List<Path> found = new ArrayList<>();
        if (Files.isDirectory(root))
            try (Stream<Path> files = Files.walk(root)) {
                files.filter(ModelFiles::isModel).sorted().forEach(found::add);
            } catch (IOException e) {
                throw new MojoExecutionException("cannot read " + root, e);
            }
        if (found.isEmpty())
            throw new MojoExecutionException(
                    "no generated model is in " + root
                            + "; run jooq-cache:generate before, or name the class: <model>com.example.PublicCacheModel</model>");
        String file = root.relativize(found.get(0)).toString();
        return file.substring(0, file.length() - ".java".length()).replace(File.separatorChar, '.');
    }

    private CacheModel load(String name, ClassLoader loader) throws Exception {
        try {
            return Class.forName(name, true, loader)
                    .asSubclass(CacheModel.class)
                    .getDeclaredConstructor()
                    .newInstance();
        } catch (ClassNotFoundException e) {
            throw new MojoExecutionException(
                    "the model " + name + " is not compiled in "
                            + project.getBuild().getOutputDirectory()
                            + "; verify must run after the compiler, for instance in: mvn verify",
                    e);
        }
    }

    /** As jOOQ's tool connects: with the driver of the project or of the plugin. */
    private static Connection connect(Jdbc jdbc, ClassLoader loader) throws Exception {
        String driver = jdbc.getDriver() == null ? JDBCUtils.driver(jdbc.getUrl()) : jdbc.getDriver();
        Properties properties = new Properties();
        jdbc.getProperties().forEach(one -> properties.put(one.getKey(), one.getValue()));
        if (jdbc.getUser() != null) properties.put("user", jdbc.getUser());
        else if (jdbc.getUsername() != null) properties.put("user", jdbc.getUsername());
        if (jdbc.getPassword() != null) properties.put("password", jdbc.getPassword());
        Driver connecting = Class.forName(driver, true, loader)
                .asSubclass(Driver.class)
                .getDeclaredConstructor()
                .newInstance();
        Connection connection = connecting.connect(jdbc.getUrl(), properties);
        if (connection == null)
            throw new SQLException("the driver " + driver + " does not know the URL " + jdbc.getUrl());
        return connection;
    }
}
