package dev.jooqcache.writes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.BypassReason;
import dev.jooqcache.testing.Books;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Blob;
import java.sql.CallableStatement;
import java.sql.Clob;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.stream.Stream;
import org.jooq.Binding;
import org.jooq.BindingGetResultSetContext;
import org.jooq.BindingGetSQLInputContext;
import org.jooq.BindingGetStatementContext;
import org.jooq.BindingRegisterContext;
import org.jooq.BindingSQLContext;
import org.jooq.BindingSetSQLOutputContext;
import org.jooq.BindingSetStatementContext;
import org.jooq.Converter;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record1;
import org.jooq.Result;
import org.jooq.ResultQuery;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.postgresql.PGConnection;
import org.postgresql.largeobject.LargeObject;

@Tag("database")
@Tag("W8")
@DisplayName("W8: large objects, of which a table has the numbers only, and other values that are written in place")
class LargeObjectTest {

    private static final byte[] NEW = "NEW".getBytes(StandardCharsets.US_ASCII);

    private static final String READ = "select doc from lob where id = 1";

    @FunctionalInterface
    private interface Work {
        void on(Connection connection) throws Exception;
    }

    private record Way(String name, Work work) {
        @Override
        public String toString() {
            return name;
        }
    }

    /** Reads the content of a large object. */
    private static final class Content implements Binding<Object, String> {
        private static final long serialVersionUID = 1L;

        @Override
        public Converter<Object, String> converter() {
            return Converter.of(Object.class, String.class, o -> (String) o, s -> s);
        }

        @Override
        public void get(BindingGetResultSetContext<String> ctx) throws SQLException {
            Blob blob = ctx.resultSet().getBlob(ctx.index());
            ctx.value(
                    blob == null ? null : new String(blob.getBytes(1, (int) blob.length()), StandardCharsets.US_ASCII));
        }

        @Override
        public void sql(BindingSQLContext<String> ctx) {}

        @Override
        public void register(BindingRegisterContext<String> ctx) {}

        @Override
        public void set(BindingSetStatementContext<String> ctx) {}

        @Override
        public void set(BindingSetSQLOutputContext<String> ctx) {}

        @Override
        public void get(BindingGetStatementContext<String> ctx) {}

        @Override
        public void get(BindingGetSQLInputContext<String> ctx) {}
    }

    private static ResultQuery<Record1<String>> content(DSLContext dsl) {
        Field<String> doc = DSL.field(DSL.name("doc"), SQLDataType.OTHER.asConvertedDataType(new Content()));
        return dsl.select(doc).from("lob").where("id = 1");
    }

    private static Result<Record1<String>> read(DSLContext dsl) {
        return dsl.transactionResult(c -> content(c.dsl()).fetch());
    }

    private static Fixture fixture() {
        return Fixture.empty(Database.POSTGRESQL)
                .with(
                        "create table lob (id int primary key, doc oid)",
                        "insert into lob values (1, lo_from_bytea(0, 'old'))",
                        "create function doc() returns oid language sql as 'select doc from lob'",
                        "create function docs() returns refcursor language plpgsql as"
                                + " 'declare c refcursor; begin open c for select doc from lob; return c; end'",
                        "create table book (id int primary key)");
    }

    private static Way query(String name, Work onRow) {
        return new Way(name, onRow);
    }

    private interface OnRow {
        void with(ResultSet row) throws Exception;
    }

    private static Way row(String name, OnRow use) {
        return query(name, connection -> {
            try (PreparedStatement statement = connection.prepareStatement(READ);
                    ResultSet rows = statement.executeQuery()) {
                rows.next();
                use.with(rows);
            }
        });
    }

