package dev.jooqcache.precision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a write leaves cached, and what it must not: {@link Pairs}.
 *
 * <p>The groups of reads that must be seen to change are stale if the rule that they stand for is left out: the mutants in
 * the folder {@code tags} do that.
 */
class PrecisionTest {

    private static final String[] SCHEMA = {
        "create table studio (id int primary key, name varchar(50), city varchar(50))",
        "create table film (id int primary key, studio_id int, code bigint unique, title varchar(50), released int,"
                + " views int, price decimal(10, 2), foreign key (studio_id) references studio (id))",
        "create table cast_member (film_id int, place int, name varchar(50), primary key (film_id, place),"
                + " foreign key (film_id) references film (id) on delete cascade)",
        "create table award (id int primary key, film_code bigint, title varchar(50),"
                + " foreign key (film_code) references film (code) on update cascade)",
        "create table chart (id int primary key, slot int, film_id int, title varchar(50))",
        "create table node (id int primary key, parent int, name varchar(50),"
                + " foreign key (parent) references node (id) on delete cascade)",
        "create table gauge (id int primary key, amount int, doubled int generated always as (amount * 2) stored)",
        "create view film_view as select id, title from film where views = 0",
        "insert into node values (1, null, 'root'), (2, 1, 'leaf')",
        "insert into gauge (id, amount) values (1, 5)",
        "insert into studio values (1, 'Ufa', 'Berlin'), (2, 'Gaumont', 'Paris'), (3, 'Toho', 'Tokyo')",
        "insert into film values (1, 1, 101, 'Metropolis', 1927, 0, 9.50), (2, 1, 102, 'M', 1931, 0, 8),"
                + " (3, 2, 103, 'Alphaville', 1965, 0, 7), (4, 3, 104, 'Ikiru', 1952, 0, 6),"
                + " (5, null, null, 'Orphan', 2000, 0, 5)",
        "insert into cast_member values (1, 1, 'Helm'), (1, 2, 'Abel'), (2, 1, 'Lorre'), (3, 1, 'Karina')",
        "insert into award values (1, 101, 'gold'), (2, 102, 'bear')",
        "insert into chart values (1, 1, 1, 'first'), (2, 2, 3, 'second')",
    };

    /** Pairs of a read and a write that changes nothing the read can see, and is known not to. */
    private static final String[][] MAY_STAY = {
        // Columns.
        {"select title from film", "update film set views = views + 1"},
        {"select count(*) from film", "update film set title = 'x'"},
        {"select f.title, s.name from film f join studio s on s.id = f.studio_id", "update studio set city = 'x'"},
        {"select title from film where released > 1930", "update film set views = 7, price = 3 where released < 1930"},
        {"select sum(price * 2) from film where released > 1", "update film set views = 1"},
        // Keys.
        {"select * from film where id = 1", "update film set title = 'x' where id = 2"},
        {"select * from film where id = 1", "delete from film where id = 5"},
        {"select * from film where id = 1", "insert into film (id, title) values (6, 'x')"},
        {"select * from film where id in (1, 2)", "update film set title = 'x' where id in (3, 4)"},
        {"select * from film where 1 = film.id and released > 5", "update film set title = 'x' where film.id = 2"},
        {"select * from film where code = 101", "insert into film (id, code) values (6, 106), (7, 107)"},
        {
            "select * from cast_member where film_id = 1",
            "insert into cast_member (film_id, place, name) values (2, 2, 'x')"
        },
        {"select * from cast_member where film_id = 1", "delete from cast_member where film_id = 2 and place = 1"},
        {"select * from film where id = 1 and title = 'M'", "update film set title = 'M' where id = 3"},
        // Equalities carried over.
        {
            "select * from film f join cast_member c on c.film_id = f.id where f.id = 1",
            "update cast_member set name = 'x' where film_id = 2"
        },
        {
            "select * from film f left join cast_member c on c.film_id = f.id where f.id = 1",
            "delete from cast_member where film_id = 3"
        },
        {
            "select * from film f left join cast_member c on c.film_id = f.id where f.id = 1",
            "update film set title = 'x' where id = 3"
        },
        {
            "select (select count(*) from cast_member c where c.film_id = f.id) from film f where f.id = 1",
            "insert into cast_member (film_id, place, name) values (3, 9, 'x')"
        },
        {
            "select f.title from film f where f.id = 1 and exists (select 1 from cast_member where cast_member.film_id ="
                    + " f.id)",
            "delete from cast_member where film_id = 2"
        },
        {
            "select f.title from film f where f.id = 1 and not exists (select 1 from cast_member where cast_member.film_id = f.id)",
            "delete from cast_member where film_id = 2"
        },
        {
            "select x.title from (select title, released from film where film.id = 1) x where x.released > 0",
            "update film set title = 'x' where id = 2"
        },
        {
            "with x as (select title from film where film.id = 1) select title from x",
            "update film set title = 'x' where id = 2"
        },
        {
            "select title from film where id = 1 union all select name from studio where id = 1",
            "update film set title = 'x' where id = 2"
        },
        {
            "select title from film where id = 1 union all select name from studio where id = 1",
            "update studio set name = 'x' where id = 2"
        },
        // What only the rows of the result show.
        {
            "select f.id, f.title, f.price from film f where f.released > 1940 order by f.title",
            "update film set price = 1 where id = 1"
        },
        {
            "select f.id, f.price, c.title from chart c join film f on f.id = c.film_id where c.slot > 1",
            "update film set price = 1 where id = 1"
        },
        {
            "select c.film_id, f.price from chart c left join film f on f.id = c.film_id where c.slot > 1",
            "update film set price = 1 where id = 1"
        },
        {"select f.id, f.price from film f where f.studio_id = 1", "update film set price = 1 where id = 3"},
        {"select f.id, f.price from film f where f.released > 3000", "update film set price = 1 where id = 1"},
        {
            "select s.id, (select count(*) from film f where f.studio_id = s.id) from studio s where s.city = 'Paris'",
            "insert into film (id, studio_id) values (6, 1)"
        },
        {
            "select s.id, (select max(f.title) from film f where f.studio_id = s.id) as t from studio s where s.city ="
                    + " 'Paris'",
            "update film set title = 'x' where id = 1 and studio_id = 1"
        },
        // A cascade is followed only if what it refers to is changed.
        {"select * from award", "update film set title = 'x' where id = 1"},
        {"select * from film where id = 1", "update film set title = 'x' from studio where film.id = 2"},
    };

