package dev.jooqcache.jta;

import dev.jooqcache.testing.Database;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ArgumentsProvider;
import org.junit.jupiter.params.provider.ArgumentsSource;
import org.junit.jupiter.params.support.ParameterDeclarations;

/**
 * A test that runs on H2 and PostgreSQL with every {@link Coordinator} in every {@link Registration}. On MariaDB a
 * suspended branch keeps metadata locks for which the end of the test waits.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Tag("database")
@Tag("slow")
@ParameterizedTest(name = "{0} {1} {2}", allowZeroInvocations = true)
@ArgumentsSource(JtaTest.Source.class)
@interface JtaTest {

    /** Gives each combination. */
    final class Source implements ArgumentsProvider {
        @Override
        public Stream<? extends Arguments> provideArguments(
                ParameterDeclarations parameters, ExtensionContext context) {
            return Database.all().stream()
                    .filter(database -> database != Database.MARIADB)
                    .flatMap(database -> Arrays.stream(Coordinator.values())
                            .flatMap(jta -> Arrays.stream(Registration.values())
                                    .map(registration -> Arguments.of(database, jta, registration))));
        }
    }
}