    static Stream<Way> ways() {
        return Stream.of(
                row("Blob.setBytes", rows -> rows.getBlob(1).setBytes(1, NEW)),
                row("Blob.setBytes of a part", rows -> rows.getBlob("doc").setBytes(1, NEW, 0, 2)),
                row("Blob.truncate", rows -> rows.getBlob(1).truncate(1)),
                row("getObject", rows -> rows.getObject(1, Blob.class).setBytes(1, NEW)),
                row(
                        "getObject by name",
                        rows -> rows.getObject("doc", Blob.class).setBytes(1, NEW)),
                row("Blob.setBinaryStream", rows -> {
                    try (OutputStream stream = rows.getBlob(1).setBinaryStream(1)) {
                        stream.write(NEW);
                    }
                }),
                row("Clob.truncate", rows -> {
                    Clob clob = rows.getClob(1);
                    clob.truncate(1);
                }),
                query("of a plain statement", connection -> {
                    try (Statement statement = connection.createStatement()) {
                        statement.execute(READ);
                        ResultSet rows = statement.getResultSet();
                        rows.next();
                        rows.getBlob(1).setBytes(1, NEW);
                    }
                }),
                query("of an updatable result set", connection -> {
                    try (Statement statement = connection.createStatement(
                                    ResultSet.TYPE_FORWARD_ONLY, ResultSet.CONCUR_UPDATABLE);
                            ResultSet rows = statement.executeQuery("select id, doc from lob")) {
                        rows.next();
                        rows.getBlob(2).setBytes(1, NEW);
                    }
                }),
                query("of generated keys", connection -> {
                    try (PreparedStatement statement =
                            connection.prepareStatement("update lob set id = id", new String[] {"doc"})) {
                        statement.executeUpdate();
                        ResultSet rows = statement.getGeneratedKeys();
                        rows.next();
                        Blob blob = rows.getBlob(1);
                        connection.commit();
                        blob.setBytes(1, NEW);
                    }
                }),
                query("of RETURNING", connection -> {
                    try (PreparedStatement statement =
                            connection.prepareStatement("update lob set id = id returning doc")) {
                        ResultSet rows = statement.executeQuery();
                        rows.next();
                        Blob blob = rows.getBlob(1);
                        connection.commit();
                        blob.setBytes(1, NEW);
                    }
                }),
                query("of a cursor that a call answers", connection -> {
                    try (CallableStatement call = connection.prepareCall("{? = call docs()}")) {
                        call.registerOutParameter(1, Types.REF_CURSOR);
                        call.execute();
                        ResultSet rows = (ResultSet) call.getObject(1);
                        rows.next();
                        Blob blob = rows.getBlob(1);
                        connection.commit();
                        blob.setBytes(1, NEW);
                    }
                }),
                query("the driver's API", connection -> {
                    long oid = oid(connection);
                    LargeObject object = connection
                            .unwrap(PGConnection.class)
                            .getLargeObjectAPI()
                            .open(oid);
                    object.write(NEW);
                    object.close();
                }),
                sql("select lo_put(doc, 0, 'NEW') from lob"),
                sql("select lowrite(lo_open(doc, x'60000'::int), 'NEW') from lob"),
                sql("select lo_truncate(lo_open(doc, x'60000'::int), 1) from lob"),
                sql("update pg_largeobject set data = 'NEW'"),
                sql("do 'begin perform lo_put(doc, 0, ''NEW'') from lob; end'"));
    }

    private static Way sql(String sql) {
        return query(sql, connection -> {
            try (Statement statement = connection.createStatement()) {
                statement.execute(sql);
            }
        });
    }

    private static long oid(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(READ)) {
            rows.next();
            return rows.getLong(1);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("ways")
    void write_ofALargeObject_touchesEverything(Way way) throws Exception {
        if (!Database.all().contains(Database.POSTGRESQL)) return;
        try (Fixture f = fixture()) {
            for (int i = 0; i < 2; i++)
                assertThat(read(f.dsl).getValues(0, String.class)).containsExactly("old");
            f.warm(dsl -> dsl.resultQuery("select id from book"));
            try (Connection connection = f.tracked.getConnection()) {
                connection.setAutoCommit(false);
                way.work.on(connection);
                connection.commit();
            }
            assertThat(read(f.dsl)).as(way.name).isEqualTo(read(f.unseen));
            assertThat(read(f.dsl).getValues(0, String.class)).doesNotContain("old");
            assertThat(f.during(() -> f.dsl.fetch("select id from book")).hits())
                    .isZero();
        }
    }

    @DatabaseTest
    void read_ofALargeObject_isNotStored(Database database) {
        if (database != Database.POSTGRESQL) return;
        try (Fixture f = fixture()) {
            assertThat(f.during(() -> read(f.dsl)).notStored(BypassReason.UNKNOWN_RESULT_VALUE))
                    .isEqualTo(1);
            assertThat(f.during(() -> read(f.dsl)).hits()).isZero();
            f.assertBypass(
                    BypassReason.NONDETERMINISTIC_FUNCTION, dsl -> dsl.resultQuery("select lo_get(doc) from lob"));
            f.warm(dsl -> dsl.resultQuery(READ));
        }
    }

    @DatabaseTest
    void read_ofABlobInTheTable_isCached(Database database) {
        if (database == Database.POSTGRESQL) return;
        String value = database == Database.H2 ? "x'6f6c64'" : "'old'";
        try (Fixture f = Fixture.empty(database)
                .with("create table lob (id int primary key, doc blob)", "insert into lob values (1, " + value + ")")) {
            assertThat(f.warm(LargeObjectTest::content).getValues(0, String.class))
                    .containsExactly("old");
            f.dsl.execute("update lob set doc = " + (database == Database.H2 ? "x'4e4557'" : "'NEW'"));
            assertThat(f.assertFresh(LargeObjectTest::content).getValues(0, String.class))
                    .containsExactly("NEW");
        }
    }

    @DatabaseTest
    void write_throughAnUpdatableResultOfACall_isSeen(Database database) throws SQLException {
        if (database == Database.MARIADB) return; // Only procedures can be called.
        try (Fixture f = Fixture.catalogue(database)) {
            f.warm(Books::books);
            try (Connection connection = f.tracked.getConnection();
                    CallableStatement statement = connection.prepareCall(
                            "select id, title from book",
                            ResultSet.TYPE_SCROLL_INSENSITIVE,
                            ResultSet.CONCUR_UPDATABLE)) {
                statement.execute();
                ResultSet rows = statement.getResultSet();
                rows.next();
                rows.updateString(2, "x");
                rows.updateRow();
            }
            f.assertFresh(Books::books);
        }
    }
}