    /** Reads of a column, and writes of it. */
    private static final String[][] SAME_COLUMN = {
        {"select title from film", "update film set title = 'x' where id = 1"},
        {"select title from film where views > 0", "update film set views = 1"},
        {"select title from film order by views desc", "update film set views = id"},
        {"select count(*) from film group by released", "update film set released = 1"},
        {"select max(views) from film f where f.id = 1", "update film set views = 4 where id = 1"},
        {"select title from film where price > 9", "update film set price = price * 2"},
        {"select 2 * views from film", "update film set views = 1"},
        {"select count(*), 2 as \"two\" from film where id > (select min(views) from film)", "update film set views = 1"
        },
    };

    /** Reads of columns that they do not name. */
    private static final String[][] HIDDEN_COLUMN = {
        {"select * from film", "update film set views = 1 where id = 1"},
        {"select f.* from film f", "update film set views = 1 where id = 1"},
        {"select a from film as f (x, y, z, a, b, c, d)", "update film set title = 'x'"},
        {"select slot from film natural join chart", "update film set title = 'first'"},
        {"select doubled from gauge", "update gauge set amount = 7 where id = 1"},
    };

    private static final String[][] MEMBERSHIP = {
        {"select count(*) from film", "insert into film (id) values (6)"},
        {"select count(*) from film", "delete from film where id = 5"},
        {"select title from film where id = 6", "insert into film (id, title) values (6, 'x')"},
        {"select title from film where id = 5", "delete from film where id = 5"},
    };

    private static final String[][] SAME_KEY = {
        {"select * from film where id = 1", "update film set title = 'x' where id = 1"},
        {"select * from film where id in (1, 2)", "update film set title = 'x' where id = 2"},
        {"select * from film where id in (1, '2')", "update film set title = 'x' where id = 2"},
        {"select * from film where id = 6", "insert into film (id, title) values (6, 'x')"},
        {"select * from film where id = 5", "delete from film where id in (5, 7)"},
        {"select * from film where code = 101", "update film set title = 'x' where code = 101"},
    };

    /** Writes that do not tell which rows they change, or by another value than the database stores. */
    private static final String[][] UNKNOWN_KEY = {
        {"select * from film where id = 1", "update film set title = 'x'"},
        {"select * from film where id = 1", "update film set title = 'x' where title = 'Metropolis'"},
        {"select * from film where id = 1", "update film set title = 'x' where id = 2 or id = 1"},
        {"select * from film where id = 1", "update film set title = 'x' where not (id = 2)"},
        {"select * from film where id = 1", "update film set title = 'x' where id > 0"},
        {"select * from film where studio_id = 1", "update film set title = 'x' where id = 1"},
        {"select * from film where id = 7", "insert into film (id, title) select 7, 'x' from studio where id = 1"},
        {"select * from film where id = 7", "insert into film (id, title) values (3 + 4, 'x')"},
        {"select * from film where id = 8", "insert into film (id, title) values (7.6, 'x')"},
        {"select * from cast_member where film_id = 3", "insert into cast_member values (3, 2, 'x')"},
    };

