package dev.jooqcache.benchmarks;

import static dev.jooqcache.sample.generated.Tables.COPY;
import static dev.jooqcache.sample.generated.Tables.FILM;
import static dev.jooqcache.sample.generated.Tables.FILM_CREDIT;
import static dev.jooqcache.sample.generated.Tables.FILM_GENRE;
import static dev.jooqcache.sample.generated.Tables.GENRE;
import static dev.jooqcache.sample.generated.Tables.PAYMENT;
import static dev.jooqcache.sample.generated.Tables.RENTAL;
import static org.jooq.impl.DSL.count;
import static org.jooq.impl.DSL.countDistinct;
import static org.jooq.impl.DSL.min;
import static org.jooq.impl.DSL.multiset;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.sum;
import static org.jooq.impl.DSL.val;

import dev.jooqcache.sample.AgeRating;
import dev.jooqcache.sample.Job;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.LocalDateTime;
import org.jooq.DSLContext;
import org.jooq.Param;
import org.jooq.Record1;
import org.jooq.Record10;
import org.jooq.Record3;
import org.jooq.Record4;
import org.jooq.Record8;
import org.jooq.Result;
import org.jooq.ResultQuery;
import org.jooq.SelectJoinStep;

/** The reads in jOOQ. Each orders its rows fully, so that its answer is one value. */
final class Queries {

    static final int PAGE_SIZE = 100;

    private Queries() {}

    private static SelectJoinStep<
                    Record8<Integer, String, LocalDate, Short, AgeRating, Short, BigDecimal, LocalDateTime>>
            films(DSLContext dsl) {
        return dsl.select(
                        FILM.ID,
                        FILM.TITLE,
                        FILM.RELEASED_ON,
                        FILM.RUNNING_MINUTES,
                        FILM.AGE_RATING,
                        FILM.RENTAL_DAYS,
                        FILM.RENTAL_PRICE,
                        FILM.UPDATED_AT)
                .from(FILM);
    }

    static ResultQuery<Record8<Integer, String, LocalDate, Short, AgeRating, Short, BigDecimal, LocalDateTime>> film(
            DSLContext dsl, int id) {
        return film(dsl, val(id, FILM.ID));
    }

    static ResultQuery<Record8<Integer, String, LocalDate, Short, AgeRating, Short, BigDecimal, LocalDateTime>> film(
            DSLContext dsl, Param<Integer> id) {
        return films(dsl).where(FILM.ID.eq(id));
    }

    static ResultQuery<Record8<Integer, String, LocalDate, Short, AgeRating, Short, BigDecimal, LocalDateTime>> page(
            DSLContext dsl, int number) {
        return page(dsl, val(PAGE_SIZE * number));
    }

    static ResultQuery<Record8<Integer, String, LocalDate, Short, AgeRating, Short, BigDecimal, LocalDateTime>> page(
            DSLContext dsl, Param<Integer> offset) {
        return films(dsl).orderBy(FILM.TITLE, FILM.ID).limit(PAGE_SIZE).offset(offset);
    }

    static ResultQuery<
                    Record10<
                            Integer,
                            String,
                            LocalDate,
                            Short,
                            AgeRating,
                            Short,
                            BigDecimal,
                            LocalDateTime,
                            Result<Record3<Job, String, String>>,
                            Result<Record1<String>>>>
            detail(DSLContext dsl, int film) {
        return detail(dsl, val(film, FILM.ID));
    }

    static ResultQuery<
                    Record10<
                            Integer,
                            String,
                            LocalDate,
                            Short,
                            AgeRating,
                            Short,
                            BigDecimal,
                            LocalDateTime,
                            Result<Record3<Job, String, String>>,
                            Result<Record1<String>>>>
            detail(DSLContext dsl, Param<Integer> film) {
        return dsl.select(
                        FILM.ID,
                        FILM.TITLE,
                        FILM.RELEASED_ON,
                        FILM.RUNNING_MINUTES,
                        FILM.AGE_RATING,
                        FILM.RENTAL_DAYS,
                        FILM.RENTAL_PRICE,
                        FILM.UPDATED_AT,
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

    static ResultQuery<Record4<String, Integer, BigDecimal, BigDecimal>> genres(DSLContext dsl, int language) {
        return genres(dsl, val((short) language, FILM.LANGUAGE_ID));
    }

    static ResultQuery<Record4<String, Integer, BigDecimal, BigDecimal>> genres(DSLContext dsl, Param<Short> language) {
        return dsl.select(GENRE.NAME, count(), min(FILM.RENTAL_PRICE), sum(FILM.RENTAL_PRICE))
                .from(GENRE)
                .join(FILM_GENRE)
                .on(FILM_GENRE.GENRE_ID.eq(GENRE.ID))
                .join(FILM)
                .on(FILM.ID.eq(FILM_GENRE.FILM_ID))
                .where(FILM.LANGUAGE_ID.eq(language))
                .groupBy(GENRE.NAME)
                .orderBy(GENRE.NAME);
    }

    static ResultQuery<Record4<Integer, String, Integer, BigDecimal>> report(DSLContext dsl, int payment) {
        return report(dsl, val((long) payment, PAYMENT.ID));
    }

    static ResultQuery<Record4<Integer, String, Integer, BigDecimal>> report(DSLContext dsl, Param<Long> payment) {
        return dsl.select(FILM.ID, FILM.TITLE, countDistinct(RENTAL.ID), sum(PAYMENT.AMOUNT))
                .from(PAYMENT)
                .join(RENTAL)
                .on(RENTAL.ID.eq(PAYMENT.RENTAL_ID))
                .join(COPY)
                .on(COPY.ID.eq(RENTAL.COPY_ID))
                .join(FILM)
                .on(FILM.ID.eq(COPY.FILM_ID))
                .where(PAYMENT.ID.gt(payment))
                .groupBy(FILM.ID, FILM.TITLE)
                .orderBy(sum(PAYMENT.AMOUNT).desc(), FILM.ID)
                .limit(10);
    }
}
