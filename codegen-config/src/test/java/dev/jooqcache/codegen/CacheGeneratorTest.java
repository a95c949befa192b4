package dev.jooqcache.codegen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jooqcache.inspect.SchemaInspector;
import dev.jooqcache.model.CacheModel;
import dev.jooqcache.model.CacheRule;
import dev.jooqcache.model.Dependencies;
import dev.jooqcache.model.TableName;
import dev.jooqcache.model.WriteEvent;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.flywaydb.core.Flyway;
import org.jooq.codegen.KotlinGenerator;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Runs jOOQ's GenerationTool with our generator, as Gradle's plugin does. */
final class CacheGeneratorTest {

    private static final String TRIGGER =
            "create trigger audit after update on book for each row call 'dev.jooqcache.codegen.SilentTrigger'";

    @TempDir
    Path directory;

    @Test
    void h2_generatedModelIsTheInspectedOne() throws Exception {
        String url = Schemas.h2(directory, Schemas.LIBRARY);
        Generation generation = Generation.into(directory).live(url, "PUBLIC").run();
        assertThat(generation.model("generated.PublicCacheModel").differences(inspected(url)))
                .isEmpty();
        golden("h2", generation.source("PublicCacheModel.java"));
    }

    @Test
    void postgresql_generatedModelIsTheInspectedOne() throws Exception {
        try (EmbeddedPostgres server = EmbeddedPostgres.builder().start()) {
            String url = server.getJdbcUrl("postgres", "postgres");
            Schemas.run(url, Schemas.LIBRARY);
            Schemas.run(
                    url,
                    "create schema other",
                    "create table other.stock (id int primary key, amount int check (amount >= 0))",
                    "create function logs() returns trigger language plpgsql as $$ begin insert into audit_log (id, what)"
                            + " values (new.id, 'changed'); return new; end $$",
                    "create trigger audit after insert or update on book for each row execute function logs()",
                    "create table part (id int, at date not null) partition by range (at)",
                    "create table part_2026 partition of part for values from ('2026-01-01') to ('2027-01-01')",
                    "create materialized view authors as select count(*) as n from author",
                    "alter table author enable row level security",
                    "create policy mine on author using (name = current_user)");
            Generation generation =
                    Generation.into(directory).live(url, "public").run();
            CacheModel model = generation.model("generated.PublicCacheModel");
            assertThat(model.differences(inspected(url))).isEmpty();
            assertThat(Dependencies.of(model)
                            .reach(List.of(TableName.of("book")), Set.of(WriteEvent.UPDATE), List.of())
                            .tags())
                    .containsKeys("book", "audit_log");
            golden("postgresql", generation.source("PublicCacheModel.java"));
        }
    }

    @Test
    void scripts_haveTheVersionThatFlywayGivesADatabase() throws Exception {
        Generation.script(
                directory, "db/V1__authors.sql", "create table author (id int primary key, name varchar(9));\n");
        Generation.script(
                directory,
                "db/V1_2__books.sql",
                "create table book (id int primary key, author_id int,\r\n"
                        + " constraint fk foreign key (author_id) references author (id) on delete cascade);");
        Generation.script(directory, "db/V10__more.sql", "alter table book add title varchar(50);\n\n");
        Generation.script(
                directory, "db/R__titles.sql", "create or replace view titles as select b.title from book b;\n");
        Generation generation = Generation.into(directory).scripts("db/*.sql").run();
        CacheModel model = generation.model("generated.DefaultSchemaCacheModel");
        String url = "jdbc:h2:file:" + directory.resolve("flyway")
                + ";DATABASE_TO_LOWER=TRUE;CASE_INSENSITIVE_IDENTIFIERS=TRUE";
        Flyway.configure()
                .dataSource(url, "", "")
                .locations("filesystem:" + directory.resolve("db"))
                .load()
                .migrate();
        assertThat(model.version()).startsWith("10 (").isEqualTo(inspected(url).version());
        assertThat(Dependencies.of(model)
                        .lineage(List.of(TableName.of("titles")), List.of())
                        .tags())
                .containsOnlyKeys("book");
        golden(
                "scripts",
                generation.source("DefaultSchemaCacheModel.java").replace(String.valueOf(model.version()), "VERSION"));
    }

