package dev.jooqcache.reads;

import static dev.jooqcache.reads.Library.A;
import static dev.jooqcache.reads.Library.X;
import static org.assertj.core.api.Assertions.assertThat;
import static org.jooq.impl.DSL.exists;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.selectOne;
import static org.jooq.impl.DSL.table;

import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Name;
import org.jooq.Record;
import org.jooq.ResultQuery;
import org.jooq.Schema;
import org.jooq.Table;
import org.jooq.TableField;
import org.jooq.conf.MappedSchema;
import org.jooq.conf.MappedTable;
import org.jooq.conf.RenderMapping;
import org.jooq.conf.Settings;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jooq.impl.TableImpl;
import org.junit.jupiter.api.Tag;

/** Scenario R5: a table that is read under another name, or by the name of its schema. */
@Tag("R5")
class AliasAndSchemaTest {

    private static final Field<Integer> V = field(name("v"), SQLDataType.INTEGER);

    private static void assertSeen(
            Fixture f, Function<DSLContext, ResultQuery<Record>> read, Consumer<DSLContext> write) {
        var before = f.warm(read);
        write.accept(f.dsl);
        assertThat(f.assertFresh(read)).isNotEqualTo(before);
        f.warm(read);
    }

    @DatabaseTest
    void write_ofASelfJoinedTable_invalidates(Database database) {
        Library.X one = X.as("one");
        Library.X two = X.as("two");
        try (Fixture f = Library.fixture(database)) {
            for (int i = 0; i < 2; i++) {
                Consumer<DSLContext> write =
                        dsl -> dsl.update(X).set(X.V, X.V.plus(1)).execute();
                assertSeen(
                        f,
                        dsl -> dsl.select(List.of(one.V, two.ID))
                                .from(one)
                                .join(two)
                                .on(one.ID.eq(two.ID)),
                        write);
                assertSeen(
                        f,
                        dsl -> dsl.select(List.of(X.V))
                                .from(X)
                                .where(exists(selectOne().from(two).where(two.V.eq(X.V)))),
                        write);
                assertSeen(f, dsl -> dsl.resultQuery("select p.v from x as p join x q on p.id = q.id"), write);
            }
        }
    }

    /** The name of a table as the alias of another hides neither. */
    @DatabaseTest
    void write_ofATableWhoseAliasIsAnothersName_invalidates(Database database) {
        Library.X xCalledA = X.as("a");
        Library.A aCalledX = A.as("x");
        try (Fixture f = Library.fixture(database)) {
            for (Function<DSLContext, ResultQuery<Record>> read : List.<Function<DSLContext, ResultQuery<Record>>>of(
                    dsl -> dsl.select(List.of(xCalledA.V)).from(xCalledA),
                    dsl -> dsl.select(List.of(aCalledX.V, xCalledA.V))
                            .from(aCalledX, xCalledA)
                            .orderBy(aCalledX.ID),
                    dsl -> dsl.resultQuery("select a.v from x a"),
                    dsl -> dsl.resultQuery("select x.v, a.v as w from a as x, x as a order by x.id"),
                    dsl -> dsl.select(List.of(X.V))
                            .from(X)
                            .where(exists(selectOne().from(aCalledX).where(aCalledX.ID.eq(1)))))) {
                assertSeen(f, read, dsl -> dsl.update(X).set(X.V, X.V.plus(1)).execute());
                assertSeen(
                        f,
                        read,
                        dsl -> dsl.update(X.as("a"))
                                .set(X.as("a").V, X.as("a").V.plus(1))
                                .execute());
                assertSeen(f, read, dsl -> dsl.execute("update x set v = v + 1"));
            }
            Function<DSLContext, ResultQuery<Record>> both =
                    dsl -> dsl.select(List.of(aCalledX.V, xCalledA.V)).from(aCalledX, xCalledA);
            assertSeen(f, both, dsl -> dsl.update(A).set(A.V, A.V.plus(1)).execute());
        }
    }

    /** A second schema, with a table of a name that the first has, too, and one that it has not. */
    private static Fixture twoSchemas(Database database) {
        Fixture f = Library.fixture(database);
        String other = other(f);
        return f.with(
                "create schema " + other,
                "create table " + other + ".x (id int primary key, v int not null)",
                "create table " + other + ".y (id int primary key, v int not null)",
                "insert into " + other + ".x values (1, 100)",
                "insert into " + other + ".y values (1, 1000)");
    }

    /** MariaDB's schemas are databases of the whole server, so there every test needs a name of its own. */
    private static String other(Fixture f) {
        return f.database == Database.MARIADB
                ? "other_" + f.unseen.fetchValue("select database()", String.class)
                : "other";
    }

