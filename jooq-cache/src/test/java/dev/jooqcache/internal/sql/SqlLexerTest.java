package dev.jooqcache.internal.sql;

import static org.assertj.core.api.Assertions.assertThat;

import org.jooq.SQLDialect;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("A text is understood only if no mode of a session, nor jOOQ's parser, splits it in another way")
class SqlLexerTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
        POSTGRES | select v from t where n <> '\\' and id = 5 -- '                | false
        POSTGRES | select 1 where n = '\\'' or m = '\\' or k = ' '               | false
        POSTGRES | select '\\' -- /* /* */ '                                     | true
        POSTGRES | select 'no\\w'                                               | false
        POSTGRES | select '\\x6eow'                                             | false
        POSTGRES | select '\\156ow'                                             | false
        POSTGRES | select U&'\\006eow'                                          | false
        POSTGRES | select v from u&"\\0074"                                     | false
        POSTGRES | select q'[a'b]'                                              | false
        POSTGRES | select 1_000                                                 | false
        POSTGRES | select v from t where n like 'a\\%' escape '\\'              | true
        POSTGRES | select v from t where n ~ '^\\d+\\.\\d$' and m = 'x'         | true
        POSTGRES | select v from t where n like ? escape '\\' and m = 'x'       | true
        POSTGRES | select E'a\\'b', u & 'x', xq'1'                              | true
        MARIADB  | select 'a\\'b'                                               | false
        MARIADB  | select v from 2t                                             | false
        MARIADB  | select v from 1_000                                          | false
        MARIADB  | select 0x1F, 1e5, 1.5 from t where id = 1                    | true
        H2       | select v from t where n <> E'\\' and v < 1 -- '              | false
        H2       | select E'a', 'a\\b', he'x'                                  | true
        H2       | select [f](1)                                                | false
        H2       | select v from [t]                                            | false
        H2       | select [1]()                                                 | false
        H2       | select v [ -- ]                                              | false
        H2       | select a#b from t                                            | false
        H2       | select a[1], a[?], array[1, 2], array['a', "B"], array[-1]   | true
        H2       | select array[-- ]                                            | false
        """)
    void text_isUnderstood_ifAllReadItAlike(SQLDialect dialect, String sql, boolean understood) {
        assertThat(new SqlLexer(sql, dialect).isUnderstood()).isEqualTo(understood);
    }
}
