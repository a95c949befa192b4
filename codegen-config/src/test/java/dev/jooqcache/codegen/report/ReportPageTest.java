package dev.jooqcache.codegen.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.CacheMode;
import dev.jooqcache.model.CacheModel;
import dev.jooqcache.model.CacheRule;
import dev.jooqcache.model.CacheRules;
import dev.jooqcache.model.TableModel;
import dev.jooqcache.model.TableName;
import java.io.StringReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NamedNodeMap;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

@DisplayName("The report page")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReportPageTest {

    enum Schema {
        SAMPLE(Schemas::sample),
        VARIED(Schemas::varied),
        HOSTILE(Schemas::hostile);

        private final Callable<CacheModel> reading;

        Schema(Callable<CacheModel> reading) {
            this.reading = reading;
        }
    }

    private final Map<Schema, CacheModel> models = new LinkedHashMap<>();

    private CacheModel model(Schema schema) throws Exception {
        if (!models.containsKey(schema)) models.put(schema, schema.reading.call());
        return models.get(schema);
    }

    private static Document parsed(String page) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        DocumentBuilder builder = factory.newDocumentBuilder();
        return builder.parse(new InputSource(new StringReader(page)));
    }

    private static List<Element> elements(Document page) {
        NodeList all = page.getElementsByTagName("*");
        List<Element> elements = new ArrayList<>();
        for (int i = 0; i < all.getLength(); i++) elements.add((Element) all.item(i));
        return elements;
    }

    private static Stream<Element> ofClass(Document page, String name) {
        return elements(page).stream()
                .filter(one -> List.of(one.getAttribute("class").split(" ", -1)).contains(name));
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("is well-formed, has every relation once, and each of its links leads somewhere on it")
    void page_ofSchema_isWhole(Schema schema) throws Exception {
        CacheModel model = model(schema);
        Document page = parsed(ReportPage.of(model, "Title"));
        assertThat(ofClass(page, "relation").map(one -> one.getAttribute("data-name")))
                .hasSameSizeAs(model.tables());
        Set<String> ids = new HashSet<>();
        for (Element one : elements(page))
            if (one.hasAttribute("id"))
                assertThat(ids.add(one.getAttribute("id")))
                        .as(one.getAttribute("id"))
                        .isTrue();
        List<String> links = elements(page).stream()
                .filter(one -> one.hasAttribute("href"))
                .map(one -> one.getAttribute("href"))
                .toList();
        assertThat(links)
                .isNotEmpty()
                .allMatch(link -> link.startsWith("#"))
                .allMatch(link -> ids.contains(link.substring(1)));
        assertThat(elements(page).stream()
                        .filter(one -> one.hasAttribute("marker-end"))
                        .map(one -> one.getAttribute("marker-end")))
                .isNotEmpty()
                .allMatch(mark -> ids.contains(mark.substring(5, mark.length() - 1)));
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("loads nothing from elsewhere, and is the same from run to run")
    void page_ofSchema_standsAlone(Schema schema) throws Exception {
        String page = ReportPage.of(model(schema), "Title");
        assertThat(ReportPage.of(model(schema), "Title")).isEqualTo(page);
        for (Element one : elements(parsed(page))) {
            NamedNodeMap attributes = one.getAttributes();
            for (int i = 0; i < attributes.getLength(); i++) {
                String name = attributes.item(i).getNodeName();
                assertThat(name).isNotIn("src", "srcset", "style", "action", "data", "xlink:href");
                assertThat(name).doesNotStartWith("on");
            }
            assertThat(one.getTagName()).isNotIn("link", "img", "iframe", "object", "embed", "base", "image");
        }
        Document parsed = parsed(page);
        String code = parsed.getElementsByTagName("style").item(0).getTextContent()
                + parsed.getElementsByTagName("script").item(0).getTextContent();
        assertThat(code).doesNotContain("url(", "@import", "http", "fetch(", "import(");
        assertThat(parsed.getElementsByTagName("script").getLength()).isEqualTo(1);
    }

    @Test
    @DisplayName("tells the way from a write to a query, as the sample's migrations have it")
    void page_ofSample_tellsTheWays() throws Exception {
        Document page = parsed(ReportPage.of(model(Schema.SAMPLE), "Sample"));
        assertThat(rows(page, "public.price_change"))
                .containsExactly(
                        "price_change INSERT, UPDATE, DELETE itself",
                        "film DELETE film → (foreign key of price_change) → price_change",
                        "film UPDATE film → (trigger film_price_change on film) → price_change");
        assertThat(rows(page, "public.store_takings"))
                .contains(
                        "employee INSERT, UPDATE, DELETE employee → store_takings",
                        "rental DELETE rental → (foreign key of payment) → payment → store_takings");
        assertThat(rows(page, "public.rental")).containsExactly("rental INSERT, UPDATE, DELETE itself");
        assertThat(arrows(page))
                .containsExactlyInAnyOrder(
                        "film → film_genre: foreign key (delete)",
                        "film → film_credit: foreign key (delete)",
                        "film → price_change: foreign key (delete)",
                        "film → copy: foreign key (delete)",
                        "film → review: foreign key (delete)",
                        "customer → review: foreign key (delete)",
                        "rental → payment: foreign key (delete)",
                        "film → price_change: writes it (film_price_change)",
                        "film → film_listing: is read by it",
                        "language → film_listing: is read by it",
                        "copy → film_listing: is read by it",
                        "review → film_listing: is read by it",
                        "payment → store_takings: is read by it",
                        "rental → store_takings: is read by it",
                        "employee → store_takings: is read by it",
                        "store → store_takings: is read by it");
    }

    @Test
    void page_ofVariedSchema_showsUnknownCodePoliciesAndPartitions() throws Exception {
        Document page = parsed(ReportPage.of(model(Schema.VARIED), "Varied"));
        assertThat(ofClass(page, "unknown").map(Element::getTextContent)).contains("cold");
        assertThat(page.getElementsByTagName("body").item(0).getTextContent())
                .contains(
                        "Writes that touch everything",
                        "its body has 'execute'",
                        "row security shows each role other rows");
        assertThat(arrows(page))
                .contains(
                        "sale → sales(): is read by it",
                        "sales() → busy: is read by it",
                        "membership → tenant: is read by it (policy)",
                        "membership → audit: writes it (noted)",
                        "tenant → membership: foreign key (delete: set null)",
                        "sale → sale_late: partition or child table");
        assertThat(rows(page, "app.audit"))
                .contains("tenant DELETE tenant → (foreign key of membership) → (trigger noted on membership) → audit");
    }

    @Test
    @DisplayName("leaves hostile names text")
    void page_ofHostileNames_isText() throws Exception {
        String html = ReportPage.of(model(Schema.HOSTILE), "</title><script>alert(2)</script>");
        assertThat(html).doesNotContain("<script>alert", "<img", "\u202E");
        Document page = parsed(html);
        assertThat(page.getElementsByTagName("title").item(0).getTextContent())
                .startsWith("</title><script>alert(2)</script>: ");
        assertThat(ofClass(page, "relation").map(one -> one.getAttribute("data-name")))
                .contains(
                        "public.<script>alert(1)</script>", "public.a\"b'c&amp;d", "public.url(http://evil.example/x)");
        assertThat(arrows(page)).anyMatch(arrow -> arrow.startsWith("<script>alert(1)</script> → a\"b'c&amp;d: "));
    }

    @Test
    void page_ofRulesAndGaps_tellsThem() throws Exception {
        CacheModel model = model(Schema.SAMPLE)
                .merge(CacheModel.builder()
                        .gap("no <privilege>")
                        .rules(new CacheRules(
                                CacheMode.MARKED,
                                List.of(
                                        CacheRule.of(TableName.of("public", "film"))
                                                .expireAfterWrite(Duration.ofMinutes(10))
                                                .maximumRows(50),
                                        CacheRule.of(TableName.of("public", "language"))
                                                .exclude())))
                        .build());
        String text = parsed(ReportPage.of(model, "Sample"))
                .getElementsByTagName("body")
                .item(0)
                .getTextContent();
        assertThat(text)
                .contains("every write invalidates everything", "no <privilege>", "Mode MARKED")
                .contains("rule for public.film: expireAfterWrite PT10M, maximumRows 50")
                .contains("not cached: the rule for public.language excludes it");
    }

    @Test
    @DisplayName("of a schema without any dependency, or without a table, is a page, too")
    void page_ofNothing_isWhole() throws Exception {
        assertThat(ofClass(parsed(ReportPage.of(CacheModel.empty(), "Empty")), "relation"))
                .isEmpty();
        CacheModel single = CacheModel.builder()
                .table(TableModel.of(TableName.of("a"), TableModel.Kind.TABLE).build())
                .build();
        Document page = parsed(ReportPage.of(single, "Single"));
        assertThat(rows(page, "a")).containsExactly("a INSERT, UPDATE, DELETE itself");
        assertThat(ofClass(page, "graph")).isEmpty();
    }

    /** The rows of the list of what invalidates a relation. */
    private static List<String> rows(Document page, String relation) {
        Element section = ofClass(page, "relation")
                .filter(one -> one.getAttribute("data-name").equals(relation))
                .findFirst()
                .orElseThrow();
        NodeList rows = ((Element) section.getElementsByTagName("table").item(0)).getElementsByTagName("tr");
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < rows.getLength(); i++) {
            NodeList cells = ((Element) rows.item(i)).getElementsByTagName("td");
            List<String> row = new ArrayList<>();
            for (int j = 0; j < cells.getLength(); j++) row.add(cells.item(j).getTextContent());
            texts.add(String.join(" ", row));
        }
        return texts;
    }

    private static List<String> arrows(Document page) {
        return ofClass(page, "arrow")
                .filter(arrow -> arrow.hasAttribute("data-from"))
                .map(arrow -> arrow.getElementsByTagName("title").item(0).getTextContent())
                .toList();
    }
}
