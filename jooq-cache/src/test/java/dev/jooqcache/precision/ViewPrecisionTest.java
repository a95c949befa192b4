package dev.jooqcache.precision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.InvalidationGranularity;
import dev.jooqcache.QueryCache;
import dev.jooqcache.inspect.SchemaInspector;
import dev.jooqcache.model.CacheModel;
import dev.jooqcache.model.ModelCheck;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import org.jooq.DSLContext;
import org.jooq.impl.DefaultConfiguration;

/** What a write leaves cached of what was read through views, and what it must not: {@link Pairs}. */
class ViewPrecisionTest {

    private static final String[] SCHEMA = {
        "create table studio (id int primary key, name varchar(50), city varchar(50))",
        "create table film (id int primary key, studio_id int, title varchar(50), released int, views int,"
                + " price decimal(10, 2), foreign key (studio_id) references studio (id))",
        "create table chart (id int primary key, slot int, title varchar(50))",
        "create view film_view as select id, title from film where views = 0",
        "create view title_view as select title from film_view where id > 0",
        "create view studio_view as select s.id, s.name, (select count(*) from film f where f.studio_id = s.id) as films"
                + " from studio s",
        "create view grouped_view as select f.studio_id, sum(f.price) as total from film f group by f.studio_id",
        "create view first_view as select title, views from film where film.id = 1",
        "create view all_view as select * from film",
        "create view natural_view as select slot from film natural join chart",
        "create view renamed_view (a, b) as select title, views from film",
        "create view joined_view as select f.title, s.name from film f left join studio s on s.id = f.studio_id",
        "create view shown_view as select f.id, f.title from film f",
        "create view listing_view as select f.id as film_id, f.title, f.price, s.name from film f join studio s on s.id ="
                + " f.studio_id",
        "create view counted_view as select s.id as studio_id, s.name, (select count(*) from film f where f.studio_id ="
                + " s.id) as films from studio s",
        "create view kept_studio_view as select s.id as studio_id, f.id as film_id, f.title from studio s left join film"
                + " f on f.studio_id = s.id",
        "create view outer_listing_view as select l.film_id, l.title, s.city from listing_view l join studio s on s.name"
                + " = l.name",
        "create view limited_view as select f.id as film_id, f.title from film f order by f.id limit 2",
        "create view some_view as select f.id as film_id, f.title from film f limit 2",
        "create view ordered_view as select f.id as film_id, f.title from film f order by f.title, f.id",
        "create view distinct_view as select distinct f.studio_id, f.title from film f",
        "create view computed_view as select f.id + 1 as film_id, f.title from film f",
        "create view numbered_view as select f.id as film_id, f.title, row_number() over (order by f.price) as n from film f",
        "create view united_view as select f.id as film_id, f.title from film f union all select s.id, s.name from studio s",
        "create view swapped_view (studio_id, film_id) as select f.id as film_id, f.studio_id from film f",
        "create view derived_view as select x.title from (select title, views from film) x where x.views = 0",
        "insert into studio values (1, 'Ufa', 'Berlin'), (2, 'Gaumont', 'Paris'), (3, 'Toho', 'Tokyo')",
        "insert into film values (1, 1, 'Metropolis', 1927, 0, 9.50), (2, 1, 'M', 1931, 0, 8),"
                + " (3, 2, 'Alphaville', 1965, 0, 7), (4, 3, 'Ikiru', 1952, 1, 6)",
        "insert into chart values (1, 1, 'Metropolis'), (2, 2, 'x')",
    };

