package dev.jooqcache.transactions;

import static dev.jooqcache.testing.Catalogue.BOOK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.table;

import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.jooq.DSLContext;
import org.jooq.Record1;
import org.jooq.ResultQuery;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.Tag;

/** What commits, or changes a session, in words or calls that do not say so. */
@Tag("T10")
class ImplicitCommitTest {

    private static ResultQuery<Record1<Integer>> stocks(DSLContext dsl) {
        return dsl.select(BOOK.STOCK).from(BOOK).orderBy(BOOK.ID);
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @DatabaseTest
    void setTransactionIsolation_afterWrite_leavesNothingStale(Database database) throws SQLException {
        if (database == Database.POSTGRESQL) return; // It refuses the change within a transaction.
        try (Fixture f = Fixture.catalogue(database)) {
            f.warm(ImplicitCommitTest::stocks);
            try (Connection connection = f.tracked.getConnection()) {
                connection.setAutoCommit(false);
                execute(connection, "update book set stock = 77");
                connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
                f.assertFresh(ImplicitCommitTest::stocks);
                connection.rollback();
                connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
                connection.setAutoCommit(true);
            }
            f.assertFresh(ImplicitCommitTest::stocks);
        }
    }

    @DatabaseTest
    void settingThatCommits_beforeRollback_leavesNothingStale(Database database) throws SQLException {
        if (database != Database.H2) return; // Its settings commit.
        try (Fixture f = Fixture.catalogue(database)) {
            f.warm(ImplicitCommitTest::stocks);
            try (Connection connection = f.tracked.getConnection()) {
                connection.setAutoCommit(false);
                execute(connection, "update book set stock = 77");
                execute(connection, "set referential_integrity false");
                connection.rollback();
            }
            assertThat(f.assertFresh(ImplicitCommitTest::stocks).getValues(BOOK.STOCK))
                    .containsOnly(77);
        }
    }

    @DatabaseTest
    void schemaSetWithWriteInOneText_isNotSharedWithOthers(Database database) throws SQLException {
        try (Fixture f = Fixture.catalogue(database)) {
            String schema = f.schema("s2");
            f.with(
                    "create schema " + schema,
                    "create table " + schema + ".book (id int primary key, author_id int, title varchar(100),"
                            + " price int, stock int)");
            f.warm(ImplicitCommitTest::stocks);
            try (Connection connection = f.tracked.getConnection()) {
                execute(connection, f.use("s2") + "; insert into book values (1, 1, 'x', 1, 5)");
                DSLContext other = f.cache
                        .derive(DSL.using(connection, database.dialect()).configuration())
                        .dsl();
                assertThat(stocks(other).fetch()).hasSize(1);
                assertThat(stocks(other).fetch()).hasSize(1);
                assertThat(stocks(f.dsl).fetch()).hasSize(3);
                execute(connection, f.use("public"));
            }
        }
    }

    @DatabaseTest
    @Tag("R4")
    void triggerOfPartition_firedThroughParent_isFollowed(Database database) {
        if (database != Database.POSTGRESQL) return; // The only one here with partitions of their own triggers.
        try (Fixture f = Fixture.empty(database)
                .with(
                        "create table log (id serial primary key, what text)",
                        "create table measure (day int, value int) partition by range (day)",
                        "create table measure_1 partition of measure for values from (0) to (10)",
                        "insert into measure values (1, 1)",
                        "create function note() returns trigger language plpgsql as $$ begin insert into log (what)"
                                + " values ('x'); return null; end $$",
                        "create trigger t after update on measure_1 for each row execute function note()")) {
            f.warm(dsl -> dsl.select(field(name("what"))).from(table(name("log"))));
            f.dsl.update(table(name("measure")))
                    .set(field(name("value"), Integer.class), 2)
                    .execute();
            assertThat(f.assertFresh(dsl -> dsl.select(field(name("what"))).from(table(name("log")))))
                    .hasSize(1);
        }
    }
}