    @Test
    void unknownTrigger_failsWithWhatToDeclare() throws Exception {
        String url = Schemas.h2(directory, Schemas.LIBRARY);
        Schemas.run(url, TRIGGER);
        assertThatThrownBy(() -> Generation.into(directory).live(url, "PUBLIC").run())
                .hasMessageContaining("trigger audit on public.book: it is written in Java")
                .hasMessageContaining(
                        "<trigger><table>public.book</table><writes><table>...</table></writes></trigger>");
        assertThat(directory.resolve("java")).doesNotExist();
    }

    @Test
    void unknownTrigger_declared() throws Exception {
        String url = Schemas.h2(directory, Schemas.LIBRARY);
        Schemas.run(url, TRIGGER);
        CacheModel model = Generation.into(directory)
                .live(url, "PUBLIC")
                .cache("<cache><triggers><trigger><table>public.book</table><writes><table>audit_log</table></writes>"
                        + "</trigger></triggers></cache>")
                .run()
                .model("generated.PublicCacheModel");
        assertThat(Dependencies.of(model)
                        .reach(List.of(TableName.of("book")), Set.of(WriteEvent.UPDATE), List.of())
                        .tags())
                .containsOnlyKeys("book", "audit_log");
    }

    @Test
    void unknownTrigger_warned_touchesEverything() throws Exception {
        String url = Schemas.h2(directory, Schemas.LIBRARY);
        Schemas.run(url, TRIGGER);
        CacheModel model = Generation.into(directory)
                .live(url, "PUBLIC")
                .cache("<cache><onUnknown>WARN</onUnknown></cache>")
                .run()
                .model("generated.PublicCacheModel");
        assertThat(Dependencies.of(model)
                        .reach(List.of(TableName.of("book")), Set.of(WriteEvent.UPDATE), List.of())
                        .everything())
                .contains("it is written in Java");
    }

    @Test
    void rules_ofTheFirstExpressionThatMatches() throws Exception {
        String url = Schemas.h2(directory, Schemas.LIBRARY);
        Generation.script(
                directory,
                "cache.xml",
                "<cache><mode>MARKED</mode><tables><table><includeExpression>BOOK</includeExpression>"
                        + "<expireAfterWrite>PT1M</expireAfterWrite></table><table><excludeExpression>public\\.audit_.*"
                        + "</excludeExpression><maximumRows>7</maximumRows></table></tables><excludes>audit_.*</excludes></cache>");
        CacheModel model = Generation.into(directory)
                .live(url, "PUBLIC")
                .cache("cache.xml")
                .run()
                .model("generated.PublicCacheModel");
        assertThat(model.rules().mode()).hasToString("MARKED");
        assertThat(model.rules().tables())
                .containsExactly(
                        CacheRule.of(TableName.of("public", "audit_log")).exclude(),
                        CacheRule.of(TableName.of("public", "author")).maximumRows(7),
                        CacheRule.of(TableName.of("public", "book")).expireAfterWrite(Duration.ofMinutes(1)),
                        CacheRule.of(TableName.of("public", "book_title")).maximumRows(7));
    }

    private Generation keys(String expression) throws Exception {
        String url =
                Schemas.h2(directory, "create table seat (id int primary key, hall int, row_no int, name varchar(9))");
        return Generation.into(directory)
                .live(url, "PUBLIC")
                .cache("<cache><tables><table><includeExpression>seat</includeExpression><keys>" + expression
                        + "</keys></table></tables></cache>");
    }