    private static final String[][] MAY_STAY = {
        {"select * from film_view where id = 1", "update film set studio_id = 3"},
        {"select * from film_view", "update film set price = price + 1"},
        {"select * from title_view", "update film set studio_id = 3, released = 1"},
        {"select count(*) from title_view t join film_view f on f.title = t.title", "update film set price = 1"},
        {"select * from studio_view", "update film set title = 'x'"},
        {"select * from studio_view where id = 1", "update studio set city = 'x' where id = 1"},
        {"select * from grouped_view", "update film set views = 9"},
        {"select * from first_view", "update film set title = 'x' where id = 2"},
        {"select * from first_view", "delete from film where id = 3"},
        {"select * from first_view", "update film set price = 2 where id = 1"},
        {"select a from renamed_view", "update film set price = 1"},
        {"select name from joined_view", "update studio set city = 'x'"},
        {"select title from derived_view", "update film set price = 1"},
        {"select f.title, v.title from film f, film_view v where f.id = 1", "update film set price = 1"},
        {
            "select f.price, v.title from film f join film_view v on v.id = f.id where f.id = 1",
            "update film set price = 3 where id = 2"
        },
        {"select title from film_view union select name from studio where id = 1", "update studio set city = 'x'"},
        {"with x as (select title from film_view) select title from x", "update film set price = 1"},
        // What is pinned of a view's columns is pinned in its tables.
        {"select * from film_view where id = 1", "update film set title = 'x' where id = 2"},
        {"select * from film_view where id = 1", "delete from film where id = 3"},
        {"select * from listing_view where film_id = 1", "update film set price = 1 where id = 2"},
        {"select * from listing_view where film_id in (1, 3)", "update film set title = 'x' where id = 2"},
        {"select title from ordered_view where film_id = 1", "update film set title = 'A' where id = 2"},
        {"select v.title from listing_view v where v.film_id = 1", "insert into film (id, studio_id) values (9, 1)"},
        {"select title from outer_listing_view where film_id = 1", "update film set title = 'x' where id = 2"},
        {
            "select title from kept_studio_view where studio_id = 1",
            "update film set title = 'x' where id = 4 and studio_id = 3"
        },
        {
            "select (select v.title from listing_view v where v.film_id = f.id) from film f where f.id = 2",
            "update film set title = 'x' where id = 3"
        },
        {
            "select title from listing_view where film_id = 1 union select title from listing_view where film_id = 2",
            "update film set title = 'x' where id = 3"
        },
    };

    private static final String[][] MUST = {
        {"select * from film_view where id = 1", "update film set title = 'x' where id = 1"},
        {"select id from film_view", "update film set views = 1 where id = 1"},
        {"select id from film_view", "insert into film (id, views) values (9, 0)"},
        {"select id from film_view", "delete from film where id = 3"},
        {"select * from title_view", "update film set views = 1 where id = 1"},
        {"select * from title_view", "update film set id = -1 where id = 2"},
        {"select films from studio_view", "update film set studio_id = 3 where id = 1"},
        {"select films from studio_view", "insert into film (id, studio_id) values (9, 1)"},
        {"select name from studio_view where id = 1", "update studio set name = 'x' where id = 1"},
        {"select * from grouped_view", "update film set price = 1 where id = 1"},
        {"select * from first_view", "update film set title = 'x' where id = 1"},
        {"select * from first_view", "update film set views = 4"},
        {"select a from renamed_view", "update film set title = 'x' where id = 1"},
        {"select b from renamed_view", "update film set views = 7 where id = 1"},
        {"select name from joined_view", "update studio set name = 'x' where id = 1"},
        {"select name from joined_view", "update film set studio_id = 3 where id = 1"},
        {"select title from derived_view", "update film set views = 1 where id = 1"},
        // What a view's own rows show is not what the result shows.
        {"select 5, title from shown_view", "update film set title = 'x' where id = 1"},
        // Columns that the text does not name.
        {"select * from all_view", "update film set price = 1 where id = 1"},
        {"select * from natural_view", "update film set title = 'x' where id = 3"},
        // Read directly and through a view.
        {"select f.title, v.title from film f, film_view v where f.id = 1", "update film set title = 'x' where id = 2"},
        {"select f.price, v.title from film f, film_view v where f.id = 1", "update film set price = 1 where id = 1"},
        {"select f.price, v.title from film f, film_view v where f.id = 1", "update film set views = 1 where id = 2"},
        {
            "select f.id, f.title, v.a from film f, renamed_view v where f.id = 1",
            "update film set title = 'x' where id = 2"
        },
        {"select f.id, f.title, (select max(v.title) from film_view v) from film f", "update film set views = 1"},
        // Read with a pin and without.
        {
            "select title from listing_view where film_id = 1 union select title from listing_view where film_id = 2",
            "update film set title = 'x' where id = 2"
        },
        {
            "select title from listing_view where film_id = 1 union select title from listing_view",
            "update film set title = 'x' where id = 2"
        },
        {
            "select v.title, o.title from listing_view v join outer_listing_view o on o.film_id = 2 where v.film_id = 1",
            "update film set title = 'x' where id = 2"
        },
        {"select title from listing_view where film_id = 1 or title = 'M'", "update film set price = 1 where id = 2"},
        {"select films from counted_view where studio_id = 1", "update film set studio_id = 1 where id = 4"},
        {"select films from counted_view where studio_id = 1", "delete from film where id = 2"},
        {"select title from kept_studio_view where studio_id = 3", "update film set studio_id = 3 where id = 1"},
        {"select title from kept_studio_view where film_id = 9", "insert into film (id, studio_id) values (9, 1)"},
        {"select title from listing_view where film_id = 9", "insert into film (id, studio_id) values (9, 1)"},
        {"select name from listing_view where film_id = 1", "update studio set name = 'x' where id = 1"},
        {"select name from listing_view where film_id = 1", "update film set studio_id = 3 where id = 1"},
        {"select title from listing_view where film_id = 9", "update film set id = 9 where id = 1"},
        // Texts whose rows depend on one another, or show no column of a table.
        {"select title from limited_view where film_id = 2", "delete from film where id = 1"},
        {"select title from limited_view where film_id = 3", "update film set id = 10 where id = 1"},
        {"select title from some_view where film_id = 3", "update film set id = 10 where id = 1"},
        {"select title from distinct_view where studio_id = 1", "update film set title = 'x' where id = 2"},
        {"select title from computed_view where film_id = 2", "update film set title = 'x' where id = 1"},
        {"select n from numbered_view where film_id = 1", "update film set price = 1 where id = 1"},
        {"select n from numbered_view where film_id = 1", "update film set price = 100 where id = 4"},
        {"select title from united_view where film_id = 2", "update studio set name = 'x' where id = 2"},
        {"select title from united_view where film_id = 2", "update film set title = 'x' where id = 2"},
        {"select studio_id from swapped_view where film_id = 2", "update film set studio_id = 2 where id = 1"},
        {"select film_id from swapped_view where studio_id = 3", "update film set studio_id = 1 where id = 3"},
    };

