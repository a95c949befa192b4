package dev.jooqcache.internal.query;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.internal.sql.SqlLexer;
import dev.jooqcache.internal.sql.SqlToken;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import org.jooq.Param;
import org.jooq.QueryPart;
import org.jooq.Select;
import org.jooq.impl.QOM;
import org.junit.jupiter.api.DisplayName;

@DisplayName("A text that is understood has the literals that the database reads, in any mode of its session")
class HostileLiteralTest {

    private static final int TEXTS = 4_000;

    private static final String[] WHOLE = {
        "0x1F",
        "0X1f",
        "1_000",
        "1e5",
        "1E+2",
        "1e-2",
        "0b101",
        "0o17",
        ".5",
        "5.",
        "1e",
        "1x",
        "1__0",
        "017",
        "0x",
        "1d",
        "1f",
        "1l",
        "--1",
        "- -1",
        "1--1",
        "9223372036854775808",
        "1.e2",
        "0b2",
        "0x1_F",
        "1#",
        "5 -- x\n",
        "7 /* /* */",
        "8 /* /* */ */",
        "3 /*! + 1 */",
        "3 /*M!+1*/",
        "3 # x\n",
        "4 // x\n",
        "5 --x\n",
        "5 --\n",
        "5--\r1",
        "1--\u00a0x",
        "1\u00a0",
        "1\u000b",
        "2/**/*3",
        "1..2",
        "$$a$$",
        "$t$a$t$",
        "$\u00e9$a$\u00e9$",
        "$1$a$1$",
        "q'[a]'",
        "q'{a'b}'",
        "q'!a!'",
        "Q'(a)'",
        "nq'[a]'",
        "N'a'",
        "E'a\\'b'",
        "U&'\\0041'",
        "U&'!0041' uescape '!'",
        "_utf8'a'",
        "'a' 'b'",
        "'a'\n'b'",
        "'a'--x\n'b'",
        "'a' -- x\n 'b'",
        "'a'/**/'b'",
        "E'a'\n'\\\\'",
        "'a'\r'b'",
        "'a'\u000b'b'",
        "\"a\"\"b\"",
        "'a'\"b\"",
        "\"a\"'b'",
        "`a``b`",
        "[a]",
        "[a]]b]",
        "array[1][1]",
        "a#b",
        "$a",
        "a$b",
        "1::int",
        "'1'::int"
    };
    private static final String[] PREFIXES = {
        "", "", "", "", "E", "e", "U&", "u&", "N", "n", "q", "Q", "nq", "_utf8", "xE", "1E", "u&'x'||", "x", "r", "$"
    };
    private static final String[] PIECES = {
        "a",
        "0",
        " ",
        "\\",
        "\\'",
        "'",
        "''",
        "\"",
        "\"\"",
        "`",
        "``",
        "$",
        "$$",
        "$t$",
        "--",
        "/*",
        "*/",
        "/*!",
        "//",
        "#",
        ";",
        "[",
        "]",
        "{",
        "}",
        ":",
        "_",
        "%",
        "\n",
        "\r",
        "\t",
        "\u00e9",
        "\\\\",
        "\\n",
        "\\b",
        "\\0",
        "\\%",
        "\\_",
        "\\Z",
        "\\8",
        "\\101",
        "\\x41",
        "\\xg",
        "\\u0041",
        "\\U00000041",
        "\\0041",
        "\\+000041"
    };
    private static final String[] BETWEEN = {
        ", ", ",", ", ", " ", "\n", "||", "/**/", "--\n", " -- x\n, ", "=", " /* ' */ , ", " -- '\n, ", " # '\n, "
    };

    /** What the sessions are set to; H2's are modes of the database. */
    private static List<String> modes(Database database) {
        return switch (database) {
            case H2 -> List.of("Regular", "MySQL", "MariaDB", "PostgreSQL", "MSSQLServer", "DB2");
            case POSTGRESQL -> List.of("on", "off");
            case MARIADB -> List.of("", "ANSI_QUOTES", "NO_BACKSLASH_ESCAPES", "PIPES_AS_CONCAT", "MSSQL");
        };
    }

    private static void set(Database database, String mode, Statement statement) throws SQLException {
        statement.setEscapeProcessing(false);
        statement.execute(
                switch (database) {
                    case H2 -> "set mode " + mode;
                    case POSTGRESQL -> "set standard_conforming_strings = " + mode;
                    case MARIADB -> "set sql_mode = '" + mode + "'";
                });
    }

