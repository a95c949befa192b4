package dev.jooqcache.internal.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.jooqcache.BypassReason;
import dev.jooqcache.internal.transaction.Session;
import dev.jooqcache.testing.Books;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.lang.reflect.Proxy;
import java.sql.Array;
import java.sql.Blob;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import javax.sql.rowset.serial.SerialBlob;
import org.junit.jupiter.api.DisplayName;

@DisplayName("A value of a result is what the driver's own is to its user, and what it adds to JDBC is never unseen")
class DriversValueTest {

    /** As Oracle's and others' do: an interface that a user of the driver casts to. */
    public interface DriversArray extends Array {
        int putElement(String value) throws SQLException;

        @Override
        String getBaseTypeName() throws SQLException;
    }

    /** One that no proxy can show. */
    public sealed interface SealedBlob extends Blob permits DriversBlob {}

    /** Of a driver. */
    public static final class DriversBlob extends SerialBlob implements SealedBlob {

        private static final long serialVersionUID = 1L;

        DriversBlob() throws SQLException {
            super(new byte[] {1});
        }
    }

    private static Session session(Connection connection) {
        return ((TrackedConnection) connection).session();
    }

    private static void assertUncached(Fixture f) {
        assertThat(f.during(() -> Books.titles(f.dsl).fetch()).notStored(BypassReason.PENDING_WRITE))
                .isEqualTo(1);
    }

    @DatabaseTest
    void interfaceOfTheDriver_isThere_andExposesTheSession(Database database) throws SQLException {
        assumeTrue(database == Database.H2, "what the database is makes no difference");
        try (Fixture f = Fixture.catalogue(database)) {
            f.warm(Books::titles);
            try (Connection connection = f.tracked.getConnection()) {
                DriversArray raw = (DriversArray) Proxy.newProxyInstance(
                        DriversArray.class.getClassLoader(),
                        new Class<?>[] {DriversArray.class},
                        (proxy, method, arguments) -> method.getName().equals("putElement") ? 7 : method.getName());
                Array tracked = TrackedValue.<Array>of(raw, null, session(connection));
                assertThat(tracked).isNotSameAs(raw).isInstanceOf(DriversArray.class);
                assertThat(tracked.getBaseTypeName()).isEqualTo("getBaseTypeName");
                assertThat(f.during(() -> Books.titles(f.dsl).fetch()).hits()).isEqualTo(1);

                assertThat(((DriversArray) tracked).putElement("x")).isEqualTo(7);
                assertUncached(f);
                assertThat((Object) TrackedValue.raw(tracked)).isSameAs(raw);
            }
        }
    }

    @DatabaseTest
    void classOfTheDriver_isHandedOut_andExposesTheSession(Database database) throws SQLException {
        assumeTrue(database == Database.POSTGRESQL, "elsewhere large objects are copies");
        try (Fixture f = Fixture.catalogue(database)) {
            f.warm(Books::titles);
            try (Connection connection = f.tracked.getConnection()) {
                Session session = session(connection);
                SerialBlob raw = new SerialBlob(new byte[] {1});
                assertThat(TrackedValue.as(Blob.class, raw, null, session)).isNotSameAs(raw);
                assertThat(f.during(() -> Books.titles(f.dsl).fetch()).hits()).isEqualTo(1);

                assertThat(TrackedValue.as(SerialBlob.class, raw, null, session))
                        .isSameAs(raw);
                assertUncached(f);
            }
        }
    }

    @DatabaseTest
    void interfaceThatCannotBeShown_leavesThoseOfJdbc(Database database) throws SQLException {
        assumeTrue(database == Database.POSTGRESQL, "elsewhere large objects are copies");
        try (Fixture f = Fixture.empty(database);
                Connection connection = f.tracked.getConnection()) {
            Blob raw = new DriversBlob();
            Blob tracked = TrackedValue.of(raw, null, session(connection));
            assertThat(tracked).isNotSameAs(raw);
            assertThat(tracked.length()).isOne();
        }
    }

    @DatabaseTest
    void valueThatAStatementIsGiven_isTheDriversOwn_orNull(Database database) throws SQLException {
        assumeTrue(database == Database.POSTGRESQL, "elsewhere a large object is sent by other types");
        String sql = "select ?::int4[] is null, ?::oid is null, ?::int4[] is null";
        try (Fixture f = Fixture.empty(database);
                Connection connection = f.tracked.getConnection();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setArray(1, null);
            statement.setBlob(2, (Blob) null);
            statement.setObject(3, null);
            assertThat(answers(statement)).isEqualTo(List.of(true, true, true));

            statement.setArray(1, connection.createArrayOf("int4", new Object[] {1}));
            statement.setObject(3, connection.createArrayOf("int4", new Object[] {2}));
            connection.setAutoCommit(false);
            statement.setBlob(2, new SerialBlob(new byte[0])); // The driver makes a large object of it.
            assertThat(answers(statement)).isEqualTo(List.of(false, false, false));
            connection.rollback();
        }
    }

    private static List<Boolean> answers(PreparedStatement statement) throws SQLException {
        try (ResultSet rows = statement.executeQuery()) {
            rows.next();
            return List.of(rows.getBoolean(1), rows.getBoolean(2), rows.getBoolean(3));
        }
    }
}
