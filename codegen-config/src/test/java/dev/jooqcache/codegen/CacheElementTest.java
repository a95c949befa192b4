package dev.jooqcache.codegen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jooqcache.CacheMode;
import dev.jooqcache.codegen.CacheSettings.OnUnknown;
import java.io.StringReader;
import java.time.Duration;
import javax.xml.XMLConstants;
import javax.xml.transform.stream.StreamSource;
import javax.xml.validation.SchemaFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xml.sax.SAXException;

final class CacheElementTest {

    private static final String COMPLETE = """
            <cache>
              <mode>MARKED</mode>
              <onUnknown>WARN</onUnknown>
              <tables>
                <table>
                  <includeExpression>rental|payment</includeExpression>
                  <excludeExpression>old_.*</excludeExpression>
                  <expireAfterWrite>PT10M</expireAfterWrite>
                  <maximumRows>100</maximumRows>
                  <keys>customer_id|.*_no</keys>
                </table>
                <table><maximumRows>10</maximumRows></table>
              </tables>
              <excludes>audit_.*</excludes>
              <views><view><name>v</name><reads><table>a</table><table>s.b</table></reads></view></views>
              <triggers><trigger><table>film</table><reads/><writes><table>price_change</table></writes></trigger></triggers>
              <routines><routine><name>f</name><reads><table>a</table></reads><writes/></routine></routines>
              <statements><harmless>do .*</harmless></statements>
            </cache>""";

    @Test
    void read_everything() throws Exception {
        CacheSettings settings = CacheElement.read(COMPLETE);
        assertThat(settings.mode()).isEqualTo(CacheMode.MARKED);
        assertThat(settings.onUnknown()).isEqualTo(OnUnknown.WARN);
        assertThat(settings.rules()).hasSize(2);
        assertThat(settings.rules().get(0).expireAfterWrite()).isEqualTo(Duration.ofMinutes(10));
        assertThat(settings.rules().get(0).keys()).isEqualTo("customer_id|.*_no");
        assertThat(settings.rules().get(1).includes()).isEqualTo(".*");
        assertThat(settings.declarations().tables()).hasSize(2);
        assertThat(settings.declarations().routines()).hasSize(1);
        assertThat(isValid(COMPLETE)).as("by the schema, too").isTrue();
    }

    @Test
    void read_nothing() {
        assertThat(CacheElement.read("<cache/>")).isEqualTo(CacheSettings.DEFAULTS);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            <cache><tabels/></cache> | cache/tabels is not known; allowed in cache: mode, onUnknown, tables, excludes, views, triggers, routines, statements
            <cache><mode>SOME</mode></cache> | cache/mode must be one of ALL, MARKED: SOME
            <cache><mode/></cache> | cache/mode must not be empty:
            <cache><onUnknown>fail</onUnknown></cache> | cache/onUnknown must be one of FAIL, WARN, IGNORE: fail
            <cache><tables><table><ttl>1</ttl></table></tables></cache> | cache/tables/table/ttl is not known; allowed in cache/tables/table: includeExpression, excludeExpression, expireAfterWrite, maximumRows, keys
            <cache><tables><table><maximumRows>1</maximumRows></table><table><expireAfterWrite>10m</expireAfterWrite></table></tables></cache> | cache/tables/table[2]/expireAfterWrite must be a positive duration as PT10M or PT24H: 10m
            <cache><tables><table><expireAfterWrite>PT0S</expireAfterWrite></table></tables></cache> | cache/tables/table/expireAfterWrite must be a positive duration as PT10M or PT24H: PT0S
            <cache><tables><table><maximumRows>0</maximumRows></table></tables></cache> | cache/tables/table/maximumRows must be a whole number >= 1: 0
            <cache><tables><table><includeExpression>(</includeExpression><maximumRows>1</maximumRows></table></tables></cache> | cache/tables/table/includeExpression must be a regular expression: Unclosed group: (
            <cache><tables><table/></tables></cache> | cache/tables/table must have one of expireAfterWrite, maximumRows, keys
            <cache><tables>film</tables></cache> | cache/tables must not have text; allowed in it: table
            <cache><triggers><trigger><writes/></trigger></triggers></cache> | cache/triggers/trigger must have table
            <cache><mode>ALL</mode><mode>ALL</mode></cache> | cache/mode must not stand twice
            <cash/> | <cash> is not known; allowed: cache
            """)
    void read_whatIsNotAllowed(String xml, String message) throws Exception {
        assertThatThrownBy(() -> CacheElement.read(xml))
                .isInstanceOf(CacheConfigurationException.class)
                .hasMessage(message.equals("cache/mode must not be empty:") ? message + " " : message);
        if (!xml.contains("includeExpression"))
            assertThat(isValid(xml)).as("by the schema").isFalse();
    }

    private static boolean isValid(String xml) throws Exception {
        try {
            SchemaFactory.newInstance(XMLConstants.W3C_XML_SCHEMA_NS_URI)
                    .newSchema(CacheElement.class.getResource("/xsd/jooq-cache-codegen.xsd"))
                    .newValidator()
                    .validate(new StreamSource(new StringReader(xml)));
            return true;
        } catch (SAXException e) {
            return false;
        }
    }
}
