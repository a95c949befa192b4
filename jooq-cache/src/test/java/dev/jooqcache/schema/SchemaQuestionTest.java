package dev.jooqcache.schema;

import static dev.jooqcache.testing.Database.POSTGRESQL;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.testing.Catalogue;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;

@Tag("W4")
@DisplayName("W4: when the catalog is asked, and what that leaves behind")
class SchemaQuestionTest {

    @DatabaseTest
    void connection_afterQuestions_hasNoTimeout(Database database) throws SQLException {
        try (Fixture f = Fixture.catalogue(database)) {
            f.warm(dsl -> dsl.selectFrom(Catalogue.BOOK));
            try (Connection connection = f.tracked.getConnection();
                    Statement statement = connection.createStatement()) {
                assertThat(statement.getQueryTimeout()).isZero();
            }
        }
    }

    @DatabaseTest
    @DisplayName("an application that does everything in transactions is cached, too")
    void transactionsOnly_areCached(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            for (int i = 0; i < 2; i++)
                f.dsl.transaction(transaction -> {
                    transaction.dsl().selectFrom(Catalogue.BOOK).fetch();
                    transaction
                            .dsl()
                            .update(Catalogue.AUTHOR)
                            .set(Catalogue.AUTHOR.NAME, "x")
                            .execute();
                });
            assertThat(f.cache.stats().hits()).isEqualTo(1);
        }
    }

    @DatabaseTest
    @DisplayName("a read that writes, in a transaction that began before the schema was forgotten")
    void writingViewUnderUnknownSchema_isFollowed(Database database) throws SQLException {
        if (database != POSTGRESQL) return; // Nobody else's functions write in a view.
        try (Fixture f = Fixture.empty(database)
                        .with(
                                "create table t (id int)",
                                "create function writes() returns int language plpgsql as"
                                        + " $$ begin insert into t values (1); return 1; end $$",
                                "create view w as select writes() as n");
                Connection connection = f.tracked.getConnection();
                Statement statement = connection.createStatement()) {
            f.warm(dsl -> dsl.resultQuery("select * from t"));
            connection.setAutoCommit(false);
            f.cache.suspend().close();
            statement.executeQuery("select * from w").close();
            f.warm(dsl -> dsl.resultQuery("select * from t"));
            connection.commit();
            assertThat(f.assertFresh(dsl -> dsl.resultQuery("select * from t"))).hasSize(1);
            connection.setAutoCommit(true);
        }
    }
}
