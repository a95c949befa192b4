package dev.jooqcache.precision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.CacheHint;
import dev.jooqcache.CacheStats;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.jooq.DSLContext;
import org.jooq.ResultQuery;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.jooq.impl.DefaultConfiguration;
import org.jooq.tools.jdbc.DefaultConnection;
import org.jooq.tools.jdbc.DefaultPreparedStatement;
import org.jooq.tools.jdbc.DefaultResultSet;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** Reads whose rows tell what they depend on, where the rows or the names are not what they seem. */
class ShownRowsTest {

    private static final String LONG = "a_very_long_name_of_a_column_that_is_cut_off_after_sixty_three_";

    private static final String[] SCHEMA = {
        "create table film (id int primary key, title varchar(50), views int, " + LONG + " int default 0)",
        "insert into film (id, title, views) values (1, 'Metropolis', 0), (2, 'M', 0), (3, 'Alphaville', 0)",
    };

    /** PostgreSQL cuts names off after 63 bytes, so the word in the text is not that of the column it means. */
    @DatabaseTest
    void column_namedByMoreThanTheDatabaseKeeps_invalidates(Database database) {
        if (database != Database.POSTGRESQL) return;
        String read = "select title from film where " + LONG + "xxx = 0 order by id";
        try (Fixture f = Fixture.empty(database).with(SCHEMA)) {
            f.dsl.resultQuery(read).fetch();
            f.dsl.resultQuery(read).fetch();
            f.dsl.execute("update film set " + LONG + " = 1 where id = 1");
            f.assertFresh((DSLContext dsl) -> dsl.resultQuery(read));
        }
    }

    /** A wrapper of the tracked data source has other keys read than the table has. */
    @DatabaseTest
    void key_thatAWrapperChanges_isNotTakenForTheTables(Database database) {
        assertFreshBehind(database, rows -> new DefaultResultSet(rows) {
            @Override
            public int getInt(int column) throws SQLException {
                return super.getInt(column) + 1000;
            }
        });
    }

    /** A wrapper of the tracked data source leaves rows out, by a column that is only shown. */
    @DatabaseTest
    void rows_thatAWrapperLeavesOut_invalidate(Database database) {
        assertFreshBehind(
                database,
                rows -> new DefaultResultSet(rows) {
                    @Override
                    public boolean next() throws SQLException {
                        while (super.next()) if (rows.getInt(2) == 0) return true;
                        return false;
                    }
                },
                "update film set views = 1 where id > 0",
                "update film set views = 0 where id = 1");
    }

    private static void assertFreshBehind(Database database, UnaryOperator<ResultSet> wrapping, String... unseen) {
        try (Fixture f = Fixture.empty(database).with(SCHEMA)) {
            for (int i = 0; i + 1 < unseen.length; i++) f.unseen.execute(unseen[i]);
            DSLContext dsl = f.cache
                    .derive(new DefaultConfiguration()
                            .set(new Wrapper(f.tracked, wrapping))
                            .set(database.dialect()))
                    .dsl();
            DSLContext bypassed = f.cache.with(dsl, CacheHint.bypass());
            Table<?> film = DSL.table(DSL.name("film"));
            Function<DSLContext, ResultQuery<?>> read = d -> d.select(
                            DSL.field(DSL.name("film", "id"), Integer.class),
                            DSL.field(DSL.name("film", "views"), Integer.class))
                    .from(film)
                    .orderBy(DSL.field(DSL.name("film", "id")));
            read.apply(dsl).fetch();
            CacheStats before = f.cache.stats();
            read.apply(dsl).fetch();
            assertThat(f.cache.stats().minus(before).hits()).isEqualTo(1);
            f.dsl.execute(unseen.length > 0 ? unseen[unseen.length - 1] : "update film set views = 7 where id = 1");
            assertThat(read.apply(dsl).fetch().formatCSV())
                    .isEqualTo(read.apply(bypassed).fetch().formatCSV());
        }
    }

    private static final class Wrapper extends DelegatingDataSource {

        private final UnaryOperator<ResultSet> wrapping;

        Wrapper(DataSource tracked, UnaryOperator<ResultSet> wrapping) {
            super(tracked);
            this.wrapping = wrapping;
        }

        @Override
        public Connection getConnection() throws SQLException {
            return new DefaultConnection(super.getConnection()) {
                @Override
                public PreparedStatement prepareStatement(String sql) throws SQLException {
                    return new DefaultPreparedStatement(super.prepareStatement(sql)) {
                        @Override
                        public ResultSet getResultSet() throws SQLException {
                            return wrapping.apply(super.getResultSet());
                        }
                    };
                }
            };
        }
    }
}
