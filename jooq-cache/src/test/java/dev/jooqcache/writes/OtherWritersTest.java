package dev.jooqcache.writes;

import static dev.jooqcache.testing.Catalogue.BOOK;
import static dev.jooqcache.testing.Database.H2;
import static dev.jooqcache.testing.Database.MARIADB;
import static dev.jooqcache.testing.Database.POSTGRESQL;
import static dev.jooqcache.writes.Writing.coarse;
import static dev.jooqcache.writes.Writing.precise;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.testing.Books;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.io.StringReader;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.postgresql.PGConnection;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.core.simple.SimpleJdbcInsert;

@Tag("database")
@Tag("W8")
@DisplayName("W8: writes through plain JDBC and other libraries on the tracked data source")
class OtherWritersTest {

    private static final String UPDATE = "update book set stock = stock + 1";
    private static final String BOUND = "update book set stock = stock + 1 where id = ?";

    @FunctionalInterface
    private interface Work {
        void on(Connection connection) throws SQLException;
    }

    static Stream<Arguments> writings() {
        return Writing.onEachDatabase(Stream.of(statements(), prepared(), spring(), unusual())
                .flatMap(List::stream)
                .toList());
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("writings")
    void read_afterWrite_isFresh(Database database, Writing writing) throws Exception {
        try (Fixture f = Fixture.catalogue(database)) {
            writing.check(f);
        }
    }

    private static List<Writing> statements() {
        return List.of(
                statement("execute", s -> s.execute(UPDATE)),
                statement("execute with generated keys", s -> s.execute(UPDATE, Statement.RETURN_GENERATED_KEYS)),
                statement("executeUpdate", s -> s.executeUpdate(UPDATE)),
                statement("executeUpdate with a column", s -> s.executeUpdate(UPDATE, new String[] {"id"})),
                statement("executeLargeUpdate", s -> s.executeLargeUpdate(UPDATE)),
                statement("executeBatch", s -> {
                    s.addBatch(UPDATE);
                    s.addBatch("delete from book where id = 1");
                    s.executeBatch();
                }),
                statement("executeLargeBatch", s -> {
                    s.addBatch("delete from author where id = 99");
                    s.clearBatch();
                    s.addBatch(UPDATE);
                    s.executeLargeBatch();
                }),
                jdbc(
                        "executeQuery",
                        c -> {
                            try (Statement s = c.createStatement()) {
                                s.executeQuery(UPDATE + " returning id").close();
                            }
                        },
                        POSTGRESQL),
                statement(
                        "its connection",
                        s -> s.getConnection().createStatement().execute(UPDATE)));
    }

    private static List<Writing> prepared() {
        return List.of(
                preparedStatement("execute", PreparedStatement::execute),
                preparedStatement("executeUpdate", PreparedStatement::executeUpdate),
                preparedStatement("executeLargeUpdate", PreparedStatement::executeLargeUpdate),
                preparedStatement("executeBatch", s -> {
                    s.addBatch();
                    s.setInt(1, 2);
                    s.addBatch();
                    s.executeBatch();
                }),
                preparedStatement(
                        "its connection",
                        s -> s.getConnection().createStatement().execute(UPDATE)),
                jdbc("prepared with generated keys", c -> {
                    try (PreparedStatement s = c.prepareStatement(UPDATE, Statement.RETURN_GENERATED_KEYS)) {
                        s.executeUpdate();
                    }
                }),
                jdbc("prepared with a result set type", c -> {
                    try (PreparedStatement s =
                            c.prepareStatement(UPDATE, ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_READ_ONLY)) {
                        s.executeUpdate();
                    }
                }),
                jdbc("prepared before the schema changes", c -> {
                            try (PreparedStatement s = c.prepareStatement(UPDATE);
                                    Statement ddl = c.createStatement()) {
                                ddl.execute("create table other (id int)");
                                s.executeUpdate();
                            }
                        })
                        .imprecise(),
                callable("execute", CallableStatement::execute),
                callable("executeUpdate", CallableStatement::executeUpdate),
                callable("executeLargeUpdate", CallableStatement::executeLargeUpdate),
                callable("executeBatch", s -> {
                    s.addBatch();
                    s.executeBatch();
                }),
                jdbc("bare transaction", c -> {
                    c.setAutoCommit(false);
                    c.createStatement().execute(UPDATE);
                    c.commit();
                    c.setAutoCommit(true);
                }),
                jdbc("transaction ended by setAutoCommit(true)", c -> {
                    c.setAutoCommit(false);
                    c.createStatement().execute(UPDATE);
                    c.setAutoCommit(true);
                }),
                jdbc(
                        "transaction in SQL",
                        c -> {
                            try (Statement s = c.createStatement()) {
                                s.execute("start transaction");
                                s.execute(UPDATE);
                                s.execute("commit");
                            }
                        },
                        POSTGRESQL,
                        MARIADB));
    }

    private static List<Writing> spring() {
        return List.of(
                precise("JdbcTemplate.update", (f, dsl) -> new JdbcTemplate(f.tracked).update(BOUND, 1)),
                precise("JdbcTemplate.execute", (f, dsl) -> new JdbcTemplate(f.tracked).execute(UPDATE)),
                precise(
                        "JdbcTemplate.batchUpdate",
                        (f, dsl) -> new JdbcTemplate(f.tracked)
                                .batchUpdate(BOUND, List.of(new Object[] {1}, new Object[] {2}))),
                precise(
                        "JdbcTemplate.batchUpdate of strings",
                        (f, dsl) -> new JdbcTemplate(f.tracked).batchUpdate(UPDATE, "delete from book where id = 1")),
                precise(
                        "JdbcClient",
                        (f, dsl) -> JdbcClient.create(f.tracked)
                                .sql("update book set stock = :stock")
                                .param("stock", 77)
                                .update()),
                precise(
                        "SimpleJdbcInsert",
                        (f, dsl) -> new SimpleJdbcInsert(f.tracked)
                                .withTableName("book")
                                .execute(java.util.Map.of("id", 4, "author_id", 1, "title", "x", "stock", 1))));
    }

    private static List<Writing> unusual() {
        return List.of(
                jdbc(
                                "updatable result set, unwrapped",
                                c -> updatable(c, rows -> {
                                    ResultSet raw = rows.unwrap(ResultSet.class);
                                    if (raw == rows) raw = rows.unwrap(driverResultSet(c));
                                    raw.updateInt("stock", 77);
                                    raw.updateRow();
                                }))
                        .imprecise(),
                jdbc(
                                "updatable result set: updateRow",
                                c -> updatable(c, rows -> {
                                    rows.updateInt("stock", 77);
                                    rows.updateRow();
                                }))
                        .imprecise(),
                jdbc("updatable result set: deleteRow", c -> updatable(c, ResultSet::deleteRow))
                        .imprecise(),
                jdbc(
                                "updatable result set: insertRow",
                                c -> updatable(c, rows -> {
                                    rows.moveToInsertRow();
                                    rows.updateInt("id", 4);
                                    rows.updateInt("author_id", 1);
                                    rows.updateString("title", "x");
                                    rows.updateInt("stock", 1);
                                    rows.insertRow();
                                }))
                        .imprecise(),
                jdbc("updatable result set of execute()", c -> {
                            try (Statement s =
                                    c.createStatement(ResultSet.TYPE_SCROLL_SENSITIVE, ResultSet.CONCUR_UPDATABLE)) {
                                s.execute("select id, stock from book");
                                ResultSet rows = s.getResultSet();
                                rows.next();
                                rows.updateInt("stock", 77);
                                rows.updateRow();
                            }
                        })
                        .imprecise(),
                coarse("updatable result set of jOOQ", (f, dsl) -> {
                    try (var cursor = dsl.select(BOOK.ID, BOOK.STOCK)
                            .from(BOOK)
                            .resultSetConcurrency(ResultSet.CONCUR_UPDATABLE)
                            .fetchLazy()) {
                        ResultSet rows = cursor.resultSet();
                        rows.next();
                        rows.updateInt("stock", 77);
                        rows.updateRow();
                    }
                }),
                jdbc(
                        "the connection of its metadata",
                        c -> c.getMetaData().getConnection().createStatement().execute(UPDATE)),
                jdbc("the statement of a result set", c -> {
                    try (Statement s = c.createStatement();
                            ResultSet rows = s.executeQuery("select 1")) {
                        rows.getStatement().executeUpdate(UPDATE);
                    }
                }),
                jdbc("the statement of a metadata result set", c -> {
                    try (ResultSet rows = c.getMetaData().getTables(null, null, "book", null)) {
                        Statement s = rows.getStatement();
                        Connection of = s == null ? c : s.getConnection();
                        of.createStatement().execute(UPDATE);
                    }
                }));
    }

    @DatabaseTest
    @DisplayName("W8: nothing is cached while a connection is unwrapped, and nothing is stale after it")
    void unwrap_writeOnRawConnection_isFresh(Database database) throws SQLException {
        try (Fixture f = Fixture.catalogue(database)) {
            f.warm(Books::books);
            try (Connection connection = f.tracked.getConnection()) {
                Connection raw = connection.unwrap(Connection.class) == connection
                        ? connection.unwrap(driverType(database))
                        : connection.unwrap(Connection.class);
                raw.createStatement().execute(UPDATE);
                f.assertFresh(Books::books);
                raw.createStatement().execute(UPDATE);
                f.assertFresh(Books::books);
            }
            f.assertFresh(Books::books);
            f.warm(Books::books);
        }
    }

    @DatabaseTest
    @DisplayName(
            "W8: the end of a transaction that SQL began is not the end of what is done on the unwrapped connection")
    void unwrap_writeOnRawConnectionAfterACommit_isFresh(Database database) throws SQLException {
        String begin = switch (database) {
            case H2 -> "set autocommit false";
            case POSTGRESQL -> "begin; select 1";
            case MARIADB -> "set autocommit = 0";
        };
        try (Fixture f = Fixture.catalogue(database)) {
            f.warm(Books::books);
            try (Connection connection = f.tracked.getConnection()) {
                Connection raw = connection.unwrap(driverType(database));
                connection.createStatement().execute(begin);
                connection.createStatement().execute("commit");
                f.assertFresh(Books::books);
                raw.createStatement().execute(UPDATE);
                raw.createStatement().execute("commit");
                f.assertFresh(Books::books);
            }
            f.assertFresh(Books::books);
        }
    }

    private static Class<? extends Connection> driverType(Database database) {
        return switch (database) {
            case H2 -> org.h2.jdbc.JdbcConnection.class;
            case POSTGRESQL -> org.postgresql.jdbc.PgConnection.class;
            case MARIADB -> org.mariadb.jdbc.Connection.class;
        };
    }

    @DatabaseTest
    @DisplayName("W8, W2: COPY through PostgreSQL's own API, on the unwrapped connection")
    void copyManager_onUnwrappedConnection_isFresh(Database database) throws Exception {
        if (database != POSTGRESQL) return;
        try (Fixture f = Fixture.catalogue(database)) {
            f.warm(Books::books);
            try (Connection connection = f.tracked.getConnection()) {
                connection
                        .unwrap(PGConnection.class)
                        .getCopyAPI()
                        .copyIn("copy book from stdin (format csv)", new StringReader("4,1,x,1.00,1\n"));
            }
            assertThat(f.assertFresh(Books::books)).hasSize(4);
            f.warm(Books::books);
        }
    }

    private static Class<? extends ResultSet> driverResultSet(Connection connection) throws SQLException {
        String url = connection.getMetaData().getURL();
        if (url.startsWith("jdbc:h2")) return org.h2.jdbc.JdbcResultSet.class;
        return url.startsWith("jdbc:postgresql")
                ? org.postgresql.jdbc.PgResultSet.class
                : org.mariadb.jdbc.client.result.Result.class;
    }

    private static void updatable(Connection connection, RowWork work) throws SQLException {
        try (Statement statement =
                        connection.createStatement(ResultSet.TYPE_SCROLL_SENSITIVE, ResultSet.CONCUR_UPDATABLE);
                ResultSet rows = statement.executeQuery("select id, author_id, title, stock from book")) {
            rows.next();
            work.on(rows);
        }
    }

    @FunctionalInterface
    private interface RowWork {
        void on(ResultSet rows) throws SQLException;
    }

    @FunctionalInterface
    private interface StatementWork<S> {
        void on(S statement) throws SQLException;
    }

    private static Writing statement(String name, StatementWork<Statement> work) {
        return jdbc("Statement: " + name, c -> {
            try (Statement statement = c.createStatement()) {
                work.on(statement);
            }
        });
    }

    private static Writing preparedStatement(String name, StatementWork<PreparedStatement> work) {
        return jdbc("PreparedStatement: " + name, c -> {
            try (PreparedStatement statement = c.prepareStatement(BOUND)) {
                statement.setInt(1, 1);
                work.on(statement);
            }
        });
    }

    private static Writing callable(String name, StatementWork<CallableStatement> work) {
        return jdbc(
                "CallableStatement: " + name,
                c -> {
                    try (CallableStatement statement = c.prepareCall(BOUND)) {
                        statement.setInt(1, 1);
                        work.on(statement);
                    }
                },
                H2,
                POSTGRESQL);
    }

    private static Writing jdbc(String name, Work work, Database... only) {
        return precise(
                name,
                (f, dsl) -> {
                    try (Connection connection = f.tracked.getConnection()) {
                        work.on(connection);
                    }
                },
                only);
    }
}
