package dev.jooqcache.migrations;

import static org.assertj.core.api.Assertions.assertThat;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.sql.Array;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class CatalogueMigrationsTest {

    private static final List<String> TABLES = List.of(
            "language",
            "country",
            "town",
            "genre",
            "membership_plan",
            "film",
            "film_genre",
            "person",
            "film_credit",
            "price_change",
            "store",
            "employee",
            "copy",
            "customer",
            "rental",
            "payment",
            "review");

    private EmbeddedPostgres server;
    private DataSource postgres;
    private JdbcConnectionPool h2;

    @BeforeAll
    void migrate() throws Exception {
        server = EmbeddedPostgres.start();
        postgres = server.getPostgresDatabase();
        h2 = h2("catalogue");
        CatalogueMigrations.migrate(h2);
        CatalogueMigrations.migrate(postgres);
    }

    @AfterAll
    void stop() throws Exception {
        h2.dispose();
        server.close();
    }

    private static JdbcConnectionPool h2(String name) {
        return JdbcConnectionPool.create("jdbc:h2:mem:" + name + CatalogueMigrations.H2_SETTINGS, "sa", "");
    }

    @Test
    void migrate_bothDatabases_haveTheSameContent() throws Exception {
        Map<String, String> expected = content(h2);
        assertThat(content(postgres)).isEqualTo(expected);
    }

    @Test
    void migrate_anotherDatabase_hasTheSameContent() throws Exception {
        JdbcConnectionPool another = h2("another");
        try {
            CatalogueMigrations.migrate(another);
            assertThat(content(another)).isEqualTo(content(h2));
        } finally {
            another.dispose();
        }
    }

    @Test
    void migrate_twice_changesNothing() throws Exception {
        Map<String, String> before = content(postgres);
        CatalogueMigrations.migrate(postgres);
        assertThat(content(postgres)).isEqualTo(before);
    }

    @Test
    void migrate_rowCounts_areThoseOfARealCatalogue() throws Exception {
        assertThat(count(h2, "film")).isEqualTo(3_000);
        assertThat(count(h2, "customer")).isEqualTo(4_000);
        assertThat(count(h2, "copy")).isBetween(10_000L, 20_000L);
        assertThat(count(h2, "rental")).isBetween(30_000L, 40_000L);
        assertThat(count(h2, "film_listing")).isEqualTo(3_000);
        assertThat(count(h2, "store_takings")).isEqualTo(count(postgres, "store_takings"));
    }

    @Test
    void migrate_openRentals_areThoseOfCopiesThatAreOut() throws Exception {
        for (DataSource database : List.of(h2, postgres)) {
            long open = number(database, "select count(*) from catalogue.rental where returned_at is null");
            assertThat(open)
                    .isPositive()
                    .isEqualTo(number(database, "select count(*) from catalogue.copy where not available"))
                    .isEqualTo(number(
                            database,
                            "select count(*) from catalogue.rental join catalogue.copy on copy.id = rental.copy_id"
                                    + " where rental.returned_at is null and not copy.available"));
        }
    }

    @Test
    void recreateSchema_hasTablesWithoutContent() throws Exception {
        JdbcConnectionPool empty = h2("empty");
        try {
            CatalogueMigrations.recreateSchema(empty);
            CatalogueMigrations.recreateSchema(empty);
            for (String table : TABLES) {
                assertThat(count(empty, table)).as(table).isZero();
            }
        } finally {
            empty.dispose();
        }
    }

    @Test
    void priceChange_isRecordedByATrigger() throws Exception {
        for (DataSource database : List.of(h2, postgres)) {
            try (Connection connection = database.getConnection();
                    Statement statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                statement.execute("update catalogue.film set rental_price = 99 where id = 17");
                statement.execute("update catalogue.film set running_minutes = 99 where id = 17");
                try (ResultSet rows = statement.executeQuery(
                        "select count(*) from catalogue.price_change where film_id = 17 and new_price = 99")) {
                    rows.next();
                    assertThat(rows.getLong(1)).isEqualTo(1);
                }
                connection.rollback();
            }
        }
    }

    @Test
    void insert_afterMigration_takesTheNextIdentity() throws Exception {
        for (DataSource database : List.of(h2, postgres)) {
            try (Connection connection = database.getConnection();
                    Statement statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                statement.execute("insert into catalogue.person (name) values ('Somebody New')");
                connection.rollback();
            }
        }
    }

    private static long count(DataSource database, String table) throws SQLException {
        return number(database, "select count(*) from catalogue." + table);
    }

    private static long number(DataSource database, String sql) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        }
    }

    /** For each table the number of its rows and a digest of all its values. */
    private static Map<String, String> content(DataSource database) throws Exception {
        Map<String, String> content = new TreeMap<>();
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            for (String table : TABLES) {
                MessageDigest digest = MessageDigest.getInstance("SHA-256");
                long count = 0;
                try (ResultSet rows = statement.executeQuery("select * from catalogue." + table + " order by 1, 2")) {
                    for (; rows.next(); count++) {
                        digest.update(row(rows).getBytes(StandardCharsets.UTF_8));
                    }
                }
                content.put(table, count + " rows, " + HexFormat.of().formatHex(digest.digest()));
            }
        }
        return content;
    }

    private static String row(ResultSet row) throws SQLException {
        StringBuilder text = new StringBuilder();
        ResultSetMetaData columns = row.getMetaData();
        for (int i = 1; i <= columns.getColumnCount(); i++) {
            text.append(columns.getColumnLabel(i))
                    .append('=')
                    .append(value(row, i, columns.getColumnTypeName(i)))
                    .append('\n');
        }
        return text.toString();
    }

    private static String value(ResultSet row, int column, String type) throws SQLException {
        if (type.toUpperCase(Locale.ROOT).startsWith("TIMESTAMP WITH TIME ZONE")
                || type.equalsIgnoreCase("timestamptz")) {
            OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
            return time == null
                    ? "null"
                    : time.withOffsetSameInstant(ZoneOffset.UTC).toString();
        }
        Object value = row.getObject(column);
        if (value instanceof BigDecimal decimal) {
            return decimal.toPlainString();
        }
        if (value instanceof Array array) {
            return Arrays.toString((Object[]) array.getArray());
        }
        return value instanceof UUID || value instanceof Number || value instanceof Boolean
                ? value.toString()
                : row.getString(column);
    }
}
