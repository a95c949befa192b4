package dev.jooqcache;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
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
            belongToAnyOf(BypassReason.class, CacheAdmission.class, CacheHint.class, CacheMode.class);

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
                Arguments.of("dev.jooqcache.inspect", new String[] {"model", "internal.analysis"}),
                Arguments.of("dev.jooqcache.ehcache", new String[] {"spi"}),
                Arguments.of("dev.jooqcache.internal.generation", new String[] {"spi"}),
                Arguments.of("dev.jooqcache.internal.transaction", new String[] {"spi", "internal.generation"}),
                Arguments.of("dev.jooqcache.internal.reactive", new String[] {"internal.transaction"}),
                Arguments.of(
                        "dev.jooqcache.internal.analysis",
                        new String[] {"spi", "model", "internal.generation", "internal.transaction"}),
                Arguments.of(
                        "dev.jooqcache.internal.execute",
                        new String[] {"spi", "internal.generation", "internal.transaction", "internal.analysis"}));
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
}
