package dev.jooqcache.codegen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.inspect.SchemaInspector;
import dev.jooqcache.internal.catalog.FlywayVersion;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.List;
import org.flywaydb.core.Flyway;
import org.jooq.SQLDialect;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The version from scripts is the one that Flyway itself leaves in a database. */
final class FlywayVersionTest {

    @TempDir
    Path directory;

    @Test
    void of_whatFlywayMigrates() throws Exception {
        List<Path> scripts = List.of(
                script("V2__a.sql", "create table a (id int);\r\n\r\ncreate table b (id int);"),
                script("V10__b.sql", "\ufeffcreate table c (id int);\n-- \u00e4\n"),
                script("sub/V2_1__c.sql", "create table d (id int)\n"),
                script("R__view.sql", "create or replace view v as select * from a;"),
                script("afterMigrate.sql", "select 1;"));
        String url = "jdbc:h2:file:" + directory.resolve("flyway");
        Flyway.configure()
                .dataSource(url, "", "")
                .locations("filesystem:" + directory)
                .load()
                .migrate();
        try (Connection connection = DriverManager.getConnection(url)) {
            assertThat(FlywayVersion.of(directory, scripts))
                    .startsWith("10 (")
                    .isEqualTo(new SchemaInspector().version(connection, SQLDialect.H2));
        }
    }

    @Test
    void of_otherScripts_isNone() throws Exception {
        assertThat(FlywayVersion.of(directory, List.of(script("schema.sql", "select 1"))))
                .isNull();
        assertThat(FlywayVersion.of(directory, List.of(script("R__x.sql", "select '${x}'"))))
                .isNull();
        assertThat(FlywayVersion.of(directory, List.of())).isNull();
    }

    private Path script(String name, String text) throws Exception {
        return Generation.script(directory, name, text).toPath();
    }
}
