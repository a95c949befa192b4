package dev.jooqcache.fidelity;

import dev.jooqcache.testing.Fixture;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import org.jooq.DataType;
import org.jooq.Record;
import org.jooq.TableField;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jooq.impl.TableImpl;

/**
 * One type of column: how the database and jOOQ spell it, and literals to fill a table with. Every table also has a row
 * with {@code NULL}.
 */
record ColumnType(String name, String ddl, DataType<?> type, List<String> literals) {

    static ColumnType of(String name, String ddl, DataType<?> type, String... literals) {
        return new ColumnType(name, ddl, type, List.of(literals));
    }

    static ColumnType of(String ddl, DataType<?> type, String... literals) {
        return of(ddl, ddl, type, literals);
    }

    /** The tables of several types, filled. */
    static List<Table> create(Fixture fixture, List<ColumnType> types) {
        List<Table> tables = new ArrayList<>();
        for (ColumnType type : types) tables.add(type.create(fixture, "t_" + tables.size()));
        return tables;
    }

    private Table create(Fixture fixture, String table) {
        fixture.with("create table " + table + " (id int primary key, v " + ddl + ")");
        int id = 0;
        for (String literal : literals)
            fixture.with("insert into " + table + " values (" + ++id + ", " + literal + ")");
        fixture.with("insert into " + table + " values (" + ++id + ", null)");
        return new Table(table, this);
    }

    /** One table with a column of each type, a row of first literals, and a row of {@code NULL}. */
    static Wide wide(Fixture fixture, List<ColumnType> types) {
        StringJoiner columns = new StringJoiner(", ", "create table wide (id int primary key, ", ")");
        StringJoiner literals = new StringJoiner(", ", "insert into wide values (1, ", ")");
        for (int i = 0; i < types.size(); i++) {
            columns.add("c_" + i + " " + types.get(i).ddl);
            literals.add(types.get(i).literals.get(0));
        }
        fixture.with(columns.toString(), literals.toString(), "insert into wide (id) values (2)");
        return new Wide(types);
    }

    /** As the code generator would write it. */
    static final class Table extends TableImpl<Record> {
        private static final long serialVersionUID = 1L;

        final transient ColumnType columnType;
        final TableField<Record, Integer> id =
                createField(DSL.name("id"), SQLDataType.INTEGER.nullable(false), this, "");
        final TableField<Record, ?> v;

        private Table(String name, ColumnType columnType) {
            super(DSL.name(name));
            this.columnType = columnType;
            this.v = createField(DSL.name("v"), columnType.type, this, "");
        }
    }

    /** As the code generator would write it. */
    static final class Wide extends TableImpl<Record> {
        private static final long serialVersionUID = 1L;

        final TableField<Record, Integer> id =
                createField(DSL.name("id"), SQLDataType.INTEGER.nullable(false), this, "");

        private Wide(List<ColumnType> types) {
            super(DSL.name("wide"));
            for (int i = 0; i < types.size(); i++) createField(DSL.name("c_" + i), types.get(i).type, this, "");
        }
    }
}
