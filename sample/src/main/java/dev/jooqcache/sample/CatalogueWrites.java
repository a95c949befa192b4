package dev.jooqcache.sample;

import static dev.jooqcache.sample.generated.Tables.COPY;
import static dev.jooqcache.sample.generated.Tables.EMPLOYEE;
import static dev.jooqcache.sample.generated.Tables.FILM;
import static dev.jooqcache.sample.generated.Tables.PAYMENT;
import static dev.jooqcache.sample.generated.Tables.RENTAL;
import static org.jooq.impl.DSL.min;

import java.math.BigDecimal;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jooq.DSLContext;
import org.jooq.Record4;

/**
 * What customers and employees do to the catalogue. Two threads may choose the same copy: the first one to update it
 * has it, the other one does nothing.
 */
final class CatalogueWrites {

    private static final BigDecimal LATE_FEE_PER_DAY = new BigDecimal("0.50");

    private CatalogueWrites() {}

    /** Rents an available copy of a film, if there is one, in a transaction. */
    static void rent(DSLContext dsl, Choices choices) {
        int film = choices.film();
        int customer = choices.customer();
        dsl.transaction(transaction -> {
            DSLContext tx = transaction.dsl();
            Optional<Record4<Integer, Short, Short, BigDecimal>> copy = tx.select(
                            COPY.ID, COPY.STORE_ID, COPY.film().RENTAL_DAYS, COPY.film().RENTAL_PRICE)
                    .from(COPY)
                    .where(COPY.FILM_ID.eq(film))
                    .and(COPY.AVAILABLE)
                    .orderBy(COPY.ID)
                    .limit(1)
                    .fetchOptional();
            if (copy.isPresent() && take(tx, film, copy.get().value1())) {
                rent(tx, customer, copy.get());
            }
        });
    }

    /** The film is named besides the key, so that the cache knows whose copies have changed. */
    private static boolean take(DSLContext tx, int film, int copy) {
        return tx.update(COPY)
                        .set(COPY.AVAILABLE, false)
                        .where(COPY.ID.eq(copy))
                        .and(COPY.FILM_ID.eq(film))
                        .and(COPY.AVAILABLE)
                        .execute()
                == 1;
    }

    private static void rent(DSLContext tx, int customer, Record4<Integer, Short, Short, BigDecimal> copy) {
        OffsetDateTime now = OffsetDateTime.now(ZoneOffset.UTC).truncatedTo(ChronoUnit.MICROS);
        Integer employee = tx.select(min(EMPLOYEE.ID))
                .from(EMPLOYEE)
                .where(EMPLOYEE.STORE_ID.eq(copy.value2()))
                .fetchSingle()
                .value1();
        Long rental = tx.insertInto(RENTAL)
                .set(RENTAL.COPY_ID, copy.value1())
                .set(RENTAL.CUSTOMER_ID, customer)
                .set(RENTAL.EMPLOYEE_ID, employee)
                .set(RENTAL.RENTED_AT, now)
                .set(RENTAL.DUE_ON, now.toLocalDate().plusDays(copy.value3()))
                .returningResult(RENTAL.ID)
                .fetchSingle()
                .value1();
        pay(tx, rental, "RENTAL", copy.value4(), now);
    }

    private static void pay(DSLContext tx, Long rental, String reason, BigDecimal amount, OffsetDateTime now) {
        tx.insertInto(PAYMENT)
                .set(PAYMENT.RENTAL_ID, rental)
                .set(PAYMENT.REASON, reason)
                .set(PAYMENT.AMOUNT, amount)
                .set(PAYMENT.PAID_AT, now)
                .execute();
    }

    /** Gives the copy of an open rental back, and pays for the days that it is late, in a transaction. */
    static void giveBack(DSLContext dsl, Choices choices) {
        long first = choices.rental();
        OffsetDateTime now = OffsetDateTime.now(ZoneOffset.UTC).truncatedTo(ChronoUnit.MICROS);
        dsl.transaction(transaction -> {
            DSLContext tx = transaction.dsl();
            tx.select(RENTAL.ID, RENTAL.COPY_ID, RENTAL.DUE_ON, RENTAL.CUSTOMER_ID, RENTAL.copy().FILM_ID)
                    .from(RENTAL)
                    .where(RENTAL.RETURNED_AT.isNull())
                    .and(RENTAL.ID.ge(first))
                    .orderBy(RENTAL.ID)
                    .limit(1)
                    .fetchOptional()
                    .ifPresent(open -> {
                        if (close(tx, open.value1(), open.value4(), now)) {
                            tx.update(COPY)
                                    .set(COPY.AVAILABLE, true)
                                    .where(COPY.ID.eq(open.value2()))
                                    .and(COPY.FILM_ID.eq(open.value5()))
                                    .execute();
                            long daysLate = ChronoUnit.DAYS.between(open.value3(), now.toLocalDate());
                            if (daysLate > 0) {
                                BigDecimal fee = LATE_FEE_PER_DAY.multiply(BigDecimal.valueOf(daysLate));
                                pay(tx, open.value1(), "LATE_FEE", fee, now);
                            }
                        }
                    });
        });
    }

    private static boolean close(DSLContext tx, Long rental, Integer customer, OffsetDateTime now) {
        return tx.update(RENTAL)
                        .set(RENTAL.RETURNED_AT, now)
                        .where(RENTAL.ID.eq(rental))
                        .and(RENTAL.CUSTOMER_ID.eq(customer))
                        .and(RENTAL.RETURNED_AT.isNull())
                        .execute()
                == 1;
    }

    /** Changes the price of a film, in autocommit; a trigger keeps the history. */
    static void changePrice(DSLContext dsl, Choices choices) {
        dsl.update(FILM)
                .set(FILM.RENTAL_PRICE, choices.price())
                .set(FILM.UPDATED_AT, LocalDateTime.now(ZoneOffset.UTC).truncatedTo(ChronoUnit.MICROS))
                .where(FILM.ID.eq(choices.film()))
                .execute();
    }
}
