package dev.jooqcache.codegen;

import dev.jooqcache.CacheMode;
import dev.jooqcache.codegen.CacheSettings.Declared;
import dev.jooqcache.codegen.CacheSettings.OnUnknown;
import dev.jooqcache.codegen.CacheSettings.Rule;
import java.io.StringReader;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.ErrorHandler;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;

/**
 * Reads a {@code <cache>} element. What is not allowed in it is an error that names the path and tells what is allowed,
 * as {@code jooq-cache-codegen.xsd} has it.
 */
final class CacheElement {

    private final Element element;
    private final String path;

    private CacheElement(Element element, String path) {
        this.element = element;
        this.path = path;
    }

    /** Reads a document whose root is the element. */
    static CacheSettings read(String xml) {
        Element root = parse(xml);
        if (!"cache".equals(name(root)))
            throw new CacheConfigurationException("<" + name(root) + "> is not known; allowed: cache");
        CacheElement cache = new CacheElement(root, "cache");
        cache.allow("mode", "onUnknown", "tables", "excludes", "views", "triggers", "routines", "statements");
        return new CacheSettings(
                cache.value("mode", oneOf(CacheMode.class)),
                or(cache.value("onUnknown", oneOf(OnUnknown.class)), OnUnknown.FAIL),
                cache.list("tables", "table", CacheElement::rule),
                cache.value("excludes", CacheElement::expression),
                cache.list("views", "view", view -> view.declared("name", Set.of("reads"))),
                cache.list("triggers", "trigger", trigger -> trigger.declared("table", Set.of("reads", "writes"))),
                cache.list("routines", "routine", routine -> routine.declared("name", Set.of("reads", "writes"))),
                cache.list("statements", "harmless", CacheElement::statement));
    }

    private static <T> T or(@Nullable T value, T otherwise) {
        return value == null ? otherwise : value;
    }

    private Rule rule() {
        allow("includeExpression", "excludeExpression", "expireAfterWrite", "maximumRows", "keys");
        Duration expiry = value("expireAfterWrite", CacheElement::duration);
        Integer rows = value("maximumRows", CacheElement::positive);
        String keys = value("keys", CacheElement::expression);
        if (expiry == null && rows == null && keys == null)
            throw new CacheConfigurationException(path + " must have one of expireAfterWrite, maximumRows, keys");
        return new Rule(
                or(value("includeExpression", CacheElement::expression), ".*"),
                value("excludeExpression", CacheElement::expression),
                expiry,
                rows,
                keys);
    }

    private Declared declared(String key, Set<String> effects) {
        List<String> allowed = new ArrayList<>(List.of(key));
        effects.stream().sorted().forEach(allowed::add);
        allow(allowed.toArray(String[]::new));
        String name = value(key, text -> text);
        if (name == null) throw new CacheConfigurationException(path + " must have " + key);
        return new Declared(
                name,
                list("reads", "table", CacheElement::tableName),
                list("writes", "table", CacheElement::tableName));
    }

    private String tableName() {
        allow();
        String name = text();
        if (name.isEmpty()) throw new CacheConfigurationException(path + " must be the name of a table");
        return name;
    }

