package dev.jooqcache.codegen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.model.CacheModel;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Liquibase change logs: what Liquibase interprets on H2 is known; anything else is a gap. */
class ChangeLogScanTest {

    private static List<String> gaps(String name, String text, Pattern... harmless) {
        ScriptScan scan = new ScriptScan(List.of(harmless));
        new ChangeLogScan(scan, List.of("db/main.xml", "db/more/tables.yaml")).file(name, text);
        CacheModel model = scan.model();
        return model.gaps();
    }

    private static String xml(String changes) {
        return """
                <databaseChangeLog xmlns="http://www.liquibase.org/xml/ns/dbchangelog">
                  <changeSet id="1" author="a">
                    %s
                  </changeSet>
                </databaseChangeLog>
                """.formatted(changes);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<createTable tableName=\"film\"><column name=\"id\" type=\"int\"/></createTable>",
                "<addForeignKeyConstraint baseTableName=\"a\" onDelete=\"CASCADE\"/>",
                "<createView viewName=\"v\">select id from film</createView>",
                "<include file=\"more/tables.yaml\"/>"
            })
    void xml_thatLiquibaseInterprets_isNoGap(String change) {
        assertThat(gaps("db/main.xml", xml(change))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<sql>create trigger t ..</sql>",
                "<sqlFile path=\"more/tables.yaml\"/>",
                "<createProcedure>..</createProcedure>",
                "<ext:createTrigger name=\"t\"/>",
                "<customChange class=\"com.example.Change\"/>",
                "<someNewChange/>",
                "<include file=\"elsewhere/other.xml\"/>"
            })
    void xml_ofAnythingElse_isAGap(String change) {
        assertThat(gaps("db/main.xml", xml(change)))
                .singleElement()
                .asString()
                .startsWith("db/main.xml:3 is not understood: <");
    }

    @Test
    void yaml_isReadByItsKeys() {
        String known = """
                databaseChangeLog:
                  - changeSet:
                      id: 1
                      changes:
                        - createTable:
                            tableName: film
                            columns:
                              - column:
                                  name: id
                """;
        assertThat(gaps("db/main.yaml", known)).isEmpty();
        assertThat(gaps("db/main.yaml", known + "      - executeCommand:\n"))
                .containsExactly("db/main.yaml:10 is not understood: - executeCommand:");
        assertThat(gaps("db/main.yaml", known + "        - sql: select 1\n")).hasSize(1);
    }

    @Test
    void json_isReadByItsKeys() {
        String text = """
                {"databaseChangeLog": [{"changeSet": {"id": "1", "changes": [
                  {"createIndex": {"tableName": "film"}},
                  {"%s": {"tableName": "film"}}
                ]}}]}
                """;
        assertThat(gaps("db/main.json", text.formatted("dropIndex"))).isEmpty();
        assertThat(gaps("db/main.json", text.formatted("createSomething"))).hasSize(1);
    }

    @Test
    void declaredLine_andOtherFiles_areNoGaps() {
        assertThat(gaps("db/main.xml", xml("<sql>grant x to y</sql>"), Pattern.compile("<sql>grant .*")))
                .isEmpty();
        assertThat(gaps("db/mapper.xml", "<mapper><select id=\"x\">select 1</select></mapper>"))
                .isEmpty();
    }
}
