package dev.jooqcache.fidelity;

import static dev.jooqcache.testing.Catalogue.BOOK;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jooqcache.CacheStats;
import dev.jooqcache.testing.Books;
import dev.jooqcache.testing.Database;
import dev.jooqcache.testing.DatabaseTest;
import dev.jooqcache.testing.Fixture;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import javax.sql.DataSource;
import net.ttddyy.dsproxy.support.ProxyDataSourceBuilder;
import org.jooq.DSLContext;
import org.jooq.impl.DSL;
import org.jooq.impl.DefaultConfiguration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** JDBC objects of the user's that refuse what only the cache asks of them: the query goes on as without it. */
@Tag("F3")
@Tag("slow")
class RefusingWrapperTest {

    private static final Map<Class<?>, Set<String>> QUESTIONS = Map.of(
            DataSource.class,
            Set.of("unwrap", "isWrapperFor"),
            Connection.class,
            Set.of(
                    "unwrap",
                    "isWrapperFor",
                    "getMetaData",
                    "getAutoCommit",
                    "getTransactionIsolation",
                    "isClosed",
                    "isValid",
                    "getSchema",
                    "getCatalog",
                    "createStatement",
                    "getTypeMap",
                    "isReadOnly"),
            DatabaseMetaData.class,
            Set.of("getURL", "getConnection", "getDatabaseProductName", "unwrap", "getTables"),
            Statement.class,
            Set.of(
                    "unwrap",
                    "isWrapperFor",
                    "getMaxRows",
                    "getQueryTimeout",
                    "getConnection",
                    "getResultSetType",
                    "getResultSetConcurrency",
                    "isClosed",
                    "getFetchSize"),
            ResultSet.class,
            Set.of(
                    "unwrap",
                    "isWrapperFor",
                    "getType",
                    "getConcurrency",
                    "getStatement",
                    "isClosed",
                    "getFetchSize",
                    "findColumn",
                    "getHoldability",
                    "getRow"));

    /** How a call is refused. */
    private enum Refusal {
        FEATURE,
        OPERATION,
        MISSING,
        NULL
    }

    /** The others take long there, and are the same to the cache. */
    private static final Refusal[] SERVERS_REFUSAL = {Refusal.OPERATION};

    static Stream<Arguments> refusals() {
        return Database.all().stream()
                .flatMap(database -> Stream.of(database == Database.H2 ? Refusal.values() : SERVERS_REFUSAL)
                        .map(refusal -> Arguments.of(database, refusal)));
    }

    @Tag("database")
    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("refusals")
    void execute_anyQuestionIsRefused_isAsWithoutTheCache(Database database, Refusal refusal) {
        QUESTIONS.forEach((type, names) -> names.forEach(name -> {
            try (Fixture f = Fixture.catalogue(database).expectingFailures()) {
                DataSource refusing = (DataSource) new Wrapper(type, name, refusal).wrap(f.pool, DataSource.class);
                Map<String, Object> expected = outcomes(DSL.using(refusing, database.dialect()));
                Function<DataSource, DSLContext> derived = f::on;
                Function<DataSource, DSLContext> tracked = pool -> derived.apply(f.cache.track(pool));
                Function<DataSource, DSLContext> listenerOnly = pool -> new DefaultConfiguration()
                        .set(pool)
                        .set(database.dialect())
                        .set(f.cache.executeListenerProvider())
                        .dsl();
                for (Function<DataSource, DSLContext> registration : List.of(derived, tracked, listenerOnly)) {
                    reset(f);
                    assertThat(outcomes(registration.apply(refusing)))
                            .as("%s.%s", type.getSimpleName(), name)
                            .isEqualTo(expected);
                }
                assertThat(f.pool.getHikariPoolMXBean().getActiveConnections()).isZero();
            }
        }));
    }

    private static void reset(Fixture f) {
        Books.retitle(f.unseen, "1984");
        f.unseen.update(BOOK).set(BOOK.STOCK, 20).where(BOOK.ID.eq(2)).execute();
        f.cache.invalidateAll();
    }

    /** What each of some executions came to. */
    private static Map<String, Object> outcomes(DSLContext dsl) {
        Map<String, Object> outcomes = new LinkedHashMap<>();
        for (int i = 0; i < 2; i++) {
            outcomes.put("read " + i, outcome(() -> Books.titles(dsl).fetch().intoMaps()));
            outcomes.put(
                    "text " + i,
                    outcome(() ->
                            dsl.fetch("select id, stock from book order by id").intoMaps()));
            outcomes.put("lazy " + i, outcome(() -> {
                try (Stream<?> stream = Books.names(dsl).fetchStream()) {
                    return stream.toList().toString();
                }
            }));
            String title = "title " + i;
            outcomes.put("write " + i, outcome(() -> {
                Books.retitle(dsl, title);
                return Books.title(dsl);
            }));
            outcomes.put(
                    "transaction " + i,
                    outcome(() -> dsl.transactionResult(c -> {
                        c.dsl()
                                .update(BOOK)
                                .set(BOOK.STOCK, 1)
                                .where(BOOK.ID.eq(2))
                                .execute();
                        return Books.titles(c.dsl()).fetch().size();
                    })));
        }
        return outcomes;
    }

    private static Object outcome(java.util.concurrent.Callable<Object> work) {
        try {
            return work.call();
        } catch (Throwable e) {
            return "failed";
        }
    }

    /** Wraps JDBC objects, and all that they answer; one method of one type is refused. */
    private record Wrapper(Class<?> refusing, String method, Refusal refusal) {

        Object wrap(Object target, Class<?> type) {
            return Proxy.newProxyInstance(
                    Wrapper.class.getClassLoader(),
                    new Class<?>[] {type},
                    (proxy, called, arguments) -> invoke(target, called, arguments));
        }

        private Object invoke(Object target, Method called, Object[] arguments) throws Throwable {
            boolean primitive = called.getReturnType().isPrimitive();
            if (refusing.isInstance(target)
                    && called.getName().equals(method)
                    && !(refusal == Refusal.NULL && primitive)) return refuse();
            try {
                Object answer = called.invoke(target, arguments);
                for (Class<?> type : List.of(
                        Connection.class,
                        PreparedStatement.class,
                        Statement.class,
                        ResultSet.class,
                        DatabaseMetaData.class))
                    if (type.isInstance(answer) && type.isAssignableFrom(called.getReturnType()))
                        return wrap(answer, type);
                return answer;
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }

        private Object refuse() throws Throwable {
            switch (refusal) {
                case FEATURE -> throw new SQLFeatureNotSupportedException();
                case OPERATION -> throw new UnsupportedOperationException();
                case MISSING -> throw new AbstractMethodError();
                default -> {
                    return null;
                }
            }
        }
    }

    @DatabaseTest
    void fetch_throughRepeatableReadResultSet_isHit(Database database) {
        try (Fixture f = Fixture.catalogue(database)) {
            DataSource proxy = ProxyDataSourceBuilder.create("proxy", f.pool)
                    .repeatableReadResultSet()
                    .build();
            DSLContext dsl = f.on(f.cache.track(proxy));
            for (int i = 0; i < 2; i++) {
                assertThat(Books.title(dsl)).isEqualTo(i == 0 ? "1984" : "new");
                CacheStats done =
                        f.during(() -> assertThat(Books.titles(dsl).fetch()).hasSize(3));
                assertThat(done.hits()).as(done.toString()).isEqualTo(1);
                assertThat(dsl.fetch("select stock from book order by id").getValues(0))
                        .hasToString("[10, 20, 30]");
                Books.retitle(dsl, "new");
            }
        }
    }
}
