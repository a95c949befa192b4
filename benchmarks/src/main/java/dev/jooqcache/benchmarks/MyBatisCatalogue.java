package dev.jooqcache.benchmarks;

import dev.jooqcache.benchmarks.MyBatisMapper.Films;
import dev.jooqcache.benchmarks.MyBatisMapper.NewRental;
import dev.jooqcache.benchmarks.MyBatisMapper.Rentals;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Properties;
import java.util.function.Function;
import org.apache.ibatis.builder.xml.XMLMapperBuilder;
import org.apache.ibatis.mapping.Environment;
import org.apache.ibatis.session.Configuration;
import org.apache.ibatis.session.SqlSession;
import org.apache.ibatis.session.SqlSessionFactory;
import org.apache.ibatis.session.SqlSessionFactoryBuilder;
import org.apache.ibatis.transaction.jdbc.JdbcTransactionFactory;

/**
 * MyBatis with the {@code <cache/>} of its mappers. By default it answers copies, made by serialization; with {@code
 * readOnly} it answers the cached objects themselves.
 */
final class MyBatisCatalogue implements Catalogue {

    private final SqlSessionFactory sessions;

    private MyBatisCatalogue(SqlSessionFactory sessions) {
        this.sessions = sessions;
    }

    static MyBatisCatalogue over(Database database, boolean readOnly) {
        Configuration configuration =
                new Configuration(new Environment("benchmarks", new JdbcTransactionFactory(), database.pool()));
        configuration.setMapUnderscoreToCamelCase(true);
        configuration.setArgNameBasedConstructorAutoMapping(true);
        Properties variables = new Properties();
        variables.setProperty("readOnly", String.valueOf(readOnly));
        configuration.setVariables(variables);
        for (String mapper : List.of("films.xml", "rentals.xml")) parse(mapper, configuration);
        return new MyBatisCatalogue(new SqlSessionFactoryBuilder().build(configuration));
    }

    private static void parse(String mapper, Configuration configuration) {
        try (InputStream xml = MyBatisCatalogue.class.getResourceAsStream(mapper)) {
            new XMLMapperBuilder(xml, configuration, mapper, configuration.getSqlFragments()).parse();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private <T> T films(Function<Films, T> call) {
        try (SqlSession session = sessions.openSession(true)) {
            return call.apply(session.getMapper(Films.class));
        }
    }

    @Override
    public Object film(int id) {
        return films(films -> films.film(id));
    }

    @Override
    public Object page(int number) {
        return films(films -> films.page(Queries.PAGE_SIZE * number, Queries.PAGE_SIZE));
    }

    @Override
    public Object detail(int film) {
        return films(films -> films.detail(film));
    }

    @Override
    public Object genres(int language) {
        return films(films -> films.genres(language));
    }

    @Override
    public Object report(int payment) {
        try (SqlSession session = sessions.openSession(true)) {
            return session.getMapper(Rentals.class).report(payment);
        }
    }

    @Override
    public void reprice(int film, BigDecimal price, LocalDateTime at) {
        try (SqlSession session = sessions.openSession(true)) {
            session.getMapper(Films.class).reprice(film, price, at);
        }
    }

    @Override
    public void rent(int copy, int customer) {
        try (SqlSession session = sessions.openSession()) {
            Rentals rentals = session.getMapper(Rentals.class);
            rentals.take(copy);
            NewRental rental = new NewRental(copy, customer);
            rentals.insertRental(rental);
            rentals.insertPayment(rental);
            session.commit();
        }
    }

    @Override
    public void close() {}
}
