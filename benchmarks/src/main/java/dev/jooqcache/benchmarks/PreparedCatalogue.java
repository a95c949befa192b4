package dev.jooqcache.benchmarks;

import static dev.jooqcache.sample.generated.Tables.FILM;
import static dev.jooqcache.sample.generated.Tables.PAYMENT;
import static org.jooq.impl.DSL.param;

import dev.jooqcache.MappedQuery;
import dev.jooqcache.QueryCache;
import dev.jooqcache.benchmarks.Rows.FilmDetail;
import dev.jooqcache.benchmarks.Rows.FilmRow;
import dev.jooqcache.benchmarks.Rows.GenreSummary;
import dev.jooqcache.benchmarks.Rows.TopFilm;
import dev.jooqcache.sample.CachedCatalogue;
import java.math.BigDecimal;
import java.time.LocalDateTime;
import java.util.List;
import org.jooq.Configuration;
import org.jooq.DSLContext;
import org.jooq.Records;

/** jOOQ with jooq-cache, each read prepared once and mapped to the same records as {@code @Cacheable} answers. */
final class PreparedCatalogue implements Catalogue {

    private final QueryCache cache;
    private final JooqCatalogue writing;
    private final MappedQuery<FilmRow> film;
    private final MappedQuery<FilmRow> page;
    private final MappedQuery<FilmDetail> detail;
    private final MappedQuery<GenreSummary> genres;
    private final MappedQuery<TopFilm> report;

    private PreparedCatalogue(QueryCache cache, DSLContext dsl) {
        this.cache = cache;
        this.writing = new JooqCatalogue(dsl);
        this.film =
                cache.prepare(dsl, d -> Queries.film(d, param("id", FILM.ID))).map(Records.mapping(FilmRow::new));
        this.page = cache.prepare(dsl, d -> Queries.page(d, param("offset", Integer.class)))
                .map(Records.mapping(FilmRow::new));
        this.detail = cache.prepare(dsl, d -> Queries.detail(d, param("film", FILM.ID)))
                .map(Rows::detail);
        this.genres = cache.prepare(dsl, d -> Queries.genres(d, param("language", FILM.LANGUAGE_ID)))
                .map(Records.mapping(GenreSummary::new));
        this.report = cache.prepare(dsl, d -> Queries.report(d, param("payment", PAYMENT.ID)))
                .map(Records.mapping(TopFilm::new));
    }

    static PreparedCatalogue over(Configuration configuration) {
        QueryCache cache = CachedCatalogue.settings(configuration).build();
        return new PreparedCatalogue(cache, cache.derive(configuration).dsl());
    }

    @Override
    public FilmRow film(int id) {
        return film.fetchSingle(id);
    }

    @Override
    public List<FilmRow> page(int number) {
        return page.fetch(Queries.PAGE_SIZE * number);
    }

    @Override
    public FilmDetail detail(int id) {
        return detail.fetchSingle(id);
    }

    @Override
    public List<GenreSummary> genres(int language) {
        return genres.fetch((short) language);
    }

    @Override
    public List<TopFilm> report(int payment) {
        return report.fetch((long) payment);
    }

    @Override
    public void reprice(int id, BigDecimal price, LocalDateTime at) {
        writing.reprice(id, price, at);
    }

    @Override
    public void rent(int copy, int customer) {
        writing.rent(copy, customer);
    }

    @Override
    public void close() {
        cache.close();
    }
}
