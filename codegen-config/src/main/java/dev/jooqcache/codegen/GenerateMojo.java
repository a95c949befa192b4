package dev.jooqcache.codegen;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.maven.artifact.Artifact;
import org.apache.maven.artifact.DependencyResolutionRequiredException;
import org.apache.maven.plugin.MojoExecutionException;
import org.apache.maven.plugins.annotations.LifecyclePhase;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;
import org.apache.maven.plugins.annotations.ResolutionScope;
import org.apache.maven.project.MavenProject;
import org.codehaus.plexus.configuration.PlexusConfiguration;
import org.jooq.Constants;
import org.jooq.codegen.GenerationTool;
import org.jooq.codegen.maven.Plugin;
import org.jooq.meta.jaxb.Configuration;
import org.jooq.meta.jaxb.Database;
import org.jooq.meta.jaxb.Generator;
import org.jooq.meta.jaxb.Property;
import org.jooq.meta.jaxb.Target;
import org.jooq.util.jaxb.tools.MiniJAXB;
import org.jspecify.annotations.Nullable;

/**
 * Generates jOOQ's code, with the configuration of {@code jooq-codegen-maven}, and beside it one class per schema that tells
 * the cache what depends on what.
 */
@Mojo(
        name = "generate",
        defaultPhase = LifecyclePhase.GENERATE_SOURCES,
        requiresDependencyResolution = ResolutionScope.TEST,
        threadSafe = true)
public class GenerateMojo extends Plugin {

    /** Generators that ours replaces; any other one is the user's own. */
    private static final Set<String> DEFAULTS = Set.of(
            "org.jooq.codegen.DefaultGenerator", "org.jooq.codegen.JavaGenerator", CacheGenerator.class.getName());

    /** What is to be cached, and what is declared about code whose effects cannot be known. */
    @Parameter
    private @Nullable PlexusConfiguration cache;

    @Parameter(property = "project", required = true, readonly = true)
    @SuppressWarnings("NullAway.Init")
    MavenProject project;

    /** Makes a goal; Maven does so. */
    public GenerateMojo() {}

    @Override
    public void execute() throws MojoExecutionException {
        try {
            if (Boolean.TRUE.equals(parameter("skip"))) {
                getLog().info("Skipping jOOQ code generation");
                return;
            }
            Configuration configuration = configuration();
            Generator generator = configuration.getGenerator();
            if (generator == null)
                throw new MojoExecutionException(
                        "<configuration> must have <generator>, as for jooq-codegen-maven; if it"
                                + " stands in an <execution>, name that one: mvn jooq-cache:generate@id");
            if (generator.getTarget() == null) generator.setTarget(new Target());
            Target target = generator.getTarget();
            // jOOQ's default for Maven.
            if (target.getDirectory() == null) target.setDirectory("target/generated-sources/jooq");
            act(configuration, generator);
        } catch (ReflectiveOperationException e) {
            throw new MojoExecutionException("This version of jOOQ is not supported: " + Constants.FULL_VERSION, e);
        }
    }

    /**
     * Does what the goal is for.
     *
     * @param configuration all parameters, in which everything that jOOQ needs is set
     * @param generator its generator
     */
    void act(Configuration configuration, Generator generator) throws MojoExecutionException {
        warnOfOtherVersion();
        inProject(generator, () -> {
            if (isOwn(generator)) generateByOwn(configuration, generator);
            else {
                generator.setName(CacheGenerator.class.getName());
                GenerationTool.generate(configuration);
            }
        });
        project.addCompileSourceRoot(generator.getTarget().getDirectory());
    }