    /** What only some databases have. */
    private static final String[][] MUST_ON_POSTGRESQL = {
        {
            "select film_row from row_view",
            "update film set price = 1 where id = 1",
            "create view row_view as select f as film_row from film f"
        },
        {
            "select * from base_view",
            "update base_child set v = 1",
            "create table base (id int primary key, v int)",
            "create table base_child () inherits (base)",
            "create view base_view as select id from base where v = 1",
            "insert into base_child values (1, 0)"
        },
        {
            "select * from priced_view",
            "update film set price = 1 where id = 1",
            "create function price_of(of int) returns decimal stable language sql"
                    + " as 'select price from film where id = of'",
            "create view priced_view as select f.id, price_of(f.id) as p from film f"
        },
        {
            "select l.title, title_of(2) as other from listing_view l where l.film_id = 1",
            "update film set title = 'x' where id = 2",
            "create function title_of(of int) returns varchar stable language sql"
                    + " as 'select title from listing_view where film_id = of'"
        },
        {
            "select * from kept_view",
            "refresh materialized view kept",
            "create materialized view kept as select id, views from film",
            "create view kept_view as select id from kept where views = 0",
            "update film set views = 1"
        },
        {
            "select * from doc_view",
            "update doc set n = 2",
            "create table doc (id int primary key, n int, j jsonb)",
            "insert into doc values (1, 1, '{\"a\": 1}')",
            "create view doc_view as select n from doc where j ? 'a'"
        },
    };

    /** Two relations of one name. */
    private static final String[][] MUST_WITH_SCHEMAS = {
        {
            "select * from zoo.film_view",
            "update film set price = 1 where id = 1",
            "create schema zoo",
            "create view zoo.film_view as select id, price from public.film"
        },
        {
            "select * from zoo.seen",
            "update zoo.film set v = 2",
            "create schema zoo",
            "create table zoo.film (id int primary key, v int)",
            "insert into zoo.film values (1, 1)",
            "create view zoo.seen as select v from zoo.film"
        },
    };

    /** Without ONLY_FULL_GROUP_BY, an aggregate of an outer column makes one row of all. */
    private static final String[][] MUST_ON_MARIADB = {
        {
            "select n from odd_view where film_id = 1",
            "insert into film (id) values (9)",
            "create view odd_view as select f.id as film_id, (select count(f.id) from studio s where s.id = 1) as n"
                    + " from film f"
        },
    };

    @DatabaseTest
    void unrelatedWrite_leavesTheResultCached(Database database) {
        assertThat(Pairs.notCached(database, SCHEMA, MAY_STAY)).isEmpty();
    }

