package dev.jooqcache.precision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import java.util.List;
import org.junit.jupiter.api.Tag;

/** What a write leaves cached of what was read in derived tables and common table expressions, and what it must not: {@link Pairs}. */
@Tag("slow")
class DerivedTablePrecisionTest {

    private static final String[][] MAY_STAY = {
        {
            "select d.title from (select f.id, f.title from film f) d where d.id = 1",
            "update film set title = 'x' where id = 2"
        },
        {"select d.t from (select f.id as k, f.title as t from film f) d where d.k = 1", "delete from film where id = 5"
        },
        {
            "select d.title from (select f.id, f.title from film f) d where d.id in (1, 2) order by d.title limit 1",
            "insert into film (id, title) values (9, 'A')"
        },
        {
            "select d.title from (select f.id, f.title from film f where f.released > 0) d where d.id = 1",
            "update film set released = -1 where id = 2"
        },
        {
            "select d.title from (select e.id, e.title from (select f.id, f.title from film f) e) d where d.id = 1",
            "update film set title = 'x' where id = 2"
        },
        {
            "select d.studio_id, d.title from (select distinct f.studio_id, f.title from film f) d where d.studio_id = 1",
            "update film set title = 'x' where id = 4 and studio_id = 3"
        },
        // Joined: the equality carries over first.
        {
            "select f.title, d.name from film f join (select c.film_id, c.name from cast_member c) d on d.film_id = f.id"
                    + " where f.id = 1",
            "update cast_member set name = 'x' where film_id = 2"
        },
        {
            "select f.title, d.name from film f left join (select c.film_id, c.name from cast_member c) d on d.film_id ="
                    + " f.id where f.id = 1",
            "delete from cast_member where film_id = 3"
        },
        {
            "select f.title from film f join (select c.film_id from cast_member c) d on d.film_id = f.id where d.film_id"
                    + " = 1",
            "update film set title = 'x' where id = 2"
        },
        {
            "select (select max(d.name) from (select c.film_id, c.name from cast_member c) d where d.film_id = f.id) from"
                    + " film f where f.id = 1",
            "update cast_member set name = 'x' where film_id = 2"
        },
        // Grouped by the pinned column.
        {
            "select f.title, d.n from film f left join (select c.film_id, count(*) as n from cast_member c group by"
                    + " c.film_id) d on d.film_id = f.id where f.id = 1",
            "insert into cast_member (film_id, place, name) values (3, 9, 'x')"
        },
        {
            "select d.n from (select c.place, c.film_id, max(c.name) as n from cast_member c group by c.film_id, c.place"
                    + " having count(*) > 0) d where d.film_id = 1",
            "update cast_member set name = 'x' where film_id = 2"
        },
        // Common table expressions.
        {
            "with c as (select f.id, f.title from film f) select c.title from c where c.id = 1",
            "update film set title = 'x' where id = 2"
        },
        {
            "with c (k, t) as (select f.id, f.title from film f) select x.t from c x where x.k = 1",
            "update film set title = 'x' where id = 2"
        },
        {
            "with c as (select f.id, f.title from film f) select a.title, b.title from c a join c b on b.id = 2 where"
                    + " a.id = 1",
            "update film set title = 'x' where id = 3"
        },
        {
            "with c as (select f.id, f.title from film f), d as (select c.id, c.title from c) select d.title from d where"
                    + " d.id = 1",
            "delete from film where id = 3"
        },
        {
            "with c as (select f.studio_id, count(*) as n from film f group by f.studio_id) select s.name, c.n from"
                    + " studio s left join c on c.studio_id = s.id where s.id = 2",
            "insert into film (id, studio_id) values (9, 1)"
        },
        {
            "with c as (select f.id, f.title from film f) select s.name, (select c.title from c where c.id = s.id) from"
                    + " studio s where s.id = 2",
            "update film set title = 'x' where id = 3"
        },
        // In a view.
        {
            "select title from derived_view where id = 1",
            "update film set title = 'x' where id = 2",
            "create view derived_view as select x.id, x.title from (select f.id, f.title from film f) x"
        },
        {
            "select n from counted_view where studio_id = 1",
            "insert into film (id, studio_id) values (9, 2)",
            "create view counted_view as select f.studio_id, count(*) as n from film f group by f.studio_id"
        },
    };

