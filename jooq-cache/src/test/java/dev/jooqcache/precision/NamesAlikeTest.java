package dev.jooqcache.precision;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.util.function.Consumer;
import org.jooq.DSLContext;

/** Names that a database takes for others than their letters seem to say. */
class NamesAlikeTest {

    private static final String[] FILMS = {
        "create table film (id int primary key, studio_id int, title varchar(50))",
        "insert into film values (1, 2, 'Metropolis'), (2, 3, 'M'), (3, 1, 'Alphaville')",
    };

    /** Another table of an UPDATE or DELETE has a name or a column that is like the target's but for its case. */
    @DatabaseTest
    void otherTableOfAWrite_doesNotPinTheTarget(Database database) {
        if (database != Database.POSTGRESQL) return;
        String read = "select title from film where id = 2";
        assertFresh(
                database, FILMS, read, "update film \"F\" set title = 'x' from film f where f.id = 1 and \"F\".id = 2");
        assertFresh(database, FILMS, read, "delete from film \"F\" using film f where f.id = 1 and \"F\".id = 2");
        assertFresh(
                database,
                FILMS,
                read,
                "update film set title = 'x' from (select 1 as \"ID\") x where \"ID\" = 1 and film.id = 2");
        assertFresh(
                database,
                FILMS,
                read,
                "delete from film using (select 1 as \"ID\") x where \"ID\" = 1 and film.id = 2");
    }

    @DatabaseTest
    void columnsOfAView_thatDifferInCase_areNotPinned(Database database) {
        if (database == Database.MARIADB) return;
        String[] schema = {
            FILMS[0],
            FILMS[1],
            "create view film_view (\"ID\", \"id\", \"title\") as select studio_id, id, title from film",
            "create view outer_view (\"id\", \"title\") as select \"ID\", \"title\" from film_view",
        };
        String write = "update film set title = 'x' where id = 2 and studio_id = 3";
        assertFresh(database, schema, "select v.\"title\" from film_view v where v.\"ID\" = 3", write);
        assertFresh(database, schema, "select v.\"title\" from film_view v where v.\"id\" = 2", write);
        assertFresh(database, schema, "select v.\"title\" from outer_view v where v.\"id\" = 3", write);
    }

    /** In MySQL's family a name may begin with a digit or a dollar sign. */
    @DatabaseTest
    void nameThatBeginsWithoutALetter_isRead(Database database) {
        if (database != Database.MARIADB) return;
        String[] schema = {
            "create table film (id int primary key, 2nd int, $price int)",
            "insert into film values (1, 0, 0), (2, 0, 0)"
        };
        assertFresh(
                database, schema, "select id, 2nd from film where id = 1", "update film set `2nd` = 5 where id = 1");
        assertFresh(
                database, schema, "select $price from film where id = 1", "update film set $price = 5 where id = 1");
        assertFresh(
                database,
                schema,
                "select f.$price from film f where f.id = 1",
                "update film set $price = 5 where id = 1");
    }

    /** In Java the last letter of the column's lower case is another one than that of the read. */
    @DatabaseTest
    void letterThatEndsAWord_isRead(Database database) {
        if (database != Database.MARIADB) return;
        String[] schema = {"create table film (id int primary key, `ΤΙΜΕΣ` int)", "insert into film values (1, 0)"};
        assertFresh(
                database, schema, "select τιμεσ from film where id = 1", "update film set `ΤΙΜΕΣ` = 5 where id = 1");
    }

    @DatabaseTest
    void nameInDoubleQuotes_isRead(Database database) {
        if (database != Database.MARIADB) return;
        String write = "update film set title = 'x' where id = 1";
        Consumer<HikariConfig> ansi = pool -> pool.setConnectionInitSql("set session sql_mode = 'ANSI_QUOTES'");
        assertFresh(database, ansi, FILMS, "select \"title\" from film where id = 1", write);
        assertFresh(database, ansi, FILMS, "select \"f\".\"title\" from film f where f.id = 1", write);
        assertFresh(database, ansi, FILMS, "select id, \"title\" from film order by id", write);
    }

    /** H2 makes STRASSE of one name, and of the other one another letter than the lower case of its upper case. */
    @DatabaseTest
    void nameWhoseUpperCaseIsNotThatOfItsLetters_isRead(Database database) {
        if (database != Database.H2) return;
        String[] schema = {
            "create table studio (id int primary key, straße varchar(50), µg int)",
            "insert into studio values (1, 'a', 0), (2, 'b', 0)",
        };
        Consumer<HikariConfig> upper =
                pool -> pool.setJdbcUrl(pool.getJdbcUrl().replace("DATABASE_TO_LOWER", "DATABASE_TO_UPPER"));
        assertFresh(
                database,
                upper,
                schema,
                "select straße from studio where id = 1",
                "update studio set straße = 'x' where id = 1");
        assertFresh(
                database,
                upper,
                schema,
                "select id from studio where µg = 0 order by id",
                "update studio set µg = 5 where id = 1");
    }

    private void assertFresh(Database database, String[] schema, String read, String write) {
        assertFresh(database, pool -> {}, schema, read, write);
    }

    private void assertFresh(
            Database database, Consumer<HikariConfig> pool, String[] schema, String read, String write) {
        try (Fixture f = Fixture.empty(database, pool, cache -> {}).with(schema)) {
            f.dsl.resultQuery(read).fetch();
            f.dsl.resultQuery(read).fetch();
            assertThat(f.dsl.execute(write)).as("rows written").isPositive();
            f.assertFresh((DSLContext dsl) -> dsl.resultQuery(read));
        } catch (AssertionError e) {
            throw new AssertionError(read + "\n    " + write, e);
        }
    }
}
