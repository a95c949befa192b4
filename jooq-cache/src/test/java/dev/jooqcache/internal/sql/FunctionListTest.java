package dev.jooqcache.internal.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.lang.reflect.Field;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jooq.Record;
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
                    // The same, and the values of an enum, which change by DDL only.
                    "array_to_json date_subtract enum_first enum_last enum_range json_agg_strict json_object_agg_strict",
                    "json_object_agg_unique json_object_agg_unique_strict json_to_tsvector jsonb_agg_strict",
                    "jsonb_to_tsvector make_timestamptz timezone",
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

    /** All overloads of a name together; of what cannot be called from SQL with types that SQL has, nothing is believed. */
    private static final String CATALOG = """
            select p.proname, string_agg(distinct p.provolatile::text, '') from pg_proc p
            where p.pronamespace = 'pg_catalog'::regnamespace
            group by p.proname
            having not bool_or(p.prorettype::regtype::text in ('internal', 'cstring', 'trigger', 'event_trigger',
                'language_handler', 'fdw_handler', 'index_am_handler', 'table_am_handler', 'tsm_handler')
              or exists (select 1 from unnest(p.proargtypes::oid[]) a (t)
                where a.t::regtype::text in ('internal', 'cstring')))""";

    /** Types with dates, made of texts that may say now. */
    private static final Set<String> TYPES = Set.of("datemultirange", "tsmultirange", "tstzmultirange");

    private static Set<String> list(String name) {
        return new TreeSet<>(Functions.load("functions-" + name + ".txt"));
    }

    @DatabaseTest
    void listsOfPostgres_areThoseOfItsCatalog(Database database) {
        if (database != Database.POSTGRESQL) return;
        try (Fixture f = Fixture.empty(database)) {
            Set<String> effects = list("postgresql-effects");
            Set<String> immutable = new TreeSet<>();
            Set<String> moving = new TreeSet<>();
            Set<String> all = new TreeSet<>();
            for (Record row : f.unseen.fetch(CATALOG)) {
                String name = row.get(0, String.class);
                all.add(name);
                if (effects.contains(name)) continue;
                boolean isImmutable = "i".equals(row.get(1)) && !TYPES.contains(name);
                (isImmutable ? immutable : moving).add(name);
            }
            assertThat(list("postgresql-immutable")).isEqualTo(immutable);
            assertThat(list("postgresql-moving")).isEqualTo(moving);
            assertThat(all).containsAll(effects);
        }
    }

    @DatabaseTest
    void listsOfOthers_haveAllOfTheirCatalogs(Database database) throws ReflectiveOperationException {
        if (database == Database.POSTGRESQL) return;
        String name = database.name().toLowerCase(Locale.ROOT);
        Set<String> unknown = new TreeSet<>();
        try (Fixture f = Fixture.empty(database)) {
            for (String function : database == Database.H2 ? functionsOfH2() : functionsOfMariaDb(f))
                if (!Functions.isKnown(function)) unknown.add(function);
        }
        if (database == Database.H2) unknown.removeAll(list("h2-effects"));
        Set<String> listed = list(name + "-immutable");
        listed.addAll(list(name + "-moving"));
        assertThat(listed).isEqualTo(unknown);
    }

    @DatabaseTest
    void operatorsOfPostgres_areThoseOfItsCatalog(Database database) {
        if (database != Database.POSTGRESQL) return;
        try (Fixture f = Fixture.empty(database)) {
            Set<String> conditions = new TreeSet<>();
            Set<String> values = new TreeSet<>();
            for (Record row : f.unseen.fetch("select oprname, bool_or(oprresult = 'bool'::regtype) from pg_operator"
                    + " where oprnamespace = 'pg_catalog'::regnamespace and oprkind = 'b' group by oprname"))
                (row.get(1, Boolean.class) ? conditions : values).add(row.get(0, String.class));
            assertThat(new TreeSet<>(Functions.load("operators-postgresql-conditions.txt")))
                    .isEqualTo(conditions);
            assertThat(new TreeSet<>(Functions.load("operators-postgresql-values.txt")))
                    .isEqualTo(values);
        }
    }

    private static List<String> functionsOfMariaDb(Fixture f) {
        return f.unseen
                .fetch("select lower(function) from information_schema.sql_functions")
                .getValues(0, String.class);
    }

    private static List<String> functionsOfH2() throws ReflectiveOperationException {
        Field functions =
                Class.forName("org.h2.expression.function.BuiltinFunctions").getDeclaredField("FUNCTIONS");
        functions.setAccessible(true);
        return ((Set<?>) functions.get(null))
                .stream()
                        .map(function -> function.toString().toLowerCase(Locale.ROOT))
                        .toList();
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
