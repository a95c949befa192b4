package dev.jooqcache.fidelity;

import static dev.jooqcache.fidelity.ColumnType.of;

import dev.jooqcache.BypassReason;
import dev.jooqcache.testing.Database;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jooq.Converter;
import org.jooq.EnumType;
import org.jooq.impl.SQLDataType;

/** The column types of each database. */
final class ColumnTypes {

    private static final String NOON = "'2024-02-29 12:34:56.123456'";

    private ColumnTypes() {}

    /** As the code generator would write an enum type of the database. */
    enum Mood implements EnumType {
        SAD("sad"),
        HAPPY("so happy");

        private final String literal;

        Mood(String literal) {
            this.literal = literal;
        }

        @Override
        public String getLiteral() {
            return literal;
        }

        @Override
        public String getName() {
            return "mood";
        }
    }

    /** A plain Java enum, for forced types. */
    enum Size {
        SMALL,
        LARGE
    }

    /** What the types need, before the tables are created. */
    static String[] ddl(Database database) {
        return switch (database) {
            case H2 -> new String[] {"create domain positive as int check (value > 0)"};
            case POSTGRESQL ->
                new String[] {
                    "create type mood as enum ('sad', 'so happy')",
                    "create domain positive as int check (value > 0)",
                    "create type pair as (a int, b text)"
                };
            case MARIADB -> new String[0];
        };
    }

    static List<ColumnType> on(Database database) {
        List<ColumnType> types = new ArrayList<>(portable());
        types.addAll(
                switch (database) {
                    case H2 -> h2();
                    case POSTGRESQL -> postgres();
                    case MARIADB -> mariadb();
                });
        return types;
    }

    /**
     * Types that are always read from the database: the driver answers objects of its own classes, or jOOQ reads the
     * elements of the array through a result set.
     */
    static Map<String, BypassReason> neverCached(Database database) {
        return bypassed(
                switch (database) {
                    case H2 -> Set.of("int array array");
                    case POSTGRESQL ->
                        // The elements are read through a result set.
                        Set.of("bytea[]", "interval[]", "timetz[]");
                    case MARIADB -> Set.of();
                });
    }

    private static Map<String, BypassReason> bypassed(Set<String> types) {
        Map<String, BypassReason> reasons = new TreeMap<>();
        for (String type : types) reasons.put(type, BypassReason.UNKNOWN_RESULT_VALUE);
        return reasons;
    }

