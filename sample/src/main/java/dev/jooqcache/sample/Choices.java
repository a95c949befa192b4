package dev.jooqcache.sample;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.SplittableRandom;
import java.util.UUID;

/** One thread's seeded choices of what to read and to write; what is popular is chosen often. Not thread-safe. */
final class Choices {

    private static final LocalDate LAST_QUARTER = LocalDate.of(2026, 4, 1);
    private static final Zipf QUARTERS = new Zipf(8);

    private final Population population;
    private final SplittableRandom random;

    Choices(Population population, SplittableRandom random) {
        this.population = population;
        this.random = random;
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    int film() {
        return 1 + population.films().draw(random);
    }

    int customer() {
        return 1 + population.customers().draw(random);
    }

    UUID membershipNumber() {
        return population.membershipNumbers().get(population.customers().draw(random));
    }

    short genre() {
        return (short) (1 + population.genres().draw(random));
    }

    short store() {
        return (short) (1 + population.stores().draw(random));
    }

    int page() {
        return population.pages().draw(random);
    }

    /** The beginning of a quarter, rather a late one. */
    OffsetDateTime quarter() {
        return LAST_QUARTER
                .minusMonths(3L * QUARTERS.draw(random))
                .atStartOfDay()
                .atOffset(ZoneOffset.UTC);
    }

    /** The id of one of the rentals that there were at the beginning. */
    long rental() {
        return 1L + random.nextInt(population.rentals());
    }

    BigDecimal price() {
        return BigDecimal.valueOf(99 + 50L * random.nextInt(10), 2);
    }
}
