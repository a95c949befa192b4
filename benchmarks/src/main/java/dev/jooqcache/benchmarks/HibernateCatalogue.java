package dev.jooqcache.benchmarks;

import dev.jooqcache.benchmarks.Entities.Copy;
import dev.jooqcache.benchmarks.Entities.Credit;
import dev.jooqcache.benchmarks.Entities.Film;
import dev.jooqcache.benchmarks.Entities.Genre;
import dev.jooqcache.benchmarks.Entities.Payment;
import dev.jooqcache.benchmarks.Entities.Person;
import dev.jooqcache.benchmarks.Entities.Rental;
import dev.jooqcache.migrations.CatalogueMigrations;
import java.math.BigDecimal;
import java.time.LocalDateTime;
import java.util.List;
import org.hibernate.Hibernate;
import org.hibernate.SessionFactory;
import org.hibernate.boot.model.naming.CamelCaseToUnderscoresNamingStrategy;
import org.hibernate.boot.registry.StandardServiceRegistryBuilder;
import org.hibernate.cache.jcache.ConfigSettings;
import org.hibernate.cfg.AvailableSettings;
import org.hibernate.cfg.Configuration;

/** Hibernate ORM with its second-level cache and its query cache on hibernate-jcache and Ehcache. */
final class HibernateCatalogue implements Catalogue {

    private static final List<String> REGIONS = List.of(
            "default-query-results-region", "default-update-timestamps-region", "film", "credits", "genres", "rentals");

    private final SessionFactory sessions;

    private HibernateCatalogue(SessionFactory sessions) {
        this.sessions = sessions;
    }

    static HibernateCatalogue over(Database database) {
        Configuration configuration = new Configuration();
        configuration.setPhysicalNamingStrategy(new CamelCaseToUnderscoresNamingStrategy());
        for (Class<?> entity :
                List.of(Film.class, Credit.class, Person.class, Genre.class, Copy.class, Rental.class, Payment.class))
            configuration.addAnnotatedClass(entity);
        StandardServiceRegistryBuilder settings = new StandardServiceRegistryBuilder()
                .applySetting(AvailableSettings.JAKARTA_NON_JTA_DATASOURCE, database.pool())
                .applySetting(AvailableSettings.DEFAULT_SCHEMA, CatalogueMigrations.SCHEMA)
                .applySetting(AvailableSettings.DEFAULT_BATCH_FETCH_SIZE, 32)
                .applySetting(AvailableSettings.USE_SECOND_LEVEL_CACHE, true)
                .applySetting(AvailableSettings.USE_QUERY_CACHE, true)
                .applySetting(AvailableSettings.CACHE_REGION_FACTORY, "jcache")
                .applySetting(ConfigSettings.CACHE_MANAGER, Ehcaches.manager(REGIONS));
        return new HibernateCatalogue(configuration.buildSessionFactory(settings.build()));
    }

    @Override
    public Object film(int id) {
        return sessions.fromSession(session -> session.find(Film.class, id));
    }

    @Override
    public Object page(int number) {
        return sessions.fromSession(session -> session.createQuery("from Film f order by f.title, f.id", Film.class)
                .setFirstResult(Queries.PAGE_SIZE * number)
                .setMaxResults(Queries.PAGE_SIZE)
                .setCacheable(true)
                .getResultList());
    }

    @Override
    public Object detail(int film) {
        return sessions.fromSession(session -> {
            Film found = session.find(Film.class, film);
            for (Credit credit : found.credits) Hibernate.initialize(credit.person);
            Hibernate.initialize(found.genres);
            return found.detail();
        });
    }

    @Override
    public Object genres(int language) {
        return sessions.fromSession(session -> session.createQuery("""
                        select g.name, count(*), min(f.rentalPrice), sum(f.rentalPrice)
                        from Film f join f.genres g where f.languageId = :language
                        group by g.name order by g.name""", Object[].class)
                .setParameter("language", (short) language)
                .setCacheable(true)
                .getResultList());
    }

    @Override
    public Object report(int payment) {
        return sessions.fromSession(session -> session.createQuery("""
                        select f.id, f.title, count(distinct r.id), sum(p.amount)
                        from Payment p join p.rental r join r.copy c join c.film f where p.id > :payment
                        group by f.id, f.title order by sum(p.amount) desc, f.id""", Object[].class)
                .setParameter("payment", (long) payment)
                .setMaxResults(10)
                .setCacheable(true)
                .getResultList());
    }

    @Override
    public void reprice(int film, BigDecimal price, LocalDateTime at) {
        sessions.inTransaction(session -> {
            Film found = session.find(Film.class, film);
            found.rentalPrice = price;
            found.updatedAt = at;
        });
    }

    @Override
    public void rent(int copy, int customer) {
        sessions.inTransaction(session -> {
            Copy found = session.find(Copy.class, copy);
            found.available = false;
            Rental rental = new Rental(found, customer);
            session.persist(rental);
            session.persist(new Payment(rental));
        });
    }

    @Override
    public void close() {
        sessions.close();
    }
}