    private Pattern statement() {
        allow();
        return Pattern.compile(expression(text()), Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
    }

    private static String expression(String text) {
        try {
            if (text.isEmpty()) throw new IllegalArgumentException("must be a regular expression, and is empty");
            Pattern.compile(text);
            return text;
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException("must be a regular expression: " + e.getDescription(), e);
        }
    }

    private static Duration duration(String text) {
        try {
            Duration duration = Duration.parse(text);
            if (!duration.isZero() && !duration.isNegative()) return duration;
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException("must be a positive duration as PT10M or PT24H", e);
        }
        throw new IllegalArgumentException("must be a positive duration as PT10M or PT24H");
    }

    private static Integer positive(String text) {
        try {
            int number = Integer.parseInt(text);
            if (number > 0) return number;
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("must be a whole number >= 1", e);
        }
        throw new IllegalArgumentException("must be a whole number >= 1");
    }

    private static <E extends Enum<E>> Function<String, E> oneOf(Class<E> type) {
        return text -> Arrays.stream(type.getEnumConstants())
                .filter(constant -> constant.name().equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("must be one of "
                        + Arrays.stream(type.getEnumConstants()).map(Enum::name).collect(Collectors.joining(", "))));
    }

    /** The value of the one child of that name, or {@code null}. */
    private <T> @Nullable T value(String name, Function<String, T> reading) {
        List<CacheElement> found = children(name);
        if (found.isEmpty()) return null;
        CacheElement child = found.get(0);
        if (found.size() > 1) throw new CacheConfigurationException(path + "/" + name + " must not stand twice");
        child.allow();
        try {
            String text = child.text();
            if (text.isEmpty()) throw new IllegalArgumentException("must not be empty");
            return reading.apply(text);
        } catch (IllegalArgumentException e) {
            throw new CacheConfigurationException(child.path + " " + e.getMessage() + ": " + child.text());
        }
    }

    /** The items of a list. */
    private <T> List<T> list(String name, String item, Function<CacheElement, T> reading) {
        List<T> items = new ArrayList<>();
        for (CacheElement list : children(name)) {
            list.allow(item);
            for (CacheElement child : list.children(item)) items.add(reading.apply(child));
        }
        return items;
    }

    private void allow(String... names) {
        for (Element child : elements())
            if (!Arrays.asList(names).contains(name(child)))
                throw new CacheConfigurationException(path + "/" + name(child) + " is not known; allowed in " + path
                        + ": " + (names.length == 0 ? "text only" : String.join(", ", names)));
        if (names.length > 0 && elements().isEmpty() && !text().isEmpty())
            throw new CacheConfigurationException(
                    path + " must not have text; allowed in it: " + String.join(", ", names));
    }

    private List<CacheElement> children(String name) {
        List<CacheElement> children = new ArrayList<>();
        Map<String, Integer> counts = new HashMap<>();
        List<Element> elements = elements();
        long ofThatName =
                elements.stream().filter(child -> name(child).equals(name)).count();
        for (Element child : elements) {
            if (!name(child).equals(name)) continue;
            int number = counts.merge(name, 1, Integer::sum);
            children.add(new CacheElement(child, path + "/" + name + (ofThatName > 1 ? "[" + number + "]" : "")));
        }
        return children;
    }

    private List<Element> elements() {
        List<Element> elements = new ArrayList<>();
        for (Node node = element.getFirstChild(); node != null; node = node.getNextSibling())
            if (node instanceof Element child) elements.add(child);
        return elements;
    }

    private String text() {
        return element.getTextContent().strip();
    }

    private static String name(Element element) {
        return element.getLocalName() == null ? element.getTagName() : element.getLocalName();
    }

    private static Element parse(String xml) {
        try {
            DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
            factory.setNamespaceAware(true);
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            DocumentBuilder builder = factory.newDocumentBuilder();
            builder.setErrorHandler(new Throwing());
            return builder.parse(new InputSource(new StringReader(xml))).getDocumentElement();
        } catch (SAXParseException e) {
            throw new CacheConfigurationException("cache is no well-formed XML: line " + e.getLineNumber() + ", column "
                    + e.getColumnNumber() + ": " + e.getMessage());
        } catch (Exception e) {
            throw new CacheConfigurationException("cache cannot be read: " + e);
        }
    }

    /** Instead of printing to the error stream. */
    private static final class Throwing implements ErrorHandler {

        @Override
        public void warning(SAXParseException e) {}

        @Override
        public void error(SAXParseException e) throws SAXException {
            throw e;
        }

        @Override
        public void fatalError(SAXParseException e) throws SAXException {
            throw e;
        }
    }
}
