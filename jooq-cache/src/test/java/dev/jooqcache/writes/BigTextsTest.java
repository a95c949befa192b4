package dev.jooqcache.writes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.testing.Books;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.util.StringJoiner;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Texts of a megabyte and more, as loaders of data send them. */
@Tag("slow")
class BigTextsTest {

    private static String insert(int first, int rows) {
        StringJoiner text = new StringJoiner(", ", "insert into big (k, v) values ", "");
        for (int i = 0; i < rows; i++) text.add("('" + "k".repeat(40) + (first + i) + "', " + i + ")");
        return text.toString();
    }

    @DatabaseTest
    void execute_longText_invalidatesWhatItWritesOnly(Database database) {
        try (Fixture f = Fixture.catalogue(database).with("create table big (k varchar(60), v int)")) {
            f.warm(Books::titles);
            for (int i = 0; i < 3; i++) {
                int rows = (i + 1) * 5_000;
                assertThat(f.dsl.fetchValue("select count(*) from big"))
                        .hasToString(String.valueOf(i * (i + 1) * 2500));
                f.dsl.execute(insert(0, rows));
                assertThat(Books.hits(f, () -> Books.title(f.dsl))).isEqualTo(1);
            }
            assertThat(f.dsl.fetchValue("select count(*) from big")).hasToString("30000");
        }
    }

    @Test
    void execute_manyLongTexts_areNotKept() {
        try (Fixture f = Fixture.catalogue(Database.H2).with("create table big (k varchar(60), v int)")) {
            long before = used();
            for (int i = 0; i < 120; i++) {
                f.dsl.execute(insert(i * 10_000, 10_000));
                f.unseen.execute("truncate table big");
            }
            assertThat(used() - before).as("bytes kept").isLessThan(40 << 20);
        }
    }

    private static long used() {
        Runtime runtime = Runtime.getRuntime();
        for (int i = 0; i < 3; i++) System.gc();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
