package dev.jooqcache.fidelity;

import static dev.jooqcache.testing.Catalogue.BOOK;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.testing.Books;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import dev.jooqcache.testing.Watched;
import java.util.List;
import java.util.stream.IntStream;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.ResultQuery;
import org.jooq.conf.DiagnosticsConnection;
import org.jooq.conf.Settings;
import org.jooq.conf.StatementType;
import org.jooq.impl.CallbackExecuteListener;
import org.jooq.impl.DSL;
import org.jooq.impl.DefaultConfiguration;
import org.jooq.impl.DefaultExecuteListenerProvider;
import org.junit.jupiter.api.Tag;

/** Queries that jOOQ sends as they are, with their values inlined, without preparing them (F3). */
@Tag("F3")
class StaticStatementTest {

    private static Settings settings() {
        return new Settings().withStatementType(StatementType.STATIC_STATEMENT);
    }

    private static DSLContext unprepared(Fixture f) {
        return f.dsl.configuration().derive(settings()).dsl();
    }

    private static ResultQuery<? extends Record> title(DSLContext dsl, int id) {
        return dsl.select(BOOK.TITLE).from(BOOK).where(BOOK.ID.eq(id));
    }

    @DatabaseTest
    void fetch_static_isHitWithoutConnection(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            Watched watched = new Watched(f, new DefaultConfiguration().set(settings()));
            watched.equalAndHit(dsl -> Books.titles(dsl).fetch());
            watched.equalAndHit(dsl -> title(dsl, 1).fetch());
            watched.equalAndHit(dsl -> title(dsl, 2).fetch());
            watched.equalAndHit(dsl -> Books.titles(dsl).queryTimeout(10).fetch());
            watched.equalAndHit(dsl -> dsl.fetch("select title from book where id = 3"));
            assertThat(f.pool.getHikariPoolMXBean().getActiveConnections()).isZero();
        }
    }

    @DatabaseTest
    void fetch_static_throughJooqsDiagnostics_isHit(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            Settings diagnosed = settings().withDiagnosticsConnection(DiagnosticsConnection.ON);
            Watched watched = new Watched(f, new DefaultConfiguration().set(diagnosed));
            watched.equalAndHit(dsl -> Books.titles(dsl).fetch());
            watched.equalAndHit(dsl -> title(dsl, 1).fetch());
        }
    }

    @DatabaseTest
    void fetch_static_seesWrites(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            DSLContext dsl = unprepared(f);
            for (int i = 0; i < 2; i++) title(dsl, 1).fetch();
            dsl.update(BOOK).set(BOOK.TITLE, "new").where(BOOK.ID.eq(1)).execute();
            assertThat(title(dsl, 1).fetchOne(0)).isEqualTo("new");
            f.dsl.update(BOOK).set(BOOK.TITLE, "newer").where(BOOK.ID.eq(1)).execute();
            assertThat(title(dsl, 1).fetchOne(0)).isEqualTo("newer");
        }
    }

    @DatabaseTest
    void fetch_staticAndPreparedInTurn_serveEachOther(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            DSLContext dsl = unprepared(f);
            // The same text, since it has no values.
            Books.titles(dsl).fetch();
            assertThat(f.during(() -> {
                                assertThat(Books.titles(f.dsl).fetch()).hasSize(3);
                                assertThat(Books.titles(dsl).fetch()).hasSize(3);
                            })
                            .hits())
                    .isEqualTo(2);
            for (DSLContext each : List.of(dsl, f.dsl, dsl, f.dsl))
                assertThat(title(each, 3).fetchOne(0)).isEqualTo("Brida");
        }
    }

    @DatabaseTest
    void fetch_withinTransaction_isHit(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            DSLContext dsl = unprepared(f);
            title(dsl, 1).fetch();
            assertThat(f.during(() -> dsl.transaction(c ->
                                    assertThat(title(c.dsl(), 1).fetchOne(0)).isEqualTo("1984")))
                            .hits())
                    .isEqualTo(1);
        }
    }

    @DatabaseTest
    @Tag("slow")
    void fetch_tooManyValuesToPrepare_isHit(Database database) {
        Integer[] ids = IntStream.range(0, 40_000).boxed().toArray(Integer[]::new);
        try (Fixture f = Fixture.catalogue(database)) {
            new Watched(f)
                    .equalAndHit(dsl -> dsl.select(BOOK.TITLE)
                            .from(BOOK)
                            .where(BOOK.ID.in(ids))
                            .orderBy(BOOK.ID)
                            .fetch());
        }
    }

    @DatabaseTest
    void fetch_listenerUsesStatementsOfItsOwnMeanwhile_answersBoth(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            CallbackExecuteListener listener = new CallbackExecuteListener().onPrepareStart(ctx -> {
                // The pool closes the statement: in jOOQ 3.20, closing one gives the connection back before jOOQ uses
                // it.
                try (var rows = ctx.connection().createStatement().executeQuery(ctx.sql())) {
                    assertThat(rows.next()).isTrue();
                } catch (java.sql.SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
            DSLContext dsl = DSL.using(f.dsl.configuration()
                    .derive(settings())
                    .deriveAppending(new DefaultExecuteListenerProvider(listener)));
            for (int i = 0; i < 3; i++) assertThat(Books.titles(dsl).fetch()).hasSize(3);
            assertThat(f.cache.stats().hits()).isEqualTo(2);
            assertThat(f.pool.getHikariPoolMXBean().getActiveConnections()).isZero();
        }
    }

    @DatabaseTest
    void fetch_listenerChangesTheTextOnceItIsPrepared_isAnsweredByTheDatabase(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            CallbackExecuteListener listener = new CallbackExecuteListener()
                    .onPrepareStart(ctx -> ctx.sql(ctx.sql().replace("order by", "where 1 = 0 order by")));
            DSLContext plain = unprepared(f);
            for (int i = 0; i < 2; i++) Books.titles(plain).fetch();
            DSLContext dsl =
                    DSL.using(plain.configuration().deriveAppending(new DefaultExecuteListenerProvider(listener)));
            assertThat(Books.titles(dsl).fetch()).isEmpty();
            assertThat(Books.titles(plain).fetch()).hasSize(3);
        }
    }
}
