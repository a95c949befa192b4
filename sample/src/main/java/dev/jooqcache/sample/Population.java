package dev.jooqcache.sample;

import static dev.jooqcache.sample.generated.Tables.CUSTOMER;
import static dev.jooqcache.sample.generated.Tables.FILM;
import static dev.jooqcache.sample.generated.Tables.GENRE;
import static dev.jooqcache.sample.generated.Tables.RENTAL;
import static dev.jooqcache.sample.generated.Tables.STORE;

import java.util.List;
import java.util.UUID;
import org.jooq.DSLContext;

/**
 * What there is to choose from when the workload begins, with a distribution for each. Immutable.
 *
 * @param membershipNumbers those of the customers, in the order of their ids
 */
record Population(
        Zipf films, Zipf customers, Zipf genres, Zipf stores, Zipf pages, int rentals, List<UUID> membershipNumbers) {

    private static final int PAGES = 12;

    static Population of(DSLContext dsl) {
        return new Population(
                new Zipf(dsl.fetchCount(FILM)),
                new Zipf(dsl.fetchCount(CUSTOMER)),
                new Zipf(dsl.fetchCount(GENRE)),
                new Zipf(dsl.fetchCount(STORE)),
                new Zipf(PAGES),
                dsl.fetchCount(RENTAL),
                dsl.select(CUSTOMER.MEMBERSHIP_NUMBER)
                        .from(CUSTOMER)
                        .orderBy(CUSTOMER.ID)
                        .fetch(CUSTOMER.MEMBERSHIP_NUMBER));
    }
}