    @DatabaseTest
    void whatTheViewReads_invalidates(Database database) {
        assertThat(Pairs.notInvalidated(database, SCHEMA, MUST)).isEmpty();
    }

    @DatabaseTest
    void whatTheTextDoesNotTell_invalidates(Database database) {
        if (database == Database.POSTGRESQL)
            assertThat(Pairs.notInvalidated(database, SCHEMA, MUST_ON_POSTGRESQL))
                    .isEmpty();
        if (database == Database.MARIADB)
            assertThat(Pairs.notInvalidated(database, SCHEMA, MUST_ON_MARIADB)).isEmpty();
        if (database != Database.MARIADB)
            assertThat(Pairs.notInvalidated(database, SCHEMA, MUST_WITH_SCHEMAS))
                    .isEmpty();
    }

    /** H2 leaves the text as it is; a session that has used the view goes on with the renamed column. */
    @DatabaseTest
    void renamedColumn_invalidates(Database database) {
        try (Fixture f = Fixture.empty(database, pool -> pool.setMaximumPoolSize(1), settings -> {})
                .with(SCHEMA)) {
            String read = "select title from film_view where id > 0";
            f.dsl.fetch(read);
            f.dsl.execute("alter table film rename column views to seen");
            if (database == Database.MARIADB) return;
            f.dsl.fetch(read);
            f.dsl.fetch(read);
            f.dsl.execute("update film set seen = 1 where id = 1");
            f.assertFresh(dsl -> dsl.resultQuery(read));
        }
    }

    /** The same where another column has taken the old name: the text still names a column, but not the one that is read. */
    @DatabaseTest
    void renamedColumn_whoseNameIsTakenAgain_invalidates(Database database) {
        if (database == Database.MARIADB) return;
        try (Fixture f = Fixture.empty(database).with(SCHEMA)) {
            String read = "select title from film_view where id = 1";
            f.dsl.fetch(read);
            f.dsl.execute("alter table film rename column title to old_title");
            f.dsl.execute("alter table film add column title varchar(50)");
            f.dsl.fetch(read);
            f.dsl.fetch(read);
            f.dsl.execute("update film set old_title = 'x' where id = 1");
            f.assertFresh(dsl -> dsl.resultQuery(read));
        }
    }

    /** And where two columns have changed their names: the pinned one is another. */
    @DatabaseTest
    void columnsThatHaveChangedNames_invalidate(Database database) {
        if (database == Database.MARIADB) return;
        try (Fixture f = Fixture.empty(database)
                .with(
                        "create table swap (id int primary key, other int, title varchar(50))",
                        "create view swap_view as select id, other, title from swap",
                        "insert into swap values (1, 2, 'a'), (2, 3, 'b'), (3, 1, 'c')")) {
            String read = "select title from swap_view where id = 2";
            f.dsl.fetch(read);
            f.dsl.execute("alter table swap rename column id to tmp");
            f.dsl.execute("alter table swap rename column other to id");
            f.dsl.execute("alter table swap rename column tmp to other");
            f.dsl.fetch(read);
            f.dsl.fetch(read);
            f.dsl.execute("update swap set title = 'x' where id = 3");
            f.assertFresh(dsl -> dsl.resultQuery(read));
        }
    }

    /** The facts are the same, so the given model is used; the text is another. */
    @DatabaseTest
    void givenModel_ofAnotherText_isNotBelieved(Database database) {
        try (Fixture f = Fixture.empty(database).with(SCHEMA)) {
            f.with("drop view title_view", "drop view film_view")
                    .with("create view film_view as select id, title from film where film.id = 2");
            CacheModel model = SchemaInspector.inspect(f.unseen);
            f.with("drop view film_view").with("create view film_view as select id, title from film where film.id = 1");
            try (QueryCache cache = QueryCache.builder()
                    .invalidation(InvalidationGranularity.ROW)
                    .model(model)
                    .modelCheck(ModelCheck.LOG)
                    .build()) {
                DSLContext dsl = cache.derive(new DefaultConfiguration()
                                .set(cache.track(f.pool))
                                .set(database.dialect()))
                        .dsl();
                String read = "select title from film_view";
                assertThat(dsl.fetchValue(read)).isEqualTo("Metropolis");
                dsl.execute("update film set title = 'x' where id = 1");
                assertThat(dsl.fetchValue(read)).isEqualTo("x");
            }
        }
    }
}