    private static final String[][] MAY_STAY_BUT_ON_MARIADB = {
        {
            "select d.t from (select f.id, f.title from film f) as d (k, t) where d.k = 1",
            "update film set title = 'x' where id = 2"
        },
        {
            "select d.n from (select s.id, (select count(*) from film f where f.studio_id = s.id) as n from studio s) d"
                    + " where d.id = 2",
            "insert into film (id, studio_id) values (6, 1)"
        },
    };

    private static final String[][] MAY_STAY_ON_POSTGRESQL = {
        {
            "select d.name from film f, lateral (select c.film_id, c.name from cast_member c where c.place <= f.views + 1)"
                    + " d where d.film_id = 1 and f.id = 1",
            "update cast_member set name = 'x' where film_id = 2"
        },
    };

    private static final String[][] MUST = {
        {
            "select d.title from (select f.id, f.title from film f) d where d.id = 1",
            "update film set title = 'x' where id = 1"
        },
        {
            "select d.title from (select f.id, f.title from film f) d where d.id = 9",
            "insert into film (id, title) values (9, 'x')"
        },
        {
            "select d.title from (select f.id, f.title from film f) d where d.id = 9",
            "update film set id = 9 where id = 5"
        },
        {
            "select d.n from (select c.film_id, count(*) as n from cast_member c group by c.film_id) d where d.film_id ="
                    + " 1",
            "delete from cast_member where film_id = 1 and place = 2"
        },
        {
            "with c as (select f.id, f.title from film f) select c.title from c where c.id = 1",
            "update film set title = 'x' where id = 1"
        },
        {
            "select n from counted_view where studio_id = 2",
            "update film set views = 2 where id = 1",
            "create view counted_view as select film.views as studio_id, count(film.studio_id) as n from film group by"
                    + " studio_id, views"
        },
        // Not pinned: the equality does not hold for all rows that matter.
        {
            "select d.title from (select f.id, f.title from film f) d where d.id = 1 or d.title = 'M'",
            "update film set title = 'x' where id = 2"
        },
        {
            "select d.title from (select f.id, f.title from film f) d left join chart c on d.id = 1",
            "update film set title = 'x' where id = 2"
        },
        {
            "select s.name from studio s where s.id = 1 and not exists (select 1 from (select f.id, f.studio_id, f.title"
                    + " from film f) d where d.studio_id = s.id and d.title = 'x')",
            "update film set title = 'x' where id = 2"
        },
        // Read by others too.
        {
            "with c as (select f.id, f.title from film f) select a.title from c a where a.id = 1 union all select"
                    + " b.title from c b where b.id = 2",
            "update film set title = 'x' where id = 2"
        },
        {
            "with c as (select f.id, f.title from film f) select a.title, b.title from c a join c b on b.id <> a.id where"
                    + " a.id = 1",
            "update film set title = 'x' where id = 2"
        },
        {
            "with c as (select f.id, f.title from film f) select c.title, (select count(*) from c e) from c where c.id ="
                    + " 1",
            "insert into film (id, title) values (9, 'x')"
        },
        {
            "with c as (select f.id, f.title from film f), d as (select max(c.title) as t from c) select c.title, d.t from"
                    + " c, d where c.id = 1",
            "update film set title = 'Z' where id = 2"
        },
        {
            "with c as (select f.id, f.title from film f) select c.title, f.title from c, film f where c.id = 1",
            "update film set title = 'x' where id = 2"
        },
        // Rows that depend on one another.
        {
            "select d.title from (select f.id, f.title from film f order by f.id limit 2) d where d.id = 3",
            "delete from film where id = 1",
            "delete from award"
        },
        {
            "select d.title from (select f.id, f.title from film f order by f.id limit 9 offset 1) d where d.id = 2",
            "delete from film where id = 1",
            "delete from award"
        },
        {
            "with c as (select f.id, f.title from film f order by f.id limit 2) select c.title from c where c.id = 3",
            "delete from film where id = 1",
            "delete from award"
        },
        {
            "select d.n from (select f.id, row_number() over (order by f.price) as n from film f) d where d.id = 1",
            "update film set price = 100 where id = 4"
        },
        {
            "select d.n from (select f.studio_id, sum(count(*)) over () as n from film f group by f.studio_id) d where"
                    + " d.studio_id = 1",
            "insert into film (id, studio_id) values (9, 2)"
        },
        {
            "select d.title from (select f.id, f.title from film f where f.id < 3 union all select s.id, s.name from"
                    + " studio s) d where d.id = 2",
            "update studio set name = 'x' where id = 2"
        },
        {
            "select d.id from (select f.id from film f where f.id < 4 except select s.id from studio s) d where d.id ="
                    + " 2",
            "delete from studio where id = 2",
            "update film set studio_id = 1"
        },
        {
            "select d.n from (select f.released, count(f.id) as n, f.studio_id from film f group by f.released,"
                    + " f.studio_id) d where d.n = 1",
            "update film set released = 1927 where id = 2"
        },
        // What is called like a column is not that column.
        {
            "select d.title from (select f.id + 1 as id, f.title from film f) d where d.id = 2",
            "update film set title = 'x' where id = 1"
        },
        {
            "select d.title from (select f.id as studio_id, f.studio_id as id, f.title from film f) d where d.id = 2",
            "update film set title = 'x' where id = 3"
        },
        {
            "with c (studio_id, id) as (select f.id, f.studio_id from film f) select c.studio_id from c where c.id = 2",
            "update film set studio_id = 2 where id = 1"
        },
        {
            "with c (studio_id, id) as (select f.id, f.studio_id from film f) select e.studio_id from c e where e.id = 2",
            "delete from film where id = 3",
            "delete from cast_member"
        },
        // Which expression a name means.
        {
            "with film_list as (select f.id, f.title from film f) select f.title, (with film_list as (select s.id, s.name"
                    + " from studio s) select max(film_list.name) from film_list where film_list.id = 3) from film_list f"
                    + " where f.id = 1",
            "update studio set name = 'x' where id = 3"
        },
        {
            "with film_list as (select f.id, f.title from film f) select f.title, (with film_list as (select s.id, s.name"
                    + " from studio s) select max(film_list.name) from film_list) from film_list f where f.id = 1",
            "update studio set name = 'z' where id = 1"
        },
        {
            "with chart as (select f.id, f.title from film f) select chart.title from chart where chart.id = 1",
            "update film set title = 'x' where id = 1"
        },
        // One that is called like what it reads, directly, within, or by another's name.
        {
            "with chart as (select c.id, c.title from chart c) select chart.title from chart where chart.id = 1",
            "update chart set title = 'x' where id = 1"
        },
        {
            "with film_view as (select f.id, f.title from film_view f) select f.title from film_view f where f.id = 1",
            "update film set title = 'x' where id = 1"
        },
        {
            "with chart as (select f.id, f.title from film f where exists (select 1 from chart c where c.film_id = f.id))"
                    + " select c.title from chart c where c.id = 1",
            "delete from chart where film_id = 1"
        },
        {
            "with chart as (select f.id, f.name as title from node f), node as (select c.id, c.title as name from chart c)"
                    + " select n.name from node n where n.id = 1",
            "update node set name = 'x' where id = 1"
        },
        {
            "with recursive c (id, name) as (select n.id, n.name from node n where n.parent is null union all select"
                    + " n.id, n.name from node n join c on c.id = n.parent) select c.name from c where c.id = 2",
            "update node set parent = 2 where id = 1"
        },
    };

