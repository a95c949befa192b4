package dev.jooqcache.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class MainTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String arguments) {
        return Main.run(new PrintWriter(out), new PrintWriter(err), arguments.split(" "));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --database oracle                          | Invalid value for option '--database': it must be h2 or postgresql, but is oracle
            --seconds 0                                | --seconds must be from 1 to 3600: 0
            --seconds soon                             | Invalid value for option '--seconds': 'soon' is not an int
            --seconds                                  | Missing required parameter for option '--seconds' (N)
            --threads 0                                | --threads must be from 1 to 64: 0
            --writes 101                               | --writes must be from 0 to 100: 101
            --writes -1                                | --writes must be from 0 to 100: -1
            --seed x                                   | Invalid value for option '--seed': 'x' is not a long
            --url jdbc:mysql://localhost/x             | --url must begin with jdbc:postgresql: but is jdbc:mysql://localhost/x
            --url jdbc:postgresql:x --database h2      | --url is for PostgreSQL, not for --database h2
            --user me                                  | --user needs --url
            --password secret                          | --password needs --url
            --fast                                     | Unknown option: '--fast'
            fast                                       | Unmatched argument at index 0: 'fast'
            """)
    void run_badOption_isOneLineAndExitCode2(String arguments, String message) {
        assertThat(run(arguments)).isEqualTo(2);
        assertThat(err.toString()).isEqualTo("error: " + message + System.lineSeparator());
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void run_help_showsEveryOption() {
        assertThat(run("--help")).isZero();
        assertThat(out.toString())
                .contains(
                        "--database",
                        "--seconds",
                        "--threads",
                        "--writes",
                        "--seed",
                        "--url",
                        "--user",
                        "--password",
                        "--schema");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void run_schema_printsWhatDependsOnWhat() {
        assertThat(run("--schema")).isZero();
        assertThat(out.toString())
                .contains("Schema version 7 (")
                .contains("| catalogue.film_listing | view | copy (view film_listing)<br>film (view film_listing)")
                .contains("`film_price_change` on `catalogue.film`");
    }

    @Test
    void run_unreachableServer_saysSoWithoutStackTrace() {
        assertThat(run("--url jdbc:postgresql://localhost:1/nowhere --user me")).isEqualTo(3);
        assertThat(err.toString())
                .contains("error: cannot migrate jdbc:postgresql://localhost:1/nowhere: Cannot connect: ")
                .doesNotContain("\tat ");
        assertThat(out.toString()).isEmpty();
    }
}
