package dev.jooqcache.faults;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import java.time.Clock;
import java.time.Instant;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A clock that jumps (C6). What is served is told by generations, which are counted; waits and the quarantine use {@link
 * System#nanoTime}, which does not jump. Only the age of a result, which bounds memory, is measured by the wall clock.
 */
@Tag("C6")
@Tag("slow")
class ClockTest {

    @Test
    void wallClock_isReadByTheStoreOnly() {
        JavaClasses library = new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("dev.jooqcache");
        ArchRuleDefinition.noClasses()
                .that()
                .resideOutsideOfPackage("dev.jooqcache.ehcache")
                .should()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(Instant.class, "now")
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(Clock.class)
                .check(library);
    }
}
