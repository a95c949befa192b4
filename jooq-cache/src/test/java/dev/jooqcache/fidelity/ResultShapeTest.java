package dev.jooqcache.fidelity;

import static dev.jooqcache.testing.Catalogue.AUTHOR;
import static dev.jooqcache.testing.Catalogue.BOOK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.listAgg;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.table;
import static org.jooq.impl.DSL.val;

import dev.jooqcache.BypassReason;
import dev.jooqcache.CacheStats;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import dev.jooqcache.testing.Watched;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import java.util.concurrent.TimeUnit;
import org.jooq.CloseableResultQuery;
import org.jooq.Field;
import org.jooq.exception.DataAccessException;
import org.jooq.exception.NoDataFoundException;
import org.jooq.exception.TooManyRowsException;
import org.jooq.impl.SQLDataType;
import org.junit.jupiter.api.Tag;

/** Unusual results, and limits on queries. */
class ResultShapeTest {

    @Tag("F4")
    @DatabaseTest
    void fetch_order_isKept(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            Watched watched = new Watched(f);
            for (Field<?> by : List.of(BOOK.ID, BOOK.TITLE, BOOK.STOCK))
                for (boolean up : List.of(true, false))
                    watched.equalAndHit(dsl -> dsl.selectFrom(BOOK)
                            .orderBy(up ? by.asc() : by.desc())
                            .fetch());
        }
    }

    @Tag("F4")
    @DatabaseTest
    void fetch_emptyResult_isHit(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            Watched watched = new Watched(f);
            watched.equalAndHit(dsl -> dsl.selectFrom(BOOK).where(BOOK.ID.eq(0)).fetch());
            watched.equalAndHit(dsl -> dsl.fetch("select * from book where id = 0"));
            watched.equalAndHit(dsl -> dsl.selectFrom(BOOK).where(BOOK.ID.eq(0)).fetchOne());
            watched.equalAndHit(dsl ->
                    dsl.selectFrom(BOOK).where(BOOK.ID.eq(0)).fetchOptional().isPresent());
        }
    }

    @Tag("F4")
    @DatabaseTest
    void fetch_singleNull_isHit(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            Watched watched = new Watched(f);
            watched.equalAndHit(dsl ->
                    dsl.select(BOOK.PRICE).from(BOOK).where(BOOK.ID.eq(3)).fetch());
            watched.equalAndHit(dsl ->
                    dsl.select(BOOK.PRICE).from(BOOK).where(BOOK.ID.eq(3)).fetchOne(BOOK.PRICE));
            watched.equalAndHit(dsl -> dsl.fetchValue("select price from book where id = 3"));
        }
    }

    @Tag("F4")
    @DatabaseTest
    void fetch_duplicateColumnNames_isHit(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            Watched watched = new Watched(f);
            watched.equalAndHit(dsl -> dsl.select(BOOK.ID, AUTHOR.ID, BOOK.ID.as("id"), val("x").as("id"))
                    .from(BOOK)
                    .join(AUTHOR)
                    .on(AUTHOR.ID.eq(BOOK.AUTHOR_ID))
                    .orderBy(BOOK.ID)
                    .fetch()
                    .intoArrays());
            watched.equalAndHit(dsl -> dsl.fetch("select id, author_id as id, title as id from book order by book.id")
                    .intoArrays());
        }
    }

    @Tag("F4")
    @DatabaseTest
    void fetch_zeroColumns_isEqual(Database database) {
        if (database != Database.POSTGRESQL) return; // Only PostgreSQL allows an empty select list.
        try (Fixture f = Fixture.catalogue(database)) {
            BypassReason reason = new Watched(f)
                    .equalThrice(dsl -> dsl.fetch("select from book").size());
            // jOOQ's parser takes FROM for a column and misses the table, which the text names.
            assertThat(reason).isEqualTo(BypassReason.PLAIN_SQL);
        }
    }

    /** On MariaDB jOOQ sends settings along, and only for its own query does it skip their update counts. */
    @Tag("F4")
    @DatabaseTest
    void fetch_textOfQueryWithSettings_answersAsTheDatabase(Database database) {
        Field<String> titles = listAgg(BOOK.TITLE, ",").withinGroupOrderBy(BOOK.ID);
        try (Fixture f = Fixture.catalogue(database)) {
            Watched watched = new Watched(f);
            watched.equalAndHit(dsl -> dsl.select(titles).from(BOOK).fetch());
            String text = watched.dsl.select(titles).from(BOOK).getSQL();
            watched.equalAndHit(dsl -> dsl.resultQuery(text).coerce(titles).fetch());
        }
    }

    @Tag("F4")
    @DatabaseTest
    void fetch_manyColumns_isHit(Database database) {
        int count = database == Database.MARIADB ? 1_000 : 1_600;
        try (Fixture f = Fixture.empty(database)) {
            StringJoiner columns = new StringJoiner(", ", "create table broad (", ")");
            StringJoiner values = new StringJoiner(", ", "insert into broad values (", ")");
            List<Field<?>> fields = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                columns.add("c" + i + " smallint");
                values.add(i % 3 == 0 ? "null" : "" + i);
                fields.add(field(name("c" + i), SQLDataType.SMALLINT));
            }
            f.with(columns.toString(), values.toString());
            Watched watched = new Watched(f);
            watched.equalAndHit(
                    dsl -> dsl.select(fields).from(table(name("broad"))).fetch());
            watched.equalAndHit(dsl -> dsl.fetch("select * from broad"));
        }
    }

    @Tag("F5")
    @DatabaseTest
    void fetchOne_twoRows_throwsOnHitToo(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            f.warm(dsl -> dsl.selectFrom(BOOK));
            CacheStats done = f.during(() -> {
                assertThatThrownBy(() -> f.dsl.selectFrom(BOOK).fetchOne()).isInstanceOf(TooManyRowsException.class);
                assertThatThrownBy(() -> f.dsl.selectFrom(BOOK).fetchSingle()).isInstanceOf(TooManyRowsException.class);
                assertThatThrownBy(() -> f.dsl.selectFrom(BOOK).fetchOptional())
                        .isInstanceOf(TooManyRowsException.class);
            });
            assertThat(done.hits()).isEqualTo(3);
            f.warm(dsl -> dsl.selectFrom(BOOK).where(BOOK.ID.eq(0)));
            assertThatThrownBy(() -> f.dsl.selectFrom(BOOK).where(BOOK.ID.eq(0)).fetchSingle())
                    .isInstanceOf(NoDataFoundException.class);
        }
    }

    /** Also where the first execution throws: what it has read is no whole result. */
    @Tag("F5")
    @DatabaseTest
    void fetchOne_twoRowsAtFirst_isNotStoredTruncated(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            assertThatThrownBy(() -> f.dsl.selectFrom(BOOK).fetchOne()).isInstanceOf(TooManyRowsException.class);
            f.assertFresh(dsl -> dsl.selectFrom(BOOK));
        }
    }

    @Tag("F5")
    @DatabaseTest
    void maxRows_onMissAndHit_limits(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            for (int i = 0; i < 2; i++)
                assertThat(f.dsl.selectFrom(BOOK).orderBy(BOOK.ID).maxRows(2).fetch())
                        .hasSize(2);
            f.warm(dsl -> dsl.selectFrom(BOOK).orderBy(BOOK.ID));
            CacheStats done = f.during(() -> assertThat(
                            f.dsl.selectFrom(BOOK).orderBy(BOOK.ID).maxRows(2).fetch())
                    .hasSize(2));
            assertThat(done.hits()).isEqualTo(1);
            f.assertFresh(dsl -> dsl.selectFrom(BOOK).orderBy(BOOK.ID));
        }
    }

    @Tag("F5")
    @DatabaseTest
    void keepStatement_always_goesToTheDatabase(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            f.warm(dsl -> dsl.selectFrom(BOOK).orderBy(BOOK.ID));
            try (CloseableResultQuery<?> kept =
                    f.dsl.resultQuery("select id from book order by id").keepStatement(true)) {
                assertThat(kept.fetch()).hasSize(3);
                f.with("delete from book where id = 3");
                assertThat(kept.fetch()).hasSize(2);
            }
        }
    }

    @Tag("F5")
    @DatabaseTest
    void queryTimeout_onHit_takesNoConnection(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            new Watched(f)
                    .equalAndHit(dsl -> dsl.selectFrom(BOOK)
                            .orderBy(BOOK.ID)
                            .queryTimeout(5)
                            .fetch());
        }
    }

    /** On PostgreSQL jOOQ asks the connection for its autocommit when there is a fetch size, so a hit takes one. */
    @Tag("F5")
    @DatabaseTest
    void fetchSize_onHit_isFresh(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            f.warm(dsl -> dsl.selectFrom(BOOK).orderBy(BOOK.ID).fetchSize(1));
            f.assertFresh(dsl -> dsl.selectFrom(BOOK).orderBy(BOOK.ID).fetchSize(1));
        }
    }

    /** Another transaction holds the table, so the query must wait, and then time out. */
    @Tag("F5")
    @DatabaseTest
    void queryTimeout_onMiss_throws(Database database) throws SQLException {
        if (database == Database.H2) return; // Its readers wait for no lock.
        String lock =
                database == Database.POSTGRESQL ? "lock table book in access exclusive mode" : "lock tables book write";
        try (Fixture f = Fixture.catalogue(database);
                Connection locker = f.pool.getConnection()) {
            locker.setAutoCommit(false);
            locker.createStatement().execute(lock);
            long begin = System.nanoTime();
            assertThatThrownBy(() -> f.dsl.selectFrom(BOOK).queryTimeout(1).fetch())
                    .isInstanceOf(DataAccessException.class);
            assertThat(System.nanoTime() - begin).isLessThan(TimeUnit.SECONDS.toNanos(20));
            locker.rollback();
            if (database == Database.MARIADB) locker.createStatement().execute("unlock tables");
            f.assertFresh(dsl -> dsl.selectFrom(BOOK));
            f.warm(dsl -> dsl.selectFrom(BOOK).where(noCondition()));
        }
    }
}
