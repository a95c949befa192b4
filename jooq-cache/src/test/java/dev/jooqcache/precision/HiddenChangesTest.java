package dev.jooqcache.precision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.sql.Connection;
import java.sql.Date;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.jooq.Record;
import org.jooq.ResultQuery;

/** Writes that change other rows or columns than their words seem to say. */
class HiddenChangesTest {

    /** Each is the body of a trigger function before a write, which changes the title in a way of its own. */
    private static final String[] PLPGSQL = {
        "declare r film%rowtype; begin r := new; r.title := 'own'; return r; end",
        "declare n alias for new; begin n.title := 'own'; return n; end",
        "declare n alias for new; begin n.title := 'own'; return new; end",
        "declare v int; begin select 1, 'own' into v, new.title; return new; end",
        "begin get diagnostics new.title = row_count; return new; end",
        "begin get diagnostics new.title := row_count; return new; end",
        "declare v int; begin get diagnostics v = row_count, new.title = row_count; return new; end",
        "begin new.title = 'own'; return new; end",
        "begin if true then null; else new.title = 'own'; end if; return new; end",
        "begin begin perform 1 / 0; exception when others then new.title = 'own'; end; return new; end",
        "begin \"new\".title := 'own'; return new; end",
        "begin new . title := 'own'; return new; end",
        "begin for new in select new.id, 'own'::varchar(50), new.views loop exit; end loop; return new; end",
        "begin call title_of(new.title); return new; end",
        "begin own.new.title := 'own'; return new; end",
        "<<l>> begin own.\"new\".title = 'own'; return new; end",
        "begin own.new := row(new.id, 'own'::varchar(50), new.views); return new; end",
        "begin select 'own' into own.new.title; return new; end",
        "begin old.title := 'own'; old.views := new.views; return old; end",
        "declare n alias for old; begin n.title := 'own'; return old; end",
        "declare new film; begin new.id := 1; new.title := 'own'; new.views := 3; return new; end",
        "begin return json_populate_record(new, '{\"title\": \"own\"}'); end",
        "declare c cursor for select 1, 'own'; v int; begin open c; fetch c into v, new.title; return new; end",
    };

    @DatabaseTest
    void columnThatATriggerSets_invalidates(Database database) {
        if (database != Database.POSTGRESQL) return;
        List<String> stale = new ArrayList<>();
        for (String body : PLPGSQL)
            stale.addAll(stale(
                    database,
                    new String[] {
                        "create table film (id int primary key, title varchar(50), views int)",
                        "insert into film values (1, 'a', 0), (2, 'b', 0)",
                        "create procedure title_of(inout t varchar) language plpgsql as $$ begin t := 'own'; end $$",
                        "create function own() returns trigger language plpgsql as $x$ " + body + " $x$",
                        "create trigger own before update on film for each row execute function own()",
                    },
                    "select title from film where id = 1",
                    "update film set views = views + 1 where id = 1",
                    body));
        assertThat(stale).isEmpty();
    }

    /** In MySQL's family two bars are OR, in jOOQ's parser they are a concatenation. */
    @DatabaseTest
    void bars_areNoConcatenation(Database database) {
        if (database != Database.MARIADB) return;
        String[] schema = {
            "create table film (id int primary key, title varchar(50), views int)",
            "insert into film values (1, 'a', 1), (2, 'b', 0)",
        };
        List<String> stale = new ArrayList<>();
        String read = "select title from film where id = 1";
        for (String where : List.of(
                "views || title = 'q' and id = 2",
                "views = 1 xor title = 'q' and id = 2",
                "id = 2 || views = 1",
                "id in (2) = 0"))
            stale.addAll(stale(database, schema, read, "update film set title = 'x' where " + where, where));
        assertThat(stale).isEmpty();
    }

