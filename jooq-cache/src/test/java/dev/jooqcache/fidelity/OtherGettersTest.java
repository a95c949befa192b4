package dev.jooqcache.fidelity;

import static dev.jooqcache.testing.Catalogue.BOOK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.row;
import static org.jooq.impl.DSL.table;

import dev.jooqcache.BypassReason;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import dev.jooqcache.testing.Watched;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
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
import org.jooq.Record;
import org.jooq.ResultQuery;
import org.jooq.conf.Settings;
import org.jooq.impl.CallbackExecuteListener;
import org.jooq.impl.DefaultExecuteListenerProvider;
import org.jooq.impl.SQLDataType;
import org.junit.jupiter.api.Tag;

/** The same SQL text, read by other getters of JDBC than before, also beside a writer (F3). */
@Tag("F3")
class OtherGettersTest {

    private static final Field<String> STOCK_AS_TEXT = field(name("stock"), SQLDataType.VARCHAR(20));

    private static ResultQuery<? extends Record> stock(DSLContext dsl) {
        return dsl.select(BOOK.STOCK).from(BOOK).orderBy(BOOK.ID);
    }

    private static ResultQuery<? extends Record> coerced(DSLContext dsl) {
        return dsl.select(BOOK.STOCK).from(BOOK).orderBy(BOOK.ID).coerce(STOCK_AS_TEXT);
    }