    private static List<ColumnType> portable() {
        return List.of(
                of("smallint", SQLDataType.SMALLINT, "0", "-32768", "32767"),
                of("int", SQLDataType.INTEGER, "0", "-2147483648", "2147483647"),
                of("bigint", SQLDataType.BIGINT, "0", "-9223372036854775808", "9223372036854775807"),
                of("decimal(10,2)", SQLDataType.NUMERIC(10, 2), "0", "1.10", "-99999999.99"),
                of("decimal(30,0)", SQLDataType.DECIMAL_INTEGER(30), "0", "123456789012345678901234567890"),
                of("real", SQLDataType.REAL, "0", "1.5", "-0.1"),
                of("double", "double precision", SQLDataType.DOUBLE, "0", "1.5", "-0.1", "1e300"),
                of("double as float", "double precision", SQLDataType.FLOAT, "0", "0.1"),
                of("boolean", SQLDataType.BOOLEAN, "true", "false"),
                of("char(5)", SQLDataType.CHAR(5), "''", "'a'", "'a b'", "'abcde'"),
                of("varchar(50)", SQLDataType.VARCHAR(50), "''", "' a '", "'null'", "'\u00e9\u20ac\ud83d\ude00'"),
                of("nvarchar", "varchar(50)", SQLDataType.NVARCHAR(50), "''", "'\u00e9'"),
                of("date", SQLDataType.DATE, "'2024-02-29'", "'1582-10-04'", "'0001-01-01'"),
                of("date as LocalDate", "date", SQLDataType.LOCALDATE, "'2024-02-29'", "'1582-10-04'"),
                of("time", SQLDataType.TIME, "'00:00:00'", "'23:59:59'"),
                of("time as LocalTime", "time", SQLDataType.LOCALTIME, "'00:00:00'", "'23:59:59'"),
                of("time(3)", SQLDataType.LOCALTIME(3), "'12:34:56.123'"),
                of("timestamp(6)", SQLDataType.TIMESTAMP(6), NOON, "'2024-03-31 02:30:00'"),
                of("timestamp as LocalDateTime", "timestamp(6)", SQLDataType.LOCALDATETIME(6), NOON),
                // Forced types: converters between Java types.
                of("int as Year", "int", SQLDataType.YEAR, "2024"),
                of("int as UInteger", "bigint", SQLDataType.INTEGERUNSIGNED, "0", "4294967295"),
                of("smallint as UByte", "smallint", SQLDataType.TINYINTUNSIGNED, "0", "255"),
                of("bigint as UShort", "bigint", SQLDataType.SMALLINTUNSIGNED, "65535"),
                of("decimal as ULong", "decimal(20,0)", SQLDataType.BIGINTUNSIGNED, "18446744073709551615"),
                of("text as enum", "varchar(9)", SQLDataType.VARCHAR.asEnumDataType(Mood.class), "'sad'", "'so happy'"),
                of(
                        "converter",
                        "varchar(50)",
                        SQLDataType.VARCHAR(50)
                                .asConvertedDataType(
                                        Converter.ofNullable(String.class, URI.class, URI::create, URI::toString)),
                        "'http://a/b'"),
                of(
                        "converter on a number",
                        "int",
                        SQLDataType.INTEGER.asConvertedDataType(
                                Converter.ofNullable(Integer.class, Size.class, i -> Size.values()[i], Size::ordinal)),
                        "0",
                        "1"),
                of(
                        "converter to a mutable class",
                        "int",
                        SQLDataType.INTEGER.asConvertedDataType(
                                Converter.ofNullable(Integer.class, int[].class, i -> new int[] {i}, a -> a[0])),
                        "7"),
                of(
                        "binding",
                        "varchar(50)",
                        SQLDataType.VARCHAR(50).asConvertedDataType(new ShoutBinding("!")),
                        "'a'"));
    }

    private static List<ColumnType> h2() {
        return List.of(
                of("tinyint", SQLDataType.TINYINT, "-128", "127"),
                of("decfloat", "decfloat(30)", SQLDataType.NUMERIC, "1.10", "1e100"),
                of("nan", "double precision", SQLDataType.DOUBLE, "cast('NaN' as double precision)"),
                of("clob", SQLDataType.CLOB, "''", "'text'", "repeat('x', 100000)"),
                of("binary(3)", SQLDataType.BINARY(3), "x'000102'"),
                of("varbinary(9)", SQLDataType.VARBINARY(9), "x''", "x'00ff'"),
                of("blob", SQLDataType.BLOB, "x''", "x'00ff'"),
                of("timestamp(9)", SQLDataType.LOCALDATETIME(9), "'2024-02-29 12:34:56.123456789'"),
                of(
                        "timestamp(9) with time zone",
                        SQLDataType.OFFSETDATETIME(9),
                        "'2024-02-29 12:34:56.123456789+02:00'"),
                of("instant", "timestamp(6) with time zone", SQLDataType.INSTANT, "'2024-02-29 12:34:56.5+02:00'"),
                of("time with time zone", SQLDataType.OFFSETTIME, "'12:34:56+02:00'"),
                of("interval year to month", SQLDataType.INTERVALYEARTOMONTH, "interval '-1-2' year to month"),
                of(
                        "interval day to second(6)",
                        SQLDataType.INTERVALDAYTOSECOND,
                        "interval '1 02:03:04.5' day to second",
                        "interval '-1 02:03:04.5' day to second"),
                of("uuid", SQLDataType.UUID, "'00112233-4455-6677-8899-aabbccddeeff'"),
                of("json", SQLDataType.JSON, "json '{\"b\": 1, \"a\": [null, 1.0]}'", "json 'null'"),
                of("json as jsonb", "json", SQLDataType.JSONB, "json '[]'"),
                of("xml", "varchar(90)", SQLDataType.XML, "'<a b=\"c\"/>'"),
                of("enum", "enum('sad', 'so happy')", SQLDataType.VARCHAR.asEnumDataType(Mood.class), "'sad'"),
                of("enum as text", "enum('sad', 'so happy')", SQLDataType.VARCHAR, "'sad'"),
                of("domain", "positive", SQLDataType.INTEGER, "1"),
                of("int array", "int array", SQLDataType.INTEGER.array(), "array[]", "array[1, null]"),
                of("text array", "varchar(9) array", SQLDataType.VARCHAR.array(), "array['a', null, '']"),
                of(
                        "decimal array",
                        "decimal(9,2) array",
                        SQLDataType.NUMERIC(9, 2).array(),
                        "array[1.10]"),
                of(
                        "uuid array",
                        "uuid array",
                        SQLDataType.UUID.array(),
                        "array['00112233-4455-6677-8899-aabbccddeeff']"),
                of("date array", "date array", SQLDataType.LOCALDATE.array(), "array[date '2024-02-29']"),
                of("binary array", "varbinary(9) array", SQLDataType.VARBINARY.array(), "array[x'00ff']"),
                of(
                        "enum array",
                        "varchar(9) array",
                        SQLDataType.VARCHAR.asEnumDataType(Mood.class).array(),
                        "array['sad']"),
                of(
                        "int array array",
                        "int array array",
                        SQLDataType.INTEGER.array().array(),
                        "array[array[1], array[2, 3]]"));
    }

