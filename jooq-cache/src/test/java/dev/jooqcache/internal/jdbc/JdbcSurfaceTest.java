package dev.jooqcache.internal.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every method of JDBC's interfaces is either tracked, or forwarded for the reason that stands beside it. A method that a
 * newer JDK adds is in none of the lists and fails the test.
 */
class JdbcSurfaceTest {

    private static final String STATEMENT_TRACKED = "executeQuery executeUpdate execute executeLargeUpdate addBatch"
            + " clearBatch executeBatch executeLargeBatch getMoreResults getQueryTimeout setQueryTimeout close unwrap";
    private static final String LIMITS = "getMaxFieldSize setMaxFieldSize getMaxRows setMaxRows getLargeMaxRows"
            + " setLargeMaxRows getFetchSize setFetchSize getFetchDirection setFetchDirection setCursorName"
            + " setEscapeProcessing setPoolable isPoolable closeOnCompletion isCloseOnCompletion";
    private static final String OUTCOME = "getUpdateCount getLargeUpdateCount getWarnings clearWarnings isClosed"
            + " getResultSetConcurrency getResultSetHoldability getResultSetType";
    private static final String QUOTING = "enquoteLiteral enquoteIdentifier enquoteNCharLiteral isSimpleIdentifier";
    private static final String SETTERS = "setArray setAsciiStream setBigDecimal setBinaryStream setBlob setBoolean"
            + " setByte setBytes setCharacterStream setClob setDate setDouble setFloat setInt setLong"
            + " setNCharacterStream setNClob setNString setNull setObject setRef setRowId setSQLXML setShort setString"
            + " setTime setTimestamp setURL setUnicodeStream clearParameters";
    private static final String COPIES = "getAsciiStream getBigDecimal getBinaryStream getBoolean getByte getBytes"
            + " getCharacterStream getDate getDouble getFloat getInt getLong getNCharacterStream getNString getRowId"
            + " getShort getString getTime getTimestamp getURL getUnicodeStream wasNull";
    private static final String LOCATORS = "getArray getBlob getClob getNClob getObject getRef getSQLXML";

    /** An interface, the class that a user of a tracked connection gets for it, and what becomes of each method. */
    enum Surface {
        CONNECTION(Connection.class, TrackedConnection.class) {
            @Override
            void list() {
                tracked("createStatement prepareStatement prepareCall getMetaData setAutoCommit commit rollback"
                        + " setSavepoint releaseSavepoint setTransactionIsolation setSchema setCatalog setReadOnly"
                        + " setClientInfo setShardingKey setShardingKeyIfValid close abort unwrap isWrapperFor");
                // They may ask the server, which makes it take the transaction's snapshot.
                tracked("getTransactionIsolation getSchema getCatalog isValid createArrayOf createBlob createClob"
                        + " createNClob createSQLXML createStruct nativeSQL");
                forwarded(
                        "a property of the driver's object",
                        "isClosed isReadOnly getHoldability setHoldability"
                                + " getTypeMap setTypeMap getClientInfo getNetworkTimeout setNetworkTimeout");
                forwarded("the state that the session looks at itself", "getAutoCommit");
                forwarded("what was told of the last calls", "getWarnings clearWarnings");
                forwarded("jOOQ's connection leaves the JDK's empty method", "beginRequest endRequest");
                forwarded("text only", QUOTING);
            }
        },
        STATEMENT(Statement.class, TrackedStatement.class) {
            @Override
            void list() {
                tracked(STATEMENT_TRACKED);
                statement();
            }
        },
        PREPARED(PreparedStatement.class, TrackedPreparedStatement.class) {
            @Override
            void list() {
                tracked(STATEMENT_TRACKED + " getMetaData getParameterMetaData");
                tracked(SETTERS);
                statement();
            }
        },
        CALLABLE(CallableStatement.class, TrackedCallableStatement.class) {
            @Override
            void list() {
                tracked(STATEMENT_TRACKED + " getMetaData getParameterMetaData " + LOCATORS);
                forwarded("no values are told apart of a call: it writes whatever its routine does", SETTERS);
                forwarded("what the call has sent already", COPIES);
                forwarded("describes the call", "registerOutParameter");
                statement();
            }
        },
        RESULT_SET(ResultSet.class, UpdatableResultSet.class) {
            @Override
            void list() {
                tracked("next close getStatement insertRow updateRow deleteRow unwrap " + LOCATORS);
                forwarded("a copy of what was read", COPIES);
                forwarded(
                        "reads rows that were asked for",
                        "absolute afterLast beforeFirst first last previous relative"
                                + " isAfterLast isBeforeFirst isFirst isLast getRow refreshRow");
                forwarded(
                        "kept by the driver until updateRow or insertRow",
                        "updateArray updateAsciiStream"
                                + " updateBigDecimal updateBinaryStream updateBlob updateBoolean updateByte updateBytes"
                                + " updateCharacterStream updateClob updateDate updateDouble updateFloat updateInt updateLong"
                                + " updateNCharacterStream updateNClob updateNString updateNull updateObject updateRef"
                                + " updateRowId updateSQLXML updateShort updateString updateTime updateTimestamp"
                                + " cancelRowUpdates moveToCurrentRow moveToInsertRow rowDeleted rowInserted rowUpdated");
                forwarded(
                        "describes the result",
                        "findColumn getConcurrency getCursorName getFetchDirection"
                                + " setFetchDirection getFetchSize setFetchSize getHoldability getMetaData getType getWarnings"
                                + " clearWarnings isClosed isWrapperFor");
            }
        };

        final Class<?> type;
        final Class<?> trackedBy;
        final Map<String, String> reasons = new LinkedHashMap<>();

        Surface(Class<?> type, Class<?> trackedBy) {
            this.type = type;
            this.trackedBy = trackedBy;
            list();
        }

        abstract void list();

        void tracked(String names) {
            for (String name : names.split(" ", -1)) reasons.put(name, "");
        }

        void forwarded(String reason, String names) {
            for (String name : names.split(" ", -1)) reasons.putIfAbsent(name, reason);
        }

        void statement() {
            forwarded("jOOQ's statement answers the tracked connection", "getConnection");
            forwarded("jOOQ's statement has the tracked one wrap the rows", "getResultSet getGeneratedKeys");
            forwarded("bounds or forms what the next execution answers", LIMITS);
            forwarded("tells of the last execution", OUTCOME);
            forwarded("stops an execution, which then fails or ends", "cancel");
            forwarded("text only", QUOTING);
            forwarded("a question about classes", "isWrapperFor");
        }
    }

    private static boolean isOurs(Method method, Class<?> by) throws NoSuchMethodException {
        Method found = by.getMethod(method.getName(), method.getParameterTypes());
        return found.getDeclaringClass().getName().startsWith("dev.jooqcache.");
    }

    @ParameterizedTest
    @EnumSource
    void everyMethod_isTrackedOrForwardedForAReason(Surface surface) throws NoSuchMethodException {
        List<String> wrong = new ArrayList<>();
        for (Method method : surface.type.getMethods()) {
            if (Modifier.isStatic(method.getModifiers())) continue;
            String reason = surface.reasons.get(method.getName());
            if (reason == null) wrong.add("in no list: " + method);
            else if (reason.isEmpty() && !isOurs(method, surface.trackedBy)) wrong.add("not tracked: " + method);
        }
        assertThat(wrong).isEmpty();
    }
}