    @DatabaseTest
    void fetch_sameTextCoerced_eachIsHit(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            Watched watched = new Watched(f);
            for (int i = 0; i < 2; i++) {
                watched.equalAndHit(dsl -> stock(dsl).fetch());
                watched.equalAndHit(dsl -> coerced(dsl).fetch());
                watched.equalAndHit(dsl -> dsl.resultQuery("select stock from book")
                        .coerce(BOOK.STOCK)
                        .fetch());
                watched.equalAndHit(dsl -> dsl.resultQuery("select stock from book")
                        .coerce(STOCK_AS_TEXT)
                        .fetch());
                watched.equalAndHit(
                        dsl -> dsl.resultQuery("select stock from book").fetch());
            }
        }
    }

    /** Of an execution with {@code fetchWarnings} off, nothing is known of warnings. */
    @DatabaseTest
    void fetch_withoutWarnings_hidesNoneFromFetchThatAsks(Database database) {
        if (database != Database.MARIADB) return;
        try (Fixture f = Fixture.empty(database)
                .with(
                        "create table t (id int primary key, n varchar(20))",
                        "insert into t values (1, '7'), (2, '8x')")) {
            AtomicInteger warnings = new AtomicInteger();
            DSLContext asking = f.dsl.configuration()
                    .deriveAppending(new CallbackExecuteListener().onWarning(ctx -> warnings.incrementAndGet()))
                    .dsl();
            DSLContext silent = f.dsl.configuration()
                    .derive(new Settings().withFetchWarnings(false))
                    .dsl();
            String warned = "select id from t where n > 0 order by id";
            for (int i = 1; i <= 2; i++) {
                for (int k = 0; k < 2; k++) assertThat(silent.fetch(warned)).hasSize(2);
                assertThat(asking.fetch(warned)).hasSize(2);
                assertThat(warnings).hasValue(i);
            }
            String plain = "select id from t order by id";
            for (DSLContext each : List.of(silent, asking)) {
                each.fetch(plain);
                assertThat(f.during(() -> each.fetch(plain)).hits()).isEqualTo(1);
            }
            assertThat(warnings).hasValue(2);
        }
    }

    @DatabaseTest
    void fetch_sameTextWithOtherNestedTypes_eachIsHit(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            Watched watched = new Watched(f);
            for (int i = 0; i < 2; i++) {
                watched.equalAndHit(dsl -> dsl.select(row(BOOK.ID, BOOK.STOCK))
                        .from(BOOK)
                        .orderBy(BOOK.ID)
                        .fetch());
                watched.equalAndHit(dsl -> dsl.select(row(BOOK.ID, BOOK.STOCK.coerce(String.class)))
                        .from(BOOK)
                        .orderBy(BOOK.ID)
                        .fetch());
            }
        }
    }

    @DatabaseTest
    void fetch_rowChangedAfterLookUpOfCoercedRead_answers(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            f.warm(OtherGettersTest::stock);
            DSLContext dsl = withExecuteEnd(
                    f,
                    () -> f.dsl.update(BOOK).set(BOOK.STOCK, BOOK.STOCK.plus(1)).execute());
            for (int i = 0; i < 3; i++)
                assertThat(coerced(dsl).fetch(0)).hasSize(3).doesNotContainNull();
        }
    }

    private static DSLContext withExecuteEnd(Fixture f, Runnable action) {
        CallbackExecuteListener listener = new CallbackExecuteListener().onExecuteEnd(ctx -> action.run());
        return f.cache
                .derive(f.unseen.configuration().derive(new DefaultExecuteListenerProvider(listener)))
                .dsl();
    }

    @DatabaseTest
    void fetchResultSet_rowsChangedBeforeTheFirstIsRead_answersOtherGetters(Database database) throws Exception {
        try (Fixture f = Fixture.catalogue(database)) {
            f.warm(OtherGettersTest::stock);
            try (ResultSet rows = stock(f.dsl).fetchResultSet()) {
                f.dsl.update(BOOK).set(BOOK.STOCK, 99).execute();
                assertThat(rows.next()).isTrue();
                assertThat(rows.getString("stock")).isEqualTo("99");
            }
            assertThat(f.pool.getHikariPoolMXBean().getActiveConnections()).isZero();
        }
    }

    @DatabaseTest
    void fetchResultSet_rowsDeletedBeforeTheFirstIsRead_answersNone(Database database) throws Exception {
        try (Fixture f = Fixture.catalogue(database)) {
            f.warm(OtherGettersTest::stock);
            try (ResultSet rows = stock(f.dsl).fetchResultSet()) {
                f.dsl.deleteFrom(BOOK).execute();
                assertThat(rows.next()).isFalse();
            }
            assertThat(f.pool.getHikariPoolMXBean().getActiveConnections()).isZero();
        }
    }

    @DatabaseTest
    void fetch_settingThatSelectsTheGetter_eachIsHit(Database database) {
        if (database == Database.MARIADB) return; // It has no such type.
        Field<OffsetDateTime> at = field(name("ts"), SQLDataType.TIMESTAMPWITHTIMEZONE);
        try (Fixture f = Fixture.empty(database)
                .with(
                        "create table moment (ts timestamp with time zone)",
                        "insert into moment values ('2026-01-02 03:04:05+00')")) {
            List<DSLContext> both = List.of(
                    f.dsl,
                    f.dsl.configuration()
                            .derive(new Settings().withBindOffsetDateTimeType(true))
                            .dsl());
            for (DSLContext dsl : both)
                dsl.select(at).from(table(name("moment"))).fetch();
            assertThat(f.during(() -> {
                                for (DSLContext dsl : both)
                                    dsl.select(at).from(table(name("moment"))).fetch();
                            })
                            .hits())
                    .isEqualTo(2);
        }
    }

    @DatabaseTest
    void fetch_bindingThatChangesItsGetter_isReadFromTheDatabase(Database database) {
        Moody mood = new Moody();
        Field<Object> day = field(name("d"), SQLDataType.OTHER.asConvertedDataType(new AsDate()));
        Field<Object> number = field(name("n"), SQLDataType.OTHER.asConvertedDataType(mood));
        Function<DSLContext, ResultQuery<? extends Record>> query =
                dsl -> dsl.select(day, number).from(table(name("days")));
        try (Fixture f = Fixture.empty(database)
                .with("create table days (d date, n int)", "insert into days values ('2026-01-02', 5)")) {
            query.apply(f.dsl).fetch();
            assertThat(f.during(() -> query.apply(f.dsl).fetch()).hits()).isEqualTo(1);
            mood.asText = true;
            assertThat(f.during(() -> assertThat(
                                            query.apply(f.dsl).fetch().get(0).intoList())
                                    .containsExactly(LocalDate.of(2026, 1, 2), "5"))
                            .notStored(BypassReason.UNKNOWN_RESULT_VALUE))
                    .isEqualTo(1);
        }
    }

    private abstract static class OwnBinding implements org.jooq.Binding<Object, Object> {
        private static final long serialVersionUID = 1L;

        abstract Object read(ResultSet rows, int column) throws SQLException;

        @Override
        public Converter<Object, Object> converter() {
            return Converter.of(Object.class, Object.class, value -> value, value -> value);
        }

        @Override
        public void get(BindingGetResultSetContext<Object> ctx) throws SQLException {
            ctx.value(read(ctx.resultSet(), ctx.index()));
        }

        @Override
        public void sql(BindingSQLContext<Object> ctx) {}

        @Override
        public void register(BindingRegisterContext<Object> ctx) {}

        @Override
        public void set(BindingSetStatementContext<Object> ctx) {}

        @Override
        public void set(BindingSetSQLOutputContext<Object> ctx) {}

        @Override
        public void get(BindingGetStatementContext<Object> ctx) {}

        @Override
        public void get(BindingGetSQLInputContext<Object> ctx) {}
    }

    private static final class AsDate extends OwnBinding {
        private static final long serialVersionUID = 1L;

        @Override
        Object read(ResultSet rows, int column) throws SQLException {
            return rows.getObject(column, LocalDate.class);
        }
    }

    private static final class Moody extends OwnBinding {
        private static final long serialVersionUID = 1L;

        private boolean asText;

        @Override
        Object read(ResultSet rows, int column) throws SQLException {
            return asText ? rows.getString(column) : rows.getObject(column, Integer.class);
        }
    }
}
