package dev.jooqcache.sample;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Only in the profile {@code soak}. */
@Tag("soak")
final class SoakTest {

    @Test
    void run_forLong_answersRightAndLeaksNothing() throws Exception {
        PrintWriter out = new PrintWriter(System.out, true, UTF_8);
        assertThat(new Soak(Soak.settings(), out).run()).isEmpty();
    }
}
