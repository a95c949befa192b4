package dev.jooqcache.internal.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.BypassReason;
import dev.jooqcache.internal.dependency.StatementEffect;
import org.jooq.SQLDialect;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlannerTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    begin                                          | POSTGRES | BEGIN
                    BEGIN WORK                                     | POSTGRES | BEGIN
                    start transaction read only                    | POSTGRES | BEGIN
                    begin isolation level serializable             | POSTGRES | BEGIN_WITH_MODES
                    start transaction with consistent snapshot     | MARIADB  | BEGIN_WITH_MODES
                    begin read only deferrable                     | POSTGRES | BEGIN
                    begin immediate                                | SQLITE   | BEGIN
                    begin exclusive transaction                    | SQLITE   | BEGIN
                    begin immediate                                | POSTGRES | AUTOCOMMIT
                    pragma table_info(t)                           | SQLITE   | NONE
                    pragma main.journal_mode                       | SQLITE   | NONE
                    pragma journal_mode = off                      | SQLITE   | TEMPORARY_TABLE
                    pragma case_sensitive_like = 1                 | SQLITE   | SESSION
                    pragma writable_schema = 1                     | SQLITE   | TEMPORARY_TABLE
                    pragma table_info(t)                           | POSTGRES | CODE
                    savepoint s                                    | SQLITE   | AUTOCOMMIT
                    savepoint s                                    | POSTGRES | NONE
                    xa start 'x'                                   | MARIADB  | AUTOCOMMIT
                    set autocommit = 0                             | MARIADB  | AUTOCOMMIT
                    commit and chain                               | POSTGRES | AUTOCOMMIT
                    commit                                         | POSTGRES | COMMIT
                    rollback to savepoint s                        | H2       | ROLLBACK_TO_SAVEPOINT
                    prepare transaction 'x'                        | POSTGRES | PREPARE
                    set schema s2                                  | H2       | SESSION
                    set referential_integrity false                | H2       | TEMPORARY_TABLE
                    set search_path = s2                           | POSTGRES | SESSION
                    set default_transaction_isolation = 'serializable' | POSTGRES | SESSION_ISOLATION
                    set password = 'x'                             | MARIADB  | TEMPORARY_TABLE
                    set password for x@y = 'x'                     | MARIADB  | TEMPORARY_TABLE
                    set default role none                          | MARIADB  | TEMPORARY_TABLE
                    set resource group x                           | MYSQL    | TEMPORARY_TABLE
                    set x = 1, password = 'x'                      | MARIADB  | TEMPORARY_TABLE
                    set @x = 1, @@session.sql_mode = 'a', time_zone = '+01:00' | MARIADB | SESSION
                    set names utf8mb4 collate utf8mb4_bin          | MARIADB  | SESSION
                    set role none                                  | MARIADB  | SESSION
                    set session transaction isolation level repeatable read | MARIADB | SESSION_ISOLATION
                    reset query cache                              | MARIADB  | TEMPORARY_TABLE
                    reset slave                                    | MARIADB  | TEMPORARY_TABLE
                    reset role                                     | POSTGRES | SESSION
                    use other                                      | MARIADB  | SESSION
                    explain                                        | MARIADB  | CODE
                    explain for connection 5                       | MARIADB  | CODE
                    describe s.x                                   | MARIADB  | NONE
                    describe x 'a%'                                | MARIADB  | NONE
                    desc x y                                       | MARIADB  | NONE
                    explain execute p                              | POSTGRES | CODE
                    explain insert ignore into x select 1          | MARIADB  | NONE
                    notify x                                       | MARIADB  | CODE
                    notify x                                       | POSTGRES | NONE
                    lock tables book write                         | MARIADB  | UNKNOWN
                    lock table book                                | POSTGRES | NONE
                    set statement lock_wait_timeout = 1 for commit | MARIADB  | COMMIT
                    set statement lock_wait_timeout = 1 for drop table x | MARIADB  | SCHEMA
                    set statement sql_mode = 'oracle' for update x set v = 1 | MARIADB  | CODE
                    set statement lock_wait_timeout = f() for select 1 | MARIADB  | TEMPORARY_TABLE
                    set statement time_zone = '+01:00' for select 1 from x | MARIADB  | NONE
                    execute immediate 'start transaction'          | MARIADB  | BEGIN
                    execute immediate 'set @@autocommit = 0'       | MARIADB  | AUTOCOMMIT
                    execute immediate concat('a', 'b')             | MARIADB  | CODE
                    explain (analyze) (select 1 from x)            | POSTGRES | NONE
                    explain analyze select set_config('a', 'b', false) | POSTGRES | SESSION
                    explain analyze execute p                      | POSTGRES | CODE
                    explain update x set v = 1                     | POSTGRES | NONE
                    describe x                                     | MARIADB  | NONE
                    copy (select 1 from x) to stdout               | POSTGRES | NONE
                    create table y with (fillfactor = 70) as select 1 | POSTGRES | SCHEMA
                    create table y as select set_config('a', 'b', false) | POSTGRES | TEMPORARY_TABLE
                    create table y as execute p                    | POSTGRES | CODE
                    create table y (id int) with system versioning | MARIADB  | SCHEMA
                    analyze book                                   | POSTGRES | NONE
                    vacuum (full, analyze) book                    | POSTGRES | NONE
                    comment on table book is 'x'                   | POSTGRES | SCHEMA
                    refresh materialized view m                    | POSTGRES | SCHEMA
                    explain analyze select id from book            | POSTGRES | NONE
                    explain (analyze, buffers) select id from book | POSTGRES | NONE
                    explain analyze update book set id = 1         | POSTGRES | NONE
                    explain (analyze) with x as (delete from book returning id) select id from x | POSTGRES | NONE
                    explain analyze select id into x from book     | POSTGRES | UNKNOWN
                    declare c cursor with hold for select id from book | POSTGRES | NONE
                    fetch 10 from c                                | POSTGRES | NONE
                    declare c cursor for select id from book       | MARIADB  | CODE
                    analyze table book                             | MARIADB  | IMPLICIT_COMMIT
                    optimize no_write_to_binlog table book         | MARIADB  | IMPLICIT_COMMIT
                    check tables book                              | MARIADB  | IMPLICIT_COMMIT
                    repair table book                              | MARIADB  | SCHEMA
                    analyze update book set id = 1                 | MARIADB  | NONE
                    analyze format=json select id from book        | MARIADB  | NONE
                    analyze                                        | H2       | IMPLICIT_COMMIT
                    comment on table book is 'x'                   | H2       | IMPLICIT_COMMIT
                    analyze                                        | SQLITE   | NONE
                    vacuum                                         | SQLITE   | SCHEMA
                    vacuum                                         | DUCKDB   | SCHEMA
                    call p()                                       | POSTGRES | CODE
                    drop table book                                | H2       | SCHEMA
                    create temporary table book (id int)           | H2       | TEMPORARY_TABLE
                    set schema s2; insert into book values (1)     | H2       | TEMPORARY_TABLE
                    begin; create table x (id int); commit         | POSTGRES | AUTOCOMMIT
                    """)
    void plan_ofControlStatement_hasItsEffect(String sql, SQLDialect dialect, StatementEffect.Kind kind) {
        assertThat(Planner.plan(sql, dialect).control().kind()).isEqualTo(kind);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select date(t) from x",
                "select strftime('%Y', t) from x",
                "select id from x where julianday(x.t) > 1",
                "select datetime(lower('NOW')) from x",
                "select unixepoch(\"t\") from x",
                "select timediff('2020-01-01', t) from x"
            })
    void plan_ofSqlitesTimeOfAColumn_moves(String sql) {
        assertThat(Planner.plan(sql, SQLDialect.SQLITE).reason()).isEqualTo(BypassReason.NONDETERMINISTIC_FUNCTION);
    }

    @ParameterizedTest
    @ValueSource(strings = {"select date('2020-01-01'), t from x", "select t from x where t < datetime(?, '+1 day')"})
    void plan_ofSqlitesTimeOfAValue_isRead(String sql) {
        assertThat(Planner.plan(sql, SQLDialect.SQLITE).reason()).isNull();
    }
}
