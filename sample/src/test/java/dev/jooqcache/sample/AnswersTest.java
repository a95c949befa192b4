package dev.jooqcache.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record1;
import org.jooq.Result;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.junit.jupiter.api.Test;

final class AnswersTest {

    private static final Field<Object> VALUE = DSL.field("v", SQLDataType.OTHER);
    private final DSLContext dsl = DSL.using(SQLDialect.H2);

    private Result<Record1<Object>> result(Object... values) {
        Result<Record1<Object>> result = dsl.newResult(VALUE);
        for (Object value : values) {
            Record1<Object> row = dsl.newRecord(VALUE);
            row.value1(value);
            result.add(row);
        }
        return result;
    }

    @Test
    void same_equalValuesOfEqualClasses() {
        assertThat(Answers.same(
                        result(1, "a", null, new String[] {"x", null}), result(1, "a", null, new String[] {"x", null})))
                .isTrue();
    }

    @Test
    void same_nestedResults_areCompared() {
        assertThat(Answers.same(result(result(1)), result(result(1)))).isTrue();
        assertThat(Answers.same(result(result(1)), result(result(2)))).isFalse();
    }

    @Test
    void same_anotherClass_differs() {
        assertThat(Answers.same(result(1), result(1L))).isFalse();
        assertThat(Answers.same(new Object[] {1}, new Integer[] {1})).isFalse();
    }

    @Test
    void same_anotherScaleOrderOrNumberOfRows_differs() {
        assertThat(Answers.same(result(new BigDecimal("1.0")), result(new BigDecimal("1.00"))))
                .isFalse();
        assertThat(Answers.same(result(1, 2), result(2, 1))).isFalse();
        assertThat(Answers.same(result(1), result(1, 1))).isFalse();
        assertThat(Answers.same(result(1), result((Object) null))).isFalse();
    }
}