    /** Writes of whole tables, or that reach the table in another way than by naming it. */
    private static final String[][] UNKNOWN_EXTENT = {
        {"select name from cast_member where film_id = 3", "delete from film where id = 3"},
        {"select film_code from award where id = 1", "update film set code = 201 where id = 1"},
        {"select name from node where id = 2", "delete from node where id = 1"},
        {"select f.title, v.title from film f, film_view v where f.id = 1", "update film set title = 'x' where id = 2"},
    };

    private static final String[][] MOVED_ROW = {
        {"select * from film where studio_id = 1", "update film set studio_id = 2 where studio_id = 1 and id = 1"},
        {"select * from film where studio_id = 2", "update film set studio_id = 2 where studio_id = 1 and id = 1"},
        {"select * from film where studio_id = 2", "update film set studio_id = 2 where id = 1"},
        {"select * from film where studio_id = 1", "update film set studio_id = 2 where id = 1"},
        {"select * from film where studio_id = 2", "update film set studio_id = studio_id + 1 where id = 1"},
        {"select * from film where id = 9", "update film set id = 9 where id = 5"},
        {"select * from film where id = 5", "update film set id = 9 where id = 5"},
    };

    /** Reads that name a key in an equality which does not hold for all rows that matter. */
    private static final String[][] NOT_PINNED = {
        {"select * from film where id = 1 or title = 'M'", "update film set title = 'x' where id = 2"},
        {"select * from film where not (id = 1)", "update film set title = 'x' where id = 2"},
        {"select * from film where id + 1 = 2", "update film set title = 'x' where id = 1"},
        {"select * from film where case when id = 1 then 1 else 2 end = 2", "update film set title = 'x' where id = 2"},
        {
            "select f.title, (select count(*) from cast_member c where c.film_id = f.id) from film f where f.id = 1 or"
                    + " f.id = 2",
            "insert into cast_member (film_id, place, name) values (2, 9, 'x')"
        },
        {
            "select f.id, count(*) from film f, film g where f.id = 1 group by f.id having max(g.views) = 0",
            "update film set views = 8 where id = 3"
        },
        {
            "select f.title, g.title from film f join film g on g.studio_id = f.studio_id where f.id = 1",
            "update film set title = 'x' where id = 2"
        },
        {
            "select s.name from studio s where s.id = 1 and exists (select 1 from film f where f.studio_id <> s.id and"
                    + " f.views = 3)",
            "update film set views = 3 where id = 4"
        },
        {
            "select title from film where id = 1 union all select title from film where id = 2",
            "update film set title = 'x' where id = 2"
        },
        {
            "select title from film where id = 1 and views = 0 union all select title from film order by 1",
            "update film set title = 'x' where id = 2"
        },
        {
            "select f.title, x.n from film f cross join (select count(*) as n from film g where g.views = 0) x where f.id"
                    + " = 1",
            "update film set views = 1 where id = 4"
        },
        {
            "select film.title from film where film.id = 1 and film.id in (select film.id from film where film.views = 0"
                    + " or exists (select 1 from film f where f.id = 2 and f.views = 0))",
            "update film set views = 1 where id = 2"
        },
        {
            "select c.slot, (select max(film.title) from (select id, title from film) film where film.id = c.film_id)"
                    + " from chart c where c.id = 2",
            "update film set title = 'x' where id = 3"
        },
        {
            "with film as (select 1 as id, title from chart) select title from film where id = 1",
            "update chart set title = 'x'"
        },
    };

    /** The side of an outer join whose rows show without a match. */
    private static final String[][] OUTER_JOIN = {
        {
            "select f.title, c.name from film f left join cast_member c on c.film_id = f.id and f.id = 1",
            "update film set title = 'x' where id = 2"
        },
        {
            "select f.title, c.name from cast_member c right join film f on c.film_id = f.id and f.id = 1",
            "update film set title = 'x' where id = 2"
        },
        {
            "select f.title, s.name from film f left join studio s on s.id = f.studio_id and f.id = 1 where f.released > 0",
            "update film set title = 'x' where id = 3"
        },
    };

