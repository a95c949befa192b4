package dev.jooqcache.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.CacheHint;
import dev.jooqcache.QueryCacheBuilder;
import dev.jooqcache.ehcache.EhcacheResultStore;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code docs/configuration.md} has a row for each setting and each hint. */
class ConfigurationPageTest {

    private static final Pattern NAME = Pattern.compile("`(?:CacheHint\\.)?(\\w+)");

    @Test
    void rows_areThoseOfTheSettingsAndHints() {
        Set<String> expected = Stream.of(
                        setters(QueryCacheBuilder.class), setters(EhcacheResultStore.Builder.class), hints())
                .flatMap(names -> names)
                .collect(Collectors.toSet());
        Set<String> found = Page.of("docs/configuration.md").codeRows().stream()
                .flatMap(row -> NAME.matcher(row.get(0)).results().map((MatchResult name) -> name.group(1)))
                .collect(Collectors.toSet());
        assertThat(found).containsExactlyInAnyOrderElementsOf(expected);
    }

    private static Stream<String> setters(Class<?> builder) {
        return methods(builder)
                .filter(method -> method.getReturnType() == builder)
                .map(Method::getName);
    }

    private static Stream<String> hints() {
        return methods(CacheHint.class)
                .filter(method -> Modifier.isStatic(method.getModifiers()))
                .map(Method::getName);
    }

    private static Stream<Method> methods(Class<?> type) {
        return Stream.of(type.getDeclaredMethods())
                .filter(method -> Modifier.isPublic(method.getModifiers()) && !method.isSynthetic());
    }
}
