package dev.jooqcache.internal.sql;

import static org.assertj.core.api.Assertions.assertThat;

import org.jooq.SQLDialect;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ParameterMarkersTest {

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '`', textBlock = """
                    POSTGRES ; a = $1 and b = $12 ; a = ? and b = ?
                    POSTGRES ; a = $1::int and j ? 'k' ; a = ?::int and j ?? 'k'
                    POSTGRES ; j ?| array['k'] and a=$1 ; j ??| array['k'] and a=?
                    POSTGRES ; '$1' || "$2" || $$ $3 $$ -- $4 ; '$1' || "$2" || $$ $3 $$ -- $4
                    POSTGRES ; a$1 = 1 ; a$1 = 1
                    H2       ; a = ?1 and b = $2 and c = ? ; a = ? and b = ? and c = ?
                    MARIADB  ; a = ? and b = '?1' ; a = ? and b = '?1'
                    POSTGRES ; 'open $1 ; 'open $1
                    """)
    void ofJdbc_numbered_isWrittenAsInJdbc(SQLDialect dialect, String sql, String expected) {
        assertThat(ParameterMarkers.ofJdbc(sql, dialect)).isEqualTo(expected);
    }
}
