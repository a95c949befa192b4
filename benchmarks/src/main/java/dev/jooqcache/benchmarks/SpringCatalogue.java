package dev.jooqcache.benchmarks;

import dev.jooqcache.benchmarks.Rows.FilmDetail;
import dev.jooqcache.benchmarks.Rows.FilmRow;
import dev.jooqcache.benchmarks.Rows.GenreSummary;
import dev.jooqcache.benchmarks.Rows.TopFilm;
import java.math.BigDecimal;
import java.time.LocalDateTime;
import java.util.List;
import org.jooq.DSLContext;
import org.jooq.Records;
import org.springframework.cache.annotation.CacheEvict;
import org.springframework.cache.annotation.Cacheable;
import org.springframework.cache.annotation.Caching;

/** A service over the same jOOQ queries, with Spring's annotations: reads are cached by argument, writes evict by hand. */
class SpringCatalogue implements Catalogue {

    private final DSLContext dsl;
    private final JooqCatalogue writing;

    SpringCatalogue(DSLContext dsl) {
        this.dsl = dsl;
        this.writing = new JooqCatalogue(dsl);
    }

    @Override
    @Cacheable("films")
    public FilmRow film(int id) {
        return Queries.film(dsl, id).fetchSingle(Records.mapping(FilmRow::new));
    }

    @Override
    @Cacheable("pages")
    public List<FilmRow> page(int number) {
        return Queries.page(dsl, number).fetch(Records.mapping(FilmRow::new));
    }

    @Override
    @Cacheable("details")
    public FilmDetail detail(int film) {
        return Queries.detail(dsl, film).fetchSingle(Rows::detail);
    }

    @Override
    @Cacheable("genres")
    public List<GenreSummary> genres(int language) {
        return Queries.genres(dsl, language).fetch(Records.mapping(GenreSummary::new));
    }

    @Override
    @Cacheable("reports")
    public List<TopFilm> report(int payment) {
        return Queries.report(dsl, payment).fetch(Records.mapping(TopFilm::new));
    }

    @Override
    @Caching(
            evict = {
                @CacheEvict(cacheNames = "films", key = "#film"),
                @CacheEvict(cacheNames = "details", key = "#film"),
                @CacheEvict(cacheNames = "pages", allEntries = true),
                @CacheEvict(cacheNames = "genres", allEntries = true)
            })
    public void reprice(int film, BigDecimal price, LocalDateTime at) {
        writing.reprice(film, price, at);
    }

    @Override
    @CacheEvict(cacheNames = "reports", allEntries = true)
    public void rent(int copy, int customer) {
        writing.rent(copy, customer);
    }

    @Override
    public void close() {}
}