    private static final String[][] MUST_BUT_ON_MARIADB = {
        {
            "select d.title from (select f.id, f.studio_id, f.title from film f) as d (studio_id, id, title) where d.id ="
                    + " 2",
            "update film set title = 'x' where id = 3"
        },
        {
            "select d.title from (select f.id, f.title from film f order by f.id fetch first 2 rows only) d where d.id ="
                    + " 3",
            "delete from film where id = 1",
            "delete from award"
        },
        {
            "select d.title from (select f.id, f.title from film f order by f.id offset 1 rows) d where d.id = 2",
            "delete from film where id = 1",
            "delete from award"
        },
        {
            "select d.title from (select distinct on (f.studio_id) f.id, f.title from film f order by f.studio_id, f.id) d"
                    + " where d.id = 2",
            "delete from film where id = 1",
            "delete from award"
        },
    };

    private static final String[][] MUST_ON_H2 = {
        {
            "select d.title from (select f.id, f.title from film f where rownum() <= 2) d where d.id = 3",
            "delete from film where id = 1",
            "delete from award"
        },
    };

    private static final String[][] MUST_ON_POSTGRESQL = {
        // The type of the set operation, for which the two are equal, is not that of its first branch.
        {
            "select d.title from (select f.code as id, f.title from film f union all select cast(s.id as double"
                    + " precision), s.name from studio s) d where d.id = 9007199254740992",
            "update film set title = 'x' where code = 9007199254740993",
            "update film set code = 9007199254740993 where id = 5"
        },
        {
            "select d.title from (select f.studio_id as k, f.id as \"K\", f.title from film f) d where d.k = 2",
            "update film set title = 'x' where id = 3"
        },
        {
            "select d.name from film f, lateral (select c.film_id, c.name from cast_member c where c.place <= f.views + 1)"
                    + " d where d.film_id = 1 and f.id = 2",
            "update film set views = 9 where id = 2"
        },
    };

