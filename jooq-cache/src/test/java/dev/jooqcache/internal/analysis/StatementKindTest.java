package dev.jooqcache.internal.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.internal.transaction.Effect;
import org.jooq.SQLDialect;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StatementKindTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    begin                                          | POSTGRES | BEGIN
                    BEGIN WORK                                     | POSTGRES | BEGIN
                    start transaction read only                    | POSTGRES | BEGIN
                    begin isolation level serializable             | POSTGRES | BEGIN_WITH_MODES
                    start transaction with consistent snapshot     | MARIADB  | BEGIN_WITH_MODES
                    begin read only deferrable                     | POSTGRES | BEGIN
                    begin immediate                                | SQLITE   | AUTOCOMMIT
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
                    explain analyze select 1 from x                | POSTGRES | NONE
                    explain (analyze) (select 1 from x)            | POSTGRES | NONE
                    explain analyze select set_config('a', 'b', false) | POSTGRES | SESSION
                    explain analyze execute p                      | POSTGRES | CODE
                    explain update x set v = 1                     | POSTGRES | NONE
                    analyze x                                      | POSTGRES | SCHEMA
                    analyze table x                                | MARIADB  | SCHEMA
                    describe x                                     | MARIADB  | NONE
                    copy (select 1 from x) to stdout               | POSTGRES | NONE
                    create table y with (fillfactor = 70) as select 1 | POSTGRES | SCHEMA
                    create table y as select set_config('a', 'b', false) | POSTGRES | TEMPORARY_TABLE
                    create table y as execute p                    | POSTGRES | CODE
                    create table y (id int) with system versioning | MARIADB  | SCHEMA
                    call p()                                       | POSTGRES | CODE
                    drop table book                                | H2       | SCHEMA
                    create temporary table book (id int)           | H2       | TEMPORARY_TABLE
                    set schema s2; insert into book values (1)     | H2       | TEMPORARY_TABLE
                    begin; create table x (id int); commit         | POSTGRES | AUTOCOMMIT
                    """)
    void plan_ofControlStatement_hasItsEffect(String sql, SQLDialect dialect, Effect.Kind kind) {
        assertThat(Planner.plan(sql, dialect).control().kind()).isEqualTo(kind);
    }
}
