package dev.jooqcache.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.documentation.Page.Block;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The Java of the documentation compiles, with what {@link Prelude} declares. If a block of text follows a snippet at once, the
 * snippet is executed, on H2 with one film, and prints that text.
 *
 * <p>A snippet that cannot compile stands in a block of another language, for instance {@code text}.
 */
class SnippetTest {

    private static final Pattern TYPE =
            Pattern.compile("(?m)^((public |final )*(class|interface|record|enum) |@Configuration)");
    private static final Pattern MEMBER = Pattern.compile("\\A@Bean\\b");

    private static final String IMPORTS = """
            package dev.jooqcache.documentation;
            import static org.jooq.impl.DSL.*;
            import com.arjuna.ats.jta.*;
            import com.atomikos.jdbc.AtomikosDataSourceBean;
            import dev.jooqcache.*;
            import dev.jooqcache.ehcache.EhcacheResultStore;
            import dev.jooqcache.flyway.CacheSuspension;
            import dev.jooqcache.inspect.SchemaInspector;
            import dev.jooqcache.model.*;
            import io.agroal.api.AgroalDataSource;
            import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
            import io.agroal.narayana.NarayanaTransactionIntegration;
            import java.time.Duration;
            import java.util.List;
            import java.util.Map;
            import javax.sql.DataSource;
            import org.flywaydb.core.Flyway;
            import org.jooq.*;
            import org.jooq.impl.DataSourceConnectionProvider;
            import org.jooq.impl.DefaultConfiguration;
            import org.postgresql.xa.PGXADataSource;
            import org.springframework.beans.factory.ObjectProvider;
            import org.springframework.beans.factory.config.BeanPostProcessor;
            import org.springframework.context.annotation.Bean;
            import org.springframework.jdbc.datasource.DataSourceTransactionManager;
            import org.springframework.jdbc.datasource.DelegatingDataSource;
            import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
            import org.springframework.jdbc.datasource.lookup.AbstractRoutingDataSource;
            import org.springframework.transaction.PlatformTransactionManager;
            """;

    private static final List<Block> SNIPPETS = Page.all().stream()
            .flatMap(page -> page.blocks().stream())
            .filter(block -> block.language().equals("java"))
            .toList();

    @TempDir
    static Path classes;

    private static List<String> errors;

    @BeforeAll
    static void compile() {
        errors = compile(SNIPPETS);
    }

    @Test
    void snippets_compile() {
        assertThat(SNIPPETS).hasSizeGreaterThan(15);
        assertThat(errors).isEmpty();
    }

    @Test
    void snippets_printWhatThePageSays() throws Exception {
        List<Block> printing =
                SNIPPETS.stream().filter(snippet -> output(snippet) != null).toList();
        assertThat(printing).hasSizeGreaterThan(1);
        for (Block snippet : printing)
            assertThat(run(snippet)).as(snippet.toString()).isEqualTo(output(snippet));
    }

    /** The block of text that begins on the line after the snippet's end; {@code null} if there is none. */
    private static String output(Block snippet) {
        return snippet.page().blocks().stream()
                .filter(block ->
                        block.line() == snippet.end() && block.language().equals("text"))
                .map(Block::text)
                .findFirst()
                .orElse(null);
    }

    private static String run(Block snippet) throws Exception {
        URL[] path = {classes.toUri().toURL()};
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        try (URLClassLoader loader = new URLClassLoader(path, SnippetTest.class.getClassLoader())) {
            var constructor = loader.loadClass("dev.jooqcache.documentation." + className(snippet))
                    .getConstructor();
            Prelude runnable = (Prelude) constructor.newInstance();
            runnable.begin(className(snippet));
            PrintStream before = System.out;
            System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
            try {
                runnable.run();
            } finally {
                System.setOut(before);
                runnable.end();
            }
        }
        return printed.toString(StandardCharsets.UTF_8)
                .replace(System.lineSeparator(), "\n")
                .strip();
    }

    /** Answers the errors, each with its place on the page. */
    private static List<String> compile(List<Block> blocks) {
        JavaCompiler compiler = Objects.requireNonNull(ToolProvider.getSystemJavaCompiler(), "needs a JDK, not a JRE");
        DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
        List<String> options =
                List.of("-proc:none", "-d", classes.toString(), "-classpath", System.getProperty("java.class.path"));
        List<Source> sources = blocks.stream().map(Source::new).toList();
        compiler.getTask(null, null, found, options, null, sources).call();
        List<String> errors = new ArrayList<>();
        for (Diagnostic<? extends JavaFileObject> each : found.getDiagnostics()) {
            if (each.getKind() != Diagnostic.Kind.ERROR) continue;
            String place = each.getSource() instanceof Source source ? source.place(each.getLineNumber()) : "";
            errors.add(place + ": " + each.getMessage(Locale.ROOT));
        }
        return errors;
    }

    private static String className(Block snippet) {
        return snippet.page().name().replaceAll("\\W", "_") + "_" + snippet.line();
    }

    private static String before(Block snippet) {
        if (TYPE.matcher(snippet.text()).find()) return IMPORTS;
        String type = IMPORTS + "public final class " + className(snippet) + " extends Prelude {\n";
        return MEMBER.matcher(snippet.text()).find() ? type : type + "@Override public void run() throws Exception {\n";
    }

    private static String after(Block snippet) {
        if (TYPE.matcher(snippet.text()).find()) return "";
        return MEMBER.matcher(snippet.text()).find() ? "\n}\n" : "\n}\n}\n";
    }

    /** A snippet with what makes it a compilation unit. */
    private static final class Source extends SimpleJavaFileObject {

        private final Block snippet;

        Source(Block snippet) {
            super(URI.create("string:///dev/jooqcache/documentation/" + className(snippet) + ".java"), Kind.SOURCE);
            this.snippet = snippet;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return before(snippet) + snippet.text() + after(snippet);
        }

        String place(long line) {
            return snippet.page().name() + ":"
                    + (snippet.line() + line - before(snippet).lines().count());
        }
    }
}