    /** Writes of what rows of the result show, or of what decides which rows these are. */
    private static final String[][] SHOWN = {
        {
            "select f.id, f.price from film f where f.released > 1940 order by f.id",
            "update film set price = 1 where id = 4"
        },
        {"select f.id, f.price from film f where f.released > 1940", "update film set price = 1 where title = 'Ikiru'"},
        {"select f.id, f.price from film f where f.released > 1940", "insert into film (id, released) values (6, 1990)"
        },
        {"select f.id, f.price from film f where f.released > 1940", "update film set id = 9 where id = 5"},
        {"select f.id, f.released from film f where f.released > 1940", "update film set released = 1990 where id = 1"},
        {"select f.id, f.price from film f order by f.price limit 2", "update film set price = 0 where id = 1"},
        {"select f.id, f.price as p from film f order by p limit 2", "update film set price = 0 where id = 1"},
        {"select f.id, f.price from film f order by 2 limit 2", "update film set price = 0 where id = 1"},
        {
            "select a.id, a.title, b.title from film a join film b on b.studio_id = a.studio_id where a.released < 1930",
            "update film set title = 'x' where id = 2"
        },
        {
            "select c.film_id, f.price from chart c left join film f on f.id = c.film_id",
            "update film set price = 1 where id = 3"
        },
        {
            "select f.id, f.views from film f except select s.id, 0 from studio s",
            "update film set views = 1 where id = 1"
        },
        {
            "select s.id, (select count(*) from film f where f.studio_id = s.id) from studio s",
            "insert into film (id, studio_id) values (6, 2)"
        },
        {
            "select s.id, (select count(*) from film f where f.studio_id = s.id) from studio s",
            "update film set studio_id = 3 where id = 5"
        },
        {
            "select s.id, (select count(*) from film f where f.studio_id <> s.id) from studio s where s.city = 'Paris'",
            "insert into film (id, studio_id) values (6, 1)"
        },
        {
            "select s.id, (select count(*) from film f where f.studio_id = s.id) as n from studio s order by n desc limit 1",
            "insert into film (id, studio_id) values (6, 2), (7, 2), (8, 2)"
        },
        {
            "select s.id, (select count(*) from cast_member c where c.film_id = s.id) from studio s",
            "delete from film where id = 3"
        },
    };

    @DatabaseTest
    void unrelatedWrite_leavesTheResultCached(Database database) {
        assertThat(Pairs.notCached(database, schema(database), known(database, MAY_STAY)))
                .isEmpty();
    }

    @DatabaseTest
    void column_thatIsRead_invalidates(Database database) {
        assertThat(stale(database, SAME_COLUMN)).isEmpty();
    }

    @DatabaseTest
    void column_thatIsNotNamed_invalidates(Database database) {
        assertThat(stale(database, HIDDEN_COLUMN)).isEmpty();
    }

    @DatabaseTest
    void membership_invalidates(Database database) {
        assertThat(stale(database, MEMBERSHIP)).isEmpty();
    }

    @DatabaseTest
    void sameKey_invalidates(Database database) {
        assertThat(stale(database, SAME_KEY)).isEmpty();
    }

    @DatabaseTest
    void unknownKey_invalidates(Database database) {
        assertThat(stale(database, UNKNOWN_KEY)).isEmpty();
    }

    @DatabaseTest
    void unknownExtent_invalidates(Database database) {
        assertThat(stale(database, UNKNOWN_EXTENT)).isEmpty();
    }

    @DatabaseTest
    void movedRow_invalidatesBothKeys(Database database) {
        assertThat(stale(database, MOVED_ROW)).isEmpty();
    }

    @DatabaseTest
    void equalityThatDoesNotHoldForAllRows_doesNotPin(Database database) {
        assertThat(stale(database, NOT_PINNED)).isEmpty();
    }

    @DatabaseTest
    void outerJoin_pinsOnlyTheOptionalSide(Database database) {
        assertThat(stale(database, OUTER_JOIN)).isEmpty();
    }

    @DatabaseTest
    void whatTheResultShows_invalidates(Database database) {
        assertThat(stale(database, SHOWN)).isEmpty();
    }

    private static List<String> stale(Database database, String[][] pairs) {
        return Pairs.notInvalidated(database, schema(database), known(database, pairs));
    }

    /** H2 always stores what it generates, and has no word for it. */
    static String[] schema(Database database) {
        return Stream.of(SCHEMA)
                .map(sql -> database == Database.H2 ? sql.replace(" stored)", ")") : sql)
                .toArray(String[]::new);
    }

    private static String[][] known(Database database, String[][] pairs) {
        return Stream.of(pairs).filter(pair -> !isUnknownTo(database, pair)).toArray(String[][]::new);
    }

    /** Not all databases know each form. */
    private static boolean isUnknownTo(Database database, String[] pair) {
        return (database != Database.POSTGRESQL && pair[1].contains(" from studio"))
                || (database == Database.MARIADB && pair[0].contains("as f ("));
    }
}
