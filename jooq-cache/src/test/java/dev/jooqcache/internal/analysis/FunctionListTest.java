package dev.jooqcache.internal.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;

@DisplayName("The list of deterministic functions agrees with PostgreSQL's own labels")
class FunctionListTest {

    private static final Set<String> ACCEPTED = Stream.of(
                    // TimeZone, where one of the arguments has a time zone and another has not.
                    "date date_add date_part date_trunc extract generate_series overlaps time timestamp timestamptz timetz",
                    // TimeZone, DateStyle, IntervalStyle, extra_float_digits, bytea_output: how values become text.
                    "array_to_string concat concat_ws format quote_literal quote_nullable",
                    "json_agg json_build_array json_build_object json_object_agg row_to_json to_json",
                    "jsonb_agg jsonb_build_array jsonb_build_object to_jsonb",
                    // lc_time, lc_numeric, lc_monetary and TimeZone.
                    "numeric to_char to_date to_number to_timestamp",
                    // default_text_search_config; what a configuration means changes by DDL only.
                    "phraseto_tsquery plainto_tsquery to_tsquery to_tsvector ts_headline websearch_to_tsquery",
                    // Conversions between encodings, which change by DDL only.
                    "convert convert_from convert_to length")
            .flatMap(names -> Stream.of(names.split(" ")))
            .collect(Collectors.toSet());

    private static Set<String> labelled(Fixture f, String volatility) {
        return f
                .unseen
                .fetch("select distinct p.proname from pg_proc p join pg_namespace n on n.oid = p.pronamespace"
                        + " where n.nspname = 'pg_catalog' and p.provolatile = '" + volatility + "'"
                        // Methods of TABLESAMPLE cannot be called.
                        + " and p.prorettype <> 'tsm_handler'::regtype")
                .getValues(0, String.class)
                .stream()
                .filter(Functions::isDeterministic)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @DatabaseTest
    void deterministicFunctions_areNotVolatile(Database database) {
        if (database != Database.POSTGRESQL) return;
        try (Fixture f = Fixture.empty(database)) {
            assertThat(labelled(f, "v")).isEmpty();
        }
    }

    /**
     * STABLE means that the result may change with settings, with tables or with the clock. Only the first is allowed, since
     * the cache does not serve a session whose settings were changed.
     */
    @DatabaseTest
    void deterministicFunctions_stableOnes_dependOnSettingsOnly(Database database) {
        if (database != Database.POSTGRESQL) return;
        try (Fixture f = Fixture.empty(database)) {
            assertThat(labelled(f, "s")).isEqualTo(new TreeSet<>(ACCEPTED));
        }
    }
}
