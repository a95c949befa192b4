package dev.jooqcache.schema;

import static dev.jooqcache.schema.Relations.assertReaches;
import static dev.jooqcache.testing.Database.H2;
import static dev.jooqcache.testing.Database.POSTGRESQL;

import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;

@Tag("R4")
@DisplayName("R4: partitions and inheritance, written and read from both sides")
class PartitionTest {

    private static final List<String> OTHER = List.of("other");

    private static Fixture fixture(Database database, String... ddl) {
        return Fixture.empty(database)
                .with(
                        "create table other (id int primary key)",
                        "insert into other values (1)",
                        "create table log (id int primary key, n int not null)",
                        "insert into log values (1, 0)")
                .with(ddl);
    }

    private static Fixture partitioned(Database database) {
        return fixture(
                database,
                "create table p (id int, v int) partition by range (id)",
                "create table p_low partition of p for values from (0) to (100)",
                "create table p_high partition of p for values from (100) to (300) partition by range (id)",
                "create table p_high_1 partition of p_high for values from (100) to (200)",
                "create table p_high_2 partition of p_high default",
                "insert into p values (1, 1), (101, 1), (201, 1)");
    }

    @DatabaseTest
    void partition_writtenDirectly_isSeenByTheParent(Database database) {
        if (database != POSTGRESQL) return;
        try (Fixture f = partitioned(database)) {
            assertReaches(f, "insert into p_low values (2, 2)", List.of("p_low", "p"), OTHER);
            assertReaches(f, "update p_high_1 set v = 5", List.of("p_high_1", "p_high", "p"), OTHER);
            assertReaches(f, "delete from p_high where id > 200", List.of("p_high_2", "p_high", "p"), OTHER);
            assertReaches(f, "update other set id = 2", OTHER, List.of("p", "p_low", "p_high", "p_high_1"));
        }
    }

    @DatabaseTest
    void parent_written_isSeenByThePartitions(Database database) {
        if (database != POSTGRESQL) return;
        try (Fixture f = partitioned(database)) {
            assertReaches(f, "insert into p values (3, 3)", List.of("p", "p_low"), OTHER);
            assertReaches(f, "insert into p values (203, 3)", List.of("p", "p_high", "p_high_2"), OTHER);
            assertReaches(f, "update p set v = v + 1", List.of("p", "p_low", "p_high", "p_high_1"), OTHER);
        }
    }

    @DatabaseTest
    void row_movingBetweenPartitions_isSeenByBoth(Database database) {
        if (database != POSTGRESQL) return;
        try (Fixture f = partitioned(database)) {
            assertReaches(f, "update p set id = 150 where id = 1", List.of("p", "p_low", "p_high", "p_high_1"), OTHER);
            assertReaches(f, "update p_high set id = 299 where id = 150", List.of("p", "p_high_1", "p_high_2"), OTHER);
        }
    }

    @DatabaseTest
    void partition_attachedAndDetached_isFresh(Database database) {
        if (database != POSTGRESQL) return;
        try (Fixture f =
                partitioned(database).with("create table later (id int, v int)", "insert into later values (301, 1)")) {
            String attach = "alter table p attach partition later for values from (300) to (400)";
            assertReaches(f, attach, List.of("p"), List.of());
            assertReaches(f, "insert into later values (302, 2)", List.of("p", "later"), OTHER);
            assertReaches(f, "alter table p detach partition later", List.of("p"), List.of());
            assertReaches(f, "insert into later values (303, 3)", List.of("later"), List.of("p", "other"));
        }
    }

    @DatabaseTest
    void triggerOnAPartition_isFollowedFromTheParent(Database database) {
        if (database != POSTGRESQL) return;
        try (Fixture f = partitioned(database)
                .with(
                        "create function logging() returns trigger language plpgsql as"
                                + " $$ begin update log set n = n + 1; return null; end $$",
                        "create trigger on_low after insert on p_low for each row execute function logging()")) {
            assertReaches(f, "insert into p_low values (2, 2)", List.of("p", "p_low", "log"), OTHER);
            assertReaches(f, "insert into p values (3, 3)", List.of("p", "p_low", "log"), OTHER);
            // The row moves, which is a DELETE there and an INSERT here.
            assertReaches(f, "update p set id = 4 where id = 101", List.of("p", "p_low", "log"), OTHER);
        }
    }

    @DatabaseTest
    void foreignKey_ofAndToAPartitionedTable_cascades(Database database) {
        if (database != POSTGRESQL) return;
        try (Fixture f = fixture(
                database,
                "create table p (id int primary key) partition by range (id)",
                "create table p_low partition of p for values from (0) to (100)",
                "create table c (id int, p_id int references p on delete cascade) partition by range (id)",
                "create table c_low partition of c for values from (0) to (100)",
                "insert into p values (1), (2)",
                "insert into c values (1, 1), (2, 2)")) {
            assertReaches(f, "delete from p where id = 1", List.of("p", "p_low", "c", "c_low"), OTHER);
            assertReaches(f, "delete from p_low where id = 2", List.of("p", "p_low", "c", "c_low"), OTHER);
        }
    }

    @DatabaseTest
    void inheritance_writtenOnEitherSide_isFresh(Database database) {
        if (database != POSTGRESQL) return;
        try (Fixture f = fixture(
                database,
                "create table parent (id int, v int)",
                "create table second (w int)",
                "create table child () inherits (parent, second)",
                "create table grandchild () inherits (child)",
                "insert into parent values (1, 1)",
                "insert into child values (2, 2, 2)",
                "insert into grandchild values (3, 3, 3)")) {
            List<String> all = List.of("parent", "child", "grandchild", "second");
            assertReaches(f, "insert into grandchild values (4, 4, 4)", all, OTHER);
            assertReaches(f, "insert into child values (5, 5, 5)", List.of("parent", "child", "second"), OTHER);
            assertReaches(f, "update parent set v = v + 1", List.of("parent", "child", "grandchild"), OTHER);
            assertReaches(f, "update second set w = w + 1", all.subList(1, 4), OTHER);
            assertReaches(f, "insert into other values (9)", OTHER, all);
        }
    }

    @DatabaseTest
    void partitions_withoutNamesOfTheirOwn_areFresh(Database database) {
        if (database == H2 || database == POSTGRESQL) return;
        try (Fixture f = fixture(
                database,
                "create table p (id int, v int) partition by range (id)"
                        + " (partition p_low values less than (100), partition p_high values less than (200))",
                "insert into p values (1, 1), (101, 1)")) {
            String low = "p partition (p_low)";
            assertReaches(f, "insert into p values (2, 2)", List.of("p", low), OTHER);
            // jOOQ's parser does not know the clause, so everything is invalidated.
            assertReaches(f, "insert into p partition (p_low) values (3, 2)", List.of("p", low), List.of());
            assertReaches(f, "update p set id = id + 100 where id = 1", List.of("p", low), OTHER);
        }
    }
}
