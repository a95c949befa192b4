package dev.jooqcache;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ArchitectureTest {

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.jooqcache");

    /** Words of the public API that every package may use: they depend on nothing themselves. */
    private static final DescribedPredicate<JavaClass> VOCABULARY =
            belongToAnyOf(BypassReason.class, AdmissionPolicy.class, CacheMode.class);

    private static final DescribedPredicate<JavaClass> ARRAY =
            DescribedPredicate.describe("arrays", JavaClass::isArray);

    @Test
    void packages_haveNoCycles() {
        slices().matching("dev.jooqcache.(**)").should().beFreeOfCycles().check(CLASSES);
    }

    /** For each package, the packages of this project that it may import, besides the vocabulary. */
    static Stream<Arguments> arrows() {
        return Stream.of(
                Arguments.of("dev.jooqcache.spi", new String[] {}),
                Arguments.of("dev.jooqcache.model", new String[] {}),
                Arguments.of("dev.jooqcache.inspect", new String[] {"model", "internal.analysis", "internal.catalog"}),
                Arguments.of("dev.jooqcache.internal.settings", new String[] {}),
                Arguments.of("dev.jooqcache.internal.entry", new String[] {"spi"}),
                Arguments.of("dev.jooqcache.internal.generation", new String[] {"spi", "internal.entry"}),
                Arguments.of("dev.jooqcache.internal.dependency", new String[] {"spi", "internal.entry"}),
                Arguments.of(
                        "dev.jooqcache.internal.transaction",
                        new String[] {"spi", "internal.generation", "internal.dependency"}),
                Arguments.of(
                        "dev.jooqcache.internal.jdbc",
                        new String[] {"spi", "internal.generation", "internal.dependency", "internal.transaction"}),
                Arguments.of(
                        "dev.jooqcache.internal.reactive",
                        new String[] {"internal.dependency", "internal.transaction", "internal.jdbc"}),
                Arguments.of(
                        "dev.jooqcache.internal.sql",
                        new String[] {"spi", "model", "internal.dependency", "internal.transaction"}),
                Arguments.of(
                        "dev.jooqcache.internal.query",
                        new String[] {"spi", "model", "internal.dependency", "internal.sql"}),
                Arguments.of("dev.jooqcache.internal.analysis", new String[] {
                    "spi", "model", "internal.dependency", "internal.transaction", "internal.sql", "internal.query"
                }),
                Arguments.of(
                        "dev.jooqcache.internal.catalog", new String[] {"model", "internal.sql", "internal.analysis"}),
                Arguments.of(
                        "dev.jooqcache.internal.replay",
                        new String[] {"spi", "internal.entry", "internal.dependency", "internal.transaction"}),
                Arguments.of("dev.jooqcache.internal.key", new String[] {
                    "spi",
                    "internal.entry",
                    "internal.dependency",
                    "internal.sql",
                    "internal.analysis",
                    "internal.replay"
                }),
                Arguments.of("dev.jooqcache.internal.read", new String[] {
                    "spi",
                    "internal.entry",
                    "internal.dependency",
                    "internal.generation",
                    "internal.transaction",
                    "internal.jdbc",
                    "internal.query",
                    "internal.analysis",
                    "internal.replay",
                    "internal.key"
                }),
                Arguments.of("dev.jooqcache.internal.prepared", new String[] {
                    "spi",
                    "internal.entry",
                    "internal.transaction",
                    "internal.jdbc",
                    "internal.analysis",
                    "internal.replay",
                    "internal.key",
                    "internal.read"
                }));
    }

    @ParameterizedTest
    @MethodSource("arrows")
    void package_importsOnlyWhatItMay(String from, String[] mayImport) {
        DescribedPredicate<JavaClass> allowed = VOCABULARY.or(resideInAPackage(from));
        for (String to : mayImport) allowed = allowed.or(resideInAPackage("dev.jooqcache." + to));
        ArchRuleDefinition.noClasses()
                .that()
                .resideInAPackage(from)
                .should()
                .dependOnClassesThat(resideInAPackage("dev.jooqcache..").and(not(allowed)))
                .check(CLASSES);
    }

    @Test
    void vocabulary_dependsOnNothing() {
        ArchRuleDefinition.noClasses()
                .that(VOCABULARY)
                .should()
                .dependOnClassesThat(
                        resideInAPackage("dev.jooqcache..").and(not(VOCABULARY)).and(not(ARRAY)))
                .check(CLASSES);
    }

    /** The picture in the documentation is drawn from the packages. */
    @Test
    void picture_showsThePackages() throws IOException {
        Path page = Path.of("..", "docs", "architecture.md");
        String text = Files.readString(page);
        int begin = text.indexOf("```mermaid\n");
        int end = text.indexOf("```\n", begin + 1) + "```\n".length();
        String current = text.substring(0, begin) + picture() + text.substring(end);
        if (Boolean.getBoolean("jooqcache.picture.write")) Files.writeString(page, current);
        else
            assertThat(text)
                    .as("docs/architecture.md does not show the packages as they are. To draw it anew: ./mvnw test"
                            + " -pl jooq-cache -Dtest=ArchitectureTest -Dsurefire.args=-Djooqcache.picture.write=true")
                    .isEqualTo(current);
    }

    private static String picture() {
        Map<String, Set<String>> uses = uses();
        StringBuilder picture = new StringBuilder("```mermaid\nflowchart TD\n");
        for (String from : uses.keySet())
            picture.append("    %s[\"%s\"]\n".formatted(id(from), from.replace("dev.jooqcache.", "")));
        uses.forEach((from, all) -> {
            for (String to : all)
                if (all.stream().noneMatch(via -> uses.get(via).contains(to)))
                    picture.append("    %s --> %s\n".formatted(id(from), id(to)));
        });
        return picture.append("```\n").toString();
    }

    /** Which packages each one uses, directly or by way of others; the vocabulary does not count. */
    private static Map<String, Set<String>> uses() {
        Map<String, Set<String>> uses = new TreeMap<>();
        for (JavaClass from : CLASSES) {
            Set<String> all = uses.computeIfAbsent(from.getPackageName(), name -> new TreeSet<>());
            from.getDirectDependenciesFromSelf().stream()
                    .map(dependency -> dependency.getTargetClass().getBaseComponentType())
                    .filter(to -> to.getPackageName().startsWith("dev.jooqcache") && !VOCABULARY.test(to))
                    .filter(to -> !to.getPackageName().equals(from.getPackageName()))
                    .forEach(to -> all.add(to.getPackageName()));
        }
        boolean grown = true;
        while (grown) {
            grown = false;
            for (Set<String> all : uses.values()) for (String via : Set.copyOf(all)) grown |= all.addAll(uses.get(via));
        }
        return uses;
    }

    private static String id(String name) {
        return name.equals("dev.jooqcache")
                ? "root"
                : name.substring("dev.jooqcache.".length()).replace('.', '_');
    }
}