    @Test
    void keys_areColumnsWhoseNamesMatch() throws Exception {
        assertThat(keys("HALL|.*_no")
                        .run()
                        .model("generated.PublicCacheModel")
                        .rules()
                        .tables())
                .containsExactly(CacheRule.of(TableName.of("public", "seat")).keys("hall", "row_no"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = ':', textBlock = """
            hal : keys in <cache> match no column of a table that seat matches: hal
            name : keys name in <cache> match public.seat.name of type CHARACTER VARYING
            """)
    void keys_thatAreNone_areErrors(String expression, String message) {
        assertThatThrownBy(() -> keys(expression).run()).hasMessageContaining(message);
    }

    @Test
    void secondRun_touchesNothing_andOnlyTheModelIfOnlyCacheChanged() throws Exception {
        String url = Schemas.h2(directory, Schemas.LIBRARY);
        Map<Path, String> first =
                Generation.into(directory).live(url, "PUBLIC").run().stamps();
        assertThat(Generation.into(directory).live(url, "PUBLIC").run().stamps())
                .as("nothing changed")
                .isEqualTo(first);
        Generation changed = Generation.into(directory)
                .live(url, "PUBLIC")
                .cache("<cache><excludes>audit_log</excludes></cache>")
                .run();
        assertThat(changed.source("PublicCacheModel.java")).contains(".exclude()");
        Map<Path, String> second = changed.stamps();
        second.keySet().removeIf(file -> second.get(file).equals(first.get(file)));
        assertThat(second.keySet()).as("<cache> changed").containsExactly(changed.file("PublicCacheModel.java"));
    }

    @Test
    void schemaVersionProvider_sameVersion_modelIsKeptAndFollowsCache() throws Exception {
        String url = Schemas.h2(directory, Schemas.LIBRARY);
        Generation generation = Generation.into(directory).live(url, "PUBLIC");
        generation.database().setSchemaVersionProvider("select '1'");
        Map<Path, String> first = generation.run().stamps();
        Generation again = Generation.into(directory).live(url, "PUBLIC");
        again.database().setSchemaVersionProvider("select '1'");
        assertThat(again.run().stamps()).isEqualTo(first);
    }

    @Test
    void ownStrategy_itsNamesAreUsed() throws Exception {
        String url = Schemas.h2(directory, Schemas.LIBRARY);
        Generation generation = Generation.into(directory)
                .live(url, "PUBLIC")
                .strategy(OwnStrategy.class)
                .run();
        assertThat(generation.source("PublicCacheModel.java"))
                .contains("import static generated.tables.OwnBook.OWN_BOOK;", "TableName.of(OWN_BOOK)");
        assertThat(generation.model("generated.PublicCacheModel").differences(inspected(url)))
                .isEmpty();
    }

    @Test
    void noJavaClasses_namesAreWritten() throws Exception {
        String url = Schemas.h2(directory, Schemas.LIBRARY);
        Generation.into(directory)
                .live(url, "PUBLIC")
                .generator(KotlinGenerator.class)
                .run();
        Generation generation = Generation.into(directory)
                .live(url, "PUBLIC")
                .generator(CacheModelGenerator.class)
                .run();
        assertThat(generation.source("PublicCacheModel.java")).contains("TableName.of(\"public\", \"book\")");
        assertThat(generation.model("generated.PublicCacheModel").differences(inspected(url)))
                .isEmpty();
    }

    @Test
    void severalSchemas_eachModelIsComplete() throws Exception {
        String url = Schemas.h2(
                directory,
                "create schema sales",
                "create schema storage",
                "create schema hidden",
                "create table sales.one_item (id int primary key)",
                "create table storage.one_item (id int primary key)",
                "create table storage.two_items (id int primary key, one_id int references sales.one_item on delete cascade)",
                "create table hidden.three (id int primary key)");
        Generation generation = Generation.into(directory).live(url, "");
        generation.database().getSchemata().add(new org.jooq.meta.jaxb.SchemaMappingType().withInputSchema("SALES"));
        generation.database().getSchemata().add(new org.jooq.meta.jaxb.SchemaMappingType().withInputSchema("STORAGE"));
        generation.run();
        CacheModel live = inspected(url);
        assertThat(generation.model("generated.sales.SalesCacheModel").differences(live))
                .isEmpty();
        assertThat(generation.model("generated.storage.StorageCacheModel").differences(live))
                .isEmpty();
    }

    @Test
    void largeSchema_fitsIntoClassFiles() throws Exception {
        String[] tables = new String[250];
        for (int i = 0; i < tables.length; i++) {
            StringBuilder sql = new StringBuilder("create table item_" + i + " (id int primary key");
            for (int c = 0; c < 12; c++) sql.append(", c").append(c).append(" varchar(10)");
            tables[i] = sql.append(')').toString();
        }
        String url = Schemas.h2(directory, tables);
        Generation generation = Generation.into(directory).live(url, "PUBLIC");
        generation.run();
        assertThat(generation.model("generated.PublicCacheModel").tables()).hasSize(tables.length);
    }

    private static CacheModel inspected(String url) throws Exception {
        try (Connection connection = DriverManager.getConnection(url)) {
            return SchemaInspector.inspect(DSL.using(connection));
        }
    }

    /** Compares with the file of that name; what differs is written to target/golden for a look. */
    private static void golden(String name, String actual) throws IOException {
        Path written = Path.of("target/golden", name + ".txt");
        Files.createDirectories(written.getParent());
        Files.writeString(written, actual);
        try (InputStream expected = CacheGeneratorTest.class.getResourceAsStream("/golden/" + name + ".txt")) {
            assertThat(expected).as("golden file " + name).isNotNull();
            assertThat(actual).isEqualTo(new String(expected.readAllBytes(), StandardCharsets.UTF_8));
        }
    }
}
