package dev.jooqcache.sample;

import java.util.Arrays;
import java.util.List;
import org.jooq.Record;
import org.jooq.Result;
import org.jspecify.annotations.Nullable;

/** The comparison of two answers: the same rows in the same order, with the same values of the same Java classes. */
final class Answers {

    private Answers() {}

    static boolean same(@Nullable Object one, @Nullable Object other) {
        if (one == null || other == null) {
            return one == other;
        }
        if (one.getClass() != other.getClass()) {
            return false;
        }
        if (one instanceof Result<?> result) {
            Result<?> otherResult = (Result<?>) other;
            return Arrays.equals(result.fields(), otherResult.fields()) && sameElements(result, otherResult);
        }
        if (one instanceof Record row) {
            return sameElements(row.intoList(), ((Record) other).intoList());
        }
        if (one instanceof Object[] array) {
            return sameElements(Arrays.asList(array), Arrays.asList((Object[]) other));
        }
        return one.equals(other);
    }

    private static boolean sameElements(List<?> some, List<?> others) {
        if (some.size() != others.size()) {
            return false;
        }
        for (int i = 0; i < some.size(); i++) {
            if (!same(some.get(i), others.get(i))) {
                return false;
            }
        }
        return true;
    }
}
