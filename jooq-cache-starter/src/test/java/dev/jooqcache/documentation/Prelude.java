package dev.jooqcache.documentation;

import com.zaxxer.hikari.HikariDataSource;
import dev.jooqcache.QueryCache;
import dev.jooqcache.model.CacheModel;
import dev.jooqcache.model.RoutineModel;
import dev.jooqcache.model.TableModel;
import jakarta.transaction.TransactionManager;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.time.LocalDate;
import java.util.List;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.jooq.Configuration;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.SQLDialect;
import org.jooq.TableField;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jooq.impl.TableImpl;

/** What snippets of the documentation may use without a declaration. */
@SuppressWarnings("unused")
public abstract class Prelude {

    protected static final FilmTable FILM = new FilmTable();
    protected static final ReviewTable REVIEW = new ReviewTable();
    protected static final BookTable BOOK = new BookTable();
    protected static final PlainTable AUTHOR = new PlainTable("AUTHOR");
    protected static final PlainTable RENTAL = new PlainTable("RENTAL");
    protected static final PlainTable INVOICE = new PlainTable("INVOICE");
    protected static final PlainTable AUDIT_LOG = new PlainTable("AUDIT_LOG");
    protected static final PlainTable REMOTE_VIEW = new PlainTable("REMOTE_VIEW");

    protected DataSource dataSource;
    protected DataSource pool;
    protected DataSource poolOfA;
    protected DataSource poolOfB;
    protected Configuration configuration;
    protected QueryCache cache;
    protected DSLContext dsl;
    protected Flyway flyway;
    protected TransactionManager transactionManager;
    protected TransactionSynchronizationRegistry synchronizationRegistry;
    protected String url = "";
    protected String text = "";
    protected int id;
    protected int filmId;

    /** A database with one film, a pool, a cache, and a context that uses it. */
    final void begin(String name) {
        HikariDataSource hikari = new HikariDataSource();
        hikari.setJdbcUrl("jdbc:h2:mem:" + name + ";DB_CLOSE_DELAY=-1");
        dataSource = hikari;
        pool = hikari;
        DSLContext plain = DSL.using(hikari, SQLDialect.H2);
        plain.createTable(FILM)
                .columns(FILM.ID, FILM.TITLE, FILM.RELEASED_ON)
                .primaryKey(FILM.ID)
                .execute();
        plain.insertInto(FILM).values(5, "Alien", LocalDate.of(1979, 5, 25)).execute();
        configuration = plain.configuration();
        cache = QueryCache.create();
        dsl = cache.derive(configuration).dsl();
    }

    final void end() {
        cache.close();
        ((HikariDataSource) dataSource).close();
    }

    /** The snippet, if it is made of statements. */
    public void run() throws Exception {}

    protected record Film(int id, String title) {}

    protected static final class FilmTable extends TableImpl<Record> {
        private static final long serialVersionUID = 1;
        public final TableField<Record, Integer> ID = createField(DSL.name("ID"), SQLDataType.INTEGER.notNull());
        public final TableField<Record, String> TITLE = createField(DSL.name("TITLE"), SQLDataType.VARCHAR(99));
        public final TableField<Record, LocalDate> RELEASED_ON =
                createField(DSL.name("RELEASED_ON"), SQLDataType.LOCALDATE);

        FilmTable() {
            super(DSL.name("FILM"));
        }
    }

    protected static final class ReviewTable extends TableImpl<Record> {
        private static final long serialVersionUID = 1;
        public final TableField<Record, Integer> ID = createField(DSL.name("ID"), SQLDataType.INTEGER);
        public final TableField<Record, Integer> FILM_ID = createField(DSL.name("FILM_ID"), SQLDataType.INTEGER);
        public final TableField<Record, String> TEXT = createField(DSL.name("TEXT"), SQLDataType.VARCHAR);

        ReviewTable() {
            super(DSL.name("REVIEW"));
        }
    }

    protected static final class BookTable extends TableImpl<Record> {
        private static final long serialVersionUID = 1;
        public final TableField<Record, Integer> ID = createField(DSL.name("ID"), SQLDataType.INTEGER);
        public final TableField<Record, LocalDate> DUE = createField(DSL.name("DUE"), SQLDataType.LOCALDATE);

        BookTable() {
            super(DSL.name("BOOK"));
        }
    }

    protected static final class PlainTable extends TableImpl<Record> {
        private static final long serialVersionUID = 1;

        PlainTable(String name) {
            super(DSL.name(name));
        }
    }

    /** In place of an application's generated model. */
    protected static final class PublicCacheModel implements CacheModel {
        public PublicCacheModel() {}

        @Override
        public List<TableModel> tables() {
            return List.of();
        }

        @Override
        public List<RoutineModel> routines() {
            return List.of();
        }
    }

    /** In place of an application's class. */
    protected static final class CurrentTenant {
        private CurrentTenant() {}

        public static String get() {
            return "a";
        }
    }
}
