package dev.jooqcache.sample;

import static dev.jooqcache.sample.generated.Tables.COPY;
import static dev.jooqcache.sample.generated.Tables.CUSTOMER;
import static dev.jooqcache.sample.generated.Tables.FILM;
import static dev.jooqcache.sample.generated.Tables.FILM_CREDIT;
import static dev.jooqcache.sample.generated.Tables.FILM_GENRE;
import static dev.jooqcache.sample.generated.Tables.FILM_LISTING;
import static dev.jooqcache.sample.generated.Tables.GENRE;
import static dev.jooqcache.sample.generated.Tables.PAYMENT;
import static dev.jooqcache.sample.generated.Tables.RENTAL;
import static dev.jooqcache.sample.generated.Tables.STORE;
import static org.jooq.impl.DSL.count;
import static org.jooq.impl.DSL.countDistinct;
import static org.jooq.impl.DSL.currentLocalDate;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.multiset;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.sum;

import java.time.OffsetDateTime;
import java.util.UUID;

/** The queries of a film-rental catalogue. Each orders its rows fully, so that its answer is one value. */
final class CatalogueReads {

    private static final int PAGE_SIZE = 20;

    private CatalogueReads() {}

    static Question price(Choices choices) {
        int film = choices.film();
        return dsl -> dsl.select(FILM.RENTAL_PRICE).from(FILM).where(FILM.ID.eq(film));
    }

    static Question film(Choices choices) {
        int film = choices.film();
        return dsl -> dsl.select(
                        FILM.ID,
                        FILM.TITLE,
                        FILM.SYNOPSIS,
                        FILM.RELEASED_ON,
                        FILM.RUNNING_MINUTES,
                        FILM.AGE_RATING,
                        FILM.SUBTITLES,
                        FILM.RENTAL_PRICE,
                        FILM.FACTS,
                        FILM.UPDATED_AT,
                        FILM.language().NAME,
                        multiset(select(FILM_CREDIT.JOB, FILM_CREDIT.person().NAME, FILM_CREDIT.CHARACTER_NAME)
                                        .from(FILM_CREDIT)
                                        .where(FILM_CREDIT.FILM_ID.eq(FILM.ID))
                                        .orderBy(FILM_CREDIT.BILLING))
                                .as("credits"),
                        multiset(select(FILM_GENRE.genre().NAME)
                                        .from(FILM_GENRE)
                                        .where(FILM_GENRE.FILM_ID.eq(FILM.ID))
                                        .orderBy(FILM_GENRE.GENRE_ID))
                                .as("genres"))
                .from(FILM)
                .where(FILM.ID.eq(film));
    }

    static Question page(Choices choices) {
        short genre = choices.genre();
        int page = choices.page();
        return dsl -> dsl.select(
                        FILM.ID, FILM.TITLE, FILM.RELEASED_ON, FILM.AGE_RATING, FILM.RENTAL_PRICE, FILM.language().NAME)
                .from(FILM)
                .join(FILM_GENRE)
                .on(FILM_GENRE.FILM_ID.eq(FILM.ID))
                .where(FILM_GENRE.GENRE_ID.eq(genre))
                .orderBy(FILM.TITLE, FILM.ID)
                .limit(PAGE_SIZE)
                .offset(PAGE_SIZE * page);
    }

    static Question genres() {
        return dsl -> dsl.select(GENRE.ID, GENRE.NAME, count())
                .from(GENRE)
                .join(FILM_GENRE)
                .on(FILM_GENRE.GENRE_ID.eq(GENRE.ID))
                .groupBy(GENRE.ID, GENRE.NAME)
                .orderBy(GENRE.NAME);
    }

    static Question stock(Choices choices) {
        int film = choices.film();
        return dsl -> dsl.select(STORE.ID, STORE.NAME, count(), count().filterWhere(COPY.AVAILABLE))
                .from(COPY)
                .join(STORE)
                .on(STORE.ID.eq(COPY.STORE_ID))
                .where(COPY.FILM_ID.eq(film))
                .groupBy(STORE.ID, STORE.NAME)
                .orderBy(STORE.ID);
    }

    static Question customer(Choices choices) {
        UUID membershipNumber = choices.membershipNumber();
        return dsl -> dsl.select(
                        CUSTOMER.ID,
                        CUSTOMER.GIVEN_NAME,
                        CUSTOMER.FAMILY_NAME,
                        CUSTOMER.EMAIL,
                        CUSTOMER.BORN_ON,
                        CUSTOMER.PREFERENCES,
                        CUSTOMER.ACTIVE,
                        CUSTOMER.JOINED_AT,
                        CUSTOMER.membershipPlan().NAME,
                        CUSTOMER.membershipPlan().DISCOUNT)
                .from(CUSTOMER)
                .where(CUSTOMER.MEMBERSHIP_NUMBER.eq(membershipNumber));
    }

    static Question history(Choices choices) {
        int customer = choices.customer();
        return dsl -> dsl.select(
                        RENTAL.ID,
                        RENTAL.copy().film().TITLE,
                        RENTAL.RENTED_AT,
                        RENTAL.DUE_ON,
                        RENTAL.RETURNED_AT,
                        field(select(sum(PAYMENT.AMOUNT)).from(PAYMENT).where(PAYMENT.RENTAL_ID.eq(RENTAL.ID)))
                                .as("paid"))
                .from(RENTAL)
                .where(RENTAL.CUSTOMER_ID.eq(customer))
                .orderBy(RENTAL.RENTED_AT.desc(), RENTAL.ID.desc())
                .limit(PAGE_SIZE);
    }

    static Question topTen(Choices choices) {
        short store = choices.store();
        OffsetDateTime from = choices.quarter();
        OffsetDateTime to = from.plusMonths(3);
        return dsl -> dsl.select(
                        FILM.ID,
                        FILM.TITLE,
                        countDistinct(RENTAL.ID).as("rentals"),
                        sum(PAYMENT.AMOUNT).as("takings"))
                .from(RENTAL)
                .join(COPY)
                .on(COPY.ID.eq(RENTAL.COPY_ID))
                .join(FILM)
                .on(FILM.ID.eq(COPY.FILM_ID))
                .join(PAYMENT)
                .on(PAYMENT.RENTAL_ID.eq(RENTAL.ID))
                .where(COPY.STORE_ID.eq(store))
                .and(RENTAL.RENTED_AT.ge(from))
                .and(RENTAL.RENTED_AT.lt(to))
                .groupBy(FILM.ID, FILM.TITLE)
                .orderBy(countDistinct(RENTAL.ID).desc(), sum(PAYMENT.AMOUNT).desc(), FILM.ID)
                .limit(10);
    }

    static Question listing(Choices choices) {
        int film = choices.film();
        return dsl -> dsl.selectFrom(FILM_LISTING).where(FILM_LISTING.FILM_ID.eq(film));
    }

    static Question overdue(Choices choices) {
        short store = choices.store();
        return dsl -> dsl.select(RENTAL.ID, RENTAL.DUE_ON, RENTAL.copy().film().TITLE, RENTAL.customer().EMAIL)
                .from(RENTAL)
                .where(RENTAL.RETURNED_AT.isNull())
                .and(RENTAL.DUE_ON.lt(currentLocalDate()))
                .and(RENTAL.employee().STORE_ID.eq(store))
                .orderBy(RENTAL.DUE_ON, RENTAL.ID)
                .limit(PAGE_SIZE);
    }
}