    @DatabaseTest
    void fieldOfAColumn_isNoColumn(Database database) {
        if (database != Database.POSTGRESQL) return;
        String[] schema = {
            "create type place as (city varchar(50), street varchar(50))",
            "create table studio (id int primary key, address place, city varchar(50))",
            "insert into studio values (1, row('a', 'b'), 'c')",
        };
        List<String> stale = new ArrayList<>();
        String read = "select address from studio where id = 1";
        stale.addAll(stale(database, schema, read, "update studio set address.street = 'x' where id = 1", "street"));
        stale.addAll(stale(database, schema, read, "update studio set address.city = 'x' where id = 1", "city"));
        stale.addAll(stale(
                database,
                schema,
                read,
                "update studio set (address.city, address.street) = ('x', 'y') where id = 1",
                "row"));
        assertThat(stale).isEmpty();
    }

    /** JDBC's dates can be changed, also between the executions of a batch. */
    @DatabaseTest
    void dateThatIsChangedAfterItWasBound(Database database) throws SQLException {
        try (Fixture f = Fixture.empty(database)
                .with(
                        "create table show_day (held date primary key, seats int)",
                        "insert into show_day values (date '2020-01-01', 1), (date '2020-01-02', 2)")) {
            String first = "select seats from show_day where held = date '2020-01-01'";
            String second = "select seats from show_day where held = date '2020-01-02'";
            f.warm(dsl -> dsl.resultQuery(first));
            f.warm(dsl -> dsl.resultQuery(second));
            try (Connection connection = f.tracked.getConnection();
                    PreparedStatement update =
                            connection.prepareStatement("update show_day set seats = seats + 1 where held = ?")) {
                Date held = Date.valueOf(LocalDate.of(2020, 1, 1));
                update.setDate(1, held);
                update.addBatch();
                held.setTime(Date.valueOf(LocalDate.of(2020, 1, 2)).getTime());
                update.setDate(1, held);
                update.addBatch();
                update.executeBatch();
            }
            f.assertFresh(dsl -> dsl.resultQuery(first));
            f.assertFresh(dsl -> dsl.resultQuery(second));
        }
    }

    /** H2 makes a day of a {@link Date} in the time zone of the session. */
    @DatabaseTest
    void dateInAnotherTimeZone(Database database) throws SQLException {
        if (database != Database.H2) return;
        try (Fixture f = Fixture.empty(
                        database,
                        pool -> pool.setJdbcUrl(pool.getJdbcUrl() + ";TIME ZONE=America/Los_Angeles"),
                        cache -> {})
                .with(
                        "create table show_day (held date primary key, seats int)",
                        "insert into show_day values (date '2020-01-01', 1), (date '2020-01-02', 2), (date '2020-01-03',"
                                + " 3)")) {
            List<String> reads = new ArrayList<>();
            for (int day = 1; day <= 3; day++)
                reads.add("select seats from show_day where held = date '2020-01-0" + day + "'");
            for (String read : reads) f.warm(dsl -> dsl.resultQuery(read));
            try (Connection connection = f.tracked.getConnection();
                    PreparedStatement update =
                            connection.prepareStatement("update show_day set seats = seats + 1 where held = ?")) {
                update.setDate(1, Date.valueOf(LocalDate.of(2020, 1, 2)));
                assertThat(update.executeUpdate()).isPositive();
            }
            for (String read : reads) f.assertFresh(dsl -> dsl.resultQuery(read));
        }
    }

    private static List<String> stale(Database database, String[] schema, String read, String write, String what) {
        try (Fixture f = Fixture.empty(database).with(schema)) {
            ResultQuery<Record> query = f.dsl.resultQuery(read);
            query.fetch();
            query.fetch();
            assertThat(f.dsl.execute(write)).as("rows written").isPositive();
            f.assertFresh(dsl -> dsl.resultQuery(read));
            return List.of();
        } catch (RuntimeException | AssertionError e) {
            return List.of(what + "\n    " + e.getMessage());
        }
    }
}
