package dev.jooqcache.internal.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jooqcache.BypassReason;
import java.lang.reflect.Proxy;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Memory that runs out while a result is recorded (C6). */
@Tag("C6")
class RecordingFailureTest {

    /** An object of an interface of JDBC that answers what is given for each method, or throws it. */
    private static <T> T jdbc(Class<T> type, Map<String, Object> answers) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, method, args) -> {
            Object answer = answers.get(method.getName());
            if (answer instanceof Error error) throw error;
            return answer;
        }));
    }

    @Test
    void outOfMemory_whileAValueIsCopied_endsTheRecordingOnly() throws SQLException {
        Array array = jdbc(Array.class, Map.of("getArray", new OutOfMemoryError("made to fail")));
        ResultSet rows = jdbc(ResultSet.class, Map.of("next", true, "getArray", array, "getInt", 7, "wasNull", false));
        Recording recording = new Recording(2, 10, 1_000);
        RecordingResultSet recorded = new RecordingResultSet(rows, recording, () -> {});
        assertThat(recorded.next()).isTrue();
        assertThat(recorded.getInt(1)).isEqualTo(7);
        assertThat(recorded.getArray(2)).isNotNull();
        assertThat(recorded.getInt(1)).as("the query goes on").isEqualTo(7);
        assertThat(recorded.next()).isTrue();
        assertThat(recording.cancelled()).isIn(BypassReason.UNKNOWN_RESULT_VALUE, BypassReason.RESULT_TOO_LARGE);
    }

    /** Who catches it, and reads on, has a row that was not read in full. */
    @Test
    void errorOfAGetter_endsTheRecording() throws SQLException {
        for (Error error : List.of(new StackOverflowError(), new LinkageError(), new AssertionError())) {
            ResultSet rows = jdbc(ResultSet.class, Map.of("next", true, "getString", error, "getInt", 7));
            Recording recording = new Recording(2, 10, 1_000);
            RecordingResultSet recorded = new RecordingResultSet(rows, recording, () -> {});
            recorded.next();
            assertThatThrownBy(() -> recorded.getString(1)).isSameAs(error);
            assertThat(recording.cancelled()).isNotNull();
        }
    }
}
