package dev.jooqcache.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.BypassReason;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code docs/bypass-reasons.md} has one row for each reason. */
class BypassReasonPageTest {

    @Test
    void rows_areThoseOfTheReasons() {
        List<List<String>> rows = Page.of("docs/bypass-reasons.md").codeRows();
        assertThat(rows)
                .extracting(row -> row.get(0).replace("`", ""))
                .containsExactlyInAnyOrderElementsOf(
                        Stream.of(BypassReason.values()).map(Enum::name).toList());
        assertThat(rows).allSatisfy(row -> assertThat(row).hasSize(4).doesNotContain(""));
    }
}
