package dev.jooqcache.internal.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.model.TableName;
import java.util.stream.Collectors;
import org.jooq.SQLDialect;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("What the words of a body write, and when they are not understood")
class RoutineBodyTest {

    private static RoutineBody body(RoutineLanguage language, String text) {
        SQLDialect dialect = language == RoutineLanguage.PSM ? SQLDialect.MARIADB : SQLDialect.POSTGRES;
        SqlLexer lexer = new SqlLexer(text, dialect);
        assertThat(lexer.isUnderstood()).isTrue();
        return new RoutineBody(lexer.tokens(), language);
    }

    private static String writes(RoutineBody body) {
        return body.writes().stream().map(Object::toString).sorted().collect(Collectors.joining(", "));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', nullValues = "-", textBlock = """
        PLPGSQL | begin return new; end                                              | ~~
        PLPGSQL | begin insert into log values (new.id); return null; end            | log (insert)
        PLPGSQL | begin insert into s.log (id) select id from a; end                 | s.log (insert)
        PLPGSQL | begin insert into db.s.log default values; end                     | s.log (insert)
        PLPGSQL | begin INSERT INTO "Log" values (1); end                            | log (insert)
        PLPGSQL | begin insert into "S"."Log" values (1); end                        | s.log (insert)
        PLPGSQL | begin insert into a values (1) on conflict do nothing; end         | a (insert/update/delete)
        PLPGSQL | begin insert into a values (1) on conflict (id) do update set v = 2; end | a (insert/update/delete)
        PLPGSQL | begin insert into a values (1) returning id into x; end            | a (insert)
        PLPGSQL | begin update a set v = v + 1, w = f(1, 2) where id = 1; end        | a (update) [v, w]
        PLPGSQL | begin update only a as x set v = 1 from b where b.id = x.id; end   | a (update) [v]
        PLPGSQL | begin update a x set (v, w) = (1, 2); end                          | a (update)
        PLPGSQL | begin update a set v = 1 where current of c; end                   | a (update) [v]
        PLPGSQL | begin update a set v = 1 returning v into x; end                   | a (update) [v]
        PLPGSQL | begin delete from only a using b where b.id = a.id; end            | a (delete)
        PLPGSQL | begin truncate table a; end                                        | a (truncate)
        PLPGSQL | begin merge into a using b on true when matched then delete; end   | -
        PLPGSQL | begin merge into a using b on a.id = b.id when matched then do nothing; end | a (insert/update/delete)
        PLPGSQL | begin select v into x from a where id = 1 for update; end          | ~~
        PLPGSQL | begin select v into strict x from a for no key update; end         | ~~
        PLPGSQL | begin begin delete from a; exception when others then insert into b values (1); end; end | a (delete), b (insert)
        PLPGSQL | begin for r in select * from a loop delete from b where id = r.id; end loop; end | b (delete)
        PLPGSQL | begin with x as (delete from a returning id) insert into b select id from x; end | a (delete), b (insert)
        PLPGSQL | begin if new.v > 1 then insert into a values (1); else delete from b; end if; end | a (insert), b (delete)
        PLPGSQL | begin perform f(new.id); call p(1); end                            | ~~
        PLPGSQL | begin raise exception 'insert into b'; /* delete from a */ end     | ~~
        PLPGSQL | begin return replace(new.name, 'a', 'b'); end                      | ~~
        SQL     | select v from a where id = $1                                      | ~~
        SQL     | update a set v = 1; delete from b; select 1                        | a (update) [v], b (delete)
        SQL     | with x as (insert into a values (1) returning id) select id from x | a (insert)
        SQL     | insert or replace into a values (1)                                | a (insert/update/delete)
        SQL     | replace into a values (1)                                          | a (insert/update/delete)
        PSM     | begin declare x int default 0; set x = 1; insert into a values (x); end | a (insert)
        PSM     | begin declare x, y int; set x = 1, y = f(x, 2); end                | ~~
        PSM     | begin insert ignore into a values (1); end                         | a (insert)
        PSM     | begin insert into a values (1) on duplicate key update v = 2; end  | a (insert/update/delete)
        PSM     | begin update ignore a set a.v = 1 where id = 2; end                | a (update) [v]
        PSM     | begin delete from a where id = 1; end                              | a (delete)
        PSM     | begin signal sqlstate '45000' set message_text = 'no', mysql_errno = 1; end | ~~
        PSM     | begin if insert(new.s, 1, 1, 'x') = replace(new.s, 'a', 'b') then delete from `B`; end if; end | b (delete)
        PSM     | begin while x < 1 do delete from a; end while; end                 | a (delete)
        PSM     | update low_priority ignore a set v = 1                             | a (update) [v]
        PSM     | begin declare exit handler for sqlstate value '23000', not found begin end; delete from a; end | a (delete)
        PSM     | begin declare continue handler for 1062 delete from b; insert into a values (1); end | a (insert), b (delete)
        PSM     | l: begin if x then leave l; elseif y then delete from a; else begin end; end if; end l | a (delete)
        PSM     | begin case x when 1 then delete from a; else set @y = 1; end case; end | -
        PSM     | begin case x when 1 then delete from a; else delete from b; end case; end | a (delete), b (delete)
        PSM     | begin for r in (select 1 from b) do delete from a; end for; end    | a (delete)
        PSM     | begin repeat delete from a; until x end repeat; l: loop leave l; end loop l; end | a (delete)
        PSM     | begin declare c cursor for select 1; declare x int default case 1 when 1 then 2 end; open c; fetch c into x; close c; end | ~~
        PLPGSQL | <<l>> declare x int := case when true then 1 end; begin case x when 1 then delete from a; else null; end case; end l; | a (delete)
        PLPGSQL | begin while x < 1 loop x := x + 1; continue when x = 3; end loop; foreach x in array y loop delete from a; end loop; end | a (delete)
        PLPGSQL | begin if case when x then y end then null; elsif z then delete from a; else exit l; end if; end | a (delete)
        PLPGSQL | begin <<l>> begin delete from a; exception when unique_violation or others then raise; end l; end | a (delete)
        PLPGSQL | begin x.y[1].z := 2; open := 3; get stacked diagnostics x = message_text; end | ~~
        SQL     | begin atomic select 1; delete from a; end                          | a (delete)
        """)
    void writes_ofUnderstoodBody_areItsTargets(RoutineLanguage language, String text, String expected) {
        RoutineBody body = body(language, text);
        if (expected == null) {
            assertThat(body.unknown()).isNotNull();
            return;
        }
        assertThat(body.unknown()).isNull();
        assertThat(writes(body)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
        PLPGSQL | begin execute 'delete from a'; end                        | execute
        PLPGSQL | begin execute format('delete from %I', x); end            | execute
        PLPGSQL | begin return query execute q; end                         | execute
        PLPGSQL | begin open c for execute q; end                           | execute
        PLPGSQL | begin create table x (id int); end                        | create
        PLPGSQL | begin alter table a disable trigger all; end              | alter
        PLPGSQL | begin drop table a; end                                   | drop
        PLPGSQL | begin copy a from '/tmp/x'; end                           | copy
        PLPGSQL | begin refresh materialized view m; end                    | refresh
        PLPGSQL | begin set search_path = x; end                            | set
        PLPGSQL | begin set local role x; end                               | set
        PLPGSQL | begin reset role; end                                     | reset
        PLPGSQL | begin delete from a; commit; end                          | commit
        PLPGSQL | begin rollback; end                                       | rollback
        PLPGSQL | begin truncate a, b; end                                  | truncate
        PLPGSQL | begin notify x; end                                       | notify
        PLPGSQL | begin do 'begin delete from a; end'; end                  | do
        SQL     | select * into b from a                                    | into
        SQL     | select 1; create table b as select 1                      | create
        PSM     | begin prepare s from 'delete from a'; execute s; end      | prepare
        PSM     | begin execute immediate 'delete from a'; end              | execute
        PSM     | begin set sql_log_bin = 0; end                            | set
        PSM     | begin set @x = 1; end                                     | set
        PSM     | begin set session sql_mode = ''; end                      | set
        PSM     | begin declare x int; set x = 1, sql_mode = ''; end        | set
        PSM     | begin delete a from a join b on b.id = a.id; end          | delete
        PSM     | begin delete from a, b using a join b; end                | delete
        PSM     | begin delete from a using a join b; end                   | delete
        PSM     | begin update a, b set a.v = b.v; end                      | update
        PSM     | begin update a join b on b.id = a.id set b.v = 1; end     | update
        PSM     | begin insert a values (1); end                            | insert
        PSM     | begin insert delayed into a values (1); end               | insert
        PSM     | begin handler a open; end                                 | handler
        PSM     | begin load data infile 'x' into table a; end              | load
        PSM     | begin select v into outfile 'x' from a; end               | into
        PSM     | begin lock tables a write; end                            | lock
        PSM     | begin start transaction; delete from a; commit; end       | commit
        PSM     | start transaction                                         | start
        PSM     | truncate table a                                          | truncate
        PSM     | begin declare x int; optimize table a; end                | optimize
        PSM     | begin if true then repair table a; end if; end            | repair
        PSM     | begin declare exit handler for not found check table a; end | check
        PSM     | begin case 1 when 1 then flush tables; end case; end      | flush
        PSM     | begin while true do xa start 'x'; end while; end          | xa
        PSM     | l: loop purge binary logs to 'x'; end loop                | purge
        PSM     | begin begin declare sql_mode int; end; set sql_mode = ''; end | set
        PSM     | begin show tables where f(); end                          | show
        PSM     | begin set password = 'x'; end                             | set
        PSM     | begin truncate a; end                                     | truncate
        PSM     | begin select 1; end; commit                               | commit
        PSM     | begin select 1; end delete from a                         | from
        PLPGSQL | begin begin atomic delete from a; end                     | atomic
        PLPGSQL | begin checkpoint; end                                     | checkpoint
        PLPGSQL | begin <<l>> vacuum a; end                                 | vacuum
        PLPGSQL | begin if true then comment on table a is 'x'; end if; end | comment
        PLPGSQL | begin null; end; reassign owned by a to b                 | reassign
        SQL     | begin atomic explain delete from a; end                   | explain
        """)
    void body_withAnEffectThatIsNotFollowed_isUnknownAndSaysWhy(RoutineLanguage language, String text, String word) {
        assertThat(body(language, text).unknown()).isEqualTo("its body has '" + word + "'");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
        PLPGSQL | begin new.v := 1; new."W" = 2; return new; end            | [v, w]
        PLPGSQL | begin if new.v = 1 then new.w = 2; end if; return new; end | [w]
        PLPGSQL | begin if new.v = 1 and new.x = 2 then null; end if; end   | []
        PLPGSQL | begin new.list[1] := 1; return new; end                   | [list]
        PLPGSQL | begin new := old; return new; end                         | [*]
        PLPGSQL | begin select a.* into new from a; return new; end         | [*]
        PLPGSQL | begin select v into strict new.v from a; return new; end  | [*]
        PLPGSQL | begin x := new.v; return new; end                         | []
        PLPGSQL | begin f.new.v := 1; return new; end                       | [*]
        PLPGSQL | <<l>> begin l.new.v = 1; return new; end                  | [*]
        PLPGSQL | begin f.new := old; return new; end                       | [*]
        PLPGSQL | begin select 1 into f.new.v; return new; end              | [*]
        PLPGSQL | begin old.v := 1; return old; end                         | [*]
        PLPGSQL | begin select 1 into old.v; return old; end                | [*]
        PLPGSQL | begin return f.new; end                                   | [*]
        PLPGSQL | begin return old; end                                     | []
        PLPGSQL | declare new film; begin new.v := 1; return new; end       | [*, v]
        PLPGSQL | declare o alias for old; begin o.v := 1; return old; end  | [*]
        PLPGSQL | begin new.v.w := 1; new.list[new.i] := 2; return new; end | [*, list, v]
        PSM     | set new.v = 1, new.w = new.v + 1                          | [v, w]
        PSM     | begin declare x int; set x = new.v, new.w = x; end        | [w]
        PSM     | begin if new.v = 1 then set new.`W` = 2; end if; end      | [w]
        """)
    void ownColumns_areThoseAssignedInTheRowAtHand(RoutineLanguage language, String text, String expected) {
        RoutineBody body = body(language, text);
        assertThat(body.unknown()).isNull();
        assertThat(body.ownColumns().stream().map(TableName::fold).sorted().toList())
                .hasToString(expected);
        assertThat(body.writes()).isEmpty();
    }
}
