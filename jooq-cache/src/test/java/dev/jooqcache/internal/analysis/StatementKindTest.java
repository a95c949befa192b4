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
                    lock tables book write                         | MARIADB  | UNKNOWN
                    lock table book                                | POSTGRES | NONE
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
