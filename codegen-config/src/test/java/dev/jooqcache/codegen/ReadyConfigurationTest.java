package dev.jooqcache.codegen;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

/** The ready configurations are what docs/codegen-plugin.md shows and what the plugin accepts. */
final class ReadyConfigurationTest {

    @ParameterizedTest
    @ValueSource(strings = {"flyway.xml", "postgresql.xml"})
    void isInTheDocumentation_andIsUnderstood(String file) throws Exception {
        String text = Files.readString(Path.of("ready", file));
        assertThat(Files.readString(Path.of("../docs/codegen-plugin.md"))).contains("```xml\n" + text + "```\n");
        Document plugin = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(text)));
        StringWriter cache = new StringWriter();
        TransformerFactory.newInstance()
                .newTransformer()
                .transform(new DOMSource(plugin.getElementsByTagName("cache").item(0)), new StreamResult(cache));
        assertThat(CacheElement.read(cache.toString()).rules()).hasSize(1);
    }

    /** The project of the integration test is built with the very text. */
    @ParameterizedTest
    @ValueSource(strings = "flyway.xml")
    void isBuiltAsARealProject(String file) throws Exception {
        String used = Files.readString(Path.of("src/it/flyway-scripts/pom.xml"))
                .replace("@project.version@", "0.1.0-SNAPSHOT")
                .replace("@jooq-meta-extensions.version@", "3.19.35");
        assertThat(used.replaceAll("(?m)^\\s+", ""))
                .contains(Files.readString(Path.of("ready", file)).replaceAll("(?m)^\\s+", ""));
    }
}
