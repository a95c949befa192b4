package dev.jooqcache.internal.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.jooq.SQLDialect;
import org.jooq.impl.DefaultDataType;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Reading a text leaves behind no type that jOOQ would read later results by")
class JooqParserTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select x::%s from t",
                "select cast(x as %s) from t",
                "select cast(x as \"%s\") from t",
                "insert into t (x) values ('{}'::%s)",
                "update t set x = '{}'::%s where id = 1",
                "select 1 from t where x = any ('{1}'::%s)"
            })
    void text_withAnArrayByItsInnerName_doesNotRenameTheType(String sql) {
        String name = unused();
        Class<?> before = type(name);
        String text = sql.formatted(name);
        JooqParser.of(SQLDialect.POSTGRES).parseQuery(text);
        assertThat(type(name)).isEqualTo(before);
    }

    /** An array's inner name that no other test has made a type of. */
    private static String unused() {
        return Stream.iterate("_int4", name -> "_" + name)
                .filter(name -> type(name).isArray())
                .findFirst()
                .orElseThrow();
    }

    private static Class<?> type(String name) {
        return DefaultDataType.getDataType(SQLDialect.POSTGRES, name).getType();
    }
}
