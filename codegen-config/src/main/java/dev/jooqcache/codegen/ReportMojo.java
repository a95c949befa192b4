package dev.jooqcache.codegen;

import java.io.File;
import java.util.List;
import org.apache.maven.plugin.MojoExecutionException;
import org.apache.maven.plugins.annotations.LifecyclePhase;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;
import org.apache.maven.plugins.annotations.ResolutionScope;
import org.jooq.codegen.GenerationTool;
import org.jooq.meta.jaxb.Configuration;
import org.jooq.meta.jaxb.Database;
import org.jooq.meta.jaxb.Generator;
import org.jooq.meta.jaxb.Property;

/**
 * Writes a page that shows what depends on what in the schema, and the same as Markdown. It takes the configuration of
 * {@code generate}, and looks at the schema as that goal does.
 */
@Mojo(
        name = "report",
        defaultPhase = LifecyclePhase.PREPARE_PACKAGE,
        requiresDependencyResolution = ResolutionScope.TEST,
        threadSafe = true)
public final class ReportMojo extends GenerateMojo {

    /** Where {@code index.html} and {@code index.md} are written. */
    @Parameter(property = "jooq-cache.report", defaultValue = "${project.build.directory}/jooq-cache")
    @SuppressWarnings("NullAway.Init")
    private File reportDirectory;

    /** The title of the page. */
    @Parameter(defaultValue = "${project.name}")
    @SuppressWarnings("NullAway.Init")
    private String reportTitle;

    /** Makes a goal; Maven does so. */
    public ReportMojo() {}

    @Override
    void act(Configuration configuration, Generator generator) throws MojoExecutionException {
        inProject(generator, () -> {
            Database database = generator.getDatabase();
            List<Property> properties = database.getProperties();
            properties.add(
                    new Property().withKey(ReportGenerator.DIRECTORY).withValue(reportDirectory.getAbsolutePath()));
            properties.add(new Property().withKey(ReportGenerator.TITLE).withValue(reportTitle));
            generator.setName(ReportGenerator.class.getName());
            generator.setJava(null);
            GenerationTool.generate(configuration);
        });
        getLog().info("What depends on what: " + new File(reportDirectory, "index.html"));
    }
}
