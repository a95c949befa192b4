package dev.jooqcache.migrations;

import dev.jooqcache.migrations.Films.Film;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The copies of the films in the stores, and the life of each copy: rented, returned, paid for. */
final class Rentals {

    private static final LocalDate FIRST_ACQUIRED = LocalDate.of(2023, 1, 1);
    private static final LocalDate LAST_ACQUIRED = LocalDate.of(2025, 12, 31);
    private static final OffsetDateTime END =
            LocalDate.of(2026, 7, 1).atStartOfDay().atOffset(ZoneOffset.UTC);
    private static final int MOST_COPIES = 14;
    private static final List<String> MEDIA = List.of("DVD", "BLURAY", "UHD");

    private record Copy(int id, Film film, int store, LocalDate acquiredOn) {}

    private record Rental(
            Copy copy,
            int customer,
            int employee,
            OffsetDateTime rentedAt,
            LocalDate dueOn,
            @Nullable OffsetDateTime returnedAt) {

        long daysLate() {
            return returnedAt == null ? 0 : ChronoUnit.DAYS.between(dueOn, returnedAt.toLocalDate());
        }
    }

    private Rentals() {}

    static void insert(Connection connection, Dice dice, List<Film> films) throws SQLException {
        List<Rental> rentals = new ArrayList<>();
        insertCopies(connection, dice, films, rentals);
        rentals.sort(Comparator.comparing(Rental::rentedAt)
                .thenComparing(rental -> rental.copy().id()));
        insertRentals(connection, rentals);
        insertPayments(connection, rentals);
    }

    private static void insertCopies(Connection connection, Dice dice, List<Film> films, List<Rental> rentals)
            throws SQLException {
        try (BulkInsert insert = BulkInsert.into(
                connection, "copy", "id", "film_id", "store_id", "barcode", "medium", "acquired_on", "available")) {
            int id = 0;
            for (Film film : films) {
                for (int i = copies(film); i > 0; i--) {
                    LocalDate acquired = dice.date(FIRST_ACQUIRED, LAST_ACQUIRED);
                    Copy copy = new Copy(++id, film, dice.between(1, Places.STORES), acquired);
                    boolean available = live(copy, dice, rentals);
                    insert.row(id, film.id(), copy.store(), dice.uuid(), dice.pickEarly(MEDIA), acquired, available);
                }
            }
        }
    }

    private static int copies(Film film) {
        double popularity = 1 - (film.id() - 1) / (double) Films.FILMS;
        return 2 + (int) ((MOST_COPIES - 2) * Math.pow(popularity, 4));
    }

    /** Adds the rentals of one copy, one after the other, and says whether it is in its store at the end. */
    private static boolean live(Copy copy, Dice dice, List<Rental> rentals) {
        int longestGap = 240 + 1_400 * copy.film().id() / Films.FILMS;
        LocalDate day = copy.acquiredOn().plusDays(dice.between(1, longestGap));
        while (true) {
            OffsetDateTime rentedAt =
                    day.atTime(dice.between(9, 20), dice.between(0, 59)).atOffset(ZoneOffset.UTC);
            if (rentedAt.isAfter(END)) {
                return true;
            }
            Rental rental = rental(copy, dice, rentedAt);
            rentals.add(rental);
            if (rental.returnedAt() == null) {
                return false;
            }
            day = rental.returnedAt().toLocalDate().plusDays(dice.between(1, longestGap));
        }
    }

    private static Rental rental(Copy copy, Dice dice, OffsetDateTime rentedAt) {
        int rentalDays = copy.film().rentalDays();
        int days = dice.chance(88) ? dice.between(1, rentalDays) : rentalDays + dice.between(1, 6);
        OffsetDateTime returnedAt = rentedAt.plusDays(days).plusMinutes(dice.between(-90, 90));
        boolean lost = dice.chance(1);
        int customer = 1 + dice.between(0, Customers.CUSTOMERS - 1) * dice.between(1, 4) / 4;
        int employee = (copy.store() - 1) * Places.EMPLOYEES_PER_STORE + dice.between(1, Places.EMPLOYEES_PER_STORE);
        return new Rental(
                copy,
                customer,
                employee,
                rentedAt,
                rentedAt.toLocalDate().plusDays(rentalDays),
                lost || returnedAt.isAfter(END) ? null : returnedAt);
    }

    private static void insertRentals(Connection connection, List<Rental> rentals) throws SQLException {
        try (BulkInsert insert = BulkInsert.into(
                connection,
                "rental",
                "id",
                "copy_id",
                "customer_id",
                "employee_id",
                "rented_at",
                "due_on",
                "returned_at")) {
            long id = 0;
            for (Rental rental : rentals) {
                insert.row(
                        ++id,
                        rental.copy().id(),
                        rental.customer(),
                        rental.employee(),
                        rental.rentedAt(),
                        rental.dueOn(),
                        rental.returnedAt());
            }
        }
    }

    private static void insertPayments(Connection connection, List<Rental> rentals) throws SQLException {
        try (BulkInsert insert =
                BulkInsert.into(connection, "payment", "id", "rental_id", "reason", "amount", "paid_at")) {
            long id = 0;
            long rentalId = 0;
            for (Rental rental : rentals) {
                rentalId++;
                BigDecimal price = rental.copy().film().price();
                insert.row(++id, rentalId, "RENTAL", price, rental.rentedAt());
                if (rental.daysLate() > 0) {
                    BigDecimal fee = price.multiply(BigDecimal.valueOf(rental.daysLate()))
                            .divide(BigDecimal.valueOf(2), 2, RoundingMode.HALF_UP);
                    insert.row(++id, rentalId, "LATE_FEE", fee, rental.returnedAt());
                }
            }
        }
    }
}
