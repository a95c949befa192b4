package dev.jooqcache.internal.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.sql.Timestamp;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ValueInternerTest {

    private final ValueInterner values = new ValueInterner();

    @Test
    void equalTextAndDecimals_areKeptOnce() {
        String text = new String("PG-13");
        BigDecimal price = new BigDecimal("4.99");
        assertThat(values.one(text)).isSameAs(text);
        assertThat(values.one(price)).isSameAs(price);

        assertThat(values.one(new String("PG-13"))).isSameAs(text);
        assertThat(values.one(new BigDecimal("4.99"))).isSameAs(price);
    }

    @Test
    void whatReadersCouldTellApart_isNotMixedUp() {
        values.one(new BigDecimal("4.990"));
        values.one("4.99");
        BigDecimal price = new BigDecimal("4.99");

        assertThat(values.one(price)).isSameAs(price);
        assertThat(IntStream.range(0, 10_000).mapToObj(i -> "film " + i))
                .allMatch(text -> values.one(text).equals(text));
    }

    @Test
    void whatReadersCouldChange_isNotShared() {
        Timestamp time = new Timestamp(0);
        values.one(time);

        assertThat(values.one(new Timestamp(0))).isNotSameAs(time);
    }
}