    private static List<ColumnType> postgres() {
        return List.of(
                of("numeric", SQLDataType.NUMERIC, "1.10", "1e100", "0.00"),
                of("nan", "double precision", SQLDataType.DOUBLE, "'NaN'", "'Infinity'"),
                of("text", SQLDataType.CLOB, "''", "'text'", "repeat('x', 100000)"),
                of("bytea", SQLDataType.BLOB, "''", "'\\x00ff'"),
                of("bytea as varbinary", "bytea", SQLDataType.VARBINARY, "'\\x00ff'"),
                of("bit(3)", SQLDataType.OTHER, "B'101'"),
                of("timestamp infinity", "timestamp", SQLDataType.TIMESTAMP, "'infinity'", "'-infinity'"),
                of("timestamptz", SQLDataType.OFFSETDATETIME(6), "'2024-02-29 12:34:56.123456+02'"),
                of("timestamptz as Timestamp", "timestamptz", SQLDataType.TIMESTAMP(6), "'2024-02-29 12:34:56.5+02'"),
                of("timestamptz as Instant", "timestamptz", SQLDataType.INSTANT, "'2024-02-29 12:34:56.5+02'"),
                of("timetz", SQLDataType.OFFSETTIME, "'12:34:56.123456+02'"),
                of("interval", SQLDataType.INTERVAL, "'1 year 2 months 3 days 04:05:06.789012'", "'-1 day 2 hours'"),
                of("interval day", "interval", SQLDataType.INTERVALDAYTOSECOND, "'3 days 04:05:06.789012'", "'-1 day'"),
                of("interval month", "interval", SQLDataType.INTERVALYEARTOMONTH, "'1 year 2 months'"),
                of("uuid", SQLDataType.UUID, "'00112233-4455-6677-8899-aabbccddeeff'"),
                of("json", SQLDataType.JSON, "'{\"b\": 1,  \"a\": [null, 1.0]}'", "'null'"),
                of("jsonb", SQLDataType.JSONB, "'{\"b\": 1,  \"a\": [null, 1.0]}'", "'null'"),
                of("xml", SQLDataType.XML, "'<a b=\"c\"/>'"),
                of("enum", "mood", SQLDataType.VARCHAR.asEnumDataType(Mood.class), "'sad'", "'so happy'"),
                of("enum as text", "mood", SQLDataType.VARCHAR, "'sad'"),
                of("domain", "positive", SQLDataType.INTEGER, "1"),
                of("inet", "inet", SQLDataType.OTHER, "'10.0.0.1/8'"),
                of("inet as text", "inet", SQLDataType.VARCHAR, "'10.0.0.1/8'"),
                of("money", SQLDataType.OTHER, "12.34"),
                of("point", SQLDataType.OTHER, "'(1,2)'"),
                of("box", SQLDataType.OTHER, "'((1,2),(3,4))'"),
                of("polygon", SQLDataType.OTHER, "'((1,2),(3,4),(5,6))'"),
                of("tsvector", SQLDataType.OTHER, "'a b'"),
                of("int4range", SQLDataType.OTHER, "'[1,5)'"),
                of("json as other", "jsonb", SQLDataType.OTHER, "'{}'"),
                of("interval as other", "interval", SQLDataType.OTHER, "'1 year 2 days 3.5 seconds'"),
                of("composite", "pair", SQLDataType.OTHER, "row(1, 'a')"),
                of("oid", SQLDataType.BIGINT, "1"),
                of("int[]", SQLDataType.INTEGER.array(), "'{}'", "'{1,null}'"),
                of("bigint[]", SQLDataType.BIGINT.array(), "'{1,null}'"),
                of("text[]", SQLDataType.VARCHAR.array(), "'{a,null,\"\"}'"),
                of("boolean[]", SQLDataType.BOOLEAN.array(), "'{t,f}'"),
                of("double[]", "double precision[]", SQLDataType.DOUBLE.array(), "'{1.5,NaN}'"),
                of("numeric[]", SQLDataType.NUMERIC.array(), "'{1.10}'"),
                of("uuid[]", SQLDataType.UUID.array(), "array['00112233-4455-6677-8899-aabbccddeeff'::uuid]"),
                of("date[]", SQLDataType.LOCALDATE.array(), "'{2024-02-29}'"),
                of("timestamp[]", SQLDataType.LOCALDATETIME.array(), "array[" + NOON + "::timestamp]"),
                of("timestamptz[]", SQLDataType.OFFSETDATETIME.array(), "array['2024-02-29 12:34:56+02'::timestamptz]"),
                of("timetz[]", SQLDataType.OFFSETTIME.array(), "array['12:34:56+02'::timetz]"),
                of("bytea[]", SQLDataType.VARBINARY.array(), "array['\\x00ff'::bytea]"),
                of("jsonb[]", SQLDataType.JSONB.array(), "array['{\"a\": 1}'::jsonb]"),
                of("mood[]", SQLDataType.VARCHAR.asEnumDataType(Mood.class).array(), "'{sad,\"so happy\"}'"),
                of("int[][]", SQLDataType.INTEGER.array().array(), "'{{1,2},{3,4}}'"),
                of("interval[]", SQLDataType.INTERVAL.array(), "'{1 day}'"));
    }

    private static List<ColumnType> mariadb() {
        return List.of(
                of("tinyint", SQLDataType.TINYINT, "-128", "127"),
                of("bigint unsigned", SQLDataType.BIGINTUNSIGNED, "18446744073709551615"),
                of("bit(3)", SQLDataType.OTHER, "b'101'"),
                of("year", SQLDataType.YEAR, "2024"),
                of("datetime(6)", SQLDataType.LOCALDATETIME(6), NOON),
                of("text", SQLDataType.CLOB, "''", "'text'"),
                of("varbinary(9)", SQLDataType.VARBINARY(9), "x'00ff'"),
                of("blob", SQLDataType.BLOB, "x'00ff'"),
                of("json", SQLDataType.JSON, "'{\"b\": 1}'"),
                of("enum('sad','so happy')", SQLDataType.VARCHAR.asEnumDataType(Mood.class), "'sad'"),
                of("uuid", SQLDataType.UUID, "'00112233-4455-6677-8899-aabbccddeeff'"));
    }
}
