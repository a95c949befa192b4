package dev.jooqcache.fuzz;

import dev.jooqcache.testing.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What hostile texts are made of, and on.
 *
 * @param ddl makes the schema
 * @param statements texts that the library understands
 * @param names what a name is replaced by
 * @param qualifiers what a name is qualified with
 * @param values what a number is replaced by
 * @param carriers texts that carry another: {@code %s} as it is, {@code %q} in a literal, {@code %o} another seed
 * @param settings texts that change what a name means in the session
 * @param settingsBack texts that undo these
 * @param renewal removes everything that the texts can have made; sessions begin anew after it
 */
record HostileSeeds(
        List<String> ddl,
        List<String> statements,
        List<String> names,
        List<String> qualifiers,
        List<String> values,
        List<String> carriers,
        List<String> settings,
        List<String> settingsBack,
        List<String> renewal) {

    private static final Set<String> WRITES = Set.of("insert", "update", "delete", "merge", "replace");

    /** The statements that write rows. */
    List<String> writes() {
        return statements.stream()
                .filter(text ->
                        WRITES.contains(text.substring(0, text.indexOf(' ') + 1).strip()))
                .toList();
    }

    /** What is compared after each text. */
    static List<String> probes(Database database) {
        List<String> probes = new ArrayList<>(List.of(
                "select id, grp, v, note from t order by id",
                "select id, v from t where id = 1",
                "select v, note from t where id = 2",
                "select sum(v) from t where grp = 1",
                "select id, v from u order by id",
                "select v from u where id = 3",
                "select id, v from vt order by id",
                "select t.id, u.v from t join u on u.id = t.id where t.id = 4",
                "select id, v from %1$s.t order by id"));
        if (database == Database.POSTGRESQL) probes.add("select id, v from pt order by id");
        return probes;
    }

    /** The seeds for a database whose own schema, and another one with a table of the same name, are called so. */
    static HostileSeeds of(Database database, String own, String twin) {
        List<String> ddl = new ArrayList<>();
        List<String> statements = new ArrayList<>(List.of(
                "select id, v from t where id = 1",
                "select * from u",
                "select count(*) from vt",
                "select rf()",
                "select v + 1 from t where note = 'a' and grp in (1, 2)",
                "insert into t (id, grp, v, note) values (1, 1, 1, 'a')",
                "insert into u values (1, 1)",
                "insert into u (id, v) select id, v from t where id = 1",
                "update t set v = v + 1 where id = 1",
                "update t set v = 1, note = 'b' where id in (1, 2)",
                "update u set v = (select max(v) from t) where id = 1",
                "update vt set v = v + 1 where id = 1",
                "delete from t where id = 1",
                "delete from u where v = 1 and id = 2",
                "update " + twin + ".t set v = v + 1 where id = 1",
                "insert into " + twin + ".t (id, grp, v, note) values (1, 1, 1, 'c')",
                "delete from " + twin + ".t where id = 1",
                "commit",
                "rollback",
                "savepoint s1",
                "rollback to savepoint s1",
                "with c as (select id from u) select * from c"));
        List<String> names = new ArrayList<>(List.of(
                "t",
                "u",
                "vt",
                "id",
                "v",
                "grp",
                "note",
                "c",
                "s1",
                twin,
                twin + ".t",
                "wf()",
                "rf()",
                "x",
                "new",
                "old"));
        List<String> values = new ArrayList<>(List.of(
                "null",
                "default",
                "'1'",
                "'a'",
                "'it''s'",
                "-1",
                "1.0",
                "(select max(id) from u)",
                "wf()",
                "(select wf())",
                "rf()",
                "v",
                "1 or id = 2",
                "1 and v = 1",
                "case when id = 1 then 1 else 2 end"));
        List<String> carriers = new ArrayList<>(List.of(
                "explain %s",
                "explain analyze %s",
                "analyze %s",
                "(%s)",
                "%s; %o",
                "%o; %s",
                "with c as (%s) select * from c",
                "with recursive c as (%s) %o",
                "execute immediate '%q'",
                "prepare p from '%q'",
                "create table if not exists z as %s",
                "{%s}",
                "insert into u (id, v) %s",
                "select * from (%s) x",
                "%s union all %o",
                "%s where exists (%o)"));
        switch (database) {
            case H2 -> h2(ddl, statements, carriers);
            case POSTGRESQL -> postgres(ddl, statements, names, carriers);
            case MARIADB -> mariaDb(ddl, statements, names, carriers, own, twin);
        }
        for (int id = 1; id <= 6; id++) {
            ddl.add("insert into t (id, grp, v, note) values (" + id + ", " + id % 2 + ", " + id + ", 'a')");
            // Other values: a name that is taken for the twin's shows in the answer.
            ddl.add("insert into " + twin + ".t (id, grp, v, note) values (" + id + ", 1, 1" + id + ", 'twin')");
        }
        for (int id = 1; id <= 6; id++) ddl.add("insert into u values (" + id + ", " + id + ")");
        return new HostileSeeds(
                ddl,
                statements,
                names,
                List.of(own, twin, "t", "u", "x"),
                values,
                carriers,
                settings(database, own, twin),
                settingsBack(database, own),
                renewal(database, own, twin));
    }

    private static List<String> settings(Database database, String own, String twin) {
        return switch (database) {
            case H2 ->
                List.of(
                        "set schema s2",
                        "set schema_search_path s2, public",
                        "set schema_search_path public, s2",
                        "set autocommit off",
                        "set @x = (select max(v) from t)",
                        "set non_keywords value");
            case POSTGRESQL ->
                List.of(
                        "set search_path = s2",
                        "set search_path to s2, public",
                        "set session search_path = 's2'",
                        "set local search_path = s2",
                        "set schema 's2'",
                        "select set_config('search_path', 's2', false)",
                        "select set_config('search_path', 's2', true)",
                        "update pg_settings set setting = 's2' where name = 'search_path'",
                        "set standard_conforming_strings = off",
                        "set role none",
                        "begin; set local search_path = s2",
                        "do $$ begin set search_path = s2; end $$",
                        "do $$ begin perform set_config('search_path', 's2', false); end $$");
            case MARIADB ->
                List.of(
                        "use " + twin,
                        "set sql_mode = 'ANSI_QUOTES'",
                        "set session sql_mode = concat(@@sql_mode, ',NO_BACKSLASH_ESCAPES')",
                        "set @@session.sql_mode = 'PIPES_AS_CONCAT'",
                        "set sql_select_limit = 1",
                        "set autocommit = 0",
                        "set completion_type = 1",
                        "set @x = (select max(v) from t)",
                        "set sql_mode = 'ORACLE'",
                        "use " + own);
        };
    }

    private static List<String> settingsBack(Database database, String own) {
        return switch (database) {
            case H2 -> List.of("set schema public", "commit", "set autocommit on");
            case POSTGRESQL ->
                List.of(
                        "reset search_path",
                        "reset all",
                        "discard all",
                        "set search_path to default",
                        "rollback",
                        "commit");
            case MARIADB ->
                List.of("use " + own, "set sql_mode = default", "set autocommit = 1", "set completion_type = 0");
        };
    }

    private static List<String> renewal(Database database, String own, String twin) {
        return switch (database) {
            case H2 -> List.of("drop all objects");
            case POSTGRESQL -> List.of("drop schema public cascade", "drop schema s2 cascade", "create schema public");
            case MARIADB ->
                List.of(
                        "drop database " + twin,
                        "drop database " + own,
                        "create database " + own + " character set utf8mb4");
        };
    }

    private static void tables(List<String> ddl, String key) {
        ddl.add("create schema s2");
        for (String table : List.of("t", "s2.t"))
            ddl.add("create table " + table + " (id int primary key, grp int, v int " + key + ", note varchar(20))");
        ddl.add("create table u (id int primary key, v int)");
    }

    private static void h2(List<String> ddl, List<String> statements, List<String> carriers) {
        tables(ddl, "");
        ddl.add("create view vt as select id, v from t where grp = 1");
        ddl.add("create alias rf deterministic for 'dev.jooqcache.fuzz.HostileSeeds.two'");
        ddl.add("create alias wf for 'dev.jooqcache.fuzz.HostileSeeds.write'");
        ddl.add("create domain d as int default 7");
        ddl.add("create sequence sq");
        statements.addAll(List.of(
                "merge into t (id, grp, v, note) key (id) values (1, 1, 1, 'm')",
                "merge into u using t on u.id = t.id when matched then update set v = t.v when not matched then insert values (t.id, 1)",
                "select * from final table (update u set v = v + 1 where id = 1)",
                "set schema s2",
                "set schema public",
                "set @x = 1",
                "set lock_timeout 100",
                "set autocommit off",
                "set autocommit on",
                "values (1, 2)",
                "table u",
                "truncate table u",
                "select next value for sq",
                "begin"));
        carriers.addAll(List.of(
                "select * from final table (%s)",
                "select * from old table (%s)", "explain plan for %s", "table (%s)", "call (%s)", "set @x = (%s)"));
    }

    private static void postgres(List<String> ddl, List<String> statements, List<String> names, List<String> carriers) {
        tables(ddl, "");
        ddl.add("create view vt as select id, v from t where grp = 1");
        ddl.add("create function rf() returns int language sql stable as 'select count(*)::int from u'");
        ddl.add("create function wf() returns int language sql as"
                + " 'update u set v = v + 1 where id = 3 returning v'");
        ddl.add("create sequence sq");
        ddl.add("create table pt (id int, v int) partition by range (id)");
        ddl.add("create table pt1 partition of pt for values from (0) to (4)");
        ddl.add("create table pt2 partition of pt default");
        ddl.add(
                "create function tf() returns trigger language plpgsql as $$ begin update u set v = v + 1 where id = new.id;"
                        + " return new; end $$");
        ddl.add("create trigger tr before insert or update on s2.t for each row execute function tf()");
        statements.addAll(List.of(
                "insert into t (id, grp, v, note) values (1, 1, 1, 'a') on conflict (id) do update set v = excluded.v",
                "insert into u (id, v) values (1, 1) on conflict do nothing returning id",
                "update t set v = u.v from u where u.id = t.id and t.id = 1",
                "update only t set (v, grp) = (1, 2) where id = 1 returning *",
                "delete from t using u where u.id = t.id and u.id = 1",
                "with w as (update u set v = v + 1 where id = 1 returning id) select * from w",
                "with w as (delete from t where id = 1 returning id) insert into u select id, 1 from w",
                "merge into u using t on u.id = t.id when matched then update set v = t.v",
                "insert into pt values (1, 1)",
                "update pt1 set v = v + 1 where id = 1",
                "delete from pt where id = 1",
                "set search_path = s2",
                "set search_path to public",
                "set local search_path = s2, public",
                "select set_config('search_path', 's2', true)",
                "reset search_path",
                "set standard_conforming_strings = off",
                "set standard_conforming_strings = on",
                "set statement_timeout = 1000",
                "select nextval('sq')",
                "begin",
                "truncate u",
                "table u",
                "values (1, 2)",
                "prepare p as select 1",
                "execute p",
                "deallocate p",
                "declare c cursor for select * from t",
                "fetch c",
                "do $$ begin perform 1; end $$",
                "call hp()",
                "select 'a' || note from t where v::text = '1'",
                "select array[1, 2] && array[v] from t"));
        names.addAll(List.of("pt", "pt1", "excluded", "only t"));
        carriers.addAll(List.of(
                "explain (analyze) %s",
                "explain (analyze false) %s",
                "prepare p as %s",
                "prepare p (int) as %s",
                "do $$ begin %s; end $$",
                "do '%q'",
                "declare c cursor for %s",
                "with w as (%s returning *) select * from w",
                "with w as (%s) %o",
                "%s returning *",
                "create materialized view m as %s",
                "begin; %s; commit",
                "select * from u where id in (%s)"));
    }

    private static void mariaDb(
            List<String> ddl,
            List<String> statements,
            List<String> names,
            List<String> carriers,
            String own,
            String twin) {
        ddl.add("create table t (id int primary key, grp int, v int, note varchar(20))");
        ddl.add("create database " + twin);
        ddl.add("create table " + twin + ".t (id int primary key, grp int, v int, note varchar(20))");
        ddl.add("create table u (id int primary key, v int)");
        ddl.add("create view vt as select id, v from t where grp = 1");
        ddl.add("create function rf() returns int reads sql data return (select count(*) from u)");
        ddl.add("create function wf() returns int begin update u set v = v + 1 where id = 3; return 1; end");
        ddl.add("create trigger " + twin + ".tr after update on " + twin + ".t for each row update " + own
                + ".u set v = v + 1 where id = new.id");
        ddl.add("create trigger tr2 before update on t for each row set new.note = concat('x', new.v)");
        statements.addAll(List.of(
                "insert into t (id, grp, v, note) values (1, 1, 1, 'a') on duplicate key update v = v + 1",
                "insert ignore into u set id = 1, v = 2",
                "replace into u values (1, 5)",
                "replace into t (id, grp, v, note) select id, 1, v, 'r' from u where id = 1",
                "update t, u set t.v = u.v where t.id = u.id and t.id = 1",
                "update t join u on u.id = t.id set u.v = t.v + 1 where t.id = 1",
                "update low_priority ignore u set v = v + 1 where id = 1 order by id limit 1",
                "delete t from t join u on u.id = t.id where u.id = 1",
                "delete from t using t join u on u.id = t.id where u.id = 1",
                "delete from u where id = 1 returning id",
                "insert into u values (1, 1) returning id, v",
                "set @x = 1",
                "set @x = rf()",
                "set session max_statement_time = 20",
                "set sql_mode = 'ANSI_QUOTES'",
                "set sql_mode = 'NO_BACKSLASH_ESCAPES'",
                "set sql_mode = ''",
                "set autocommit = 0",
                "set autocommit = 1",
                "use " + twin,
                "start transaction",
                "begin",
                "truncate table u",
                "do rf()",
                "call hp()",
                "select last_insert_id()",
                "select found_rows()",
                "select sql_calc_found_rows * from t limit 1",
                "select v into @x from t where id = 1",
                "handler u open",
                "handler u read first",
                "handler u close",
                "prepare p from 'select 1'",
                "execute p",
                "deallocate prepare p",
                "show tables",
                "describe t",
                "set statement max_statement_time = 20 for select 1",
                "check table t",
                "checksum table t"));
        names.addAll(List.of("low_priority", "ignore", "quick", "@x"));
        carriers.addAll(List.of(
                "set statement max_statement_time = 20 for %s",
                "begin not atomic %s; end",
                "describe %s",
                "explain format=json %s",
                "analyze format=json %s",
                "/*! %s */",
                "/*M!100100 %s */",
                "if 1 then %s; end if",
                "set @x = (%s)",
                "do (%s)",
                "%s on duplicate key update v = v + 1",
                "%s returning id",
                "start transaction; %s; commit",
                "execute immediate concat('%q')"));
    }

    /** What H2's function that reads nothing answers. */
    public static int two() {
        return 2;
    }

    /** What H2's function that writes does. */
    public static int write(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return statement.executeUpdate("update public.u set v = v + 1 where id = 3");
        }
    }
}
