package dev.jooqcache.precision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jooq.DSLContext;

/** Texts that a database reads in another way than jOOQ's parser, or than their words tell. */
class ReadTextTest {

    private static final String[] SCHEMA = {
        "create table studio (id int primary key, name varchar(50))",
        "create table film (id int primary key, studio_id int, title varchar(50), released int, views int,"
                + " foreign key (studio_id) references studio (id))",
        "insert into studio values (1, 'Ufa'), (2, 'Gaumont')",
        "insert into film values (1, 1, 'Metropolis', 1927, 0), (2, 1, 'M', 1931, 0), (3, 2, 'Alphaville', 1965, 0)",
    };

    /** In MariaDB {@code ||} is an OR. */
    private static final String[][] PRECEDENCE = {
        {
            "mariadb",
            "select title from film where title = 'M' || views and id = 1",
            "update film set title = 'x' where id = 2"
        },
        {
            "mariadb",
            "select title from film where title regexp 'M$' || views and id = 1",
            "update film set title = 'x' where id = 2"
        },
    };

    /** Columns that are read without a word of theirs. */
    private static final String[][] HIDDEN = {
        {
            "h2",
            "select distinct on (released) * except (id) from film order by released",
            "update film set title = 'x' where released = 1927"
        },
        {"postgresql", "select \"xmin\" from film where id = 1", "update film set title = 'x' where id = 1"},
        {"mariadb", "select _rowid, title from film order by 1", "update film set id = 9 where id = 3"},
        {"mariadb", "select title from film where _rowid = 9", "update film set id = 9 where id = 3"},
    };

    /** Names that mean another place or column than one that is like them. */
    private static final String[][] ALIKE = {
        {"postgresql", "select title from film as f (x, id) where f.id = 1", "update film set title = 'x' where id = 2"
        },
        {
            "postgresql",
            "select f.title, s.name from studio s join film as f (x, id) on f.id = s.id where s.id = 1",
            "update film set title = 'x' where id = 2"
        },
        {
            "h2,postgresql",
            "select title from film \"F\" where \"F\".id = 1 and exists (select 1 from film f where \"F\".id = 1 and"
                    + " f.views = 3)",
            "update film set views = 3 where id = 2"
        },
        {
            "h2,postgresql",
            "select title from public.film where public.film.id = 1 and exists (select 1 from public.film as film where"
                    + " public.film.id = 1 and film.views = 3)",
            "update film set views = 3 where id = 2"
        },
    };

    @DatabaseTest
    void operator_thatTheParserTakesForAnother_doesNotPin(Database database) {
        assertThat(stale(database, PRECEDENCE)).isEmpty();
    }

    @DatabaseTest
    void columns_thatNoWordShows_invalidate(Database database) {
        assertThat(stale(database, HIDDEN)).isEmpty();
    }

    @DatabaseTest
    void names_thatAreAlike_doNotPin(Database database) {
        assertThat(stale(database, ALIKE)).isEmpty();
    }

    /** Each read is warmed, the write is made, and the read is made again. */
    private static List<String> stale(Database database, String[][] cases) {
        List<String> stale = new ArrayList<>();
        for (String[] one : cases) {
            if (!List.of(one[0].split(",")).contains(database.name().toLowerCase(Locale.ROOT))) continue;
            try (Fixture f = Fixture.empty(database).with(SCHEMA)) {
                f.dsl.resultQuery(one[1]).fetch();
                f.dsl.resultQuery(one[1]).fetch();
                assertThat(f.dsl.execute(one[2])).as("rows written").isPositive();
                f.assertFresh((DSLContext dsl) -> dsl.resultQuery(one[1]));
            } catch (RuntimeException | AssertionError e) {
                stale.add(one[1] + "\n    " + one[2] + "\n    " + e.getMessage());
            }
        }
        return stale;
    }
}
