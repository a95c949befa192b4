package dev.jooqcache.benchmarks;

import static dev.jooqcache.sample.generated.Tables.COPY;
import static dev.jooqcache.sample.generated.Tables.FILM;
import static dev.jooqcache.sample.generated.Tables.PAYMENT;
import static dev.jooqcache.sample.generated.Tables.RENTAL;

import java.math.BigDecimal;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.Result;

/** The catalogue in jOOQ; whether there is a cache depends on the context. */
class JooqCatalogue implements Catalogue {

    private static final BigDecimal FEE = new BigDecimal("2.99");
    private static final int EMPLOYEE = 1;

    private final DSLContext dsl;

    JooqCatalogue(DSLContext dsl) {
        this.dsl = dsl;
    }

    final DSLContext dsl() {
        return dsl;
    }

    @Override
    public Record film(int id) {
        return Queries.film(dsl, id).fetchSingle();
    }

    @Override
    public Result<?> page(int number) {
        return Queries.page(dsl, number).fetch();
    }

    @Override
    public Record detail(int film) {
        return Queries.detail(dsl, film).fetchSingle();
    }

    @Override
    public Result<?> genres(int language) {
        return Queries.genres(dsl, language).fetch();
    }

    @Override
    public Result<?> report(int payment) {
        return Queries.report(dsl, payment).fetch();
    }

    @Override
    public void reprice(int film, BigDecimal price, LocalDateTime at) {
        dsl.update(FILM)
                .set(FILM.RENTAL_PRICE, price)
                .set(FILM.UPDATED_AT, at)
                .where(FILM.ID.eq(film))
                .execute();
    }

    @Override
    public void rent(int copy, int customer) {
        OffsetDateTime now = OffsetDateTime.now(ZoneOffset.UTC).truncatedTo(ChronoUnit.MICROS);
        dsl.transaction(transaction -> {
            DSLContext tx = transaction.dsl();
            tx.update(COPY).set(COPY.AVAILABLE, false).where(COPY.ID.eq(copy)).execute();
            Long rental = tx.insertInto(RENTAL)
                    .set(RENTAL.COPY_ID, copy)
                    .set(RENTAL.CUSTOMER_ID, customer)
                    .set(RENTAL.EMPLOYEE_ID, EMPLOYEE)
                    .set(RENTAL.RENTED_AT, now)
                    .set(RENTAL.DUE_ON, now.toLocalDate().plusDays(3))
                    .returningResult(RENTAL.ID)
                    .fetchSingle()
                    .value1();
            tx.insertInto(PAYMENT)
                    .set(PAYMENT.RENTAL_ID, rental)
                    .set(PAYMENT.REASON, "RENTAL")
                    .set(PAYMENT.AMOUNT, FEE)
                    .set(PAYMENT.PAID_AT, now)
                    .execute();
        });
    }

    @Override
    public void close() {}
}