    /** Without ONLY_FULL_GROUP_BY, an aggregate function makes one row of all, whatever stands beside it. */
    private static final String[][] MUST_ON_MARIADB = {
        {"select d.n from (select f.id, count(*) as n from film f) d where d.id = 1", "insert into film (id) values (9)"
        },
        {
            "select d.n from (select f.id, count(*) as n from film f group by f.studio_id) d where d.id = 3",
            "insert into film (id, studio_id) values (9, 2)"
        },
        {
            "select d.n from (select f.id, (select count(f.id) from studio s where s.id = 1) as n from film f) d where"
                    + " d.id = 1",
            "insert into film (id) values (9)"
        },
    };

    @DatabaseTest
    void unrelatedWrite_leavesTheResultCached(Database database) {
        assertThat(notCached(database, MAY_STAY)).isEmpty();
        if (database != Database.MARIADB)
            assertThat(notCached(database, MAY_STAY_BUT_ON_MARIADB)).isEmpty();
        if (database == Database.POSTGRESQL)
            assertThat(notCached(database, MAY_STAY_ON_POSTGRESQL)).isEmpty();
    }

    @DatabaseTest
    void whatIsReadInside_invalidates(Database database) {
        assertThat(notInvalidated(database, MUST)).isEmpty();
        if (database != Database.MARIADB)
            assertThat(notInvalidated(database, MUST_BUT_ON_MARIADB)).isEmpty();
        if (database == Database.H2)
            assertThat(notInvalidated(database, MUST_ON_H2)).isEmpty();
        if (database == Database.POSTGRESQL)
            assertThat(notInvalidated(database, MUST_ON_POSTGRESQL)).isEmpty();
    }

    @DatabaseTest
    void oneRowOfAll_invalidates(Database database) {
        if (database == Database.MARIADB)
            assertThat(notInvalidated(database, MUST_ON_MARIADB)).isEmpty();
    }

    private static List<String> notCached(Database database, String[][] pairs) {
        return Pairs.notCached(database, PrecisionTest.schema(database), pairs);
    }

    private static List<String> notInvalidated(Database database, String[][] pairs) {
        return Pairs.notInvalidated(database, PrecisionTest.schema(database), pairs);
    }
}
