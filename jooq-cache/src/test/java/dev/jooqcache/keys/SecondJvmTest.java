package dev.jooqcache.keys;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The same queries in another JVM, with another language, country, time zone, encoding and hash seed. */
@Tag("K5")
@Tag("slow")
class SecondJvmTest {

    @Test
    void key_inOtherJvm_hasSameBytes() throws Exception {
        List<String> here = PrintKeys.keys();
        assertThat(here).hasSize(5).doesNotHaveDuplicates();
        assertThat(elsewhere()).isEqualTo(here);
    }

    private static List<String> elsewhere() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:+UnlockExperimentalVMOptions",
                        "-XX:hashCode=2",
                        "-Duser.language=tr",
                        "-Duser.country=TR",
                        "-Duser.timezone=Asia/Kathmandu",
                        "-Dfile.encoding=ISO-8859-9",
                        "-cp",
                        System.getProperty("java.class.path"),
                        PrintKeys.class.getName())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).isZero();
        return printed.lines()
                .filter(line -> line.matches("[0-9a-f]+ -?[0-9]+"))
                .toList();
    }
}