    @DatabaseTest
    void literals_areThoseOfTheDatabase(Database database) throws SQLException {
        long seed = Long.getLong("jooqcache.seed", ThreadLocalRandom.current().nextLong());
        String url = database.newUrl();
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            for (String mode : modes(database)) {
                set(database, mode, statement);
                Random random = new Random(seed);
                int compared = 0;
                for (int i = 0; i < TEXTS; i++) {
                    String sql = "select " + (i < WHOLE.length ? WHOLE[i] : list(random));
                    if (check(database, mode, sql, statement, "-Djooqcache.seed=" + seed)) compared++;
                }
                assertThat(compared).as("texts in mode %s", mode).isGreaterThan(TEXTS / 50);
            }
        } finally {
            database.drop(url);
        }
    }

    private static String list(Random random) {
        StringBuilder list = new StringBuilder(part(random));
        for (int more = random.nextInt(3); more > 0; more--)
            list.append(BETWEEN[random.nextInt(BETWEEN.length)]).append(part(random));
        return list.toString();
    }

    private static String part(Random random) {
        if (random.nextInt(3) == 0) return WHOLE[random.nextInt(WHOLE.length)];
        StringBuilder body = new StringBuilder();
        for (int more = random.nextInt(5); more >= 0; more--) body.append(PIECES[random.nextInt(PIECES.length)]);
        String quote =
                List.of("$$", "\"", "\"", "$t$", "'", "'", "'", "'", "'", "'").get(random.nextInt(10));
        return PREFIXES[random.nextInt(PREFIXES.length)] + quote + body + quote;
    }

    /** Compares what is understood and executed, and answers whether that was so. */
    private static boolean check(Database database, String mode, String sql, Statement statement, String seed)
            throws SQLException {
        SqlLexer lexer = new SqlLexer(sql, database.dialect());
        if (!lexer.isUnderstood() || lexer.tokens().stream().anyMatch(token -> token.isSymbol(';'))) return false;
        List<String> row = row(sql, statement);
        if (row == null) return false;
        String text = "%s, mode %s, %s: %s".formatted(database, mode, seed, sql);
        List<SqlToken> tokens = lexer.tokens().subList(1, lexer.tokens().size());
        boolean nested =
                tokens.stream().anyMatch(token -> token.kind() == SqlToken.Kind.SYMBOL && "([{".contains(token.text()));
        if (nested || tokens.isEmpty()) return false;
        List<List<SqlToken>> columns = columns(tokens);
        assertThat(columns).as(text).hasSameSizeAs(row);
        for (int i = 0; i < row.size(); i++) literals(columns.get(i), row.get(i), isRead(database, mode, sql), text);
        parsed(ParsedStatement.of(sql, database.dialect()), row, text);
        return true;
    }

    /** Whether the texts of literals are known in this mode, and not only where they begin and end. */
    private static boolean isRead(Database database, String mode, String sql) {
        return switch (database) {
            case H2 -> true;
            case POSTGRESQL -> mode.equals("on") || sql.indexOf('\\') < 0;
            case MARIADB -> sql.indexOf('\\') < 0;
        };
    }

    private static List<String> row(String sql, Statement statement) {
        try (ResultSet rows = statement.executeQuery(sql)) {
            if (!rows.next()) return null;
            List<String> row = new ArrayList<>();
            for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) row.add(rows.getString(i));
            return row;
        } catch (SQLException e) {
            return null;
        }
    }

    private static List<List<SqlToken>> columns(List<SqlToken> tokens) {
        List<List<SqlToken>> columns = new ArrayList<>(List.of(new ArrayList<>()));
        for (SqlToken token : tokens)
            if (token.isSymbol(',')) columns.add(new ArrayList<>());
            else columns.get(columns.size() - 1).add(token);
        return columns;
    }

    /** A literal that follows others belongs to them, or is an alias. */
    private static void literals(List<SqlToken> column, String value, boolean isRead, String text) {
        if (!isRead || !column.stream().allMatch(token -> token.kind() == SqlToken.Kind.LITERAL)) return;
        List<String> possible = new ArrayList<>();
        StringBuilder literal = new StringBuilder();
        for (SqlToken token : column) possible.add(literal.append(token.text()).toString());
        assertThat(possible).as(text).contains(value);
    }

    /** What jOOQ's parser reads is taken for values of keys. */
    private static void parsed(ParsedStatement parsed, List<String> row, String text) {
        if (parsed == null || !(parsed.query() instanceof Select<?> select)) return;
        List<? extends QueryPart> fields = select.$select();
        assertThat(fields).as(text).hasSameSizeAs(row);
        for (int i = 0; i < row.size(); i++) {
            QueryPart field = fields.get(i) instanceof QOM.FieldAlias<?> alias ? alias.$field() : fields.get(i);
            if (!(field instanceof Param<?> param) || !param.isInline()) continue;
            if (param.getValue() instanceof String string)
                assertThat(row.get(i)).as(text).isEqualTo(string);
            if (param.getValue() instanceof Number number)
                assertThat(row.get(i))
                        .as(text)
                        .satisfies(value -> assertThat(new BigDecimal(value))
                                .isEqualByComparingTo(new BigDecimal(number.toString())));
        }
    }
}
