package dev.jooqcache.schema;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.inspect.SchemaInspector;
import dev.jooqcache.model.CacheModel;
import dev.jooqcache.model.Dependencies;
import dev.jooqcache.model.Invalidation;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;

@DisplayName("What invalidates the queries over a relation, and on which way")
class InvalidationPathTest {

    private static final String[] TABLES = {
        "create table film (id int primary key, price int)",
        "create table copy (id int primary key, film_id int, foreign key (film_id) references film (id) on delete cascade)",
        "create table loan (id int primary key, copy_id int, foreign key (copy_id) references copy (id) on delete set null)",
        "create table shop (id int primary key, film_id int, foreign key (film_id) references film (id))",
        "create view listing as select film.id, copy.id as copy_id from film join copy on copy.film_id = film.id",
        "create view listed as select id from listing"
    };

    private static Map<String, List<String>> invalidations(Database database) {
        try (Fixture f = Fixture.empty(database).with(TABLES)) {
            CacheModel model = SchemaInspector.inspect(f.unseen);
            assertThat(model.toMarkdown())
                    .contains("## A query over ... is invalidated by a write of ... besides its own")
                    .contains("| DELETE | film → (foreign key of copy) → copy |");
            return Dependencies.of(model).invalidations().entrySet().stream()
                    .collect(Collectors.toMap(
                            one -> one.getKey().name(),
                            one -> one.getValue().stream()
                                    .map(InvalidationPathTest::line)
                                    .toList()));
        }
    }

    private static String line(Invalidation one) {
        return one.events() + " " + one;
    }

    @DatabaseTest
    void invalidations_ofTablesAndViews_tellTheWay(Database database) {
        Map<String, List<String>> all = invalidations(database);
        assertThat(all.get("film")).containsExactly("[INSERT, UPDATE, DELETE] film");
        assertThat(all.get("shop")).as("a foreign key that restricts is no way").hasSize(1);
        assertThat(all.get("copy"))
                .containsExactly("[INSERT, UPDATE, DELETE] copy", "[DELETE] film → (foreign key of copy) → copy");
        assertThat(all.get("loan"))
                .containsExactly(
                        "[INSERT, UPDATE, DELETE] loan",
                        "[DELETE] copy → (foreign key of loan) → loan",
                        "[DELETE] film → (foreign key of copy) → (foreign key of loan) → loan");
        assertThat(all.get("listed"))
                .containsExactlyInAnyOrder(
                        "[INSERT, UPDATE, DELETE] film → (view listing) → listed",
                        "[INSERT, UPDATE, DELETE] copy → (view listing) → listed",
                        "[DELETE] film → (foreign key of copy) → copy → (view listing) → listed");
    }
}