    @DatabaseTest
    void write_ofAnotherSchemasTable_invalidates(Database database) {
        try (Fixture f = twoSchemas(database)) {
            String other = other(f);
            for (String t : List.of("x", "y")) {
                Table<Record> qualified = table(name(other, t));
                for (Function<DSLContext, ResultQuery<Record>> read :
                        List.<Function<DSLContext, ResultQuery<Record>>>of(
                                dsl -> dsl.select(List.of(V)).from(qualified),
                                dsl -> dsl.select(List.of(V)).from(qualified.as("x")),
                                dsl -> dsl.select(List.of(V)).from(other + "." + t),
                                dsl -> dsl.resultQuery("select v from " + other + "." + t))) {
                    assertSeen(
                            f,
                            read,
                            dsl -> dsl.update(qualified).set(V, V.plus(1)).execute());
                    assertSeen(f, read, dsl -> dsl.execute("update " + other + "." + t + " set v = v + 1"));
                    assertSeen(f, read, dsl -> inSchema(f, other, "update " + t + " set v = v + 1"));
                }
                f.warm(dsl -> dsl.selectFrom(A));
                f.dsl.update(qualified).set(V, V.plus(1)).execute();
                assertThat(f.during(() -> f.dsl.selectFrom(A).fetch()).hits())
                        .as("another table's result stays cached")
                        .isEqualTo(1);
            }
            if (database == Database.MARIADB) f.unseen.execute("drop database " + other);
        }
    }

    /** On a connection of its own, by an unqualified name. */
    private static void inSchema(Fixture f, String schema, String sql) {
        try (Connection connection = DriverManager.getConnection(f.pool.getJdbcUrl())) {
            DSLContext session = f.cache
                    .derive(DSL.using(connection, f.database.dialect()).configuration())
                    .dsl();
            session.execute(
                    switch (f.database) {
                        case H2 -> "set schema " + schema;
                        case POSTGRESQL -> "set search_path = " + schema;
                        case MARIADB -> "use " + schema;
                    });
            session.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The rows of the schema that the session is in, not those that another session has cached under that name. */
    @DatabaseTest
    void read_ofAnUnqualifiedNameInAnotherSchema_isItsOwn(Database database) throws SQLException {
        try (Fixture f = twoSchemas(database)) {
            String other = other(f);
            f.warm(dsl -> dsl.resultQuery("select v from x"));
            try (Connection connection = f.tracked.getConnection()) {
                DSLContext session = f.cache
                        .derive(DSL.using(connection, database.dialect()).configuration())
                        .dsl();
                if (database == Database.MARIADB) connection.setCatalog(other);
                else connection.setSchema(other);
                for (int i = 0; i < 2; i++)
                    assertThat(session.fetchValue("select v from x")).isEqualTo(100);
            }
            // The pool does not set the schema back.
            f.pool.getHikariPoolMXBean().softEvictConnections();
            assertThat(f.dsl.fetchValue("select v from x")).isEqualTo(10);
            if (database == Database.MARIADB) f.unseen.execute("drop database " + other);
        }
    }

    @DatabaseTest
    void write_ofAMappedTable_invalidates(Database database) {
        Generated generated = new Generated();
        try (Fixture f = twoSchemas(database)) {
            String other = other(f);
            DSLContext mapped =
                    mapped(f, other, new MappedTable().withInput("x").withOutput("y"));
            DSLContext sameName = mapped(f, other);
            for (DSLContext dsl : List.of(mapped, sameName)) {
                String real = other + (dsl == mapped ? ".y" : ".x");
                Function<DSLContext, ResultQuery<Record>> read =
                        any -> dsl.select(List.of(generated.v)).from(generated);
                assertSeen(
                        f,
                        read,
                        any -> dsl.update(generated)
                                .set(generated.v, generated.v.plus(1))
                                .execute());
                assertSeen(f, read, any -> any.execute("update " + real + " set v = v + 1"));
                assertSeen(
                        f,
                        read,
                        any -> any.update(table(DSL.name(real.split("\\."))))
                                .set(V, V.plus(1))
                                .execute());
                f.warm(any -> dsl.select(List.of(generated.v)).from(generated));
                assertThat(dsl.fetchValue(dsl.select(generated.v).from(generated)))
                        .isEqualTo(f.unseen.fetchValue("select v from " + real));
            }
            // The table that generated code names, before it is mapped, is another one.
            f.warm(any -> mapped.select(List.of(generated.v)).from(generated));
            f.dsl.update(X).set(X.V, X.V.plus(1)).execute();
            assertThat(f.during(() -> mapped.select(List.of(generated.v))
                                    .from(generated)
                                    .fetch())
                            .hits())
                    .isEqualTo(1);
            if (database == Database.MARIADB) f.unseen.execute("drop database " + other);
        }
    }

    private static DSLContext mapped(Fixture f, String other, MappedTable... tables) {
        MappedSchema schema =
                new MappedSchema().withInput("public").withOutput(other).withTables(tables);
        Settings settings = new Settings().withRenderMapping(new RenderMapping().withSchemata(schema));
        return f.dsl.configuration().derive(settings).dsl();
    }

    /** With its schema, as the code generator writes it. */
    private static final class Generated extends TableImpl<Record> {
        private static final long serialVersionUID = 1L;

        final TableField<Record, Integer> v = createField(name("v"), SQLDataType.INTEGER, this, "");

        Generated() {
            super(name("x"), null);
        }

        private Generated(Name alias, Table<Record> aliased) {
            super(alias, null, aliased);
        }

        @Override
        public Schema getSchema() {
            return Library.PUBLIC;
        }

        @Override
        public Generated as(String alias) {
            return new Generated(DSL.name(alias), this);
        }
    }
}
