package dev.jooqcache.internal.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jooqcache.BypassReason;
import dev.jooqcache.internal.entry.CachedResult;
import dev.jooqcache.internal.entry.Codec;
import dev.jooqcache.internal.entry.Extent;
import dev.jooqcache.spi.Fingerprint;
import dev.jooqcache.spi.Stamp;
import dev.jooqcache.spi.Tags;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rows in cells, as H2 answers them, which jOOQ reads from 3.21 on. */
class NestedRowTest {

    private static final Codec CODEC = new Codec();

    private static final String SQL = "select id, row(id, name, row(price, cast(null as int))) from t order by id";

    private final AtomicInteger executions = new AtomicInteger();
    private Connection connection;

    @BeforeEach
    void connect() throws SQLException {
        connection = DriverManager.getConnection("jdbc:h2:mem:");
        run("create table t (id int, name varchar, price decimal(5, 2))");
        run("insert into t values (1, 'one', 1.10), (2, null, 2.20)");
    }

    @AfterEach
    void disconnect() throws SQLException {
        connection.close();
    }

    private void run(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private ResultSet execute() throws SQLException {
        executions.incrementAndGet();
        return connection.createStatement().executeQuery(SQL);
    }

    /** Asks whether it is a row before reading it, as jOOQ does. */
    private static List<Object> read(ResultSet rows) throws SQLException {
        List<Object> all = new ArrayList<>();
        while (rows.next()) {
            assertThat(rows.getObject(2)).isInstanceOf(ResultSet.class);
            ResultSet row = (ResultSet) rows.getObject(2);
            all.add(row.getMetaData().getColumnCount());
            all.add(row.next());
            all.add(row.getInt(1));
            all.add(row.wasNull());
            all.add(row.getString(2));
            ResultSet inner = (ResultSet) row.getObject(3);
            all.add(inner.next());
            all.add(inner.getBigDecimal(1));
            all.add(inner.getInt(2));
            all.add(inner.wasNull());
            all.add(inner.next());
        }
        return all;
    }

    private interface Reader {
        void read(ResultSet rows) throws SQLException;
    }

    private Recording recording(Reader reader) throws SQLException {
        Recording recording = new Recording(2, 10, 10_000);
        reader.read(new RecordingResultSet(execute(), recording, () -> {}));
        return recording;
    }

    private ResultSet replay(Recording recording) {
        assertThat(recording.cancelled()).isNull();
        Fingerprint query = new Fingerprint("1", "H2", SQL, "", "", List.of(), new Object[0]);
        CachedResult result = recording.finish(query, Stamp.of(1, 1), List.of(Extent.of(Tags.of(List.of("t")))));
        CachedResult stored = CODEC.decodeResult(CODEC.encode(result));
        executions.set(0);
        ReplayResultSet rows = new ReplayResultSet(stored, 0, null, this::execute);
        rows.readByJooq();
        return rows;
    }

    @Test
    void row_readAsRecorded_isReplayed() throws SQLException {
        List<Object> expected = read(execute());
        assertThat(expected).contains(1, "one", new BigDecimal("1.10"), true, false, null);
        ResultSet replay = replay(recording(rows -> assertThat(read(rows)).isEqualTo(expected)));
        assertThat(read(replay)).isEqualTo(expected);
        assertThat(executions).hasValue(0);
    }

    @Test
    void row_readInAnotherWay_isReadFromTheDatabase() throws SQLException {
        ResultSet replay = replay(recording(NestedRowTest::read));
        assertThat(replay.next()).isTrue();
        assertThat(replay.next()).isTrue();
        ResultSet row = (ResultSet) replay.getObject(2);
        assertThat(row.next()).isTrue();
        assertThat(row.getInt(1)).isEqualTo(2);
        assertThat(executions).hasValue(0);
        assertThat(row.getLong(1)).isEqualTo(2);
        assertThat(executions).hasValue(1);
        assertThat(row.getMetaData().getColumnCount()).isEqualTo(3);
        assertThat(((ResultSet) row.getObject(3)).next()).isTrue();
        assertThat(replay.next()).isFalse();
    }

    @Test
    void metaDataOfRow_otherThanTheCount_isReadFromTheDatabase() throws SQLException {
        ResultSet live = execute();
        live.next();
        int expected = ((ResultSet) live.getObject(2)).getMetaData().getColumnType(1);
        ResultSet replay = replay(recording(NestedRowTest::read));
        replay.next();
        ResultSet row = (ResultSet) replay.getObject(2);
        assertThat(row.getMetaData().getColumnType(1)).isEqualTo(expected);
        assertThat(executions).hasValue(1);
    }

    @Test
    void rowOfTheDatabase_changedMeanwhile_isNotMixedIn() throws SQLException {
        ResultSet replay = replay(recording(NestedRowTest::read));
        replay.next();
        ResultSet row = (ResultSet) replay.getObject(2);
        row.next();
        run("update t set price = 1.11 where id = 1");
        assertThatThrownBy(() -> row.getLong(1))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("has changed");
    }

    @Test
    void row_readTwice_isNotRecorded() throws SQLException {
        Recording recording = recording(rows -> {
            rows.next();
            for (int i = 0; i < 2; i++) {
                ResultSet row = (ResultSet) rows.getObject(2);
                assertThat(row.next()).isTrue();
                assertThat(row.getInt(1)).isEqualTo(1);
            }
        });
        assertThat(recording.cancelled()).isEqualTo(BypassReason.UNKNOWN_RESULT_VALUE);
    }

    @Test
    void row_notRead_isNotRecorded() throws SQLException {
        Recording recording = recording(rows -> {
            while (rows.next()) assertThat(rows.getObject(2)).isInstanceOf(ResultSet.class);
        });
        assertThat(recording.cancelled()).isEqualTo(BypassReason.UNKNOWN_RESULT_VALUE);
    }
}
