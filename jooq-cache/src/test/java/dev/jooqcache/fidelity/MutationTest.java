package dev.jooqcache.fidelity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.fidelity.ColumnType.Wide;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Exactly;
import dev.jooqcache.testing.Fixture;
import dev.jooqcache.testing.Watched;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.Result;
import org.junit.jupiter.api.Tag;

/** What a reader does to an answer is not seen by the next reader. */
@Tag("F2")
class MutationTest {

    @DatabaseTest
    void fetch_afterAnswerWasChanged_isUnchanged(Database database) {
        try (Fixture f = Fixture.empty(database).with(ColumnTypes.ddl(database))) {
            List<ColumnType> types = new ArrayList<>(ColumnTypes.on(database));
            types.removeIf(type -> ColumnTypes.neverCached(database).containsKey(type.name()));
            Wide wide = ColumnType.wide(f, types);
            Watched watched = new Watched(f);
            Object expected = Exactly.describe(
                    watched.dsl.selectFrom(wide).orderBy(wide.id).fetch());
            // The answer of the miss, which was recorded, and then answers of hits.
            f.cache.invalidateAll();
            int changed = 0;
            for (int i = 0; i < 3; i++) {
                Result<Record> answer =
                        watched.dsl.selectFrom(wide).orderBy(wide.id).fetch();
                assertThat(Exactly.describe(answer)).isEqualTo(expected);
                changed = change(answer);
            }
            assertThat(changed).as("mutable values that were changed").isGreaterThan(5);
            watched.equalAndHit(dsl -> dsl.selectFrom(wide).orderBy(wide.id).fetch());
        }
    }

    private static int change(Result<Record> answer) {
        int changed = 0;
        for (Record record : answer)
            for (Field<?> field : record.fields()) {
                Object value = record.get(field);
                if (change(value)) changed++;
            }
        answer.forEach(Record::reset);
        answer.get(0).fromArray(new Object[answer.get(0).size()]);
        answer.clear();
        return changed;
    }

    /** Changes a value in place, if that can be done. */
    private static boolean change(Object value) {
        if (value instanceof Date date) date.setTime(date.getTime() + 86_400_000);
        else if (value instanceof byte[] bytes && bytes.length > 0) bytes[0]++;
        else if (value instanceof Object[] elements && elements.length > 0) {
            if (elements[0] == null || !change(elements[0])) Arrays.fill(elements, null);
        } else if (value instanceof int[] elements) Array.setInt(elements, 0, 99);
        else if (value != null && value.getClass().getName().startsWith("org.postgresql."))
            try {
                value.getClass().getMethod("setValue", String.class).invoke(value, "1");
            } catch (ReflectiveOperationException e) {
                return false;
            }
        else return false;
        return true;
    }
}
