package dev.jooqcache.reads;

import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.Fixture;
import org.jooq.DSLContext;
import org.jooq.ForeignKey;
import org.jooq.InverseForeignKey;
import org.jooq.Name;
import org.jooq.Path;
import org.jooq.Record;
import org.jooq.Schema;
import org.jooq.Table;
import org.jooq.TableField;
import org.jooq.UniqueKey;
import org.jooq.impl.DSL;
import org.jooq.impl.Internal;
import org.jooq.impl.SQLDataType;
import org.jooq.impl.SchemaImpl;
import org.jooq.impl.TableImpl;

/**
 * Two tables as the code generator writes them, with their schema and their paths: {@code a} is read everywhere, {@code x}
 * in one place only. Writing x from 10 to 5 changes the answer of every query of these tests.
 */
final class Library {

    static final Schema PUBLIC = new Public();
    static final A A = new A(DSL.name("a"), null);
    static final X X = new X(DSL.name("x"), null, null, null, null);

    static final String[] DDL = {
        "create table a (id int primary key, x_id int not null, v int not null, created_at int, updated int)",
        "create table x (id int primary key, v int not null)",
        "insert into a (id, x_id, v) values (1, 1, 5), (2, 1, 10)",
        "insert into x values (1, 10)"
    };

    private Library() {}

    static Fixture fixture(Database database) {
        return Fixture.empty(database).with(DDL);
    }

    /** Changes the table that is read in one place only. */
    static void change(DSLContext dsl) {
        dsl.update(X).set(X.V, 5).execute();
    }

    static final class Public extends SchemaImpl {
        private static final long serialVersionUID = 1L;

        Public() {
            super(DSL.name("public"));
        }
    }

    static final class A extends TableImpl<Record> {
        private static final long serialVersionUID = 1L;

        final TableField<Record, Integer> ID = createField(DSL.name("id"), SQLDataType.INTEGER, this, "");
        final TableField<Record, Integer> X_ID = createField(DSL.name("x_id"), SQLDataType.INTEGER, this, "");
        final TableField<Record, Integer> V = createField(DSL.name("v"), SQLDataType.INTEGER, this, "");

        A(Name name, Table<Record> aliased) {
            super(name, null, aliased);
        }

        @Override
        public A as(String alias) {
            return new A(DSL.name(alias), this);
        }

        XPath x() {
            return new XPath(this, toX());
        }

        private ForeignKey<Record, Record> toX() {
            return Internal.createForeignKey(
                    this,
                    DSL.name("a_x_fkey"),
                    new TableField[] {X_ID},
                    Library.X.getPrimaryKey(),
                    new TableField[] {Library.X.ID},
                    true);
        }
    }

    /** The table, reached from a. */
    static final class XPath extends X implements Path<Record> {
        private static final long serialVersionUID = 1L;

        XPath(Table<Record> path, ForeignKey<Record, Record> childPath) {
            super(DSL.name("x"), path, childPath, null, Library.X);
        }
    }

    static class X extends TableImpl<Record> {
        private static final long serialVersionUID = 1L;

        final TableField<Record, Integer> ID = createField(DSL.name("id"), SQLDataType.INTEGER, this, "");
        final TableField<Record, Integer> V = createField(DSL.name("v"), SQLDataType.INTEGER, this, "");

        X(
                Name name,
                Table<Record> path,
                ForeignKey<Record, Record> childPath,
                InverseForeignKey<Record, Record> parentPath,
                Table<Record> aliased) {
            super(
                    path == null ? name : Internal.createPathAlias(path, childPath, parentPath),
                    null,
                    path,
                    childPath,
                    parentPath,
                    aliased,
                    null,
                    DSL.comment(""));
        }

        @Override
        public UniqueKey<Record> getPrimaryKey() {
            return Internal.createUniqueKey(this, DSL.name("x_pkey"), new TableField[] {ID}, true);
        }

        @Override
        public X as(String alias) {
            return new X(DSL.name(alias), null, null, null, this);
        }
    }
}