    /** Runs jOOQ's tool with what the project has on its class path, and with a {@code <cache>} element that is right. */
    final void inProject(Generator generator, Action action) throws MojoExecutionException {
        if (generator.getDatabase() == null) generator.setDatabase(new Database());
        Database database = generator.getDatabase();
        String xml = cache == null ? null : xml(cache);
        if (xml != null) {
            database.getProperties().removeIf(property -> CacheGenerator.PROPERTY.equals(property.getKey()));
            database.getProperties()
                    .add(new Property().withKey(CacheGenerator.PROPERTY).withValue(xml));
        }
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        try (URLClassLoader loader = projectLoader()) {
            Thread.currentThread().setContextClassLoader(loader);
            // Known to be right before anything is generated.
            if (xml != null) CacheElement.read(xml);
            action.run();
        } catch (CacheConfigurationException e) {
            throw new MojoExecutionException(e.getMessage(), e);
        } catch (Exception e) {
            throw new MojoExecutionException("Error running jOOQ code generation tool", e);
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
    }

    /** What is done with the project's classes. */
    interface Action {
        void run() throws Exception;
    }

    private static boolean isOwn(Generator generator) throws ClassNotFoundException {
        String name = generator.getName();
        if (generator.getJava() != null && !generator.getJava().isBlank()) return true;
        if (name == null || name.isBlank() || DEFAULTS.contains(name.strip())) return false;
        Class<?> type =
                Class.forName(name.strip(), false, Thread.currentThread().getContextClassLoader());
        return !CacheGenerator.class.isAssignableFrom(type);
    }

    /** The user's generator runs as it is; then ours adds the models. */
    private static void generateByOwn(Configuration configuration, Generator generator) throws Exception {
        Path root = Path.of(configuration.getBasedir())
                .resolve(generator.getTarget().getDirectory());
        ModelFiles models = ModelFiles.in(root);
        try {
            GenerationTool.generate(configuration);
        } finally {
            models.restore();
        }
        generator.setName(CacheModelGenerator.class.getName());
        generator.setJava(null);
        GenerationTool.generate(configuration);
    }

    /** All parameters of jOOQ's own goal, in the version at hand, and the configuration files appended to them. */
    private Configuration configuration() throws ReflectiveOperationException, MojoExecutionException {
        Configuration configuration = new Configuration();
        for (Field field : Plugin.class.getDeclaredFields()) {
            Method setter = setter(field);
            Object value = setter == null ? null : parameter(field.getName());
            if (setter != null && value != null) setter.invoke(configuration, value);
        }
        List<String> files = new ArrayList<>();
        if (parameter("configurationFiles") instanceof List<?> several)
            for (Object file : several) files.add(String.valueOf(file));
        if (files.isEmpty() && parameter("configurationFile") instanceof String one) files.add(one);
        for (String file : files) {
            getLog().info("Reading external configuration: " + file);
            configuration = MiniJAXB.append(configuration, load(file));
        }
        if (configuration.getBasedir() == null)
            configuration.setBasedir(project.getBasedir().getAbsolutePath());
        return configuration;
    }

    private Configuration load(String file) throws MojoExecutionException {
        File path = new File(file);
        try (InputStream in = new FileInputStream(path.isAbsolute() ? path : new File(project.getBasedir(), file))) {
            Configuration loaded = GenerationTool.load(in);
            // As jOOQ's goal: where the files are found is for the build to say.
            loaded.setBasedir(null);
            return loaded;
        } catch (IOException e) {
            throw new MojoExecutionException("cannot read the configuration file " + file, e);
        }
    }

    private static @Nullable Method setter(Field field) {
        String name = field.getName();
        String setter = "set" + Character.toUpperCase(name.charAt(0)) + name.substring(1);
        try {
            return Configuration.class.getMethod(setter, field.getType());
        } catch (NoSuchMethodException e) {
            return null;
        }
    }

    private @Nullable Object parameter(String name) throws ReflectiveOperationException {
        Field field = Plugin.class.getDeclaredField(name);
        field.setAccessible(true);
        return field.get(this);
    }

    final URLClassLoader projectLoader() throws DependencyResolutionRequiredException, MalformedURLException {
        List<URL> urls = new ArrayList<>();
        for (String element : project.getRuntimeClasspathElements())
            urls.add(new File(element).toURI().toURL());
        return new URLClassLoader(urls.toArray(URL[]::new), getClass().getClassLoader());
    }

    /** Code of another version than the library that it runs with may not compile. */
    private void warnOfOtherVersion() {
        for (Artifact artifact : project.getArtifacts())
            if ("org.jooq".equals(artifact.getGroupId())
                    && "jooq".equals(artifact.getArtifactId())
                    && !Constants.FULL_VERSION.equals(artifact.getVersion()))
                getLog().warn("The project uses jOOQ " + artifact.getVersion() + ", but code is generated by "
                        + Constants.FULL_VERSION + ". Add to the <dependencies> of the plugin:\n"
                        + "<dependency>\n  <groupId>org.jooq</groupId>\n  <artifactId>jooq-codegen-maven</artifactId>\n"
                        + "  <version>" + artifact.getVersion() + "</version>\n</dependency>");
    }

    static String xml(PlexusConfiguration element) {
        StringBuilder xml = new StringBuilder();
        append(element, xml);
        return xml.toString();
    }

    private static void append(PlexusConfiguration element, StringBuilder xml) {
        xml.append('<').append(element.getName()).append('>');
        String value = element.getValue();
        if (element.getChildCount() == 0 && value != null) xml.append(escaped(value));
        for (PlexusConfiguration child : element.getChildren()) append(child, xml);
        xml.append("</").append(element.getName()).append('>');
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
